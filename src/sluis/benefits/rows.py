"""The rows that the books decide: the children, and the sides (child and household) of each."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from sluis.benefits.reading import Reading, holding

OLDEST: Final = 26
"""No rule looks at anybody from this age on: the last right ends in the month of the 25th birthday."""


def child_rows(r: Reading) -> pl.LazyFrame:
    """Return who can be a right-giving child: `child`, `born`, `died`, `household`.

    A child is somebody young enough for whom a child's fact is known; the household is that of the last day of the
    month, else the last one in it.
    """
    return r.kept("child_rows", lambda: _child_rows(r))


def _child_rows(r: Reading) -> pl.LazyFrame:
    young = r["persons"].filter((pl.col("born") > date(r.month.year - OLDEST, 1, 1)) & (pl.col("born") <= r.last))
    named = [r[table].select("child") for table in ("parentage", "beneficiaries", "births", "old_rights", "requests")]
    children = young.rename({"id": "child"}).join(pl.concat(named), on="child", how="semi")
    return children.join(household_of(r), left_on="child", right_on="person", how="left")


def household_of(r: Reading) -> pl.LazyFrame:
    """Return `person`, `household`: where each person is registered at the end of the month, else last in it."""
    return r.kept("household_of", lambda: _household_of(r))


def _household_of(r: Reading) -> pl.LazyFrame:
    spells = holding(r["households"], r.first, r.last)
    return spells.sort("from").unique("person", keep="last", maintain_order=False).select("person", "household")


def side_rows(r: Reading) -> pl.LazyFrame:
    """Return the households in which each child lives: `side`, `child`, `household`, `share` (of 1,000), `born`."""
    rows = child_rows(r).select("child", "household", "born", pl.lit(1000, dtype=pl.Int64).alias("share"))
    return rows.with_columns(pl.concat_str("child", "household", separator="|", ignore_nulls=True).alias("side"))
