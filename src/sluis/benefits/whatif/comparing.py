"""What would be decided, month by month: as it is, and with the changes; both in one pass, so that it stays quick."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from sluis.benefits.explanation import Explanation, Family, Teller, discreet, family_of
from sluis.benefits.explanation.making import total
from sluis.benefits.explanation.words import benefit_title
from sluis.benefits.law import decide
from sluis.benefits.schema import NAMING
from sluis.benefits.tables import FactTables
from sluis.benefits.whatif.family import Facts
from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.text import Message

MOST_MONTHS: Final = 12
_NOW, _THEN = "nu.", "dan."


@dataclass(frozen=True)
class Reader:
    """Who reads: with `households`, only what is granted there, and no fact of another household."""

    teller: Teller
    households: frozenset[str] | None = field(default=None, repr=False)

    def keys(self, family: Family, book: str, side: str, child: str) -> list[str]:
        """Return the rows of a child that this reader is told about."""
        keys = family.keys(book, side + child)
        if self.households is None or family.told[book].law.book.key == "child":
            return keys
        return [key for key in keys if key in self._sides(side, child)]

    def explain(self, family: Family, side: str, child: str, benefit: str) -> Explanation | None:
        """Return why, as far as this reader may know."""
        told = next(iter(self.teller.explain(family, side + child, benefits=(benefit,))), None)
        if told is None or self.households is None:
            return told
        return discreet(told, sides=self._sides(side, child))

    def _sides(self, side: str, child: str) -> frozenset[str]:
        return frozenset(f"{side}{child}|{side}{household}" for household in self.households or ())


@dataclass(frozen=True, slots=True)
class Sum:
    """What is granted in a month in cents, and whether something of it is still open."""

    cents: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class MonthCompared:
    """One month: as it is, and with the changes."""

    month: Month
    now: Sum
    then: Sum

    @property
    def difference_cents(self) -> int:
        """What comes more, or less than nothing."""
        return self.then.cents - self.now.cents


@dataclass(frozen=True, slots=True)
class OtherFact:
    """A fact that both decisions looked at and that differs."""

    what: Message
    now: Message
    then: Message


@dataclass(frozen=True, slots=True)
class Difference:
    """A benefit of a child that becomes another: amounts by month (None while undecided), and why."""

    child: str = field(repr=False)
    title: Message
    since: Month
    now: tuple[int | None, ...]
    then: tuple[int | None, ...]
    told: Explanation | None = field(repr=False)
    other_facts: tuple[OtherFact, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Same:
    """A benefit of a child that stays what it is; None while undecided."""

    child: str = field(repr=False)
    title: Message
    amount_cents: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that the page tells. `without_rule` is the first month in which the law says nothing."""

    months: tuple[MonthCompared, ...]
    differences: tuple[Difference, ...]
    same: tuple[Same, ...]
    without_rule: Month | None = None

    @property
    def difference_cents(self) -> int:
        """What comes more over all months."""
        return sum(month.difference_cents for month in self.months)


def compare(
    before: Facts,
    after: Facts,
    *,
    children: Collection[str],
    first: Month,
    months: int,
    reader: Reader,
) -> Comparison:
    """Return what is decided about these children from a month on, at most twelve, as it is and with the changes."""
    tables = _together(before, after)
    decided: list[tuple[Month, Family]] = []
    without: Month | None = None
    for month in first.until(first + (min(months, MOST_MONTHS) - 1)):
        try:
            decided.append((month, family_of(decide(tables, month, engine="interpreter"))))
        except SluisError as fault:
            if fault.code not in {"rule-without-month", "parameter-without-value"}:
                raise
            without = month
            break
    return _compared(decided, sorted(children), reader, without)


def _compared(
    decided: list[tuple[Month, Family]],
    children: list[str],
    reader: Reader,
    without: Month | None,
) -> Comparison:
    amounts = [_amounts(family, children, reader) for _, family in decided]
    names = list(dict.fromkeys(benefit for _, family in decided for benefit in family.law.benefits))
    sums = [
        MonthCompared(month, _sum(found, _NOW), _sum(found, _THEN))
        for (month, _), found in zip(decided, amounts, strict=True)
    ]
    differences: list[Difference] = []
    same: list[Same] = []
    for child in children:
        for benefit in names:
            now = tuple(found.get((_NOW, child, benefit), 0) for found in amounts)
            then = tuple(found.get((_THEN, child, benefit), 0) for found in amounts)
            if now != then:
                at = next(place for place, (one, other) in enumerate(zip(now, then, strict=True)) if one != other)
                month, family = decided[at]
                told, others = _why(family, child, benefit, reader)
                differences.append(Difference(child, benefit_title(benefit), month, now, then, told, others))
            elif any(amount != 0 for amount in now):
                shown = next(amount for amount in now if amount != 0)
                same.append(Same(child, benefit_title(benefit), shown))
    return Comparison(tuple(sums), tuple(differences), tuple(same), without)


def _amounts(family: Family, children: list[str], reader: Reader) -> dict[tuple[str, str, str], int | None]:
    """Return what each child gets of each benefit that has a rule in the month, as it is and with the changes."""
    found: dict[tuple[str, str, str], int | None] = {}
    for benefit, (book, _) in family.law.benefits.items():
        told = family.told.get(book.name)
        if told is None or benefit not in told.law.rules:
            continue
        for side in (_NOW, _THEN):
            for child in children:
                keys = reader.keys(family, book.name, side, child)
                found[side, child, benefit] = total([told.outcome(key, benefit).value for key in keys])
    return found


def _sum(found: dict[tuple[str, str, str], int | None], side: str) -> Sum:
    own = [amount for (of, _, _), amount in found.items() if of == side]
    return Sum(sum(amount or 0 for amount in own), None in own)


def _why(family: Family, child: str, benefit: str, reader: Reader) -> tuple[Explanation | None, tuple[OtherFact, ...]]:
    told = [reader.explain(family, side, child, benefit) for side in (_NOW, _THEN)]
    facts = [_facts(each) for each in told]
    others = [
        OtherFact(what, shown, facts[1][where, what])
        for (where, what), shown in facts[0].items()
        if (where, what) in facts[1] and facts[1][where, what] != shown
    ]
    return told[1], tuple(dict.fromkeys(others))


def _facts(told: Explanation | None) -> dict[tuple[str, Message], Message]:
    """Return the facts of the child itself that a decision looked at, by book and what they are."""
    if told is None:
        return {}
    return {
        (link.book, fact.what): fact.shown
        for link in told.chain
        if link.child == told.child
        for fact in link.facts
        if not fact.is_group and not fact.decided_by
    }


def _together(before: Facts, after: Facts) -> FactTables:
    """Put both families in one set of facts, under names of their own."""
    frames: dict[str, list[pl.LazyFrame]] = {}
    for side, facts in ((_NOW, before), (_THEN, after)):
        for table, frame in facts.tables().frames.items():
            columns = [name for name in frame.collect_schema().names() if name in NAMING]
            frames.setdefault(table, []).append(
                frame.with_columns((pl.lit(side) + pl.col(name)).alias(name) for name in columns)
            )
    return FactTables({table: pl.concat(each) for table, each in frames.items()}, before.present | after.present)
