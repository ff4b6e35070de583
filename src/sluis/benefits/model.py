"""What a partial package of the law hands over: facts and how they are read, rules, benefits and their payees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

from sluis.benefits.reading import Reading
from sluis.kernel.text import Message
from sluis.rules import Fact, Rules, Value, fact

Scalar = bool | int | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A fact of a package and what it is for a row that the package's frame does not have.

    `otherwise` stands where the frame has no row for the key: known to be so (False, 0), or None for unknown. A null in
    a row that is there stays unknown. Where the source lacks one of `tables`, the fact is unknown on every row.
    """

    fact: Fact
    otherwise: Scalar = None
    tables: tuple[str, ...] = ()


def column(
    name: str,
    value: type[Value],
    what: Message | None = None,
    *,
    otherwise: Scalar = None,
    tables: Iterable[str] = (),
    unit: str = "",
    ask: Message | None = None,
    most: int = 0,
) -> Column:
    """Declare a fact of a package; see `sluis.rules.fact` for `what`, `unit`, `ask` and `most`."""
    return Column(fact(name, value, what, unit=unit, ask=ask, most=most), otherwise, tuple(tables))


class Period(StrEnum):
    """What one amount of a benefit is for."""

    MONTH = "month"
    YEAR = "year"
    SCHOOL_YEAR = "school_year"
    ONCE = "once"


class Payees(StrEnum):
    """To whom the amount goes."""

    USUAL = "usual"
    """The payees of the child in the month: beneficiaries, with the split of a placement."""
    BENEFICIARIES = "beneficiaries"
    """The beneficiaries, whole, whatever the placement (startbedragen)."""
    OWN = "own"
    """What the `payees` function of the package says."""


class Calendar(StrEnum):
    """The latest day of payment."""

    BASE = "base"
    """The 8th of the next month, or the last working day before."""
    CHILDCARE = "childcare"
    """The 20th of the next month, or the last working day before."""
    NONE = "none"
    """The law read so far names no day."""


@dataclass(frozen=True, slots=True)
class Benefit:
    """One benefit of the case schema: the output of that name decides its amount in a month.

    For a YEAR or SCHOOL_YEAR `decided_in` is the month of the year in which the rule decides (it must give 0 in all
    others); None: in any month of it, and the amounts of its months add up. `income_year`, `points` and `provisional`
    name outputs of the same book that tell more about the decision.
    """

    name: str
    period: Period = Period.MONTH
    decided_in: int | None = None
    payees: Payees = Payees.USUAL
    calendar: Calendar = Calendar.BASE
    income_year: str = ""
    points: str = ""
    provisional: str = ""


Frames = pl.LazyFrame | Sequence[pl.LazyFrame]
Columns = Callable[[Reading, pl.LazyFrame], Frames]
"""`columns(r, rows)`: the key of the book and facts of the package, at most one row per key; `rows` has every key.

Several frames may be given, each with the key and some of the facts: each is joined by itself, and a fact has its
`otherwise` where its own frame has no row.
"""
Paid = Callable[[Reading, pl.LazyFrame], pl.LazyFrame]


@dataclass(frozen=True)
class Package:
    """One partial package. `earlier` names outcomes of earlier books that its rules read as facts of the same name.

    `payees(r, rows)` is for benefits with `Payees.OWN`: key, `payee`, `kind` (person, organisation, savings_account),
    `parts`, `of` (the payee gets parts/of of the amount of the key).
    """

    name: str
    rules: Rules
    facts: tuple[Column, ...] = ()
    columns: Columns | None = None
    benefits: tuple[Benefit, ...] = ()
    earlier: tuple[str, ...] = ()
    payees: Paid | None = None


@dataclass(frozen=True)
class Book:
    """Packages that are decided together, a row per `key`; `rows(r)` gives the key, `child` and the group keys."""

    name: str
    key: str
    rows: Callable[[Reading], pl.LazyFrame]
    packages: tuple[Package, ...]
    facts: tuple[Fact, ...] = field(default=())

    @property
    def benefits(self) -> Mapping[str, Benefit]:
        """The benefits of all packages by name."""
        return {benefit.name: benefit for package in self.packages for benefit in package.benefits}
