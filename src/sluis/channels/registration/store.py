"""The table of keys and certificates."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sluis.channels.registration.model import Kind, PartyKey
from sluis.database import Connection

_COLUMNS = "id, kind, party, actor, fingerprint, content, address, name, evidence, added_at, added_by, removed_at"
_FIND = f"SELECT {_COLUMNS} FROM channel_key WHERE "  # noqa: S608 - the columns are ours


def insert_key(connection: Connection, key: PartyKey) -> bool:
    """Keep a key; False where it is registered already."""
    cursor = connection.execute(
        "INSERT INTO channel_key (id, kind, party, actor, fingerprint, content, address, name, evidence, added_at,"
        " added_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            key.id,
            key.kind,
            key.party,
            key.actor,
            key.fingerprint,
            key.content,
            key.address,
            key.name,
            key.evidence,
            key.added_at,
            key.added_by,
        ),
    )
    return cursor.rowcount == 1


def remove_key(connection: Connection, *, key: UUID, by: str, because: str, at: datetime) -> bool:
    """Let a key open nothing any more; False where it was removed before."""
    cursor = connection.execute(
        "UPDATE channel_key SET removed_at = %s, removed_by = %s, removed_because = %s"
        " WHERE id = %s AND removed_at IS NULL",
        (at, by, because, key),
    )
    return cursor.rowcount == 1


def find_key(connection: Connection, *, party: str, kind: Kind, fingerprint: str) -> PartyKey | None:
    """Return the key of a party with this fingerprint, where it was not removed."""
    row = connection.execute(
        _FIND + "party = %s AND kind = %s AND fingerprint = %s AND removed_at IS NULL", (party, kind, fingerprint)
    ).fetchone()
    return PartyKey(*row) if row else None


def key_is_valid(connection: Connection, key: UUID) -> bool:
    """Return whether a key still opens its door."""
    row = connection.execute("SELECT removed_at IS NULL FROM channel_key WHERE id = %s", (key,)).fetchone()
    return bool(row and row[0])


def has_key_of_actor(connection: Connection, actor: str) -> bool:
    """Return whether another key still stands for this machine."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM channel_key WHERE actor = %s AND removed_at IS NULL)", (actor,)
    ).fetchone()
    return bool(row and row[0])


def list_keys(
    connection: Connection, *, party: str | None = None, kind: Kind | None = None, most: int = 200
) -> tuple[PartyKey, ...]:
    """Return the keys that open a door now, by party and name."""
    rows = connection.execute(
        _FIND + "removed_at IS NULL AND (%(party)s::text IS NULL OR party = %(party)s)"
        " AND (%(kind)s::text IS NULL OR kind = %(kind)s) ORDER BY party, name, id LIMIT %(most)s",
        {"party": party, "kind": kind, "most": most},
    )
    return tuple(PartyKey(*row) for row in rows)


def certificates_at(connection: Connection, address: str, *, most: int = 20) -> tuple[PartyKey, ...]:
    """Return the certificates that stand for a mail address."""
    rows = connection.execute(
        _FIND + "kind = 'smime' AND address = %s AND removed_at IS NULL ORDER BY added_at DESC LIMIT %s",
        (address, most),
    )
    return tuple(PartyKey(*row) for row in rows)


def find_client(connection: Connection, fingerprint: str) -> PartyKey | None:
    """Return the registered client certificate with this fingerprint; it stands for one party only."""
    row = connection.execute(
        _FIND + "kind = 'tls' AND fingerprint = %s AND removed_at IS NULL", (fingerprint,)
    ).fetchone()
    return PartyKey(*row) if row else None
