"""The SQL of the doors: sign-ins that were begun, and passkeys. A secret of a browser is kept as its hash only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sluis.database import Connection

ATTEMPT_LIMIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that a browser began: what must come back, and where to go afterwards."""

    state: str
    nonce: str
    verifier: str
    back: str
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of a person, as its owner sees it."""

    id: UUID
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credential:
    """What a passkey's signature is checked with."""

    actor: str
    public_key: bytes
    uses: int


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def add_attempt(connection: Connection, secret: str, kind: str, attempt: Attempt, *, at: datetime) -> None:
    """Keep a sign-in that began, and forget those that nobody finished."""
    connection.execute("DELETE FROM sign_in_attempt WHERE begun < %s", (at - ATTEMPT_LIMIT,))
    connection.execute(
        "INSERT INTO sign_in_attempt VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (_hash(secret), kind, attempt.state, attempt.nonce, attempt.verifier, attempt.back, attempt.person, at),
    )


def take_attempt(connection: Connection, secret: str, kind: str, *, at: datetime) -> Attempt | None:
    """Return a sign-in that this browser began not long ago, once: it is gone with the asking."""
    row = connection.execute(
        "DELETE FROM sign_in_attempt WHERE id_hash = %s AND kind = %s"
        " RETURNING state, nonce, verifier, back, person, begun",
        (_hash(secret), kind),
    ).fetchone()
    if row is None or row[5] <= at - ATTEMPT_LIMIT:
        return None
    return Attempt(*row[:5])


def add_passkey(
    connection: Connection, *, credential: bytes, actor: str, public_key: bytes, uses: int, name: str, at: datetime
) -> bool:
    """Keep a passkey; False when that very key is known already."""
    return (
        connection.execute(
            "INSERT INTO person_passkey (credential, actor, public_key, uses, name, added_at)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (credential, actor, public_key, uses, name, at),
        ).rowcount
        == 1
    )


def list_passkeys(connection: Connection, actor: str, *, most: int = 50) -> list[Passkey]:
    """Return the passkeys that a person can sign in with."""
    rows = connection.execute(
        "SELECT id, name, added_at, used_at FROM person_passkey WHERE actor = %s AND withdrawn_at IS NULL"
        " ORDER BY added_at LIMIT %s",
        (actor, most),
    )
    return [Passkey(*row) for row in rows]


def known_credentials(connection: Connection, actor: str) -> list[bytes]:
    """Return the identifiers of a person's passkeys, so that one device is not registered twice."""
    rows = connection.execute(
        "SELECT credential FROM person_passkey WHERE actor = %s AND withdrawn_at IS NULL LIMIT 50", (actor,)
    )
    return [bytes(row[0]) for row in rows]


def lock_credential(connection: Connection, credential: bytes) -> Credential | None:
    """Return what a signature is checked with, and keep its count from changing meanwhile."""
    row = connection.execute(
        "SELECT actor, public_key, uses FROM person_passkey WHERE credential = %s AND withdrawn_at IS NULL FOR UPDATE",
        (credential,),
    ).fetchone()
    return None if row is None else Credential(row[0], bytes(row[1]), row[2])


def note_use(connection: Connection, credential: bytes, *, uses: int, at: datetime) -> None:
    """Write down how often the authenticator says that it was used."""
    connection.execute(
        "UPDATE person_passkey SET uses = %s, used_at = %s WHERE credential = %s", (uses, at, credential)
    )


def withdraw_passkey(connection: Connection, actor: str, passkey: UUID, *, at: datetime) -> bool:
    """Let a passkey open nothing any more; False when that person has no such passkey."""
    cursor = connection.execute(
        "UPDATE person_passkey SET withdrawn_at = %s WHERE id = %s AND actor = %s AND withdrawn_at IS NULL",
        (at, passkey, actor),
    )
    return cursor.rowcount == 1
