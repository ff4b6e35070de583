"""The families of many acceptance cases decided together: each month once, as a month is decided for a region.

Cases use the same names for their people, so every name gets the number of its case in front: `c7.kid`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import polars as pl

from sluis.benefits.case_files import Case, Expected
from sluis.benefits.deciding import Engine
from sluis.benefits.law import Decided, decide, law
from sluis.benefits.model import Benefit, Period
from sluis.benefits.payees import SAVINGS
from sluis.benefits.schema import NAMING
from sluis.benefits.tables import FactTables
from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.text import msg

BENEFICIARIES: Final = "beneficiaries"
_SEPTEMBER: Final = 9

_Asked = tuple[Month, date | None]


class Together:
    """Cases by their number, and what was decided for them."""

    def __init__(self, cases: Mapping[int, Case], engine: Engine, refuse_weak: bool) -> None:
        self._cases = cases
        self._engine = engine
        self._refuse_weak = refuse_weak
        self._frames: dict[int, dict[str, pl.DataFrame]] = {}
        self._decided: dict[tuple[_Asked, int | None], Decided] = {}
        self._alone: set[_Asked] = set()
        self._asking: dict[_Asked, list[int]] = {}
        for number, case in cases.items():
            for asked in _asked_by(case):
                self._asking.setdefault(asked, []).append(number)

    def at(self, number: int, month: Month, as_of: date | None) -> Decided:
        """Return what is decided in a month for all who ask it; for this case only where that is not possible."""
        asked = (month, as_of)
        if asked not in self._alone and (asked, None) not in self._decided:
            try:
                self._decided[asked, None] = self._decide(asked, self._asking[asked])
            except (
                SluisError,
                pl.exceptions.PolarsError,
            ):  # one case has facts or a month that no rule takes: the others must not bear it
                self._alone.add(asked)
        if asked not in self._alone:
            return self._decided[asked, None]
        if (asked, number) not in self._decided:
            self._decided[asked, number] = self._decide(asked, [number])
        return self._decided[asked, number]

    def _decide(self, asked: _Asked, numbers: list[int]) -> Decided:
        month, as_of = asked
        return decide(
            self._tables(numbers),
            month,
            as_of=as_of,
            engine=self._engine,
            refuse_weak=self._refuse_weak,
            benefits={each.benefit for number in numbers for each in self._cases[number].expect},
        )

    def _tables(self, numbers: list[int]) -> FactTables:
        by_table: dict[str, list[pl.DataFrame]] = {}
        for number in numbers:
            for table, frame in self._named(number).items():
                by_table.setdefault(table, []).append(frame)
        present = frozenset[str]().union(*(self._cases[number].tables.present for number in numbers))
        return FactTables({table: pl.concat(frames).lazy() for table, frames in by_table.items()}, present)

    def _named(self, number: int) -> dict[str, pl.DataFrame]:
        """Return the tables of a case with its number in every name."""
        if number not in self._frames:
            frames = self._cases[number].tables.frames
            self._frames[number] = {
                table: frame.with_columns(
                    (pl.lit(_prefix(number)) + pl.col(name)).alias(name)
                    for name in frame.collect_schema().names()
                    if name in NAMING
                ).collect()
                for table, frame in frames.items()
            }
        return self._frames[number]


def renamed(expected: Expected, number: int) -> Expected:
    """Return an expectation with the names that its people have among all cases."""
    changed = {
        column: _prefix(number) + name
        for column, name in (("child", expected.child), ("person", expected.person), ("paid_to", expected.paid_to))
        if name is not None and not (column == "paid_to" and name in (BENEFICIARIES, SAVINGS))
    }
    return expected.model_copy(update=changed)


def months_of(expected: Expected, benefit: Benefit, case: Case) -> list[list[Month]]:
    """Return the months to compare one by one, each as a list of the months that add up."""
    if expected.month is not None:
        return [[Month.parse(expected.month)]]
    if expected.since is not None and expected.to is not None:
        return [[month] for month in Month.parse(expected.since).until(Month.parse(expected.to))]
    if expected.year is not None:
        first = Month(expected.year, benefit.decided_in or 1)
    elif expected.school_year is not None:
        year, decided_in = int(expected.school_year[:4]), benefit.decided_in or _SEPTEMBER
        first = Month(year if decided_in >= _SEPTEMBER else year + 1, decided_in)
    else:
        return [_once(expected, benefit, case)]
    return [[first] if benefit.decided_in else list(first.until(first + 11))]


def _asked_by(case: Case) -> list[_Asked]:
    """Return every month, with its day of judgment, that the expectations of a case ask."""
    found: dict[_Asked, None] = {}
    known = law().benefits
    for expected in case.expect:
        if expected.benefit in known:
            try:
                months = months_of(expected, known[expected.benefit][1], case)
            except SluisError:  # told when the expectation itself is compared
                continue
            found |= dict.fromkeys((month, expected.as_of or case.as_of) for some in months for month in some)
    return list(found)


def _once(expected: Expected, benefit: Benefit, case: Case) -> list[Month]:
    if benefit.period is not Period.ONCE:
        raise SluisError(
            "once-unfit",
            msg("{benefit} is geen eenmalig bedrag per kind.", benefit=benefit.name),
            remedy=msg("Geef de maand, het jaar of het schooljaar."),
        )
    born = case.tables["persons"].filter(pl.col("id") == expected.subject).select(pl.col("born").alias("day"))
    joined = case.tables["adoptions"].filter(pl.col("child") == expected.subject)
    days = pl.concat([born, joined.select(pl.col("in_household_on").alias("day"))]).collect()["day"]
    return sorted({Month.of(day) for day in days})


def _prefix(number: int) -> str:
    return f"c{number}."
