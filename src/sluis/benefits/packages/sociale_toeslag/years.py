"""Award years (toekenningsjaren) and the income years that go with a month.

The rules and the joins of facts must look at the same years, so both read the parameter `toekenningsjaar_begin`.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from sluis.kernel.month import Month
from sluis.rules import read_parameters
from sluis.rules.parameters import Table

FIRST_AWARD_YEAR: Final = Month(2019, 10)
"""Before it no award year existed: the months of 2019 go by the income of 2017 and by that of 2019 itself."""

YEARS_BACK: Final = 2


def award_year(month: Month) -> int:
    """Return the calendar year in which the award year of a month began."""
    return month.year if month.month >= first_month(month.year) else month.year - 1


def income_year(month: Month) -> int:
    """Return the income year on which the award year of a month rests: two years before the year it began in."""
    return month.year - YEARS_BACK if month < FIRST_AWARD_YEAR else award_year(month) - YEARS_BACK


@lru_cache(maxsize=64)
def first_month(year: int) -> int:
    """Return the month of the calendar year in which its award year begins: 10, later 9."""
    month = _begin().value_of(year)
    assert isinstance(month, int), "the table has a number for every year"
    return month


@lru_cache(maxsize=1)
def _begin() -> Table:
    parameters = read_parameters(Path(__file__).parent / "parameters.yaml", instrument="Groeipakketdecreet")
    value = parameters["toekenningsjaar_begin"].at(Month(2019, 1)).value
    assert isinstance(value, Table), "the parameter is a table by year"
    return value
