"""How families live and are seen by others: judgments on residence, stay, adoption, absence, fiscal dependence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from sluis.authentic.population import parquet
from sluis.authentic.population.calibration import MILLION
from sluis.authentic.population.chance import Ints, choose, whole
from sluis.authentic.population.days import NONE, YEAR, completed_years, day
from sluis.authentic.population.drawn import Columns, Drawn, order_of
from sluis.authentic.population.families import Families
from sluis.authentic.population.incomes import FIRST_NEW_AMOUNTS
from sluis.authentic.population.parents import APART, WITH

UNJUDGED, EQUAL, MAIN = range(3)

# All of these are assumptions: no published figure is in hand. In percent of the separated families.
_PLANS: Final = [25, 30, 45]
_MAIN_SHARES: Final = (0.75, 0.86)
# Of a million families.
_NOT_BELGIAN: Final = 60_000
_FIRST_ATTEST: Final = 5_000
_ADOPTED: Final = 1_000
_ABSENT: Final = 200
_ATTEST_DAYS: Final = (60, 400)
# Of a million children from 18 on, how many are still dependent for taxes, and how often the first parent has them.
_STILL_DEPENDENT: Final = 900_000
_FIRST_PROVIDES: Final = 700_000
_ADULT: Final = 18


@dataclass(frozen=True, slots=True)
class Custody:
    """Per family what a judge decided after a separation (UNJUDGED where there is none), and since when."""

    plan: Ints
    share: Ints
    since: Ints


def draw_custody(drawn: Drawn) -> Custody:
    """Draw the judgments on residence of the families whose parents live apart."""
    rng = drawn.chance.stream("custody")
    count = drawn.families.count
    plan = choose(rng, _PLANS, count)
    share = whole(rng, 0, len(_MAIN_SHARES) - 1, count)
    apart = drawn.parents.other == APART
    since = np.maximum(drawn.parents.since, drawn.histories.settled)
    return Custody(np.where(apart, plan, UNJUDGED), share, since)


def custody(drawn: Drawn) -> Columns:
    """Return two rows per child under a judgment: the household of each parent with its share of the time.

    An equal share is told of children born from 2019 on only: older ones have one payee (art. 225), and with an equal
    share nobody would be known to pay in the other household.
    """
    people, judged = drawn.people, draw_custody(drawn)
    family = people.family[: people.children]
    plan = judged.plan[family]
    equal = (plan == EQUAL) & (people.born[: people.children] >= FIRST_NEW_AMOUNTS)
    child = np.flatnonzero(equal | (plan == MAIN))
    family = family[child]
    most = np.where(equal[child], 0.5, np.array(_MAIN_SHARES)[judged.share[family]])
    second = households_of_second(drawn)[family]
    start = np.maximum(judged.since[family], people.born[child])
    both = np.r_[child, child]
    household = np.r_[family, second]
    order = order_of(drawn, both, None, household)
    return {
        "child": drawn.insz(both[order]),
        "household": parquet.household(household[order] + 1),
        "share": pl.Series(np.r_[most, np.round(1 - most, 2)][order]),
        "from": parquet.dates(np.r_[start, start][order]),
        "to": parquet.dates(np.full(both.size, NONE, dtype=np.int64)),
    }


def households_of_second(drawn: Drawn) -> Ints:
    """Return per family the number of the household of the parent who lives apart."""
    number = np.full(drawn.families.count, NONE, dtype=np.int64)
    apart = np.flatnonzero(drawn.parents.other == APART)
    number[apart] = drawn.families.count + np.arange(apart.size)
    return number


def stay_rights(drawn: Drawn) -> Columns:
    """Return the right to stay of the children that are not Belgian: authorised, some of them after an attest."""
    people, families = drawn.people, drawn.families
    rng = drawn.chance.stream("stay")
    fate = rng.integers(0, MILLION, size=families.count)
    waited = whole(rng, *_ATTEST_DAYS, families.count)
    child = np.flatnonzero(fate[people.family[: people.children]] < _NOT_BELGIAN)
    family, born = people.family[child], people.born[child]
    attest = (fate[family] < _FIRST_ATTEST) & (born + waited[family] < day(drawn.reference) - _ATTEST_DAYS[0])
    authorised = np.where(attest, born + waited[family], born)
    person = np.r_[child[attest], child]
    start = np.r_[born[attest], authorised]
    to = np.r_[authorised[attest] - 1, np.full(child.size, NONE, dtype=np.int64)]
    kind = np.r_[np.ones(int(attest.sum()), dtype=np.int64), np.zeros(child.size, dtype=np.int64)]
    order = order_of(drawn, person, start)
    return {
        "person": drawn.insz(person[order]),
        "kind": parquet.texts(["authorised", "attest_immatriculatie"], kind[order]),
        "from": parquet.dates(start[order]),
        "to": parquet.dates(to[order]),
    }


def _youngest(families: Families, wanted: Ints) -> Ints:
    return families.first[wanted]


def adoptions(drawn: Drawn) -> Columns:
    """Return adoptions of the youngest child by the other parent at home, within a year of birth."""
    rng = drawn.chance.stream("custody").spawn(1)[0]
    families, people = drawn.families, drawn.people
    drawn_ones = rng.integers(0, MILLION, size=families.count) < _ADOPTED
    child = _youngest(families, np.flatnonzero(drawn_ones & (drawn.parents.other == WITH)))
    born = people.born[child]
    child = child[born < day(drawn.reference) - int(YEAR)]
    petition = people.born[child] + whole(rng, 20, 120, child.size)
    joined = petition + whole(rng, 10, 240, child.size)
    order = order_of(drawn, child)
    adopter = people.second[people.family[child]]
    return {
        "child": drawn.insz(child[order]),
        "adopter": drawn.insz(adopter[order]),
        "petition_on": parquet.dates(petition[order]),
        "in_household_on": parquet.dates(joined[order]),
    }


def decisions(drawn: Drawn) -> Columns:
    """Return the parents apart who are presumed absent, as a court found."""
    rng = drawn.chance.stream("custody").spawn(2)[1]
    families, people = drawn.families, drawn.people
    absent = rng.integers(0, MILLION, size=families.count) < _ABSENT
    family = np.flatnonzero(absent & (drawn.parents.other == APART))
    last = day(drawn.reference)
    start = np.minimum(drawn.parents.since[family] + whole(rng, 200, 900, family.size), last - 30)
    person = people.second[family]
    order = order_of(drawn, person)
    return {
        "person": drawn.insz(person[order]),
        "subject": parquet.same("vermoeden_van_afwezigheid", person.size),
        "outcome": parquet.same("yes", person.size),
        "body": parquet.same("court", person.size),
        "from": parquet.dates(start[order]),
        "to": parquet.dates(np.full(person.size, NONE, dtype=np.int64)),
    }


def fiscal_dependants(drawn: Drawn) -> Columns:
    """Return on which parent each child depended for taxes on 31 August before this and the previous school year."""
    people = drawn.people
    rng = drawn.chance.stream("earnings").spawn(1)[0]
    child = drawn.alive
    family = people.family[child]
    # Both parents at home: either; else the one with whom the child lives.
    second = (drawn.parents.other[family] == WITH) & (
        rng.integers(0, MILLION, size=drawn.families.count)[family] >= _FIRST_PROVIDES
    )
    provider = np.where(second, people.second[family], people.first[family])
    leaves = rng.integers(0, MILLION, size=child.size) >= _STILL_DEPENDENT
    days: list[Ints] = []
    rows: list[Ints] = []
    for year in (drawn.school_year - 1, drawn.school_year):
        on = date(year, 8, 31)
        dependent = np.flatnonzero(
            (people.born[child] <= day(on)) & ~((completed_years(people.born[child], on) >= _ADULT) & leaves)
        )
        rows.append(dependent)
        days.append(np.full(dependent.size, day(on), dtype=np.int64))
    row = np.concatenate(rows)
    return {
        "dependant": drawn.insz(child[row]),
        "provider": drawn.insz(provider[row]),
        "ref_date": parquet.dates(np.concatenate(days)),
    }
