"""The SQL of what hospitals send: when each was last heard of, and which fields were not read. Counts, no content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sluis.database import Connection

_FRESH: Final = timedelta(minutes=1)


def note_contact(connection: Connection, party: str, *, channel: str, at: datetime) -> None:
    """Note that a party was heard of, at most once a minute: a busy hospital does not wait for its own row."""
    known = connection.execute("SELECT last_at FROM birth_hospital_contact WHERE party = %s", (party,)).fetchone()
    if known is not None and known[0] > at - _FRESH:
        return
    connection.execute(
        "INSERT INTO birth_hospital_contact (party, last_at, channel) VALUES (%(party)s, %(at)s, %(channel)s)"
        " ON CONFLICT (party) DO UPDATE SET last_at = greatest(birth_hospital_contact.last_at, excluded.last_at),"
        " channel = excluded.channel",
        {"party": party, "at": at, "channel": channel},
    )


def count_not_read(connection: Connection, party: str, fields: Sequence[str], *, day: date) -> None:
    """Count the fields of one message that were not read, by name."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO birth_hospital_not_read (party, field, day, count) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (party, field, day) DO UPDATE SET count = birth_hospital_not_read.count + 1",
            [(party, field, day) for field in sorted(fields)],
        )
