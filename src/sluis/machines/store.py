"""The SQL of machines: keys, what counts once, limits, signatures, and answers kept for a day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime

from psycopg.types.json import Jsonb

from sluis.database import Connection
from sluis.machines.model import Machine, MachineKey

_MACHINE = "id, party, name, registered_by, registered_at, revoked_at, until, reason"
_KEY = "thumbprint, machine, algorithm, public_key, added_by, added_at, retired_at, confirmed_by"


def insert_machine(connection: Connection, machine: Machine) -> None:
    """Add a machine; its actor is there already."""
    connection.execute(
        "INSERT INTO machine (id, party, name, registered_by, registered_at, until, reason)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            machine.id, machine.party, machine.name, machine.registered_by, machine.registered_at, machine.until,
            machine.reason,
        ),
    )  # fmt: skip


def find_machine(connection: Connection, machine: str, *, lock: bool = False) -> Machine | None:
    """Return a machine by its id, revoked or not; locked for a change where asked."""
    row = connection.execute(
        f"SELECT {_MACHINE} FROM machine WHERE id = %s" + (" FOR NO KEY UPDATE" if lock else ""),  # noqa: S608 - constants
        (machine,),
    ).fetchone()
    return None if row is None else Machine(*row)


def list_machines(connection: Connection, *, party: str, most: int = 200) -> list[Machine]:
    """Return the machines of a party, the newest first."""
    rows = connection.execute(
        f"SELECT {_MACHINE} FROM machine WHERE party = %s ORDER BY registered_at DESC, id LIMIT %s",  # noqa: S608 - constants
        (party, most),
    )
    return [Machine(*row) for row in rows]


def revoke(connection: Connection, machine: str, *, by: str, at: datetime) -> None:
    """Write that a machine is revoked."""
    connection.execute(
        "UPDATE machine SET revoked_by = %s, revoked_at = %s WHERE id = %s AND revoked_at IS NULL", (by, at, machine)
    )


def insert_key(connection: Connection, key: MachineKey) -> bool:
    """Add a key; False when it is somebody's already."""
    cursor = connection.execute(
        "INSERT INTO machine_key (thumbprint, machine, algorithm, public_key, added_by, added_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (key.thumbprint, key.machine, key.algorithm, Jsonb(dict(key.public_key)), key.added_by, key.added_at),
    )
    return cursor.rowcount == 1


def list_keys(connection: Connection, machine: str, *, most: int = 200) -> list[MachineKey]:
    """Return the keys of a machine, retired ones too, the newest first."""
    rows = connection.execute(
        f"SELECT {_KEY} FROM machine_key WHERE machine = %s ORDER BY added_at DESC, thumbprint LIMIT %s",  # noqa: S608 - constants
        (machine, most),
    )
    return [MachineKey(*row) for row in rows]


def find_live_key(connection: Connection, thumbprint: str, *, on: date) -> tuple[MachineKey, Machine] | None:
    """Return a key that may sign on this day, with its machine.

    None for a key that is unknown, unconfirmed or retired, and for a machine that is revoked or holds no role any more.
    """
    row = connection.execute(
        "SELECT k.thumbprint, k.machine, k.algorithm, k.public_key, k.added_by, k.added_at, k.retired_at,"
        " k.confirmed_by, m.id, m.party, m.name, m.registered_by, m.registered_at, m.revoked_at, m.until, m.reason"
        " FROM machine_key k JOIN machine m ON m.id = k.machine"
        " WHERE k.thumbprint = %s AND k.confirmed_by IS NOT NULL AND k.retired_at IS NULL AND m.revoked_at IS NULL"
        " AND EXISTS (SELECT FROM actor_role r WHERE r.actor = m.id AND r.party = m.party AND r.valid @> %s::date)",
        (thumbprint, on),
    ).fetchone()
    return None if row is None else (MachineKey(*row[:8]), Machine(*row[8:]))


def confirm(connection: Connection, thumbprint: str, *, by: str, at: datetime) -> None:
    """Write who was the second pair of eyes: from now on the key counts."""
    connection.execute(
        "UPDATE machine_key SET confirmed_by = %s, confirmed_at = %s WHERE thumbprint = %s AND confirmed_by IS NULL",
        (by, at, thumbprint),
    )


def same_person(connection: Connection, one: str, other: str) -> bool:
    """Return whether two accounts are of one person, as the sign-in provider knows them."""
    row = connection.execute("SELECT same_person(%s, %s)", (one, other)).fetchone()
    return bool(row and row[0])


def has_held_a_role(connection: Connection, machine: str) -> bool:
    """Return whether a machine was ever given a role: it is given one once, with its first confirmed key."""
    row = connection.execute("SELECT EXISTS (SELECT FROM actor_role WHERE actor = %s)", (machine,)).fetchone()
    return bool(row and row[0])


def name_of(connection: Connection, actor: str) -> str:
    """Return the name of who did something; the word itself where it is no actor (the operator)."""
    row = connection.execute("SELECT display_name FROM actor WHERE id = %s", (actor,)).fetchone()
    return actor if row is None else str(row[0])


def retire(connection: Connection, thumbprint: str, *, by: str, at: datetime) -> None:
    """Write that a key is retired."""
    connection.execute(
        "UPDATE machine_key SET retired_by = %s, retired_at = %s WHERE thumbprint = %s AND retired_at IS NULL",
        (by, at, thumbprint),
    )


