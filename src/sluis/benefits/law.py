"""The law assembled: packages into books, books into the decisions of a month.

`decide(tables, month)` reads the facts once and decides book after book; what an earlier book decided is a fact of a
later one. The same for all of Flanders (Polars, DuckDB) and for one family (the interpreter, with its trace).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from sluis.benefits.deciding import DOUBTS, Answered, Engine, answer, fact_frame
from sluis.benefits.model import Benefit, Book
from sluis.benefits.packages import BOOKS
from sluis.benefits.reading import Reading
from sluis.benefits.tables import FactTables, known_on
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.rules import Day, Fact, Lack, Parameters, RuleBook, Text, Whole, fact, read_parameters

INSTRUMENT = "Groeipakketdecreet"

ROW_FACTS: Mapping[str, Fact] = {
    "child": fact("child", Text, msg("het kind")),
    "side": fact("side", Text, msg("het kind in dit gezin")),
    "household": fact("household", Text, msg("het gezin"), ask=msg("het Rijksregister")),
    "born": fact("born", Day, msg("de geboortedag")),
    "died": fact("died", Day, msg("de dag van overlijden")),
    "share": fact("share", Whole, msg("het deel van de tijd in dit gezin"), unit="parts"),
}


@dataclass(frozen=True)
class Law:
    """Every book with its rule book, in the order in which they are decided."""

    books: tuple[Book, ...]
    rules: Mapping[str, RuleBook]

    @property
    def benefits(self) -> Mapping[str, tuple[Book, Benefit]]:
        """The benefits of the law by name, with the book that decides them."""
        return {name: (book, benefit) for book in self.books for name, benefit in book.benefits.items()}

    def book_of(self, output: str) -> str:
        """Return the name of the book that decides an output."""
        return next(name for name, book in self.rules.items() if output in book.outputs)

    def needed(
        self, month: Month, benefits: Collection[str] | None = None
    ) -> tuple[tuple[Book, tuple[str, ...] | None], ...]:
        """Return the books to decide, in order, each with its outputs that these benefits rest on; None for all."""
        if benefits is None:
            return tuple((book, None) for book in self.books)
        wanted: dict[str, set[str]] = {book.name: set() for book in self.books}
        for name in benefits:
            if name in self.benefits:
                book, benefit = self.benefits[name]
                wanted[book.name] |= {name, benefit.income_year, benefit.points, benefit.provisional} - {""}
        found: list[tuple[Book, tuple[str, ...] | None]] = []
        for book in reversed(self.books):
            rules = self.rules[book.name]
            held = sorted(
                name for name in wanted[book.name] if any(built.rule.holds(month) for built in rules.regimes(name))
            )
            if held:
                read = set(rules.at(month, held).facts_read())
                for fact_ in book.facts:
                    if fact_.name in read:
                        wanted[self.book_of(fact_.name)].add(fact_.name)
                found.append((book, tuple(held)))
        return tuple(reversed(found))

    def with_parameters(self, changed: Parameters) -> Law:
        """Return the law with other values of some parameters: for simulating a change of law."""
        rules = {name: book.with_parameters(book.parameters.changed_by(changed)) for name, book in self.rules.items()}
        return Law(self.books, rules)


@lru_cache(maxsize=1)
def law() -> Law:
    """Return the law as it stands in the packages; a RuleBookRefused names every mistake in it."""
    rules: dict[str, RuleBook] = {}
    books: list[Book] = []
    everything = parameters()
    for book in BOOKS:
        names = dict.fromkeys(name for package in book.packages for name in package.earlier)
        found = {name: next(each for each in rules.values() if name in each.outputs) for name in names}
        earlier = [
            Fact(name, each.unit_of(name), _title(each, name), None, False, 10**10) for name, each in found.items()
        ]
        books.append(replace(book, facts=tuple(earlier)))
        own = [replace(ROW_FACTS[book.key], always=True)]
        own += [each for name, each in ROW_FACTS.items() if name not in ("child", "side")]
        own += [each.fact for package in book.packages for each in package.facts]
        rules[book.name] = RuleBook(
            book.name,
            key=book.key,
            facts=[*own, *earlier],
            rules=[package.rules for package in book.packages],
            parameters=everything,
        )
    return Law(tuple(books), rules)


def parameters() -> Parameters:
    """Read the parameters of every package."""
    folder = Path(__file__).parent / "packages"
    return read_parameters(*sorted(folder.glob("*/parameters.yaml")), instrument=INSTRUMENT)


def _title(book: RuleBook, output: str) -> Message:
    return book.regimes(output)[0].rule.title


@dataclass(frozen=True)
class Decided:
    """What the law decided in one month from the facts known then."""

    law: Law
    month: Month
    reading: Reading
    answers: Mapping[str, Answered]

    def answered(self, output: str) -> Answered:
        """Return the answers of the book that decides an output."""
        return self.answers[self.law.book_of(output)]

    def has(self, output: str) -> bool:
        """Say whether there is a rule for the output in the month."""
        answered = self.answers.get(self.law.book_of(output))
        return answered is not None and output in answered.values.columns

    def values(self, output: str) -> pl.DataFrame:
        """Return `key`, `child` and the value of an output, null where undecided."""
        answered = self.answered(output)
        values = answered.values
        columns = [values[answered.book.key].alias("key"), answered.children, values[output].alias("value")]
        return pl.DataFrame(columns)

    def doubts(self, output: str) -> pl.DataFrame:
        """Return `key`, `child`, `lack` and `name` of what leaves the output open or makes it provisional.

        What an earlier book could not decide is told as what was missing there; weakness of an earlier outcome that the
        output rests on goes with it.
        """
        answered = self.answered(output)
        key = answered.book.key
        earlier = {each.name for each in answered.book.facts}
        own = answered.lacks(output).join(answered.child_of, on=key) if key != "child" else answered.lacks(output)
        own = own.select(pl.col(key).alias("key"), "child", "lack", "name")
        from_earlier = own.filter((pl.col("lack") == Lack.FACT.value) & pl.col("name").is_in(list(earlier)))
        parts = [own.join(from_earlier, on=["key", "lack", "name"], how="anti")]
        told: list[pl.DataFrame] = []
        keys = self.values(output).filter(pl.col("value").is_not_null()).select("key", "child")
        for name in sorted(earlier & self._read_by(output)):
            before = self.doubts(name).select("child", pl.col("lack"), pl.col("name").alias("was")).unique()
            open_ones = from_earlier.filter(pl.col("name") == name).select("key", "child")
            missing = before.filter(pl.col("lack") != Lack.WEAK.value)
            weak = before.filter(pl.col("lack") == Lack.WEAK.value)
            for found in (open_ones.join(missing, on="child"), keys.join(weak, on="child")):
                parts.append(found.select("key", "child", "lack", pl.col("was").alias("name")))
            # A sibling's outcome can be what is missing: then its name is all that is known here.
            told.append(open_ones.join(missing, on="child", how="anti").with_columns(name=pl.lit(name)))
        parts += [each.select("key", "child", pl.lit(Lack.FACT.value).alias("lack"), "name") for each in told]
        return pl.concat(parts).unique()

    def words(self, output: str) -> pl.DataFrame:
        """Return `key`, `child` and `doubt` of every row whose outcome is open or provisional: `doubts` in one text.

        The text is `fact:income;parameter:limit` for what is missing, `weak:limit` for what makes it provisional.
        """
        return self.reading.kept(f"words of {output}", lambda: self._words(output).lazy()).collect()

    def _words(self, output: str) -> pl.DataFrame:
        answered = self.answered(output)
        key = answered.book.key
        frame = self.values(output).select("key", "child", is_open=pl.col("value").is_null())
        frame = frame.join(answered.marks(output).select(key=key, doubt="doubt"), on="key", how="left")
        names = []
        for name in sorted({each.name for each in answered.book.facts} & self._read_by(output)):
            before = self.words(name).group_by("child").agg(pl.col("doubt").unique().sort().str.join(";").alias(name))
            if not before.is_empty():
                frame = frame.join(before, on="child", how="left")
                names.append(name)
        doubt = [pl.col("doubt", *names).fill_null("")]
        frame = frame.with_columns(doubt).filter(pl.any_horizontal(pl.col("doubt", *names) != ""))
        kinds = frame.select("is_open", "doubt", *names).unique()
        told = [_merged(row, names) for row in kinds.iter_rows(named=True)]
        kinds = kinds.with_columns(pl.Series("told", told, dtype=pl.String))
        frame = frame.join(kinds, on=["is_open", "doubt", *names]).filter(pl.col("told") != "")
        return frame.select("key", "child", doubt="told")

    def _read_by(self, output: str) -> set[str]:
        """Return every fact and rule that an output rests on in this month."""
        law_now = self.answered(output).law
        found: set[str] = set()
        asks = [output]
        while asks:
            built = law_now.rules.get(asks.pop())
            names = set(built.node.names()) - found if built is not None else set()
            found |= names
            asks += list(names)
        return found


def _merged(row: Mapping[str, Any], names: list[str]) -> str:
    """Put what was missing, or weak, in earlier books in the place of the names of their outcomes."""
    own = {each for each in str(row["doubt"]).split(";") if each}
    before = {name: {each for each in str(row[name]).split(";") if each} for name in names}
    weak = {each for found in before.values() for each in found if each.startswith(f"{Lack.WEAK}:")}
    if not row["is_open"]:
        return ";".join(sorted(own | weak))
    told: set[str] = set()
    for each in own:
        # A sibling's outcome can be what is missing: then its name is all that is known here.
        missing = before.get(each.removeprefix(f"{Lack.FACT}:"), set()) - weak
        told |= missing or {each}
    return ";".join(sorted(told))


def decide(
    tables: FactTables,
    month: Month,
    *,
    as_of: date | None = None,
    engine: Engine = "polars",
    refuse_weak: bool = False,
    benefits: Collection[str] | None = None,
    law_: Law | None = None,
) -> Decided:
    """Decide a month from the facts (those known on `as_of`, if given), for these benefits or all."""
    applied = law_ or law()
    r = Reading(tables if as_of is None else known_on(tables, as_of), month)
    answers: dict[str, Answered] = {}
    by_output: dict[str, Answered] = {}
    for book, outputs in applied.needed(month, benefits):
        in_force = applied.rules[book.name].at(month, outputs, refuse_weak=refuse_weak)
        answered = answer(book, in_force, fact_frame(book, in_force, r, by_output), engine)
        answers[book.name] = answered
        by_output |= dict.fromkeys(applied.rules[book.name].outputs, answered)
    return Decided(applied, month, r, answers)


__all__ = ["DOUBTS", "Decided", "Law", "decide", "law", "parameters"]
