"""Receipts: proof, to take home, that an entry is in the ledger, and that a person is among its subjects.

A receipt is canonical JSON: the entry itself, its place, the proof of inclusion, and the signed checkpoint that the
proof leads to. With a person: that person's pseudonym in this entry, and per group the proof that it is in the group's
root. It is checked with the ledger's public key and nothing else, also after the person was erased.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import rfc8785

from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.ledger.entry import Recorded, read_canonical
from sluis.ledger.note import Checkpoint, NoteError, Verifier, open_checkpoint
from sluis.ledger.tree import Hash, is_included, leaf_hash

TYPE: Final = "sluis-ledger-receipt/1"
_LONGEST_RECEIPT: Final = 1 << 20
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class LedgerBroken(SluisError):
    """The evidence does not hold: what does not, and where."""

    def __init__(self, what: Message) -> None:
        super().__init__(
            "ledger-broken",
            what,
            remedy=msg(
                "Vertrouw dit bewijs niet. Bewaar het zoals het is en verwittig de functionaris voor "
                "gegevensbescherming en de toezichthouder."
            ),
        )


@dataclass(frozen=True, slots=True)
class Membership:
    """Where a pseudonym stands in a group of an entry, and the proof of that."""

    index: int
    proof: Sequence[Hash]


@dataclass(frozen=True, slots=True)
class Person:
    """A person in one entry: the pseudonym, and the groups that it is in."""

    pseudonym: bytes
    groups: Mapping[str, Membership]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything that is needed to check one entry; `to_bytes` writes the file."""

    canonical: bytes
    index: int
    proof: Sequence[Hash]
    note: str
    person: Person | None = None

    def to_bytes(self) -> bytes:
        """Write the receipt as canonical JSON."""
        return rfc8785.dumps(
            {
                "checkpoint": self.note,
                "entry": json.loads(self.canonical),
                "index": self.index,
                "person": None if self.person is None else _written(self.person),
                "proof": [step.hex() for step in self.proof],
                "type": TYPE,
            }
        )


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """What a receipt proves: the entry, its place, the head of the tree, and the groups that the person is in."""

    recorded: Recorded
    index: int
    checkpoint: Checkpoint
    groups: tuple[str, ...] = field(default=())


def check_receipt(content: bytes, verifier: Verifier, *, cosigners: Sequence[Verifier] = ()) -> CheckedReceipt:
    """Check a receipt with nothing but the ledger's public key; raise `LedgerBroken` when it does not hold."""
    receipt = _read(content)
    try:
        recorded = read_canonical(receipt.canonical)
    except ValueError:
        raise LedgerBroken(msg("De inschrijving in dit ontvangstbewijs is veranderd of onleesbaar.")) from None
    try:
        checkpoint = open_checkpoint(receipt.note, verifier, cosigners=cosigners, strict=True)
    except NoteError:
        raise LedgerBroken(
            msg("De ondertekende stand in dit ontvangstbewijs klopt niet, of een andere sleutel ondertekende ze.")
        ) from None
    if not is_included(leaf_hash(receipt.canonical), receipt.index, checkpoint.size, receipt.proof, checkpoint.root):
        raise LedgerBroken(msg("De inschrijving {id} staat niet in het ondertekende grootboek.", id=str(recorded.id)))
    groups = _check_person(receipt.person, recorded) if receipt.person else ()
    return CheckedReceipt(recorded, receipt.index, checkpoint, groups)


def _check_person(person: Person, recorded: Recorded) -> tuple[str, ...]:
    for name, place in person.groups.items():
        group = recorded.subjects.get(name)
        if group is None or not is_included(
            leaf_hash(person.pseudonym), place.index, group.count, place.proof, group.root
        ):
            raise LedgerBroken(
                msg("De persoon staat niet in groep {group} van inschrijving {id}.", group=name, id=str(recorded.id))
            )
    return tuple(person.groups)


def _written(person: Person) -> dict[str, Any]:
    groups = {
        name: {"index": place.index, "proof": [step.hex() for step in place.proof]}
        for name, place in person.groups.items()
    }
    return {"groups": groups, "pseudonym": person.pseudonym.hex()}


def _read(content: bytes) -> Receipt:
    """Read a receipt that is written in its one form and holds nothing else."""
    try:
        if len(content) > _LONGEST_RECEIPT:
            raise ValueError("too long")
        raw = json.loads(content)
        person = raw["person"]
        receipt = Receipt(
            canonical=rfc8785.dumps(raw["entry"]),
            index=_whole(raw["index"]),
            proof=_hashes(raw["proof"]),
            note=_text(raw["checkpoint"]),
            person=None if person is None else _read_person(person),
        )
        if receipt.to_bytes() == content:
            return receipt
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, rfc8785.CanonicalizationError):
        pass  # told below, in one sentence: every way of not being a receipt is the same to its reader
    raise LedgerBroken(msg("Dit is geen ontvangstbewijs van het grootboek, of het is veranderd."))


def _read_person(raw: dict[str, Any]) -> Person:
    groups = {
        name: Membership(_whole(place["index"]), _hashes(place["proof"])) for name, place in raw["groups"].items()
    }
    if not groups:
        raise ValueError("a person in no group")
    return Person(_hashes([raw["pseudonym"]])[0], groups)


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError("not a whole number")
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError("not a text")
    return value


def _hashes(values: list[str]) -> list[Hash]:
    if not all(_DIGEST.fullmatch(value) for value in values):
        raise ValueError("not a hash")
    return [bytes.fromhex(value) for value in values]
