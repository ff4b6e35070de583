"""Studies in a month: what is followed now, and for how many months since 18 nothing was (BVR Rechtgevend kind).

A row of `education` counts for more than its days. Below higher education a school year that was not stopped before
June holds through the holidays to 31 August; in higher education to 30 September, and when the first registration was
not later than 30 November from 1 September on, else from the month of that registration (art. 24). Who stops earlier
stops at the end of that month.

Once a row has begun, months before the first row of a child are not counted as months without studies: of them
nothing is known, and they must not use up the twelve months of a school leaver.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from sluis.benefits.reading import Reading

MINIMUM_LESUREN: Final = 17
MINIMUM_STUDIEPUNTEN: Final = 27
"""The numbers with which past months are counted; a test binds them to the parameters of the same name."""

_SEPTEMBER, _NOVEMBER, _JUNE = 9, 11, 6
_AGES: Final = (18, 21)
_YOUNGEST: Final = 17


def study_frames(r: Reading, rows: pl.LazyFrame) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Return what is followed this month and the months without studies, of the children old enough for it."""
    grown = rows.filter(pl.col("born").dt.year() <= r.month.year - _YOUNGEST).select("child", "born")
    spells = r.kept("study_spells", lambda: _spells(r, grown))
    return _now(spells, r.count), _without_studies(r, grown, spells)


def _spells(r: Reading, grown: pl.LazyFrame) -> pl.LazyFrame:
    """Return the rows of education of these children with the first and last month that each counts for."""
    start_year = pl.col("school_year").str.slice(0, 4).cast(pl.Int32)
    higher = pl.col("level") == "higher"
    registered = pl.coalesce("registered_on", "from")
    rows = r["education"].rename({"pupil": "child"}).join(grown, on="child", how="semi")
    rows = rows.with_columns(
        year=start_year, higher=higher, registered=_month(registered.min().over("child", "school_year", "level"))
    )
    in_time = pl.col("registered") <= pl.col("year") * 12 + _NOVEMBER - 1
    begin = (
        pl.when(pl.col("higher") & in_time)
        .then(pl.col("year") * 12 + _SEPTEMBER - 1)
        .when(pl.col("higher"))
        .then(pl.col("registered"))
        .otherwise(_month(pl.col("from")))
    )
    ends = _month(pl.col("to"))
    finished = ends >= (pl.col("year") + 1) * 12 + _JUNE - 1
    last_month = (pl.col("year") + 1) * 12 + pl.when("higher").then(_SEPTEMBER).otherwise(_SEPTEMBER - 1) - 1
    end = pl.when(finished).then(pl.max_horizontal(last_month, ends)).otherwise(ends)
    return rows.with_columns(begin=begin.cast(pl.Int32), end=end.cast(pl.Int32))


def _month(day: pl.Expr) -> pl.Expr:
    return day.dt.year() * 12 + day.dt.month().cast(pl.Int32) - 1


def _now(spells: pl.LazyFrame, month: int) -> pl.LazyFrame:
    """Return what is followed in the month; of two school years that overlap in September the better one."""
    held = spells.filter((pl.col("begin") <= month) & (pl.col("end") >= month))
    credits_ = pl.col("credits").filter("higher")
    hours = pl.col("hours_per_week").filter(~pl.col("higher"))
    working = pl.col("track") == "learning_and_working"
    years = held.group_by("child", "school_year").agg(
        lesuren=_sum(hours),
        studiepunten=_sum(credits_),
        alternerend=working.fill_null(value=False).any(),
        diplomajaar=pl.col("diploma_year").fill_null(value=False).any(),
    )
    earlier = spells.filter("diploma_year").group_by("child").agg(first_diploma=pl.col("school_year").min())
    years = years.join(earlier, on="child", how="left").with_columns(
        # A second diploma year may be of another cycle, which the facts do not tell: unknown.
        diplomajaar_eerste_van_cyclus=pl.when(pl.col("first_diploma") < pl.col("school_year"))
        .then(None)
        .otherwise(pl.lit(value=True))
    )
    return years.group_by("child").agg(
        pl.col("lesuren", "studiepunten").max(),
        pl.col("alternerend", "diplomajaar").any(),
        diplomajaar_eerste_van_cyclus=pl.when(pl.col("diplomajaar_eerste_van_cyclus").is_null().any())
        .then(None)
        .otherwise(pl.lit(value=True)),
    )


def _sum(values: pl.Expr) -> pl.Expr:
    """Return the sum, unknown as soon as one value is."""
    return pl.when(values.null_count() == 0).then(values.sum())


def _without_studies(r: Reading, grown: pl.LazyFrame, spells: pl.LazyFrame) -> pl.LazyFrame:
    """Return for each child the months before this one, after the month of 18 (21), in which no studies were enough."""
    years = spells.group_by("child", "school_year").agg(
        begin=pl.col("begin").min(),
        end=pl.col("end").max(),
        hours=pl.col("hours_per_week").filter(~pl.col("higher")).sum(),
        credits=pl.col("credits").filter("higher").sum(),
        other=(pl.col("diploma_year") | (pl.col("track") == "learning_and_working")).any(),
    )
    enough = (
        (pl.col("hours") >= MINIMUM_LESUREN)
        | (pl.col("credits") >= MINIMUM_STUDIEPUNTEN)
        | pl.col("other").fill_null(value=False)
        | ((pl.col("hours") > 0) & (2 * pl.col("hours") + pl.col("credits") >= 2 * MINIMUM_LESUREN))
    )
    studied = years.filter(enough).select("child", "begin", "end").sort("child", "begin")
    reached = pl.col("end").shift(1).cum_max().over("child").fill_null(0)
    studied = studied.with_columns(begin=pl.max_horizontal("begin", reached + 1))
    known = spells.filter(pl.col("begin") <= r.count).group_by("child").agg(known=pl.col("begin").min())
    birth = grown.with_columns(birth=_month(pl.col("born"))).join(known, on="child", how="left")
    spans = studied.join(birth, on="child")
    frame = birth
    for age in _AGES:
        free = pl.max_horizontal(pl.col("birth") + age * 12 + 1, "known")
        months = pl.min_horizontal("end", r.count - 1) - pl.max_horizontal("begin", free) + 1
        used = spans.group_by("child").agg(pl.max_horizontal(months, 0).sum().alias(f"studied_{age}"))
        passed = pl.max_horizontal(r.count - free, 0)
        frame = frame.join(used, on="child", how="left").with_columns(
            (passed - pl.col(f"studied_{age}").fill_null(0)).cast(pl.Int64).alias(f"maanden_zonder_studie_na_{age}")
        )
    return frame.select("child", *(f"maanden_zonder_studie_na_{age}" for age in _AGES))
