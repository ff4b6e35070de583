"""The SQL of sheets with answers and of the drafts that they belong to. Answers are added, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from sluis.accession.model import Draft, Value
from sluis.database import Connection

# The class of the advisory lock under which one party opens drafts, one after another.
_OPENING = 7_510_013
_MOST = 200


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where the answers of a sheet stand: `version` counts its saves; `saved_by` says who gave each answer."""

    id: str
    version: int
    answers: Mapping[str, Value]
    saved_by: Mapping[str, str]


def open_sheet(connection: Connection, sheet: str) -> None:
    """Begin a sheet; one that is there stays as it is."""
    connection.execute("INSERT INTO accession_sheet (id, version) VALUES (%s, 0) ON CONFLICT DO NOTHING", (sheet,))


def read_sheet(connection: Connection, sheet: str, *, lock: bool = False) -> Sheet:
    """Return the newest answers of a sheet, held for a save where asked; one that is not there is empty."""
    if lock:
        connection.execute("SELECT FROM accession_sheet WHERE id = %s FOR UPDATE", (sheet,))
    row = connection.execute("SELECT version FROM accession_sheet WHERE id = %s", (sheet,)).fetchone()
    rows = connection.execute(
        "SELECT DISTINCT ON (field) field, value, saved_by FROM accession_answer WHERE sheet = %s"
        " ORDER BY field, version DESC",
        (sheet,),
    ).fetchall()
    found = {field: (_value(value), by) for field, value, by in rows}
    return Sheet(
        sheet,
        int(row[0]) if row else 0,
        {field: value for field, (value, _) in found.items()},
        {field: by for field, (_, by) in found.items()},
    )


def answers_as_of(connection: Connection, sheet: str, version: int) -> dict[str, Value]:
    """Return the answers as they stood at an earlier version: what somebody had before them."""
    rows = connection.execute(
        "SELECT DISTINCT ON (field) field, value FROM accession_answer WHERE sheet = %s AND version <= %s"
        " ORDER BY field, version DESC",
        (sheet, version),
    )
    return {field: _value(value) for field, value in rows}


def add_answers(
    connection: Connection, sheet: str, answers: Mapping[str, Value], *, version: int, by: str, at: datetime
) -> None:
    """Keep answers as the next version of a sheet."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO accession_answer (sheet, field, version, value, saved_by, saved_at)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [
                (sheet, field, version, Jsonb(value if isinstance(value, str) else list(value)), by, at)
                for field, value in answers.items()
            ],
        )
    connection.execute("UPDATE accession_sheet SET version = %s WHERE id = %s", (version, sheet))


def hold_openings(connection: Connection, party: str) -> None:
    """Let a party open drafts one after another until this transaction ends: no two get the same code."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_OPENING, party))


def add_draft(connection: Connection, draft: Draft) -> None:
    """Keep which party prepares which agreement from which standard agreement."""
    connection.execute(
        "INSERT INTO accession_draft (agreement, sheet, template, template_hash, party, mark, opened_by, opened_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            draft.agreement,
            draft.sheet,
            draft.template,
            draft.template_hash,
            draft.party,
            draft.mark,
            draft.opened_by,
            draft.opened_at,
        ),
    )


_DRAFT = "SELECT agreement, sheet, template, template_hash, party, mark, opened_by, opened_at FROM accession_draft"


def find_draft(connection: Connection, agreement: str) -> Draft | None:
    """Return how an agreement is prepared, where that is done on our pages."""
    row = connection.execute(_DRAFT + " WHERE agreement = %s", (agreement,)).fetchone()
    return Draft(*row) if row else None


def find_opened(connection: Connection, mark: UUID) -> Draft | None:
    """Return the draft that one click opened."""
    row = connection.execute(_DRAFT + " WHERE mark = %s", (mark,)).fetchone()
    return Draft(*row) if row else None


def drafts_of(connection: Connection, party: str) -> tuple[Draft, ...]:
    """Return the drafts that a party opened, the newest first, at most 200."""
    rows = connection.execute(_DRAFT + " WHERE party = %s ORDER BY opened_at DESC, agreement LIMIT %s", (party, _MOST))
    return tuple(Draft(*row) for row in rows)


def _value(value: object) -> Value:
    return tuple(str(one) for one in value) if isinstance(value, list) else str(value)
