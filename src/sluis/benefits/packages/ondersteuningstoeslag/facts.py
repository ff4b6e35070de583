"""What the rules on the support allowance read: points, the group of the old waiting list, requests, other budgets."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from sluis.benefits.model import column
from sluis.benefits.reading import Reading, holding
from sluis.kernel.text import msg
from sluis.rules import CalendarMonth, Truth, Whole

FACTS = (
    column(
        "steunpunten",
        Whole,
        msg("de punten op de medisch-sociale schaal"),
        unit="points",
        otherwise=0,
        ask=msg("de evaluerende arts van Opgroeien"),
    ),
    column(
        "basisondersteuningsbudget_eind_2022",
        Truth,
        msg("het kind op 31 december 2022 een basisondersteuningsbudget kreeg"),
        otherwise=False,
        ask=msg("de zorgkas"),
    ),
    column(
        "twaalf_punten_eind_2022", Truth, msg("het kind op 31 december 2022 minstens 12 punten had"), otherwise=False
    ),
    column(
        "ander_ondersteuningsbudget",
        Truth,
        msg("het kind de hele maand een persoonlijk budget of een eigen inkomensvervangende tegemoetkoming heeft"),
        otherwise=False,
        ask=msg("het VAPH"),
    ),
    column("ondersteuningstoeslag_gevraagd", Truth, msg("de ondersteuningstoeslag gevraagd is"), otherwise=False),
    column("ondersteuningstoeslag_gevraagd_in", CalendarMonth, msg("de maand van de vraag"), ask=msg("de uitbetaler")),
)

_END_OF_2022: Final = date(2022, 12, 31)
_POINTS: Final = 12
"""Of the end of 2022, for telling the waiting-list group from the others; the rules compare the month's points."""


def columns(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return a row for each child with points, a budget of 2022 or a request: `child` and the facts."""
    total = pl.col("p1") + pl.col("p2") + pl.col("p3")
    # The highest of the month: a right that begins counts from the first, one that stops runs to the end (art. 5 §1).
    points = r.during("care_scores").group_by("child").agg(total.max().alias("steunpunten"))
    then = r.at("care_scores", _END_OF_2022).filter(total >= _POINTS).select("child").unique()
    budget = r.at("entitlements", _END_OF_2022).filter(pl.col("benefit") == "bob")
    found = (
        (then, "twaalf_punten_eind_2022"),
        (budget.select(pl.col("person").alias("child")).unique(), "basisondersteuningsbudget_eind_2022"),
        (_other_budgets(r), "ander_ondersteuningsbudget"),
    )
    asked = (
        r["requests"]
        .filter(pl.col("kind") == "ondersteuningstoeslag")
        .with_columns(pl.coalesce("child", "person").alias("child"))
        .group_by("child")
        .agg(pl.col("date").min().alias("asked"))
        .select(
            "child",
            pl.lit(value=True).alias("ondersteuningstoeslag_gevraagd"),
            (pl.col("asked").dt.year().cast(pl.Int64) * 12 + pl.col("asked").dt.month() - 1).alias(
                "ondersteuningstoeslag_gevraagd_in"
            ),
        )
    )
    keys = pl.concat([points.select("child"), *(frame for frame, _ in found), asked.select("child")]).unique()
    keys = keys.join(rows.select("child"), on="child", how="semi")
    joined = keys.join(points, on="child", how="left").join(asked, on="child", how="left")
    for frame, name in found:
        joined = joined.join(frame.with_columns(pl.lit(value=True).alias(name)), on="child", how="left")
    truths = (*(name for _, name in found), "ondersteuningstoeslag_gevraagd")
    return joined.with_columns(pl.col("steunpunten").fill_null(0), pl.col(*truths).fill_null(value=False))


def _other_budgets(r: Reading) -> pl.LazyFrame:
    """Return who has a personal budget or an income replacement on every day of the month: that suspends."""
    budgets = r["entitlements"].filter(pl.col("benefit").is_in(["pab", "pvb"])).select("person", "from", "to")
    own = r["replacement_incomes"].filter(pl.col("kind") == "ivt").select("person", "from", "to")
    spells = holding(pl.concat([budgets, own]), r.first, r.last)
    whole = (pl.col("from") <= r.first) & (pl.col("to").is_null() | (pl.col("to") >= r.last))
    return spells.filter(whole).select(pl.col("person").alias("child")).unique()
