"""The only SQL of the lists slice. A change of state demands the state that it starts from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from sluis.database import Connection
from sluis.lists.model import Exchange, FileKind, KeyState, RowProblem, State

_COLUMNS = (
    "id, agreement, party, state, channel, created_by, created_at, changed_at, reference, request_name, asked,"
    " row_problems, reasons, entry, released, text_hash, collect_before, confirm_before, collected_at, collected_by,"
    " confirmed_at, confirmed_by, request_digest"
)


def _exchange(row: Mapping[str, Any]) -> Exchange:
    values = dict(row)
    values["row_problems"] = tuple(RowProblem(number, code) for number, code in row["row_problems"])
    values["reasons"] = tuple(row["reasons"])
    return Exchange(**values)


def insert_exchange(
    connection: Connection,
    *,
    id: UUID,
    agreement: str,
    party: str,
    channel: str,
    by: str,
    at: datetime,
    reference: date,
    digest: bytes,
    name: str,
    collect_before: datetime,
) -> bool:
    """Open an exchange in state received; False when this very file already has one that was not refused."""
    cursor = connection.execute(
        "INSERT INTO lists_exchange (id, agreement, party, state, channel, created_by, created_at, changed_at,"
        " reference, request_digest, request_name, collect_before)"
        " VALUES (%s, %s, %s, 'received', %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (agreement, party, request_digest) WHERE state <> 'refused' DO NOTHING",
        (id, agreement, party, channel, by, at, at, reference, digest, name, collect_before),
    )
    return cursor.rowcount == 1


def find_exchange(connection: Connection, id: UUID, *, lock: bool = False) -> Exchange | None:
    """Return an exchange; with `lock` nobody else changes it before this transaction ends."""
    query = f"SELECT {_COLUMNS} FROM lists_exchange WHERE id = %s"  # noqa: S608 - the columns are ours
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(query + " FOR UPDATE" if lock else query, (id,)).fetchone()
    return None if row is None else _exchange(row)


def find_by_digest(connection: Connection, *, agreement: str, party: str, digest: bytes) -> Exchange | None:
    """Return the exchange that this very file opened and that was not refused."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            f"SELECT {_COLUMNS} FROM lists_exchange"  # noqa: S608 - the columns are ours
            " WHERE agreement = %s AND party = %s AND request_digest = %s AND state <> 'refused'",
            (agreement, party, digest),
        ).fetchone()
    return None if row is None else _exchange(row)


def list_exchanges(
    connection: Connection, *, party: str, agreement: str | None = None, most: int = 50, skip: int = 0
) -> list[Exchange]:
    """Return a party's exchanges, newest first, without their problems per row: those of a city are megabytes."""
    columns = _COLUMNS.replace(" row_problems,", " '[]'::jsonb AS row_problems,")
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            f"SELECT {columns} FROM lists_exchange"  # noqa: S608 - the columns are ours
            " WHERE party = %(party)s AND (%(agreement)s::text IS NULL OR agreement = %(agreement)s)"
            " ORDER BY created_at DESC, id LIMIT %(most)s OFFSET %(skip)s",
            {"party": party, "agreement": agreement, "most": most, "skip": skip},
        ).fetchall()
    return [_exchange(row) for row in rows]


def count_exchanges(connection: Connection, *, party: str) -> int:
    """Return how many exchanges a party has."""
    row = connection.execute("SELECT count(*) FROM lists_exchange WHERE party = %s", (party,)).fetchone()
    assert row is not None
    return int(row[0])


def count_by_state(connection: Connection, *, party: str) -> dict[str, int]:
    """Return how many exchanges of a party stand in each state."""
    rows = connection.execute("SELECT state, count(*) FROM lists_exchange WHERE party = %s GROUP BY state", (party,))
    return {row[0]: int(row[1]) for row in rows}


def change_state(connection: Connection, exchange: Exchange, *, target: State, at: datetime, **changes: object) -> bool:
    """Move an exchange from the state it was seen in; False when somebody else moved it first.

    `changes` are columns of the table and their new values.
    """
    columns = {"state": target, "changed_at": at, **changes}
    assignments = ", ".join(f"{column} = %({column})s" for column in columns)
    cursor = connection.execute(
        f"UPDATE lists_exchange SET {assignments} WHERE id = %(id)s AND state = %(seen)s",  # noqa: S608 - our columns
        {**columns, "id": exchange.id, "seen": exchange.state},
    )
    return cursor.rowcount == 1


def problems_json(problems: Iterable[RowProblem]) -> Jsonb:
    """Return row problems in the form that the table keeps."""
    return Jsonb([[problem.row, problem.code] for problem in problems])


def put_file(connection: Connection, exchange: UUID, kind: FileKind, ciphertext: bytes, *, at: datetime) -> None:
    """Keep a sealed file."""
    connection.execute("INSERT INTO lists_file VALUES (%s, %s, %s, %s)", (exchange, kind, ciphertext, at))


def get_file(connection: Connection, exchange: UUID, kind: FileKind) -> bytes | None:
    """Return a sealed file, or None once it is destroyed."""
    row = connection.execute(
        "SELECT ciphertext FROM lists_file WHERE exchange = %s AND kind = %s", (exchange, kind)
    ).fetchone()
    return None if row is None else bytes(row[0])


def delete_files(connection: Connection, exchange: UUID) -> list[str]:
    """Destroy the files that are kept for an exchange and return which kinds there were."""
    rows = connection.execute("DELETE FROM lists_file WHERE exchange = %s RETURNING kind", (exchange,)).fetchall()
    return sorted(row[0] for row in rows)


