"""The facts about a child's life, domicile, stay, studies and work in a month."""

from __future__ import annotations

from typing import Final

import polars as pl

from sluis.benefits.model import column
from sluis.benefits.packages.recht.studies import study_frames
from sluis.benefits.reading import Reading
from sluis.kernel.text import msg
from sluis.rules import Text, Truth, Whole

SCHOOL: Final = msg("de school of hogeschool")
FLEMISH: Final = "VL"

FACTS: Final = (
    column("doodgeboren", Truth, msg("het kind levenloos geboren is"), otherwise=False),
    column("gewest", Text, msg("het gewest waar het kind woont"), ask=msg("het Rijksregister")),
    column("verblijfsrecht", Truth, msg("het kind Belg is of hier mag verblijven"), otherwise=True),
    column("zorgscore_geeft_recht", Truth, msg("de zorgschaal recht geeft"), otherwise=False),
    column("lesuren", Whole, msg("de lesuren per week"), unit="hours", otherwise=0, tables=["education"], ask=SCHOOL),
    column(
        "studiepunten", Whole, msg("de studiepunten"), unit="credits", otherwise=0, tables=["education"], ask=SCHOOL
    ),
    column("alternerend", Truth, msg("het kind alternerend leert"), otherwise=False, tables=["education"], ask=SCHOOL),
    column("diplomajaar", Truth, msg("het een diplomajaar is"), otherwise=False, tables=["education"], ask=SCHOOL),
    column(
        "diplomajaar_eerste_van_cyclus",
        Truth,
        msg("het diplomajaar het eerste van zijn cyclus is"),
        otherwise=True,
        ask=SCHOOL,
    ),
    column(
        "maanden_zonder_studie_na_18",
        Whole,
        msg("de maanden zonder studie na de 18e verjaardag"),
        unit="months",
        otherwise=0,
        tables=["education"],
        ask=SCHOOL,
    ),
    column(
        "maanden_zonder_studie_na_21",
        Whole,
        msg("de maanden zonder studie na de 21e verjaardag"),
        unit="months",
        otherwise=0,
        tables=["education"],
        ask=SCHOOL,
    ),
    column("uren_gewoon", Whole, msg("de uren gewone arbeid"), unit="hours", otherwise=0),
    column("uren_student", Whole, msg("de uren studentenarbeid"), unit="hours", otherwise=0),
    column("uren_student_eerder", Whole, msg("de uren studentenarbeid eerder dat jaar"), unit="hours", otherwise=0),
    column("zelfstandig_hoofdberoep", Truth, msg("het kind zelfstandige in hoofdberoep is"), otherwise=False),
    column("eigen_uitkering", Truth, msg("het kind zelf een sociale uitkering heeft"), otherwise=False),
)

_OWN_BENEFITS: Final = ("ivt", "igo")
"""A leefloon is allowed; what counts as a social benefit beside these two does not come with a month."""


def columns(r: Reading, rows: pl.LazyFrame) -> tuple[pl.LazyFrame, ...]:
    """Return the facts, each frame with the children for whom there is something."""
    return (_stillborn(r), _region(r, rows), _stay(r), _care(r), _work(r), _benefit(r), *study_frames(r, rows))


def _stillborn(r: Reading) -> pl.LazyFrame:
    return r["births"].filter("stillborn").select("child", doodgeboren="stillborn").unique("child")


def _region(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return the region that is competent: of the first day of the month; for who came from abroad, of the arrival."""
    spells = r.during("residences").rename({"person": "child"}).join(rows, on="child", how="semi")
    settled = (pl.col("from") <= r.first) & (pl.col("region") != "XX")
    first = spells.filter(settled).select("child", gewest="region").unique("child")
    rest = spells.join(first, on="child", how="anti").with_columns(abroad=pl.col("region") == "XX")
    ordered = rest.sort("abroad", "from").unique("child", keep="first", maintain_order=True)
    return pl.concat([first, ordered.select("child", gewest="region")])


def _stay(r: Reading) -> pl.LazyFrame:
    """Return whether somebody with rows on the right to stay may stay; without a row a person is Belgian."""
    holds = (pl.col("from") <= r.last) & (pl.col("to").is_null() | (pl.col("to") >= r.first))
    minor = (pl.col("kind") == "attest_immatriculatie") & pl.col("unaccompanied_minor").fill_null(value=False)
    allowed = holds & (pl.col("kind").is_in(["belgian", "authorised"]) | minor)
    return r["stay_rights"].group_by(child="person").agg(verblijfsrecht=allowed.any())


def _care(r: Reading) -> pl.LazyFrame:
    """Return whether the scale gives a right: 4 points in the first pillar or 6 in all (BVR Zorgtoeslag)."""
    enough = (pl.col("p1") >= 4) | (pl.col("p1") + pl.col("p2") + pl.col("p3") >= 6)
    return r.during("care_scores").group_by("child").agg(zorgscore_geeft_recht=enough.any())


def _work(r: Reading) -> pl.LazyFrame:
    """Return the hours of this month, and the student hours of the calendar year before it."""
    first = r.month.year * 12
    hours, this = pl.col("hours"), pl.col("month") == r.count
    year = r["work"].filter((pl.col("month") >= first) & (pl.col("month") <= r.count))
    return year.group_by(child="person").agg(
        uren_gewoon=hours.filter(this & (pl.col("contract") == "ordinary")).sum(),
        uren_student=hours.filter(this & (pl.col("contract") == "student")).sum(),
        uren_student_eerder=hours.filter(~this & (pl.col("contract") == "student")).sum(),
        zelfstandig_hoofdberoep=(this & (pl.col("contract") == "self_employed_main")).any(),
    )


def _benefit(r: Reading) -> pl.LazyFrame:
    own = r.during("replacement_incomes").filter(pl.col("kind").is_in(_OWN_BENEFITS))
    return own.select(child="person", eigen_uitkering=pl.lit(value=True)).unique("child")
