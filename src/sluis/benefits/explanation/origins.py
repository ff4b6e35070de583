"""Which fact tables each fact of the law is read from: found in the plans of the packages, never kept by hand.

Each package is asked for its columns over empty tables that lie on disk under their own names; the plan of a frame then
names the files that it reads. What a package computes first and shares (`Reading.kept`, `step`) is looked at too.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import polars as pl

from sluis.benefits.law import law
from sluis.benefits.model import Book, Package
from sluis.benefits.reading import Reading
from sluis.benefits.schema import TABLES
from sluis.benefits.tables import read_tables
from sluis.kernel.month import Month

_SCANNED = re.compile(r"([a-z_]+[0-9]*)\.parquet")
_LOOKED_AT = (Month(2023, 7), Month(2023, 9))
"""Any months in which every package reads facts: of the bonus and of the school year too."""


@lru_cache(maxsize=1)
def tables_of_facts() -> Mapping[str, tuple[str, ...]]:
    """Return the tables of every fact of a package, sorted; facts that an earlier book decides are not there."""
    found: dict[str, set[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, table in TABLES.items():
            pl.DataFrame(schema=dict(table.columns)).write_parquet(Path(folder) / f"{name}.parquet")
        for month in _LOOKED_AT:
            r = _Noted(Path(folder), month)
            for book in law().books:
                rows = book.rows(r)
                for package in book.packages:
                    _look(r, book, package, rows, found)
    for book in law().books:
        for package in book.packages:
            for each in package.facts:
                found.setdefault(each.fact.name, set()).update(each.tables)
    found |= {"born": {"persons"}, "died": {"persons"}, "household": {"households"}, "share": {"custody"}}
    return {name: tuple(sorted(tables)) for name, tables in found.items()}


class _Noted(Reading):
    """A reading that notes of each step that is shared which tables it rests on, and leaves its name in later plans."""

    def __init__(self, folder: Path, month: Month) -> None:
        super().__init__(read_tables({name: folder / f"{name}.parquet" for name in TABLES}), month)
        self._folder = folder
        self._rest_on: dict[str, set[str]] = {}
        self._names: dict[str, pl.LazyFrame] = {}

    def kept(self, name: str, make: Callable[[], pl.LazyFrame]) -> pl.LazyFrame:
        if name not in self._names:
            self._names[name] = self.step(make())
        return self._names[name]

    def step(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        name = f"step{len(self._rest_on)}"
        self._rest_on[name] = self.tables_of(frame)
        path = self._folder / f"{name}.parquet"
        pl.DataFrame(schema=frame.collect_schema()).write_parquet(path)
        return pl.scan_parquet(path)

    def tables_of(self, frame: pl.LazyFrame) -> set[str]:
        """Return the tables that a plan reads, also through shared steps."""
        names = set(_SCANNED.findall(frame.explain()))
        return (names & set(TABLES)).union(*(self._rest_on.get(name, set()) for name in names))


def _look(r: _Noted, book: Book, package: Package, rows: pl.LazyFrame, found: dict[str, set[str]]) -> None:
    if package.columns is None:
        return
    frames = package.columns(r, rows)
    rows_read = r.tables_of(rows)
    for frame in (frames,) if isinstance(frames, pl.LazyFrame) else frames:
        for name in frame.collect_schema():
            if name != book.key:
                read = r.tables_of(frame.select(name))
                # Who there is comes from the rows themselves: that is no source of the fact, unless nothing else is.
                found.setdefault(name, set()).update((read - rows_read) or read)
