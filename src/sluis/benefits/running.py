"""A month for everybody: decided, added to the book of grants, paid and stated; with a summary of what it came to."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NotRequired, TypedDict, cast

import polars as pl

from sluis.benefits.deciding import Engine
from sluis.benefits.grants.book import GrantBook
from sluis.benefits.grants.from_law import decided_lines, once_in
from sluis.benefits.grants.lines import PROVISIONAL, UNDECIDED
from sluis.benefits.grants.running import GrantRun, Progress
from sluis.benefits.law import law
from sluis.benefits.model import Calendar
from sluis.benefits.money.accounts import read_accounts, read_choices
from sluis.benefits.money.desk import PayDesk, Payees, names_beside
from sluis.benefits.payments import pay_day
from sluis.benefits.schema import TABLES
from sluis.benefits.tables import FactTables, read_directory
from sluis.kernel.month import Month
from sluis.rules.receipt import engine_digest


class BenefitSummary(TypedDict):
    """What one benefit came to in the month."""

    children: int
    amount_cents: int
    provisional: int
    undecided: int


class Summary(TypedDict):
    """What a run came to."""

    month: str
    engine: str
    children: int
    benefits: dict[str, BenefitSummary]
    amount_cents: int
    missing: dict[str, int]
    tables_absent: list[str]
    run: NotRequired[int]
    changes: NotRequired[dict[str, int]]
    totals: NotRequired[dict[str, int]]
    statement_holds: NotRequired[bool]
    is_repeat: NotRequired[bool]


@dataclass(frozen=True, slots=True)
class Switches:
    """How a run decides and pays: the engine, whether weak values count as unknown, and test accounts for everyone."""

    engine: Engine = "polars"
    refuse_weak: bool = False
    with_test_accounts: bool = False


def run_month(
    facts: Path, month: Month, out: Path, switches: Switches, *, progress: Progress = lambda _what, _done, _all: None
) -> Summary:
    """Decide a month from Parquet facts and add it to the book of grants in `out`; return the summary.

    The run's decisions, payment orders and statement are one folder of the book (see `grants.book`). What the newest
    run wrote stands in `out` itself too: `decisions.parquet`, `statement.json`, `summary.json` and the folder `orders`.
    """
    book = GrantBook(out)
    known = list(law().benefits)
    counted: dict[Month, int] = {}

    def lines(tables: FactTables, asked: Month) -> pl.DataFrame:
        found, children = decided_lines(tables, asked, known, engine=switches.engine, refuse_weak=switches.refuse_weak)
        counted[asked] = children
        return found

    desk = PayDesk(
        book, Payees(read_accounts(facts), read_choices(facts), names_beside(facts), switches.with_test_accounts)
    )

    def settle(folder: Path, decisions: pl.DataFrame, of: Month, number: int) -> None:
        statement = desk.settle(folder, decisions, month=of, run=number, pay_days=pay_days(of), base_day=base_day(of))
        own = decisions.filter(pl.col("month") == of.year * 12 + of.month - 1)
        present = read_directory(facts).present
        summary = {
            **_summary(counted[of], own, of, switches.engine, present),
            "run": number,
            "changes": _changes(decisions),
            "totals": statement.totals,
            "statement_holds": statement.holds,
        }
        (folder / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

    grants = GrantRun(decide=lines, law=law_of_run(switches), once=once_in(law()), also=settle)
    ran = grants.run(book, facts, month, progress=progress)
    _show_newest(out, ran.run.folder)
    written = json.loads((ran.run.folder / "summary.json").read_text(encoding="utf-8"))
    return cast("Summary", {**written, "is_repeat": ran.is_repeat})


def law_of_run(switches: Switches) -> dict[str, object]:
    """Return the hashes of what decides: the engine's code, the rules and parameters of each book, and the switch."""
    books = {
        name: {"rules": book.digest, "parameters": book.parameters.digest} for name, book in sorted(law().rules.items())
    }
    return {"engine": engine_digest(), "books": books, "refuse_weak": switches.refuse_weak}


def base_day(month: Month) -> date:
    """Return the day on which the month's benefits are paid at the latest."""
    day = pay_day(Calendar.BASE, month)
    assert day is not None, "the base calendar names a day for every month"
    return day


def pay_days(month: Month) -> dict[str, date]:
    """Return the latest day of payment of each benefit that has a day of its own."""
    days = {name: pay_day(benefit.calendar, month) for name, (_, benefit) in law().benefits.items()}
    return {name: day for name, day in days.items() if day is not None}


def _show_newest(out: Path, folder: Path) -> None:
    """Let the files of the newest run stand in the directory itself, by their plain names."""
    for name in ("decisions.parquet", "payments.parquet", "statement.json", "summary.json"):
        _link(folder / name, out / name)
    orders = out / "orders"
    shutil.rmtree(orders, ignore_errors=True)
    orders.mkdir(parents=True)
    for path in sorted(folder.glob("order-*.xml")):
        _link(path, orders / path.name)


def _link(source: Path, target: Path) -> None:
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        # A second name for the same bytes: nothing of a run is ever written again.
        os.link(source, unfinished)
    except OSError:
        shutil.copyfile(source, unfinished)
    unfinished.replace(target)


def _changes(decisions: pl.DataFrame) -> dict[str, int]:
    counted = decisions.group_by("change").len().sort("change")
    return dict(zip(counted["change"], counted["len"], strict=True))


def _summary(children: int, lines: pl.DataFrame, month: Month, engine: str, present: frozenset[str]) -> Summary:
    status = pl.col("status")
    counted = lines.group_by("benefit").agg(
        children=pl.col("child").n_unique(),
        amount_cents=pl.col("amount_cents").sum(),
        provisional=(status == PROVISIONAL).sum(),
        undecided=(status == UNDECIDED).sum(),
    )
    words = lines.filter(status == UNDECIDED).select(pl.col("doubt").str.split(";").explode())
    missing = words.filter(~pl.col("doubt").str.starts_with("weak:")).group_by("doubt").len().sort("doubt")
    return Summary(
        month=str(month),
        engine=engine,
        children=children,
        benefits={
            str(row.pop("benefit")): BenefitSummary(**row)  # type: ignore[typeddict-item]  # the columns just named
            for row in counted.sort("benefit").to_dicts()
        },
        amount_cents=int(lines["amount_cents"].sum()),
        missing=dict(zip(missing["doubt"], missing["len"], strict=True)),
        tables_absent=sorted(set(TABLES) - present),
    )
