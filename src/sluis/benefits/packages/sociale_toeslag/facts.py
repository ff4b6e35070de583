"""The facts of a side: its groups, the incomes of its core in the two years that matter, alarm bells, illness."""

from __future__ import annotations

from typing import Final

import polars as pl

from sluis.benefits.model import column
from sluis.benefits.packages.income import PARTS, income_columns, people_income
from sluis.benefits.packages.sociale_toeslag.years import income_year
from sluis.benefits.reading import Reading
from sluis.kernel.text import msg
from sluis.rules import CalendarMonth, Money, Text, Truth, Whole

AWARD: Final = "toekenning"
CALENDAR: Final = "kalender"
ALARM: Final = "alarm"
_MONTHS: Final = 12
_CORE: Final = ("p1", "p2")

FACTS: Final = (
    column("kind", Text, msg("het kind")),
    column("plaats", Text, msg("het gezin van het kind")),
    column("stand", Text, msg("de gezinnen van het kind op dat ogenblik")),
    column("gezin", Text, msg("de inkomstenkern")),
    column("deel", Whole, msg("het deel van de tijd (op 1.000) dat het kind in het gezin woont")),
    column("einde_maand", Truth, msg("het gezin er zo uitziet op het einde van de maand"), otherwise=True),
    column("zelfde_deel", Truth, msg("het kind daar evenveel blijft wonen"), otherwise=False),
    column("alleenstaand", Truth, msg("de begunstigde zonder partner leeft"), otherwise=False),
    column(
        "langdurig_ziek",
        Truth,
        msg("een ouder of partner in het gezin langdurig ziek of arbeidsongeschikt is"),
        ask=msg("het ziekenfonds"),
    ),
    column(
        "leefloon_die_maand",
        Truth,
        msg("het gezin die maand leefloon, IVT of IGO kreeg"),
        ask=msg("het OCMW of de FOD Sociale Zekerheid"),
    ),
    column("alarm_maanden", Whole, msg("het aantal bewezen maanden met een laag inkomen"), unit="months", otherwise=0),
    column("alarm_maandinkomen", Money, msg("het bewezen gemiddelde maandinkomen"), otherwise=0),
    column("alarm_laatste_maand", CalendarMonth, msg("de laatste bewezen maand")),
    *income_columns(AWARD),
    column("kalender_bekend", Truth, msg("het inkomen van het kalenderjaar bekend is"), otherwise=False),
    *income_columns(CALENDAR, guarded=True),
)


def columns(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return the facts of every side."""
    people = _people(rows)
    moment = pl.when("at_end").then(pl.lit("einde")).otherwise(pl.lit("begin"))
    found = rows.select(
        "side",
        pl.col("child").alias("kind"),
        pl.concat_str("child", "household", separator="|").alias("plaats"),
        pl.concat_str("child", moment, separator="|").alias("stand"),
        pl.concat_str("core", moment, separator="|").alias("gezin"),
        pl.col("share").alias("deel"),
        pl.col("at_end").alias("einde_maand"),
        pl.col("same_share").alias("zelfde_deel"),
        (pl.col("p1").is_not_null() & pl.col("p2").is_null() & (pl.col("p1") != pl.col("child"))).alias("alleenstaand"),
        "core",
    )
    for each in (
        _flag(r, people, "illness", "langdurig_ziek"),
        _flag(r, people, "replacement_incomes", "leefloon_die_maand"),
        people_income(r, people, "core", income_year(r.month), AWARD),
        people_income(r, people, "core", r.month.year, CALENDAR),
    ):
        found = found.join(each, on="core", how="left")
    flags = pl.col("langdurig_ziek", "leefloon_die_maand").fill_null(value=False)
    arrived = pl.col(f"{CALENDAR}_leefloon").is_not_null().alias("kalender_bekend")
    found = found.with_columns(arrived).with_columns(pl.col([f"{CALENDAR}_{part}" for part in PARTS]).fill_null(0))
    return (
        found.drop("core")
        .with_columns(flags)
        .join(_alarm(r, rows), on="side", how="left")
        .with_columns(pl.col("alarm_maanden", "alarm_maandinkomen").fill_null(0))
    )


def _people(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return `core` and `person`: who belongs to each income core, once."""
    cores = rows.select("core", *_CORE).unique("core")
    return pl.concat([cores.select("core", pl.col(each).alias("person")) for each in _CORE]).drop_nulls()


def _flag(r: Reading, people: pl.LazyFrame, table: str, name: str) -> pl.LazyFrame:
    """Return the cores of which somebody is in the table on a day of the month."""
    during = r.during(table).select("person").unique()
    return (
        people.join(during, on="person", how="semi")
        .select("core")
        .unique()
        .with_columns(pl.lit(value=True).alias(name))
    )


def _alarm(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return the alarm bell that helps a side most: its whole months, mean income and last month.

    A bell counts from its first month on; how long, the rules say. One that was rung before the present partner came in
    says nothing about the family of now (gpedia: granted until the end of the month in which she moved in with
    her friend).
    """
    first_day, last_day = pl.col("from"), pl.col("to")
    first = _count(first_day) + (first_day.dt.day() > 1).cast(pl.Int64)
    last = _count(last_day) - (last_day != last_day.dt.month_end()).cast(pl.Int64)
    bells = r["alarm_bells"].select(
        pl.col("beneficiary").alias("person"),
        pl.col("to").alias("proven_to"),
        first.alias("first"),
        last.alias("last"),
        (last - first + 1).alias("alarm_maanden"),
        pl.col("monthly_income").alias("alarm_maandinkomen"),
    )
    bells = bells.filter((pl.col("first") <= r.count) & (pl.col("last") >= r.count - 2 * _MONTHS))
    sides = pl.concat([rows.select("side", "joined", pl.col(each).alias("person")) for each in _CORE])
    heard = sides.join(bells, on="person").filter(
        pl.col("joined").is_null() | (pl.col("joined") <= pl.col("proven_to"))
    )
    short = pl.col("alarm_maanden") < _MONTHS // 2
    over = pl.col("last") < r.count - _MONTHS
    best = heard.sort(short, over, "alarm_maandinkomen", pl.col("last"), descending=[False, False, False, True])
    return best.unique("side", keep="first", maintain_order=True).select(
        "side", "alarm_maanden", "alarm_maandinkomen", pl.col("last").cast(pl.Int64).alias("alarm_laatste_maand")
    )


def _count(day: pl.Expr) -> pl.Expr:
    return day.dt.year().cast(pl.Int64) * _MONTHS + day.dt.month().cast(pl.Int64) - 1
