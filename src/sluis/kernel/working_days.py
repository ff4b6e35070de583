"""Working days: which days an authority works, counted under a calendar that is data.

Saturdays, Sundays and the days of the authority's calendar are not working days. The calendars, with their sources and
what is open, are in `tables/calendars.toml`. Easter is computed for the Gregorian calendar (Meeus, Jones, Butcher).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

AuthorityKind = Literal["municipality", "ocmw", "flemish", "federal"]

_TABLE: Final = Path(__file__).with_name("tables") / "calendars.toml"
_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayOff:
    """One rule of a calendar: days of a year, or days around Easter, or one day of one year."""

    name: str
    first: tuple[int, int] | None = None  # month and day
    last: tuple[int, int] | None = None
    after_easter: int | None = None
    on: date | None = None
    since: int | None = None
    until: int | None = None

    def days_in(self, year: int) -> tuple[date, ...]:
        """Return the days off that the rule gives in a year."""
        if (self.since and year < self.since) or (self.until and year > self.until):
            return ()
        if self.on is not None:
            return (self.on,) if self.on.year == year else ()
        if self.after_easter is not None:
            return (easter(year) + self.after_easter * _DAY,)
        if self.first is None or self.last is None:
            raise ValueError(f"The day off {self.name} says neither a day, nor a distance to Easter, nor a closing.")
        first, last = date(year, *self.first), date(year, *self.last)
        return tuple(first + passed * _DAY for passed in range((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days off of an authority."""

    id: str
    name: str
    source: str
    days_off: tuple[DayOff, ...]

    def also_closed(self, name: str, days: Iterable[date]) -> Calendar:
        """Return the calendar of an authority that also closes on its own days, such as bridge days it decided on."""
        return replace(self, days_off=(*self.days_off, *(DayOff(name, on=day) for day in days)))


def easter(year: int) -> date:
    """Return Easter Sunday of a Gregorian year."""
    golden, century, of_century = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=1)
def calendars() -> Mapping[str, Calendar]:
    """Return every calendar of the table by its id."""
    found: dict[str, Calendar] = {}
    for name, entry in _table()["calendars"].items():
        own = tuple(_day_off(rule) for rule in entry["days"])
        inherited = found[entry["base"]].days_off if "base" in entry else ()
        found[name] = Calendar(name, entry["name"], entry["source"], inherited + own)
    return found


def calendar_of(kind: AuthorityKind, party: str | None = None) -> Calendar:
    """Return the calendar of an authority: its own where the table names the party, else that of its kind."""
    table = _table()
    return calendars()[table["parties"].get(party, table["kinds"][kind])]


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Say whether the authority works on the day."""
    return day.weekday() < _SATURDAY and day not in _closed(calendar, day.year)


def add_working_days(day: date, n: int, calendar: Calendar) -> date:
    """Return the n-th working day after `day`, which itself does not count; for 0 the first working day from `day` on.

    A term of "5 working days" that starts with an event on `day` ends with this day. Negative terms are refused.
    """
    if n < 0:
        raise ValueError("A term of working days runs forward.")
    if n == 0:
        day -= _DAY
    for _ in range(max(n, 1)):
        day += _DAY
        while not is_working_day(day, calendar):
            day += _DAY
    return day


def working_days_between(first: date, last: date, calendar: Calendar) -> int:
    """Return how many working days come after `first` up to and with `last`; negative if `last` is earlier."""
    if last < first:
        return -working_days_between(last, first, calendar)
    return sum(is_working_day(first + passed * _DAY, calendar) for passed in range(1, (last - first).days + 1))


@lru_cache(maxsize=256)
def _closed(calendar: Calendar, year: int) -> frozenset[date]:
    return frozenset(day for rule in calendar.days_off for day in rule.days_in(year))


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


def _day_off(rule: Mapping[str, Any]) -> DayOff:
    """Read one rule; a key that no rule knows is an error of the table, not a day less."""
    known = {"name", "day", "from", "to", "after_easter", "on", "since", "until"}
    if unknown := rule.keys() - known:
        raise ValueError(f"calendars.toml: the day off {rule['name']} has words that mean nothing: {sorted(unknown)}")
    return DayOff(
        name=rule["name"],
        first=_month_and_day(rule.get("from", rule.get("day"))),
        last=_month_and_day(rule.get("to", rule.get("day"))),
        after_easter=rule.get("after_easter"),
        on=rule.get("on"),
        since=rule.get("since"),
        until=rule.get("until"),
    )


def _month_and_day(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    month, day = text.split("-")
    return int(month), int(day)
