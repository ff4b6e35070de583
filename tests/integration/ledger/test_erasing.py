"""A person who is erased is gone from a ledger that still verifies."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg import errors

from sluis.database import Database
from sluis.kernel.errors import SluisError
from sluis.ledger import (
    check_receipt,
    entries_of_person,
    erase_person,
    export_ledger,
    find_entry,
    issue_receipt,
    keys_ahead,
    record,
    verify_export,
    verify_whole,
)
from sluis.ledger.note import Signer
from tests.integration.ledger.conftest import Sequence
from tests.unit.ledger.samples import SECRETS, insz, release

ANN, BEN, CLEO = insz(1), insz(2), insz(3)
BY_THE_DPO = release(kind="request", outcome="done", actor="person:dpo-1", details={"ground": "avg-17"})


def test_an_erased_person_is_found_no_more_and_everything_still_verifies(
    database: Database, signer: Signer, sequence: Sequence, tmp_path: Path
) -> None:
    with database.transaction() as connection:
        alone = record(connection, entry=release(), subjects={"asked": [ANN], "released": [ANN]}, secrets=SECRETS)
        among = record(connection, entry=release(), subjects={"asked": [ANN, BEN, CLEO]}, secrets=SECRETS)
    sequence()
    with database.transaction() as connection:
        kept = [issue_receipt(connection, one, insz=ANN, secrets=SECRETS).to_bytes() for one in (alone, among)]
    with database.keeper() as keeper:
        erased = erase_person(keeper, insz=ANN, entry=BY_THE_DPO, secrets=SECRETS)
    assert erased.was_known
    sequence()
    with database.transaction() as connection:
        assert entries_of_person(connection, ANN, secrets=SECRETS) == []
        assert len(entries_of_person(connection, BEN, secrets=SECRETS)) == 1
        with pytest.raises(SluisError, match="gaat niet over deze persoon"):
            issue_receipt(connection, among, insz=ANN, secrets=SECRETS)
        assert verify_whole(connection, signer.verifier).verified.entries == 3
        export_ledger(connection, tmp_path / "export")
        told = find_entry(connection, erased.entry_id)
        proof = issue_receipt(connection, erased.entry_id).to_bytes()
    assert told is not None
    assert (told.entry.kind, told.entry.outcome, told.subjects) == ("person-erased", "done", {})
    assert told.entry.details == {"ground": "avg-17", "keys": 1}
    assert verify_export(tmp_path / "export", signer.verifier).entries == 3
    assert check_receipt(proof, signer.verifier).recorded == told
    # What the person took home still holds: it is about a pseudonym that nobody can make again.
    assert [check_receipt(one, signer.verifier).groups for one in kept] == [("asked", "released"), ("asked",)]


def test_a_person_who_comes_back_after_erasure_is_another(database: Database) -> None:
    with database.transaction() as connection:
        record(connection, entry=release(), subjects={"asked": [ANN]}, secrets=SECRETS)
    with database.keeper() as keeper:
        erase_person(keeper, insz=ANN, entry=BY_THE_DPO, secrets=SECRETS)
    with database.transaction() as connection:
        new = record(connection, entry=release(), subjects={"asked": [ANN]}, secrets=SECRETS)
        assert [one.recorded.id for one in entries_of_person(connection, ANN, secrets=SECRETS)] == [new]


def test_every_key_of_a_person_is_destroyed_also_where_two_were_made_at_once(database: Database) -> None:
    with database.transaction() as first, database.transaction() as second:
        record(first, entry=release(), subjects={"asked": [ANN]}, secrets=SECRETS)
        record(second, entry=release(), subjects={"asked": [ANN]}, secrets=SECRETS)
    with database.keeper() as keeper:
        erased = erase_person(keeper, insz=ANN, entry=BY_THE_DPO, secrets=SECRETS)
    with database.transaction() as connection:
        told = find_entry(connection, erased.entry_id)
        assert told is not None
        assert told.entry.details["keys"] == 2
        assert entries_of_person(connection, ANN, secrets=SECRETS) == []


def test_erasing_someone_unknown_leaves_evidence_that_it_was_asked(database: Database) -> None:
    with database.keeper() as keeper:
        erased = erase_person(keeper, insz=ANN, entry=BY_THE_DPO, secrets=SECRETS)
    assert not erased.was_known
    with database.transaction() as connection:
        assert find_entry(connection, erased.entry_id) is not None


def test_the_key_and_the_evidence_go_together_or_not_at_all(database: Database) -> None:
    with database.transaction() as connection:
        record(connection, entry=release(), subjects={"asked": [ANN]}, secrets=SECRETS)
    with database.keeper() as keeper:
        erase_person(keeper, insz=ANN, entry=BY_THE_DPO, secrets=SECRETS)
        keeper.rollback()
    with database.transaction() as connection:
        assert len(entries_of_person(connection, ANN, secrets=SECRETS)) == 1


def test_the_role_that_serves_cannot_erase(database: Database) -> None:
    with database.transaction() as connection, pytest.raises(errors.InsufficientPrivilege):
        erase_person(connection, insz=ANN, entry=BY_THE_DPO, secrets=SECRETS)


def test_who_is_erased_between_the_look_ahead_and_the_entry_is_found_by_nobody(
    database: Database, signer: Signer, sequence: Sequence
) -> None:
    with database.transaction() as connection:
        record(connection, entry=release(), subjects={"asked": [ANN, BEN]}, secrets=SECRETS)
        ahead = keys_ahead(connection, numbers=[ANN, BEN], secrets=SECRETS)
    with database.keeper() as keeper:
        assert erase_person(keeper, insz=ANN, entry=BY_THE_DPO, secrets=SECRETS).was_known
    everyone = [ANN, BEN, *(insz(number) for number in range(10, 60))]
    with database.transaction() as connection:
        record(connection, entry=release(), subjects={"asked": everyone}, secrets=SECRETS, ahead=ahead)
    sequence()
    with database.transaction() as connection:
        assert entries_of_person(connection, ANN, secrets=SECRETS) == []
        assert len(entries_of_person(connection, BEN, secrets=SECRETS)) == 2
        assert verify_whole(connection, signer.verifier).verified.entries == 3
