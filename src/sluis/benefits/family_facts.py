"""The facts of one family out of the frozen inputs of a run: exactly what was known when the run decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from sluis.benefits.grants.kin import PERSONS, SHARED, restricted
from sluis.benefits.tables import FactTables

_MOST: Final = 200
"""Nobody's family is larger; it stops a mistake in the facts from reading all of Flanders."""
_ROUNDS: Final = 6


def family_tables(tables: FactTables, person: str) -> FactTables:
    """Return the tables with the rows of everybody whose facts can touch the rights of this person."""
    people = {person}
    fresh = {person}
    for _ in range(_ROUNDS):
        found = _beside(tables, fresh) - people
        if not found or len(people) + len(found) > _MOST:
            break
        people |= found
        fresh = found
    kept = restricted(tables, pl.DataFrame({"person": sorted(people)}))
    return FactTables({name: frame.collect().lazy() for name, frame in kept.frames.items()}, kept.present)


def _beside(tables: FactTables, people: Iterable[str]) -> set[str]:
    """Return who is linked to these persons by one row, or shares a household or group with them."""
    wanted = list(people)
    linked = [
        tables[name].filter(pl.any_horizontal(pl.col(column).is_in(wanted) for column in columns)).select(columns)
        for name, columns in PERSONS.items()
        if len(columns) > 1 and tables.has(name)
    ]
    shared = []
    for name, (person, place) in SHARED.items():
        if tables.has(name):
            own = tables[name].filter(pl.col(person).is_in(wanted)).select(place).unique()
            shared.append(tables[name].join(own, on=place, how="semi").select(person))
    found: set[str] = set()
    for frame in pl.collect_all([*linked, *shared]):
        for column in frame.columns:
            found |= set(frame[column].drop_nulls())
    return found
