"""Parents, and the former children: those who turned 25, died or left Flanders. They make lists hostile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from sluis.authentic.population.calibration import MILLION
from sluis.authentic.population.chance import Chance, Flags, Ints, choose, whole
from sluis.authentic.population.children import Children
from sluis.authentic.population.days import NONE, YEAR, birthday, day, years_before
from sluis.authentic.population.families import SINGLE_FATHER, SINGLE_MOTHER, Families

# What became of the parent who does not raise the children of a single parent. Assumption, in percent.
WITH, APART, UNKNOWN, DIED = range(4)
_OTHER_OF_MOTHER: Final = [0, 78, 14, 8]
_OTHER_OF_FATHER: Final = [0, 90, 0, 10]
_SAME_SEX_COUPLES: Final = 10_000  # of a million; assumption

AGED_OUT, DECEASED, LEFT = range(3)
# How many former children beside each million that give right. Assumption; at least one of each from ten children on.
_FORMER: Final = {AGED_OUT: 3_000, DECEASED: 800, LEFT: 1_500}
_FEWEST_FOR_FORMER: Final = 10


@dataclass(frozen=True, slots=True)
class Parents:
    """One row per family. The first parent lives with the children; the second, where known, may live elsewhere.

    `other` is WITH, APART, UNKNOWN (no second parent) or DIED; `since` is the day of the separation or the death.
    """

    first_born: Ints
    first_female: Ints
    second_born: Ints
    second_female: Ints
    other: Ints
    since: Ints


@dataclass(frozen=True, slots=True)
class Former:
    """Children of the families who no longer give right; `end` is the day they turned 25, died or left."""

    family: Ints
    born: Ints
    female: Ints
    kind: Ints
    end: Ints


def _days(years: float) -> int:
    return int(years * YEAR)


def _age_at_oldest(rng: np.random.Generator, span: Ints) -> Ints:
    """Draw the first parent's age, in days, at the birth of the oldest child: 17 to 42, about 29.5 in the mean."""
    mean_of_three = (rng.random(span.size) + rng.random(span.size) + rng.random(span.size)) / 3
    age = ((17 + 25 * mean_of_three) * YEAR).astype(np.int64)
    return np.maximum(np.minimum(age, _days(47) - span), _days(16))


def draw_parents(chance: Chance, families: Families, children: Children, reference: date) -> Parents:
    """Draw the parents of all families."""
    rng = chance.stream("parents")
    count = families.count
    youngest = children.born[families.first]
    oldest = children.born[families.first + families.children - 1]
    first_born = oldest - _age_at_oldest(rng, youngest - oldest)
    older_by = ((rng.random(count) + rng.random(count)) * 8 - 5.5) * YEAR
    second_born = np.minimum(first_born - older_by.astype(np.int64), oldest - _days(17))
    first_female = (families.kind != SINGLE_FATHER).astype(np.int64)
    same = rng.integers(0, MILLION, size=count) < _SAME_SEX_COUPLES
    other = np.full(count, WITH, dtype=np.int64)
    for kind, weights in ((SINGLE_MOTHER, _OTHER_OF_MOTHER), (SINGLE_FATHER, _OTHER_OF_FATHER)):
        those = np.flatnonzero(families.kind == kind)
        other[those] = choose(rng, weights, those.size)
    last = day(reference)
    begin = np.minimum(youngest - 100, last - 400)
    since = begin + (rng.random(count) * (last - 60 - begin)).astype(np.int64)
    return Parents(
        first_born=first_born,
        first_female=first_female,
        second_born=second_born,
        second_female=np.where(same & (families.kind < SINGLE_MOTHER), first_female, 1 - first_female),
        other=other,
        since=np.where((other == APART) | (other == DIED), since, NONE),
    )


def _candidates(kind: int, oldest: Ints, reference: date, rng: np.random.Generator) -> tuple[Ints, Ints, Flags]:
    """Propose an older sibling for every family: born, end, and whether the dates make sense."""
    last = day(reference)
    size = oldest.size
    born = oldest - whole(rng, 300, 1500, size)
    if kind == AGED_OUT:
        # Turned 25 one to thirty-three months ago; the right ended with that month.
        born = np.minimum(born, years_before(reference, 25) - whole(rng, 31, 1000, size))
        end = birthday(born, 25)
        return born, end, born > years_before(reference, 28)
    if kind == DECEASED:
        end = born + (rng.random(size) * (last - 40 - born)).astype(np.int64)
        return born, end, (born > years_before(reference, 24)) & (end > born)
    end = last - whole(rng, 30, 700, size)
    return born, end, (born > years_before(reference, 24)) & (born < years_before(reference, 18))


def draw_former(chance: Chance, families: Families, children: Children, parents: Parents, reference: date) -> Former:
    """Draw the former children as older siblings, at most one a family, where the first parent was old enough."""
    rng = chance.stream("former")
    oldest = children.born[families.first + families.children - 1]
    free = np.ones(families.count, dtype=bool)
    rows: list[tuple[Ints, Ints, Ints, int]] = []
    for kind, per_million in _FORMER.items():
        order = rng.permutation(families.count)
        born, end, fits = _candidates(kind, oldest, reference, rng)
        fits &= free & (born - parents.first_born >= _days(16)) & (born - parents.second_born >= _days(16))
        fits &= (parents.other != DIED) | (parents.since >= born)
        wanted = max(1, round(children.born.size * per_million / MILLION))
        wanted = wanted if children.born.size >= _FEWEST_FOR_FORMER else 0
        family = np.sort(order[fits[order]][:wanted])
        free[family] = False
        rows.append((family, born[family], end[family], kind))
    family = np.concatenate([row[0] for row in rows])
    return Former(
        family=family,
        born=np.concatenate([row[1] for row in rows]),
        female=rng.integers(0, 2, size=family.size),
        kind=np.concatenate([np.full(row[0].size, row[3], dtype=np.int64) for row in rows]),
        end=np.concatenate([row[2] for row in rows]),
    )
