"""Checks a whole ledger, one entry after the other, in little memory: the same checks for a database and an export.

Every entry is in its canonical form and hashes to its leaf; the groups of persons hash to the roots in their entry; the
tree over the leaves has the root of each checkpoint at its size, so each is a continuation of those before it; and the
last checkpoint covers everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from sluis.kernel.text import msg
from sluis.ledger.entry import Recorded, read_canonical
from sluis.ledger.note import Checkpoint, NoteError, Verifier, open_checkpoint
from sluis.ledger.receipt import LedgerBroken
from sluis.ledger.tree import HASH_BYTES, Frontier, Hash, tree_root

ReadSet = Callable[[str, int], bytes]
"""Return the joined pseudonyms of a group, given its name and how many persons its entry says it has."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked and held: how many entries, checkpoints and commitments to persons, and the head of the tree."""

    entries: int
    checkpoints: int
    persons: int
    head: Checkpoint | None


class Audit:
    """Takes entries in the order of the tree and compares the tree with every checkpoint on the way."""

    def __init__(self, verifier: Verifier, notes: Iterator[str], *, known: Checkpoint | None = None) -> None:
        self._verifier, self._notes, self._known = verifier, notes, known
        self._tree = Frontier()
        self._checkpoints = self._persons = 0
        self._reached: Checkpoint | None = None
        self._next = self._next_checkpoint()

    @property
    def size(self) -> int:
        """How many entries were taken."""
        return self._tree.size

    def take(self, canonical: bytes, read_set: ReadSet) -> tuple[Recorded, int]:
        """Check one entry; return it with the number of different persons in it."""
        index = self._tree.size
        if self._next is None:
            raise LedgerBroken(msg("Inschrijving {index} staat na de laatste ondertekende stand.", index=index))
        try:
            recorded = read_canonical(canonical)
        except ValueError:
            raise LedgerBroken(msg("Inschrijving {index} is veranderd of onleesbaar.", index=index)) from None
        persons = self._check_subjects(recorded, read_set)
        self._tree.append(sha256(b"\x00" + canonical).digest())
        if self._tree.size == self._next.size:
            self._check_root(self._next)
        if self._known is not None and self._tree.size == self._known.size:
            self._check_known(self._known)
        return recorded, persons

    def finish(self) -> Verified:
        """Check that nothing is missing at the end."""
        if self._next is not None:
            raise LedgerBroken(
                msg(
                    "Er ontbreken inschrijvingen: {size} gevonden, {expected} ondertekend.",
                    size=self._tree.size,
                    expected=self._next.size,
                )
            )
        if self._known is not None:
            raise LedgerBroken(
                msg("De eerder bewaarde stand van {size} inschrijvingen ontbreekt.", size=self._known.size)
            )
        return Verified(self._tree.size, self._checkpoints, self._persons, self._reached)

    def _check_subjects(self, recorded: Recorded, read_set: ReadSet) -> int:
        persons: set[Hash] = set()
        for group, subjects in sorted(recorded.subjects.items()):
            if subjects.count < 2:
                if subjects.count:
                    persons.add(subjects.root)
                continue
            joined = read_set(group, subjects.count)
            names = [joined[start : start + HASH_BYTES] for start in range(0, len(joined), HASH_BYTES)]
            leaves = [sha256(b"\x00" + name).digest() for name in names]
            in_order = all(one < other for one, other in pairwise(names))
            if len(names) != subjects.count or not in_order or tree_root(leaves) != subjects.root:
                raise LedgerBroken(
                    msg(
                        "De betrokkenen in groep {group} van inschrijving {index} zijn veranderd.",
                        group=group,
                        index=self._tree.size,
                    )
                )
            persons.update(leaves)
        self._persons += len(persons)
        return len(persons)

    def _check_root(self, checkpoint: Checkpoint) -> None:
        if checkpoint.root != self._tree.root():
            first = self._reached.size if self._reached else 0
            raise LedgerBroken(
                msg(
                    "Minstens één inschrijving van {first} tot en met {last} is veranderd, verplaatst of toegevoegd: "
                    "de boom klopt niet met de ondertekende stand van {size}.",
                    first=first,
                    last=checkpoint.size - 1,
                    size=checkpoint.size,
                )
            )
        self._checkpoints += 1
        self._reached = checkpoint
        self._next = self._next_checkpoint()

    def _check_known(self, known: Checkpoint) -> None:
        if known.root != self._tree.root():
            raise LedgerBroken(
                msg("De eerste {size} inschrijvingen zijn niet die van de eerder bewaarde stand.", size=known.size)
            )
        self._known = None

    def _next_checkpoint(self) -> Checkpoint | None:
        note = next(self._notes, None)
        if note is None:
            return None
        try:
            checkpoint = open_checkpoint(note, self._verifier, strict=True)
        except NoteError:
            raise LedgerBroken(
                msg(
                    "Ondertekende stand nummer {number} klopt niet, of een andere sleutel ondertekende ze.",
                    number=self._checkpoints + 1,
                )
            ) from None
        if checkpoint.size <= self._tree.size:
            raise LedgerBroken(
                msg("De ondertekende standen staan niet in volgorde bij {size} inschrijvingen.", size=self._tree.size)
            )
        return checkpoint
