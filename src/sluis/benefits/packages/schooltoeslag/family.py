"""The family of a pupil on 31 August: whose income counts, and how many points the persons in it give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from sluis.benefits.packages.schooltoeslag.schooling import school_year_of
from sluis.benefits.reading import Reading, holding

_PERCENT, _PILLAR_1 = 66, 4
_ADULT, _YEARS_TO_FOSTER = "18y", "1y"
_FIRST_YEAR = 2019


@dataclass(frozen=True)
class Family:
    """Frames about the pupils of a school year, each with `child`: see `family_of`."""

    providers: pl.LazyFrame
    """`child`, `person`: whose income counts."""
    members: pl.LazyFrame
    """`child` with the number of persons of each sort that gives points."""
    status: pl.LazyFrame
    """`child`, `leerling_gehuwd`, `leerling_alleenstaand`, `leerling_met_kinderen`, `pleegkind_sinds_een_jaar`."""
    paid: pl.LazyFrame
    """`child`, `person`: the beneficiaries in the household, else whose income counts."""


def reference_day(year: int) -> date:
    """Return the day on which the family is looked at: 31 August, in 2019-2020 31 December (art. 41)."""
    return date(2019, 12, 31) if year == _FIRST_YEAR else date(year, 8, 31)


def family_of(r: Reading, pupils: pl.LazyFrame, year: int) -> Family:
    """Return the families of the pupils (`child`, `born`) of the school year that begins in this year."""
    day = reference_day(year)
    home = r.kept("school home", lambda: _home(r, day))
    at_home = r.kept("school pupils at home", lambda: pupils.join(home, left_on="child", right_on="person", how="left"))
    married = r.kept("school married", lambda: _married(r, day))
    raised = r.kept("school raised", lambda: _raised_by(r, at_home, home, day))
    single = r.kept("school single", lambda: _single(at_home, married, raised, day))
    own = at_home.select("child").join(pl.concat([married, single]), on="child", how="semi")
    heads = pl.concat(
        [
            raised.join(married, on="child", how="anti").select("child", "person"),
            own.select("child", pl.col("child").alias("person")),
        ]
    )
    providers = r.kept("school providers", lambda: pl.concat([heads, _partners(r, heads, at_home, home, day)]).unique())
    return Family(
        providers,
        r.kept("school members", lambda: _members(r, at_home, home, providers, own, year)),
        _status(r, at_home, married, single, day),
        _paid(r, at_home, home, heads, own, day),
    )


def _home(r: Reading, day: date) -> pl.LazyFrame:
    # Without sorting: a person is in one household on a day, and where the source names two it is always the same one.
    return holding(r["households"], day, day).group_by("person").agg(pl.col("household").max())


def _married(r: Reading, day: date) -> pl.LazyFrame:
    rows = holding(r["unions"].filter(pl.col("kind") == "married"), day, day)
    return pl.concat([rows.select(pl.col("a").alias("child")), rows.select(pl.col("b").alias("child"))]).unique()


def _raised_by(r: Reading, at_home: pl.LazyFrame, home: pl.LazyFrame, day: date) -> pl.LazyFrame:
    """Return `child`, `person`: the parents in the pupil's household, else who raises it there (art. 38 §1)."""
    alive = pl.col("died").is_null() | (pl.col("died") > day)
    living = r["persons"].filter(alive).select(pl.col("id").alias("person"))
    parents = holding(r["parentage"], day, day).select("child", pl.col("parent").alias("person"))
    others = holding(r["beneficiaries"], day, day).select("child", "person")
    foster = holding(r["placements"].filter(pl.col("kind") == "foster"), day, day)
    carers = foster.filter(pl.col("carer").is_not_null()).select("child", pl.col("carer").alias("person"))

    def here(pupils: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
        found = pupils.select("child", "household").join(people, on="child", how="inner")
        found = found.filter(pl.col("person") != pl.col("child")).join(home, on=["person", "household"], how="semi")
        return found.join(living, on="person", how="semi").select("child", "person").unique()

    of_parents = r.kept("school parents", lambda: here(at_home, parents))
    without = r.kept("school without parents", lambda: at_home.join(of_parents, on="child", how="anti"))
    return pl.concat([of_parents, here(without, pl.concat([others, carers]))])


def _single(at_home: pl.LazyFrame, married: pl.LazyFrame, raised: pl.LazyFrame, day: date) -> pl.LazyFrame:
    """Return the pupils of age who live with no parent or other person that raises them (art. 38 §1, 5°)."""
    of_age = at_home.filter(pl.col("born").dt.offset_by(_ADULT) <= day).select("child")
    return of_age.join(married, on="child", how="anti").join(raised, on="child", how="anti")


def _partners(r: Reading, heads: pl.LazyFrame, at_home: pl.LazyFrame, home: pl.LazyFrame, day: date) -> pl.LazyFrame:
    """Return `child`, `person`: who forms a family with somebody whose income counts, in the household of the pupil."""
    rows = holding(r["unions"].filter(pl.col("kind") != "kin"), day, day)
    both = pl.concat(
        [
            rows.select(pl.col("a").alias("person"), pl.col("b").alias("partner")),
            rows.select(pl.col("b").alias("person"), pl.col("a").alias("partner")),
        ]
    )
    found = heads.join(both, on="person", how="inner").join(at_home.select("child", "household"), on="child")
    found = found.select("child", "household", pl.col("partner").alias("person"))
    return found.join(home, on=["person", "household"], how="semi").select("child", "person")


def _members(
    r: Reading,
    at_home: pl.LazyFrame,
    home: pl.LazyFrame,
    providers: pl.LazyFrame,
    own: pl.LazyFrame,
    year: int,
) -> pl.LazyFrame:
    """Return per pupil how many persons are dependent, pupils without being so, in higher education, or disabled."""
    day = reference_day(year)
    here = at_home.select("child", "household")
    dependants = r.kept("school dependants", lambda: _dependants(r, here, home, providers, year))
    students = r["education"].filter(pl.col("school_year") == school_year_of(year))
    # Most students are dependent; leaving them out first keeps the joins small.
    enrolled = students.select(pl.col("pupil").alias("person")).unique()
    free = r.kept(
        "school free students", lambda: enrolled.join(dependants.select("person").unique(), on="person", how="anti")
    )
    others_all = _others(r, here, home, providers, own, free, day)
    others = r.kept("school others", lambda: others_all.join(dependants, on=["child", "person"], how="anti"))
    family = r.kept("school family", lambda: pl.concat([providers, dependants, others]).unique())
    higher = students.filter(pl.col("level") == "higher").select(pl.col("pupil").alias("person")).unique()
    counted = here.select("child")
    for frame, name in (
        (dependants, "personen_ten_laste"),
        (others, "leerlingen_niet_ten_laste"),
        (family.join(higher, on="person", how="semi"), "personen_in_hoger_onderwijs"),
        (family.join(_disabled(r, day), on="person", how="semi"), "personen_met_handicap"),
    ):
        number = frame.group_by("child").agg(pl.len().cast(pl.Int64).alias(name))
        counted = counted.join(number, on="child", how="left").with_columns(pl.col(name).fill_null(0))
    return counted


def _dependants(r: Reading, here: pl.LazyFrame, home: pl.LazyFrame, providers: pl.LazyFrame, year: int) -> pl.LazyFrame:
    """Return `child`, `person`: who in the household is fiscally dependent on those whose income counts."""
    stated = pl.col("ref_date").is_between(date(year, 8, 31), date(year, 12, 31))
    rows = r["fiscal_dependants"].filter(stated).select(pl.col("provider").alias("person"), "dependant")
    found = providers.join(rows, on="person", how="inner").join(here, on="child")
    found = found.select("child", "household", pl.col("dependant").alias("person")).unique()
    return found.join(home, on=["person", "household"], how="semi").select("child", "person")


def _others(
    r: Reading,
    here: pl.LazyFrame,
    home: pl.LazyFrame,
    providers: pl.LazyFrame,
    own: pl.LazyFrame,
    students: pl.LazyFrame,
    day: date,
) -> pl.LazyFrame:
    """Return `child`, `person`: pupils and students in the household who belong to those whose income counts.

    Not who is married or lives as a single pupil, and not those whose income counts.
    """
    ties = pl.concat(
        [
            holding(r["parentage"], day, day).select("parent", pl.col("child").alias("person")),
            holding(r["beneficiaries"], day, day).select(
                pl.col("person").alias("parent"), pl.col("child").alias("person")
            ),
        ]
    ).unique()
    ties = ties.join(students, on="person", how="semi")
    found = providers.rename({"person": "parent"}).join(ties, on="parent", how="inner").join(here, on="child")
    found = found.select("child", "household", "person").unique()
    found = found.join(home, on=["person", "household"], how="semi").select("child", "person")
    itself = here.select("child", pl.col("child").alias("person")).join(students, on="person", how="semi")
    itself = itself.join(providers.select("child").unique(), on="child", how="semi")
    everyone = pl.concat([found, itself]).unique().join(providers, on=["child", "person"], how="anti")
    return everyone.join(pl.concat([own, _married(r, day)]).unique(), left_on="person", right_on="child", how="anti")


def _disabled(r: Reading, day: date) -> pl.LazyFrame:
    """Return as `person` who is disabled for at least 66 %, or has 4 points in pillar 1, on the day."""
    percent = holding(r["disabilities"], day, day).filter(pl.col("percent") >= _PERCENT).select("person")
    points = holding(r["care_scores"], day, day).filter(pl.col("p1") >= _PILLAR_1)
    return pl.concat([percent, points.select(pl.col("child").alias("person"))]).unique()


def _status(r: Reading, at_home: pl.LazyFrame, married: pl.LazyFrame, single: pl.LazyFrame, day: date) -> pl.LazyFrame:
    children = holding(r["parentage"], day, day).select(pl.col("parent").alias("child")).unique()
    status = at_home.select("child")
    for frame, name in (
        (married, "leerling_gehuwd"),
        (single, "leerling_alleenstaand"),
        (children, "leerling_met_kinderen"),
        (_fostered(r, day), "pleegkind_sinds_een_jaar"),
    ):
        marked = frame.select("child").unique().with_columns(pl.lit(value=True).alias(name))
        status = status.join(marked, on="child", how="left").with_columns(pl.col(name).fill_null(value=False))
    return status


def _fostered(r: Reading, day: date) -> pl.LazyFrame:
    """Return who is on the day in the same foster family without a break since a year before it (art. 37)."""
    rows = r["placements"].filter((pl.col("kind") == "foster") & (pl.col("from") <= day)).sort("child", "carer", "from")
    same = ["child", "carer"]
    ended = pl.col("to").fill_null(date.max).cum_max().shift(1).over(same)
    fresh = ended.is_null() | (pl.col("from") > ended.dt.offset_by("1d"))
    rows = rows.with_columns(since=pl.when(fresh).then("from").forward_fill().over(same))
    now = rows.filter(pl.col("to").is_null() | (pl.col("to") >= day))
    return now.filter(pl.col("since").dt.offset_by(_YEARS_TO_FOSTER) <= day).select("child").unique()


def _paid(
    r: Reading, at_home: pl.LazyFrame, home: pl.LazyFrame, heads: pl.LazyFrame, own: pl.LazyFrame, day: date
) -> pl.LazyFrame:
    """Return `child`, `person`: the family where the pupil lives on the day; a married or single pupil itself."""
    itself = own.select("child", pl.col("child").alias("person"))
    named = holding(r["beneficiaries"], day, day).select("child", "person").unique()
    named = at_home.select("child", "household").join(named, on="child", how="inner")
    named = named.join(home, on=["person", "household"], how="semi").select("child", "person")
    named = named.join(itself, on="child", how="anti")
    others = heads.select("child", "person")
    others = others.join(itself, on="child", how="anti").join(named, on="child", how="anti")
    return pl.concat([itself, named, others])
