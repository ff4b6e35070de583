"""What the rules on orphans read: the parents that a child lost, and with whom the surviving one lives."""

from __future__ import annotations

import polars as pl

from sluis.benefits.model import column
from sluis.benefits.reading import Reading
from sluis.kernel.text import msg
from sluis.rules import Truth, Whole

_REGISTER = msg("het Rijksregister")

FACTS = (
    column(
        "ouders_bekend",
        Whole,
        msg("de ouders die bekend zijn"),
        unit="parents",
        otherwise=0,
        tables=["parentage"],
        ask=_REGISTER,
    ),
    column(
        "ouders_overleden",
        Whole,
        msg("de ouders die overleden zijn"),
        unit="parents",
        otherwise=0,
        tables=["parentage"],
        ask=_REGISTER,
    ),
    column(
        "ouders_vermoedelijk_afwezig",
        Whole,
        msg("de ouders van wie de rechter vermoedt dat ze afwezig zijn"),
        unit="parents",
        otherwise=0,
        tables=["parentage"],
        ask=msg("de vrederechter"),
    ),
    column(
        "wees_op_31_december_2018",
        Truth,
        msg("het verhoogde bedrag voor wezen op 31 december 2018 was toegekend"),
        otherwise=False,
        tables=["old_rights"],
        ask=msg("het vroegere kinderbijslagfonds"),
    ),
    column(
        "overlevende_ouder_in_nieuw_gezin",
        Truth,
        msg("de overlevende ouder sinds een vorige maand een gezin vormt met iemand die geen familie is"),
        otherwise=False,
        tables=["unions"],
        ask=_REGISTER,
    ),
)

# A finding of the justice of the peace (art. 15 §1, 2°) is a decision about the parent whose subject tells of absence.
_ABSENCE = "afwezig|absen"


def columns(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return a row for each child with a lost parent or an old orphan right: `child` and the facts."""
    old = _old_orphans(r).with_columns(pl.lit(value=True).alias("wees_op_31_december_2018"))
    parents = _parents(r, old.select("child"))
    counted = parents.group_by("child").agg(
        pl.len().cast(pl.Int64).alias("ouders_bekend"),
        pl.col("dead").sum().cast(pl.Int64).alias("ouders_overleden"),
        (pl.col("absent") & ~pl.col("dead")).sum().cast(pl.Int64).alias("ouders_vermoedelijk_afwezig"),
        (pl.col("new_family") & ~pl.col("dead")).any().alias("overlevende_ouder_in_nieuw_gezin"),
    )
    children = pl.concat([counted.select("child"), old.select("child")]).unique()
    joined = children.join(counted, on="child", how="left").join(old, on="child", how="left")
    return joined.with_columns(
        pl.col("ouders_bekend", "ouders_overleden", "ouders_vermoedelijk_afwezig").fill_null(0),
        pl.col("wees_op_31_december_2018", "overlevende_ouder_in_nieuw_gezin").fill_null(value=False),
    )


def _parents(r: Reading, old: pl.LazyFrame) -> pl.LazyFrame:
    """Return `child`, `parent`, `dead`, `absent`, `new_family`: the parents of orphans, new and old.

    Found from the dead and the absent, who are few. A tie that ended while the parent lived is none.
    """
    absent = r.during("decisions").filter(
        pl.col("subject").str.contains(_ABSENCE) & (pl.col("outcome") == "yes") & (pl.col("body") == "court")
    )
    absent = absent.select(pl.col("person").alias("parent")).unique()
    died = r["persons"].filter(pl.col("died") <= r.last).select(pl.col("id").alias("parent"), "died")
    ties = r["parentage"].filter(pl.col("from") <= r.last)
    lost = ties.join(pl.concat([died.select("parent"), absent]).unique(), on="parent", how="semi").select("child")
    ties = ties.join(pl.concat([lost, old]).unique(), on="child", how="semi").join(died, on="parent", how="left")
    ties = ties.filter(pl.col("to").is_null() | (pl.col("to") >= pl.coalesce(pl.col("died"), r.first)))
    few = ties.select("child", "parent", pl.col("died").is_not_null().alias("dead")).unique()
    ties = r.kept("orphans and their parents", lambda: few)
    families = _in_new_families(r, ties.select("parent")).select("parent").unique()
    for found, name in ((absent, "absent"), (families, "new_family")):
        marked = found.with_columns(pl.lit(value=True).alias(name))
        ties = ties.join(marked, on="parent", how="left").with_columns(pl.col(name).fill_null(value=False))
    return ties


def _in_new_families(r: Reading, parents: pl.LazyFrame) -> pl.LazyFrame:
    """Return which of the parents forms a family with a non-relative, since before this month and to its end.

    Art. 214 §2: the increased amount is lost from the first month after the family was formed. It comes back from the
    month in which the other leaves or dies (art. 5 §1).
    """
    died = r["persons"].select(pl.col("id").alias("other"), "died")
    pairs = r["unions"].filter(pl.col("kind") != "kin")
    both = pl.concat(
        [
            pairs.select(pl.col("a").alias("parent"), pl.col("b").alias("other"), "from", "to"),
            pairs.select(pl.col("b").alias("parent"), pl.col("a").alias("other"), "from", "to"),
        ]
    )
    both = both.join(parents, on="parent", how="semi").join(died, on="other", how="left")
    return both.filter(
        (pl.col("from") < r.first)
        & (pl.col("to").is_null() | (pl.col("to") >= r.last))
        & (pl.col("died").is_null() | (pl.col("died") > r.last))
    )


def _old_orphans(r: Reading) -> pl.LazyFrame:
    return r["old_rights"].filter("orphan").select("child").unique()
