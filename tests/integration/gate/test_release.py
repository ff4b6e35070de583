"""What the gate lets through, what it records, and what it never does."""

from __future__ import annotations

import threading
from datetime import date

import psycopg
import pytest

from sluis.database import Database
from sluis.gate.model import Released, ReleaseStopped
from sluis.kernel.outcome import Refused, Undecided
from sluis.ledger.reading import entries_of_person, find_entry
from tests.integration.gate.house import AT, NIS_OF_WINGENE, WINGENE, Source, build_house, number

CHILD, PARENT, OTHER = number(1), number(2, born=date(1980, 1, 1)), number(3)


def test_a_child_with_the_right_is_released_with_its_beneficiary(database: Database) -> None:
    house = build_house(database)
    house.population.add(CHILD, parents=[PARENT])
    with database.transaction() as connection:
        released = house.gate.release(connection, house.request(CHILD))
    assert isinstance(released, Released)
    assert [(one.subject, one.values["beneficiary-insz"]) for one in released.records] == [(CHILD, PARENT)]


def test_the_entry_names_the_text_the_items_and_how_many_but_no_person(database: Database) -> None:
    house = build_house(database)
    house.population.add(CHILD, parents=[PARENT])
    with database.transaction() as connection:
        released = house.gate.release(connection, house.request(CHILD, OTHER))
        assert isinstance(released, Released)
        recorded = find_entry(connection, released.entry)
    assert recorded is not None
    assert recorded.entry.agreement is not None
    assert recorded.entry.agreement.digest == house.text_hash
    assert recorded.entry.items == ("beneficiary-insz", "child-insz", "right-since")
    assert {name: one.count for name, one in recorded.subjects.items()} == {"asked": 2, "released": 2}


def test_everyone_concerned_finds_the_entry_and_nobody_else(database: Database) -> None:
    house = build_house(database)
    house.population.add(CHILD, parents=[PARENT])
    with database.transaction() as connection:
        house.gate.release(connection, house.request(CHILD, OTHER))
        groups = {
            person: [one.groups for one in entries_of_person(connection, person, secrets=house.gate.secret)]
            for person in (CHILD, PARENT, OTHER, number(9))
        }
    assert [set(found) for found in groups[CHILD]] == [{"asked", "released"}]
    assert [set(found) for found in groups[PARENT]] == [{"released"}]
    assert [set(found) for found in groups[OTHER]] == [{"asked"}]
    assert groups[number(9)] == []


def test_only_items_that_were_asked_leave_though_the_source_gives_more(database: Database) -> None:
    house = build_house(database)
    house.population.add(CHILD, parents=[PARENT])
    with database.transaction() as connection:
        released = house.gate.release(connection, house.request(CHILD, items=frozenset({"right-since"})))
    assert isinstance(released, Released)
    assert [dict(one.values) for one in released.records] == [{"right-since": "2025-01-01"}]


def test_a_child_that_was_not_asked_about_never_leaves(database: Database) -> None:
    house = build_house(database)
    house.population.add(CHILD, parents=[PARENT])
    house.population.add(OTHER, parents=[PARENT])
    with database.transaction() as connection:
        released = house.gate.release(connection, house.request(OTHER))
    assert isinstance(released, Released)
    assert {one.subject for one in released.records} == {OTHER}


def test_a_replaced_number_is_answered_under_the_number_that_was_asked(database: Database) -> None:
    house = build_house(database)
    house.population.add(CHILD, parents=[PARENT])
    house.population.facts[OTHER] = house.population.facts[CHILD]  # the register resolves the old number
    with database.transaction() as connection:
        released = house.gate.release(connection, house.request(OTHER))
    assert isinstance(released, Released)
    assert [(one.subject, one.replaced) for one in released.records] == [(OTHER, True)]


def test_a_one_off_agreement_is_used_up_by_one_release(database: Database) -> None:
    house = build_house(database)
    house.population.add(CHILD, parents=[PARENT])
    with database.transaction() as connection:
        assert isinstance(house.gate.release(connection, house.request(CHILD)), Released)
    with database.transaction() as connection:
        second = house.gate.release(connection, house.request(CHILD))
    assert isinstance(second, Refused)
    assert [reason.code for reason in second.reasons] == ["uses-spent"]
    assert (house.entries("release"), house.entries("refusal")) == (1, 1)


