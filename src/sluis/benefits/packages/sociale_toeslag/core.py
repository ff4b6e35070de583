"""The income core of a side: the parents or educators who live together, or one of them and the de facto partner.

The partner of somebody who raises a child alone (the order of MyFamily's page on living together): the spouse or the
person of the de facto family, the other parent of a child, else the unrelated adult who has lived there longest.
Kin to the third degree never form a de facto family.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from sluis.benefits.reading import Reading

ADULT: Final = 18
_PAIR: Final = ("p1", "household")
_SPOUSE, _CO_PARENT, _PRESUMED = 1, 2, 3


def with_core(r: Reading, day: date, places: pl.LazyFrame, paid: pl.LazyFrame, homes: pl.LazyFrame) -> pl.LazyFrame:
    """Add `p1`, `p2`, `joined` and `core` to the sides of a day."""
    raising = r.step(_raising(r, day, places, paid, homes))
    alone = raising.filter(pl.col("p2").is_null() & pl.col("p1").is_not_null()).select(_PAIR).unique()
    found = _partners(r, day, alone, homes)
    together = raising.join(found, on=_PAIR, how="left").with_columns(pl.coalesce("p2", "partner").alias("p2"))
    first, second = pl.min_horizontal("p1", "p2"), pl.max_horizontal("p1", "p2")
    nobody = pl.concat_str(pl.lit("?"), "child", pl.lit("|"), "household")
    return together.select(
        "child",
        "household",
        "share",
        "payees",
        first.alias("p1"),
        pl.when(pl.col("p2").is_not_null()).then(second).alias("p2"),
        "joined",
        pl.coalesce(pl.concat_str(first, second, separator="+"), "p1", nobody).alias("core"),
    )


def _raising(r: Reading, day: date, places: pl.LazyFrame, paid: pl.LazyFrame, homes: pl.LazyFrame) -> pl.LazyFrame:
    """Add to each side who raises the child there: its payees, else its parents in that household."""
    payees = paid.group_by("child", "household").agg(
        p1=pl.col("person").min(), p2=pl.col("person").max(), payees=pl.len().cast(pl.Int64)
    )
    found = places.join(payees, on=["child", "household"], how="left")
    without = found.filter(pl.col("p1").is_null()).drop("p1", "p2", "payees")
    nobody = r.step(without)
    parents = (
        nobody.join(r.at("parentage", day).select("child", "parent"), on="child")
        .join(homes.select(pl.col("person").alias("parent"), "household"), on=["parent", "household"], how="semi")
        .group_by("child", "household")
        .agg(p1=pl.col("parent").min(), p2=pl.col("parent").max(), payees=pl.lit(0, dtype=pl.Int64))
    )
    columns = ["child", "household", "share", "p1", "p2", "payees"]
    other = nobody.join(parents, on=["child", "household"], how="left").with_columns(pl.col("payees").fill_null(0))
    raising = pl.concat([found.filter(pl.col("p1").is_not_null()).select(columns), other.select(columns)])
    return raising.with_columns(pl.when(pl.col("p2") != pl.col("p1")).then("p2").alias("p2"))


def _partners(r: Reading, day: date, alone: pl.LazyFrame, homes: pl.LazyFrame) -> pl.LazyFrame:
    """Return `p1`, `household`, `partner`, `joined` for those who live with a partner."""
    mine = homes.select(pl.col("person").alias("p1"), "household", pl.col("since").alias("mine"))
    adults = _adults(r, day, homes)
    pairs = r.step(
        alone.join(mine, on=_PAIR).join(adults, on="household").filter(pl.col("other") != pl.col("p1")),
    )
    united = r.step(_united(r, day, pairs))
    others = r.step(pairs.join(united, on=_PAIR, how="anti"))
    parents = r.step(_co_parents(r, day, others))
    single = r.step(others.join(parents, on=_PAIR, how="anti"))
    found = pl.concat([united, parents, _presumed(r, day, single)])
    order = ["bond", "since", "other"]
    nearest = found.sort(order).unique(_PAIR, keep="first", maintain_order=True)
    joined = pl.max_horizontal("mine", "since", "united")
    return nearest.select(*_PAIR, pl.col("other").alias("partner"), joined.alias("joined"))


def _adults(r: Reading, day: date, homes: pl.LazyFrame) -> pl.LazyFrame:
    last = date(day.year - ADULT, day.month, min(day.day, 28))
    grown = r["persons"].filter((pl.col("born") <= last) & (pl.col("died").is_null() | (pl.col("died") > day)))
    return homes.join(grown.select(pl.col("id").alias("person")), on="person", how="semi").rename({"person": "other"})


def _bond(pairs: pl.LazyFrame, bond: int) -> pl.LazyFrame:
    return pairs.select(*_PAIR, "other", "mine", "since", "united", pl.lit(bond, dtype=pl.Int8).alias("bond"))


def _unions(r: Reading, day: date, *kinds: str) -> pl.LazyFrame:
    """Return unions of these kinds on the day in both directions: `p1`, `other`, `united` (their first day)."""
    held = r.at("unions", day).filter(pl.col("kind").is_in(list(kinds)))
    there = held.select(pl.col("a").alias("p1"), pl.col("b").alias("other"), pl.col("from").alias("united"))
    back = held.select(pl.col("b").alias("p1"), pl.col("a").alias("other"), pl.col("from").alias("united"))
    return pl.concat([there, back]).group_by("p1", "other").agg(pl.col("united").min())


def _united(r: Reading, day: date, pairs: pl.LazyFrame) -> pl.LazyFrame:
    return _bond(pairs.join(_unions(r, day, "married", "cohabiting"), on=["p1", "other"]), _SPOUSE)


def _co_parents(r: Reading, day: date, pairs: pl.LazyFrame) -> pl.LazyFrame:
    known = r.at("parentage", day).select("child", "parent")
    children = pairs.join(known, left_on="p1", right_on="parent")
    both = children.join(known, left_on=["child", "other"], right_on=["child", "parent"], how="semi")
    both = both.unique(["p1", "other", "household"])
    return _bond(both.with_columns(united=pl.lit(None, dtype=pl.Date)), _CO_PARENT)


def _presumed(r: Reading, day: date, pairs: pl.LazyFrame) -> pl.LazyFrame:
    """Return adults of the same household who are not kin and for whom nobody is paid."""
    raised = r.at("beneficiaries", day).select(pl.col("child").alias("other")).unique()
    kin = _unions(r, day, "kin").select("p1", "other")
    strangers = r.step(
        pairs.join(raised, on="other", how="anti").join(kin, on=["p1", "other"], how="anti"),
    )
    related = r.step(_related(r, day, strangers))
    strangers = strangers.join(related, on=["p1", "other"], how="anti")
    return _bond(strangers.with_columns(united=pl.lit(None, dtype=pl.Date)), _PRESUMED)


def _related(r: Reading, day: date, pairs: pl.LazyFrame) -> pl.LazyFrame:
    """Return the pairs that share an ancestor in three steps at most, counted along both lines."""
    people = pl.concat(
        [pairs.select(pl.col("p1").alias("person")), pairs.select(pl.col("other").alias("person"))]
    ).unique()
    line = r.at("parentage", day).select("child", "parent")
    steps = [people.select("person", pl.col("person").alias("ancestor"), pl.lit(0).alias("steps"))]
    for step in (1, 2, 3):
        steps.append(r.step(_one_up(steps[-1], line, step)))
    ancestors = pl.concat(steps)
    mine = ancestors.rename({"person": "p1", "steps": "mine_up"})
    theirs = ancestors.rename({"person": "other", "steps": "other_up"})
    shared = pairs.select("p1", "other").unique().join(mine, on="p1").join(theirs, on=["other", "ancestor"])
    return shared.filter(pl.col("mine_up") + pl.col("other_up") <= 3).select("p1", "other").unique()


def _one_up(reached: pl.LazyFrame, line: pl.LazyFrame, step: int) -> pl.LazyFrame:
    up = reached.join(line, left_on="ancestor", right_on="child")
    return up.select("person", pl.col("parent").alias("ancestor"), pl.lit(step).alias("steps"))
