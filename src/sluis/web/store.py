"""Sessions in PostgreSQL: the only SQL of the page kit. The identifier itself is never stored, only its hash."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sluis.database import Connection

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=8)
# A page view within this time of the last one is not written down: reading stays reading.
_TOUCH_AFTER = timedelta(minutes=1)


def _hash(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode()).digest()


def add_session(connection: Connection, session_id: str, *, person: str, party: str | None, at: datetime) -> None:
    """Remember that the holder of `session_id` is `person`, from `at` on."""
    connection.execute(
        "INSERT INTO session (id_hash, person, party, created, last_seen) VALUES (%s, %s, %s, %s, %s)",
        (_hash(session_id), person, party, at, at),
    )


def find_session(connection: Connection, session_id: str, *, at: datetime) -> str | None:
    """Return the person id of a session that is alive at `at`, and note that it was used."""
    row = connection.execute(
        """SELECT person, last_seen FROM session
           WHERE id_hash = %s AND ended IS NULL AND last_seen > %s AND created > %s""",
        (_hash(session_id), at - IDLE_LIMIT, at - ABSOLUTE_LIMIT),
    ).fetchone()
    if row is None:
        return None
    person, last_seen = row
    if at - last_seen >= _TOUCH_AFTER:
        connection.execute("UPDATE session SET last_seen = %s WHERE id_hash = %s", (at, _hash(session_id)))
    return str(person)


def close_session(connection: Connection, session_id: str, *, at: datetime) -> None:
    """End the session on the server: whoever still holds the cookie holds nothing."""
    connection.execute("UPDATE session SET ended = %s WHERE id_hash = %s AND ended IS NULL", (at, _hash(session_id)))


def close_sessions_of(connection: Connection, person: str, *, at: datetime) -> int:
    """End every session of a person, for when their roles or their trust end; return how many there were."""
    return connection.execute(
        "UPDATE session SET ended = %s WHERE person = %s AND ended IS NULL", (at, person)
    ).rowcount


def remove_old_sessions(connection: Connection, *, at: datetime) -> int:
    """Forget sessions that can never be alive again; return how many were removed."""
    return connection.execute(
        "DELETE FROM session WHERE created < %s OR ended < %s", (at - ABSOLUTE_LIMIT, at - ABSOLUTE_LIMIT)
    ).rowcount
