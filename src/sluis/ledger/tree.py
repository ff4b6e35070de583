"""The Merkle tree of RFC 9162 section 2.1 (the same tree as RFC 6962) over SHA-256: roots, proofs and their checks.

Hashes are 32 bytes; sizes and indexes count leaves. A proof is a list of hashes in the order of the RFC. The functions
that build proofs take `range_root(begin, end)`, the root over the leaves `begin` to `end`: from a list in memory
(`RangeRoots`) or from tiles in a database, so that there is one description of what a proof holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Final

Hash = bytes
RangeRoot = Callable[[int, int], Hash]

HASH_BYTES: Final = 32
EMPTY_ROOT: Final[Hash] = sha256(b"").digest()


def leaf_hash(entry: bytes) -> Hash:
    """Return the hash of a leaf: SHA-256 of 0x00 and the entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    """Return the hash of a node: SHA-256 of 0x01 and its children."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: the roots of its complete subtrees, largest first. At most 64 hashes."""

    def __init__(self, size: int = 0, roots: Sequence[Hash] = ()) -> None:
        if len(roots) != size.bit_count():
            raise ValueError("A frontier has one root for each bit that is set in its size.")
        self.size = size
        self.roots = list(roots)

    def append(self, leaf: Hash) -> None:
        """Add the hash of the next leaf."""
        full = self.size
        while full & 1:
            leaf = sha256(b"\x01" + self.roots.pop() + leaf).digest()
            full >>= 1
        self.roots.append(leaf)
        self.size += 1

    def root(self) -> Hash:
        """Return the root of the tree as it stands."""
        if not self.roots:
            return EMPTY_ROOT
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = node_hash(left, root)
        return root


def complete_subtrees(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield (height, index) of the largest complete, aligned subtrees that cover the leaves `begin` to `end`."""
    while begin < end:
        aligned = (begin & -begin).bit_length() - 1 if begin else end.bit_length()
        height = min(aligned, (end - begin).bit_length() - 1)
        yield height, begin >> height
        begin += 1 << height


def fold(roots: Sequence[Hash]) -> Hash:
    """Join the roots of `complete_subtrees` of a range that a proof asks for into the root of the range.

    Such a range begins at a multiple of a power of two that is not smaller than its length, so its subtrees shrink
    from left to right and join from the right.
    """
    root = roots[-1]
    for left in reversed(roots[:-1]):
        root = node_hash(left, root)
    return root


class RangeRoots:
    """All complete subtrees over a list of leaf hashes, for proofs in memory."""

    def __init__(self, leaves: Sequence[Hash]) -> None:
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            self._levels.append(
                [sha256(b"\x01" + left + right).digest() for left, right in zip(below[::2], below[1::2], strict=False)]
            )

    def __call__(self, begin: int, end: int) -> Hash:
        """Return the root over the leaves `begin` to `end`."""
        if begin == end:
            return EMPTY_ROOT
        return fold([self._levels[height][index] for height, index in complete_subtrees(begin, end)])


def tree_root(leaves: Sequence[Hash]) -> Hash:
    """Return the root of the tree over leaf hashes."""
    level = list(leaves)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        # A node without a right neighbour moves up as it is: the split of the RFC at the largest power of two.
        odd = level[-1:] if len(level) & 1 else []
        level = [sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)] + odd
    return level[0]


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, range_root: RangeRoot) -> list[Hash]:
    """Return the proof that leaf `index` is in the tree of `size` leaves (RFC 9162 section 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("Only a leaf of the tree has a proof of inclusion.")
    proof: list[Hash] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            proof.append(range_root(middle, end))
            end = middle
        else:
            proof.append(range_root(begin, middle))
            begin = middle
    return proof[::-1]


def consistency_proof(first: int, second: int, range_root: RangeRoot) -> list[Hash]:
    """Return the proof that the tree of `first` leaves is the beginning of that of `second` (section 2.1.4.1)."""
    if not 0 < first <= second:
        raise ValueError("A proof of consistency goes from a tree with leaves to one that is not smaller.")
    proof: list[Hash] = []
    begin, end, whole = 0, second, True
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            proof.append(range_root(middle, end))
            end = middle
        else:
            proof.append(range_root(begin, middle))
            begin, whole = middle, False
    if not whole:
        proof.append(range_root(begin, end))
    return proof[::-1]


def is_included(leaf: Hash, index: int, size: int, proof: Sequence[Hash], root: Hash) -> bool:
    """Check a proof of inclusion against a root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size or any(len(step) != HASH_BYTES for step in proof):
        return False
    node, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(first: int, second: int, proof: Sequence[Hash], first_root: Hash, second_root: Hash) -> bool:
    """Check a proof of consistency between two roots (RFC 9162 section 2.1.4.2)."""
    if not 0 < first <= second or any(len(step) != HASH_BYTES for step in proof):
        return False
    if first == second:
        return not proof and first_root == second_root
    steps = list(proof) if first & (first - 1) else [first_root, *proof]
    if not steps:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, step)
        node, last = node >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