def see_once(connection: Connection, *parts: str, until: datetime) -> bool:
    """Take a mark that counts once until it has expired; False when somebody took it before, in any process."""
    mark = hashlib.sha256("\x00".join(parts).encode()).digest()
    cursor = connection.execute(
        "INSERT INTO machine_seen (mark, until) VALUES (%s, %s) ON CONFLICT DO NOTHING", (mark, until)
    )
    return cursor.rowcount == 1


def count_use(connection: Connection, *, party: str, turn: int) -> int:
    """Count one request of a party in this turn, for all processes together; return how many there are now."""
    row = connection.execute(
        "INSERT INTO machine_rate AS r (party, turn, used) VALUES (%s, %s, 1)"
        " ON CONFLICT (party, turn) DO UPDATE SET used = r.used + 1 RETURNING used",
        (party, turn),
    ).fetchone()
    assert row is not None  # RETURNING gives the row
    return int(row[0])


def keep_signature(
    connection: Connection, *, machine: str, thumbprint: str, signature: bytes, sealed_base: bytes, at: datetime
) -> str:
    """Keep the signature of a request beside the entry that holds its hash; return the hash."""
    digest = hashlib.sha256(signature).hexdigest()
    connection.execute(
        "INSERT INTO machine_signature (hash, machine, thumbprint, signature, sealed_base, kept_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (digest, machine, thumbprint, signature, sealed_base, at),
    )
    return digest


@dataclass(frozen=True, slots=True)
class KeptSignature:
    """A signature that was kept as evidence."""

    machine: str
    thumbprint: str
    signature: bytes = field(repr=False)
    sealed_base: bytes = field(repr=False)


def find_signature(connection: Connection, digest: str) -> KeptSignature | None:
    """Return the signature with this hash."""
    row = connection.execute(
        "SELECT machine, thumbprint, signature, sealed_base FROM machine_signature WHERE hash = %s", (digest,)
    ).fetchone()
    return None if row is None else KeptSignature(row[0], row[1], bytes(row[2]), bytes(row[3]))


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered to a write: nothing yet where the work was begun and not finished."""

    body_hash: bytes
    status: int | None
    sealed: bytes | None = field(repr=False)


def begin_answer(
    connection: Connection, *, party: str, mark: bytes, body_hash: bytes, at: datetime, until: datetime
) -> bool:
    """Claim an idempotency key; False when it is taken. Waits for who is claiming it at this very moment."""
    connection.execute("DELETE FROM machine_answer WHERE party = %s AND mark = %s AND until <= %s", (party, mark, at))
    cursor = connection.execute(
        "INSERT INTO machine_answer (party, mark, body_hash, until) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (party, mark, body_hash, until),
    )
    return cursor.rowcount == 1


def find_answer(connection: Connection, *, party: str, mark: bytes) -> KeptAnswer | None:
    """Return what was answered under an idempotency key."""
    row = connection.execute(
        "SELECT body_hash, status, sealed FROM machine_answer WHERE party = %s AND mark = %s", (party, mark)
    ).fetchone()
    return None if row is None else KeptAnswer(bytes(row[0]), row[1], None if row[2] is None else bytes(row[2]))


def finish_answer(connection: Connection, *, party: str, mark: bytes, status: int, sealed: bytes) -> None:
    """Keep the answer of a write."""
    connection.execute(
        "UPDATE machine_answer SET status = %s, sealed = %s WHERE party = %s AND mark = %s",
        (status, sealed, party, mark),
    )


def remove_expired(connection: Connection, *, at: datetime, turn: int) -> None:
    """Remove what no longer counts, a bounded number of rows at a time."""
    for table, column in (("machine_seen", "mark"), ("machine_answer", "mark")):
        connection.execute(
            f"DELETE FROM {table} WHERE {column} IN"  # noqa: S608 - constants
            f" (SELECT {column} FROM {table} WHERE until < %s LIMIT 10000) AND until < %s",
            (at, at),
        )
    connection.execute("DELETE FROM machine_rate WHERE turn < %s", (turn,))


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A fictional party that somebody tries the API with, until it is cleaned up."""

    party: str
    machine: str
    agreement: str
    until: datetime


def insert_sandbox(connection: Connection, sandbox: Sandbox) -> None:
    """Remember a sandbox."""
    connection.execute(
        "INSERT INTO machine_sandbox (party, machine, agreement, until) VALUES (%s, %s, %s, %s)",
        (sandbox.party, sandbox.machine, sandbox.agreement, sandbox.until),
    )


def take_overdue_sandboxes(connection: Connection, *, at: datetime, most: int = 100) -> list[Sandbox]:
    """Take the sandboxes whose time is over, each by one process."""
    rows = connection.execute(
        "DELETE FROM machine_sandbox WHERE party IN (SELECT party FROM machine_sandbox WHERE until < %s"
        " ORDER BY until LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING party, machine, agreement, until",
        (at, most),
    )
    return [Sandbox(*row) for row in rows]


def count_sandboxes(connection: Connection) -> int:
    """Return how many sandboxes there are."""
    row = connection.execute("SELECT count(*) FROM machine_sandbox").fetchone()
    return int(row[0]) if row else 0
