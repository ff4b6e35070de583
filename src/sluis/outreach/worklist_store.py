"""The SQL of the daily digest: who wants it where, and for whom it was made today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sluis.database import Connection


@dataclass(frozen=True, slots=True)
class Reader:
    """Where and in which language a person wants the daily digest."""

    actor: str
    address: str | None
    language: str
    wants_digest: bool


def find_reader(connection: Connection, actor: str) -> Reader | None:
    """Return what a person asked for; None where nothing was asked yet."""
    row = connection.execute(
        "SELECT actor, address, language, wants_digest FROM worklist_reader WHERE actor = %s", (actor,)
    ).fetchone()
    return Reader(*row) if row else None


def put_reader(connection: Connection, reader: Reader, *, at: datetime) -> None:
    """Keep what a person asked for."""
    connection.execute(
        "INSERT INTO worklist_reader VALUES (%s, %s, %s, %s, %s) ON CONFLICT (actor) DO UPDATE SET"
        " address = EXCLUDED.address, language = EXCLUDED.language, wants_digest = EXCLUDED.wants_digest,"
        " changed_at = EXCLUDED.changed_at",
        (reader.actor, reader.address, reader.language, reader.wants_digest, at),
    )


def readers_without_digest(connection: Connection, day: date, *, most: int) -> list[Reader]:
    """Return who wants the digest and has none of this day yet, at most so many."""
    rows = connection.execute(
        "SELECT r.actor, r.address, r.language, r.wants_digest FROM worklist_reader r WHERE r.wants_digest"
        " AND NOT EXISTS (SELECT FROM worklist_digest d WHERE d.actor = r.actor AND d.day = %s)"
        " ORDER BY r.actor LIMIT %s",
        (day, most),
    )
    return [Reader(*row) for row in rows]


def add_digest(connection: Connection, *, actor: str, day: date, open_duties: int, delivery: UUID | None) -> bool:
    """Keep that a person's digest of the day was made; False where another process made it first."""
    return bool(
        connection.execute(
            "INSERT INTO worklist_digest VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (actor, day, open_duties, delivery),
        ).rowcount
    )
