"""Our fact tables are those of the acceptance cases, column by column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sluis.benefits.schema import TABLES
from tests.conftest import SHARED

SCHEMA = SHARED / "cases" / "case.schema.json"


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    if not SCHEMA.exists():
        pytest.skip("the schema of the acceptance cases is not here")
    loaded: dict[str, Any] = json.loads(Path(SCHEMA).read_text(encoding="utf-8"))
    found: dict[str, Any] = loaded["properties"]["facts"]["properties"]
    return found


def test_there_are_the_same_tables(tables: dict[str, Any]) -> None:
    assert set(tables) == set(TABLES)


def test_each_table_has_the_same_columns_the_same_of_them_required(tables: dict[str, Any]) -> None:
    for name, schema in TABLES.items():
        assert set(schema.columns) == set(tables[name]["items"]["properties"]), name
        assert schema.required == set(tables[name]["items"]["required"]), name


def test_each_column_has_the_type_and_the_codes_of_the_schema(tables: dict[str, Any]) -> None:
    for name, schema in TABLES.items():
        for column, written in tables[name]["items"]["properties"].items():
            dtype = schema.columns[column]
            if written.get("format") == "date":
                assert dtype == pl.Date(), (name, column)
            elif column in schema.cents or column in schema.months:
                assert dtype.is_integer(), (name, column)
            elif written.get("type") in ("string", "boolean", "integer", "number"):
                wanted = {"string": pl.String(), "boolean": pl.Boolean(), "integer": pl.Int64(), "number": pl.Float64()}
                assert dtype == wanted[written["type"]], (name, column)
            if all(isinstance(code, str) for code in written.get("enum", [1])):
                assert set((schema.codes or {}).get(column, ())) == set(written["enum"]), (name, column)
