"""Evidence is written with what it tells about, or neither is; persons and parties find it."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluis.database import Connection, Database
from sluis.kernel.insz import Insz
from sluis.ledger import (
    PersonSecret,
    Subjects,
    entries_of_party,
    entries_of_person,
    find_entry,
    keys_ahead,
    record,
    record_many,
    store,
)
from sluis.ledger.persons import new_person_key, pseudonym, single_root, subject_set
from tests.unit.ledger.samples import AT, SECRETS, insz, refusal, release
from tests.unit.ledger.test_persons import one_step

ANN, BEN, CLEO = insz(1), insz(2), insz(3)


def number_of(connection: Connection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize(
    "subjects",
    [
        {},
        {"asked": []},
        {"asked": [ANN]},
        {"asked": [ANN], "released": [ANN], "refused": []},
        {"asked": [ANN, BEN], "released": [BEN]},
        {"asked": [ANN, ANN, BEN, CLEO], "released": [BEN, CLEO]},
    ],
)
def test_an_entry_is_read_back_as_it_was_recorded(database: Database, subjects: Subjects) -> None:
    entry = refusal()
    with database.transaction() as connection:
        entry_id = record(connection, entry=entry, subjects=subjects, secrets=SECRETS)
    with database.transaction() as connection:
        recorded = find_entry(connection, entry_id)
        assert recorded is not None
        assert (recorded.id, recorded.entry) == (entry_id, entry)
        assert set(recorded.subjects) == set(subjects)
        for group, numbers in subjects.items():
            keys = [store.all_person_keys(connection, SECRETS.reference(number)) for number in set(numbers)]
            assert all(len(own) == 1 for own in keys)
            expected = subject_set(sorted(pseudonym(own[0], entry_id) for own in keys))
            assert recorded.subjects[group] == expected


def test_one_person_alone_is_written_in_one_statement_as_many_would_be(database: Database) -> None:
    with database.transaction() as connection:
        alone = record(connection, entry=release(), subjects={"asked": [ANN]}, secrets=SECRETS)
        (among,) = record_many(connection, entries=[(release(), {"asked": [ANN]})], secrets=SECRETS)
        (key,) = store.all_person_keys(connection, SECRETS.reference(ANN))
        for entry_id in (alone, among):
            recorded = find_entry(connection, entry_id)
            assert recorded is not None
            assert recorded.subjects["asked"].root == single_root(pseudonym(key, entry_id))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_what_the_database_derives_is_what_the_world_derives(database: Database, key: bytes, message: bytes) -> None:
    with database.transaction() as connection:
        row = connection.execute("SELECT ledger_derived(%s, %s)", (key, message)).fetchone()
    assert row == (one_step(key, message),)


def test_a_key_made_by_the_database_has_its_tag(database: Database) -> None:
    with database.transaction() as connection:
        record(connection, entry=release(), subjects={"asked": [ANN]}, secrets=SECRETS)
        (made,) = store.all_person_keys(connection, SECRETS.reference(ANN))
    assert made[32:] == one_step(made[:32], b"index")


def test_a_transaction_that_fails_leaves_no_entry_no_person_and_no_key(database: Database) -> None:
    def write_and_fail() -> None:
        with database.transaction() as connection:
            record(connection, entry=release(), subjects={"asked": [ANN]}, secrets=SECRETS)
            record(connection, entry=release(), subjects={"asked": [ANN, BEN]}, secrets=SECRETS)
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    with database.transaction() as connection:
        tables = ("ledger_entry", "ledger_subject", "ledger_subject_set", "ledger_person_key")
        assert [number_of(connection, table) for table in tables] == [0, 0, 0, 0]


def test_no_number_of_a_person_is_anywhere_in_the_ledger(database: Database) -> None:
    with database.transaction() as connection:
        record(connection, entry=release(), subjects={"asked": [ANN]}, secrets=SECRETS)
        record(connection, entry=release(), subjects={"asked": [ANN, BEN]}, secrets=SECRETS)
        for table in ("ledger_entry", "ledger_subject", "ledger_subject_set", "ledger_person_key"):
            for row in connection.execute(f"SELECT * FROM {table}"):
                for value in row:
                    written = value if isinstance(value, bytes) else str(value).encode()
                    assert ANN.encode() not in written
                    assert BEN.encode() not in written


def test_a_person_finds_every_entry_alone_or_among_many_newest_first(database: Database) -> None:
    crowd = [insz(number) for number in range(10, 400)]
    with database.transaction() as connection:
        for day in range(6):
            at = AT + timedelta(days=40 * day)
            record(connection, entry=release(at=at), subjects={"asked": [ANN], "released": [ANN]}, secrets=SECRETS)
            bulk = {"asked": [*crowd, ANN], "released": crowd[:5]}
            record(connection, entry=release(at=at + timedelta(hours=1)), subjects=bulk, secrets=SECRETS)
            record(connection, entry=release(at=at), subjects={"asked": [BEN]}, secrets=SECRETS)
    with database.transaction() as connection:
        found = entries_of_person(connection, ANN, secrets=SECRETS)
        assert [one.groups for one in found] == [("asked",), ("asked", "released")] * 6
        assert [one.recorded.entry.at for one in found] == sorted(
            (one.recorded.entry.at for one in found), reverse=True
        )
        pages, before = [], None
        while page := entries_of_person(connection, ANN, secrets=SECRETS, before=before, most=5):
            pages += page
            before = page[-1].recorded.id
        assert pages == found
        assert len(entries_of_person(connection, crowd[0], secrets=SECRETS)) == 6
        assert entries_of_person(connection, CLEO, secrets=SECRETS) == []
        assert entries_of_person(connection, ANN, secrets=PersonSecret(os.urandom(32))) == []


def test_both_parties_find_an_entry_once_and_others_do_not(database: Database) -> None:
    with database.transaction() as connection:
        ids = [
            record(
                connection,
                entry=release(at=AT + timedelta(days=17 * day), party=party, counterparty=other),
                subjects={},
                secrets=SECRETS,
            )
            for day, (party, other) in enumerate([("a", "b"), ("b", "a"), ("a", "a"), ("c", None), ("a", "b")] * 5)
        ]
        kept = [entry_id for place, entry_id in enumerate(ids) if place % 5 != 3][::-1]
        assert [one.id for one in entries_of_party(connection, "a")] == kept
        assert [one.id for one in entries_of_party(connection, "b", most=3)] == [ids[24], ids[21], ids[20]]
        assert [one.id for one in entries_of_party(connection, "a", before=kept[6], most=4)] == kept[7:11]
        assert entries_of_party(connection, "d") == []


def test_entries_of_one_moment_have_an_order_and_no_page_loses_one(database: Database) -> None:
    with database.transaction() as connection:
        ids = {record(connection, entry=release(), subjects={"asked": [ANN]}, secrets=SECRETS) for _ in range(25)}
        seen, before = [], None
        while page := entries_of_party(connection, release().party, before=before, most=4):
            seen += [one.id for one in page]
            before = page[-1].id
        assert (len(seen), set(seen)) == (25, ids)


@pytest.mark.parametrize("year", [1999, 2026, 2031])
def test_an_entry_of_any_time_is_taken(database: Database, year: int) -> None:
    at = datetime(year, 7, 1, tzinfo=UTC)
    with database.transaction() as connection:
        entry_id = record(connection, entry=release(at=at), subjects={"asked": [ANN]}, secrets=SECRETS)
        assert find_entry(connection, entry_id) is not None
        assert len(entries_of_person(connection, ANN, secrets=SECRETS)) == 1


def test_the_months_ahead_are_made_once_and_never_over_entries_that_are_there(database: Database) -> None:
    at = datetime(2031, 7, 1, tzinfo=UTC)
    with database.transaction() as connection:
        entry_id = record(connection, entry=release(at=at), subjects={"asked": [ANN]}, secrets=SECRETS)
    with database.owner() as connection:
        # July 2031 stands in the default partitions already; August is made, for entries and for subjects.
        assert store.make_months(connection, at.date(), 2) == 2
        assert store.make_months(connection, at.date(), 2) == 0
    with database.transaction() as connection:
        assert find_entry(connection, entry_id) is not None
        record(connection, entry=release(at=at + timedelta(days=31)), subjects={"asked": [ANN]}, secrets=SECRETS)
        assert len(entries_of_person(connection, ANN, secrets=SECRETS)) == 2


def test_a_new_person_met_by_two_transactions_at_once_keeps_neither_waiting(database: Database) -> None:
    crowd = [insz(number) for number in range(50)]
    with database.transaction() as first, database.transaction() as second:
        record(first, entry=release(), subjects={"asked": crowd}, secrets=SECRETS)
        record(second, entry=release(), subjects={"asked": crowd[::-1]}, secrets=SECRETS)
        record(second, entry=release(), subjects={"asked": [crowd[0]]}, secrets=SECRETS)
        record(first, entry=release(), subjects={"asked": [crowd[0]]}, secrets=SECRETS)
    with database.transaction() as connection:
        assert len(entries_of_person(connection, crowd[0], secrets=SECRETS)) == 4
        assert len(entries_of_person(connection, crowd[49], secrets=SECRETS)) == 2
        # From now on everybody writes under the same one of the two keys.
        record(connection, entry=release(), subjects={"asked": [crowd[0]]}, secrets=SECRETS)
        record(connection, entry=release(), subjects={"asked": crowd}, secrets=SECRETS)
        found = entries_of_person(connection, crowd[0], secrets=SECRETS)
        assert len(found) == 6
        assert all(one.groups == ("asked",) for one in found)


def test_many_writers_of_the_same_new_persons_all_end_well(database: Database) -> None:
    people = [insz(number) for number in range(40)]
    failures: list[BaseException] = []

    def write(seed: int) -> None:
        try:
            for turn in range(8):
                with database.transaction() as connection:
                    some: list[Insz] = people[(seed + turn) % 7 :: 3]
                    record(connection, entry=release(), subjects={"asked": some}, secrets=SECRETS)
                    record(connection, entry=release(), subjects={"asked": [people[0]]}, secrets=SECRETS)
        except BaseException as error:  # every fault of a thread is the test's
            failures.append(error)

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    with database.transaction() as connection:
        assert number_of(connection, "ledger_entry") == 96
        assert len(entries_of_person(connection, people[0], secrets=SECRETS, most=500)) >= 48


def test_a_number_that_is_none_stops_the_transaction(database: Database) -> None:
    for number in ("", "123", "8507300332x"):
        with pytest.raises(ValueError, match="eleven"), database.transaction() as connection:
            record(connection, entry=release(), subjects={"asked": [Insz(number)]}, secrets=SECRETS)


@pytest.mark.parametrize("name", ["", "Asked", "a b", 'a"b', "x" * 65])
def test_a_group_has_a_short_plain_name(database: Database, name: str) -> None:
    with pytest.raises(ValueError, match="group"), database.transaction() as connection:
        record(connection, entry=release(), subjects={name: [ANN]}, secrets=SECRETS)


def test_keys_that_were_looked_up_ahead_serve_and_the_missing_ones_are_made_with_the_entry(database: Database) -> None:
    known, fresh = [insz(number) for number in range(1200)], [insz(number) for number in range(1200, 1500)]
    with database.transaction() as connection:
        record(connection, entry=release(), subjects={"asked": known}, secrets=SECRETS)
    with database.transaction() as connection:
        ahead = keys_ahead(connection, numbers=[*known, *fresh], secrets=SECRETS)
        assert set(ahead) == set(known)
        assert number_of(connection, "ledger_person_key") == len(known)
    with database.transaction() as connection:
        subjects = {"asked": [*known, *fresh], "released": fresh}
        entry_id = record(connection, entry=release(), subjects=subjects, secrets=SECRETS, ahead=ahead)
    with database.transaction() as connection:
        assert number_of(connection, "ledger_person_key") == len(known) + len(fresh)
        assert number_of(connection, "ledger_subject") == 2 * len(known) + len(fresh)
        for number, groups in ((known[7], ("asked",)), (fresh[7], ("asked", "released"))):
            found = entries_of_person(connection, number, secrets=SECRETS)
            assert {one.recorded.id: one.groups for one in found}[entry_id] == groups


def test_a_failure_while_a_long_entry_is_written_undoes_all_of_it(database: Database) -> None:
    everyone = [insz(number) for number in range(1500)]

    def write_and_fail() -> None:
        with database.transaction() as connection:
            record(connection, entry=release(), subjects={"asked": everyone, "released": everyone}, secrets=SECRETS)
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    with database.transaction() as connection:
        for table in ("ledger_entry", "ledger_subject", "ledger_subject_set", "ledger_person_key"):
            assert number_of(connection, table) == 0


def test_of_two_keys_of_one_person_the_lower_one_serves(database: Database) -> None:
    keys = sorted(new_person_key() for _ in range(2))
    with database.transaction() as connection:
        store.insert_person_keys(connection, [(SECRETS.reference(ANN), key) for key in reversed(keys)])
        assert keys_ahead(connection, numbers=[ANN, BEN], secrets=SECRETS) == {ANN: keys[0]}
