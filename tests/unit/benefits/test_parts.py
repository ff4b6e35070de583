"""Fact tables in parts of whole families: nobody is parted from whom a row links them to; the lines are the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluis.authentic.population.generate import generate
from sluis.benefits.grants.apart import Asked, decide_apart
from sluis.benefits.grants.from_law import decided_lines, lines_of_part
from sluis.benefits.grants.kin import connected
from sluis.benefits.law import law
from sluis.benefits.parts import divide, part_count
from sluis.benefits.places import Places, fetched, spread
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


def test_a_part_that_a_process_cannot_decide_is_left_to_who_asked_and_its_fault_is_told_there(tmp_path: Path) -> None:
    tables = _facts([], [])
    strange = tables["persons"].with_columns(born=pl.lit("gisteren"))
    broken = divide(tables.with_table("persons", strange), tmp_path, persons=40)
    asked = Asked(Month.parse("2024-05"), tuple(law().benefits), "polars", refuse_weak=False)
    assert decide_apart(broken, asked, processes=1) == {}
    with pytest.raises(pl.exceptions.PolarsError):
        lines_of_part(broken.one(0), asked.month, asked.benefits)


KEYS = st.lists(st.text(alphabet="ab0|", max_size=3), max_size=30)


@given(own=KEYS, asked=st.lists(st.none() | st.text(alphabet="ab0|", max_size=3), max_size=30))
def test_a_key_is_found_at_its_row_and_nobody_at_none(own: list[str], asked: list[str | None]) -> None:
    keys = list(dict.fromkeys(own))
    rows = Places(pl.Series("key", keys, dtype=pl.String)).of(pl.Series("key", asked, dtype=pl.String))
    assert rows.tolist() == [keys.index(each) if each in keys else -1 for each in asked]


@given(rows=st.lists(st.integers(-1, 9), max_size=10, unique=True), otherwise=st.none() | st.integers(0, 5))
def test_what_is_spread_stands_at_its_row_and_elsewhere_what_holds_otherwise(
    rows: list[int], otherwise: int | None
) -> None:
    values = pl.DataFrame({"value": pl.Series([100 + each for each in range(len(rows))], dtype=pl.Int64)})
    (made,) = spread(values, np.array(rows, dtype=np.int32), 10, {"value": otherwise})
    wanted = [100 + rows.index(row) if row in rows else otherwise for row in range(10)]
    assert made.to_list() == wanted
    places = np.array(rows, dtype=np.int32)
    assert fetched(made, places, otherwise).to_list() == [otherwise if row < 0 else wanted[row] for row in rows]
