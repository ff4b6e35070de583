"""What was asked for a birth or an adoption, and where the family then lived."""

from __future__ import annotations

from typing import Final

import polars as pl

from sluis.benefits.model import column
from sluis.benefits.reading import Reading, holding
from sluis.kernel.text import msg
from sluis.rules import Text, Truth, Whole

CLAIM_YEARS: Final = 5
"""Claims lapse after five years (art. 95)."""

FACTS: Final = (
    column("startbedrag_gevraagd", Truth, msg("het startbedrag binnen vijf jaar gevraagd is"), otherwise=False),
    column("zwangerschap_dagen", Whole, msg("de dagen zwangerschap"), unit="days", ask=msg("de arts")),
    column("akte_levenloos_kind", Truth, msg("er een akte van een levenloos kind is"), otherwise=False),
    column("gewest_bij_geboorte", Text, msg("het gewest bij de geboorte"), ask=msg("het Rijksregister")),
    column("adoptie_deze_maand", Truth, msg("het geadopteerde kind deze maand in het gezin komt"), otherwise=False),
    column("startbedrag_adoptie_gevraagd", Truth, msg("het startbedrag adoptie gevraagd is"), otherwise=False),
    column("startbedrag_in_gezin", Truth, msg("dit gezin al een startbedrag kreeg voor het kind"), otherwise=False),
)


def columns(r: Reading, rows: pl.LazyFrame) -> tuple[pl.LazyFrame, ...]:
    """Return the facts of the children born or adopted this month; nobody else has one."""
    born = rows.filter(pl.col("born") >= r.first).select("child", "born")
    deeds = (
        r["births"]
        .join(born, on="child", how="semi")
        .select("child", zwangerschap_dagen="pregnancy_days", akte_levenloos_kind=pl.col("deed_on").is_not_null())
    )
    return _asked(r, born), deeds.unique("child"), _region(r, born), *_adoptions(r, rows)


def _asked(r: Reading, born: pl.LazyFrame) -> pl.LazyFrame:
    asked = r["requests"].filter(pl.col("kind") == "startbedrag_geboorte").join(born, on="child", how="inner")
    in_time = asked.filter(pl.col("date") <= pl.col("born").dt.offset_by(f"{CLAIM_YEARS}y"))
    return in_time.select("child", startbedrag_gevraagd=pl.lit(value=True)).unique("child")


def _region(r: Reading, born: pl.LazyFrame) -> pl.LazyFrame:
    """Return the region on the day of birth of who gave birth or asks; a live child's own where no parent is known."""
    mothers = r["parentage"].filter(pl.col("kind") == "birth").select("child", person="parent")
    askers = r["requests"].filter(pl.col("kind") == "startbedrag_geboorte").select("child", person="by")
    people = pl.concat([born.select("child", person="child"), mothers, askers]).join(born, on="child")
    spells = r.during("residences").select("person", "region", "from", "to")
    lived = people.join(spells, on="person").filter(
        (pl.col("from") <= pl.col("born")) & (pl.col("to").is_null() | (pl.col("to") >= pl.col("born")))
    )
    flemish = (pl.col("region") == "VL").any()
    return lived.group_by("child").agg(
        gewest_bij_geboorte=pl.when(flemish).then(pl.lit("VL")).otherwise(pl.col("region").first())
    )


def _adoptions(r: Reading, rows: pl.LazyFrame) -> tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]:
    joined = (pl.col("in_household_on") >= r.first) & (pl.col("in_household_on") <= r.last)
    now = r["adoptions"].filter(joined).join(rows.select("child"), on="child", how="semi")
    yes = pl.lit(value=True)
    asked = r["requests"].filter(pl.col("kind") == "startbedrag_adoptie").join(now, on="child", how="inner")
    in_time = asked.filter(pl.col("date") <= pl.col("in_household_on").dt.offset_by(f"{CLAIM_YEARS}y"))
    return (
        now.select("child", adoptie_deze_maand=yes).unique("child"),
        in_time.select("child", startbedrag_adoptie_gevraagd=yes).unique("child"),
        _had_already(r, now).select("child", startbedrag_in_gezin=yes).unique("child"),
    )


def _had_already(r: Reading, now: pl.LazyFrame) -> pl.LazyFrame:
    """Return the adopted children whose parent by birth lives with the adopter, or for whom that household asked.

    A birth amount or the kraamgeld of before 2019 was then paid for the child in this household.
    """
    homes = holding(r["households"], r.first, r.last).select("person", "household").unique()
    adopter = now.select("child", "adopter").join(homes, left_on="adopter", right_on="person")
    births = r["parentage"].filter(pl.col("kind") == "birth").select("child", person="parent")
    askers = (
        r["requests"]
        .filter(
            (pl.col("kind") == "startbedrag_geboorte")
            | ((pl.col("kind") == "startbedrag_adoptie") & (pl.col("date") < r.first.replace(year=r.first.year - 1)))
        )
        .select("child", person="by")
    )
    before = pl.concat([births, askers]).join(homes, on="person")
    return adopter.join(before, on=["child", "household"], how="semi")


def payees(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return who asked: the startbedrag goes whole to the one who applied."""
    asked = r["requests"].filter(pl.col("kind").is_in(["startbedrag_geboorte", "startbedrag_adoptie"]))
    first = asked.sort("date").unique("child", keep="first", maintain_order=True)
    return first.select(
        "child",
        payee="by",
        kind=pl.lit("person"),
        parts=pl.lit(1, dtype=pl.Int64),
        of=pl.lit(1, dtype=pl.Int64),
    )
