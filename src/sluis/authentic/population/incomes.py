"""Incomes of families, and with them who has a right to a sociale toeslag in the reference month.

The right follows from the income under the limits of September 2023 (Groeipakketdecreet art. 18 and 222): the same
incomes put through the rule give the same rights. What is drawn is the order of families by what they can spend; the
level is set per municipality so that the share of children with the right is the published one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import Final

import numpy as np

from sluis.authentic.population.calibration import Calibration
from sluis.authentic.population.chance import Chance, Flags, Floats, Ints, choose, whole
from sluis.authentic.population.children import Children
from sluis.authentic.population.days import YEAR, day
from sluis.authentic.population.families import TOGETHER, Families
from sluis.authentic.population.published import Published

FIRST_NEW_AMOUNTS: Final = day(date(2019, 1, 1))

# Assumptions on the spread of incomes; the level is not among them.
_SPREAD: Final = 0.52
_SINGLE: Final = 0.52  # a single parent's income beside a couple's
_YOUNG: Final = 1.15  # youngest below 6, beside 6 to 14: without it the band for large families, which needs a child
_GROWN: Final = 1.15  # with new amounts, would put too many of the young in the right. Youngest of 15 and more
_STEPS: Final = 4096

WAGE, SELF_EMPLOYED, REPLACEMENT = range(3)
INCOME_KINDS: Final = ("wage", "self_employed_net", "replacement_income")
_KIND_WEIGHTS: Final = [83, 10, 7]


@dataclass(frozen=True, slots=True)
class Incomes:
    """One row per family: yearly amounts in cents of the parents in the household, and the right that follows.

    `second_cents` is -1 where no second parent lives there. `limit_cents` is the highest income that still gives
    right; `middle` tells that the right rests on the band above the lowest limit.
    """

    first_cents: Ints
    first_kind: Ints
    second_cents: Ints
    second_kind: Ints
    right: Flags
    middle: Flags


def _noise() -> Floats:
    """Return the quantiles of a log-normal factor, rounded to millionths."""
    spread = NormalDist(0, _SPREAD)
    z = np.array([spread.inv_cdf((step + 0.5) / _STEPS) for step in range(_STEPS)])
    factors: Floats = np.round(np.exp(z), 6)
    return factors


def _limits(figures: Published, families: Families, children: Children) -> tuple[Ints, int]:
    """Return the highest income that gives right per family, and the lowest limit, in cents."""
    lowest, two, three = (
        round(figures.statistics[f"income_limit_{name}_eur", "2023-09"] * 100)
        for name in ("lowest", "1_or_2_children", "3_children")
    )
    new_amounts = children.born[families.first] >= FIRST_NEW_AMOUNTS
    large = np.where(new_amounts, three, lowest)
    return np.where(families.children >= 3, large, two), lowest


def _level(calibration: Calibration, families: Families, headroom: Floats, municipality_share: Floats) -> Floats:
    """Return per family the factor on incomes at which the municipality has its share of children with the right."""
    group = families.group - TOGETHER
    order = np.lexsort((-headroom, group))
    sorted_group = group[order]
    total = np.bincount(group, weights=families.children)
    upto = np.cumsum(families.children[order]).astype(np.float64)
    before = np.r_[0.0, np.cumsum(total)]
    share = (upto - before[sorted_group]) / total[sorted_group] + sorted_group * 2.0
    place = np.searchsorted(share, group * 2.0 + municipality_share, side="left")
    last = np.cumsum(np.bincount(group))[group] - 1
    return headroom[order][np.minimum(place, last)]


def _of_the_rule(cents: Ints, kind: Ints) -> Ints:
    """Return what an income counts for: a self-employed person's net income times 100/80 (BVR art. 4)."""
    return np.where(kind == SELF_EMPLOYED, cents * 100 // 80, np.maximum(cents, 0))


def draw_incomes(
    chance: Chance, figures: Published, calibration: Calibration, families: Families, children: Children, on: date
) -> Incomes:
    """Draw the incomes that decide in the reference month."""
    rng = chance.stream("incomes")
    youngest_years = (day(on) - children.born[families.first]) / YEAR
    age_factor = np.where(youngest_years < 6, _YOUNG, np.where(youngest_years >= 15, _GROWN, 1.0))
    base = _noise()[rng.integers(0, _STEPS, size=families.count)] * age_factor
    base = np.where(families.single, base * _SINGLE, base)
    limit, lowest = _limits(figures, families, children)
    headroom = limit / base
    income = np.floor(base * _level(calibration, families, headroom, calibration.toeslag[families.municipality]))
    total = income.astype(np.int64)
    first_share = np.where(families.single, 100, whole(rng, 30, 70, families.count))
    first_kind = choose(rng, _KIND_WEIGHTS, families.count)
    second_kind = choose(rng, _KIND_WEIGHTS, families.count)
    counted_first = total * first_share // 100
    counted_second = total - counted_first
    first = np.where(first_kind == SELF_EMPLOYED, counted_first * 80 // 100, counted_first)
    second = np.where(second_kind == SELF_EMPLOYED, counted_second * 80 // 100, counted_second)
    second = np.where(families.single, -1, second)
    counted = _of_the_rule(first, first_kind) + _of_the_rule(second, second_kind)
    return Incomes(
        first_cents=first,
        first_kind=first_kind,
        second_cents=second,
        second_kind=second_kind,
        right=counted <= limit,
        middle=(counted <= limit) & (counted > lowest),
    )
