"""Days as whole numbers since 1970-01-01: the form in which the population reckons."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from sluis.authentic.population.chance import Ints

NONE: Final = -(2**31)
"""No day: still going on, not died, did not happen."""

YEAR: Final = 365.25


def day(on: date) -> int:
    """Return the number of a day."""
    return on.toordinal() - date(1970, 1, 1).toordinal()


def years_before(on: date, years: int) -> int:
    """Return the day on which someone who turns that many years on `on` was born; 29 February counts as 1 March."""
    try:
        return day(on.replace(year=on.year - years))
    except ValueError:
        return day(date(on.year - years, 3, 1))


def months(days: Ints) -> Ints:
    """Return the month of each day, in months since 1970-01."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def first_of_month(months_: Ints) -> Ints:
    """Return the first day of each month."""
    return months_.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def last_of_month(months_: Ints) -> Ints:
    """Return the last day of each month."""
    return first_of_month(months_ + 1) - 1


def birthday(born: Ints, years: int) -> Ints:
    """Return the day on which each person turns that many years; 29 February counts as 1 March."""
    month = months(born)
    return first_of_month(month + 12 * years) + (born - first_of_month(month))


def completed_years(born: Ints, on: date) -> Ints:
    """Return ages in completed years on a day."""
    birthdays = np.array([years_before(on, age) for age in range(130, -1, -1)], dtype=np.int64)
    return 130 - np.searchsorted(birthdays, born, side="left")
