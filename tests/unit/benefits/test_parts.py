"""Fact tables in parts of whole families: nobody is parted from whom a row links them to; the lines are the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluis.authentic.population.generate import generate
from sluis.benefits.grants.from_law import decided_lines
from sluis.benefits.grants.kin import connected
from sluis.benefits.law import law
from sluis.benefits.parts import divide, part_count
from sluis.benefits.tables import FactTables, read_directory, tables_of_rows
from sluis.kernel.month import Month

ORDER = ("child", "benefit", "payee", "payee_kind")
BORN = date(1990, 1, 1)
PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 40)), max_size=25)


def _facts(parents: list[tuple[int, int]], homes: list[tuple[int, int]]) -> FactTables:
    """Persons 0 to 30; parents up to 40 are not all in the register; households as they come."""
    return tables_of_rows(
        {
            "persons": [{"id": f"p{each}", "born": BORN} for each in range(31)],
            "parentage": [
                {"child": f"p{child}", "parent": f"p{parent}", "kind": "birth", "from": BORN}
                for child, parent in parents
            ],
            "households": [{"person": f"p{one}", "household": f"h{home}", "from": BORN} for one, home in homes],
        }
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parents=PAIRS, homes=PAIRS)
def test_no_link_leads_out_of_a_part_and_no_row_is_lost(
    tmp_path_factory: pytest.TempPathFactory, parents: list[tuple[int, int]], homes: list[tuple[int, int]]
) -> None:
    tables = _facts(parents, homes)
    parts = list(divide(tables, tmp_path_factory.mktemp("parts"), persons=4))
    for name in tables.frames:
        rows = pl.concat([part[name].collect() for part in parts]) if parts else tables[name].collect()
        assert rows.sort(rows.columns).equals(tables[name].collect().sort(rows.columns)), name
    people = [set(part["persons"].collect()["id"]) for part in parts]
    for own in people:
        if own:
            first = pl.DataFrame({"person": sorted(own), "earliest": [0] * len(own)})
            linked = set(connected(tables, first)["person"]) & {f"p{each}" for each in range(31)}
            assert linked == own


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    generate(children=1_500, seed=9, out=folder)
    return folder


@pytest.mark.parametrize("month", ["2023-09", "2024-05"])
def test_parts_decide_what_all_at_once_decide(town: Path, month: str) -> None:
    tables, benefits = read_directory(town), list(law().benefits)
    whole, children = decided_lines(tables, Month.parse(month), benefits)
    parted, same_children = decided_lines(tables, Month.parse(month), benefits, persons=1_000)
    assert parted.sort(ORDER).equals(whole.sort(ORDER))
    assert same_children == children > 1_400
    assert part_count(tables, 1_000) > 2


def test_the_same_facts_are_parted_the_same_way(town: Path, tmp_path: Path) -> None:
    tables = read_directory(town)
    one = [part["persons"].collect() for part in divide(tables, tmp_path / "one", persons=500)]
    two = [part["persons"].collect() for part in divide(tables, tmp_path / "two", persons=500)]
    assert len(one) == len(two) > 3
    assert all(left.equals(right) for left, right in zip(one, two, strict=True))
