"""Persons in the ledger: found under a key of their own, gone when that key is destroyed.

    reference   derived(installation secret, INSZ)   under which a person's key is kept
    key         32 random bytes                      made when the person first appears
    tag         derived(key, "index")                under which the person's entries are found
    pseudonym   derived(key, number of the entry)    the person in one entry; two entries cannot be joined by it

`derived` is the one-step key derivation of NIST SP 800-56C Rev. 2 (section 4, option 1) with SHA-256, cut nowhere:
SHA-256(00000001 || secret of 32 bytes || what it is for). All lengths are fixed, so nothing can be appended. A list of
20,000 needs it some 60,000 times, and HMAC takes two to three times as long. The sorted pseudonyms of a group are the
leaves of an RFC 9162 tree, whose root stands in the entry. With the key gone, tag and pseudonyms are random numbers of
nobody.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, NewType

from sluis.kernel.insz import Insz
from sluis.ledger.entry import EntryId, SubjectSet
from sluis.ledger.tree import EMPTY_ROOT, HASH_BYTES, leaf_hash, tree_root

_COUNTER: Final = b"\x00\x00\x00\x01"
_INDEX: Final = b"index"
_DIGITS: Final = 11
_ALL_DIGITS: Final = re.compile(r"[0-9]*").fullmatch


@dataclass(frozen=True, slots=True)
class PersonSecret:
    """The secret of this installation from which references to persons are made; never shown."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != HASH_BYTES:
            raise ValueError("The secret of an installation has 32 bytes.")

    def reference(self, insz: Insz) -> bytes:
        """Return the reference under which the person's key is kept."""
        return self.references((insz,))[0]

    def references(self, numbers: Iterable[Insz]) -> list[bytes]:
        """Return the references of many persons, in their order."""
        asked = list(numbers)
        if any(len(number) != _DIGITS for number in asked) or not _ALL_DIGITS("".join(asked)):
            raise ValueError("A person is named by the eleven digits of an INSZ.")
        begin = _COUNTER + self.secret
        return [sha256(begin + number.encode()).digest() for number in asked]


PersonKey = NewType("PersonKey", bytes)
"""A person's key and, behind it, the tag that follows from it: 64 bytes in one, as bulk work holds many. Secret."""


def new_person_key() -> PersonKey:
    """Return a fresh key with its tag."""
    key = secrets.token_bytes(HASH_BYTES)
    return PersonKey(key + sha256(_COUNTER + key + _INDEX).digest())


def tag_of(key: PersonKey) -> bytes:
    """Return the tag under which the person's entries are found."""
    return key[HASH_BYTES:]


def pseudonym(key: PersonKey, entry_id: EntryId) -> bytes:
    """Return the person's pseudonym in one entry."""
    return pseudonyms((key,), entry_id)[0]


def pseudonyms(keys: Iterable[PersonKey], entry_id: EntryId) -> list[bytes]:
    """Return the pseudonyms of many persons in one entry, in their order."""
    number = entry_id.bytes
    return [sha256(_COUNTER + key[:HASH_BYTES] + number).digest() for key in keys]


def subject_set(sorted_pseudonyms: Sequence[bytes]) -> SubjectSet:
    """Return the commitment to a group of persons."""
    if not sorted_pseudonyms:
        return SubjectSet(0, EMPTY_ROOT)
    return SubjectSet(
        len(sorted_pseudonyms), tree_root([sha256(b"\x00" + name).digest() for name in sorted_pseudonyms])
    )


def single_root(name: bytes) -> bytes:
    """Return the root of the set of one person: the hash of that leaf."""
    return leaf_hash(name)
