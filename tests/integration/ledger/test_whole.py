"""Whoever goes round every right and changes the database itself is found."""

from __future__ import annotations

import psycopg
import pytest

from sluis.database import Database
from sluis.ledger import LedgerBroken, record, record_many, verify_whole
from sluis.ledger.note import Checkpoint, Signer, sign
from tests.integration.ledger.conftest import Sequence
from tests.unit.ledger.samples import AT, SECRETS, insz, release


@pytest.fixture
def filled(database: Database, sequence: Sequence) -> Database:
    """600 entries, two tiles, three checkpoints, a bulk entry."""
    for count in (100, 200, 300):
        with database.transaction() as connection:
            some = [(release(), {"asked": [insz(number)]}) for number in range(count - 1)]
            record_many(connection, entries=some, secrets=SECRETS)
            bulk = {"asked": [insz(1), insz(2), insz(3)], "released": [insz(1), insz(2)]}
            record(connection, entry=release(), subjects=bulk, secrets=SECRETS)
        sequence()
    return database


def tamper(database: Database, *statements: str) -> None:
    """Do as an administrator would who has every right of the server."""
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("SET session_replication_role = replica")  # no trigger fires
        for statement in statements:
            assert connection.execute(statement).rowcount != 0


def test_an_untouched_ledger_holds(filled: Database, signer: Signer) -> None:
    with filled.transaction() as connection:
        record(connection, entry=release(), subjects={"asked": [insz(1)]}, secrets=SECRETS)
    with filled.transaction() as connection:
        whole = verify_whole(connection, signer.verifier)
    assert (whole.verified.entries, whole.verified.checkpoints, whole.waiting) == (600, 3, 1)
    assert whole.verified.persons == 597 + 9


def test_an_empty_ledger_holds(database: Database, signer: Signer) -> None:
    with database.transaction() as connection:
        whole = verify_whole(connection, signer.verifier)
    assert (whole.verified.entries, whole.verified.head, whole.waiting) == (0, None, 0)


FIVE = "(SELECT entry_id FROM ledger_leaf WHERE index = 5)"
BULK = "(SELECT entry_id FROM ledger_subject_set WHERE name = 'asked' ORDER BY 1 LIMIT 1)"


TAMPERINGS = [
    (
        "UPDATE ledger_entry SET canonical ="
        " convert_to(replace(convert_from(canonical, 'UTF8'), 'answer', 'ansver'), 'UTF8')"
        f" WHERE id = {FIVE}",
        "Inschrijving 5 is veranderd sinds",
    ),
    (f"UPDATE ledger_entry SET canonical = '{{}}' WHERE id = {FIVE}", "Inschrijving 5"),
    (f"UPDATE ledger_entry SET party = 'other' WHERE id = {FIVE}", "naast inschrijving 5"),
    (f"UPDATE ledger_entry SET counterparty = NULL WHERE id = {FIVE}", "naast inschrijving 5"),
    (f"UPDATE ledger_entry SET at = at + interval '1 day' WHERE id = {FIVE}", "Vanaf inschrijving 0"),
    (f"DELETE FROM ledger_entry WHERE id = {FIVE}", "Vanaf inschrijving 0"),
    ("UPDATE ledger_leaf SET leaf_hash = sha256('x') WHERE index = 5", "Inschrijving 5"),
    ("DELETE FROM ledger_leaf WHERE index = 5", "Vanaf inschrijving 0"),
    ("DELETE FROM ledger_leaf WHERE index = 599", "Vanaf inschrijving 0"),
    ("DELETE FROM ledger_checkpoint WHERE size = 600", "geen ondertekende stand"),
    ("UPDATE ledger_checkpoint SET note = replace(note, E'\\n600\\n', E'\\n599\\n')", "stand nummer 3"),
    ("UPDATE ledger_checkpoint SET size = 601 WHERE size = 600", "ontbreken"),
    ("UPDATE ledger_tile SET root = sha256('x') WHERE index = 1", "Tegel 1 van niveau 0"),
    ("UPDATE ledger_tile SET hashes = overlay(hashes PLACING '\\x00' FROM 77) WHERE index = 0", "Tegel 0"),
    ("DELETE FROM ledger_tile WHERE index = 1", "Tegel 1"),
    (f"UPDATE ledger_subject_set SET pseudonyms = substr(pseudonyms, 33) WHERE entry_id = {BULK}", "groep"),
    (f"DELETE FROM ledger_subject_set WHERE entry_id = {BULK} AND name = 'released'", "groep released"),
    (
        "UPDATE ledger_subject_set SET pseudonyms = overlay(pseudonyms PLACING '\\x00' FROM 40)"
        f" WHERE entry_id = {BULK} AND name = 'asked'",
        "groep asked",
    ),
    (f"DELETE FROM ledger_subject WHERE entry_id = {FIVE}", "verwijzingen van personen"),
    (
        "DELETE FROM ledger_subject WHERE tag = (SELECT tag FROM ledger_subject ORDER BY tag LIMIT 1)",
        "verwijzingen van personen",
    ),
]


