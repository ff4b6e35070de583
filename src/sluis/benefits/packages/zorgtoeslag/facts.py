"""What the rules on care read: the points on the medical-social scale, and the request."""

from __future__ import annotations

import polars as pl

from sluis.benefits.model import column
from sluis.benefits.reading import Reading
from sluis.kernel.text import msg
from sluis.rules import CalendarMonth, Truth, Whole

_DOCTOR = msg("de evaluerende arts van Opgroeien")

FACTS = (
    column("punten_pijler_1", Whole, msg("de punten in pijler 1"), unit="points", otherwise=0, ask=_DOCTOR),
    column("punten_pijler_2", Whole, msg("de punten in pijler 2"), unit="points", otherwise=0, ask=_DOCTOR),
    column("punten_pijler_3", Whole, msg("de punten in pijler 3"), unit="points", otherwise=0, ask=_DOCTOR),
    column("zorgtoeslag_gevraagd", Truth, msg("de zorgtoeslag gevraagd is"), otherwise=False),
    column("zorgtoeslag_gevraagd_in", CalendarMonth, msg("de maand van de vraag"), ask=msg("de uitbetaler")),
)

# Art. 16: what gives a right at all. Only for choosing between two scores in one month; the rules decide.
_PILLAR_1, _TOTAL = 4, 6


def columns(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return a row for each child that was scored: `child` and the facts."""
    scores = _score_of_month(r).join(rows.select("child"), on="child", how="semi")
    asked = (
        r["requests"]
        .filter(pl.col("kind") == "zorgtoeslag")
        .group_by("child")
        .agg(pl.col("date").min().alias("asked"))
        .select(
            "child",
            zorgtoeslag_gevraagd=pl.lit(value=True),
            zorgtoeslag_gevraagd_in=pl.col("asked").dt.year().cast(pl.Int64) * 12 + pl.col("asked").dt.month() - 1,
        )
    )
    joined = scores.join(asked, on="child", how="left")
    return joined.with_columns(pl.col("zorgtoeslag_gevraagd").fill_null(value=False))


def _score_of_month(r: Reading) -> pl.LazyFrame:
    """Return one score per child: the latest in the month that gives a right, else the latest.

    A change of amount counts from the first of its month and a right that stops runs to the end of it (art. 5 §1): so
    with two scores in one month the later one holds, unless it ends the right.
    """
    total = pl.col("p1") + pl.col("p2") + pl.col("p3")
    gives_right = (pl.col("p1") >= _PILLAR_1) | (total >= _TOTAL)
    scores = r.during("care_scores").with_columns(gives_right.alias("gives_right"))
    one = scores.sort("gives_right", "from").unique("child", keep="last", maintain_order=False)
    return one.select(
        "child",
        pl.col("p1").alias("punten_pijler_1"),
        pl.col("p2").alias("punten_pijler_2"),
        pl.col("p3").alias("punten_pijler_3"),
    )
