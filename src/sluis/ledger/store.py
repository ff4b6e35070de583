"""The SQL that writes evidence and reads it back. Nothing here commits, nothing updates, nothing deletes but a key."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from sluis.database import Connection
from sluis.ledger.entry import EntryId
from sluis.ledger.persons import PersonKey
from sluis.ledger.tree import HASH_BYTES

_ROW_OF_KEY: Final = 3 * HASH_BYTES
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_COPY_HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_TRAILER: Final = b"\xff\xff"
_COPY_BYTES: Final = 1 << 20
_NULL: Final = b"\xff\xff\xff\xff"
_FIELDS: Final = [struct.pack(">h", count) for count in range(16)]
_length: Final = struct.Struct(">i").pack
_int64: Final = struct.Struct(">q").pack
_TAG_HEAD: Final = _FIELDS[3] + _length(HASH_BYTES)

# The key of a new person is made where it is kept: two UUIDs of version 4, 244 bits from the server's own source.
_RECORD_ONE: Final = r"""
WITH known AS (
    SELECT key, tag FROM ledger_person_key WHERE reference = %(reference)s ORDER BY key LIMIT 1
), fresh AS MATERIALIZED (
    SELECT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) AS key WHERE NOT EXISTS (SELECT FROM known)
), made AS (
    INSERT INTO ledger_person_key (reference, key, tag)
    SELECT %(reference)s, key, ledger_derived(key, 'index'::bytea) FROM fresh
    RETURNING key, tag
), sealed AS MATERIALIZED (
    SELECT tag, convert_to(encode(sha256('\x00'::bytea || pseudonym), 'hex'), 'UTF8') AS root
    FROM (SELECT tag, ledger_derived(key, uuid_send(%(id)s)) AS pseudonym
          FROM (SELECT key, tag FROM known UNION ALL SELECT key, tag FROM made) AS chosen) AS named
), indexed AS (
    INSERT INTO ledger_subject (tag, at, entry_id) SELECT tag, %(at)s, %(id)s FROM sealed
)
INSERT INTO ledger_entry (id, at, party, counterparty, canonical)
SELECT %(id)s, %(at)s, %(party)s, %(counterparty)s, {canonical}
FROM sealed
"""


@lru_cache(maxsize=16)
def _record_one(places: int) -> bytes:
    """Return the statement for an entry in which the root of the one person's set stands in so many places."""
    canonical = "%(canonical)s::bytea"
    for place in range(places):
        canonical = f"overlay({canonical} PLACING root FROM %(place{place})s::int)"
    return _RECORD_ONE.format(canonical=canonical).encode()


def insert_entry_of_one(
    connection: Connection,
    *,
    entry_id: EntryId,
    at: datetime,
    party: str,
    counterparty: str | None,
    canonical: bytes,
    places: Sequence[int],
    reference: bytes,
) -> None:
    """Write an entry about one person in one statement: key found or made, pseudonym, index row and entry.

    `canonical` holds 64 other signs at each of `places` (offsets) where the root of that person's set belongs.
    """
    cursor = connection.execute(
        _record_one(len(places)),
        {
            "reference": reference,
            "id": entry_id,
            "at": at,
            "party": party,
            "counterparty": counterparty,
            "canonical": canonical,
            **{f"place{number}": place + 1 for number, place in enumerate(places)},
        },
        prepare=True,
    )
    if cursor.rowcount != 1:
        raise RuntimeError("The ledger took no entry.")


_RECORD_FEW: Final = """
WITH made AS (
    INSERT INTO ledger_person_key (reference, key, tag)
    SELECT * FROM unnest(%(references)s::bytea[], %(keys)s::bytea[], %(new_tags)s::bytea[])
), indexed AS (
    INSERT INTO ledger_subject (tag, at, entry_id) SELECT tag, %(at)s, %(id)s FROM unnest(%(tags)s::bytea[]) AS tag
), kept AS (
    INSERT INTO ledger_subject_set (entry_id, name, pseudonyms)
    SELECT %(id)s, name, joined FROM unnest(%(names)s::text[], %(joined)s::bytea[]) AS given (name, joined)
)
INSERT INTO ledger_entry (id, at, party, counterparty, canonical)
VALUES (%(id)s, %(at)s, %(party)s, %(counterparty)s, %(canonical)s)
"""


def insert_entry_of_few(
    connection: Connection,
    *,
    entry_id: EntryId,
    at: datetime,
    party: str,
    counterparty: str | None,
    canonical: bytes,
    tags: Sequence[bytes],
    sets: Sequence[tuple[str, bytes]],
    made: Sequence[tuple[bytes, PersonKey]],
) -> None:
    """Write an entry about a few persons in one statement: new keys, index rows, groups and entry."""
    connection.execute(
        _RECORD_FEW,
        {
            "references": [reference for reference, _ in made],
            "keys": [key[:HASH_BYTES] for _, key in made],
            "new_tags": [key[HASH_BYTES:] for _, key in made],
            "tags": list(tags),
            "names": [name for name, _ in sets],
            "joined": [joined for _, joined in sets],
            "id": entry_id,
            "at": at,
            "party": party,
            "counterparty": counterparty,
            "canonical": canonical,
        },
        prepare=True,
    )


def insert_entry(
    connection: Connection, *, entry_id: EntryId, at: datetime, party: str, counterparty: str | None, canonical: bytes
) -> None:
    """Write an entry about nobody."""
    connection.execute(
        "INSERT INTO ledger_entry (id, at, party, counterparty, canonical) VALUES (%s, %s, %s, %s, %s)",
        (entry_id, at, party, counterparty, canonical),
        prepare=True,
    )


