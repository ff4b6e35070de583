"""What the rules on the nursery allowance read: enrolment in a recognised nursery school, and attendance.

A row is made only for the month of a third or fourth birthday: that is when the allowance arises (it is paid in the
month after), and only then do the rules look at these facts.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from sluis.benefits.model import column
from sluis.benefits.reading import Reading
from sluis.kernel.text import msg
from sluis.rules import Truth, Whole

_SCHOOL = msg("de kleuterschool, via het Departement Onderwijs")

FACTS = (
    column(
        "kleuter_op_tijd_ingeschreven",
        Truth,
        msg("de kleuter ten laatste twee maanden na de derde verjaardag ingeschreven is"),
        otherwise=False,
        tables=["education"],
        ask=_SCHOOL,
    ),
    column(
        "kleuter_blijft_ingeschreven",
        Truth,
        msg("de kleuter bij of na de vierde verjaardag ingeschreven is"),
        otherwise=False,
        tables=["education"],
        ask=_SCHOOL,
    ),
    column(
        "kleuter_aanwezig_als_driejarige",
        Whole,
        msg("de halve dagen aanwezigheid in het schooljaar als driejarige"),
        unit="half_days",
        otherwise=0,
        tables=["education"],
        ask=_SCHOOL,
    ),
    column(
        "kleuter_aanwezig_als_vierjarige",
        Whole,
        msg("de halve dagen aanwezigheid in het schooljaar als vierjarige"),
        unit="half_days",
        otherwise=0,
        tables=["education"],
        ask=_SCHOOL,
    ),
)


def columns(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return a row for each child that turns three or four in the month and was ever in a recognised nursery school."""
    ages = pl.lit(r.month.year) - pl.col("born").dt.year()
    turning = rows.filter((pl.col("born").dt.month() == r.month.month) & ages.is_in([3, 4])).select("child", "born")
    nursery = r["education"].filter(pl.col("recognised_vl") & (pl.col("level") == "nursery"))
    enrolled = turning.join(nursery, left_on="child", right_on="pupil", how="inner").with_columns(
        pl.min_horizontal("from", "registered_on").alias("enrolled_on"),
        _end_of_enrolment().alias("enrolled_until"),
        pl.col("born").dt.offset_by("3y").alias("third"),
        pl.col("born").dt.offset_by("4y").alias("fourth"),
    )
    until_third, until_fourth = (
        pl.col("enrolled_until") >= pl.col("third"),
        pl.col("enrolled_until") >= pl.col("fourth"),
    )
    in_time = pl.col("enrolled_on") <= pl.col("third").dt.offset_by("2mo")
    kept = pl.col("enrolled_on") <= date(r.month.year, 12, 31)
    year = r.month.year
    return enrolled.group_by("child").agg(
        (in_time & until_third).any().alias("kleuter_op_tijd_ingeschreven"),
        (kept & until_fourth).any().alias("kleuter_blijft_ingeschreven"),
        _attended(f"{year - 1}-{year}").alias("kleuter_aanwezig_als_driejarige"),
        _attended(f"{year}-{year + 1}").alias("kleuter_aanwezig_als_vierjarige"),
    )


def _end_of_enrolment() -> pl.Expr:
    """Return the last day of an enrolment: one that lasts to the end of June lasts through the holidays."""
    year = pl.col("to").dt.year()
    summer = (pl.col("to").dt.month() >= 6) & (pl.col("to") >= pl.date(year, 6, 25)) & (pl.col("to").dt.month() <= 8)
    return pl.when(summer).then(pl.date(year, 8, 31)).otherwise(pl.col("to"))


def _attended(school_year: str) -> pl.Expr:
    """Return the half days attended in a school year, null if a row of that year does not say it."""
    of_year = pl.col("half_days_attended").filter(pl.col("school_year") == school_year)
    return pl.when(of_year.null_count() == 0).then(of_year.sum())
