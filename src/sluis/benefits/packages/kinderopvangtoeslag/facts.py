"""What the rules on childcare read: the days of the month over all providers, and whether the child goes to school.

The allowance arises from what the childcare reports: a month without a report is a month without days, until it comes.
"""

from __future__ import annotations

import polars as pl

from sluis.benefits.model import column
from sluis.benefits.reading import Reading
from sluis.kernel.text import msg
from sluis.rules import Truth, Whole

_CHILDCARE = msg("de kinderopvang, via Opgroeien")

FACTS = (
    column(
        "opvangdagen_vol",
        Whole,
        msg("de volle kinderopvangdagen die meetellen"),
        unit="days",
        otherwise=0,
        ask=_CHILDCARE,
    ),
    column(
        "opvangdagen_half",
        Whole,
        msg("de halve kinderopvangdagen die meetellen"),
        unit="half_days",
        otherwise=0,
        ask=_CHILDCARE,
    ),
    column("dagen_in_maand", Whole, msg("de dagen van de maand"), unit="days", otherwise=0),
    column(
        "ingeschreven_in_school",
        Truth,
        msg("het kind op de eerste dag van de maand in een school was ingeschreven"),
        otherwise=False,
        ask=msg("de school"),
    ),
)


def columns(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return a row for each child that was in childcare in the month: `child` and the facts.

    Days count with providers that are licensed, work in Dutch and ask no price by income (art. 51); with several
    providers they are added up.
    """
    counts = pl.col("licensed") & pl.col("dutch_language") & ~pl.col("income_related_price")
    days = r["childcare_days"].filter(pl.col("month") == r.count).join(rows.select("child"), on="child", how="semi")
    cared = days.group_by("child").agg(
        pl.col("full").filter(counts).sum().alias("opvangdagen_vol"),
        pl.col("half").filter(counts).sum().alias("opvangdagen_half"),
    )
    # From the first enrolment on the right is gone, also in a holiday between two school years (art. 51).
    school = r["education"].filter(pl.col("from") <= r.first).select(pl.col("pupil").alias("child")).unique()
    school = school.with_columns(pl.lit(value=True).alias("ingeschreven_in_school"))
    return cared.join(school, on="child", how="left").with_columns(
        pl.col("ingeschreven_in_school").fill_null(value=False),
        pl.lit(r.last.day, dtype=pl.Int64).alias("dagen_in_maand"),
    )
