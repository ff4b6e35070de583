"""What a pupil follows in a school year: kinds of education, enrolment to the end, attendance and absence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import polars as pl

from sluis.benefits.reading import Reading

KINDS: Final = (
    "kleuter",
    "lager",
    "leren_en_werken",
    "voltijds_extern",
    "derde_jaar_extern",
    "hbo5_extern",
    "voltijds_intern",
    "derde_jaar_intern",
    "hbo5_intern",
)
"""The kinds of education from the lowest to the highest full allowance, as the tables of amounts name them."""

_BELOW_HIGHER: Final = ("nursery", "primary", "secondary")
_LONGEST_GAP: Final = 14
"""Days out of school between two enrolments in one school year, in primary and secondary school."""

_SATURDAY: Final = 5


def school_year_of(year: int) -> str:
    """Return the school year that begins in September of the year: `2023-2024`."""
    return f"{year}-{year + 1}"


def last_school_day(year: int) -> date:
    """Return the last day of the school year that began in this year: 30 June, or the Friday before."""
    day = date(year + 1, 6, 30)
    while day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return day


def schooling(r: Reading, year: int) -> pl.LazyFrame:
    """Return a row per pupil of a school recognised by Flanders, with what it followed and how it attended.

    `child`, `school_hoogste`, `school_tweede`, `school_laatste` (kinds of education; the second is the first where
    there is only one), and the facts on enrolment and attendance of this and of the previous school year.
    """
    rows = _rows(r, year)
    gap = (pl.col("from") - pl.col("to").shift(1).over("child")).dt.total_days() - 1
    spells = rows.sort("child", "from").with_columns(gap.alias("gap"))
    long_gap = (pl.col("gap") > _LONGEST_GAP) & (pl.col("kind") != "kleuter")
    kinds = pl.col("kind").cast(pl.Enum(list(KINDS)))
    now = spells.group_by("child").agg(
        kinds.max().cast(pl.String).alias("school_hoogste"),
        kinds.unique().sort(descending=True).slice(0, 2).last().cast(pl.String).alias("school_tweede"),
        pl.col("kind").sort_by("from").last().alias("school_laatste"),
        ((pl.col("to") >= last_school_day(year)) | pl.col("diploma_year").fill_null(value=False))
        .any()
        .alias("school_tot_einde"),
        long_gap.fill_null(value=False).any().alias("school_onderbroken"),
        _attended().alias("school_aanwezig"),
        pl.col("half_days_unjustified").sum().alias("school_ongewettigd"),
    )
    before = (
        _rows(r, year - 1)
        .group_by("child")
        .agg(
            (pl.col("kind") == "kleuter").any().alias("school_kleuter_vorig_jaar"),
            _attended().alias("school_aanwezig_vorig_jaar"),
            pl.col("half_days_unjustified").sum().alias("school_ongewettigd_vorig_jaar"),
        )
    )
    return now.join(before, on="child", how="left").with_columns(
        pl.lit(value=True).alias("leerling"),
        pl.col("school_kleuter_vorig_jaar").fill_null(value=False),
        # Without a row of the year before there was no attendance; a row that does not tell it stays unknown.
        pl.when(pl.col("school_kleuter_vorig_jaar").fill_null(value=False))
        .then("school_aanwezig_vorig_jaar")
        .otherwise(0)
        .alias("school_aanwezig_vorig_jaar"),
        pl.col("school_ongewettigd_vorig_jaar").fill_null(0),
    )


def _rows(r: Reading, year: int) -> pl.LazyFrame:
    """Return the enrolments below higher education (and in HBO5 nursing) of a school year: `child`, `kind` and all."""
    track, boarding = pl.col("track"), pl.col("boarding").fill_null(value=False)
    lodged = pl.when(boarding).then(pl.lit("_intern")).otherwise(pl.lit("_extern"))
    kind = (
        pl.when(track == "hbo5_nursing")
        .then(pl.lit("hbo5") + lodged)
        .when(pl.col("level") == "nursery")
        .then(pl.lit("kleuter"))
        .when(pl.col("level") == "primary")
        .then(pl.lit("lager"))
        .when(track == "learning_and_working")
        .then(pl.lit("leren_en_werken"))
        .when(track == "tso_bso_third_year_third_grade")
        .then(pl.lit("derde_jaar") + lodged)
        .otherwise(pl.lit("voltijds") + lodged)
    )
    below = pl.col("level").is_in(_BELOW_HIGHER) | (track == "hbo5_nursing").fill_null(value=False)
    rows = r["education"].filter((pl.col("school_year") == school_year_of(year)) & pl.col("recognised_vl") & below)
    return rows.with_columns(kind.alias("kind"), pl.col("pupil").alias("child"))


def _attended() -> pl.Expr:
    """Return the half days attended in nursery school, null if a row does not tell them."""
    attended = pl.col("half_days_attended").filter(pl.col("kind") == "kleuter")
    return pl.when(attended.null_count() == 0).then(attended.sum())
