"""Schools, colleges and student jobs: what every child of 2.5 to 25 follows, and how often it is there.

Every pupil has the school year of the reference date and the one before; from 18 on all of them since, because the
months without studies are counted from that birthday. No shares of tracks, boarding or attendance are in hand: all of
them are assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from sluis.authentic.population import parquet
from sluis.authentic.population.calibration import MILLION
from sluis.authentic.population.chance import Flags, Ints, whole
from sluis.authentic.population.days import NONE, birthday, completed_years, day
from sluis.authentic.population.drawn import Columns, Drawn
from sluis.authentic.population.earnings import below_each_other

LEVELS: Final = ("nursery", "primary", "secondary", "higher")
NURSERY, PRIMARY, SECONDARY, HIGHER = range(4)
TRACKS: Final = (None, "general", "tso_bso_third_year_third_grade", "learning_and_working", "hbo5_nursing")
NO_TRACK, GENERAL, THIRD_YEAR, WORKING, NURSING = range(5)

# Days of the school year on which a toddler of two and a half may begin: month, day, year after the first.
_ENTRIES: Final = ((9, 1, 0), (11, 6, 0), (1, 8, 1), (2, 1, 1), (2, 19, 1), (4, 15, 1), (5, 13, 1))
_TODDLER_MONTHS: Final = 30
_PRIMARY_AGE, _SECONDARY_AGE, _GROWN_AGE, _OLDEST = 6, 12, 18, 25

# Of a million.
_NURSERY_AT_TWO: Final = 850_000
_NURSERY: Final = 990_000
_RECOGNISED: Final = 996_000
_BOARDING: Final = 12_000
_PATH_WORKING: Final = 25_000
_PATH_SEVENTH_YEAR: Final = 105_000
_PATH_NURSING: Final = 125_000
_PATH_YEAR_LATE: Final = 275_000
_SCHOOL_LEAVERS: Final = 120_000
_OFTEN_AWAY: Final = 15_000
_SELDOM_THERE: Final = 60_000
_FEW_CREDITS: Final = 40_000
_REGISTERED_LATE: Final = 20_000
_HALF_DAYS_A_YEAR: Final = 300
_SUMMER_JOB: Final = 450_000
_JOB_IN_TERM: Final = 150_000
_ORDINARY_JOB: Final = 200_000
_FIRST_JOB_AGE: Final = 16
_MONTHS_OF_WORK: Final = 24


@dataclass(frozen=True, slots=True)
class Paths:
    """One row per child that gives right, by number: which way it takes through school."""

    child: Ints
    born: Ints
    path: Ints
    leaver: Flags
    recognised: Flags
    boarding: Flags


def draw_paths(drawn: Drawn) -> Paths:
    """Draw what stays the same over the school years of a child."""
    rng = drawn.chance.stream("schooling")
    child = drawn.alive
    born = drawn.people.born[child]

    def chance(of_a_million: int) -> Flags:
        found: Flags = rng.integers(0, MILLION, size=child.size) < of_a_million
        return found

    path = rng.integers(0, MILLION, size=child.size)
    grown = completed_years(born, date(drawn.school_year, 8, 31)) >= _GROWN_AGE
    return Paths(child, born, path, grown & chance(_SCHOOL_LEAVERS), chance(_RECOGNISED), chance(_BOARDING))


def entry_days(born: Ints) -> Ints:
    """Return the first day on which each child can be in nursery school: an entry day after two years and a half."""
    first = min(int(born.min()), day(date(1995, 1, 1)))
    start_year = (np.datetime64(first, "D").astype("datetime64[Y]").astype(int) + 1970).item()
    end_year = (np.datetime64(int(born.max()), "D").astype("datetime64[Y]").astype(int) + 1970).item() + 4
    days = np.array(
        sorted(day(date(year + next_, m, d)) for year in range(start_year, end_year) for m, d, next_ in _ENTRIES)
    )
    ready = birthday(born, 2) + _TODDLER_MONTHS % 12 * 365 // 12
    found: Ints = days[np.searchsorted(days, ready)]
    return found


def _level(paths: Paths, age: Ints) -> tuple[Ints, Ints]:
    """Return level and track of those of these ages (years reached in the calendar year in which school begins)."""
    late = paths.path < _PATH_YEAR_LATE
    nursing = (paths.path >= _PATH_SEVENTH_YEAR) & (paths.path < _PATH_NURSING)
    secondary = (age < _GROWN_AGE) | ((age == _GROWN_AGE) & late) | ((age <= _GROWN_AGE + 2) & nursing)
    level = np.select(
        [age < _PRIMARY_AGE, age < _SECONDARY_AGE, secondary], [NURSERY, PRIMARY, SECONDARY], default=HIGHER
    )
    working = (paths.path < _PATH_WORKING) & (age >= _FIRST_JOB_AGE)
    seventh = (age == _GROWN_AGE) & (paths.path < _PATH_SEVENTH_YEAR)
    track = np.select([working, seventh, (age >= _GROWN_AGE) & nursing], [WORKING, THIRD_YEAR, NURSING], GENERAL)
    return level, np.where(level == SECONDARY, track, NO_TRACK)


def _is_enrolled(drawn: Drawn, paths: Paths, year: int, age: Ints, entry: Ints, rng: np.random.Generator) -> Flags:
    draw = rng.integers(0, MILLION, size=age.size)
    recent = year >= drawn.school_year - 1
    of_nursery = (age < _PRIMARY_AGE) & (entry <= day(date(year + 1, 6, 1)))
    goes = np.where(age < _PRIMARY_AGE - 3, draw < _NURSERY_AT_TWO, draw < _NURSERY)
    grown = (age >= _GROWN_AGE - 1) & (age <= _OLDEST)
    enrolled: Flags = (of_nursery & goes & recent) | ((age >= _PRIMARY_AGE) & (age < _GROWN_AGE) & recent)
    enrolled |= grown & (recent | (age >= _GROWN_AGE - 1))
    return enrolled & ~(paths.leaver & (year == drawn.school_year))


def _attended(first: Ints, year: int, rng: np.random.Generator) -> Ints:
    """Return half days in nursery school: most are there nearly always, in the part of the year that they have."""
    share = np.clip(day(date(year + 1, 6, 30)) - first, 0, 302) / 302
    seldom = rng.integers(0, MILLION, size=first.size) < _SELDOM_THERE
    of_year = np.where(seldom, whole(rng, 40, 180, first.size), whole(rng, 215, _HALF_DAYS_A_YEAR, first.size))
    return np.floor(of_year * share).astype(np.int64)


def _of_year(drawn: Drawn, paths: Paths, entry: Ints, year: int, rng: np.random.Generator) -> Columns:
    age = year - (paths.born.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970)
    row = np.flatnonzero(_is_enrolled(drawn, paths, year, age, entry, rng))
    level, track = _level(paths, age)
    level, track = level[row], track[row]
    size = row.size
    nursery, secondary, higher = level == NURSERY, level == SECONDARY, level == HIGHER
    first = np.full(size, day(date(year, 9, 1)), dtype=np.int64)
    first = np.where(nursery, np.maximum(first, entry[row]), first)
    started = day(date(year, 9, 15)) + whole(rng, 0, 12, size)
    late = rng.integers(0, MILLION, size=size) < _REGISTERED_LATE
    first = np.where(higher, np.where(late, started + 90, started), first)
    registered = np.where(higher, first, first - whole(rng, 20, 180, size))
    few = higher & (rng.integers(0, MILLION, size=size) < _FEW_CREDITS) & (year == drawn.school_year)
    credits_ = np.where(few, whole(rng, 9, 26, size), whole(rng, 48, 66, size))
    away = np.where(
        rng.integers(0, MILLION, size=size) < _OFTEN_AWAY, whole(rng, 30, 80, size), whole(rng, 0, 6, size) // 3
    )
    hours = np.select([secondary & (track == WORKING), secondary, level == PRIMARY], [30, 32, 28], NONE)
    return {
        "pupil": drawn.insz(paths.child[row]),
        "school_year": parquet.same(f"{year}-{year + 1}", size),
        "level": parquet.texts(LEVELS, level),
        "recognised_vl": parquet.flags(paths.recognised[row]),
        "from": parquet.dates(first),
        "to": parquet.dates(np.full(size, day(date(year + 1, 6, 30)), dtype=np.int64)),
        "track": parquet.texts(TRACKS, track),
        "boarding": parquet.flags(secondary & paths.boarding[row]),
        "hours_per_week": parquet.numbers(hours),
        "credits": parquet.numbers(np.where(higher, credits_, NONE)),
        "diploma_year": parquet.flags(few),
        "registered_on": parquet.dates(registered),
        "half_days_attended": parquet.numbers(np.where(nursery, _attended(first, year, rng), NONE)),
        "half_days_unjustified": parquet.numbers(np.where(higher, NONE, away)),
    }


def education(drawn: Drawn) -> Columns:
    """Return the enrolments, by school year and then by number: a reader of one school year reads that part only."""
    rng = drawn.chance.stream("schooling").spawn(1)[0]
    paths = draw_paths(drawn)
    entry = entry_days(paths.born)
    begun = drawn.school_year - (_OLDEST - _GROWN_AGE)
    return below_each_other([_of_year(drawn, paths, entry, y, rng) for y in range(begun, drawn.school_year + 1)])


def work(drawn: Drawn) -> Columns:
    """Return the hours worked by children of 16 to 24 in the two years before the horizon, by month and number."""
    rng = drawn.chance.stream("work")
    paths = draw_paths(drawn)
    last = drawn.horizon.year * 12 + drawn.horizon.month - 1
    parts: list[Columns] = []
    for month in range(last - _MONTHS_OF_WORK + 1, last + 1):
        year, of_year = divmod(month, 12)
        old_enough = completed_years(paths.born, date(year, of_year + 1, 1)) >= _FIRST_JOB_AGE
        draw = rng.integers(0, MILLION, size=paths.child.size)
        summer = of_year in (6, 7)
        hours = whole(rng, 50, 130, draw.size) if summer else whole(rng, 6, 20, draw.size)
        ordinary = paths.leaver & (year * 12 + of_year >= drawn.school_year * 12 + 8)
        works = np.where(ordinary, draw < _ORDINARY_JOB, draw < (_SUMMER_JOB if summer else _JOB_IN_TERM))
        row = np.flatnonzero(old_enough & works)
        hours = np.where(ordinary, whole(rng, 16, 76, draw.size), hours)[row]
        parts.append(
            {
                "person": drawn.insz(paths.child[row]),
                "month": pl.Series(np.full(row.size, month, dtype=np.int32)),
                "hours": parquet.numbers(hours),
                "contract": parquet.texts(["student", "ordinary"], ordinary[row].astype(np.int64)),
            }
        )
    return below_each_other(parts)
