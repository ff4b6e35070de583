"""Children who do not grow up at home: in an institution or with foster parents; and the organisations.

No published share of either is in hand: both are placeholders. A placed child stays in the household of its family:
where it is registered then is not assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from sluis.authentic.population import parquet
from sluis.authentic.population.calibration import MILLION
from sluis.authentic.population.chance import Ints, choose, whole
from sluis.authentic.population.childcare import providers
from sluis.authentic.population.days import NONE, YEAR, completed_years, day
from sluis.authentic.population.drawn import Columns, Drawn, order_of

INSTITUTION, FOSTER = range(2)
FORMS: Final = ("perspective_giving", "perspective_seeking", "supporting", "crisis")
_FORM_WEIGHTS: Final = [65, 15, 14, 6]
_CRISIS: Final = FORMS.index("crisis")

# Assumptions, of a million: children below 18 in an institution and in a foster family; of those placed, how many came
# home again; whose third is saved; how many families away a foster family lives.
_IN_INSTITUTION: Final = 4_500
_IN_FOSTER_CARE: Final = 4_500
_ENDED: Final = 150_000
_SAVED: Final = 200_000
_AWAY: Final = 40
_LONGEST: Final = 5
_ADULT: Final = 18
_CHILDREN_PER_INSTITUTION: Final = 20_000
_FIRST_DAY: Final = day(date(2019, 1, 1))


@dataclass(frozen=True, slots=True)
class Placed:
    """One row per placed child. `carer` is a person's row or NONE, `organisation` a number or NONE."""

    child: Ints
    kind: Ints
    form: Ints
    organisation: Ints
    carer: Ints
    saved: Ints
    start: Ints
    to: Ints


def institutions(drawn: Drawn) -> int:
    """Return how many institutions there are."""
    return 1 + drawn.people.children // _CHILDREN_PER_INSTITUTION


def draw_placements(drawn: Drawn) -> Placed:
    """Draw who is or was placed, since when and with whom."""
    rng = drawn.chance.stream("placements")
    people, families, last = drawn.people, drawn.families, day(drawn.reference)
    born = people.born[: people.children]
    draw = rng.integers(0, MILLION, size=born.size)
    able = (completed_years(born, drawn.reference) < _ADULT) & (born < last - 200) & (families.count > 1)
    child = np.flatnonzero(able & (draw < _IN_INSTITUTION + _IN_FOSTER_CARE))
    size = child.size
    kind = np.where(draw[child] < _IN_INSTITUTION, INSTITUTION, FOSTER)
    form = choose(rng, _FORM_WEIGHTS, size)
    earliest = np.maximum(np.maximum(born[child] + 60, _FIRST_DAY), last - int(_LONGEST * YEAR))
    start = earliest + (rng.random(size) * (last - 60 - earliest)).astype(np.int64)
    ended = (rng.integers(0, MILLION, size=size) < _ENDED) | ((kind == FOSTER) & (form == _CRISIS))
    stay = whole(rng, 28, 300, size)
    # Families stand by municipality: a few rows away is, as a rule, the same one.
    of_carer = (people.family[child] + whole(rng, 1, max(1, min(_AWAY, families.count - 1)), size)) % families.count
    saved = rng.integers(0, MILLION, size=size) < _SAVED
    return Placed(
        child=child,
        kind=kind,
        form=form,
        organisation=np.where(kind == INSTITUTION, whole(rng, 1, institutions(drawn), size), NONE),
        carer=np.where(kind == FOSTER, people.first[of_carer], NONE),
        saved=saved & (kind == INSTITUTION),
        start=start,
        to=np.where(ended, start + stay, NONE),
    )


def placements(drawn: Drawn) -> Columns:
    """Return the placements."""
    placed = draw_placements(drawn)
    order = order_of(drawn, placed.child, placed.start)
    foster = placed.kind[order] == FOSTER
    carer = drawn.insz(np.where(foster, placed.carer[order], 0))
    no_form = len(FORMS)
    third = np.where(foster, 2, placed.saved[order].astype(np.int64))
    return {
        "child": drawn.insz(placed.child[order]),
        "kind": parquet.texts(["institution", "foster"], placed.kind[order]),
        "form": parquet.texts([*FORMS, None], np.where(foster, placed.form[order], no_form)),
        "organisation": parquet.codes("I", placed.organisation[order]),
        "carer": carer.set(pl.Series(~foster), None) if carer.len() else carer,
        "third_to": parquet.texts(["beneficiary", "savings_account", None], third),
        "from": parquet.dates(placed.start[order]),
        "to": parquet.dates(placed.to[order]),
    }


def organisations(drawn: Drawn) -> Columns:
    """Return the institutions and the providers of childcare."""
    homes, cares = institutions(drawn), providers(drawn)
    kind = np.r_[np.zeros(homes, dtype=np.int64), np.ones(cares, dtype=np.int64)]
    ids = [parquet.codes("I", np.arange(homes) + 1), parquet.codes("K", np.arange(cares) + 1)]
    return {"id": pl.concat(ids), "kind": parquet.texts(["institution", "childcare"], kind)}
