"""The facts on a pupil and its family for the school year that begins in the month; in other months there are none."""

from __future__ import annotations

from typing import Final

import polars as pl

from sluis.benefits.model import column
from sluis.benefits.packages.income import income_columns, people_income
from sluis.benefits.packages.one_account import one_account
from sluis.benefits.packages.schooltoeslag.family import Family, family_of, reference_day
from sluis.benefits.packages.schooltoeslag.schooling import schooling
from sluis.benefits.reading import Reading
from sluis.kernel.text import msg
from sluis.rules import Text, Truth, Whole
from sluis.rules.polars_expressions import dtype_of

SEPTEMBER: Final = 9
_YEARS_BACK: Final = 2
_SCHOOL = msg("de school, via het Departement Onderwijs")
_REGISTER = msg("het Rijksregister")
_TAX = msg("de FOD Financiën")
_EDUCATION = ["education"]

FACTS = (
    column(
        "leerling",
        Truth,
        msg("de leerling in een door Vlaanderen erkende school is ingeschreven"),
        otherwise=False,
        tables=_EDUCATION,
        ask=_SCHOOL,
    ),
    column("school_hoogste", Text, msg("het gevolgde onderwijs"), otherwise="", tables=_EDUCATION, ask=_SCHOOL),
    column("school_tweede", Text, msg("het andere gevolgde onderwijs"), otherwise="", tables=_EDUCATION, ask=_SCHOOL),
    column(
        "school_laatste",
        Text,
        msg("het onderwijs aan het einde van het schooljaar"),
        otherwise="",
        tables=_EDUCATION,
        ask=_SCHOOL,
    ),
    column(
        "school_tot_einde",
        Truth,
        msg("de leerling op de laatste schooldag ingeschreven is of de opleiding voltooide"),
        otherwise=False,
        tables=_EDUCATION,
        ask=_SCHOOL,
    ),
    column(
        "school_onderbroken",
        Truth,
        msg("de leerling meer dan 14 dagen na elkaar uitgeschreven was"),
        otherwise=False,
        tables=_EDUCATION,
        ask=_SCHOOL,
    ),
    column(
        "school_aanwezig",
        Whole,
        msg("de halve dagen aanwezigheid in de kleuterschool"),
        unit="half_days",
        otherwise=0,
        tables=_EDUCATION,
        ask=_SCHOOL,
    ),
    column(
        "school_aanwezig_vorig_jaar",
        Whole,
        msg("de halve dagen aanwezigheid in de kleuterschool in het vorige schooljaar"),
        unit="half_days",
        otherwise=0,
        tables=_EDUCATION,
        ask=_SCHOOL,
    ),
    column(
        "school_kleuter_vorig_jaar",
        Truth,
        msg("de leerling het vorige schooljaar in de kleuterschool zat"),
        otherwise=False,
        tables=_EDUCATION,
        ask=_SCHOOL,
    ),
    column(
        "school_ongewettigd",
        Whole,
        msg("de halve dagen ongewettigde afwezigheid"),
        unit="half_days",
        otherwise=0,
        tables=_EDUCATION,
        ask=_SCHOOL,
    ),
    column(
        "school_ongewettigd_vorig_jaar",
        Whole,
        msg("de halve dagen ongewettigde afwezigheid in het vorige schooljaar"),
        unit="half_days",
        otherwise=0,
        tables=_EDUCATION,
        ask=_SCHOOL,
    ),
    column("leerling_gehuwd", Truth, msg("de leerling gehuwd is"), otherwise=False, ask=_REGISTER),
    column("leerling_alleenstaand", Truth, msg("de leerling alleen woont"), otherwise=False, ask=_REGISTER),
    column("leerling_met_kinderen", Truth, msg("de leerling zelf kinderen heeft"), otherwise=False, ask=_REGISTER),
    column(
        "pleegkind_sinds_een_jaar",
        Truth,
        msg("de leerling langer dan een jaar in hetzelfde pleeggezin verblijft"),
        otherwise=False,
        ask=msg("Pleegzorg Vlaanderen"),
    ),
    column(
        "personen_ten_laste",
        Whole,
        msg("de personen die fiscaal ten laste zijn"),
        unit="points",
        otherwise=0,
        tables=["fiscal_dependants"],
        ask=_TAX,
    ),
    column(
        "leerlingen_niet_ten_laste",
        Whole,
        msg("de leerlingen die niet meer fiscaal ten laste zijn"),
        unit="points",
        otherwise=0,
        tables=["fiscal_dependants", "education"],
        ask=_TAX,
    ),
    column(
        "personen_in_hoger_onderwijs",
        Whole,
        msg("de personen in het hoger onderwijs"),
        unit="points",
        otherwise=0,
        tables=_EDUCATION,
        ask=_SCHOOL,
    ),
    column(
        "personen_met_handicap",
        Whole,
        msg("de personen met een handicap van minstens 66 %"),
        unit="points",
        otherwise=0,
        ask=msg("de FOD Sociale Zekerheid"),
    ),
    column("schooltoeslag_gevraagd", Truth, msg("de schooltoeslag gevraagd is"), otherwise=False),
    *income_columns("school"),
)


def columns(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return a row for each pupil of the school year that begins in the month; only in September are there rows."""
    if r.month.month != SEPTEMBER or not r.has("education"):
        return _nobody(rows)
    year = r.month.year
    pupils = _pupils(r, rows)
    family = _family(r, rows)
    asked = r["requests"].filter(pl.col("kind") == "schooltoeslag")
    asked = asked.select(pl.coalesce("child", "person").alias("child")).unique()
    asked = asked.with_columns(pl.lit(value=True).alias("schooltoeslag_gevraagd"))
    income = people_income(r, family.providers, "child", year - _YEARS_BACK, "school")
    joined = pupils.drop("born")
    for frame in (family.members, family.status, asked, income):
        joined = joined.join(frame, on="child", how="left")
    return joined.with_columns(pl.col("schooltoeslag_gevraagd").fill_null(value=False))


def payees(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return who is paid: `child`, `payee`, `kind`, `parts`, `of`, `together`; the family of 31 August."""
    if r.month.month != SEPTEMBER:
        nobody = pl.LazyFrame(schema={"child": pl.String(), "person": pl.String()})
        return one_account(r, nobody, r.first)
    return one_account(r, _family(r, rows).paid, reference_day(r.month.year))


def _pupils(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    made = schooling(r, r.month.year).join(rows.select("child", "born"), on="child", how="inner")
    return r.kept("pupils", lambda: made)


def _family(r: Reading, rows: pl.LazyFrame) -> Family:
    return family_of(r, _pupils(r, rows).select("child", "born"), r.month.year)


def _nobody(rows: pl.LazyFrame) -> pl.LazyFrame:
    empty = (pl.lit(None, dtype=dtype_of(each.fact.unit)).alias(each.fact.name) for each in FACTS)
    return rows.select("child").clear().with_columns(empty)
