"""A receipt holds by itself, and not one byte of it can be changed."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sluis.ledger.entry import canonical_bytes, new_entry_id
from sluis.ledger.note import Checkpoint, Signer, cosign, sign
from sluis.ledger.persons import new_person_key, pseudonym, subject_set
from sluis.ledger.receipt import LedgerBroken, Membership, Person, Receipt, check_receipt
from sluis.ledger.tree import RangeRoots, inclusion_proof, leaf_hash, tree_root
from tests.unit.ledger.samples import AT, release

SIGNER = Signer.generate("ledger.example/one")


def make_receipt(index: int = 3, size: int = 11, persons: int = 7) -> Receipt:
    """Return the receipt of an entry about several persons, for the first of them, from a tree in memory."""
    entry_id = new_entry_id(AT)
    mine = pseudonym(new_person_key(), entry_id)
    names = sorted([mine, *(pseudonym(new_person_key(), entry_id) for _ in range(persons - 1))])
    group = subject_set(names)
    canonical = canonical_bytes(
        entry_id, release(), {"asked": (group.count, group.root.hex()), "released": (0, "00" * 32)}
    )
    leaves = [leaf_hash(str(number).encode()) for number in range(size)]
    leaves[index] = leaf_hash(canonical)
    place = names.index(mine)
    member = Membership(place, inclusion_proof(place, persons, RangeRoots([leaf_hash(name) for name in names])))
    note = sign(Checkpoint(SIGNER.name, size, tree_root(leaves)).text(), (SIGNER,))
    proof = inclusion_proof(index, size, RangeRoots(leaves))
    return Receipt(canonical, index, proof, note, Person(mine, {"asked": member}))


RECEIPT = make_receipt()
CONTENT = RECEIPT.to_bytes()


def test_a_receipt_says_which_entry_and_in_which_groups_the_person_is() -> None:
    checked = check_receipt(CONTENT, SIGNER.verifier)
    assert checked.recorded.entry == release()
    assert (checked.index, checked.checkpoint.size, checked.groups) == (3, 11, ("asked",))


def test_a_receipt_without_a_person_names_none() -> None:
    bare = Receipt(RECEIPT.canonical, RECEIPT.index, RECEIPT.proof, RECEIPT.note)
    assert check_receipt(bare.to_bytes(), SIGNER.verifier).groups == ()


@pytest.mark.parametrize("change", [0x01, 0x20, 0x80])
def test_each_byte_of_a_receipt_counts(change: int) -> None:
    for place in range(len(CONTENT)):
        changed = bytearray(CONTENT)
        changed[place] ^= change
        with pytest.raises(LedgerBroken):
            check_receipt(bytes(changed), SIGNER.verifier)


@given(st.integers(0, len(CONTENT)), st.binary(min_size=1, max_size=3))
def test_nothing_can_be_put_into_a_receipt_or_left_out(place: int, extra: bytes) -> None:
    for content in (CONTENT[:place] + extra + CONTENT[place:], CONTENT[:place]):
        if content != CONTENT:
            with pytest.raises(LedgerBroken):
                check_receipt(content, SIGNER.verifier)


@given(
    st.binary(max_size=200) | st.recursive(st.none() | st.text(), st.lists).map(lambda raw: json.dumps(raw).encode())
)
def test_whatever_is_no_receipt_is_told_so(content: bytes) -> None:
    with pytest.raises(LedgerBroken):
        check_receipt(content, SIGNER.verifier)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("index", -1),
        ("index", True),
        ("index", 10),
        ("index", 10**15),
        ("proof", []),
        ("proof", ["zz"]),
        ("proof", "ab"),
        ("checkpoint", None),
        ("checkpoint", 7),
        ("entry", None),
        ("entry", {}),
        ("person", {}),
        ("person", {"groups": {}, "pseudonym": "ab" * 32}),
        ("person", {"groups": {"released": {"index": 0, "proof": []}}, "pseudonym": "ab" * 32}),
        ("person", {"groups": {"other": {"index": 0, "proof": []}}, "pseudonym": "ab" * 32}),
        ("type", "sluis-ledger-receipt/2"),
        ("extra", 1),
    ],
)
def test_a_receipt_that_says_something_else_does_not_hold(member: str, value: object) -> None:
    raw = json.loads(CONTENT)
    raw[member] = value
    with pytest.raises(LedgerBroken):
        check_receipt(rfc8785.dumps(raw), SIGNER.verifier)


def test_the_pseudonym_of_another_does_not_fit() -> None:
    raw = json.loads(CONTENT)
    raw["person"]["pseudonym"] = make_receipt().person.pseudonym.hex()  # type: ignore[union-attr] # it has a person
    with pytest.raises(LedgerBroken):
        check_receipt(rfc8785.dumps(raw), SIGNER.verifier)


def test_the_key_of_another_ledger_does_not_fit() -> None:
    for name in ("ledger.example/one", "ledger.example/two"):
        with pytest.raises(LedgerBroken):
            check_receipt(CONTENT, Signer.generate(name).verifier)


def test_a_receipt_under_a_co_signed_checkpoint_is_checked_with_both_keys() -> None:
    party = Signer.generate("antwerpen.example")
    both = Receipt(RECEIPT.canonical, RECEIPT.index, RECEIPT.proof, cosign(RECEIPT.note, party)).to_bytes()
    assert check_receipt(both, SIGNER.verifier, cosigners=(party.verifier,))
    with pytest.raises(LedgerBroken):
        check_receipt(both, SIGNER.verifier)
