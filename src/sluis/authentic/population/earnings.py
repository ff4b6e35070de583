"""Incomes of every parent over the years, replacement incomes and alarm bells.

The amounts of the year two before the reference date are those of `incomes`, from which the right to a sociale toeslag
follows: what is added here (maintenance, leefloon, a survivor's pension) leaves what they count for as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from sluis.authentic.population import parquet
from sluis.authentic.population.calibration import MILLION
from sluis.authentic.population.chance import Chance, Flags, Ints, choose, whole
from sluis.authentic.population.days import NONE, day, first_of_month, months
from sluis.authentic.population.drawn import Columns, Drawn, order_of
from sluis.authentic.population.incomes import INCOME_KINDS, REPLACEMENT, SELF_EMPLOYED, WAGE
from sluis.authentic.population.living import MAIN, draw_custody
from sluis.authentic.population.parents import APART, DIED

KINDS: Final = (*INCOME_KINDS, "leefloon", "survivor_pension", "maintenance_received", "maintenance_paid")
LEEFLOON, SURVIVOR, RECEIVED, PAID = range(len(INCOME_KINDS), len(KINDS))

DECIDING: Final = 2
"""How many years before the reference date the income lies that decides on it."""

# Assumption: incomes of other years beside that of the deciding year, in thousandths, by years from it.
_DRIFT: Final = {-3: 930, -2: 945, -1: 965, 0: 1000, 1: 1080, 2: 1120}
_SPREAD: Final = 80  # thousandths, up or down, of a person in another year
_FELL_OUT: Final = 40_000  # of a million persons a year: 60 % of the income, as a replacement
_LEEFLOON_BELOW: Final = 18_000_00  # cents a year, of a single parent on a replacement income
_LEEFLOON: Final = 600_000  # of a million of those
_MAINTENANCE: Final = 500_000  # of a million families with a main residence
_MONTHLY: Final = (15, 30)  # tens of euro a month and child
_LEFT_OVER: Final = 1_000_00  # what is left of the other income of who receives maintenance
_WITHOUT_EXAMPLE: Final = 25_000_00
_KNOWN: Final = ((8, 15), 115)  # assessments arrive from 15 August of the next year, over so many days
_BELLS: Final = 3_000  # of a million families


@dataclass(frozen=True, slots=True)
class _Basis:
    """One row per parent: the income of the deciding year, and what it is really made of."""

    person: Ints
    cents: Ints
    kind: Ints
    maintenance: Ints
    since: Ints
    died: Ints


def years(reference: date) -> range:
    """Return the income years that the facts have: three before the deciding one to the year of the reference date."""
    deciding = reference.year - DECIDING
    return range(deciding + min(_DRIFT), deciding + max(_DRIFT) + 1)


def _of_second(drawn: Drawn, rng: np.random.Generator, known: Ints) -> tuple[Ints, Ints]:
    """Return the incomes of second parents; one who lives apart earns what those of couples do."""
    incomes = drawn.incomes
    cents, kind = incomes.second_cents[known], incomes.second_kind[known]
    examples = incomes.second_cents[incomes.second_cents >= 0]
    examples = examples if examples.size else np.array([_WITHOUT_EXAMPLE], dtype=np.int64)
    drawn_cents = examples[rng.integers(0, examples.size, size=known.size)]
    return np.where(cents >= 0, cents, drawn_cents), kind


def _on_leefloon(drawn: Drawn, rng: np.random.Generator) -> Flags:
    """Return the families whose only parent at home lives of the leefloon."""
    incomes = drawn.incomes
    poor = drawn.families.single & (incomes.first_kind == REPLACEMENT) & (incomes.first_cents < _LEEFLOON_BELOW)
    lives: Flags = poor & (rng.integers(0, MILLION, size=poor.size) < _LEEFLOON)
    return lives


def on_leefloon(chance: Chance, drawn: Drawn) -> Flags:
    """Return the same families from the beginning of the stream."""
    return _on_leefloon(drawn, chance.stream("earnings"))


def _basis(drawn: Drawn, rng: np.random.Generator) -> _Basis:
    people, incomes, parents = drawn.people, drawn.incomes, drawn.parents
    leefloon = _on_leefloon(drawn, rng)
    known = np.flatnonzero(people.second >= 0)
    second_cents, second_kind = _of_second(drawn, rng, known)
    first_kind = np.where(leefloon, LEEFLOON, incomes.first_kind)
    widowed = (parents.other == DIED) & (first_kind == REPLACEMENT)
    first_kind = np.where(widowed, SURVIVOR, first_kind)
    monthly = whole(rng, *_MONTHLY, drawn.families.count) * 10_00
    paid = monthly * 12 * drawn.families.children
    pays = (draw_custody(drawn).plan == MAIN) & (rng.integers(0, MILLION, size=paid.size) < _MAINTENANCE)
    able = (first_kind != SELF_EMPLOYED) & (first_kind != LEEFLOON)
    able &= incomes.first_cents * 8 // 10 - paid * 8 // 10 >= _LEFT_OVER
    maintenance = np.where(pays & able & (parents.other == APART), paid, 0)
    return _Basis(
        person=np.r_[people.first, people.second[known]],
        cents=np.r_[incomes.first_cents, second_cents],
        kind=np.r_[first_kind, second_kind],
        maintenance=np.r_[maintenance, -maintenance[known]],
        since=np.r_[parents.since, parents.since[known]],
        died=people.died[np.r_[people.first, people.second[known]]],
    )


def _of_year(basis: _Basis, year: int, deciding: int, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Return person, kind and cents of one year, maintenance in rows of its own."""
    size = basis.person.size
    spread = whole(rng, 1000 - _SPREAD, 1000 + _SPREAD, size)
    fell = rng.integers(0, MILLION, size=size) < _FELL_OUT
    cents, kind = basis.cents, basis.kind
    if year != deciding:
        cents = cents * _DRIFT[year - deciding] // 1000 * spread // 1000
        fell &= (kind == WAGE) | (kind == SELF_EMPLOYED)
        cents, kind = np.where(fell, cents * 6 // 10, cents), np.where(fell, REPLACEMENT, kind)
    year_start, year_end = day(date(year, 1, 1)), day(date(year, 12, 31))
    lives = (basis.died == NONE) | (basis.died >= year_start)
    apart = (basis.maintenance != 0) & (basis.since <= year_end)
    # The law counts 80 % of maintenance received: so much less of the rest leaves the deciding income as it was.
    received = np.where(apart & (basis.maintenance > 0), basis.maintenance, 0)
    received = np.where(cents - received * 8 // 10 >= 0, received, 0)
    paid = np.where(apart & (basis.maintenance < 0), -basis.maintenance, 0)
    cents = cents - received * 8 // 10
    own, receives, pays = np.flatnonzero(lives), np.flatnonzero(received > 0), np.flatnonzero(paid > 0)
    row = np.r_[own, receives, pays]
    kinds = np.r_[kind[own], np.full(receives.size, RECEIVED), np.full(pays.size, PAID)].astype(np.int64)
    return row, kinds, np.r_[cents[own], received[receives], paid[pays]]


def incomes(drawn: Drawn) -> Columns:
    """Return the incomes of every parent, by year and then by number: a reader of one year reads that part only."""
    rng = drawn.chance.stream("earnings")
    basis = _basis(drawn, rng)
    parts: list[Columns] = []
    for year in years(drawn.reference):
        row, kind, cents = _of_year(basis, year, drawn.reference.year - DECIDING, rng)
        (month, first), days = _KNOWN
        known = day(date(year + 1, month, first)) + whole(rng, 0, days, basis.person.size)
        order = order_of(drawn, basis.person[row], None, kind)
        row = row[order]
        parts.append(
            {
                "person": drawn.insz(basis.person[row]),
                "year": pl.Series(np.full(row.size, year, dtype=np.int16)),
                "kind": parquet.texts(KINDS, kind[order]),
                "amount": parquet.euros(cents[order]),
                "known_on": parquet.dates(known[row]),
            }
        )
    return below_each_other(parts)


def below_each_other(parts: list[Columns]) -> Columns:
    """Put the rows of parts below each other, and let go of each part."""
    columns: Columns = {name: pl.concat([part[name] for part in parts], rechunk=False) for name in parts[0]}
    parts.clear()
    return columns


def replacement_incomes(drawn: Drawn) -> Columns:
    """Return the spells of leefloon, from the first day of the deciding year."""
    family = np.flatnonzero(on_leefloon(drawn.chance, drawn))
    person = drawn.people.first[family]
    begun = day(date(drawn.reference.year - DECIDING, 1, 1))
    order = order_of(drawn, person)
    return {
        "person": drawn.insz(person[order]),
        "kind": parquet.same("leefloon", person.size),
        "from": parquet.dates(np.full(person.size, begun, dtype=np.int64)),
        "to": parquet.dates(np.full(person.size, NONE, dtype=np.int64)),
    }


def alarm_bells(drawn: Drawn) -> Columns:
    """Return proofs of six to ten months with a lower income, of families without a right by their assessment."""
    rng = drawn.chance.stream("bells")
    families, people = drawn.families, drawn.people
    rung = rng.integers(0, MILLION, size=families.count) < _BELLS
    family = np.flatnonzero(rung & ~drawn.incomes.right)
    last_month = int(months(np.array([day(drawn.reference)]))[0])
    first = last_month - whole(rng, 8, 12, family.size)
    length = whole(rng, 6, 8, family.size)
    monthly = choose(rng, [1] * 150, family.size) * 10_00 + 1_500_00
    beneficiary = people.first[family]
    order = order_of(drawn, beneficiary)
    end = first_of_month(first + length) - 1
    return {
        "beneficiary": drawn.insz(beneficiary[order]),
        "monthly_income": parquet.euros(monthly[order]),
        "proven_on": parquet.dates((end + 20)[order]),
        "from": parquet.dates(first_of_month(first)[order]),
        "to": parquet.dates(end[order]),
    }