def test_of_many_who_ask_at_once_one_gets_the_last_use(database: Database) -> None:
    house = build_house(database)
    house.population.add(CHILD, parents=[PARENT])
    together = threading.Barrier(6)
    outcomes: list[str] = []

    def ask() -> None:
        together.wait()
        try:
            with database.transaction() as connection:
                outcomes.append(type(house.gate.release(connection, house.request(CHILD))).__name__)
        except ReleaseStopped:
            outcomes.append("stopped")

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("Released") == 1
    assert (house.uses(), house.entries("release")) == (1, 1)


def test_a_refused_request_is_recorded_with_its_grounds(database: Database) -> None:
    house = build_house(database)
    with database.transaction() as connection:
        refused = house.gate.release(connection, house.request(CHILD, purpose="marketing", channel="paper"))
    assert isinstance(refused, Refused)
    assert {reason.code for reason in refused.reasons} == {"purpose-not-agreed", "channel-not-agreed"}
    with database.transaction() as connection:
        found = entries_of_person(connection, CHILD, secrets=house.gate.secret)
    assert [one.recorded.entry.outcome for one in found] == ["refused"]


@pytest.mark.parametrize("agreement", ["no-such", CHILD, "'; DROP TABLE actor; --", "é" * 200])
def test_an_agreement_that_is_not_there_is_refused_and_recorded(database: Database, agreement: str) -> None:
    house = build_house(database)
    with database.transaction() as connection:
        refused = house.gate.release(connection, house.request(CHILD, agreement=agreement))
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["agreement-not-in-force"]
    assert house.entries("refusal") == 1


def test_a_leg_whose_source_is_not_connected_is_undecided(database: Database) -> None:
    house = build_house(database)
    gate = type(house.gate)(register=house.gate.register, sources={}, secret=house.gate.secret)
    with database.transaction() as connection:
        undecided = gate.release(connection, house.request(CHILD))
    assert isinstance(undecided, Undecided)
    assert house.uses() == 0


def test_nothing_is_released_when_the_ledger_cannot_be_written(database: Database) -> None:
    house = build_house(database)
    house.population.add(CHILD, parents=[PARENT])
    with database.owner() as connection:
        connection.execute("REVOKE INSERT ON ledger_entry FROM sluis_app")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction() as connection:
        house.gate.release(connection, house.request(CHILD))
    assert house.uses() == 0


def test_a_text_of_which_a_letter_was_changed_opens_nothing(database: Database) -> None:
    house = build_house(database)
    house.population.add(CHILD, parents=[PARENT])
    with database.owner() as connection:
        # Only an owner who first takes the check away can do this at all.
        connection.execute("ALTER TABLE agreement_text DROP CONSTRAINT agreement_text_check")
        connection.execute(
            "UPDATE agreement_text SET canonical = convert_to(replace(convert_from(canonical, 'UTF8'),"
            " '\"to\":25', '\"to\":95'), 'UTF8')"
        )
    with database.transaction() as connection:
        refused = house.gate.release(connection, house.request(CHILD))
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["text-altered"]


def test_a_role_that_was_withdrawn_opens_nothing(database: Database) -> None:
    from sluis.gate.store import end_role

    house = build_house(database)
    with database.transaction() as connection:
        assert end_role(connection, actor="an", party=WINGENE, role="officer", on=AT.date()) == 1
    with database.transaction() as connection:
        refused = house.gate.release(connection, house.request(CHILD))
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["actor-without-role"]


def test_the_role_at_one_party_opens_nothing_at_another(database: Database) -> None:
    house = build_house(database)
    with database.transaction() as connection:
        refused = house.gate.release(connection, house.request(CHILD, party="gemeente-tielt"))
    assert isinstance(refused, Refused)
    assert {reason.code for reason in refused.reasons} == {"party-not-receiver", "actor-without-role"}


def test_nobody_out_of_scope_is_read_from_the_source(database: Database) -> None:
    asked: list[str] = []

    class Listening(Source):
        def read(self, connection, *, subjects, items, reference, since):
            asked.extend(subjects)
            return super().read(connection, subjects=subjects, items=items, reference=reference, since=since)

    house = build_house(database)
    elsewhere = house.population.add(OTHER, nis="11002", parents=[PARENT])
    house.population.add(CHILD, nis=NIS_OF_WINGENE, parents=[PARENT])
    gate = type(house.gate)(
        register=house.gate.register,
        sources={Source.code: Listening(house.population)},
        secret=house.gate.secret,
    )
    with database.transaction() as connection:
        released = gate.release(connection, house.request(CHILD, elsewhere))
    assert isinstance(released, Released)
    assert CHILD in asked
    assert elsewhere not in asked
    assert {one.subject for one in released.records} == {CHILD}
