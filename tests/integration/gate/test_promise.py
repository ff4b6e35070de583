"""The gate's promise, for random agreements, populations and requests.

No item outside the leg and no person outside its scope ever leaves; every release has exactly one entry, and a refusal
one of its own; what is permitted is what an independent reading of the plain text permits.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluis.agreements.model import Agreement
from sluis.agreements.text import plain
from sluis.database import Database
from sluis.gate.model import Released
from sluis.kernel.outcome import Refused
from tests.integration.gate.house import DAY, House, build_house, force, number

ITEMS = ("child-insz", "right-since", "beneficiary-insz")
CHANNELS = ("web", "sftp", "encrypted-mail", "command-line", "api")
PLACES = ("37021", "37018", "37022", "11002", None)
PEOPLE = [number(serial) for serial in range(1, 9)]
BIRTHS = [date(2026, 3, 2), date(2025, 3, 3), date(2008, 3, 2), date(2008, 3, 3), date(2000, 3, 2), date(1960, 1, 1)]

texts = st.fixed_dictionaries(
    {
        "items": st.sets(st.sampled_from(ITEMS), min_size=1),
        "channels": st.sets(st.sampled_from(CHANNELS), min_size=1),
        "age": st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted),
        "territory": st.sampled_from(["asker", "receiver", "everywhere", ["37021"], ["11002", "37018"]]),
        "times": st.sampled_from([None, 1, 2]),
        "roles": st.sampled_from([["officer"], ["dpo"], ["officer", "dpo"]]),
    }
)
persons = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(BIRTHS),
        st.sampled_from(PLACES),
        st.sampled_from([None, date(2026, 3, 1), date(2026, 3, 2)]),
        st.booleans(),
    ),
    unique_by=lambda row: row[0],
    max_size=len(PEOPLE),
)
requests = st.lists(
    st.fixed_dictionaries(
        {
            "items": st.frozensets(st.sampled_from((*ITEMS, "income")), max_size=4),
            "channel": st.sampled_from((*CHANNELS, "paper")),
            "purpose": st.sampled_from(["automatic-allowance", "research"]),
            "party": st.sampled_from(["gemeente-wingene", "gemeente-tielt", "opgroeien-regie"]),
            "actor": st.sampled_from(["an", "nobody"]),
            "subjects": st.lists(st.sampled_from(PEOPLE), max_size=6).map(tuple),
        }
    ),
    min_size=1,
    max_size=4,
)


def _written(agreement: Agreement, wish: dict[str, Any]) -> Agreement:
    text = plain(agreement)
    text["id"] = f"random-{uuid4().hex[:12]}"
    leg = text["legs"]["answer"]
    leg["items"] = [item for item in leg["items"] if item["name"] in wish["items"]]
    leg["channels"] = sorted(wish["channels"])
    leg["subjects"]["age"] = {"from": wish["age"][0], "to": wish["age"][1]}
    leg["subjects"]["territory"] = wish["territory"]
    leg["roles"] = wish["roles"]
    leg["periodicity"] |= (
        {"kind": "unlimited", "times": None} if wish["times"] is None else {"kind": "per_year", "times": wish["times"]}
    )
    return Agreement.model_validate(text, strict=False)


def _may_pass(wish: dict[str, Any], asked: dict[str, Any], used: int) -> bool:
    """Read the wish as a person would: the oracle, written without the gate's own words."""
    return (
        asked["party"] == "gemeente-wingene"
        and asked["actor"] == "an"
        and "officer" in wish["roles"]
        and asked["purpose"] == "automatic-allowance"
        and bool(asked["items"])
        and asked["items"] <= wish["items"]
        and asked["channel"] in wish["channels"]
        and bool(asked["subjects"])
        and (wish["times"] is None or used < wish["times"])
    )


def _within(wish: dict[str, Any], born: date, nis: str | None, died: date | None) -> bool:
    birthdays = sum(date(born.year + n, born.month, born.day) <= DAY for n in range(1, 90))
    places = {"asker": {"37021", "37018", "37012"}, "receiver": {"37021", "37018", "37012"}}
    wanted = wish["territory"]
    lives = wanted == "everywhere" or nis in (places[wanted] if isinstance(wanted, str) else wanted)
    alive = born <= DAY and (died is None or died >= DAY)
    return alive and lives and wish["age"][0] <= birthdays <= wish["age"][1]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wish=texts, living=persons, asked=requests)
def test_the_gate_keeps_its_promise(
    database: Database, wish: dict[str, Any], living: list[Any], asked: list[dict[str, Any]]
) -> None:
    house = _house_of(database, wish)
    scope = set()
    for insz, born, nis, died, entitled in living:
        house.population.add(insz, born=born, nis=nis, died=died, parents=[number(800)] if entitled else None)
        if entitled and _within(wish, born, nis, died):
            scope.add(insz)
    before, releases = house.entries("refusal"), house.entries("release")
    used = 0
    for one in asked:
        with database.transaction() as connection:
            outcome = house.gate.release(connection, house.request(**one))
        if _may_pass(wish, one, used):
            assert isinstance(outcome, Released)
            assert {record.subject for record in outcome.records} == scope & set(one["subjects"])
            assert all(set(record.values) <= one["items"] for record in outcome.records)
            assert all(record.values.keys() <= wish["items"] for record in outcome.records)
            used, releases = used + 1, releases + 1
        else:
            assert isinstance(outcome, Refused)
            before += 1
        assert (house.entries("refusal"), house.entries("release")) == (before, releases)


def _house_of(database: Database, wish: dict[str, Any]) -> House:
    from sluis.channels.demo.agreements import body_of, completed

    with database.transaction() as connection:
        known = connection.execute("SELECT 1 FROM actor WHERE id = 'an'").fetchone()
    if known is None:
        build_house(database)
    agreement = _written(completed("promise", body_of("gemeente-wingene"), day=DAY), wish)
    with database.transaction() as connection:
        digest = force(connection, agreement)
    house = _empty_house(database, agreement.id, digest)
    return house


def _empty_house(database: Database, agreement: str, digest: str) -> House:
    from sluis.gate.actions import Gate
    from sluis.ledger.persons import PersonSecret
    from tests.integration.gate.house import Population, Register, Source

    population = Population()
    gate = Gate(
        register=Register(population),
        sources={Source.code: Source(population)},
        secret=PersonSecret(b"s" * 32),
    )
    return House(database, population, gate, agreement, digest)
