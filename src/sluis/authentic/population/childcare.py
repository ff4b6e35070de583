"""Days in childcare: who goes there before school, to a provider with a price by income or one without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from sluis.authentic.population import parquet
from sluis.authentic.population.calibration import MILLION
from sluis.authentic.population.chance import Flags, Ints, whole
from sluis.authentic.population.days import day
from sluis.authentic.population.drawn import Columns, Drawn
from sluis.authentic.population.earnings import below_each_other
from sluis.authentic.population.schooling import entry_days

_FIRST_DAYS: Final = 90  # after birth
_MONTHS: Final = 24
# Assumptions, of a million young children: in care; in a place without licence or not in Dutch. How many have a price
# that does not depend on income follows from the published number with the allowance.
_IN_CARE: Final = 550_000
_NOT_COUNTED: Final = 15_000
_CHILDREN_PER_PROVIDER: Final = 40
_LAST_YEAR: Final = 4  # no child of this age is in care


@dataclass(frozen=True, slots=True)
class Cared:
    """The young children by number who are in childcare: their provider, its kind, and the days between which."""

    child: Ints
    provider: Ints
    counted: Flags
    start: Ints
    end: Ints
    by_income: Flags


def providers(drawn: Drawn) -> int:
    """Return how many providers there are."""
    return max(1, drawn.people.children // (_CHILDREN_PER_PROVIDER * 10))


def draw_childcare(drawn: Drawn) -> Cared:
    """Draw who is in childcare; neighbours have the same provider."""
    rng = drawn.chance.stream("childcare")
    child = drawn.alive
    born = drawn.people.born[child]
    child = child[born > day(date(drawn.reference.year - _LAST_YEAR, 1, 1))]
    child = child[rng.integers(0, MILLION, size=child.size) < _IN_CARE]
    born = drawn.people.born[child]
    family = drawn.people.family[child]
    counted = rng.integers(0, MILLION, size=child.size) >= _NOT_COUNTED
    start = born + _FIRST_DAYS + whole(rng, 0, 60, child.size)
    end = entry_days(born) if born.size else born
    there = int((_between(start, end, _reference_month(drawn)) & counted).sum())
    free = min(MILLION, round(share(drawn) * drawn.people.children * MILLION / max(there, 1)))
    by_income = rng.integers(0, MILLION, size=child.size) >= free
    return Cared(child, family * providers(drawn) // drawn.families.count, counted, start, end, by_income)


def share(drawn: Drawn) -> float:
    """Return the published share of all children with a kinderopvangtoeslag."""
    figures = drawn.figures.statistics
    return figures["kinderopvangtoeslag_children", "2023-11"] / figures["children", "2023-09"]


def _reference_month(drawn: Drawn) -> int:
    return drawn.reference.year * 12 + drawn.reference.month - 1


def allowed_in_reference_month(drawn: Drawn) -> int:
    """Return for how many children the days of the reference month count for the allowance."""
    cared = draw_childcare(drawn)
    there = _between(cared.start, cared.end, _reference_month(drawn))
    return int((there & cared.counted & ~cared.by_income).sum())


def _between(start: Ints, end: Ints, month: int) -> Flags:
    """Say who is in care in the month: since before its end, and not in school on its first day."""
    first, following = date(month // 12, month % 12 + 1, 1), date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    there: Flags = (start < day(following)) & (end > day(first))
    return there


def childcare_days(drawn: Drawn) -> Columns:
    """Return the days of two years up to the horizon, by month and number: a reader of a month reads that part only."""
    cared = draw_childcare(drawn)
    rng = drawn.chance.stream("childcare").spawn(1)[0]
    last = drawn.horizon.year * 12 + drawn.horizon.month - 1
    parts: list[Columns] = []
    for month in range(last - _MONTHS + 1, last + 1):
        row = np.flatnonzero(_between(cared.start, cared.end, month))
        parts.append(
            {
                "child": drawn.insz(cared.child[row]),
                "month": pl.Series(np.full(row.size, month, dtype=np.int32)),
                "provider": parquet.codes("K", cared.provider[row] + 1),
                "full": parquet.numbers(whole(rng, 4, 18, row.size)),
                "half": parquet.numbers(whole(rng, 0, 5, row.size)),
                "income_related_price": parquet.flags(cared.by_income[row]),
                "dutch_language": parquet.flags(cared.counted[row] | (cared.child[row] % 2 == 0)),
                "licensed": parquet.flags(cared.counted[row] | (cared.child[row] % 2 == 1)),
            }
        )
    return below_each_other(parts)
