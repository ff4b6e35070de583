"""The tree in tiles of 256 hashes, as c2sp.org/tlog-tiles lays them out: a proof reads a few rows of a large tree.

Tile `index` of `level` holds the roots of 256 complete subtrees of 256 ** level leaves each. Only complete tiles are
kept; what stands to the right of them is read from the leaves and from the roots of the tiles below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from sluis.ledger.tree import EMPTY_ROOT, HASH_BYTES, Hash, complete_subtrees, fold, tree_root

WIDTH: Final = 256
_HEIGHT: Final = 8

ReadTile = Callable[[int, int], bytes]
"""Return what is there of the hashes of a tile (level, index): all 256 of a complete one, fewer at the edge."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A complete tile: the root over its 256 hashes, and the hashes."""

    level: int
    index: int
    root: Hash
    hashes: bytes


@dataclass(slots=True)
class Edge:
    """The right edge of the tree: per level the hashes of the tile that is not complete yet."""

    size: int = 0
    levels: list[list[Hash]] = field(default_factory=list)

    @classmethod
    def read(cls, size: int, read_tile: ReadTile) -> Edge:
        """Return the edge of the tree of `size` leaves."""
        edge = cls(size)
        nodes, level = size, 0
        while nodes:
            hashes = read_tile(level, nodes // WIDTH)[: nodes % WIDTH * HASH_BYTES] if nodes % WIDTH else b""
            edge.levels.append(_hashes(hashes))
            nodes, level = nodes // WIDTH, level + 1
        return edge

    def copy(self) -> Edge:
        """Return an edge that grows on its own."""
        return Edge(self.size, [list(level) for level in self.levels])

    def extend(self, leaves: Iterable[Hash]) -> list[Tile]:
        """Add leaf hashes; return the tiles that became complete, lower levels first."""
        complete: list[Tile] = []
        for leaf in leaves:
            if not self.levels:
                self.levels.append([])
            self.levels[0].append(leaf)
            self.size += 1
            level = 0
            while len(self.levels[level]) == WIDTH:
                root = tree_root(self.levels[level])
                index = (self.size >> _HEIGHT * (level + 1)) - 1
                complete.append(Tile(level, index, root, b"".join(self.levels[level])))
                self.levels[level] = []
                level += 1
                if level == len(self.levels):
                    self.levels.append([])
                self.levels[level].append(root)
        return complete

    def root(self) -> Hash:
        """Return the root of the tree."""
        below: list[Hash] = []
        for level in self.levels:
            # What the lower levels join to is a subtree that is not complete: the last of its neighbours.
            joined = [*level, *below]
            below = [tree_root(joined)] if joined else []
        return below[0] if below else EMPTY_ROOT


class TileRoots:
    """Roots over ranges of leaves, for proofs, from tiles; reads each tile once."""

    def __init__(self, read_tile: ReadTile) -> None:
        self._read = read_tile
        self._tiles: dict[tuple[int, int], bytes] = {}

    def __call__(self, begin: int, end: int) -> Hash:
        """Return the root over the leaves `begin` to `end`."""
        if begin == end:
            return EMPTY_ROOT
        return fold([self._subtree(height, index) for height, index in complete_subtrees(begin, end)])

    def _subtree(self, height: int, index: int) -> Hash:
        level, rest = divmod(height, _HEIGHT)
        first, count = index << rest, 1 << rest
        key = (level, first // WIDTH)
        if key not in self._tiles:
            self._tiles[key] = self._read(*key)
        start = first % WIDTH * HASH_BYTES
        hashes = _hashes(self._tiles[key][start : start + count * HASH_BYTES])
        if len(hashes) != count:
            raise ValueError(f"The tree has a hole in tile {key[1]} of level {level}.")
        return tree_root(hashes)


def _hashes(joined: bytes) -> list[Hash]:
    return [joined[start : start + HASH_BYTES] for start in range(0, len(joined), HASH_BYTES)]
