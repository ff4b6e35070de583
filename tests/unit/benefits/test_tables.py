"""Fact tables are read strictly, and a day shows only what was known then."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from sluis.benefits.tables import known_on, read_directory, tables_of_rows
from sluis.kernel.errors import SluisError

PERSONS = [{"id": "kid", "born": date(2020, 1, 15)}]


def _ids(frame: pl.LazyFrame) -> list[str]:
    return frame.collect()["id"].to_list()


def test_an_amount_is_read_from_its_digits() -> None:
    tables = tables_of_rows(
        {"persons": PERSONS, "incomes": [{"person": "kid", "year": 2020, "kind": "wage", "amount": "29060.07"}]}
    )
    assert tables["incomes"].collect()["amount"].to_list() == [2_906_007]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("incomes", {"person": "kid", "year": 2020, "kind": "wage", "amount": "29060.7"}),
        ("incomes", {"person": "kid", "year": 2020, "kind": "gift", "amount": "1.00"}),
        ("incomes", {"person": "kid", "year": True, "kind": "wage", "amount": "1.00"}),
        ("residences", {"person": "kid", "region": "VL", "from": "2020-13-01"}),
        ("residences", {"person": "kid", "region": "VL"}),
        ("residences", {"person": "kid", "region": "VL", "from": date(2020, 1, 1), "street": "x"}),
        ("castles", {"person": "kid"}),
    ],
)
def test_a_row_that_does_not_fit_is_refused_without_repeating_it(table: str, row: dict[str, object]) -> None:
    with pytest.raises(SluisError) as refused:
        tables_of_rows({"persons": PERSONS, table: [row]})
    assert "29060" not in str(refused.value.what)
    assert str(refused.value.remedy)


def test_later_facts_are_not_known_and_later_ends_are_open() -> None:
    tables = tables_of_rows(
        {
            "persons": [{"id": "kid", "born": date(2020, 1, 15), "died": date(2023, 5, 5)}],
            "households": [
                {"person": "kid", "household": "h1", "from": date(2020, 1, 15), "to": date(2023, 3, 9)},
                {"person": "kid", "household": "h2", "from": date(2023, 3, 10)},
            ],
        }
    )
    before = known_on(tables, date(2023, 3, 8))
    assert before["persons"].collect()["died"].to_list() == [None]
    assert before["households"].collect().select("household", "to").rows() == [("h1", None)]
    on_the_day = known_on(tables, date(2023, 3, 10))["households"].collect()
    assert on_the_day.select("household", "to").rows() == [("h1", date(2023, 3, 9)), ("h2", None)]


def test_a_child_is_not_known_before_its_birth_is_registered() -> None:
    tables = tables_of_rows(
        {
            "persons": PERSONS,
            "births": [{"child": "kid", "stillborn": False, "registered_on": date(2020, 2, 1)}],
        }
    )
    assert _ids(known_on(tables, date(2020, 1, 31))["persons"]) == []
    assert _ids(known_on(tables, date(2020, 2, 1))["persons"]) == ["kid"]


def test_an_assessment_is_known_from_its_day_and_one_without_a_day_always() -> None:
    wage = {"person": "kid", "year": 2020, "kind": "wage"}
    tables = tables_of_rows(
        {
            "persons": PERSONS,
            "incomes": [{**wage, "amount": "1.00", "known_on": date(2022, 7, 1)}, {**wage, "amount": "2.00"}],
        }
    )
    assert known_on(tables, date(2022, 6, 30))["incomes"].collect()["amount"].to_list() == [200]
    assert known_on(tables, date(2022, 7, 1))["incomes"].collect()["amount"].to_list() == [100, 200]


def test_parquet_tables_read_as_cases_do(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["kid"], "born": [date(2020, 1, 15)]}).write_parquet(tmp_path / "persons.parquet")
    amounts = pl.Series(["12.34"]).cast(pl.Decimal(12, 2))
    pl.DataFrame({"person": ["kid"], "year": [2020], "kind": ["wage"], "amount": amounts}).write_parquet(
        tmp_path / "incomes.parquet"
    )
    tables = read_directory(tmp_path)
    assert tables["incomes"].collect()["amount"].to_list() == [1234]
    assert tables.has("incomes")
    assert not tables.has("education")
    assert tables["education"].collect().is_empty()


@pytest.mark.parametrize(
    ("name", "columns", "word"),
    [
        ("persons", {"id": ["a"], "born": [date(2020, 1, 1)], "street": ["x"]}, "street"),
        ("castles", {"a": [1]}, "castles"),
    ],
)
def test_a_directory_with_something_unknown_is_refused(
    tmp_path: Path, name: str, columns: dict[str, list[object]], word: str
) -> None:
    pl.DataFrame({"id": ["kid"], "born": [date(2020, 1, 15)]}).write_parquet(tmp_path / "persons.parquet")
    pl.DataFrame(columns).write_parquet(tmp_path / f"{name}.parquet")
    with pytest.raises(SluisError, match=word):
        read_directory(tmp_path)
