"""Facts that arrive late: which rows differ from the frozen facts of the run before, and whom and when they touch."""

from __future__ import annotations

from typing import Final

import polars as pl

from sluis.benefits.grants.kin import PERSONS
from sluis.benefits.schema import DAY, TABLES
from sluis.benefits.tables import FactTables

# When a row became known says nothing of the months that it is about.
_ABOUT_KNOWING: Final = frozenset({"known_on", "proven_on", "registered_on", "date"})


def touched(before: FactTables, after: FactTables) -> pl.DataFrame:
    """Return whom a difference between two sets of facts names: `person`, `earliest` month (year x 12 + month - 1).

    A row that only got another end counts from that end; any other row that came or went counts from its first day, its
    year or its month. A difference in `organisations` counts for everyone who is placed there.
    """
    found = [_touched_in(name, before, after) for name in TABLES if name in PERSONS]
    rows = pl.concat([*found, _placed(before, after)]).drop_nulls("person")
    return rows.group_by("person").agg(pl.col("earliest").min()).collect(engine="streaming").sort("person")


def _touched_in(name: str, before: FactTables, after: FactTables) -> pl.LazyFrame:
    columns = list(TABLES[name].columns)
    old, new = before[name].select(columns), after[name].select(columns)
    gone = old.join(new, on=columns, how="anti", nulls_equal=True).with_columns(__side=pl.lit(0))
    came = new.join(old, on=columns, how="anti", nulls_equal=True).with_columns(__side=pl.lit(1))
    rows = pl.concat([gone, came])
    if "to" in columns and "from" in columns:
        rows = rows.with_columns(__from=_begin_of_difference(columns))
    else:
        rows = rows.with_columns(__from=_first_month(name))
    people = [rows.select(pl.col(each).alias("person"), pl.col("__from").alias("earliest")) for each in PERSONS[name]]
    return pl.concat(people)


def _begin_of_difference(columns: list[str]) -> pl.Expr:
    """The month in which a row that came or went begins to matter: its end, where only the end is another."""
    same = [column for column in columns if column != "to"]
    both = pl.col("__side").n_unique().over(same) == 2
    only_end = both & (pl.len().over(same) == 2)
    ends = pl.col("to").fill_null(pl.date(9999, 1, 1)).min().over(same)
    return pl.when(only_end).then(_count(ends)).otherwise(_count(pl.col("from")))


def _first_month(name: str) -> pl.Expr:
    schema = TABLES[name]
    columns = schema.columns
    if name == "requests":
        # What is asked for late may be due since long: back to the limit that the caller keeps.
        return pl.lit(0, dtype=pl.Int32())
    if "year" in columns:
        return (pl.col("year") * 12).cast(pl.Int32())
    if "school_year" in columns:
        return (pl.col("school_year").str.slice(0, 4).cast(pl.Int32(), strict=False) * 12 + 8).cast(pl.Int32())
    for month in schema.months:
        return pl.col(month).cast(pl.Int32())
    if name == "persons":
        # A death that became known counts from the death; another birth date from the earlier birth.
        died = pl.col("died").min().over("id", "born")
        both = pl.col("__side").n_unique().over("id", "born") == 2
        return pl.when(both & died.is_not_null()).then(_count(died)).otherwise(_count(pl.col("born")))
    days = [pl.col(each) for each, kind in columns.items() if kind == DAY and each not in _ABOUT_KNOWING]
    told = days or [pl.col(each) for each, kind in columns.items() if kind == DAY]
    return _count(pl.min_horizontal(told)) if told else pl.lit(0, dtype=pl.Int32())


def _placed(before: FactTables, after: FactTables) -> pl.LazyFrame:
    columns = list(TABLES["organisations"].columns)
    old, new = before["organisations"].select(columns), after["organisations"].select(columns)
    other = pl.concat(
        [
            old.join(new, on=columns, how="anti", nulls_equal=True),
            new.join(old, on=columns, how="anti", nulls_equal=True),
        ]
    )
    placed = after["placements"].join(other, left_on="organisation", right_on="id", how="semi")
    return placed.select(pl.col("child").alias("person"), _count(pl.col("from")).alias("earliest"))


def _count(day: pl.Expr) -> pl.Expr:
    return (day.dt.year().cast(pl.Int32()) * 12 + day.dt.month().cast(pl.Int32()) - 1).cast(pl.Int32())
