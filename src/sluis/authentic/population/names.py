"""Names by sex and birth cohort. The published list has no years: the tilt between generations is our assumption."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from sluis.authentic.population.chance import Chance, Ints, choose
from sluis.authentic.population.days import day
from sluis.authentic.population.people import People
from sluis.authentic.population.published import Names, Published

# How often a name of each generation is given beside its place in the list, in hundredths, by cohort: born before
# 1970, before 1990, later. Assumption; so is the generation of a name (tables/README.md).
_COHORTS: Final = (day(date(1970, 1, 1)), day(date(1990, 1, 1)))
_TILT: Final = {"older": (100, 50, 2), "": (60, 100, 60), "recent": (3, 15, 400)}


def _weights(names: Names, cohort: int) -> list[int]:
    tilts = [_TILT[generation][cohort] for generation in names.generation]
    return [int(weight) * tilt for weight, tilt in zip(names.weight.tolist(), tilts, strict=True)]


def draw_names(chance: Chance, figures: Published, people: People) -> tuple[list[str], Ints, list[str], Ints]:
    """Return the given names and which each person has, then the family names and which each person has.

    Children carry the name of the second parent where there is one (as a rule the father), else of the first.
    """
    rng = chance.stream("names")
    male, female, family = figures.names["male"], figures.names["female"], figures.names["family"]
    cohort = np.searchsorted(np.array(_COHORTS), people.born, side="right")
    given = np.empty(people.born.size, dtype=np.int64)
    for sex, names, offset in ((0, male, 0), (1, female, len(male.name))):
        for which in range(len(_COHORTS) + 1):
            those = np.flatnonzero((people.female == sex) & (cohort == which))
            given[those] = choose(rng, _weights(names, which), those.size) + offset
    surname = choose(rng, family.weight, people.born.size)
    young = slice(0, people.children + people.former)
    of_family = people.family[young]
    giver = np.where(people.second[of_family] >= 0, people.second[of_family], people.first[of_family])
    surname[young] = surname[giver]
    return male.name + female.name, given, family.name, surname
