"""The table of files that came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from sluis.channels.intake.model import Arrival, IntakeFile, State
from sluis.database import Connection

_LOCK_CLASS = 7_017
_COLUMNS = (
    "id, channel, party, actor, folder, name, agreement, digest, size, received_at, state, same_as, exchange, reasons,"
    " answer_name, answer_size, attempts, settled_at, fetched_at, hidden_in, hidden_out"
)
_INSERT = (  # noqa: S608 - the columns are ours
    "INSERT INTO channel_file (id, channel, party, actor, folder, name, agreement, digest, size, received_at, state,"
    " same_as, reasons, due_at, settled_at, ciphertext)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING "
) + _COLUMNS
_FIND = f"SELECT {_COLUMNS} FROM channel_file WHERE "  # noqa: S608 - the columns are ours


def lock_party(connection: Connection, party: str) -> None:
    """Let one transaction at a time change what a party has lying here."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK_CLASS, party))


def waiting(connection: Connection, party: str) -> tuple[int, int]:
    """Return how many files and bytes of a party wait."""
    row = connection.execute(
        "SELECT count(*), coalesce(sum(size), 0) FROM channel_file"
        " WHERE party = %s AND state IN ('staged', 'received')",
        (party,),
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def insert(
    connection: Connection,
    arrival: Arrival,
    *,
    id: UUID,
    digest: bytes,
    at: datetime,
    state: State,
    ciphertext: bytes | None,
    same_as: UUID | None = None,
    reasons: Sequence[object] = (),
) -> IntakeFile:
    """Keep a file that came in."""
    settled = at if state in ("refused", "double") else None
    row = connection.execute(
        _INSERT,
        (
            id,
            arrival.channel,
            arrival.party,
            arrival.actor,
            arrival.folder,
            arrival.name,
            arrival.agreement,
            digest,
            len(arrival.content),
            at,
            state,
            same_as,
            Jsonb(list(reasons)),
            at,
            settled,
            ciphertext,
        ),
    ).fetchone()
    assert row is not None
    return _file(row)


def same_file(
    connection: Connection, *, party: str, channel: str, agreement: str | None, digest: bytes
) -> IntakeFile | None:
    """Return the earlier arrival of this very file that was not refused."""
    row = connection.execute(
        _FIND + "party = %s AND channel = %s AND coalesce(agreement, '') = %s AND digest = %s"
        " AND state IN ('received', 'answered', 'collected')",
        (party, channel, agreement or "", digest),
    ).fetchone()
    return _file(row) if row else None


def find_staged(connection: Connection, *, party: str, channel: str, folder: str, name: str) -> IntakeFile | None:
    """Return a half upload that waits for its last name, kept from changing until the commit."""
    row = connection.execute(
        _FIND + "party = %s AND channel = %s AND folder = %s AND name = %s AND state = 'staged' FOR UPDATE",
        (party, channel, folder, name),
    ).fetchone()
    return _file(row) if row else None


def find(connection: Connection, file: UUID, *, lock: bool = False) -> IntakeFile | None:
    """Return one file, kept from changing until the commit where asked."""
    row = connection.execute(_FIND + "id = %s" + (" FOR UPDATE" if lock else ""), (file,)).fetchone()
    return _file(row) if row else None


def claim(connection: Connection, *, at: datetime) -> tuple[IntakeFile, bytes] | None:
    """Take one file that is due and keep it until the transaction ends; one that another worker has is passed over."""
    row = connection.execute(
        f"SELECT {_COLUMNS}, ciphertext FROM channel_file WHERE state = 'received' AND due_at <= %s"  # noqa: S608 - ours
        " ORDER BY due_at, written FOR NO KEY UPDATE SKIP LOCKED LIMIT 1",
        (at,),
    ).fetchone()
    return None if row is None else (_file(row[:-1]), bytes(row[-1]))


def content_of(connection: Connection, file: UUID) -> bytes | None:
    """Return the sealed content, where it is still here."""
    row = connection.execute("SELECT ciphertext FROM channel_file WHERE id = %s", (file,)).fetchone()
    return bytes(row[0]) if row and row[0] is not None else None


def settle(
    connection: Connection,
    file: UUID,
    *,
    state: State,
    at: datetime,
    exchange: UUID | None = None,
    reasons: Sequence[object] = (),
    answer_name: str | None = None,
    answer_size: int | None = None,
) -> None:
    """Write what came of a file; its content is destroyed with that."""
    connection.execute(
        "UPDATE channel_file SET state = %s, settled_at = %s, exchange = %s, reasons = %s, answer_name = %s,"
        " answer_size = %s, ciphertext = NULL WHERE id = %s AND state = 'received'",
        (state, at, exchange, Jsonb(list(reasons)), answer_name, answer_size, file),
    )


def postpone(connection: Connection, file: UUID, *, due_at: datetime) -> None:
    """Try a file again later."""
    connection.execute("UPDATE channel_file SET attempts = attempts + 1, due_at = %s WHERE id = %s", (due_at, file))


def answer_names(connection: Connection, *, party: str, channel: str, folder: str) -> frozenset[str]:
    """Return the names that answers in a folder have now."""
    rows = connection.execute(
        "SELECT answer_name FROM channel_file WHERE party = %s AND channel = %s AND folder = %s AND state = 'answered'",
        (party, channel, folder),
    )
    return frozenset(row[0] for row in rows)


def shown(connection: Connection, *, party: str, channel: str, since: datetime, most: int) -> tuple[IntakeFile, ...]:
    """Return what a party sees, newest first: what waits, what was answered, what was settled since that moment."""
    rows = connection.execute(
        _FIND + "party = %s AND channel = %s AND (state IN ('staged', 'received', 'answered') OR received_at >= %s)"
        " AND (hidden_in IS NULL OR hidden_out IS NULL) ORDER BY written DESC LIMIT %s",
        (party, channel, since, most),
    )
    return tuple(_file(row) for row in rows)


def mark_fetched(connection: Connection, file: UUID, *, at: datetime) -> None:
    """Note that an answer was read to its end or handed over."""
    connection.execute(
        "UPDATE channel_file SET fetched_at = coalesce(fetched_at, %s) WHERE id = %s AND state = 'answered'", (at, file)
    )


def mark_collected(connection: Connection, file: UUID) -> None:
    """Note that the party has its answer."""
    connection.execute("UPDATE channel_file SET state = 'collected' WHERE id = %s AND state = 'answered'", (file,))


def fetched_before(connection: Connection, *, before: datetime, most: int = 100) -> tuple[IntakeFile, ...]:
    """Return the answers that were fetched before a moment and never removed."""
    rows = connection.execute(_FIND + "state = 'answered' AND fetched_at <= %s LIMIT %s", (before, most))
    return tuple(_file(row) for row in rows)


def hide(connection: Connection, file: UUID, *, side: str, at: datetime) -> None:
    """Take a receipt out of a party's sight; the row stays."""
    column = "hidden_in" if side == "in" else "hidden_out"
    connection.execute(f"UPDATE channel_file SET {column} = %s WHERE id = %s", (at, file))  # noqa: S608 - one of two


def delete_staged(connection: Connection, file: UUID) -> None:
    """Forget a half upload."""
    connection.execute("DELETE FROM channel_file WHERE id = %s AND state = 'staged'", (file,))


def delete_old_staged(connection: Connection, *, before: datetime) -> int:
    """Forget half uploads that nobody finished; return how many."""
    return connection.execute(
        "DELETE FROM channel_file WHERE state = 'staged' AND received_at < %s", (before,)
    ).rowcount


def is_migrated(connection: Connection) -> bool:
    """Return whether the tables of this version are there."""
    return connection.execute("SELECT to_regclass('channel_file') IS NOT NULL").fetchone() == (True,)


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """Return how many files there are per channel and state."""
    rows = connection.execute("SELECT channel, state, count(*) FROM channel_file GROUP BY channel, state")
    return {(row[0], row[1]): int(row[2]) for row in rows}


def _file(row: Sequence[Any]) -> IntakeFile:
    values = list(row)
    values[7], values[13] = bytes(values[7]), tuple(values[13])
    return IntakeFile(*values)
