"""The right of before 2019 and what ended it: the ranks of a group turned round, a death, a stay in an institution."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from sluis.benefits.model import column
from sluis.benefits.reading import FIRST_NEW_AMOUNTS, Reading, holding
from sluis.kernel.text import msg
from sluis.rules import Truth, Whole

LAST_OLD_DAY: Final = date(2018, 12, 31)
_OLDEST: Final = 25
_FAR: Final = 2**21
"""More days after 1970 than any birth: a later birth then sorts first."""

FACTS: Final = (
    column(
        "geopend_recht_2018",
        Truth,
        msg("er op 31 december 2018 een geopend recht was"),
        otherwise=False,
        tables=["old_rights"],
        ask=msg("de uitbetaler"),
    ),
    column("omgekeerde_rang", Whole, msg("de rang na de omkering"), unit="ranks", tables=["old_rights"]),
    column("wees_sinds_2019", Truth, msg("een ouder vanaf 2019 gestorven is"), otherwise=False),
    column(
        "blokkering_beeindigd",
        Truth,
        msg("een plaatsing van voor 2019 met een spaarrekening beëindigd is"),
        otherwise=False,
    ),
)


def columns(r: Reading, rows: pl.LazyFrame) -> tuple[pl.LazyFrame, ...]:
    """Return the facts of the children that had a right before 2019."""
    opened = r["old_rights"].select("child", geopend_recht_2018=pl.lit(value=True)).unique("child")
    return opened, _turned_ranks(r), _orphaned(r, rows), _released(r)


def _orphaned(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return the children of whom a parent died from 2019 on, from the month of the death."""
    dead = r["persons"].filter((pl.col("died") >= FIRST_NEW_AMOUNTS) & (pl.col("died") <= r.last)).select(parent="id")
    orphans = r["parentage"].join(dead, on="parent", how="semi").select("child").unique()
    return orphans.join(rows.select("child"), on="child", how="semi").with_columns(wees_sinds_2019=pl.lit(value=True))


def _released(r: Reading) -> pl.LazyFrame:
    """Return the children that left an institution of before 2019 whose third went to a savings account."""
    placed = holding(r["placements"], LAST_OLD_DAY, LAST_OLD_DAY).filter(
        (pl.col("kind") == "institution") & (pl.col("third_to") == "savings_account") & (pl.col("to") < r.last)
    )
    return placed.select("child", blokkering_beeindigd=pl.lit(value=True)).unique("child")


def _turned_ranks(r: Reading) -> pl.LazyFrame:
    """Turn the ranks of each group round: the youngest has 1, the second youngest 2, the third and older 3 and more.

    Only children for whom Flanders pays are turned among each other, on 1 January 2019 or, when a child of the group
    comes back from another entity, on that day (art. 210).
    """
    members = r["old_rights"].select("child", "group", old="rank").unique("child", keep="first")
    members = members.join(r["persons"].rename({"id": "child"}), on="child")
    members = members.join(_groups_turned_again(r, members), on="group", how="left")
    turned = pl.col("turned").fill_null(FIRST_NEW_AMOUNTS)
    spells = r["residences"].filter(pl.col("region") == "VL").select("from", "to", child="person")
    paid = (
        members.with_columns(turned=turned)
        .filter(
            (pl.col("died").is_null() | (pl.col("died") >= pl.col("turned")))
            & (pl.col("turned").dt.year() - pl.col("born").dt.year() <= _OLDEST)
        )
        .join(spells, on="child")
        .filter((pl.col("from") <= pl.col("turned")) & (pl.col("to").is_null() | (pl.col("to") >= pl.col("turned"))))
        .unique("child", keep="first")
    )
    # One number to sort by: the group, then the younger first, then the higher old rank; places count from its start.
    group = pl.col("group").cast(pl.Categorical).to_physical().cast(pl.Int64)
    born = _FAR - pl.col("born").to_physical().cast(pl.Int64)
    old = 3 - pl.col("old").str.slice(4).cast(pl.Int64)
    ordered = paid.select("child", group=group, order=group * 2**24 + born * 4 + old).sort("order", "child")
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    begins = pl.when(pl.col("group") != pl.col("group").shift(1, fill_value=-1)).then(row).forward_fill()
    return ordered.select("child", omgekeerde_rang=row - begins + 1)


def _groups_turned_again(r: Reading, members: pl.LazyFrame) -> pl.LazyFrame:
    """Return the groups of which a child came to Flanders from another Belgian entity since 2019, with the last day."""
    away = r["residences"].filter(pl.col("region").is_in(["BR", "WA", "DG"])).select("person").unique()
    moves = r["residences"].join(away, on="person", how="semi").sort("person", "from")
    into = moves.with_columns(before=pl.col("region").shift(1).over("person")).filter(
        (pl.col("region") == "VL")
        & pl.col("before").is_in(["BR", "WA", "DG"])
        & (pl.col("from") > FIRST_NEW_AMOUNTS)
        & (pl.col("from") <= r.last)
    )
    back = into.select("from", child="person").join(members.select("child", "group"), on="child")
    return back.group_by("group").agg(turned=pl.col("from").max())
