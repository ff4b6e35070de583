"""Which agreement a file is for: its folder, else the beginning of its name, else the only one there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sluis.agreements.lifecycle import OPEN
from sluis.database import Connection
from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import msg
from sluis.lists.overview import openings
from sluis.lists.passage import Lists

_SEPARATORS = "._- "


@dataclass(frozen=True, slots=True)
class Choice:
    """An agreement under which lists may come along a channel, and whether it is in force."""

    code: str
    is_open: bool


def choices(
    lists: Lists, connection: Connection, *, party: str, actor: str, channel: str, at: datetime
) -> tuple[Choice, ...]:
    """Return the agreements of a party that name this channel, those in force first."""
    return tuple(
        Choice(one.agreement, one.state in OPEN)
        for one in openings(lists, connection, party=party, by=actor, at=at)
        if one.leg is not None and channel in one.leg.channels
    )


def agreement_of(name: str, folder: str, known: Sequence[Choice]) -> str | None:
    """Return the code of the agreement that a file is for; None where that is not clear."""
    if folder:
        return folder
    begins = [one.code for one in known if name.startswith(one.code) and name[len(one.code) :][:1] in _SEPARATORS]
    if begins:
        return max(begins, key=len)
    in_force = [one.code for one in known if one.is_open] or [one.code for one in known]
    return in_force[0] if len(in_force) == 1 else None


def unclear(known: Sequence[Choice]) -> Reason:
    """Refuse a file of which nobody can tell the agreement."""
    codes = ", ".join(one.code for one in known if one.is_open)
    clause = Clause("e-govdecreet 18 juli 2008", "art. 8, § 1")
    if not codes:
        return Reason(
            "no-agreement-for-channel",
            msg("Uw organisatie heeft geen overeenkomst van kracht die lijsten langs deze weg toelaat."),
            clause,
            msg("Sluit een overeenkomst die deze weg noemt, of gebruik de weg die in uw overeenkomst staat."),
        )
    return Reason(
        "agreement-unclear",
        msg("Het is niet duidelijk voor welke overeenkomst dit bestand is."),
        clause,
        msg("Zet het in de map van de overeenkomst, of laat de naam beginnen met haar code: {codes}.", codes=codes),
    )