def person_keys(connection: Connection, references: Sequence[bytes]) -> dict[bytes, PersonKey]:
    """Return the keys that are kept under these references, in one round trip; of two of one person the lower.

    The references go and the keys come as one value each: 20,000 rows cost more in reading than in finding.
    """
    row = connection.execute(
        """
        SELECT string_agg(reference || key || tag, ''::bytea) FROM ledger_person_key
        WHERE reference = ANY (ARRAY(
            SELECT substr(given, place * 32 + 1, 32)
            FROM (SELECT %(all)s::bytea AS given OFFSET 0) AS joined
            CROSS JOIN generate_series(0, %(count)s::int - 1) AS place
        ))
        """,
        {"all": b"".join(references), "count": len(references)},
        binary=True,
    ).fetchone()
    rows: bytes = row[0] if row and row[0] else b""
    found = {
        rows[start : start + HASH_BYTES]: PersonKey(rows[start + HASH_BYTES : start + _ROW_OF_KEY])
        for start in range(0, len(rows), _ROW_OF_KEY)
    }
    if len(found) * _ROW_OF_KEY != len(rows):
        for start in range(0, len(rows), _ROW_OF_KEY):
            reference, key = rows[start : start + HASH_BYTES], rows[start + HASH_BYTES : start + _ROW_OF_KEY]
            found[reference] = min(found[reference], PersonKey(key))
    return found


def all_person_keys(connection: Connection, reference: bytes) -> list[PersonKey]:
    """Return every key of one person: two where two transactions met a new person at once."""
    rows = connection.execute("SELECT key || tag FROM ledger_person_key WHERE reference = %s", (reference,))
    return [PersonKey(pair) for (pair,) in rows]


def insert_person_keys(connection: Connection, keys: Iterable[tuple[bytes, PersonKey]]) -> None:
    """Keep new keys under their references."""
    copy_rows(
        connection,
        "COPY ledger_person_key (reference, key, tag) FROM STDIN (FORMAT binary)",
        ((reference, made[:HASH_BYTES], made[HASH_BYTES:]) for reference, made in keys),
    )


def insert_entries(connection: Connection, rows: Iterable[tuple[EntryId, datetime, str, str | None, bytes]]) -> None:
    """Write many entries: number, moment, party, counterparty, canonical bytes."""
    copy_rows(
        connection,
        "COPY ledger_entry (id, at, party, counterparty, canonical) FROM STDIN (FORMAT binary)",
        (
            (entry_id.bytes, moment_bytes(at), party.encode(), None if other is None else other.encode(), canonical)
            for entry_id, at, party, other, canonical in rows
        ),
    )


def insert_subjects(connection: Connection, entries: Iterable[tuple[EntryId, datetime, Sequence[bytes]]]) -> None:
    """Write the rows by which persons find their entries: per entry its number, moment and the sorted tags."""
    copy_blocks(
        connection,
        "COPY ledger_subject (tag, at, entry_id) FROM STDIN (FORMAT binary)",
        (
            _TAG_HEAD
            + ((tail := _length(8) + moment_bytes(at) + _length(16) + entry_id.bytes) + _TAG_HEAD).join(tags)
            + tail
            for entry_id, at, tags in entries
            if tags
        ),
    )


def insert_subject_sets(connection: Connection, rows: Iterable[tuple[EntryId, str, bytes]]) -> None:
    """Write the sorted pseudonyms of groups of two persons or more."""
    copy_rows(
        connection,
        "COPY ledger_subject_set (entry_id, name, pseudonyms) FROM STDIN (FORMAT binary)",
        ((entry_id.bytes, name.encode(), pseudonyms) for entry_id, name, pseudonyms in rows),
    )


def delete_person_keys(keeper: Connection, reference: bytes) -> int:
    """Destroy every key of one person; only the keeper's role may. Return how many there were."""
    return keeper.execute("DELETE FROM ledger_person_key WHERE reference = %s", (reference,)).rowcount


def moment_bytes(at: datetime) -> bytes:
    """Write a moment as PostgreSQL's binary timestamptz: microseconds since 2000."""
    return _int64((at - _EPOCH) // timedelta(microseconds=1))


def int64_bytes(number: int) -> bytes:
    """Write a whole number as PostgreSQL's binary bigint."""
    return _int64(number)


def copy_rows(connection: Connection, statement: str, rows: Iterable[Sequence[bytes | None]]) -> None:
    """COPY rows whose fields are already in PostgreSQL's binary form: twice as fast as one call per row."""
    copy_blocks(connection, statement, (_row(values) for values in rows))


def copy_blocks(connection: Connection, statement: str, blocks: Iterable[bytes]) -> None:
    """COPY blocks that each hold whole rows in PostgreSQL's binary form, in pieces of about a megabyte."""
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        held, size = [_COPY_HEADER], 0
        for block in blocks:
            held.append(block)
            size += len(block)
            if size > _COPY_BYTES:
                copy.write(b"".join(held))
                held, size = [], 0
        copy.write(b"".join((*held, _COPY_TRAILER)))


def _row(values: Sequence[bytes | None]) -> bytes:
    parts = [_FIELDS[len(values)]]
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            parts += (_length(len(value)), value)
    return b"".join(parts)


def make_months(owner: Connection, first: date, months: int) -> int:
    """Make the partitions of the coming months, with the rights of the owner; return how many were made."""
    row = owner.execute("SELECT ledger_make_months(%s, %s)", (first, months)).fetchone()
    return int(row[0]) if row else 0