def overdue_files(connection: Connection, *, at: datetime, most: int = 500) -> list[UUID]:
    """Return exchanges whose files were not collected in time."""
    rows = connection.execute(
        "SELECT id FROM lists_exchange WHERE state IN ('received', 'read', 'answered') AND collect_before <= %s"
        " ORDER BY collect_before LIMIT %s",
        (at, most),
    )
    return [row[0] for row in rows]


def overdue_confirmations(connection: Connection, *, on: date, most: int = 500) -> list[tuple[UUID, int, datetime]]:
    """Return collected exchanges past their day of confirmation: id, reminders sent, moment of the last one."""
    rows = connection.execute(
        "SELECT e.id, count(r.ordinal)::int, coalesce(max(r.sent_at), e.collected_at) FROM lists_exchange e"
        " LEFT JOIN lists_reminder r ON r.exchange = e.id"
        " WHERE e.state = 'collected' AND e.confirm_before < %s GROUP BY e.id ORDER BY e.confirm_before LIMIT %s",
        (on, most),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def open_confirmations(
    connection: Connection, *, party: str | None, most: int, skip: int
) -> list[tuple[str, str, date, datetime]]:
    """Return collected answers that wait for a confirmation: agreement, party, last day, moment of collection."""
    rows = connection.execute(
        "SELECT agreement, party, confirm_before, collected_at FROM lists_exchange"
        " WHERE state = 'collected' AND confirm_before IS NOT NULL AND collected_at IS NOT NULL"
        " AND (%(party)s::text IS NULL OR party = %(party)s)"
        " ORDER BY confirm_before, id LIMIT %(most)s OFFSET %(skip)s",
        {"party": party, "most": most, "skip": skip},
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def insert_reminder(connection: Connection, exchange: UUID, *, ordinal: int, at: datetime) -> bool:
    """Record a reminder; False when it was sent already."""
    cursor = connection.execute(
        "INSERT INTO lists_reminder VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (exchange, ordinal, at)
    )
    return cursor.rowcount == 1


def count_reminders(connection: Connection, exchange: UUID) -> int:
    """Return how often the party was reminded to confirm destruction."""
    row = connection.execute("SELECT count(*) FROM lists_reminder WHERE exchange = %s", (exchange,)).fetchone()
    assert row is not None
    return int(row[0])


def list_reminders(connection: Connection, exchange: UUID) -> list[datetime]:
    """Return when the party was reminded to confirm destruction, oldest first."""
    rows = connection.execute("SELECT sent_at FROM lists_reminder WHERE exchange = %s ORDER BY ordinal", (exchange,))
    return [row[0] for row in rows]


def list_keys(connection: Connection, *, agreements: Sequence[str]) -> dict[tuple[str, str], KeyState]:
    """Return how far each key under these agreements is, by agreement and party."""
    rows = connection.execute(
        "SELECT agreement, party, proposed_party, proposed_by, confirmed_party, attempts FROM lists_key"
        " WHERE agreement = ANY(%s)",
        (list(agreements),),
    )
    return {(row[0], row[1]): KeyState(*row[2:]) for row in rows}


def find_key(connection: Connection, *, agreement: str, party: str, lock: bool = False) -> KeyState | None:
    """Return how far the key of a party's next exchange is; with `lock` nobody else sets it meanwhile."""
    query = (
        "SELECT proposed_party, proposed_by, confirmed_party, attempts FROM lists_key"
        " WHERE agreement = %s AND party = %s"
    )
    row = connection.execute(query + " FOR UPDATE" if lock else query, (agreement, party)).fetchone()
    return None if row is None else KeyState(*row)


def sealed_key(connection: Connection, *, agreement: str, party: str) -> bytes | None:
    """Return the sealed key."""
    row = connection.execute(
        "SELECT sealed FROM lists_key WHERE agreement = %s AND party = %s", (agreement, party)
    ).fetchone()
    return None if row is None else bytes(row[0])


def put_key(
    connection: Connection, *, agreement: str, party: str, sealed: bytes, by: str, own: str, at: datetime
) -> bool:
    """Keep a proposed key, in the place of an earlier proposal; False when there is one that was confirmed."""
    cursor = connection.execute(
        "INSERT INTO lists_key (agreement, party, sealed, proposed_by, proposed_party, proposed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (agreement, party) DO UPDATE SET"
        " sealed = excluded.sealed, proposed_by = excluded.proposed_by, proposed_party = excluded.proposed_party,"
        " proposed_at = excluded.proposed_at, attempts = 0 WHERE lists_key.confirmed_party IS NULL",
        (agreement, party, sealed, by, own, at),
    )
    return cursor.rowcount == 1


def confirm_key(connection: Connection, *, agreement: str, party: str, by: str, own: str, at: datetime) -> None:
    """Record that the DPO of the other party set the same key."""
    connection.execute(
        "UPDATE lists_key SET confirmed_by = %s, confirmed_party = %s, confirmed_at = %s"
        " WHERE agreement = %s AND party = %s AND confirmed_party IS NULL",
        (by, own, at, agreement, party),
    )


def count_attempt(connection: Connection, *, agreement: str, party: str) -> None:
    """Count a confirmation that differed."""
    connection.execute(
        "UPDATE lists_key SET attempts = attempts + 1 WHERE agreement = %s AND party = %s", (agreement, party)
    )


def delete_key(connection: Connection, *, agreement: str, party: str) -> bool:
    """Destroy a key; False when there was none."""
    return (
        connection.execute("DELETE FROM lists_key WHERE agreement = %s AND party = %s", (agreement, party)).rowcount
        == 1
    )
