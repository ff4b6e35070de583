"""Where each key stands among the rows of a frame: found by its hash, without building a table for every join.

A month joins dozens of small frames to the same rows. A join of Polars hashes those rows each time and gathers every
column anew; here the rows are hashed once and only the columns that come in are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Hashes = NDArray[np.uint64]
Scalar = bool | int | str | None

_SMALLEST_BITS: Final = 4
_MOST_BITS: Final = 23


def hashes_of(ids: pl.Series) -> Hashes:
    """Return a number of 64 bits for each identifier, the same for the same identifier in one process."""
    return ids.hash().to_numpy()


def different(hashes: Hashes) -> Hashes:
    """Return each hash once, in order."""
    ordered = np.sort(hashes)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if ordered.size else ordered


class SortedHashes:
    """Different hashes in order, each found by its first bits: they lie evenly, so a look-up is two reads of memory."""

    def __init__(self, hashes: Hashes) -> None:
        self.hashes = hashes
        self._bits = min(max(int(hashes.size).bit_length(), _SMALLEST_BITS), _MOST_BITS)
        buckets = (hashes >> np.uint64(64 - self._bits)).astype(np.int64)
        counts = np.bincount(buckets, minlength=1 << self._bits)
        self._most = int(counts.max())
        self._starts = (np.cumsum(counts) - counts).astype(np.int32)

    def __len__(self) -> int:
        return self.hashes.size

    def find(self, asked: Hashes) -> Ints:
        """Return the place of each, -1 where it is not there."""
        last = self.hashes.size - 1
        if last < 0:
            return np.full(asked.size, -1, dtype=np.int32)
        place = np.minimum(self._starts[(asked >> np.uint64(64 - self._bits)).astype(np.int64)], last)
        other = np.flatnonzero(self.hashes[place] != asked)
        for _ in range(self._most):
            if not other.size:
                break
            place[other] = np.minimum(place[other] + 1, last)
            other = other[self.hashes[place[other]] != asked[other]]
        place[other] = -1
        return place


class Places:
    """The rows of a frame by their key, which is there and different on every row."""

    def __init__(self, keys: pl.Series) -> None:
        self.keys = keys
        found = hashes_of(keys)
        self._order = np.argsort(found, kind="stable").astype(np.int32)
        self._sorted = SortedHashes(found[self._order])

    def of(self, keys: pl.Series) -> Ints:
        """Return the row of each key, -1 where it is none of them (or null)."""
        place = self._sorted.find(hashes_of(keys))
        there = np.flatnonzero(place >= 0)
        rows = np.full(len(keys), -1, dtype=np.int32)
        rows[there] = self._order[place[there]]
        same = (self.keys.gather(rows[there]) == keys.gather(there)).fill_null(value=False)
        if not same.all():  # another key with the same hash: looked up one by one
            known = {key: row for row, key in enumerate(self.keys)}
            rows = np.array([known.get(key, -1) for key in keys], dtype=np.int32)
        return rows


def spread(columns: pl.DataFrame, rows: Ints, height: int, otherwise: Mapping[str, Scalar]) -> list[pl.Series]:
    """Return the columns over so many rows, each value at its row: elsewhere `otherwise` (null if none).

    `rows` says where each value belongs, at most one for a row; -1 is nowhere.
    """
    there = np.flatnonzero(rows >= 0)
    kept = columns if len(there) == len(rows) else columns[there]
    if len(there) == height:
        source = np.empty(height, dtype=np.uint32)
        source[rows[there]] = np.arange(height, dtype=np.uint32)
        return kept[source].get_columns()
    return [
        pl.repeat(otherwise.get(column.name), height, dtype=column.dtype, eager=True)
        .scatter(rows[there], column)
        .alias(column.name)
        for column in kept
    ]


def fetched(column: pl.Series, rows: Ints, otherwise: Scalar = None) -> pl.Series:
    """Return the value at each of the rows, `otherwise` for -1."""
    nowhere = np.flatnonzero(rows < 0)
    if not nowhere.size:
        return column.gather(rows)
    if column.is_empty():
        return pl.repeat(otherwise, len(rows), dtype=column.dtype, eager=True).alias(column.name)
    return column.gather(np.maximum(rows, 0)).scatter(nowhere, otherwise).alias(column.name)
