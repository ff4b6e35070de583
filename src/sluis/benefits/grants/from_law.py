"""What the law decided in a month, as lines of grants: amounts by payee, and what is open with what is missing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

import polars as pl

from sluis.benefits.deciding import Engine
from sluis.benefits.grants.apart import Asked, cores, decide_apart
from sluis.benefits.grants.lines import FINAL, LINE, PROVISIONAL, UNDECIDED
from sluis.benefits.law import Decided, Law, decide
from sluis.benefits.model import Period
from sluis.benefits.parts import PERSONS_A_PART, divide, part_count
from sluis.benefits.payees import SAVINGS
from sluis.benefits.payments import paid_to
from sluis.benefits.tables import FactTables
from sluis.kernel.month import Month

NOBODY = ""
"""The payee of an amount for which nobody is known yet."""


def lines_of(decided: Decided, benefits: Collection[str]) -> pl.DataFrame:
    """Return the lines of these benefits in the month that was decided; see `lines.LINE`.

    A right without a known payee is undecided: what is missing is the payee. What is undecided has nobody as payee.
    """
    count = decided.month.year * 12 + decided.month.month - 1
    found = [_of_benefit(decided, benefit) for benefit in benefits if decided.has(benefit)]
    told = pl.concat(found) if found else pl.DataFrame(schema=LINE)
    return told.with_columns(month=pl.lit(count, dtype=pl.Int32())).select(LINE.names())


def decided_lines(
    tables: FactTables,
    month: Month,
    benefits: Collection[str],
    *,
    engine: Engine = "polars",
    refuse_weak: bool = False,
    law: Law | None = None,
    persons: int = PERSONS_A_PART,
) -> tuple[pl.DataFrame, int]:
    """Return the lines of these benefits in a month, and how many children were looked at.

    More persons than that are decided in parts of whole families, by a process for each core: the lines are the same
    ones, in another order. Another law than the one in the packages is applied here.
    """

    def here(part: FactTables) -> tuple[pl.DataFrame, int]:
        return lines_of_part(part, month, benefits, engine=engine, refuse_weak=refuse_weak, law=law)

    if part_count(tables, persons) == 1:
        return here(tables)
    with tempfile.TemporaryDirectory(prefix="sluis-") as folder:
        parts = divide(tables, Path(folder), persons=persons)
        done: dict[int, tuple[pl.DataFrame, int]] = {}
        if law is None:
            done = decide_apart(parts, Asked(month, tuple(benefits), engine, refuse_weak), processes=cores())
        told = [done[part] if part in done else here(parts.one(part)) for part in range(parts.count)]
    return pl.concat([each for each, _ in told]), sum(children for _, children in told)


def lines_of_part(
    tables: FactTables,
    month: Month,
    benefits: Collection[str],
    *,
    engine: Engine = "polars",
    refuse_weak: bool = False,
    law: Law | None = None,
) -> tuple[pl.DataFrame, int]:
    """Return the lines of whole families, all at once, and how many children were looked at."""
    decided = decide(tables, month, benefits=benefits, engine=engine, refuse_weak=refuse_weak, law_=law)
    children = decided.answers["kind"].values.height if "kind" in decided.answers else 0
    return lines_of(decided, benefits), children


def deciding(
    benefits: Collection[str], *, engine: Engine = "polars", refuse_weak: bool = False, law: Law | None = None
) -> Callable[[FactTables, Month], pl.DataFrame]:
    """Return the function that a grant run asks: the lines of these benefits in a month."""

    def lines(tables: FactTables, month: Month) -> pl.DataFrame:
        return decided_lines(tables, month, benefits, engine=engine, refuse_weak=refuse_weak, law=law)[0]

    return lines


def once_in(law: Law) -> frozenset[str]:
    """Return the benefits that are not paid month after month: a month without them is no end."""
    return frozenset(name for name, (_, benefit) in law.benefits.items() if benefit.period is not Period.MONTH)


def _of_benefit(decided: Decided, benefit: str) -> pl.DataFrame:
    told = decided.words(benefit).select("key", "doubt")
    paid = paid_to(decided, benefit).join(told, on="key", how="left")
    is_paid = pl.col("payee").is_not_null()
    rights = paid.select(
        "child",
        pl.lit(benefit).alias("benefit"),
        # A savings account is the child's own: its payee is the child.
        pl.when(pl.col("kind") == SAVINGS).then("child").otherwise("payee").fill_null(NOBODY).alias("payee"),
        pl.col("kind").fill_null(NOBODY).alias("payee_kind"),
        pl.when(is_paid).then("amount").alias("amount_cents").cast(pl.Int64),
        pl.when(~is_paid)
        .then(pl.lit(UNDECIDED))
        .when(pl.col("doubt").is_null())
        .then(pl.lit(FINAL))
        .otherwise(pl.lit(PROVISIONAL))
        .alias("status"),
        pl.when(is_paid).then(pl.col("doubt").fill_null("")).otherwise(pl.lit("fact:payee")).alias("doubt"),
    )
    values = decided.values(benefit).filter(pl.col("value").is_null()).join(told, on="key", how="left")
    open_ones = values.select(
        "child",
        pl.lit(benefit).alias("benefit"),
        pl.lit(NOBODY).alias("payee"),
        pl.lit(NOBODY).alias("payee_kind"),
        pl.lit(None, dtype=pl.Int64).alias("amount_cents"),
        pl.lit(UNDECIDED).alias("status"),
        pl.col("doubt").fill_null(""),
    )
    return _merged(pl.concat([rights, open_ones]))


def _merged(lines: pl.DataFrame) -> pl.DataFrame:
    """Return one line per child, benefit and payee: two sides that pay the same payee are one amount.

    Open with one side is open as a whole only where nobody is known: a payee of the other side keeps the own line.
    """
    # Nearly all have one line: only the others are put together.
    several = pl.col("child").is_duplicated()
    who = ("child", "benefit", "payee", "payee_kind")
    merged = (
        lines.filter(several)
        .group_by(who)
        .agg(
            pl.when(pl.col("amount_cents").null_count() == 0).then(pl.col("amount_cents").sum()).alias("amount_cents"),
            pl.col("status").sort_by(pl.col("status").replace_strict(_WEIGHT, return_dtype=pl.Int8)).last(),
            pl.col("doubt").filter(pl.col("doubt") != "").unique().sort().str.join(";").alias("doubt"),
        )
    )
    return pl.concat([lines.filter(~several).select(merged.columns), merged])


_WEIGHT = {FINAL: 0, PROVISIONAL: 1, UNDECIDED: 2}
