"""What the rules on foster care read: the placement of the month; and who is paid."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from sluis.benefits.model import column
from sluis.benefits.packages.one_account import one_account
from sluis.benefits.reading import Reading
from sluis.kernel.text import msg
from sluis.rules import Day, Text, Truth

_FOSTER = msg("Pleegzorg Vlaanderen")

FACTS = (
    column("in_pleeggezin", Truth, msg("het kind in een pleeggezin geplaatst is"), otherwise=False),
    column("pleegzorgvorm", Text, msg("de vorm van de pleegzorg"), ask=_FOSTER),
    column("pleegzorg_sinds", Day, msg("de dag van de plaatsing"), ask=_FOSTER),
)

LASTING: Final = ("perspective_giving", "perspective_seeking")
_NEW: Final = date(2019, 1, 1)


def columns(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return a row for each child in a foster family: `child`, the form and the first day of the placement."""
    placed = placement_of(r).join(rows.select("child"), on="child", how="semi")
    return placed.select(
        "child",
        pl.lit(value=True).alias("in_pleeggezin"),
        pl.col("form").alias("pleegzorgvorm"),
        pl.col("from").alias("pleegzorg_sinds"),
    )


def placement_of(r: Reading) -> pl.LazyFrame:
    """Return one foster placement per child in the month: the latest that gives a right, else the latest."""
    return r.kept("foster_placements", lambda: _placement_of(r))


def _placement_of(r: Reading) -> pl.LazyFrame:
    gives_right = pl.col("form").is_in(LASTING) | (pl.col("from") < _NEW)
    placed = r.during("placements").filter(pl.col("kind") == "foster")
    placed = placed.with_columns(gives_right.fill_null(value=False).alias("gives_right"))
    return placed.sort("gives_right", "from").unique("child", keep="last", maintain_order=False)


def payees(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return who is paid: `child`, `payee`, `kind`, `parts`, `of`, `together`.

    Perspective-giving care placed from 2019 on: the foster carer. Perspective-seeking care, and every placement of
    before 2019 that did not change: those who had the child's Groeipakket the day before it (art. 67, 219 and 225).
    """
    placed = placement_of(r).join(rows.select("child"), on="child", how="semi")
    to_carer = (pl.col("form") == "perspective_giving") & (pl.col("from") >= _NEW) & pl.col("carer").is_not_null()
    to_carer = to_carer.fill_null(value=False)
    carers = placed.filter(to_carer).select("child", pl.col("carer").alias("person"))
    return one_account(r, pl.concat([carers, _before(r, placed.filter(~to_carer))]), r.first)


def _before(r: Reading, placed: pl.LazyFrame) -> pl.LazyFrame:
    """Return `child`, `person`: the beneficiaries on the day before the placement, else those on its day."""
    start = placed.select("child", pl.col("from").alias("placed_on"))
    were = r["beneficiaries"].join(start, on="child", how="inner")
    open_until = pl.col("to").fill_null(date.max)
    before = (pl.col("from") < pl.col("placed_on")) & (open_until >= pl.col("placed_on").dt.offset_by("-1d"))
    on_day = (pl.col("from") <= pl.col("placed_on")) & (open_until >= pl.col("placed_on"))
    first = were.filter(before).select("child", "person").unique()
    others = were.filter(on_day).select("child", "person").unique()
    return pl.concat([first, others.join(first, on="child", how="anti")])
