"""The SQL of files and newborns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sluis.births.files.model import BirthFile, FileEvent, Proposal
from sluis.database import Connection

_LOCK_NEWBORN = 7518002
_LOCK_MATCH = 7518003

_NEWBORN = "id, sender, reference, state, birth_date, mother_tag, version, changed_at, file, sealed"
FILE_COLUMNS = (
    "id, opened_at, changed_at, version, state, merged_into, birth_date, nis, nis_by, nis_why, restricted,"
    " restriction_lifted_at, restriction_lifted_by, is_known, missing, agreement, text_hash, clause_on, sealed"
)


@dataclass(frozen=True, slots=True)
class NewbornRow:
    """One newborn as one hospital told of it."""

    id: UUID
    sender: str
    reference: str
    state: str
    birth_date: date | None
    mother_tag: bytes | None = field(repr=False)
    version: int
    changed_at: datetime
    file: UUID | None
    sealed: bytes = field(repr=False)


def lock_newborns_of(connection: Connection, sender: str) -> None:
    """Let one transaction at a time work what a hospital told."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK_NEWBORN, sender))


def lock_matching(connection: Connection, days: Iterable[date]) -> None:
    """Let one transaction at a time compare the newborns of these days; always in one order."""
    for number in sorted({day.toordinal() for day in days}):
        connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCK_MATCH, number))


def newborns_with(connection: Connection, sender: str, references: Sequence[str]) -> list[NewbornRow]:
    """Return the newborns that any of these references stands for, the first made one first."""
    rows = connection.execute(
        f"SELECT {_NEWBORN} FROM birth_newborn WHERE id IN (SELECT newborn FROM birth_reference"  # noqa: S608 - ours
        " WHERE sender = %s AND reference = ANY(%s)) ORDER BY changed_at, id",
        (sender, list(references)),
    )
    return [_newborn(row) for row in rows]


def newborn_by_reference(connection: Connection, sender: str, reference: str) -> NewbornRow | None:
    """Return the newborn that a hospital calls so."""
    found = newborns_with(connection, sender, [reference])
    return found[0] if found else None


def find_newborn(connection: Connection, newborn: UUID) -> NewbornRow | None:
    """Return one newborn."""
    row = connection.execute(
        f"SELECT {_NEWBORN} FROM birth_newborn WHERE id = %s",  # noqa: S608 - ours
        (newborn,),
    ).fetchone()
    return None if row is None else _newborn(row)


def put_newborn(connection: Connection, row: NewbornRow) -> None:
    """Write a newborn, new or changed."""
    connection.execute(
        f"INSERT INTO birth_newborn ({_NEWBORN}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608 - ours
        " ON CONFLICT (id) DO UPDATE SET reference = excluded.reference, state = excluded.state,"
        " birth_date = excluded.birth_date, mother_tag = excluded.mother_tag, version = excluded.version,"
        " changed_at = excluded.changed_at, file = excluded.file, sealed = excluded.sealed",
        (
            row.id,
            row.sender,
            row.reference,
            row.state,
            row.birth_date,
            row.mother_tag,
            row.version,
            row.changed_at,
            row.file,
            row.sealed,
        ),
    )


def put_references(connection: Connection, sender: str, references: Sequence[str], newborn: UUID) -> None:
    """Let these references stand for this newborn."""
    connection.execute(
        "INSERT INTO birth_reference (sender, reference, newborn) SELECT %s, unnest(%s::text[]), %s"
        " ON CONFLICT (sender, reference) DO UPDATE SET newborn = excluded.newborn",
        (sender, list(references), newborn),
    )


def references_of(connection: Connection, newborn: UUID) -> list[str]:
    """Return the references that stand for a newborn."""
    rows = connection.execute("SELECT reference FROM birth_reference WHERE newborn = %s ORDER BY reference", (newborn,))
    return [row[0] for row in rows]


def delete_newborn(connection: Connection, newborn: UUID) -> None:
    """Forget a newborn whose references another one took over."""
    connection.execute("DELETE FROM birth_newborn WHERE id = %s", (newborn,))


def set_file(connection: Connection, newborns: Sequence[UUID], file: UUID) -> None:
    """Put newborns into a file."""
    connection.execute("UPDATE birth_newborn SET file = %s WHERE id = ANY(%s)", (file, list(newborns)))


def newborns_near(
    connection: Connection, *, tags: Sequence[bytes], days: Sequence[date], near: timedelta, has_tag: bool
) -> list[NewbornRow]:
    """Return the living newborns of these mothers, and those born near these days with whom a name must be compared.

    Who has a number is only compared by name with who has none.
    """
    rows = connection.execute(
        f"SELECT {_NEWBORN} FROM birth_newborn n WHERE state = 'born' AND (mother_tag = ANY(%(tags)s)"  # noqa: S608 - ours
        " OR ((mother_tag IS NULL OR NOT %(has_tag)s) AND EXISTS (SELECT FROM unnest(%(days)s::date[]) AS d (day)"
        " WHERE n.birth_date BETWEEN d.day - %(near)s AND d.day + %(near)s))) ORDER BY id",
        {"tags": list(tags), "days": list(days), "near": near.days, "has_tag": has_tag},
    )
    return [_newborn(row) for row in rows]


