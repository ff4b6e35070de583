"""One monthly run: the month's decisions, and the differences that late facts make to months gone by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sluis.benefits.grants.book import GrantBook, Run, write_decisions
from sluis.benefits.grants.kin import connected, restricted
from sluis.benefits.grants.late import touched
from sluis.benefits.grants.lines import corrected, decided_now
from sluis.benefits.tables import FactTables, read_tables
from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg

CLAIM_MONTHS = 60
"""Claims lapse after five years (Groeipakketdecreet, art. 95): no further back does a late fact reach."""

Decide = Callable[[FactTables, Month], pl.DataFrame]
"""What the law says about a month, as `lines.LINE`: at most one line per child, benefit, payee and kind of payee."""

Progress = Callable[[Message, int, int], None]
"""`progress(what, done, all)`: called before each month that is decided."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run came to: the run of the book, its decisions, and whether it was there already."""

    run: Run
    decisions: pl.DataFrame
    is_repeat: bool = False


@dataclass(frozen=True)
class GrantRun:
    """How to run a month: the law to apply with its hashes, and which benefits are paid once or once a year.

    `also` writes further files of the run (orders, statement) into its folder, from its decisions, so that they are
    there with the decisions or not at all.
    """

    decide: Decide
    law: Mapping[str, object]
    once: Collection[str]
    also: Callable[[Path, pl.DataFrame, Month, int], None] = lambda _folder, _decisions, _month, _run: None

    def run(
        self, book: GrantBook, facts: Path, month: Month, *, progress: Progress = lambda _what, _done, _all: None
    ) -> Ran:
        """Decide a month from a directory of facts and add it to the book.

        The same facts and law for the last month of the book change nothing: the run that is there is returned. Other
        facts for that month are a further run, which makes the differences due. A SluisError refuses a month that would
        leave a gap or lies before the last one.
        """
        runs = book.runs()
        check_next(runs, month)
        inputs = book.freeze(facts)
        last = runs[-1] if runs else None
        if last and last.month == month and last.inputs == inputs and last.manifest["law"] == dict(self.law):
            return Ran(last, pl.read_parquet(last.folder / "decisions.parquet"), is_repeat=True)
        tables = read_frozen(book, inputs)
        number = len(runs) + 1
        late = self._late_months(book, runs, tables, month)
        steps = len(late) + 1
        progress(msg("de maand {month} beslissen", month=str(month)), 0, steps)
        parts = [self._this_month(book, tables, month, number)]
        for step, (earlier, people) in enumerate(late, start=1):
            progress(msg("de maand {month} herberekenen", month=str(earlier)), step, steps)
            parts.append(self._earlier_month(book, tables, earlier, people, number, month))
        decisions = pl.concat(parts)
        progress(msg("bewaren en opdrachten maken"), steps, steps)
        with book.writing(month, inputs=inputs, law=self.law) as folder:
            write_decisions(decisions, folder)
            self.also(folder, decisions, month, number)
        return Ran(book.runs()[-1], decisions)

    def _this_month(self, book: GrantBook, tables: FactTables, month: Month, number: int) -> pl.DataFrame:
        return decided_now(
            self.decide(tables, month),
            month=_count(month),
            run=number,
            known_before=book.known(month),
            previous=book.known(month - 1),
            once=self.once,
        )

    def _late_months(
        self, book: GrantBook, runs: tuple[Run, ...], tables: FactTables, month: Month
    ) -> list[tuple[Month, pl.DataFrame]]:
        """Return the months of the book to decide again, the oldest first, each with whom."""
        if not runs:
            return []
        before = read_frozen(book, runs[-1].inputs)
        people = connected(_both(before, tables), touched(before, tables))
        first = max(runs[0].month, month - CLAIM_MONTHS)
        found: list[tuple[Month, pl.DataFrame]] = []
        earlier = first
        while earlier < month:
            these = people.filter(pl.col("earliest") <= _count(earlier))
            if not these.is_empty():
                found.append((earlier, these))
            earlier += 1
        return found

    def _earlier_month(
        self, book: GrantBook, tables: FactTables, earlier: Month, people: pl.DataFrame, number: int, month: Month
    ) -> pl.DataFrame:
        children = people.select(pl.col("person").alias("child"))
        lines = self.decide(restricted(tables, people), earlier).join(children, on="child", how="semi")
        return corrected(
            lines,
            month=_count(earlier),
            run=number,
            run_month=_count(month),
            known_before=book.known(earlier, children=children),
        )


def check_next(runs: tuple[Run, ...], month: Month) -> None:
    """Refuse a month that leaves a gap after the last one of the book, or lies before it."""
    if not runs or month in (runs[-1].month, runs[-1].month + 1):
        return
    raise SluisError(
        "month-out-of-order",
        msg(
            "De laatste maand van dit boek is {last}: {month} kan nu niet beslist worden.",
            last=str(runs[-1].month),
            month=str(month),
        ),
        remedy=msg(
            "Beslis eerst {following}. Wat over een vroegere maand bekend werd, verrekent de volgende maand zelf.",
            following=str(runs[-1].month + 1),
        ),
        clause=Clause("Groeipakketdecreet", "artikel 5, §1"),
    )


def read_frozen(book: GrantBook, inputs: Mapping[str, str]) -> FactTables:
    """Return the frozen fact tables of a run, lazily."""
    return read_tables(book.frozen(inputs))


def _both(before: FactTables, after: FactTables) -> FactTables:
    """Return the rows of both: who were a family then, and who are one now."""
    names = before.frames.keys() | after.frames.keys()
    frames = {name: pl.concat([before[name], after[name]], how="diagonal") for name in sorted(names)}
    return FactTables(frames, before.present | after.present)


def _count(month: Month) -> int:
    return month.year * 12 + month.month - 1
