"""One account for those who are paid together: the youngest chooses it where no choice is known."""

from __future__ import annotations

from datetime import date

import polars as pl

from sluis.benefits.reading import Reading, holding


def one_account(r: Reading, people: pl.LazyFrame, day: date) -> pl.LazyFrame:
    """Return `child`, `payee`, `kind`, `parts`, `of`, `together` for the persons (`child`, `person`) to be paid.

    Of several the youngest is the payee; `together` is the other where they shared a household on the day.
    """
    homes = holding(r["households"], day, day).sort("from").unique("person", keep="last", maintain_order=False)
    born = r["persons"].select(pl.col("id").alias("person"), "born")
    found = people.unique().join(born, on="person", how="left")
    found = found.join(homes.select("person", "household"), on="person", how="left").sort("child", "born", "person")
    same_home = (pl.len() > 1) & (pl.col("household").n_unique() == 1)
    one = found.group_by("child", maintain_order=True).agg(
        pl.col("person").last().alias("payee"),
        pl.when(same_home).then(pl.col("person").first()).alias("together"),
    )
    whole = pl.lit(1, dtype=pl.Int64)
    return one.select(
        "child", "payee", pl.lit("person").alias("kind"), whole.alias("parts"), whole.alias("of"), "together"
    )
