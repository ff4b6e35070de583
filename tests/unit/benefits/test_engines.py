"""The whole law gives the same on every engine, over the families of all cases at once; what is unknown stays so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from sluis.benefits import packages
from sluis.benefits.law import decide, law
from sluis.benefits.packages.recht.studies import MINIMUM_LESUREN, MINIMUM_STUDIEPUNTEN
from sluis.benefits.tables import FactTables, tables_of_rows
from sluis.kernel.month import Month

PERSON_COLUMNS = {
    *("id", "person", "child", "parent", "a", "b", "beneficiary", "carer", "cared_for", "organisation", "provider"),
    *("pupil", "dependant", "by", "adopter", "household", "group"),
}


def _everybody() -> FactTables:
    """Return the facts of all own cases together, each person known by its case too."""
    rows: dict[str, list[dict[str, object]]] = {}
    for path in sorted(Path(packages.__file__).parent.glob("*/cases/*.yaml")):
        case = yaml.safe_load(path.read_text(encoding="utf-8"))
        prefix = "c" + case["id"].removeprefix("gp-") + "_"
        for name, table in case["facts"].items():
            for row in table:
                owned = {column: prefix + value if column in PERSON_COLUMNS else value for column, value in row.items()}
                rows.setdefault(name, []).append(owned)
    return tables_of_rows(rows)


@pytest.fixture(scope="module")
def everybody() -> FactTables:
    return _everybody()


@pytest.mark.parametrize("month", ["2019-09", "2022-07", "2023-10", "2025-10"])
def test_three_engines_decide_all_families_alike(everybody: FactTables, month: str) -> None:
    polars, duckdb, told = (
        decide(everybody, Month.parse(month), engine=engine) for engine in ("polars", "duckdb", "interpreter")
    )
    decided = 0
    for benefit in law().benefits:
        if not polars.has(benefit):
            continue
        wanted = sorted(told.values(benefit).rows(), key=str)
        assert sorted(polars.values(benefit).rows(), key=str) == wanted, benefit
        assert sorted(duckdb.values(benefit).rows(), key=str) == wanted, benefit
        doubts = sorted(set(told.doubts(benefit).rows()))
        assert sorted(set(polars.doubts(benefit).rows())) == doubts, benefit
        assert sorted(set(duckdb.doubts(benefit).rows())) == doubts, benefit
        words: dict[str, set[str]] = {}
        for key, _, lack, name in doubts:
            words.setdefault(key, set()).add(f"{lack}:{name}")
        for engine in (told, polars, duckdb):
            in_words = {key: set(doubt.split(";")) for key, _, doubt in engine.words(benefit).rows()}
            assert in_words == words, benefit
        decided += sum(1 for row in wanted if row[2])
    assert decided > 100


def _student(*diploma_years: int) -> dict[str, list[dict[str, object]]]:
    spell: dict[str, object] = {"level": "higher", "recognised_vl": True, "credits": 18, "diploma_year": True}
    return {
        "persons": [{"id": "kid", "born": date(2000, 1, 15)}],
        "residences": [{"person": "kid", "region": "VL", "from": date(2000, 1, 15)}],
        "old_rights": [
            {"child": "kid", "group": "g", "rank": "rank1", "orphan": False, "ref_date": date(2018, 12, 31)}
        ],
        "education": [
            {
                **spell,
                "pupil": "kid",
                "school_year": f"{year}-{year + 1}",
                "from": date(year, 9, 20),
                "to": date(year + 1, 9, 19),
            }
            for year in diploma_years
        ],
    }


def test_a_second_diploma_year_is_undecided_for_it_may_be_of_another_cycle() -> None:
    first = decide(tables_of_rows(_student(2022)), Month(2023, 3))
    assert first.values("rangbedrag")["value"].to_list() == [9970]
    # Two years between them: the twelve months of a school leaver are used up, so that the studies alone decide.
    second = decide(tables_of_rows(_student(2019, 2022)), Month(2023, 3))
    assert second.values("rangbedrag")["value"].to_list() == [None]
    assert second.doubts("rangbedrag").select("lack", "name").rows() == [("fact", "diplomajaar_eerste_van_cyclus")]


def test_a_register_that_was_not_asked_leaves_a_grown_child_undecided_and_a_minor_decided() -> None:
    rows = _student()
    rows["persons"].append({"id": "minor", "born": date(2012, 1, 15)})
    rows["residences"].append({"person": "minor", "region": "VL", "from": date(2012, 1, 15)})
    rows["old_rights"].append({**rows["old_rights"][0], "child": "minor", "group": "h"})
    tables = tables_of_rows(rows)
    asked = FactTables(tables.frames, tables.present - {"education"})
    decided = decide(asked, Month(2023, 3))
    values = {child: value for _, child, value in decided.values("rangbedrag").rows()}
    assert values == {"kid": None, "minor": 9970}
    names = decided.doubts("rangbedrag").filter(child="kid")["name"].to_list()
    assert {"lesuren", "studiepunten"} & set(names)


def test_an_unknown_domicile_is_undecided_and_not_a_refusal() -> None:
    rows = _student()
    del rows["residences"]
    rows["persons"][0]["born"] = date(2012, 1, 15)
    decided = decide(tables_of_rows(rows), Month(2023, 3))
    assert decided.values("rangbedrag")["value"].to_list() == [None]
    assert decided.doubts("rangbedrag")["name"].to_list() == ["gewest"]


def test_a_month_without_a_source_for_its_amounts_is_undecided_and_a_weak_one_can_be_refused() -> None:
    rows = _student()
    rows["persons"][0]["born"] = date(2012, 1, 15)
    tables = tables_of_rows(rows)
    assert decide(tables, Month(2026, 9)).values("rangbedrag")["value"].to_list() == [None]
    rows["old_rights"][0] |= {"rank": "rank3"}
    rows["persons"] += [{"id": f"s{n}", "born": date(2013 + n, 1, 1)} for n in range(2)]
    rows["residences"] += [{"person": f"s{n}", "region": "VL", "from": date(2013 + n, 1, 1)} for n in range(2)]
    rows["old_rights"] += [{**rows["old_rights"][0], "child": f"s{n}"} for n in range(2)]
    weak = decide(tables_of_rows(rows), Month(2025, 10))
    assert weak.values("rangbedrag").filter(child="kid")["value"].to_list() == [26587]
    assert weak.doubts("rangbedrag").filter(child="kid").select("lack", "name").rows() == [("weak", "bedrag_rang3")]
    strict = decide(tables_of_rows(rows), Month(2025, 10), refuse_weak=True)
    assert strict.values("rangbedrag").filter(child="kid")["value"].to_list() == [None]


def test_past_months_are_counted_with_the_numbers_of_the_parameters() -> None:
    rules = law().rules["kind"]
    for name, constant in (("minimum_lesuren", MINIMUM_LESUREN), ("minimum_studiepunten", MINIMUM_STUDIEPUNTEN)):
        assert {rules.parameters[name].at(Month(year, 1)).value for year in range(2019, 2027)} == {constant}
