"""The rows that the books decide: the children, and the sides (child and household) of each."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from sluis.benefits.reading import Reading

OLDEST: Final = 26
"""No rule looks at anybody from this age on: the last right ends in the month of the 25th birthday."""


def child_rows(r: Reading) -> pl.LazyFrame:
    """Return who can be a right-giving child: `child`, `born`, `died`, `household`.

    A child is somebody young enough for whom a child's fact is known; the household is that of the last day of the
    month, else the last one in it.
    """
    return r.kept("child_rows", lambda: _child_rows(r))


def _child_rows(r: Reading) -> pl.LazyFrame:
    youngest = date(r.month.year - OLDEST, 1, 1)
    young = r["persons"].filter((pl.col("born") > youngest) & (pl.col("born") <= r.last))
    young = young.rename({"id": "child"})
    # Nearly all have a parent: only the others are looked up in the smaller tables.
    with_parent = young.join(r["parentage"], on="child", how="semi")
    named = [r[table].select("child") for table in ("beneficiaries", "births", "old_rights", "requests")]
    others = young.join(r["parentage"], on="child", how="anti").join(pl.concat(named), on="child", how="semi")
    # HBO5 nursing knows no limit of age (art. 35): an older pupil is looked at on request.
    asked = r["requests"].filter(pl.col("kind") == "schooltoeslag").select(child=pl.coalesce("child", "person"))
    older = r["persons"].filter(pl.col("born") <= youngest).rename({"id": "child"}).join(asked, on="child", how="semi")
    children = pl.concat([with_parent, others, older])
    return children.join(household_of(r), left_on="child", right_on="person", how="left")


def household_of(r: Reading) -> pl.LazyFrame:
    """Return `person`, `household`: where each person is registered at the end of the month, else last in it."""
    return r.kept("household_of", lambda: _household_of(r))


def _household_of(r: Reading) -> pl.LazyFrame:
    at_end = r.at_end("households")
    left = r.during("households").join(at_end, on="person", how="anti")
    return pl.concat([_latest(at_end), _latest(left)])


def _latest(spells: pl.LazyFrame) -> pl.LazyFrame:
    """Return one household per person: of several at once the last one that the table names."""
    return spells.select("person", "household").unique("person", keep="last")


def side_rows(r: Reading) -> pl.LazyFrame:
    """Return the households in which each child lives: `side`, `child`, `household`, `share` (of 1,000), `born`."""
    rows = child_rows(r).select("child", "household", "born", pl.lit(1000, dtype=pl.Int64).alias("share"))
    return rows.with_columns(pl.concat_str("child", "household", separator="|", ignore_nulls=True).alias("side"))
