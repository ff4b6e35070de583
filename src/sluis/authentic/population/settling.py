"""What families ask for: the startbedrag of a birth, and the zorgtoeslag."""

from __future__ import annotations

from typing import Final

import numpy as np

from sluis.authentic.population import parquet
from sluis.authentic.population.calibration import MILLION
from sluis.authentic.population.care import draw_scores
from sluis.authentic.population.chance import whole
from sluis.authentic.population.days import YEAR, day
from sluis.authentic.population.drawn import Columns, Drawn, order_of

KINDS: Final = ("startbedrag_geboorte", "zorgtoeslag")
_CLAIM_YEARS: Final = 5
# Assumption, of a million births: how many are asked for.
_ASKED: Final = 985_000


def requests(drawn: Drawn) -> Columns:
    """Return the requests of the last five years for a birth, and for the care that was scored; the first parent asks.

    A zorgtoeslag is asked for before the score; who has too few points asked as well.
    """
    rng = drawn.chance.stream("requests")
    people, last = drawn.people, day(drawn.reference)
    born = people.born[: people.children]
    asked = rng.integers(0, MILLION, size=born.size) < _ASKED
    birth = np.flatnonzero(asked & (born > last - int(_CLAIM_YEARS * YEAR)))
    scores = draw_scores(drawn)
    child = np.r_[birth, scores.child]
    on = np.r_[
        born[birth] + whole(rng, -90, 40, birth.size),
        np.maximum(scores.start - whole(rng, 30, 180, scores.child.size), born[scores.child]),
    ]
    kind = np.r_[np.zeros(birth.size, dtype=np.int64), np.ones(scores.child.size, dtype=np.int64)]
    order = order_of(drawn, child, on, kind)
    return {
        "kind": parquet.texts(KINDS, kind[order]),
        "by": drawn.insz(people.first[people.family[child[order]]]),
        "date": parquet.dates(on[order]),
        "child": drawn.insz(child[order]),
    }
