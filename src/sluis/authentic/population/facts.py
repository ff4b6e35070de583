"""The fact tables: each built, sorted by person and first day, and let go before the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from sluis.authentic.population import parquet
from sluis.authentic.population.chance import Chance, Ints, whole
from sluis.authentic.population.children import Children
from sluis.authentic.population.days import NONE, YEAR, day
from sluis.authentic.population.families import Families
from sluis.authentic.population.histories import (
    ABROAD,
    Histories,
    Spells,
    draw_unions,
    earlier,
    joined,
    merged,
    with_codes_of_their_time,
)
from sluis.authentic.population.incomes import FIRST_NEW_AMOUNTS, INCOME_KINDS, Incomes
from sluis.authentic.population.names import draw_names
from sluis.authentic.population.parents import DIED, Former, Parents
from sluis.authentic.population.people import People
from sluis.authentic.population.published import Published
from sluis.authentic.population.rights import ROLES, draw_beneficiaries, draw_old_rights

Columns = dict[str, pl.Series]

_DAYS_SINCE_1880: Final = 32_872


@dataclass(frozen=True, slots=True)
class Drawn:
    """A whole population, drawn and not yet written.

    `number` is the text of each person's number and `rank` its place in their order: made once, for every table is
    sorted by it.
    """

    chance: Chance
    figures: Published
    reference: date
    families: Families
    children: Children
    former: Former
    parents: Parents
    people: People
    incomes: Incomes
    histories: Histories
    entitlements: Spells
    number: pl.Series
    rank: Ints

    def insz(self, rows: Ints) -> pl.Series:
        """Return the numbers of persons as text."""
        return self.number.gather(pl.Series(rows))


def _order(drawn: Drawn, person: Ints, start: Ints | None = None, *then: Ints) -> Ints:
    """Return the rows by number, then by first day, then by the other keys."""
    # One key of 64 bits: the rank has 23 of them, a day since the year 1880 has 17.
    key = drawn.rank[person] << 17
    if start is not None:
        key += start + _DAYS_SINCE_1880
    return np.lexsort((*reversed(then), key)) if then else np.argsort(key, kind="stable")


def _persons(drawn: Drawn) -> Columns:
    people = drawn.people
    order = np.argsort(drawn.rank, kind="stable")
    return {
        "id": drawn.insz(order),
        "born": parquet.dates(people.born[order]),
        "died": parquet.dates(people.died[order]),
    }


def _residences(drawn: Drawn) -> Columns:
    figures, stays = drawn.figures, drawn.histories.residences
    changed = merged(figures.localities, figures.nis)[stays.what]
    unchanged = stays.where(~changed)
    split, of_2024 = with_codes_of_their_time(stays.where(changed))
    abroad = drawn.histories.abroad
    rows = joined([unchanged, split, abroad])
    places = len(figures.nis)
    old_codes = figures.localities.nis_2024
    codes = [*figures.nis, *old_codes, *(nis for _, nis in ABROAD)]
    code = np.concatenate(
        [
            figures.localities.municipality[unchanged.what],
            np.where(of_2024, places + split.what, figures.localities.municipality[split.what]),
            places + len(old_codes) + abroad.what,
        ]
    )
    regions = ["VL"] * (places + len(old_codes)) + [region for region, _ in ABROAD]
    order = _order(drawn, rows.person, rows.start)
    return {
        "person": drawn.insz(rows.person[order]),
        "region": parquet.texts(regions, code[order]),
        "nis": parquet.texts(codes, code[order]),
        "register": parquet.texts(["population", None], (code[order] >= places + len(old_codes)).astype(np.int64)),
        "from": parquet.dates(rows.start[order]),
        "to": parquet.dates(rows.to[order]),
    }


def _households(drawn: Drawn) -> Columns:
    people, rows = drawn.people, drawn.histories.households
    order = _order(drawn, rows.person, rows.start)
    person = rows.person[order]
    head = (person == people.first[people.family[person]]) | (rows.what[order] >= drawn.families.count)
    return {
        "person": drawn.insz(person),
        "household": parquet.household(rows.what[order] + 1),
        "role": parquet.texts(["member", "reference"], head.astype(np.int64)),
        "from": parquet.dates(rows.start[order]),
        "to": parquet.dates(rows.to[order]),
    }


def _unions(drawn: Drawn) -> Columns:
    people = drawn.people
    rows, cohabiting = draw_unions(drawn.chance, people, drawn.families, drawn.parents, drawn.histories)
    order = _order(drawn, rows.person, rows.start)
    return {
        "a": drawn.insz(rows.person[order]),
        "b": drawn.insz(rows.what[order]),
        "kind": parquet.texts(["married", "cohabiting"], cohabiting[order]),
        "from": parquet.dates(rows.start[order]),
        "to": parquet.dates(rows.to[order]),
    }


def _parentage(drawn: Drawn) -> Columns:
    people = drawn.people
    child = np.arange(people.children + people.former)
    first, second = people.first[people.family[child]], people.second[people.family[child]]
    child, parent = np.r_[child, child[second >= 0]], np.r_[first, second[second >= 0]]
    order = _order(drawn, child, None, drawn.rank[parent])
    child = child[order]
    return {
        "child": drawn.insz(child),
        "parent": drawn.insz(parent[order]),
        "kind": parquet.same("birth", child.size),
        "from": parquet.dates(people.born[child]),
        "to": parquet.dates(np.full(child.size, NONE, dtype=np.int64)),
    }


def _births(drawn: Drawn) -> Columns:
    """Of the last year before the reference date only: a birth itself matters while its rights are being settled."""
    people, last = drawn.people, day(drawn.reference)
    child = np.flatnonzero(people.born[: people.children] > last - int(YEAR))
    rng = drawn.chance.stream("births")
    deed = people.born[child] + whole(rng, 0, 14, child.size)
    registered = deed + whole(rng, 0, 5, child.size)
    order = _order(drawn, child)
    child, known = child[order], np.full(child.size, last, dtype=np.int64)
    return {
        "child": drawn.insz(child),
        "stillborn": parquet.flags(np.zeros(child.size, dtype=bool)),
        "deed_on": parquet.dates(earlier(deed[order], known)),
        "registered_on": parquet.dates(earlier(registered[order], known)),
    }


def _beneficiaries(drawn: Drawn) -> Columns:
    people = drawn.people
    rows, role = draw_beneficiaries(drawn.former, drawn.parents, people)
    order = _order(drawn, rows.person, rows.start, drawn.rank[rows.what])
    return {
        "child": drawn.insz(rows.person[order]),
        "person": drawn.insz(rows.what[order]),
        "role": parquet.texts(ROLES, role[order]),
        "from": parquet.dates(rows.start[order]),
        "to": parquet.dates(rows.to[order]),
    }


def _old_rights(drawn: Drawn) -> Columns:
    people = drawn.people
    child, rank = draw_old_rights(people)
    order = _order(drawn, child)
    child = child[order]
    family = people.family[child]
    orphan = (drawn.parents.other[family] == DIED) & (drawn.parents.since[family] < FIRST_NEW_AMOUNTS)
    return {
        "child": drawn.insz(child),
        "group": parquet.household(family + 1),
        "rank": parquet.texts(["rank1", "rank2", "rank3"], rank[order] - 1),
        "ref_date": parquet.dates(np.full(child.size, FIRST_NEW_AMOUNTS - 1, dtype=np.int64)),
        "orphan": parquet.flags(orphan),
    }


def _incomes(drawn: Drawn) -> Columns:
    """Of the year two before the reference date, which decides in its month."""
    people, incomes = drawn.people, drawn.incomes
    second = np.flatnonzero(incomes.second_cents >= 0)
    person = np.r_[people.first, people.second[second]]
    cents = np.r_[incomes.first_cents, incomes.second_cents[second]]
    kind = np.r_[incomes.first_kind, incomes.second_kind[second]]
    order = _order(drawn, person)
    return {
        "person": drawn.insz(person[order]),
        "year": pl.Series(np.full(person.size, drawn.reference.year - 2, dtype=np.int16)),
        "kind": parquet.texts(INCOME_KINDS, kind[order]),
        "amount": parquet.euros(cents[order]),
    }


def _entitlements(drawn: Drawn) -> Columns:
    rows = drawn.entitlements
    order = _order(drawn, rows.person, rows.start)
    return {
        "person": drawn.insz(rows.person[order]),
        "benefit": parquet.same("sociale_toeslag", order.size),
        "from": parquet.dates(rows.start[order]),
        "to": parquet.dates(rows.to[order]),
    }


def _names(drawn: Drawn) -> Columns:
    people = drawn.people
    given_names, given, family_names, family = draw_names(drawn.chance, drawn.figures, people)
    order = np.argsort(drawn.rank, kind="stable")
    return {
        "person": drawn.insz(order),
        "given_name": parquet.texts(given_names, given[order]),
        "family_name": parquet.texts(family_names, family[order]),
    }


def _addresses(drawn: Drawn) -> Columns:
    """Where people live on the reference date, without a street."""
    rows, last = drawn.histories.residences, day(drawn.reference)
    rows = rows.where((rows.start <= last) & ((rows.to == NONE) | (rows.to >= last)))
    order = _order(drawn, rows.person)
    place = rows.what[order]
    return {
        "person": drawn.insz(rows.person[order]),
        "postal_code": parquet.texts(drawn.figures.localities.postal_code, place),
        "locality": parquet.texts(drawn.figures.localities.name, place),
    }


def _replacements(drawn: Drawn) -> Columns:
    people = drawn.people
    order = np.argsort(people.old_number, kind="stable")
    return {
        "old": parquet.insz(people.old_number[order]),
        "new": parquet.insz(people.new_number[order]),
        "since": parquet.dates(people.replaced_on[order]),
    }


TABLES: dict[str, Callable[[Drawn], Columns]] = {
    "persons": _persons,
    "residences": _residences,
    "households": _households,
    "unions": _unions,
    "parentage": _parentage,
    "births": _births,
    "beneficiaries": _beneficiaries,
    "old_rights": _old_rights,
    "incomes": _incomes,
    "entitlements": _entitlements,
    "names": _names,
    "addresses": _addresses,
    "insz_replacements": _replacements,
}


def fact_tables(drawn: Drawn) -> Iterator[tuple[str, Columns]]:
    """Build the tables one after the other, so that one at a time is in memory."""
    for name, build in TABLES.items():
        yield name, build(drawn)
