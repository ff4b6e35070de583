"""Checks the ledger where it lives: everything an export shows, and what the database holds beside it.

Beside the audit of `audit.py`: columns say what the canonical bytes say, tiles hold the hashes of their leaves, every
person of an entry still finds it, and entries that wait for the tree are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sluis.database import Connection
from sluis.kernel.text import msg
from sluis.ledger import readstore, treestore
from sluis.ledger.audit import Audit, ReadSet, Verified
from sluis.ledger.entry import EntryId, Recorded
from sluis.ledger.note import Checkpoint, Verifier
from sluis.ledger.readstore import Leaf
from sluis.ledger.receipt import LedgerBroken
from sluis.ledger.tiles import WIDTH, Edge
from sluis.ledger.tree import leaf_hash

_ROWS: Final = 4_096


@dataclass(frozen=True, slots=True)
class WholeVerified:
    """What held, and how many entries are durable but not in the tree yet."""

    verified: Verified
    waiting: int


def verify_whole(connection: Connection, verifier: Verifier, *, known: Checkpoint | None = None) -> WholeVerified:
    """Check everything up to the newest checkpoint; raise `LedgerBroken` with what is wrong and where.

    Reads on while others write: what a checkpoint covers does not change any more. Memory stays small.
    """
    head = treestore.latest_checkpoint(connection)
    size = 0 if head is None else head.size
    beyond = readstore.leaves_beyond_checkpoints(connection)
    if beyond:
        raise LedgerBroken(msg("{count} plaatsen in de boom vallen onder geen ondertekende stand.", count=beyond))
    audit = Audit(verifier, _notes(connection, size), known=known)
    edge = Edge()
    for first in range(0, size, _ROWS):
        rows = readstore.leaves(connection, first, min(first + _ROWS, size))
        _take(connection, audit, rows, first, min(_ROWS, size - first))
        _check_tiles(connection, edge, rows)
    verified = audit.finish()
    _check_tile_count(connection, size)
    _check_index(connection, size, verified.persons)
    return WholeVerified(verified, readstore.waiting(connection))


def _notes(connection: Connection, size: int) -> Iterator[str]:
    reached = 0
    while reached < size:
        for checkpoint in treestore.checkpoints(connection, above=reached, most=_ROWS):
            reached = checkpoint.size
            if reached > size:
                return
            yield checkpoint.note


def _take(connection: Connection, audit: Audit, rows: list[Leaf], first: int, expected: int) -> None:
    if [row.index for row in rows] != list(range(first, first + expected)):
        raise LedgerBroken(msg("Vanaf inschrijving {index} ontbreken er inschrijvingen.", index=first))
    for row in rows:
        if row.leaf_hash != leaf_hash(row.canonical):
            raise LedgerBroken(msg("Inschrijving {index} is veranderd sinds ze in de boom kwam.", index=row.index))
        recorded, _ = audit.take(row.canonical, _set_reader(connection, row.entry_id))
        _check_columns(row, recorded)


def _set_reader(connection: Connection, entry_id: EntryId) -> ReadSet:
    return lambda group, _: readstore.subject_set_of(connection, entry_id, group)


def _check_columns(row: Leaf, recorded: Recorded) -> None:
    entry = recorded.entry
    if (row.entry_id, row.at, row.party, row.counterparty) != (
        recorded.id,
        entry.at,
        entry.party,
        entry.counterparty,
    ):
        raise LedgerBroken(
            msg("De kolommen naast inschrijving {index} zeggen iets anders dan zijzelf.", index=row.index)
        )


def _check_tiles(connection: Connection, edge: Edge, rows: list[Leaf]) -> None:
    for tile in edge.extend([row.leaf_hash for row in rows]):
        if treestore.tile(connection, tile.level, tile.index) != tile:
            raise LedgerBroken(
                msg("Tegel {index} van niveau {level} van de boom is veranderd.", index=tile.index, level=tile.level)
            )


def _check_tile_count(connection: Connection, size: int) -> None:
    expected, nodes = 0, size // WIDTH
    while nodes:
        expected, nodes = expected + nodes, nodes // WIDTH
    found = readstore.tiles_within(connection, size)
    if found != expected:
        raise LedgerBroken(
            msg("De boom heeft {found} tegels in plaats van {expected}.", found=found, expected=expected)
        )


def _check_index(connection: Connection, size: int, expected: int) -> None:
    found = readstore.index_rows_within(connection, size)
    if found != expected:
        raise LedgerBroken(
            msg(
                "Er zijn {found} verwijzingen van personen naar inschrijvingen in plaats van {expected}: "
                "niet iedereen vindt nog wat over hem of haar bewaard is.",
                found=found,
                expected=expected,
            )
        )
