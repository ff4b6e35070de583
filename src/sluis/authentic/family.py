"""What the authentic sources offer to the gate about a family: the facts on which the Groeipakket rests.

One item per fact table; its value is the rows about a person, as JSON: days as `2024-03-05`, amounts as texts with two
decimals, months as `2024-03`. The rows come from the Parquet tables that the sources deliver.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl

from sluis.database import Connection
from sluis.gate.model import Record
from sluis.kernel.insz import Insz

ABOUT: Final[Mapping[str, tuple[str, ...]]] = {
    "persons": ("id",),
    "residences": ("person",),
    "stay_rights": ("person",),
    "households": ("person",),
    "unions": ("a", "b"),
    "parentage": ("child", "parent"),
    "births": ("child",),
    "beneficiaries": ("child", "person"),
    "custody": ("child",),
    "old_rights": ("child",),
    "incomes": ("person",),
    "replacement_incomes": ("person",),
    "alarm_bells": ("beneficiary",),
    "illness": ("person",),
    "disabilities": ("person",),
    "care_scores": ("child",),
    "placements": ("child", "carer"),
    "education": ("pupil",),
    "childcare_days": ("child",),
    "work": ("person",),
    "fiscal_dependants": ("dependant", "provider"),
    "requests": ("child", "person", "by"),
    "adoptions": ("child", "adopter"),
    "entitlements": ("person",),
    "decisions": ("person",),
}
"""The columns of each table that name a person: a row is about the first that it fills in, and names the others."""

ORGANISATIONS: Final = "organisations"
_MENTIONED: Final[Mapping[str, str]] = {"placements": "organisation", "childcare_days": "provider"}


def item_of(table: str) -> str:
    """Return the name that agreements use for a fact table."""
    return table.replace("_", "-")


class FamilyFactsSource:
    """The facts about persons, table by table, out of a folder of Parquet files; a table without a file has no rows."""

    code: Final = "groeipakket-gegevens"
    items: Final = frozenset(map(item_of, (*ABOUT, ORGANISATIONS)))

    def __init__(self, folder: Path, *, portion: int = 2_000) -> None:
        self.folder, self.portion = folder, portion

    def read(
        self,
        connection: Connection,
        *,
        subjects: Sequence[Insz],
        items: frozenset[str],
        reference: date,
        since: date | None,
    ) -> Iterator[Sequence[Record]]:
        """Return one record per known person in the order of asking; only the tables of `items` are read.

        The rows bear their own days, and rules go by those: what begins after the reference date is told too, as it was
        announced. With `since`, what was over before that day is not.
        """
        del connection, reference
        if unknown := items - self.items:
            raise ValueError(f"{self.code} does not know {', '.join(sorted(unknown))}")
        for start in range(0, len(subjects), self.portion):
            asked = subjects[start : start + self.portion]
            records = list(self._portion(asked, items, since))
            if records:
                yield records

    def _portion(self, asked: Sequence[Insz], items: frozenset[str], since: date | None) -> Iterator[Record]:
        wanted = {table for table in ABOUT if item_of(table) in items}
        mentions = {table for table in _MENTIONED if item_of(ORGANISATIONS) in items}
        found = self._rows(asked, {"persons"} | wanted | mentions, since)
        bodies = self._organisations() if item_of(ORGANISATIONS) in items else {}
        known = {str(row["id"]) for row in found["persons"]}
        by_person: dict[str, dict[str, list[dict[str, Any]]]] = {}
        others: dict[str, set[Insz]] = {}
        for table in sorted(found):
            for row in found[table]:
                named = [str(row[column]) for column in ABOUT[table] if row.get(column)]
                rows = by_person.setdefault(named[0], {})
                if table in wanted:
                    rows.setdefault(item_of(table), []).append(_written(row))
                    others.setdefault(named[0], set()).update(
                        Insz(one) for one in named[1:] if one.isdigit() and one != named[0]
                    )
                body = bodies.get(str(row.get(_MENTIONED.get(table, ""), "")))
                if body is not None and body not in rows.setdefault(item_of(ORGANISATIONS), []):
                    rows[item_of(ORGANISATIONS)].append(body)
        for person in asked:
            if person in known:
                values = {item: json.dumps(rows) for item, rows in by_person[person].items()}
                yield Record(person, tuple(sorted(others.get(person, ()))), values)

    def _rows(self, asked: Sequence[Insz], tables: set[str], since: date | None) -> dict[str, list[dict[str, Any]]]:
        there = sorted(table for table in tables if self._path(table).is_file())
        frames = [self._of_people(table, asked, since) for table in there]
        found = dict(zip(there, pl.collect_all(frames), strict=True))
        return {table: found[table].to_dicts() if table in found else [] for table in tables}

    def _of_people(self, table: str, asked: Sequence[Insz], since: date | None) -> pl.LazyFrame:
        frame = pl.scan_parquet(self._path(table))
        columns = frame.collect_schema()
        about = pl.coalesce(column for column in ABOUT[table] if column in columns)
        frame = frame.filter(about.is_in(list(asked)))
        if since is not None and "to" in columns:
            frame = frame.filter(pl.col("to").is_null() | (pl.col("to") >= since))
        return frame

    def _organisations(self) -> dict[str, dict[str, Any]]:
        path = self._path(ORGANISATIONS)
        return {str(row["id"]): row for row in pl.read_parquet(path).to_dicts()} if path.is_file() else {}

    def _path(self, table: str) -> Path:
        return self.folder / f"{table}.parquet"


def _written(row: Mapping[str, Any]) -> dict[str, Any]:
    return {column: _value(column, value) for column, value in row.items() if value is not None}


def _value(column: str, value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if column == "month" and isinstance(value, int):
        return f"{value // 12:04d}-{value % 12 + 1:02d}"
    return value
