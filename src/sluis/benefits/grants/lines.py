"""Decisions as columns: one line per child, benefit, payee and month, and how a line differs from what was known.

Two time axes: `month` is the month that a right is for, `run` the run that decided it. Lines are only ever added; what
holds is the line of the latest run, and what was known at an earlier run is still there.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import polars as pl

WHO: Final = ("child", "benefit", "payee", "payee_kind")
KEY: Final = (*WHO, "month")

LINE: Final = pl.Schema(
    {
        "child": pl.String(),
        "benefit": pl.String(),
        "payee": pl.String(),
        "payee_kind": pl.String(),
        "month": pl.Int32(),
        "amount_cents": pl.Int64(),
        "status": pl.String(),
        "doubt": pl.String(),
    }
)
"""What the law says. `month` is year x 12 + month - 1; `amount_cents` is null while undecided, and 0 is "no right".

`status` is final, provisional or undecided; `doubt` says in codes why it is not final, else it is empty.
"""

FINAL, PROVISIONAL, UNDECIDED = "final", "provisional", "undecided"

DECISION: Final = pl.Schema(
    {
        **LINE,
        "run": pl.Int32(),
        "change": pl.String(),
        "before_cents": pl.Int64(),
        "due_cents": pl.Int64(),
        "paid_cents": pl.Int64(),
    }
)
"""A line as a run wrote it. `before_cents` is what was decided about the same month before (null: nothing, or open).

`due_cents` is what this run makes to pay (negative: to ask back), `paid_cents` what all runs together made to pay.
"""

NEW, CONTINUED, CHANGED, ENDED, CORRECTED, OPEN = "new", "continued", "changed", "ended", "corrected", "open"

RECOVERY_MONTHS: Final = 36
"""Undue payments are asked back for three years (Groeipakketdecreet, art. 97); five with fraud, decided by people."""


def known(decisions: pl.LazyFrame, *, at_run: int | None = None) -> pl.LazyFrame:
    """Return the lines that hold: of each key the one of the latest run, or of the latest up to `at_run`."""
    told = decisions if at_run is None else decisions.filter(pl.col("run") <= at_run)
    return told.sort("run").unique(KEY, keep="last")


def decided_now(
    lines: pl.DataFrame,
    *,
    month: int,
    run: int,
    known_before: pl.DataFrame,
    previous: pl.DataFrame,
    once: Collection[str],
) -> pl.DataFrame:
    """Return the decisions of a run about its own month.

    `lines` is what the law says now. `known_before` holds what earlier runs decided about this very month (a second run
    pays the difference only), `previous` what holds about the month before: a right of then that does not go on is
    told as ended. Benefits in `once` are not compared with the month before.
    """
    rights_before = previous.filter((pl.col("amount_cents") > 0) & ~pl.col("benefit").is_in(list(once)))
    told_before = pl.concat([known_before.filter(pl.col("paid_cents") != 0).select(WHO), rights_before.select(WHO)])
    now = _with_gone(lines, told_before.unique(), month)
    last = rights_before.select(*WHO, pl.col("amount_cents").alias("last_cents"))
    judged = now.join(last, on=WHO, how="left").with_columns(change=_change())
    return _finished(judged, known_before, run=run, month=month)


def corrected(lines: pl.DataFrame, *, month: int, run: int, run_month: int, known_before: pl.DataFrame) -> pl.DataFrame:
    """Return the decisions of a run about an earlier month: only where what holds now differs from what was known.

    `lines` and `known_before` are about this month and the same children. A line that is no longer there becomes 0; one
    that is undecided now leaves what was paid as it is, until it is known.
    """
    told_before = known_before.filter((pl.col("paid_cents") != 0) | (pl.col("amount_cents") != 0)).select(WHO)
    now = _with_gone(lines, told_before, month)
    before = known_before.select(
        *WHO,
        pl.col("amount_cents").alias("was_cents"),
        pl.col("status").alias("was_status"),
        pl.col("paid_cents").alias("was_paid"),
    )
    joined = now.join(before, on=WHO, how="left")
    is_first = pl.col("was_status").is_null() & (pl.col("amount_cents").ne_missing(0))
    is_other = pl.col("was_status").is_not_null() & (
        pl.col("amount_cents").ne_missing(pl.col("was_cents"))
        | (pl.col("status") != pl.col("was_status"))
        # An open line that was paid before it became open is settled when it is known again.
        | (pl.col("amount_cents").is_not_null() & (pl.col("amount_cents") != pl.col("was_paid")))
    )
    told = joined.filter(is_first | is_other).with_columns(change=pl.lit(CORRECTED)).select(*LINE.names(), "change")
    return _finished(told, known_before, run=run, month=run_month)


def _with_gone(lines: pl.DataFrame, told_before: pl.DataFrame, month: int) -> pl.DataFrame:
    """Return the lines, with one for everything that was told before and that the law no longer names.

    It is a 0, or open where the same benefit of the child is open: who would get it is then not known either.
    """
    open_now = lines.filter(pl.col("amount_cents").is_null()).select("child", "benefit").unique()
    gone = told_before.join(lines, on=WHO, how="anti").join(
        open_now.with_columns(is_open=pl.lit(value=True)), on=("child", "benefit"), how="left"
    )
    is_open = pl.col("is_open").is_not_null()
    told = gone.with_columns(
        month=pl.lit(month, dtype=pl.Int32()),
        amount_cents=pl.when(~is_open).then(pl.lit(0, dtype=pl.Int64())),
        status=pl.when(is_open).then(pl.lit(UNDECIDED)).otherwise(pl.lit(FINAL)),
        doubt=pl.when(is_open).then(pl.lit("open")).otherwise(pl.lit("")),
    )
    return pl.concat([lines.select(LINE.names()), told.select(LINE.names())])


def _change() -> pl.Expr:
    now, last = pl.col("amount_cents"), pl.col("last_cents").fill_null(0)
    return (
        pl.when(now.is_null())
        .then(pl.lit(OPEN))
        .when(now == 0)
        .then(pl.lit(ENDED))
        .when(last == 0)
        .then(pl.lit(NEW))
        .when(now == last)
        .then(pl.lit(CONTINUED))
        .otherwise(pl.lit(CHANGED))
    )


def _finished(judged: pl.DataFrame, known_before: pl.DataFrame, *, run: int, month: int) -> pl.DataFrame:
    """Return the decisions with what they make to pay; `month` is the month of the run."""
    before = known_before.select(
        *WHO, pl.col("amount_cents").alias("before_cents"), pl.col("paid_cents").alias("was_paid")
    )
    joined = judged.join(before, on=WHO, how="left").with_columns(pl.col("was_paid").fill_null(0))
    difference = pl.col("amount_cents") - pl.col("was_paid")
    barred = (difference < 0) & (pl.col("month") + 1 + RECOVERY_MONTHS < month)
    # Undecided is not nothing: what was paid stays as it is, and nothing is paid or asked back for it now.
    due = pl.when(difference.is_null() | barred).then(pl.lit(0)).otherwise(difference)
    told = joined.with_columns(due_cents=due, run=pl.lit(run))
    told = told.with_columns(paid_cents=pl.col("was_paid") + pl.col("due_cents"))
    told = told.with_columns(
        doubt=pl.when(barred).then(pl.lit("recovery:barred")).otherwise(pl.col("doubt")),
    )
    return told.select(pl.col(name).cast(kind) for name, kind in DECISION.items()).sort(*KEY)
