"""Everyone in one row each, with a number; and the numbers that were replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from sluis.authentic.population.calibration import MILLION
from sluis.authentic.population.chance import Chance, Ints, whole
from sluis.authentic.population.children import Children
from sluis.authentic.population.days import NONE, day
from sluis.authentic.population.families import Families
from sluis.authentic.population.numbers import fictitious_insz
from sluis.authentic.population.parents import DECEASED, DIED, UNKNOWN, Former, Parents

# Of a million, how many were given another number. Assumption.
_REPLACED_CHILDREN: Final = 3_000
_REPLACED_PARENTS: Final = 1_000


@dataclass(frozen=True, slots=True)
class People:
    """One row per person: the children that give right, the former children, the first parents, the second parents.

    `first` and `second` are the rows of a family's parents, -1 where there is none; `children` and `former` count
    the first two parts. `old_number`, `new_number` and `replaced_on` are the replaced numbers.
    """

    insz: Ints
    born: Ints
    female: Ints
    died: Ints
    family: Ints
    children: int
    former: int
    first: Ints
    second: Ints
    old_number: Ints
    new_number: Ints
    replaced_on: Ints


def _replaced(rng: np.random.Generator, *, children: int, everyone: int) -> Ints:
    """Choose the rows that once had another number; a row may be chosen twice."""
    parents = everyone - children
    of_children = whole(rng, 0, children - 1, max(1, children * _REPLACED_CHILDREN // MILLION))
    of_parents = whole(rng, children, everyone - 1, parents * _REPLACED_PARENTS // MILLION)
    return np.concatenate([of_children, of_parents])


def _former_birthday(born: Ints, rng: np.random.Generator) -> Ints:
    """Return the birthday that the replaced number was made from: the same, or one that was corrected later."""
    moved = np.where(rng.random(born.size) < 0.5, 0, whole(rng, 1, 20, born.size))
    return born - moved


def gather_people(
    chance: Chance, families: Families, children: Children, former: Former, parents: Parents, reference: date
) -> People:
    """Put everyone in one list and give each a number."""
    known = np.flatnonzero(parents.other != UNKNOWN)
    count, former_count = children.born.size, former.born.size
    first = np.arange(families.count) + count + former_count
    second = np.full(families.count, -1, dtype=np.int64)
    second[known] = np.arange(known.size) + count + former_count + families.count
    born = np.concatenate([children.born, former.born, parents.first_born, parents.second_born[known]])
    female = np.concatenate([children.female, former.female, parents.first_female, parents.second_female[known]])
    died = np.full(born.size, NONE, dtype=np.int64)
    died[count : count + former_count] = np.where(former.kind == DECEASED, former.end, NONE)
    died[second[known]] = np.where(parents.other[known] == DIED, parents.since[known], NONE)
    rng = chance.stream("numbers")
    replaced = _replaced(rng, children=count, everyone=born.size)
    old_born = _former_birthday(born[replaced], rng)
    order = rng.permutation(born.size + replaced.size)
    insz = fictitious_insz(np.r_[born, old_born], np.r_[female, female[replaced]], order)
    last = day(reference)
    begin = np.maximum(born[replaced], last - 3000)
    return People(
        insz=insz[: born.size],
        born=born,
        female=female,
        died=died,
        family=np.concatenate([children.family, former.family, np.arange(families.count), known]),
        children=count,
        former=former_count,
        first=first,
        second=second,
        old_number=insz[born.size :],
        new_number=insz[replaced],
        replaced_on=begin + (rng.random(replaced.size) * (last + 1 - begin)).astype(np.int64),
    )
