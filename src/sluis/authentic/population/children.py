"""Children: when they were born, so that ages fit the municipality, siblings fit each other and weekends are quiet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from sluis.authentic.population.calibration import MILLION, Calibration
from sluis.authentic.population.chance import Chance, Flags, Floats, Ints, rank_within
from sluis.authentic.population.days import years_before
from sluis.authentic.population.families import TOGETHER, Families
from sluis.authentic.population.published import MOST_CHILDREN, Published

AGES: Final = 25  # 0 to 24

# Assumptions: no published figure for these is in hand.
_TWIN_SHARE: Final = 38_000  # of a million children who are not the youngest: about 1.7 % of deliveries
_MALE_SHARE: Final = 512_000
_LEAST_GAP_DAYS: Final = 300


@dataclass(frozen=True, slots=True)
class Children:
    """One row per child that gives right, by family and within it from young to old. `born` in days since 1970."""

    family: Ints
    born: Ints
    twin: Flags
    female: Ints


def _gaps(rng: np.random.Generator, size: int) -> Floats:
    """Draw years between siblings: at least 1.2, about 3 in the mean."""
    return 1.2 + 2.2 * rng.random(size) + 3.0 * rng.random(size) * rng.random(size)


def _rough_ages(families: Families, family: Ints, twin: Flags, rng: np.random.Generator) -> Floats:
    """Draw ages that fit within a family; the rank of an age, not its value, is used further on."""
    gap = np.where(twin, 0.0, _gaps(rng, family.size))
    gap[families.first] = 0.0
    total = np.cumsum(gap)
    older = total - total[families.first][family]
    span = older[families.first + families.children - 1]
    squeeze = np.where(span > AGES - 1, (AGES - 1) / np.maximum(span, 1.0), 1.0)
    youngest = rng.random(families.count) * (AGES - span * squeeze)
    ages: Floats = youngest[family] + older * squeeze[family]
    return ages


def _years_and_rest(calibration: Calibration, families: Families, family: Ints, rough: Floats) -> tuple[Ints, Floats]:
    """Put the municipality's real ages in the place of the rough ones, rank by rank: completed years and the rest."""
    group = families.group[family]
    sizes = np.bincount(group - TOGETHER)
    share = (rank_within(group, rough) + 0.5) / sizes[group - TOGETHER]
    upto = np.cumsum(calibration.ages, axis=1)
    upto = upto / upto[:, -1:]
    municipality = families.municipality[family]
    years = np.searchsorted((upto + np.arange(upto.shape[0])[:, None]).ravel(), municipality + share, side="right")
    years = np.minimum(years - municipality * AGES, AGES - 1)
    below = np.where(years > 0, upto[municipality, np.maximum(years - 1, 0)], 0.0)
    rest = (share - below) / (upto[municipality, years] - below)
    return years, np.clip(rest, 0.0, 1.0 - 1e-9)


def _daily_weights(figures: Published, first: int, last: int) -> Ints:
    """Return how many births fall on each day, relative, cumulative, from `first` to `last`."""
    days = np.arange(first, last + 1)
    weekday = (days + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    return np.cumsum(figures.births_by_weekday[weekday] * figures.births_by_month[month])


def _on_days(figures: Published, reference: date, years: Ints, rest: Floats) -> Ints:
    """Return birth days within each year of age, more on working days than in weekends."""
    birthdays = np.array([years_before(reference, age) for age in range(AGES + 1)], dtype=np.int64)
    first = int(birthdays[-1])
    weights = np.r_[0, _daily_weights(figures, first, int(birthdays[0]))].astype(np.float64)
    # Of age a: born after the day on which those of a + 1 were born, up to and including the day for a.
    start, end = birthdays[years + 1] - first + 1, birthdays[years] - first + 1
    target = weights[start] + (1.0 - rest) * (weights[end] - weights[start])
    born = np.searchsorted(weights, target, side="right") - 1 + first
    kept: Ints = np.clip(born, birthdays[years + 1] + 1, birthdays[years])
    return kept


def _keep_apart(families: Families, twin: Flags, born: Ints, oldest: int) -> None:
    """Put at least ten months between siblings who are not twins and give twins one birthday, in place."""
    for place in range(1, MOST_CHILDREN):
        row = families.first[families.children > place] + place
        born[row] = np.where(twin[row], born[row - 1], np.minimum(born[row], born[row - 1] - _LEAST_GAP_DAYS))
    np.maximum(born, oldest, out=born)
    for place in range(MOST_CHILDREN - 1, 0, -1):
        row = families.first[families.children > place] + place
        born[row - 1] = np.where(twin[row], born[row], np.maximum(born[row - 1], born[row] + _LEAST_GAP_DAYS))


def draw_children(
    chance: Chance, figures: Published, calibration: Calibration, families: Families, reference: date
) -> Children:
    """Draw the children of all families, aged 0 to 24 on the reference date."""
    rng = chance.stream("ages")
    family = np.repeat(np.arange(families.count), families.children)
    twin = rng.integers(0, MILLION, size=family.size) < _TWIN_SHARE
    twin[families.first] = False
    rough = _rough_ages(families, family, twin, rng)
    years, rest = _years_and_rest(calibration, families, family, rough)
    born = _on_days(figures, reference, years, rest)
    _keep_apart(families, twin, born, years_before(reference, AGES) + 1)
    female = (chance.stream("sexes").integers(0, MILLION, size=family.size) >= _MALE_SHARE).astype(np.int64)
    return Children(family, born, twin, female)
