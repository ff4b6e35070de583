"""The tables of mails that were seen and of addresses that were told so today."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sluis.database import Connection


def note_mail(
    connection: Connection, *, digest: bytes, party: str | None, outcome: str, file: UUID | None, at: datetime
) -> bool:
    """Note a mail as seen; False where it was before. Waits for a rival who is just noting the same."""
    cursor = connection.execute(
        "INSERT INTO channel_mail (digest, party, outcome, file, seen_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (digest, party, outcome, file, at),
    )
    return cursor.rowcount == 1


def was_seen(connection: Connection, digest: bytes) -> bool:
    """Return whether a mail was seen before."""
    row = connection.execute("SELECT EXISTS (SELECT FROM channel_mail WHERE digest = %s)", (digest,)).fetchone()
    return bool(row and row[0])


def note_told(connection: Connection, *, address_hash: bytes, day: date) -> bool:
    """Note that an address is told today that nothing could be done; False where it was told before."""
    connection.execute("DELETE FROM channel_mail_told WHERE day < %s", (day,))
    cursor = connection.execute(
        "INSERT INTO channel_mail_told (address_hash, day) VALUES (%s, %s) ON CONFLICT DO NOTHING", (address_hash, day)
    )
    return cursor.rowcount == 1
