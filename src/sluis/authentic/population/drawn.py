"""A whole population, drawn and not yet written: what every fact table is built from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from sluis.authentic.population.chance import Chance, Ints
from sluis.authentic.population.children import Children
from sluis.authentic.population.families import Families
from sluis.authentic.population.histories import Histories, Spells
from sluis.authentic.population.incomes import Incomes
from sluis.authentic.population.parents import Former, Parents
from sluis.authentic.population.people import People
from sluis.authentic.population.published import Published

Columns = dict[str, pl.Series]

_DAYS_SINCE_1880: Final = 32_872
_SEPTEMBER: Final = 9


@dataclass(frozen=True, slots=True)
class Drawn:
    """A whole population, drawn and not yet written.

    `number` is the text of each person's number and `rank` its place in their order: made once, for every table is
    sorted by it.
    """

    chance: Chance
    figures: Published
    reference: date
    families: Families
    children: Children
    former: Former
    parents: Parents
    people: People
    incomes: Incomes
    histories: Histories
    entitlements: Spells
    number: pl.Series
    rank: Ints

    @property
    def school_year(self) -> int:
        """The year in which the school year of the reference date began."""
        return self.reference.year - (self.reference.month < _SEPTEMBER)

    @property
    def horizon(self) -> date:
        """The last day that the facts reach to: the end of that school year. What lies after it is not told."""
        return date(self.school_year + 1, 8, 31)

    @property
    def alive(self) -> Ints:
        """The rows of the children that give right, by number."""
        return np.argsort(self.rank[: self.people.children], kind="stable")

    def insz(self, rows: Ints) -> pl.Series:
        """Return the numbers of persons as text."""
        return self.number.gather(pl.Series(rows))


def order_of(drawn: Drawn, person: Ints, start: Ints | None = None, *then: Ints) -> Ints:
    """Return the rows by number, then by first day, then by the other keys."""
    # One key of 64 bits: the rank has 23 of them, a day since the year 1880 has 17.
    key = drawn.rank[person] << 17
    if start is not None:
        key += start + _DAYS_SINCE_1880
    return np.lexsort((*reversed(then), key)) if then else np.argsort(key, kind="stable")
