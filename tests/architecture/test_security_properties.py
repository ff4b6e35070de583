"""The page of security properties names files and tests that exist."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.architecture.source import DOCS, ROOT

PAGE = DOCS / "security-properties.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One property: its number, where it is kept and what proves it."""

    number: str
    kept: tuple[str, ...]
    proved: tuple[str, ...]


def _rows() -> list[Row]:
    rows = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if cells and re.fullmatch(r"[A-Z]\d+", cells[0]):
            rows.append(Row(cells[0], _names(cells[2]), _names(cells[3])))
    return rows


def _names(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]+)`", cell))


ROWS = _rows()


def test_each_property_has_a_number_of_its_own() -> None:
    numbers = [row.number for row in ROWS]
    assert len(numbers) == len(set(numbers)) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_a_property_is_kept_in_files_that_exist(row: Row) -> None:
    assert row.kept
    assert [name for name in row.kept if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_a_property_is_proved_by_tests_that_exist(row: Row) -> None:
    files = [name for name in row.proved if name.startswith("tests/")]
    assert files, "name the file of the test"
    texts = []
    for name in files:
        path = ROOT / name
        assert path.exists(), name
        texts += [found.read_text(encoding="utf-8") for found in ([path] if path.is_file() else path.rglob("*.py"))]
    for test in (name for name in row.proved if name.startswith("test_")):
        assert any(f"def {test}(" in text for text in texts), f"no test is called {test}"
