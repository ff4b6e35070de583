"""The SQL of what came in: notices that wait to be worked, and refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from sluis.births.house import Delivery
from sluis.births.model import Notice
from sluis.database import Connection

_LOCK_CLASS = 7518001

_COLUMNS = (
    "id, sender, message_id, kind, reference, replaces, sent_at, received_at, agreement, text_hash, same_as, entry,"
    " sealed, content_mark, worked_at, attempts"
)


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """A notice as it is kept; `sealed` holds mother, child and absences."""

    id: UUID
    sender: str
    message_id: str
    kind: str
    reference: str
    replaces: str | None
    sent_at: datetime
    received_at: datetime
    agreement: str
    text_hash: str
    same_as: UUID | None
    entry: UUID
    sealed: bytes = field(repr=False)
    content_mark: bytes = field(repr=False)
    worked_at: datetime | None
    attempts: int


def lock_message(connection: Connection, sender: str, message_id: str) -> None:
    """Let one transaction at a time take in a message of this id."""
    connection.execute(
        "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK_CLASS, f"{len(sender)} {sender} {message_id}")
    )


def find_message(connection: Connection, sender: str, message_id: str) -> KeptNotice | None:
    """Return the notice that this sender gave this id before."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM birth_notice WHERE sender = %s AND message_id = %s",  # noqa: S608 - ours
        (sender, message_id),
    ).fetchone()
    return None if row is None else _notice(row)


def first_sent(connection: Connection, sender: str, message_id: str, raw_digest: bytes) -> datetime | None:
    """Return the moment under which these very bytes came in before under this id, None where they did not."""
    row = connection.execute(
        "SELECT sent_at FROM birth_notice WHERE sender = %s AND message_id = %s AND raw_digest = %s",
        (sender, message_id, raw_digest),
    ).fetchone()
    return None if row is None else row[0]


def find_content(connection: Connection, sender: str, content_mark: bytes) -> UUID | None:
    """Return the first notice of this sender that said exactly this, under another id."""
    row = connection.execute(
        "SELECT id FROM birth_notice WHERE sender = %s AND content_mark = %s AND same_as IS NULL"
        " ORDER BY written LIMIT 1",
        (sender, content_mark),
    ).fetchone()
    return None if row is None else row[0]


def insert_notice(
    connection: Connection,
    notice: Notice,
    *,
    id: UUID,
    delivery: Delivery,
    agreement: str,
    text_hash: str,
    missing: Mapping[str, str],
    raw_digest: bytes,
    content_mark: bytes,
    same_as: UUID | None,
    entry: UUID,
    sealed: bytes,
) -> None:
    """Keep a notice; one that said nothing new is worked already."""
    connection.execute(
        "INSERT INTO birth_notice (id, sender, message_id, kind, reference, replaces, sent_at, received_at, channel,"
        " actor, agreement, text_hash, items, missing, raw_digest, content_mark, same_as, entry, sealed, worked_at,"
        " due_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            id,
            notice.sender,
            notice.message_id,
            str(notice.kind),
            notice.reference,
            notice.replaces,
            notice.sent_at,
            delivery.at,
            delivery.channel,
            delivery.actor,
            agreement,
            text_hash,
            sorted(str(item) for item in notice.items),
            Jsonb(dict(missing)),
            raw_digest,
            content_mark,
            same_as,
            entry,
            sealed,
            delivery.at if same_as is not None else None,
            delivery.at,
        ),
    )


def insert_refusal(
    connection: Connection,
    delivery: Delivery,
    *,
    id: UUID,
    message_id: str | None,
    raw_digest: bytes,
    faults: Sequence[object],
    entry: UUID,
) -> None:
    """Keep that a message was refused, and why."""
    connection.execute(
        "INSERT INTO birth_refusal (id, sender, actor, channel, message_id, raw_digest, faults, entry, refused_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            id,
            delivery.party,
            delivery.actor,
            delivery.channel,
            message_id,
            raw_digest,
            Jsonb(list(faults)),
            entry,
            delivery.at,
        ),
    )


