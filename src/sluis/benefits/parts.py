"""Fact tables larger than memory, in parts of whole families: what is decided part by part is what is decided at once.

Everyone whose facts can touch the rights of the same children is in one part: who shares a household, a group of
before 2019, parentage, a payee, a union, a placement, an adoption or a fiscal tie, and whoever these are linked to. The
rows of each part are written beside each other in Arrow files, in the order in which they were read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from sluis.benefits.grants.kin import PERSONS, SHARED
from sluis.benefits.places import Hashes, Ints, SortedHashes, different, hashes_of
from sluis.benefits.tables import FactTables

PERSONS_A_PART: Final = 200_000
"""About so many persons a part; a linked family is never divided, however many it has."""

_WHOLE: Final = "whole"
_ROWS_AT_A_TIME: Final = 2_000_000


class _Numbers:
    """A number for every person that a table names: the place of the hash of the identifier among all hashes.

    Two persons with one hash would be one family here: more than needed in a part, which is harmless.
    """

    def __init__(self, persons: pl.Series) -> None:
        self._fill(different(hashes_of(persons)))

    def _fill(self, hashes: Hashes) -> None:
        self._sorted = SortedHashes(hashes)
        self._strange: list[Hashes] = []

    def __len__(self) -> int:
        return len(self._sorted)

    def of(self, ids: pl.Series) -> Ints:
        """Return the number of each, -1 for nobody (null) and for who was not met before: `meet` gives those one."""
        asked = hashes_of(ids)
        place = self._sorted.find(asked)
        if ids.null_count():
            place[ids.is_null().to_numpy()] = -1
        strange = place < 0
        if strange.any():
            self._strange.append(different(hashes_of(ids.filter(pl.Series(strange)).drop_nulls())))
        return place

    def meet(self) -> bool:
        """Give a number to everybody who was asked for in vain, and say whether there were any; others may change."""
        known = self._sorted.hashes
        hashes = np.concatenate([known, *self._strange])
        grown = different(hashes) if hashes.size > known.size else known
        met = grown.size > known.size
        self._fill(grown)
        return met


@dataclass(frozen=True)
class Parts:
    """The parts of fact tables in a folder; each is read when it is asked for."""

    folder: Path
    count: int
    tables: FactTables

    def __iter__(self) -> Iterator[FactTables]:
        """Give the tables of each part."""
        for part in range(self.count):
            yield self.one(part)

    def one(self, part: int) -> FactTables:
        """Return the tables of one part; what names nobody is whole in each."""
        frames = {name: frame for name, frame in self.tables.frames.items() if not PERSONS.get(name)}
        return FactTables({**self._divided(part), **frames}, self.tables.present)

    def keep_whole(self) -> None:
        """Write the tables that name nobody beside the parts, for who has the folder only (`of_folder`)."""
        whole = self.folder / _WHOLE
        whole.mkdir(exist_ok=True)
        for name, frame in self.tables.frames.items():
            if not PERSONS.get(name):
                frame.collect().write_ipc(whole / f"{name}.0000.arrow", compression="uncompressed")

    @staticmethod
    def of_folder(folder: Path, part: int, present: Collection[str]) -> FactTables:
        """Return the tables of one part in another process than the one that divided them."""
        frames = {}
        for place in (folder / _WHOLE, folder / str(part)):
            for file in sorted(place.glob("*.0000.arrow")):
                name = file.name.partition(".")[0]
                frames[name] = pl.scan_ipc(sorted(place.glob(f"{name}.*.arrow")))
        return FactTables(frames, frozenset(present))

    def _divided(self, part: int) -> dict[str, pl.LazyFrame]:
        frames = {}
        for name, whole in self.tables.frames.items():
            if PERSONS.get(name):
                files = sorted((self.folder / str(part)).glob(f"{name}.*.arrow"))
                frames[name] = pl.scan_ipc(files) if files else whole.clear().collect().lazy()
        return frames


def part_count(tables: FactTables, persons: int = PERSONS_A_PART) -> int:
    """Return in how many parts of about so many persons the tables would be divided."""
    people = int(tables["persons"].select(pl.len()).collect().item())
    return max(1, -(-people // persons))


def divide(tables: FactTables, folder: Path, *, persons: int = PERSONS_A_PART) -> Parts:
    """Write the rows of each part into the folder, which the caller gives and clears away."""
    numbers = _Numbers(tables["persons"].select("id").collect()["id"])
    links = _links(tables, numbers)
    if numbers.meet():
        links = _links(tables, numbers)
    part_of = _part_of(_families(len(numbers), links), persons)
    count = int(part_of.max()) + 1 if part_of.size else 1
    for part in range(count):
        (folder / str(part)).mkdir(parents=True, exist_ok=True)
    for name in tables.frames:
        if PERSONS.get(name):
            _write(tables[name], name, numbers, part_of, folder)
    return Parts(folder, count, tables)


def _links(tables: FactTables, numbers: _Numbers) -> list[tuple[Ints, Ints]]:
    """Return the pairs of persons that a row names together, and each person with the first of a household."""
    found: list[tuple[Ints, Ints]] = []
    for name, columns in PERSONS.items():
        if name in tables.frames and len(columns) > 1:
            frame = tables[name].select(columns).collect()
            first = numbers.of(frame[columns[0]])
            found += [_known(first, numbers.of(frame[column])) for column in columns[1:]]
    # A household is shared by who lives there and by whom a judge sent there: one kind of thing, whatever the table.
    for kind in sorted({shared for _, shared in SHARED.values()}):
        frames = [
            tables[name].select(pl.col(person).alias("person"), pl.col(shared).alias("shared"))
            for name, (person, shared) in SHARED.items()
            if name in tables.frames and shared == kind
        ]
        if frames:
            frame = pl.concat(frames).collect()
            person = numbers.of(frame["person"])
            found.append(_known(person, _firsts(person, frame["shared"])))
    return found


def _firsts(person: Ints, shared: pl.Series) -> Ints:
    """Return for each row the first person of those who share the same thing."""
    things = _Numbers(shared)
    thing = things.of(shared)
    first = np.full(len(things), np.iinfo(np.int32).max, dtype=np.int32)
    somebody = person >= 0
    np.minimum.at(first, thing[somebody], person[somebody])
    return np.where(somebody, first[thing], np.int32(-1))


def _known(one: Ints, other: Ints) -> tuple[Ints, Ints]:
    both = (one >= 0) & (other >= 0) & (one != other)
    return one[both], other[both]


def _families(count: int, links: list[tuple[Ints, Ints]]) -> Ints:
    """Return for each person the least number of all that it is linked to, over however many steps."""
    least = np.arange(count, dtype=np.int32)
    one = np.concatenate([pair[0] for pair in links]) if links else np.empty(0, dtype=np.int32)
    other = np.concatenate([pair[1] for pair in links]) if links else np.empty(0, dtype=np.int32)
    while one.size:
        first, second = least[one], least[other]
        low = np.minimum(first, second)
        np.minimum.at(least, first, low)
        np.minimum.at(least, second, low)
        while not np.array_equal(shorter := least[least], least):
            least = shorter
        # Who has the same least number keeps sharing it: those links are done.
        open_ones = least[one] != least[other]
        one, other = one[open_ones], other[open_ones]
    return least


def _part_of(family: Ints, persons: int) -> Ints:
    """Return the part of each person: families in the order of their first person, about so many persons a part."""
    sizes = np.bincount(family, minlength=family.size)
    before = np.cumsum(sizes) - sizes
    part: Ints = (before // persons).astype(np.int32)[family]
    # Numbers without gaps: a family larger than a part would leave some out.
    return np.unique(part, return_inverse=True)[1].astype(np.int32)


def _write(frame: pl.LazyFrame, name: str, numbers: _Numbers, part_of: Ints, folder: Path) -> None:
    """Write the rows of a table to their parts, in their order; a row goes with the first person that it names."""
    height = int(frame.select(pl.len()).collect().item())
    for at, start in enumerate(range(0, height, _ROWS_AT_A_TIME)):
        rows = frame.slice(start, _ROWS_AT_A_TIME).collect()
        person = rows.select(pl.coalesce(PERSONS[name])).to_series()
        # Who is named in no link has no family: any part will do, always the same one.
        number = np.maximum(numbers.of(person), 0)
        of_row = pl.Series(part_of[number])
        split = rows.with_columns(__part=of_row).partition_by(
            "__part", as_dict=True, include_key=False, maintain_order=True
        )
        for (part,), some in split.items():
            some.write_ipc(folder / str(part) / f"{name}.{at:04d}.arrow", compression="uncompressed")
