"""A month decided for everybody: the decisions as Parquet, and a summary of amounts, doubts and what was not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

import polars as pl

from sluis.benefits.deciding import Engine
from sluis.benefits.grants.from_law import decided_lines
from sluis.benefits.grants.lines import PROVISIONAL, UNDECIDED
from sluis.benefits.law import law
from sluis.benefits.schema import TABLES
from sluis.benefits.tables import read_directory
from sluis.kernel.month import Month


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


def run_month(
    facts: Path,
    month: Month,
    out: Path,
    *,
    engine: Engine = "polars",
    refuse_weak: bool = False,
    told: Callable[[str], None] = lambda _: None,
) -> Summary:
    """Decide a month from Parquet facts and write `decisions.parquet`; return the summary.

    Each line is one child, benefit and payee (`grants.lines.LINE`), sorted, so that the same facts give the same file.
    Payment orders and the statement are made from these lines by whoever pays.
    """
    tables = read_directory(facts)
    found, children = decided_lines(tables, month, list(law().benefits), engine=engine, refuse_weak=refuse_weak)
    told("decided")
    lines = found.sort("child", "benefit", "payee", "payee_kind")
    out.mkdir(parents=True, exist_ok=True)
    unfinished = out / ".decisions.partial"
    lines.write_parquet(unfinished, compression="zstd", compression_level=3, statistics=True)
    unfinished.replace(out / "decisions.parquet")
    told("written")
    return _summary(children, lines, month, engine, tables.present)


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
