"""The sequencer: puts committed entries into the tree and signs the new head, beside the work and never in its way.

Writers take no lock and wait for nobody. One sequencer at a time, of however many processes: whoever holds an advisory
lock for the length of a transaction. Leaves, tiles and checkpoint are one transaction, so a crash at any moment leaves
the tree as it was and the next one takes over. See docs/decisions/ledger-sequencer.md for why no entry is missed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Final

from sluis.database import Connection, Database
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.ledger import treestore
from sluis.ledger.note import Checkpoint, Signer, sign
from sluis.ledger.tiles import Edge
from sluis.log import log

BATCH: Final = 50_000
_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Position:
    """What a sequencer remembers between transactions; a new one knows nothing and finds everything.

    `floor`: entries of older transactions all have a leaf, or never committed. `snapshot`: what the database looked
    like when there was nothing to do. `edge`: the right edge of the tree, kept to save reading it again.
    """

    floor: int = 0
    snapshot: str = ""
    edge: Edge = field(default_factory=Edge)


@dataclass(frozen=True, slots=True)
class Sequenced:
    """What one transaction did: how many entries it took, the position for the next, and whether more are waiting."""

    count: int
    position: Position
    more: bool = False


def sequence_batch(
    connection: Connection, *, signer: Signer, at: datetime, position: Position, most: int = BATCH
) -> Sequenced:
    """Put waiting entries into the tree and sign the new head, in the caller's transaction.

    The position that is returned holds only once that transaction has committed. Refuses to sign on top of a tree that
    does not match its last checkpoint.
    """
    locked, snapshot = treestore.try_lock(connection)
    if not locked or snapshot == position.snapshot:
        return Sequenced(0, position)
    oldest, waiting = treestore.entries_without_leaf(connection, position.floor, most)
    if oldest < position.floor:
        # Transactions count from lower than before: the database was restored elsewhere. Look at everything again.
        oldest, waiting = treestore.entries_without_leaf(connection, 0, most)
    more = len(waiting) == most
    floor = position.floor if more else oldest
    if not waiting:
        return Sequenced(0, Position(floor, snapshot, position.edge))
    edge = _edge_of_tree(connection, position.edge)
    first_index = edge.size
    tiles = edge.extend(treestore.leaf_hash_of(entry) for entry in waiting)
    treestore.insert_leaves(connection, first_index, waiting)
    if tiles:
        treestore.insert_tiles(connection, tiles)
    head = Checkpoint(signer.name, edge.size, edge.root())
    treestore.insert_checkpoint(
        connection, treestore.StoredCheckpoint(head.size, head.root, sign(head.text(), (signer,)), at)
    )
    return Sequenced(len(waiting), Position(floor, "", edge), more)


def _edge_of_tree(connection: Connection, remembered: Edge) -> Edge:
    """Return the edge of the tree as the last checkpoint says it is, read again unless it is the one remembered."""
    head = treestore.latest_checkpoint(connection)
    if head is None:
        return Edge()
    edge = remembered.copy()
    if remembered.size != head.size or remembered.root() != head.root:
        edge = Edge.read(head.size, treestore.tile_reader(connection))
    if edge.root() != head.root:
        raise SluisError(
            "ledger-tree-broken",
            msg("De boom van het bewijs klopt niet met zijn laatste ondertekende stand."),
            remedy=msg("Zet niets verder. Controleer met: sluis ledger verify."),
        )
    return edge


class Sequencer:
    """A sequencer in a thread of its own: started where the process starts, stopped where it ends.

    Any number of processes may run one. Nothing stops it but `stop`: a fault is logged, and it tries again after a
    wait that grows to five seconds.
    """

    def __init__(
        self,
        database: Database,
        signer: Signer,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause_seconds: float = _PAUSE_SECONDS,
    ) -> None:
        self._database, self._signer, self._clock, self._pause = database, signer, clock, pause_seconds
        self._stopping = Event()
        self._position = Position()
        self._thread = Thread(target=self._run, name="ledger-sequencer", daemon=True)

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def stop(self, *, wait_seconds: float = 30.0) -> None:
        """Let the running transaction end and stop; wait no longer than told."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(wait_seconds)

    def run_once(self) -> int:
        """Take everything that waits now; return how many entries that were."""
        count = 0
        while True:
            with self._database.transaction() as connection:
                done = sequence_batch(connection, signer=self._signer, at=self._clock(), position=self._position)
            self._position = done.position
            count += done.count
            if not done.more or self._stopping.is_set():
                return count

    def _run(self) -> None:
        pause = self._pause
        while not self._stopping.wait(pause):
            try:
                self.run_once()
                pause = self._pause
            except Exception as error:
                # Whatever it was, evidence must go on into the tree: the thread never ends by itself.
                # The text of a database error may quote a row: only its kind is told.
                log().warning("ledger.sequencer.failed", kind=type(error).__name__)
                self._position = Position()
                pause = min(_LONGEST_PAUSE_SECONDS, pause * 2)
