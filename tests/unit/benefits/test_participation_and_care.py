"""Orphans, care, support, foster care, childcare, nursery and school: own cases, properties, equal engines."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluis.benefits.cases import run_case
from sluis.benefits.deciding import Engine
from sluis.benefits.law import Decided, decide, law
from sluis.benefits.tables import FactTables, tables_of_rows
from sluis.kernel.month import Month

PACKAGES = Path(__file__).resolve().parents[3] / "src" / "sluis" / "benefits" / "packages"
MINE = (
    "wezentoeslag",
    "zorgtoeslag",
    "ondersteuningstoeslag",
    "pleegzorgtoeslag",
    "kinderopvangtoeslag",
    "kleutertoeslag",
    "schooltoeslag",
)
CASES = [path for name in MINE for path in sorted((PACKAGES / name / "cases").glob("*.yaml"))]
SEPTEMBER = Month(2023, 9)
FULL, LEAST = 102_941, 25_508
LOWER, UPPER = 2_519_670, 4_527_806
"""Full-time secondary school as a day pupil with 2 points in 2023-2024, from the published tables."""

Rows = dict[str, list[dict[str, object]]]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_own_case_comes_out(path: Path) -> None:
    result = run_case(path)
    told = [str(failure) for checked in result.checked for failure in checked.failures]
    assert result.error is None
    assert told == []


def test_there_are_as_many_own_cases_as_given_ones() -> None:
    assert len(CASES) >= 40


def _pupils(incomes: list[int | None]) -> FactTables:
    """Families of one parent and one pupil of full-time secondary school, by the wage of 2021."""
    rows: Rows = {name: [] for name in ("persons", "residences", "households", "parentage", "incomes", "education")}
    rows["fiscal_dependants"] = []
    for number, income in enumerate(incomes):
        child, parent, home = f"c{number:03}", f"p{number:03}", f"h{number}"
        rows["persons"] += [{"id": child, "born": date(2009, 3, 3)}, {"id": parent, "born": date(1980, 1, 1)}]
        for person in (child, parent):
            rows["residences"].append({"person": person, "region": "VL", "from": date(2010, 1, 1)})
            rows["households"].append({"person": person, "household": home, "from": date(2010, 1, 1)})
        rows["parentage"].append({"child": child, "parent": parent, "kind": "birth", "from": date(2009, 3, 3)})
        if income is not None:
            rows["incomes"].append({"person": parent, "year": 2021, "kind": "wage", "amount": _euro(income)})
        rows["education"].append(_school(child))
        rows["fiscal_dependants"].append({"dependant": child, "provider": parent, "ref_date": date(2023, 8, 31)})
    return tables_of_rows(rows)


def _school(child: str) -> dict[str, object]:
    return {
        "pupil": child,
        "school_year": "2023-2024",
        "level": "secondary",
        "recognised_vl": True,
        "from": date(2023, 9, 1),
        "to": date(2024, 6, 30),
    }


def _euro(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _amounts(decided: Decided, benefit: str) -> list[int | None]:
    return decided.values(benefit).sort("child")["value"].to_list()


@given(st.lists(st.integers(0, 6_000_000), min_size=1, max_size=40))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_higher_income_never_gives_a_higher_school_allowance(incomes: list[int]) -> None:
    edges = [LOWER, LOWER + 1, UPPER, UPPER + 1]
    ordered = sorted({*incomes, *edges})
    amounts = _amounts(decide(_pupils(list(ordered)), SEPTEMBER, benefits=["schooltoeslag"]), "schooltoeslag")
    assert [amount for amount in amounts if amount is None] == []
    known = [amount or 0 for amount in amounts]
    assert known == sorted(known, reverse=True)
    for income, amount in zip(ordered, known, strict=True):
        if income <= LOWER:
            assert amount == FULL
        elif income > UPPER:
            assert amount == 0
        else:
            assert amount == max(LEAST, _half_up(FULL * (UPPER - income), UPPER - LOWER))


def _half_up(part: int, whole: int) -> int:
    return (2 * part + whole) // (2 * whole)


def test_an_income_that_is_not_known_leaves_the_school_allowance_open() -> None:
    decided = decide(_pupils([None, 2_000_000]), SEPTEMBER, benefits=["schooltoeslag"])
    assert _amounts(decided, "schooltoeslag") == [None, FULL]
    missing = decided.doubts("schooltoeslag").filter(pl.col("child") == "c000")
    assert set(missing["name"]) >= {"school_loon_en_pensioen"}


def test_a_school_year_without_a_published_table_is_told_and_never_guessed() -> None:
    tables = _pupils([2_000_000])
    education = tables["education"].with_columns(
        pl.lit("2024-2025").alias("school_year"), pl.lit(date(2025, 6, 30)).alias("to")
    )
    incomes = tables["incomes"].with_columns(pl.lit(2022, dtype=pl.Int64).alias("year"))
    tables = tables.with_table("education", education).with_table("incomes", incomes)
    decided = decide(tables, Month(2024, 9), benefits=["schooltoeslag"])
    assert _amounts(decided, "schooltoeslag") == [None]
    assert "schooltoeslag_maximumgrens" in set(decided.doubts("schooltoeslag")["name"])


_LEVELS = ("nursery", "primary", "secondary", "higher")
_TRACKS = (None, "general", "learning_and_working", "hbo5_nursing", "tso_bso_third_year_third_grade")


_TABLES = (
    "persons",
    "residences",
    "households",
    "unions",
    "parentage",
    "beneficiaries",
    "old_rights",
    "incomes",
    "disabilities",
    "care_scores",
    "placements",
    "education",
    "childcare_days",
    "fiscal_dependants",
    "requests",
    "entitlements",
)


@st.composite
def _anything(draw: st.DrawFn) -> Rows:
    """Random families with something of everything that these packages read."""
    rows: Rows = {name: [] for name in _TABLES}
    for number in range(draw(st.integers(1, 8))):
        child, parent, other, home = f"c{number}", f"p{number}", f"x{number}", f"h{number}"
        born = draw(st.dates(date(1998, 1, 1), date(2022, 12, 31)))
        died = draw(st.none() | st.dates(date(2017, 1, 1), date(2023, 12, 31)))
        rows["persons"] += [
            {"id": child, "born": born},
            {"id": parent, "born": date(1975, 1, 1)},
            {"id": other, "born": date(1976, 1, 1), "died": died},
        ]
        since = max(born, date(2010, 1, 1))
        for person in (child, parent):
            region = draw(st.sampled_from(["VL", "VL", "BR"]))
            rows["residences"].append({"person": person, "region": region, "from": since})
            rows["households"].append({"person": person, "household": home, "from": since})
        for who in (parent, other):
            rows["parentage"].append({"child": child, "parent": who, "kind": "birth", "from": born})
        rows["beneficiaries"].append({"child": child, "person": parent, "role": "begunstigde", "from": born})
        if born.year < 2019:
            rank = draw(st.sampled_from(["rank1", "rank2", "rank3"]))
            old = {"child": child, "group": home, "rank": rank, "orphan": draw(st.booleans())}
            rows["old_rights"].append({**old, "ref_date": date(2018, 12, 31)})
        p1, p2, p3 = draw(st.tuples(*(st.integers(0, most) for most in (6, 12, 18))))
        rows["care_scores"].append({"child": child, "p1": p1, "p2": p2, "p3": p3, "from": date(2020, 2, 3)})
        if draw(st.booleans()):
            rows["requests"].append({"kind": "zorgtoeslag", "child": child, "by": parent, "date": date(2020, 3, 1)})
            rows["entitlements"].append({"person": child, "benefit": "bob", "from": date(2020, 1, 1)})
        if draw(st.booleans()):
            form = draw(st.sampled_from([None, "perspective_seeking", "perspective_giving", "supporting", "crisis"]))
            foster = {"child": child, "kind": "foster", "form": form, "carer": parent}
            rows["placements"].append({**foster, "from": draw(st.dates(date(2017, 1, 1), date(2023, 9, 30)))})
        level = draw(st.sampled_from(_LEVELS))
        school = {**_school(child), "level": level, "track": draw(st.sampled_from(_TRACKS))}
        school["half_days_attended"] = draw(st.none() | st.integers(0, 320))
        rows["education"].append({**school, "boarding": draw(st.none() | st.booleans())})
        full, half = draw(st.tuples(st.integers(0, 31), st.integers(0, 31)))
        care = {"child": child, "month": "2023-09", "provider": "creche", "full": full, "half": half}
        terms = {name: draw(st.booleans()) for name in ("income_related_price", "dutch_language", "licensed")}
        rows["childcare_days"].append({**care, **terms})
        if draw(st.booleans()):
            kind = draw(st.sampled_from(["wage", "leefloon", "self_employed_net", "ki_other_use_indexed"]))
            amount = _euro(draw(st.integers(0, 6_000_000)))
            rows["incomes"].append({"person": parent, "year": 2021, "kind": kind, "amount": amount})
        if draw(st.booleans()):
            rows["fiscal_dependants"].append({"dependant": child, "provider": parent, "ref_date": date(2023, 8, 31)})
    return rows


@given(_anything())
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_all_engines_grant_the_same_and_miss_the_same(rows: Rows) -> None:
    tables = tables_of_rows(rows)
    engines: tuple[Engine, ...] = ("polars", "duckdb", "interpreter")
    told = [decide(tables, SEPTEMBER, engine=engine, benefits=list(MINE)) for engine in engines]
    for benefit in MINE:
        assert len({tuple(_amounts(each, benefit)) for each in told}) == 1, benefit
        lacking = [set(each.doubts(benefit).select("child", "lack", "name").rows()) for each in told]
        assert lacking[0] == lacking[1] == lacking[2], benefit


@given(_anything())
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_no_amount_lies_outside_what_the_tables_know(rows: Rows) -> None:
    decided = decide(tables_of_rows(rows), SEPTEMBER, benefits=list(MINE))
    most = {
        "wezentoeslag": 17_665,
        "zorgtoeslag": 59_438,
        "ondersteuningstoeslag": 33_122,
        "pleegzorgtoeslag": 6_823,
        "kinderopvangtoeslag": 30 * 350,
        "kleutertoeslag": 14_072,
        "schooltoeslag": 397_300,
    }
    for benefit, highest in most.items():
        assert all(0 <= amount <= highest for amount in _amounts(decided, benefit) if amount is not None), benefit


def test_the_points_that_facts_choose_a_score_by_are_those_of_the_rules() -> None:
    parameters = law().rules["kind"].parameters
    assert parameters["zorgtoeslag_punten_pijler1"].at(SEPTEMBER).value == 4
    assert parameters["ondersteuningstoeslag_punten"].at(SEPTEMBER).value == 12
