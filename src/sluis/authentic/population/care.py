"""Need for care: points on the medical-social scale, disabilities and long illness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sluis.authentic.population import parquet
from sluis.authentic.population.calibration import MILLION
from sluis.authentic.population.chance import Flags, Ints, whole
from sluis.authentic.population.days import NONE, YEAR, completed_years, day
from sluis.authentic.population.drawn import Columns, Drawn, order_of

OLDEST: Final = 21
"""The supplement runs to the month of this birthday."""

ENOUGH_IN_PILLAR_1, ENOUGH, SUPPORTED = 4, 6, 12
"""Points that give a right to the zorgtoeslag (first pillar, total), and from which on there is support."""

# Assumptions, of a million: scored without a right, adults long ill, adults disabled; years since a score at most.
_TOO_FEW_POINTS: Final = 5_000
_LONG_ILL: Final = 35_000
_ILL_UNTIL: Final = 250_000
_DISABLED: Final = 12_000
_LONGEST: Final = 6
_PERCENT: Final = 66


@dataclass(frozen=True, slots=True)
class Scores:
    """One row per child with points: the three pillars and since when."""

    child: Ints
    first: Ints
    second: Ints
    third: Ints
    start: Ints

    @property
    def total(self) -> Ints:
        """All points."""
        return self.first + self.second + self.third

    @property
    def gives_right(self) -> Flags:
        """Whether the points give a right to the zorgtoeslag."""
        return (self.first >= ENOUGH_IN_PILLAR_1) | (self.total >= ENOUGH)


def shares(drawn: Drawn) -> tuple[float, float]:
    """Return the shares of all children with a zorgtoeslag and with an ondersteuningstoeslag, as published."""
    figures = drawn.figures.statistics
    care = figures["zorgtoeslag_share", "2022-12"] * (1 + figures["zorgtoeslag_growth", "2023"])
    return care, figures["ondersteuningstoeslag_children", "2023-12"] / figures["children", "2023-12"]


def _points(rng: np.random.Generator, supported: Flags, enough: Flags) -> tuple[Ints, Ints, Ints]:
    """Draw points: twelve and more; four in the first pillar or six in all; or too few."""
    size = supported.size
    much = (whole(rng, 4, 6, size), whole(rng, 3, 10, size), whole(rng, 5, 12, size))
    some_first, some_second = whole(rng, 0, 4, size), whole(rng, 0, 3, size)
    some_third = np.maximum(0, ENOUGH - some_first - some_second) + whole(rng, 0, 2, size)
    few = (whole(rng, 0, 2, size), whole(rng, 0, 2, size), whole(rng, 0, 1, size))
    some = (some_first, some_second, some_third)
    first, second, third = (
        np.where(supported, m, np.where(enough, s, f)) for m, s, f in zip(much, some, few, strict=True)
    )
    return first, second, third


def draw_scores(drawn: Drawn) -> Scores:
    """Draw the children with points; the shares of those with a right are the published ones."""
    rng = drawn.chance.stream("care")
    people, last = drawn.people, day(drawn.reference)
    born = people.born[: people.children]
    able = (completed_years(born, drawn.reference) < OLDEST) & (born < last - 90)
    care, support = shares(drawn)
    per_able = born.size / max(int(able.sum()), 1)
    draw = rng.integers(0, MILLION, size=born.size)
    right = round(care * per_able * MILLION)
    child = np.flatnonzero(able & (draw < right + _TOO_FEW_POINTS))
    enough = draw[child] < right
    supported = draw[child] < round(support * per_able * MILLION)
    longest = np.minimum(int(_LONGEST * YEAR), last - born[child] - 60)
    start = last - 30 - (rng.random(child.size) * (longest - 29)).astype(np.int64)
    return Scores(child, *_points(rng, supported, enough), np.maximum(start, born[child]))


def care_scores(drawn: Drawn) -> Columns:
    """Return the points, without an end."""
    scores = draw_scores(drawn)
    order = order_of(drawn, scores.child)
    return {
        "child": drawn.insz(scores.child[order]),
        "p1": parquet.numbers(scores.first[order]),
        "p2": parquet.numbers(scores.second[order]),
        "p3": parquet.numbers(scores.third[order]),
        "from": parquet.dates(scores.start[order]),
        "to": parquet.dates(np.full(order.size, NONE, dtype=np.int64)),
    }


def _parents(drawn: Drawn) -> Ints:
    people = drawn.people
    both = np.r_[people.first, people.second[people.second >= 0]]
    alive: Ints = both[people.died[both] == NONE]
    return alive


def disabilities(drawn: Drawn) -> Columns:
    """Return the disabled parents, and the children with four points in the first pillar."""
    rng = drawn.chance.stream("illness")
    parents, last = _parents(drawn), day(drawn.reference)
    parents = parents[rng.integers(0, MILLION, size=parents.size) < _DISABLED]
    scores = draw_scores(drawn)
    strong = scores.first >= ENOUGH_IN_PILLAR_1
    person = np.r_[parents, scores.child[strong]]
    start = np.r_[last - whole(rng, 400, 5_000, parents.size), scores.start[strong]]
    percent = whole(rng, _PERCENT, 100, person.size)
    order = order_of(drawn, person, start)
    return {
        "person": drawn.insz(person[order]),
        "percent": parquet.numbers(percent[order]),
        "recognised_by": parquet.same("fod", person.size),
        "severe": parquet.flags(percent[order] >= 80),
        "from": parquet.dates(start[order]),
        "to": parquet.dates(np.full(person.size, NONE, dtype=np.int64)),
    }


def illness(drawn: Drawn) -> Columns:
    """Return the parents who are or were ill for long."""
    rng = drawn.chance.stream("illness").spawn(1)[0]
    parents, last = _parents(drawn), day(drawn.reference)
    person = parents[rng.integers(0, MILLION, size=parents.size) < _LONG_ILL]
    start = last - whole(rng, 200, 2_500, person.size)
    ended = rng.integers(0, MILLION, size=person.size) < _ILL_UNTIL
    to = np.where(ended, start + 190 + whole(rng, 0, 700, person.size), NONE)
    order = order_of(drawn, person, start)
    return {
        "person": drawn.insz(person[order]),
        "kind": parquet.same("long_term_ill", person.size),
        "from": parquet.dates(start[order]),
        "to": parquet.dates(to[order]),
    }