def test_whatever_is_changed_is_found_and_named(filled: Database, signer: Signer) -> None:
    """Each change is made, found and undone in the transaction of an administrator whom no trigger stops."""
    with psycopg.connect(filled.owner_url) as connection:
        for statement, sentence in TAMPERINGS:
            connection.execute("SET LOCAL session_replication_role = replica")
            assert connection.execute(statement).rowcount > 0, statement
            with pytest.raises(LedgerBroken, match=sentence):
                verify_whole(connection, signer.verifier)
            connection.rollback()
        assert verify_whole(connection, signer.verifier).verified.entries == 600


def test_two_entries_that_changed_places_are_found(filled: Database, signer: Signer) -> None:
    tamper(
        filled,
        "ALTER TABLE ledger_leaf DROP CONSTRAINT ledger_leaf_index_check",
        "UPDATE ledger_leaf SET index = -1 - index WHERE index IN (5, 6)",
        "UPDATE ledger_leaf SET index = CASE index WHEN -6 THEN 6 ELSE 5 END WHERE index < 0",
    )
    with filled.transaction() as connection, pytest.raises(LedgerBroken, match="van 0 tot en met 99"):
        verify_whole(connection, signer.verifier)


def test_a_history_that_was_written_anew_under_the_true_key_is_found_by_who_kept_a_checkpoint(
    filled: Database, signer: Signer
) -> None:
    kept = Checkpoint(signer.name, 300, bytes(32))
    with filled.transaction() as connection, pytest.raises(LedgerBroken, match="eerder bewaarde stand"):
        verify_whole(connection, signer.verifier, known=kept)


def test_a_checkpoint_that_another_key_signed_is_found(filled: Database, signer: Signer) -> None:
    with filled.transaction() as connection:
        row = connection.execute("SELECT root FROM ledger_checkpoint WHERE size = 600").fetchone()
    assert row
    forged = sign(Checkpoint(signer.name, 600, bytes(row[0])).text(), (Signer.generate(signer.name),))
    with psycopg.connect(filled.owner_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger_checkpoint SET note = %s WHERE size = 600", (forged,))
    with filled.transaction() as connection, pytest.raises(LedgerBroken, match="stand nummer 3"):
        verify_whole(connection, signer.verifier)


def test_an_application_that_was_taken_over_cannot_slip_an_entry_into_the_past(
    filled: Database, signer: Signer
) -> None:
    with filled.transaction() as connection:
        record(connection, entry=release(at=AT), subjects={}, secrets=SECRETS)
        connection.execute(
            "INSERT INTO ledger_leaf SELECT 600, id, at, leaf_hash FROM ledger_entry"
            " WHERE id NOT IN (SELECT entry_id FROM ledger_leaf)"
        )
    with filled.transaction() as connection, pytest.raises(LedgerBroken, match="geen ondertekende stand"):
        verify_whole(connection, signer.verifier)
