"""What people do with files: look at them, choose a municipality, decide a doubt, lift a restriction.

Each look at a file leaves an entry in the ledger about the mother, in the same transaction. Nobody here commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal
from uuid import UUID, uuid4

from sluis.births.care import DUTY
from sluis.births.files import store
from sluis.births.files.actions import opened, settle_files
from sluis.births.files.liststore import Team, teams_of
from sluis.births.files.model import BirthFile, proposals_of
from sluis.births.folding import Told
from sluis.births.house import RECEIVER, Births
from sluis.births.matching import store as pairs
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.insz import Insz
from sluis.kernel.nis import municipality
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.ledger.actions import record
from sluis.ledger.entry import Entry

Decision = Literal["same", "different"]

_SECURITY: Final = Clause("AVG", "art. 32")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: the actor, its teams, and whether it has the right to files under restriction."""

    actor: str
    teams: tuple[Team, ...]
    sees_restricted: bool

    @property
    def municipalities(self) -> frozenset[str]:
        """The NIS codes where the reader's teams work."""
        return frozenset(nis for team in self.teams for nis in team.municipalities)

    def may_open(self, file: BirthFile) -> bool:
        """Return whether the file is of the reader's teams, or of nobody's yet."""
        return file.nis is None or file.nis in self.municipalities


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with what is known of it."""

    file: BirthFile
    told: Told = field(repr=False)


class Restricted(Exception):
    """A file of the reader's own team that is under restriction, and the reader has not that right."""


def reader_of(connection: Connection, actor: str, *, sees_restricted: bool) -> Reader:
    """Return who looks, with the teams of this moment."""
    return Reader(actor, tuple(teams_of(connection, actor)), sees_restricted)


def look(births: Births, connection: Connection, file: UUID, *, reader: Reader, at: datetime) -> Opened | None:
    """Open one file, with its entry in the ledger; None where it is not the reader's. Raises `Restricted`."""
    kept = store.find_file(connection, file, lock=True)
    while kept is not None and kept.merged_into is not None:
        kept = store.find_file(connection, kept.merged_into, lock=True)
    if kept is None or not reader.may_open(kept):
        return None
    if kept.restricted and not reader.sees_restricted:
        raise Restricted
    seen = Opened(kept, opened(births, kept.sealed))
    _tell(births, connection, "birth-file-consulted", [seen], by=reader.actor, at=at)
    store.add_event(connection, kept.id, at=at, kind="consulted", actor=reader.actor)
    return seen


def open_all(
    births: Births, connection: Connection, files: Iterable[BirthFile], *, reader: Reader, at: datetime
) -> list[Opened]:
    """Open the files of a list, with one entry in the ledger about all of them."""
    seen = [Opened(file, opened(births, file.sealed)) for file in files]
    if seen:
        _tell(births, connection, "birth-file-consulted", seen, by=reader.actor, at=at)
    return seen


def place(births: Births, connection: Connection, file: UUID, *, nis: str, reader: Reader, at: datetime) -> None:
    """Choose the municipality of a file where the address does not tell it."""
    kept = _of(connection, file, reader)
    if municipality(nis, at.date()) is None:
        raise SluisError(
            "unknown-municipality",
            msg("Deze gemeente bestaat niet (meer)."),
            remedy=msg("Kies een gemeente uit de lijst."),
        )
    changed = replace(kept, nis=nis, nis_by="person", nis_why=None, changed_at=at, version=kept.version + 1)
    store.put_file(connection, changed)
    store.add_event(connection, kept.id, at=at, kind="placed", actor=reader.actor)
    seen = Opened(changed, opened(births, changed.sealed))
    _tell(births, connection, "birth-file-decided", [seen], by=reader.actor, at=at, step="placed")


def decide_pair(
    births: Births,
    connection: Connection,
    one: UUID,
    other: UUID,
    *,
    decision: Decision,
    reader: Reader,
    at: datetime,
) -> None:
    """Decide whether two newborns are one child; that stays, whatever is compared afterwards."""
    doubt = pairs.find_doubt(connection, *sorted((one, other)))
    rows = [store.find_newborn(connection, id) for id in sorted((one, other))]
    files = [store.find_file(connection, row.file) for row in rows if row is not None and row.file is not None]
    known = [file for file in files if file is not None]
    if doubt is None or len(known) != 2 or not any(reader.may_open(file) for file in known):
        raise SluisError(
            "doubt-gone",
            msg("Deze twijfel is er niet meer: iemand besliste al, of het ziekenhuis verbeterde zijn melding."),
            remedy=msg("Laad de lijst opnieuw."),
        )
    if any(file.restricted for file in known) and not reader.sees_restricted:
        raise Restricted
    pairs.decide(connection, doubt.one, doubt.other, decided=decision, by=reader.actor, at=at)
    settle_files(births, connection, [doubt.one, doubt.other], at=at)
    seen = [Opened(file, opened(births, file.sealed)) for file in known]
    _tell(births, connection, "birth-file-decided", seen, by=reader.actor, at=at, step=decision)


def lift(births: Births, connection: Connection, file: UUID, *, reader: Reader, at: datetime) -> None:
    """Lift a restriction, after the hospital took back what caused it. Not while the death or adoption stands."""
    kept = _of(connection, file, reader)
    told = opened(births, kept.sealed)
    if not reader.sees_restricted:
        raise Restricted
    if told.is_delicate or not kept.restricted:
        raise SluisError(
            "restriction-stands",
            msg("De beperkte toegang kan niet opgeheven worden: het overlijden of de afstand staat nog in de melding."),
            clause=DUTY,
            remedy=msg("Vraag het ziekenhuis om de melding te verbeteren als ze fout is."),
        )
    changed = replace(
        kept,
        restricted=False,
        restriction_lifted_at=at,
        restriction_lifted_by=reader.actor,
        changed_at=at,
        version=kept.version + 1,
    )
    store.put_file(connection, changed)
    store.add_event(connection, kept.id, at=at, kind="lifted", actor=reader.actor)
    store.put_proposals(connection, kept.id, proposals_of(told, restricted=False), at=at)
    _tell(births, connection, "birth-file-decided", [Opened(changed, told)], by=reader.actor, at=at, step="lifted")


def _of(connection: Connection, file: UUID, reader: Reader) -> BirthFile:
    kept = store.find_file(connection, file, lock=True)
    if kept is None or kept.state == "merged" or not reader.may_open(kept):
        raise SluisError(
            "no-file",
            msg("Dit dossier bestaat niet, of hoort bij een ander lokaal team."),
            clause=_SECURITY,
            remedy=msg("Ga terug naar de lijst van uw team."),
        )
    if kept.restricted and not reader.sees_restricted:
        raise Restricted
    return kept


def _tell(
    births: Births,
    connection: Connection,
    kind: str,
    seen: Sequence[Opened],
    *,
    by: str,
    at: datetime,
    step: str | None = None,
) -> None:
    numbers: list[Insz] = [one.told.mother.insz for one in seen if one.told.mother.insz is not None]
    details: dict[str, str | int | bool] = {"files": len(seen), "restricted": any(one.file.restricted for one in seen)}
    entry = Entry(
        at=at,
        kind=kind,
        party=RECEIVER,
        actor=by,
        correlation=str(uuid4()),
        outcome="done",
        details=details if step is None else {**details, "step": step},
    )
    record(connection, entry=entry, subjects={"asked": list(dict.fromkeys(numbers))}, secrets=births.gate.secret)
