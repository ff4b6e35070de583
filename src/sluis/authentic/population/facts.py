"""The fact tables: each built, sorted by person and first day, and let go before the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from sluis.authentic.population import beside, care, childcare, earnings, living, parquet, placing, schooling, settling
from sluis.authentic.population.chance import whole
from sluis.authentic.population.days import NONE, YEAR, day
from sluis.authentic.population.drawn import Columns, Drawn, order_of
from sluis.authentic.population.histories import (
    ABROAD,
    draw_unions,
    earlier,
    joined,
    merged,
    with_codes_of_their_time,
)
from sluis.authentic.population.incomes import FIRST_NEW_AMOUNTS
from sluis.authentic.population.names import draw_names
from sluis.authentic.population.parents import DIED
from sluis.authentic.population.rights import ROLES, draw_beneficiaries, draw_old_rights


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
    order = order_of(drawn, rows.person, rows.start)
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
    order = order_of(drawn, rows.person, rows.start)
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
    order = order_of(drawn, rows.person, rows.start)
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
    order = order_of(drawn, child, None, drawn.rank[parent])
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
    order = order_of(drawn, child)
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
    order = order_of(drawn, rows.person, rows.start, drawn.rank[rows.what])
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
    order = order_of(drawn, child)
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


def _entitlements(drawn: Drawn) -> Columns:
    rows = drawn.entitlements
    order = order_of(drawn, rows.person, rows.start)
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
    order = order_of(drawn, rows.person)
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
    "incomes": earnings.incomes,
    "entitlements": _entitlements,
    "names": _names,
    "addresses": _addresses,
    "insz_replacements": _replacements,
    "organisations": placing.organisations,
    "placements": placing.placements,
    "custody": living.custody,
    "stay_rights": living.stay_rights,
    "adoptions": living.adoptions,
    "decisions": living.decisions,
    "care_scores": care.care_scores,
    "disabilities": care.disabilities,
    "illness": care.illness,
    "replacement_incomes": earnings.replacement_incomes,
    "alarm_bells": earnings.alarm_bells,
    "education": schooling.education,
    "childcare_days": childcare.childcare_days,
    "work": schooling.work,
    "fiscal_dependants": living.fiscal_dependants,
    "requests": settling.requests,
    "payers": beside.payers,
    "accounts": beside.accounts,
}


def fact_tables(drawn: Drawn) -> Iterator[tuple[str, Columns]]:
    """Build the tables one after the other, so that one at a time is in memory."""
    for name, build in TABLES.items():
        yield name, build(drawn)
