"""The families of every acceptance case together, and what the packages decide about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import yaml

from sluis.benefits import packages
from sluis.benefits.deciding import Answered
from sluis.benefits.law import decide
from sluis.benefits.tables import FactTables, tables_of_rows
from sluis.kernel.month import Month
from sluis.rules import Outcome
from tests.conftest import SHARED
from tests.unit.benefits.test_engines import PERSON_COLUMNS
from tests.unit.rules.test_engines import comparable

MONTHS = ("2019-02", "2019-09", "2020-01", "2021-08", "2022-07", "2023-10", "2024-03", "2024-09", "2025-10")
"""Months of each period of the law, with those in which a school year, an award year or a yearly amount begins."""

Outcomes = dict[str, dict[str, Outcome]]


def every_family() -> FactTables:
    """Return the facts of all cases, ours and the given ones where they are, each name with its case in front."""
    rows: dict[str, list[dict[str, object]]] = {}
    own = sorted(Path(packages.__file__).parent.glob("*/cases/*.yaml"))
    for path in [*own, *sorted((SHARED / "cases" / "groeipakket").glob("*.yaml"))]:
        case = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, table in case["facts"].items():
            for row in table:
                named = {
                    column: f"{case['id']}.{value}" if column in PERSON_COLUMNS and value is not None else value
                    for column, value in row.items()
                }
                rows.setdefault(name, []).append(named)
    return tables_of_rows(rows)


def unlike(tables: FactTables, month: str, apply: Callable[[Answered], Outcomes]) -> Iterator[tuple[str, str, str]]:
    """Give book, output and key of each outcome of a month that an engine decides in another way than Polars does."""
    for name, answered in decide(tables, Month.parse(month)).answers.items():
        assert answered.result is not None, "Polars gives a result"
        theirs = apply(answered)
        assert set(theirs) == set(answered.law.outputs)
        for output, found in theirs.items():
            ours = answered.result.outcomes(output)
            assert set(ours) == set(found)
            assert len(ours) > 50, "the families of the cases are there"
            for key, outcome in ours.items():
                if comparable(outcome) != comparable(found[key]):
                    yield name, output, key


def read_facts(answered: Answered) -> pl.DataFrame:
    """Return the facts that the law reads, as the packages gave them, with the key."""
    return answered.facts.select(answered.book.key, *(set(answered.law.facts_read()) - {answered.book.key}))
