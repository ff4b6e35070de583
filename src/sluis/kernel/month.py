"""Months and periods of days: what rights, agreements and retention are counted in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Final, overload

from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

_DAY: Final = timedelta(days=1)
_WRITTEN: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; months are ordered, and a month plus or minus a number is another month."""

    year: int
    month: int

    def __post_init__(self) -> None:
        """Refuse what no calendar has."""
        if not (MINYEAR <= self.year <= MAXYEAR and 1 <= self.month <= 12):
            raise ValueError(f"There is no month {self.month} of the year {self.year}.")

    @classmethod
    def of(cls, day: date) -> Month:
        """Return the month in which a day lies."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Return the month of `2023-04`; a SluisError says how to write one."""
        written = _WRITTEN.fullmatch(text)
        if not written or not 1 <= int(written[2]) <= 12 or int(written[1]) < MINYEAR:
            raise SluisError(
                "month-malformed",
                msg("Dit is geen maand."),
                remedy=msg("Schrijf het jaar en de maand, zoals 2023-04."),
            )
        return cls(int(written[1]), int(written[2]))

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        if self == Month(MAXYEAR, 12):
            return date.max
        return (self + 1).first_day - _DAY

    @property
    def period(self) -> Period:
        """The days of the month."""
        return Period(self.first_day, self.last_day)

    def until(self, last: Month) -> Iterator[Month]:
        """Give this month and every one after it up to and with `last`; none if `last` is earlier."""
        return (_from_count(count) for count in range(self._count, last._count + 1))

    def __contains__(self, day: date) -> bool:
        """Say whether the day lies in the month."""
        return (day.year, day.month) == (self.year, self.month)

    def __add__(self, months: int) -> Month:
        """Return the month so many months later."""
        return _from_count(self._count + months)

    @overload
    def __sub__(self, other: int) -> Month: ...

    @overload
    def __sub__(self, other: Month) -> int: ...

    def __sub__(self, other: int | Month) -> Month | int:
        """Return the month so many months earlier, or the number of months from the other to this one."""
        if isinstance(other, Month):
            return self._count - other._count
        return _from_count(self._count - other)

    def __str__(self) -> str:
        """Write the month as `2023-04`."""
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def _count(self) -> int:
        return self.year * 12 + self.month - 1


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included; `last` None means that no end is known."""

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.last is not None and self.last < self.first:
            raise SluisError(
                "period-reversed",
                msg("De periode eindigt op {last}, voor ze begint op {first}.", first=self.first, last=self.last),
                remedy=msg("Zet een einddatum die niet voor de begindatum ligt, of laat de einddatum leeg."),
            )

    def __contains__(self, day: date) -> bool:
        """Say whether the day lies in the period."""
        return self.first <= day and (self.last is None or day <= self.last)

    def covers(self, other: Period) -> bool:
        """Say whether every day of the other period lies in this one."""
        return self.intersect(other) == other

    def overlaps(self, other: Period) -> bool:
        """Say whether the two share a day."""
        return self.intersect(other) is not None

    def intersect(self, other: Period) -> Period | None:
        """Return the days that the two share; None if they share none."""
        first = max(self.first, other.first)
        ends = [end for end in (self.last, other.last) if end is not None]
        last = min(ends, default=None)
        return None if last is not None and last < first else Period(first, last)

    def adjoins(self, other: Period) -> bool:
        """Say whether one begins on the day after the other ends."""
        return _follows(self, other) or _follows(other, self)

    def __str__(self) -> str:
        """Write the period as an ISO 8601 interval; `..` for an end that is not known."""
        return f"{self.first}/{self.last or '..'}"


def _follows(later: Period, earlier: Period) -> bool:
    return earlier.last is not None and earlier.last < date.max and later.first == earlier.last + _DAY


def _from_count(count: int) -> Month:
    year, month = divmod(count, 12)
    return Month(year, month + 1)