def find_notice(connection: Connection, notice: UUID, *, lock: bool = False) -> KeptNotice | None:
    """Return one notice, kept from changing until the commit where asked."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM birth_notice WHERE id = %s" + (" FOR UPDATE" if lock else ""),  # noqa: S608 - ours
        (notice,),
    ).fetchone()
    return None if row is None else _notice(row)


def claim_due(connection: Connection, *, at: datetime) -> UUID | None:
    """Take one notice that waits, and keep it until the transaction ends; one that another worker has is passed.

    Only its id: a row that cannot be read must not stop the others, so who reads it knows which one it was.
    """
    row = connection.execute(
        "SELECT id FROM birth_notice WHERE worked_at IS NULL AND due_at <= %s"
        " ORDER BY due_at, written FOR NO KEY UPDATE SKIP LOCKED LIMIT 1",
        (at,),
    ).fetchone()
    return None if row is None else row[0]


def attempts_of(connection: Connection, notice: UUID) -> int:
    """Return how often a notice was tried in vain, also one whose row cannot be read whole."""
    row = connection.execute("SELECT attempts FROM birth_notice WHERE id = %s", (notice,)).fetchone()
    return 0 if row is None else int(row[0])


def mark_worked(connection: Connection, notice: UUID, *, at: datetime) -> None:
    """Note that a notice is worked into its file."""
    connection.execute("UPDATE birth_notice SET worked_at = %s WHERE id = %s", (at, notice))


def postpone(connection: Connection, notice: UUID, *, due_at: datetime) -> None:
    """Try a notice again later."""
    connection.execute(
        "UPDATE birth_notice SET attempts = attempts + 1, due_at = %s WHERE id = %s AND worked_at IS NULL",
        (due_at, notice),
    )


def notices_of(connection: Connection, sender: str, references: Sequence[str]) -> list[KeptNotice]:
    """Return all that a sender said of a newborn that has these references, oldest arrival first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM birth_notice WHERE sender = %s AND reference = ANY(%s)"  # noqa: S608 - ours
        " AND same_as IS NULL ORDER BY written",
        (sender, list(references)),
    )
    return [_notice(row) for row in rows]


def linked_references(connection: Connection, sender: str, reference: str, replaces: str | None) -> list[str]:
    """Return every reference that the sender's merges tie to this one, itself included, sorted."""
    rows = connection.execute(
        "WITH RECURSIVE linked (reference) AS (SELECT %(reference)s::text UNION SELECT %(replaces)s::text"
        " WHERE %(replaces)s::text IS NOT NULL UNION"
        " SELECT CASE WHEN n.reference = l.reference THEN n.replaces ELSE n.reference END FROM linked l"
        " JOIN birth_notice n ON n.sender = %(sender)s AND n.replaces IS NOT NULL"
        " AND l.reference IN (n.reference, n.replaces))"
        " SELECT reference FROM linked ORDER BY reference",
        {"sender": sender, "reference": reference, "replaces": replaces},
    )
    return [row[0] for row in rows]


def latest_sent(connection: Connection, sender: str, newborn: UUID) -> datetime | None:
    """Return the newest moment at which a sender said something of a newborn."""
    row = connection.execute(
        "SELECT max(n.sent_at) FROM birth_notice n JOIN birth_reference r ON r.sender = n.sender"
        " AND r.reference = n.reference WHERE n.sender = %s AND r.newborn = %s",
        (sender, newborn),
    ).fetchone()
    return None if row is None else row[0]


def has_birth(connection: Connection, sender: str, reference: str, *, but: str) -> bool:
    """Return whether this sender told of the birth of this newborn before, in another message than this one."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM birth_notice WHERE sender = %s AND reference = %s AND kind = 'birth'"
        " AND message_id <> %s)",
        (sender, reference, but),
    ).fetchone()
    return row is not None and bool(row[0])


def _notice(row: Sequence[Any]) -> KeptNotice:
    values = list(row)
    values[12], values[13] = bytes(values[12]), bytes(values[13])
    return KeptNotice(*values)
