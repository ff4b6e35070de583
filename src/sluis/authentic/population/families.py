"""Families: where they live, how many children they have and who raises them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sluis.authentic.population.calibration import MILLION, Calibration
from sluis.authentic.population.chance import Chance, Flags, Ints, choose, largest_remainders, rank_within
from sluis.authentic.population.published import KINDS, MOST_CHILDREN, Localities, Published

SINGLE_MOTHER: Final = KINDS.index("single_mother")
SINGLE_FATHER: Final = KINDS.index("single_father")

# Fewer children than this are neighbours: they live in one municipality, and below a hundred families in one place.
_STREET: Final = 1_000
_ONE_PLACE: Final = 100

# A municipality with this many families is drawn by itself; the smaller ones are drawn together.
_BY_ITSELF: Final = 300
TOGETHER: Final = -1


@dataclass(frozen=True, slots=True)
class Families:
    """One row per family, in the order of the municipalities.

    `group` is the municipality, or TOGETHER where it is too small to be drawn by itself; `kind` is an index of KINDS;
    `children` counts those that give right; `first` is the row of the first of them. `drawn_from` are all
    municipalities that could take part: the smallest may have no family in a small sample.
    """

    municipality: Ints
    group: Ints
    locality: Ints
    children: Ints
    first: Ints
    kind: Ints
    drawn_from: Ints

    @property
    def single(self) -> Flags:
        """Whether one parent raises the children."""
        return self.kind >= SINGLE_MOTHER

    @property
    def count(self) -> int:
        """How many families."""
        return self.municipality.size


def family_count(children: int, figures: Published) -> int:
    """Return how many families that many children have, at the published rate: 1,614,340 children are 910,178."""
    total, families = figures.statistics["children", "2023-09"], figures.statistics["families", "2023-09"]
    return max(1, (children * int(families) + int(total) // 2) // int(total))


def _places(chance: Chance, calibration: Calibration, children: int, only: Sequence[int]) -> Ints:
    """Return the municipalities that take part."""
    if only:
        return np.array(sorted(only), dtype=np.int64)
    if children < _STREET:
        weights = np.round(calibration.families).astype(np.int64)
        return choose(chance.stream("municipality"), weights, 1)
    return np.arange(calibration.families.size, dtype=np.int64)


def _settle_total(children: Ints, total: int, rng: np.random.Generator) -> None:
    """Add or take single children, at random, until the families have the total."""
    while (difference := total - int(children.sum())) != 0:
        able = np.flatnonzero(children < MOST_CHILDREN if difference > 0 else children > 1)
        chosen = rng.permutation(able)[: abs(difference)]
        children[chosen] += 1 if difference > 0 else -1


def _children_per_family(
    calibration: Calibration, municipality: Ints, group: Ints, total: int, rng: np.random.Generator
) -> Ints:
    """Draw the numbers of children so that each group has the mean of its municipalities and all have the total."""
    place = (rank_within(group, rng.random(group.size)) * 2 + 1) * MILLION
    position = place // (2 * np.bincount(group + 1, minlength=1)[group + 1])
    children = np.empty(group.size, dtype=np.int64)
    for size in range(MOST_CHILDREN, 0, -1):
        children[position < calibration.sizes[municipality, size - 1]] = size
    children[position >= calibration.sizes[municipality, MOST_CHILDREN - 1]] = MOST_CHILDREN
    _settle_total(children, total, rng)
    return children


def _kinds(calibration: Calibration, figures: Published, municipality: Ints, children: Ints, chance: Chance) -> Ints:
    """Draw who raises the children; single parents exactly in their share, spread evenly over the list."""
    rng = chance.stream("kinds")
    expected = np.cumsum(calibration.single[municipality, children - 1]) + int(rng.integers(0, MILLION))
    single = np.diff(expected // MILLION, prepend=0) > 0
    kind = np.empty(children.size, dtype=np.int64)
    for size in range(1, MOST_CHILDREN + 1):
        for alone, kinds in ((False, slice(0, SINGLE_MOTHER)), (True, slice(SINGLE_MOTHER, len(KINDS)))):
            those = np.flatnonzero((children == size) & (single == alone))
            weights = figures.nuclei[kinds, size - 1]
            kind[those] = choose(rng, weights, those.size) + (SINGLE_MOTHER if alone else 0)
    return kind


def draw_locality(localities: Localities, municipality: Ints, rng: np.random.Generator) -> Ints:
    """Draw a place within each municipality, by weight."""
    upto = np.cumsum(localities.weight)
    before = np.r_[0, upto][localities.first[municipality]]
    after = upto[localities.first[municipality] + localities.count[municipality] - 1]
    drawn = before + rng.integers(0, 2**62, size=municipality.size) % (after - before)
    place: Ints = np.searchsorted(upto, drawn, side="right")
    return place


def draw_families(
    chance: Chance, figures: Published, calibration: Calibration, *, children: int, only: Sequence[int]
) -> Families:
    """Draw the families of that many children; `only` are indices of municipalities, none means all of Flanders."""
    places = _places(chance, calibration, children, only)
    count = family_count(children, figures)
    per_place = largest_remainders(calibration.families[places], count)
    municipality = np.repeat(places, per_place)
    group = np.repeat(np.where(per_place >= _BY_ITSELF, places, TOGETHER), per_place)
    sizes = _children_per_family(calibration, municipality, group, children, chance.stream("sizes"))
    locality = draw_locality(figures.localities, municipality, chance.stream("localities"))
    if count < _ONE_PLACE:
        locality[:] = locality[0]
        municipality[:] = figures.localities.municipality[locality[0]]
    return Families(
        municipality=municipality,
        group=group,
        locality=locality,
        children=sizes,
        first=np.cumsum(sizes) - sizes,
        kind=_kinds(calibration, figures, municipality, sizes, chance),
        drawn_from=places,
    )
