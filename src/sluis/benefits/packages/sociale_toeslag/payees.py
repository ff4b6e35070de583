"""To whom the supplement of a side goes: the payee who lives there, with the split of a placement (art. 68)."""

from __future__ import annotations

import polars as pl

from sluis.benefits.payees import PERSON, usual
from sluis.benefits.reading import Reading
from sluis.benefits.rows import child_rows


def payees(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return the payees of each side: `side`, `payee`, `kind`, `parts`, `of`, `together`.

    Whoever is paid there in person gets what a placement leaves; institution and savings account are the child's.
    """
    own = rows.filter(pl.col("payee").is_not_null()).select("side", "child", "payee", "together")
    split = usual(r, child_rows(r)).select("child", "kind", "parts", "of", pl.col("payee").alias("of_child"))
    rest = split.filter(pl.col("kind") == PERSON).select("child", "parts", "of").unique("child")
    others = split.filter(pl.col("kind") != PERSON)
    person = own.join(rest, on="child", how="left").join(
        others.join(rest, on="child", how="anti"), on="child", how="anti"
    )
    one = pl.lit(1, dtype=pl.Int64)
    paid = person.select(
        "side",
        "payee",
        pl.lit(PERSON).alias("kind"),
        pl.coalesce("parts", one).alias("parts"),
        pl.coalesce("of", one).alias("of"),
        "together",
    )
    elsewhere = own.join(others, on="child").select(
        "side",
        pl.col("of_child").alias("payee"),
        "kind",
        "parts",
        "of",
        pl.lit(None, dtype=pl.String).alias("together"),
    )
    return pl.concat([paid, elsewhere])
