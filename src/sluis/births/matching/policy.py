"""What two newborns are to each other, where a number decides: same, different, or for a person to decide. Pure.

The mother's INSZ with the child's birth date decides where both have it. Within one hospital every newborn has its own
reference, so two references are two children (twins) unless the very same given name was told of both. Between
hospitals a twin that has no name yet cannot be told from the other one: a person decides.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal
from uuid import UUID

from sluis.births.folding import Told

Verdict = Literal["same", "doubt", "different"]

# Within this many days two birth dates of one mother cannot be two pregnancies: twins, or one date is wrong.
_ONE_PREGNANCY: Final = timedelta(days=150)
# Dates this near are compared by name where no number tells: a birth around midnight, a typing error.
NEAR: Final = timedelta(days=1)

SAME_WEIGHT: Final = 12_000
DOUBT_WEIGHT: Final = 2_000
"""Weights are thousandths of a bit (log2 of the odds): above 12 bits the same, from 2 bits on a doubt.

At 12 bits one in some 4,000 pairs that are joined would be wrong by the model; fixed by us, not measured on real data.
"""


@dataclass(frozen=True, slots=True)
class Newborn:
    """A newborn as it is compared. `tag` is the mother's, None without a number."""

    id: UUID
    sender: str
    birth_date: date | None
    tag: bytes | None = field(repr=False)
    told: Told = field(repr=False)

    @property
    def given(self) -> str | None:
        """The child's given name, in a form that compares."""
        name = self.told.child.name
        return plain(name.given) if name is not None and name.given else None


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison says, why (a code for pages), and the weight in thousandths of a bit."""

    verdict: Verdict
    why: str
    weight: int = 0


Weigh = Callable[[Newborn, Sequence[Newborn]], Mapping[UUID, int]]
"""Gives the weight that each candidate is the same child, from what both have in common but for the number."""


def plain(text: str) -> str:
    """Return a name without accents, case and marks, for comparing only."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(one if one.isalnum() else " " for one in folded if not unicodedata.combining(one)).split())


def compare(one: Newborn, other: Newborn, *, has_twin: bool) -> Compared | None:
    """Return what the number says of two newborns; None where it says nothing and the other items must.

    `has_twin` tells that one of the two has a sibling of the same birth.
    """
    if one.birth_date is None or other.birth_date is None:
        return Compared("different", "no-date")
    apart = abs(one.birth_date - other.birth_date)
    if one.tag is None or other.tag is None:
        if one.sender == other.sender and not _same_given(one, other):
            return Compared("different", "own-reference")
        return None if apart <= NEAR else Compared("different", "other-date")
    if one.tag != other.tag:
        return Compared("different", "other-mother")
    if apart:
        is_one = apart <= _ONE_PREGNANCY
        return Compared("doubt", "dates-near") if is_one else Compared("different", "other-pregnancy")
    return _of_one_mother_and_day(one, other, has_twin=has_twin)


def _of_one_mother_and_day(one: Newborn, other: Newborn, *, has_twin: bool) -> Compared:
    if _same_given(one, other):
        return Compared("same", "same-name")
    if one.sender == other.sender:
        return Compared("different", "twins")
    if one.given is not None and other.given is not None:
        # Two names at two hospitals: twins of whom each was told once, or a name that changed.
        return Compared("different", "twins") if has_twin else Compared("doubt", "names-differ")
    return Compared("doubt", "twin-without-name") if has_twin else Compared("same", "same-mother-and-day")


def shares_a_trait(one: Newborn, other: Newborn) -> bool:
    """Return whether two newborns agree on anything rare: only then their likeness is worth weighing.

    Without it every birth of a day would be weighed against every one without a number. What it misses are pairs of
    which every name is spelled differently and no birth date, telephone or e-mail address is the same.
    """
    return not _traits(one).isdisjoint(_traits(other))


def _traits(one: Newborn) -> set[tuple[str, object]]:
    mother = one.told.mother
    name, contact, address = mother.name, mother.contact, mother.address
    found: set[tuple[str, object]] = set()
    if one.given:
        found.add(("child", one.given))
    if mother.birth_date is not None:
        found.add(("born", mother.birth_date))
    if name is not None and name.family:
        found.add(("family", plain(name.family)))
    if name is not None and name.given and address is not None and address.postal_code:
        found.add(("given", (plain(name.given), address.postal_code)))
    if contact is not None and contact.email:
        found.add(("email", contact.email.casefold()))
    if contact is not None and contact.mobile:
        found.add(("mobile", "".join(one for one in contact.mobile if one.isdigit())[-9:]))
    return found


def judge(weight: int, *, same_sender: bool, same_given: bool) -> Compared:
    """Return what a weight says where the number says nothing."""
    if weight >= SAME_WEIGHT and (not same_sender or same_given):
        return Compared("same", "alike", weight)
    if weight >= DOUBT_WEIGHT:
        return Compared("doubt", "alike", weight)
    return Compared("different", "unlike", weight)


def _same_given(one: Newborn, other: Newborn) -> bool:
    return one.given is not None and one.given == other.given


def compare_all(newborns: Sequence[Newborn], *, weigh: Weigh) -> dict[tuple[UUID, UUID], Compared]:
    """Return what every two of these newborns are to each other, under the pair of their numbers in order."""
    ordered = sorted(newborns, key=lambda one: one.id)
    twins = _with_twins(ordered)
    found: dict[tuple[UUID, UUID], Compared] = {}
    for index, one in enumerate(ordered):
        open_pairs = []
        for other in ordered[index + 1 :]:
            said = compare(one, other, has_twin=bool({one.id, other.id} & twins))
            if said is None and shares_a_trait(one, other):
                open_pairs.append(other)
            elif said is None:
                found[one.id, other.id] = Compared("different", "nothing-shared")
            else:
                found[one.id, other.id] = said
        weights = weigh(one, open_pairs) if open_pairs else {}
        for other in open_pairs:
            said = judge(weights[other.id], same_sender=one.sender == other.sender, same_given=_same_given(one, other))
            if said.verdict == "same" and {one.id, other.id} & twins and not _same_given(one, other):
                said = Compared("doubt", "twin-without-name", said.weight)
            found[one.id, other.id] = said
    return found


def _with_twins(newborns: Sequence[Newborn]) -> set[UUID]:
    """Return the newborns of whom their own hospital told of a sibling of the same birth."""
    together: dict[tuple[object, ...], list[Newborn]] = {}
    for one in newborns:
        if one.birth_date is not None:
            mother = one.tag if one.tag is not None else _mother_in_words(one)
            if mother is not None:
                together.setdefault((one.sender, mother, one.birth_date), []).append(one)
    found: set[UUID] = set()
    for group in together.values():
        names = {one.given for one in group}
        if len(group) > 1 and (len(names) > 1 or None in names):
            found.update(one.id for one in group)
    return found


def _mother_in_words(one: Newborn) -> tuple[object, ...] | None:
    mother = one.told.mother
    if mother.name is None or mother.birth_date is None:
        return None
    return (plain(f"{mother.name.family or ''} {mother.name.given or ''}"), mother.birth_date)
