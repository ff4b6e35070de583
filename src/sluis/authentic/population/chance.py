"""Chance that repeats: one stream of random numbers per subject, so that a change in one leaves the others alone.

PCG64 and the integer and 53-bit draws of numpy are defined bit by bit and equal on every machine. Normal, gamma and
other draws are avoided, and so are exp and log on rows: their last bit differs between processors.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# The place of a name is its stream: append, never reorder.
STREAMS: Final = (
    "municipality",
    "sizes",
    "kinds",
    "localities",
    "ages",
    "sexes",
    "parents",
    "former",
    "histories",
    "incomes",
    "rights",
    "numbers",
    "names",
    "births",
    "unions",
    "earnings",
    "schooling",
    "childcare",
    "care",
    "illness",
    "placements",
    "work",
    "custody",
    "stay",
    "requests",
    "payers",
    "bells",
)


class Chance:
    """The streams of one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def stream(self, name: str) -> np.random.Generator:
        """Return the stream of that name from its beginning."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, STREAMS.index(name)])))


def whole(rng: np.random.Generator, least: int, most: int, size: int) -> Ints:
    """Draw whole numbers, both ends included."""
    return rng.integers(least, most, size=size, dtype=np.int64, endpoint=True)


def choose(rng: np.random.Generator, weights: NDArray[np.int64] | list[int], size: int) -> Ints:
    """Draw indices with chances in proportion to whole weights."""
    cumulative = np.cumsum(np.asarray(weights, dtype=np.int64))
    return np.searchsorted(cumulative, rng.integers(0, int(cumulative[-1]), size=size), side="right")


def largest_remainders(weights: Floats, total: int) -> Ints:
    """Divide a whole total in proportion to the weights; who was cut most gets what is left."""
    exact = weights * (total / float(weights.sum()))
    given = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - given), kind="stable")
    given[order[: total - int(given.sum())]] += 1
    return given


def rank_within(groups: Ints, keys: Floats | Ints) -> Ints:
    """Return each element's rank by key within its group, from zero; ties keep their order."""
    order = np.lexsort((keys, groups))
    sorted_groups = groups[order]
    first = np.flatnonzero(np.r_[True, sorted_groups[1:] != sorted_groups[:-1]])
    sizes = np.diff(np.r_[first, groups.size])
    ranks = np.empty(groups.size, dtype=np.int64)
    ranks[order] = np.arange(groups.size) - np.repeat(first, sizes)
    return ranks
