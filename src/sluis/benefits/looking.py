"""Evidence that somebody looked: written in the transaction of the look itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import uuid4

from sluis.database import Connection
from sluis.kernel.insz import Insz
from sluis.ledger.actions import record
from sluis.ledger.entry import Entry
from sluis.ledger.numbers import looks_like_insz
from sluis.ledger.persons import PersonSecret
from sluis.web.people import SignedIn

CITIZEN: Final = "citizen"
"""The party of somebody who acts for themselves."""

_DIGITS: Final = 11


def look(
    connection: Connection,
    person: SignedIn,
    children: Sequence[str],
    *,
    kind: str,
    at: datetime,
    secrets: PersonSecret,
) -> None:
    """Write who looked at whose file; `kind` says at what."""
    record(
        connection,
        entry=Entry(
            at=at,
            kind=kind,
            party=person.party or CITIZEN,
            actor=person.id,
            correlation=str(uuid4()),
            outcome="done",
            channel="pages",
        ),
        subjects={"asked": numbers_among(children)},
        secrets=secrets,
    )


def numbers_among(people: Sequence[str]) -> list[Insz]:
    """Return the national numbers among identifiers of persons: facts know institutions and test names too."""
    return [Insz(each) for each in people if len(each) == _DIGITS and looks_like_insz(each)]
