"""A person in the ledger is a pseudonym under a key of his or her own."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from hypothesis import given
from hypothesis import strategies as st

from sluis.kernel.insz import Insz
from sluis.ledger.entry import new_entry_id
from sluis.ledger.persons import (
    PersonKey,
    PersonSecret,
    new_person_key,
    pseudonym,
    pseudonyms,
    single_root,
    subject_set,
    tag_of,
)
from tests.unit.ledger.samples import AT, SECRETS, insz


def one_step(secret: bytes, purpose: bytes) -> bytes:
    """Return what the cryptography package derives: one-step key derivation with SHA-256, 32 bytes."""
    return ConcatKDFHash(SHA256(), 32, purpose).derive(secret)


@given(st.binary(min_size=32, max_size=32), st.lists(st.integers(0, 900_000).map(insz), max_size=5))
def test_a_reference_is_derived_from_the_number_and_the_secret(secret: bytes, numbers: list[Insz]) -> None:
    expected = [one_step(secret, number.encode()) for number in numbers]
    assert PersonSecret(secret).references(numbers) == expected


@given(st.lists(st.binary(min_size=64, max_size=64).map(PersonKey), max_size=5), st.uuids())
def test_a_pseudonym_is_derived_from_the_entry_and_the_persons_key(keys: list[PersonKey], entry_id: object) -> None:
    entry = new_entry_id(AT)
    expected = [one_step(key[:32], entry.bytes) for key in keys]
    assert pseudonyms(keys, entry) == expected == [pseudonym(key, entry) for key in keys]


def test_one_person_has_another_pseudonym_in_every_entry_and_one_tag() -> None:
    key = new_person_key()
    assert pseudonym(key, new_entry_id(AT)) != pseudonym(key, new_entry_id(AT))
    assert tag_of(key) == one_step(key[:32], b"index")


def test_a_set_of_one_is_its_only_leaf_and_an_empty_set_commits_to_nobody() -> None:
    name = bytes(range(32))
    assert subject_set([name]).root == single_root(name)
    assert subject_set([]).count == 0


@pytest.mark.parametrize("number", ["", "1234567890", "123456789012", "8507300332x", "８5073003328"])
def test_only_eleven_digits_name_a_person_and_the_error_does_not_repeat_them(number: str) -> None:
    with pytest.raises(ValueError, match="eleven digits") as refused:
        SECRETS.reference(Insz(number))
    assert not number or number not in str(refused.value)


def test_the_secret_is_never_shown() -> None:
    assert repr(PersonSecret(b"s" * 32)) == "PersonSecret()"
    with pytest.raises(ValueError, match="32 bytes"):
        PersonSecret(b"short")
