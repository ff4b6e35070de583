"""The SQL of the tree: entries without a leaf, leaves, tiles and checkpoints. Inserts and reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sluis.database import Connection
from sluis.ledger.store import copy_blocks, copy_rows, int64_bytes
from sluis.ledger.tiles import WIDTH, ReadTile, Tile
from sluis.ledger.tree import HASH_BYTES, Hash

_LOCK: Final = 7_510_002
_LEAVES: Final = """
SELECT string_agg(leaf_hash, ''::bytea ORDER BY index) FROM ledger_leaf WHERE index >= %(first)s AND index < %(end)s
"""
_ROOTS_BELOW: Final = """
SELECT string_agg(root, ''::bytea ORDER BY index) FROM ledger_tile
WHERE level = %(below)s AND index >= %(first)s AND index < %(end)s
"""
_ID_BYTES: Final = 16
_CANDIDATE_BYTES: Final = _ID_BYTES + 8 + HASH_BYTES
_LEAF_HEAD: Final = (4).to_bytes(2, "big") + (8).to_bytes(4, "big")
_ID_HEAD, _AT_HEAD, _HASH_HEAD = (length.to_bytes(4, "big") for length in (_ID_BYTES, 8, HASH_BYTES))
Candidate = bytes
"""An entry without a leaf as the database writes it: 16 bytes of number, 8 of moment, 32 of leaf hash.

Kept as bytes because they only travel from one table to another; as Python values they cost ten times as much.
"""


def leaf_hash_of(candidate: Candidate) -> Hash:
    """Return the leaf hash of an entry without a leaf."""
    return candidate[-HASH_BYTES:]


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint as kept: its note, and its size and root beside it for the queries."""

    size: int
    root: Hash
    note: str
    at: datetime


# For this transaction: a sequencer that hangs gives its place up soon, and the planner walks from each new entry to
# the index of leaves. Left to itself it expects a third of the ledger, having no figures of what was just written, and
# reads all leaves at every look.
_TRY_LOCK: Final = """
SELECT pg_try_advisory_xact_lock(%s), pg_current_snapshot()::text,
       set_config('idle_in_transaction_session_timeout', '15s', true),
       set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true),
       set_config('enable_seqscan', 'off', true),
       set_config('max_parallel_workers_per_gather', '0', true)
"""


def try_lock(connection: Connection) -> tuple[bool, str]:
    """Become the one sequencer until this transaction ends, if no other is; return also the snapshot seen."""
    row = connection.execute(_TRY_LOCK, (_LOCK,), prepare=True).fetchone()
    assert row is not None
    return bool(row[0]), str(row[1])


def entries_without_leaf(connection: Connection, floor: int, most: int) -> tuple[int, list[Candidate]]:
    """Return the oldest transaction that still runs, and the committed entries from `floor` on that have no leaf.

    One statement, so that both are of one snapshot: whatever committed before that oldest transaction is in the list
    or has its leaf.
    """
    row = connection.execute(
        """
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, (
            SELECT string_agg(uuid_send(id) || timestamptz_send(at) || leaf_hash, ''::bytea ORDER BY at, id)
            FROM (
                SELECT id, at, leaf_hash FROM ledger_entry AS entry
                WHERE xid >= %s AND NOT EXISTS (SELECT FROM ledger_leaf AS leaf WHERE leaf.entry_id = entry.id)
                ORDER BY at, id LIMIT %s
            ) AS waiting
        )
        """,
        (floor, most),
        prepare=False,
        binary=True,
    ).fetchone()
    assert row is not None
    joined: bytes = row[1] or b""
    return int(row[0]), [joined[start : start + _CANDIDATE_BYTES] for start in range(0, len(joined), _CANDIDATE_BYTES)]


def insert_leaves(connection: Connection, first_index: int, entries: Sequence[Candidate]) -> None:
    """Give entries their places in the tree, from `first_index` on."""
    copy_blocks(
        connection,
        "COPY ledger_leaf (index, entry_id, at, leaf_hash) FROM STDIN (FORMAT binary)",
        (
            b"".join(
                (
                    _LEAF_HEAD,
                    int64_bytes(index),
                    _ID_HEAD,
                    entry[:_ID_BYTES],
                    _AT_HEAD,
                    entry[_ID_BYTES:-HASH_BYTES],
                    _HASH_HEAD,
                    entry[-HASH_BYTES:],
                )
            )
            for index, entry in enumerate(entries, first_index)
        ),
    )


def insert_tiles(connection: Connection, tiles: Iterable[Tile]) -> None:
    """Keep complete tiles."""
    copy_rows(
        connection,
        "COPY ledger_tile (level, index, root, hashes) FROM STDIN (FORMAT binary)",
        ((tile.level.to_bytes(2, "big"), int64_bytes(tile.index), tile.root, tile.hashes) for tile in tiles),
    )


def insert_checkpoint(connection: Connection, checkpoint: StoredCheckpoint) -> None:
    """Keep a signed checkpoint."""
    connection.execute(
        "INSERT INTO ledger_checkpoint (size, root, note, at) VALUES (%s, %s, %s, %s)",
        (checkpoint.size, checkpoint.root, checkpoint.note, checkpoint.at),
    )


def latest_checkpoint(connection: Connection) -> StoredCheckpoint | None:
    """Return the newest checkpoint, or None when nothing is in the tree yet."""
    row = connection.execute("SELECT size, root, note, at FROM ledger_checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    return None if row is None else StoredCheckpoint(*row)


def checkpoints(connection: Connection, *, above: int, most: int) -> list[StoredCheckpoint]:
    """Return checkpoints of more than `above` leaves, smallest first."""
    rows = connection.execute(
        "SELECT size, root, note, at FROM ledger_checkpoint WHERE size > %s ORDER BY size LIMIT %s", (above, most)
    )
    return [StoredCheckpoint(*row) for row in rows]


def tile_reader(connection: Connection) -> ReadTile:
    """Return the function that reads a tile, or what is there of it at the edge of the tree."""

    def read(level: int, index: int) -> bytes:
        row = connection.execute(
            "SELECT hashes FROM ledger_tile WHERE level = %s AND index = %s", (level, index), binary=True
        ).fetchone()
        if row is None:
            row = connection.execute(
                _ROOTS_BELOW if level else _LEAVES,
                {"first": index * WIDTH, "end": (index + 1) * WIDTH, "below": level - 1},
                binary=True,
            ).fetchone()
        return bytes(row[0]) if row and row[0] else b""

    return read


def tile(connection: Connection, level: int, index: int) -> Tile | None:
    """Return a complete tile as kept, with its root."""
    row = connection.execute(
        "SELECT root, hashes FROM ledger_tile WHERE level = %s AND index = %s", (level, index), binary=True
    ).fetchone()
    return None if row is None else Tile(level, index, bytes(row[0]), bytes(row[1]))
