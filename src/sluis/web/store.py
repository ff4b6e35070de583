"""Sessions in PostgreSQL: the only SQL of the page kit. The identifier itself is never stored, only its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sluis.database import Connection

Door = Literal["demo", "provider", "passkey", "certificate"]

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=8)
# A page view within this time of the last one is not written down: reading stays reading.
_TOUCH_AFTER = timedelta(minutes=1)


def _hash(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode()).digest()


@dataclass(frozen=True, slots=True)
class Held:
    """A session that is alive: whose it is, and the roles that its door narrowed it to (None: all that they have)."""

    person: str
    narrowed: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session as its owner sees it; `handle` names it and opens nothing."""

    handle: UUID
    door: Door
    created: datetime
    last_seen: datetime
    is_this: bool


def add_session(
    connection: Connection,
    session_id: str,
    *,
    person: str,
    party: str | None,
    at: datetime,
    door: Door = "demo",
    narrowed: frozenset[str] | None = None,
    provider_session: str | None = None,
) -> None:
    """Remember that the holder of `session_id` is `person`, from `at` on, and by which door they came."""
    connection.execute(
        "INSERT INTO session (id_hash, person, party, created, last_seen, door, narrowed, provider_session)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            _hash(session_id), person, party, at, at, door, None if narrowed is None else sorted(narrowed),
            None if provider_session is None else _hash(provider_session),
        ),
    )  # fmt: skip


def find_session(
    connection: Connection,
    session_id: str,
    *,
    at: datetime,
    idle: timedelta = IDLE_LIMIT,
    absolute: timedelta = ABSOLUTE_LIMIT,
) -> Held | None:
    """Return whose session is alive at `at`, and note that it was used."""
    row = connection.execute(
        """SELECT person, last_seen, narrowed FROM session
           WHERE id_hash = %s AND ended IS NULL AND last_seen > %s AND created > %s""",
        (_hash(session_id), at - idle, at - absolute),
    ).fetchone()
    if row is None:
        return None
    person, last_seen, narrowed = row
    if at - last_seen >= _TOUCH_AFTER:
        connection.execute("UPDATE session SET last_seen = %s WHERE id_hash = %s", (at, _hash(session_id)))
    return Held(str(person), None if narrowed is None else frozenset(narrowed))


def list_sessions(
    connection: Connection, person: str, session_id: str, *, at: datetime, idle: timedelta, absolute: timedelta
) -> list[OwnSession]:
    """Return the living sessions of a person, the newest first; `session_id` is the one that asks."""
    rows = connection.execute(
        """SELECT handle, door, created, last_seen, id_hash = %s FROM session
           WHERE person = %s AND ended IS NULL AND last_seen > %s AND created > %s ORDER BY created DESC LIMIT 50""",
        (_hash(session_id), person, at - idle, at - absolute),
    )
    return [OwnSession(*row) for row in rows]


def close_own_session(connection: Connection, person: str, handle: UUID, *, at: datetime) -> bool:
    """End one session of a person by its handle; False when that person has no such session."""
    cursor = connection.execute(
        "UPDATE session SET ended = %s WHERE handle = %s AND person = %s AND ended IS NULL", (at, handle, person)
    )
    return cursor.rowcount == 1


def close_provider_session(connection: Connection, provider_session: str, *, at: datetime) -> int:
    """End every session that a session at the provider opened; return how many there were."""
    return connection.execute(
        "UPDATE session SET ended = %s WHERE provider_session = %s AND ended IS NULL", (at, _hash(provider_session))
    ).rowcount


def close_session(connection: Connection, session_id: str, *, at: datetime) -> None:
    """End the session on the server: whoever still holds the cookie holds nothing."""
    connection.execute("UPDATE session SET ended = %s WHERE id_hash = %s AND ended IS NULL", (at, _hash(session_id)))


def close_sessions_of(connection: Connection, person: str, *, at: datetime) -> int:
    """End every session of a person, for when their roles or their trust end; return how many there were."""
    return connection.execute(
        "UPDATE session SET ended = %s WHERE person = %s AND ended IS NULL", (at, person)
    ).rowcount


def remove_old_sessions(connection: Connection, *, at: datetime, absolute: timedelta = ABSOLUTE_LIMIT) -> int:
    """Forget sessions that can never be alive again; return how many were removed."""
    return connection.execute(
        "DELETE FROM session WHERE created < %s OR ended < %s", (at - absolute, at - absolute)
    ).rowcount
