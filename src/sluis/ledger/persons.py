"""Persons in the ledger: found under a key of their own, gone when that key is destroyed.

    reference   HMAC(installation secret, INSZ)      under which a person's key is kept
    key         32 random bytes                      made when the person first appears
    tag         HMAC(key, "index")                   under which the person's entries are found
    pseudonym   HMAC(key, number of the entry)       the person in one entry; two entries cannot be joined by it

All are HMAC-SHA-256, all 32 bytes. The sorted pseudonyms of a group are the leaves of an RFC 9162 tree, whose root
stands in the entry. With the key gone, tag and pseudonyms are random numbers of nobody.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, NewType

from sluis.kernel.insz import Insz
from sluis.ledger.entry import EntryId, SubjectSet
from sluis.ledger.tree import EMPTY_ROOT, HASH_BYTES, leaf_hash, tree_root

_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))
_INNER_REST: Final = b"\x36" * 32
_OUTER_REST: Final = b"\x5c" * 32
_INDEX: Final = b"index"


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
        inner = sha256(self.secret.translate(_INNER) + _INNER_REST)
        outer = sha256(self.secret.translate(_OUTER) + _OUTER_REST)
        found: list[bytes] = []
        for number in numbers:
            if len(number) != 11 or not (number.isascii() and number.isdigit()):
                raise ValueError("A person is named by the eleven digits of an INSZ.")
            inside, outside = inner.copy(), outer.copy()
            inside.update(number.encode())
            outside.update(inside.digest())
            found.append(outside.digest())
        return found


PersonKey = NewType("PersonKey", bytes)
"""A person's key and, behind it, the tag that follows from it: 64 bytes in one, as bulk work holds many. Secret."""


def new_person_key() -> PersonKey:
    """Return a fresh key with its tag."""
    key = secrets.token_bytes(HASH_BYTES)
    return PersonKey(key + hmac.digest(key, _INDEX, "sha256"))


def tag_of(key: PersonKey) -> bytes:
    """Return the tag under which the person's entries are found."""
    return key[HASH_BYTES:]


def pseudonym(key: PersonKey, entry_id: EntryId) -> bytes:
    """Return the person's pseudonym in one entry."""
    return hmac.digest(key[:HASH_BYTES], entry_id.bytes, "sha256")


def pseudonyms(keys: Iterable[PersonKey], entry_id: EntryId) -> list[bytes]:
    """Return the pseudonyms of many persons in one entry, in their order.

    HMAC written out, since one call of `hmac.digest` costs twice as much; the tests hold the two equal.
    """
    inside = _INNER_REST + entry_id.bytes
    return [
        sha256(
            (secret := key[:HASH_BYTES]).translate(_OUTER)
            + _OUTER_REST
            + sha256(secret.translate(_INNER) + inside).digest()
        ).digest()
        for key in keys
    ]


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
