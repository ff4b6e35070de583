"""A reading of the fact tables for one month: the joins that every package needs, made once.

`r = Reading(tables, month)`; `r.during("households")` are the rows that hold on a day of the
month, `r.at_end(...)` those of its last day. All is lazy; what several packages read is collected once (`kept`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import polars as pl

from sluis.benefits.tables import FactTables
from sluis.kernel.month import Month

FIRST_NEW_AMOUNTS: Final = date(2019, 1, 1)


class Reading:
    """The facts as they matter in one month, of the source's tables that were known then."""

    def __init__(self, tables: FactTables, month: Month) -> None:
        self.tables = tables
        self.month = month
        self._kept: dict[str, pl.DataFrame] = {}

    @property
    def first(self) -> date:
        """The first day of the month."""
        return self.month.first_day

    @property
    def last(self) -> date:
        """The last day of the month."""
        return self.month.last_day

    @property
    def count(self) -> int:
        """The month as a number: year x 12 + month - 1."""
        return self.month.year * 12 + self.month.month - 1

    def __getitem__(self, name: str) -> pl.LazyFrame:
        """Return a whole table."""
        return self.tables[name]

    def has(self, name: str) -> bool:
        """Say whether the source has the table at all."""
        return self.tables.has(name)

    def at(self, name: str, day: date) -> pl.LazyFrame:
        """Return the rows of a table with `from` and `to` that hold on a day."""
        return holding(self.tables[name], day, day)

    def at_start(self, name: str) -> pl.LazyFrame:
        """Return the rows that hold on the first day of the month."""
        return holding(self.during(name), self.first, self.first)

    def at_end(self, name: str) -> pl.LazyFrame:
        """Return the rows that hold on the last day of the month."""
        return holding(self.during(name), self.last, self.last)

    def during(self, name: str) -> pl.LazyFrame:
        """Return the rows that hold on at least one day of the month: read once, for every package needs them."""
        return self.kept(f"during {name}", lambda: holding(self.tables[name], self.first, self.last))

    def kept(self, name: str, make: Callable[[], pl.LazyFrame]) -> pl.LazyFrame:
        """Return what `make` gives, computed once per reading under this name: for what several packages read."""
        if name not in self._kept:
            self._kept[name] = make().collect()
        return self._kept[name].lazy()

    def step(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Return the frame, computed now and held only as long as it is used.

        A lazy plan would repeat an earlier step wherever it is read; many of them on top of each other never end.
        """
        return frame.collect().lazy()


def holding(frame: pl.LazyFrame, first: date, last: date) -> pl.LazyFrame:
    """Return the rows whose spell (`from`, `to`, both included, `to` open) shares a day with these days."""
    return frame.filter((pl.col("from") <= last) & (pl.col("to").is_null() | (pl.col("to") >= first)))