def newborns_in(connection: Connection, newborns: Sequence[UUID]) -> list[NewbornRow]:
    """Return these newborns, and all that lie in a file with one of them."""
    rows = connection.execute(
        f"SELECT {_NEWBORN} FROM birth_newborn WHERE id = ANY(%(ids)s) OR file IN"  # noqa: S608 - ours
        " (SELECT file FROM birth_newborn WHERE id = ANY(%(ids)s)) ORDER BY id",
        {"ids": list(newborns)},
    )
    return [_newborn(row) for row in rows]


def newborns_of_file(connection: Connection, file: UUID) -> list[NewbornRow]:
    """Return the newborns in a file."""
    rows = connection.execute(
        f"SELECT {_NEWBORN} FROM birth_newborn WHERE file = %s ORDER BY id",  # noqa: S608 - ours
        (file,),
    )
    return [_newborn(row) for row in rows]


def find_file(connection: Connection, file: UUID, *, lock: bool = False) -> BirthFile | None:
    """Return one file, kept from changing until the commit where asked."""
    row = connection.execute(
        f"SELECT {FILE_COLUMNS} FROM birth_file WHERE id = %s" + (" FOR UPDATE" if lock else ""),  # noqa: S608 - ours
        (file,),
    ).fetchone()
    return None if row is None else file_from(row)


def files_in(connection: Connection, files: Sequence[UUID]) -> dict[UUID, BirthFile]:
    """Return these files, kept from changing until the commit."""
    rows = connection.execute(
        f"SELECT {FILE_COLUMNS} FROM birth_file WHERE id = ANY(%s) ORDER BY id FOR UPDATE",  # noqa: S608 - ours
        (list(files),),
    )
    return {row[0]: file_from(row) for row in rows}


def put_file(connection: Connection, file: BirthFile) -> None:
    """Write a file, new or changed."""
    connection.execute(
        f"INSERT INTO birth_file ({FILE_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"  # noqa: S608 - ours
        " %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET changed_at = excluded.changed_at, version = excluded.version,"
        " state = excluded.state, merged_into = excluded.merged_into, birth_date = excluded.birth_date,"
        " nis = excluded.nis, nis_by = excluded.nis_by, nis_why = excluded.nis_why,"
        " restricted = excluded.restricted, restriction_lifted_at = excluded.restriction_lifted_at,"
        " restriction_lifted_by = excluded.restriction_lifted_by, is_known = excluded.is_known,"
        " missing = excluded.missing, sealed = excluded.sealed",
        (
            file.id,
            file.opened_at,
            file.changed_at,
            file.version,
            file.state,
            file.merged_into,
            file.birth_date,
            file.nis,
            file.nis_by,
            file.nis_why,
            file.restricted,
            file.restriction_lifted_at,
            file.restriction_lifted_by,
            file.is_known,
            list(file.missing),
            file.agreement,
            file.text_hash,
            file.clause_on,
            file.sealed,
        ),
    )


def add_event(
    connection: Connection,
    file: UUID,
    *,
    at: datetime,
    kind: str,
    notice: UUID | None = None,
    actor: str | None = None,
    items: Iterable[str] = (),
) -> None:
    """Put something on the timeline of a file."""
    connection.execute(
        "INSERT INTO birth_event (file, at, kind, notice, actor, items) VALUES (%s, %s, %s, %s, %s, %s)",
        (file, at, kind, notice, actor, sorted(items)),
    )


def events_of(connection: Connection, file: UUID, *, most: int = 200) -> list[FileEvent]:
    """Return the timeline of a file, newest first."""
    rows = connection.execute(
        "SELECT at, kind, notice, actor, items FROM birth_event WHERE file = %s ORDER BY id DESC LIMIT %s", (file, most)
    )
    return [FileEvent(at, kind, notice, actor, tuple(items)) for at, kind, notice, actor, items in rows]


def put_proposals(connection: Connection, file: UUID, proposals: Iterable[Proposal], *, at: datetime) -> None:
    """Write what follows from a birth; what did not change keeps its moment."""
    for one in proposals:
        connection.execute(
            "INSERT INTO birth_proposal (file, benefit, mode, state, why, changed_at) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (file, benefit) DO UPDATE SET mode = excluded.mode, state = excluded.state,"
            " why = excluded.why, changed_at = excluded.changed_at"
            " WHERE (birth_proposal.state, birth_proposal.why) <> (excluded.state, excluded.why)",
            (file, one.benefit, one.mode, one.state, one.why, at),
        )


def proposals_in(connection: Connection, file: UUID) -> list[Proposal]:
    """Return what follows from a birth."""
    rows = connection.execute(
        "SELECT benefit, mode, state, why FROM birth_proposal WHERE file = %s ORDER BY benefit DESC", (file,)
    )
    return [Proposal(*row) for row in rows]


def _newborn(row: Sequence[Any]) -> NewbornRow:
    values = list(row)
    values[5], values[9] = None if values[5] is None else bytes(values[5]), bytes(values[9])
    return NewbornRow(*values)


def file_from(row: Sequence[Any]) -> BirthFile:
    """Return a row of `FILE_COLUMNS` as a file."""
    values = list(row)
    values[14], values[18] = tuple(values[14]), bytes(values[18])
    return BirthFile(*values)
