"""The tree is that of RFC 9162 (and RFC 6962): published vectors, and a reference written from the RFC's own words."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.ledger.tiles import WIDTH, Edge, TileRoots
from sluis.ledger.tree import (
    Frontier,
    RangeRoots,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    tree_root,
)

# The vectors of the certificate-transparency project (testonly/constants.go of github.com/transparency-dev/merkle and
# merkletree_verify tests before it; Apache-2.0): eight inputs, the root of each prefix, paths and consistency proofs.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): PATHS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]

sizes = st.integers(1, 700)


def mth(entries: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """RFC 9162 section 2.1.3.1, word for word."""
    if len(entries) == 1:
        return []
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: list[bytes], whole: bool) -> list[bytes]:
    """RFC 9162 section 2.1.4.1, word for word."""
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def numbered(size: int) -> list[bytes]:
    return [str(number).encode() for number in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_every_published_root_comes_out(size: int) -> None:
    assert tree_root(LEAVES[:size]).hex() == ROOTS[size]
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    assert frontier.root().hex() == ROOTS[size]


@pytest.mark.parametrize(("place", "expected"), PATHS.items())
def test_every_published_path_comes_out_and_holds(place: tuple[int, int], expected: list[str]) -> None:
    index, size = place
    proof = inclusion_proof(index, size, RangeRoots(LEAVES))
    assert [step.hex() for step in proof] == expected
    assert is_included(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("span", "expected"), CONSISTENCY.items())
def test_every_published_consistency_proof_comes_out_and_holds(span: tuple[int, int], expected: list[str]) -> None:
    first, second = span
    proof = consistency_proof(first, second, RangeRoots(LEAVES))
    assert [step.hex() for step in proof] == expected
    assert is_consistent(first, second, proof, bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second]))


@given(sizes, st.data())
def test_a_path_is_the_one_of_the_rfc_and_proves_its_leaf_only(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    entries = numbered(size)
    leaves = [leaf_hash(entry) for entry in entries]
    proof, root = inclusion_proof(index, size, RangeRoots(leaves)), mth(entries)
    assert proof == path(index, entries)
    assert is_included(leaves[index], index, size, proof, root)
    other = data.draw(st.integers(0, size + 3).filter(lambda number: number != index))
    assert not is_included(leaves[index], other, size, proof, root)
    assert not is_included(leaf_hash(b"forged"), index, size, proof, root)
    assert not is_included(leaves[index], index, size, [*proof, root], root)
    if proof:
        assert not is_included(leaves[index], index, size, proof[:-1], root)


@given(sizes, st.data())
def test_a_consistency_proof_is_the_one_of_the_rfc_and_proves_that_beginning_only(
    second: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, second))
    entries = numbered(second)
    leaves = [leaf_hash(entry) for entry in entries]
    proof, old, new = consistency_proof(first, second, RangeRoots(leaves)), mth(entries[:first]), mth(entries)
    assert proof == subproof(first, entries, True)
    assert is_consistent(first, second, proof, old, new)
    forged = leaf_hash(b"forged")
    assert not is_consistent(first, second, proof, forged, new)
    assert not is_consistent(first, second, proof, old, forged)
    assert not is_consistent(first, second, [*proof, forged], old, new)
    for place in range(len(proof)):
        assert not is_consistent(first, second, [*proof[:place], forged, *proof[place + 1 :]], old, new)


@given(sizes)
def test_a_tree_grown_leaf_by_leaf_is_the_tree_of_all_its_leaves(size: int) -> None:
    entries = numbered(size)
    frontier = Frontier()
    for entry in entries:
        frontier.append(leaf_hash(entry))
    assert frontier.root() == mth(entries) == tree_root([leaf_hash(entry) for entry in entries])


def test_two_proofs_that_have_no_meaning_are_refused() -> None:
    with pytest.raises(ValueError, match="proof of inclusion"):
        inclusion_proof(8, 8, RangeRoots(LEAVES))
    with pytest.raises(ValueError, match="consistency"):
        consistency_proof(0, 8, RangeRoots(LEAVES))


@given(st.lists(st.integers(1, 600), min_size=1, max_size=6), st.data())
def test_tiles_prove_what_the_whole_tree_proves(batches: list[int], data: st.DataObject) -> None:
    leaves = [leaf_hash(entry) for entry in numbered(sum(batches))]
    edge, tiles, taken = Edge(), {}, 0
    for batch in batches:
        for tile in edge.extend(leaves[taken : taken + batch]):
            assert tile.root == tree_root([tile.hashes[at : at + 32] for at in range(0, len(tile.hashes), 32)])
            tiles[tile.level, tile.index] = tile
        taken += batch
        assert edge.root() == tree_root(leaves[:taken])

    def read(level: int, index: int) -> bytes:
        if (level, index) in tiles:
            return tiles[level, index].hashes
        if level == 0:
            return b"".join(leaves[index * WIDTH : (index + 1) * WIDTH])
        below = range(index * WIDTH, (index + 1) * WIDTH)
        return b"".join(tiles[level - 1, one].root for one in below if (level - 1, one) in tiles)

    again = Edge.read(taken, read)
    assert again.root() == edge.root()
    assert again.levels == edge.levels
    size = data.draw(st.integers(1, taken))
    index = data.draw(st.integers(0, size - 1))
    assert inclusion_proof(index, size, TileRoots(read)) == inclusion_proof(index, size, RangeRoots(leaves[:size]))
    assert consistency_proof(size, taken, TileRoots(read)) == consistency_proof(size, taken, RangeRoots(leaves))


def test_tiles_of_the_second_level_begin_where_the_first_are_full() -> None:
    edge, leaf = Edge(), leaf_hash(b"")
    tiles = edge.extend([leaf] * (WIDTH * WIDTH + 1))
    assert [(tile.level, tile.index) for tile in tiles[-2:]] == [(0, WIDTH - 1), (1, 0)]
    assert edge.levels == [[leaf], [], [tiles[-1].root]]
    assert edge.root() == tree_root([leaf] * (WIDTH * WIDTH + 1))
