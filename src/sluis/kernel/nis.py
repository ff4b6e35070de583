"""NIS: the codes of the Flemish municipalities, from day to day, through the mergers of 2019 and 2025.

The tables stand in `tables/municipalities.csv` and `tables/mergers.csv`; their source and what they leave open is in
`tables/README.md`. Merged municipalities merged whole, so a code has at most one successor.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

_TABLES = Path(__file__).with_name("tables")


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality under one NIS code. `valid_from` None: before the tables begin; `valid_to` None: still."""

    nis: str
    name: str
    province: str
    valid_from: date | None
    valid_to: date | None

    def valid_on(self, day: date) -> bool:
        """Say whether the code was in use on the day."""
        return within(day, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class Merger:
    """From `effective_on`, what lay under `nis_old` lies under `nis_new`, which may have existed before (Antwerpen)."""

    effective_on: date
    nis_old: str
    nis_new: str


def within(day: date, first: date | None, last: date | None) -> bool:
    """Say whether a day lies between two days, both included; None leaves that side open."""
    return (first is None or first <= day) and (last is None or day <= last)


def rows(table: str) -> list[dict[str, str]]:
    """Return the rows of one of the reviewed tables."""
    with (_TABLES / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day_or_none(text: str) -> date | None:
    """Return the day of a table's cell; an empty cell leaves the side open."""
    return date.fromisoformat(text) if text else None


@lru_cache(maxsize=1)
def _municipalities() -> Mapping[str, Municipality]:
    return {
        row["nis"]: Municipality(
            row["nis"],
            row["name"],
            row["province"],
            day_or_none(row["valid_from"]),
            day_or_none(row["valid_to"]),
        )
        for row in rows("municipalities.csv")
    }


@lru_cache(maxsize=1)
def mergers() -> tuple[Merger, ...]:
    """Return every merger, oldest first."""
    return tuple(
        Merger(date.fromisoformat(row["effective_on"]), row["nis_old"], row["nis_new"]) for row in rows("mergers.csv")
    )


def municipality(nis: str, day: date) -> Municipality | None:
    """Return the municipality of a code that was in use on the day; None for a code that was not, or is not Flemish."""
    found = _municipalities().get(nis)
    return found if found and found.valid_on(day) else None


def municipalities(day: date) -> tuple[Municipality, ...]:
    """Return the Flemish municipalities of the day, by code."""
    return tuple(found for found in _municipalities().values() if found.valid_on(day))


def nis_on(nis: str, recorded: date, day: date) -> str | None:
    """Return the code on `day` of a place that was written down as `nis` on `recorded`.

    Forward there is always one answer. Backward there is one only where nothing merged in between: what lies in Wingene
    since 2025 may have lain in Ruiselede, so the answer is None. A code that was written down when it was no longer in
    use (registers keep old codes for years), or not yet, counts as written down on its last, or first, day.
    None for a code that is not Flemish.
    """
    found = _municipalities().get(nis)
    if found is None:
        return None
    if found.valid_from:
        recorded = max(recorded, found.valid_from)
    if found.valid_to:
        recorded = min(recorded, found.valid_to)
    if day >= recorded:
        return _forward(nis, recorded, day)
    merged = any(merger.nis_new == nis and day < merger.effective_on <= recorded for merger in mergers())
    return nis if found.valid_on(day) and not merged else None


def codes_on(nis: str, day: date) -> frozenset[str]:
    """Return every code, old and new, that a place can have been written down under if it lies in `nis` on the day."""
    if municipality(nis, day) is None:
        return frozenset()
    inside = {nis}
    for merger in reversed(mergers()):
        if merger.effective_on <= day and merger.nis_new in inside:
            inside.add(merger.nis_old)
    return frozenset(inside)


def _forward(nis: str, recorded: date, day: date) -> str:
    for merger in mergers():
        if merger.nis_old == nis and recorded < merger.effective_on <= day:
            nis = merger.nis_new
    return nis
