"""The life of an agreement on a real PostgreSQL."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime

import psycopg
import pytest

from sluis.agreements import actions, store
from sluis.agreements.actions import (
    Done,
    agreement_in_force,
    draft_agreement,
    end_agreement,
    publish_agreement,
    revoke_agreement,
    sign_agreement,
)
from sluis.agreements.lifecycle import TRANSITIONS
from sluis.agreements.model import Agreement
from sluis.agreements.policy import text_hash
from sluis.agreements.text import canonical, hash_of, plain
from sluis.database import Connection, Database
from sluis.kernel.errors import SluisError
from tests.unit.agreements.samples import advised, an_agreement

NOW = datetime(2026, 1, 10, 9, tzinfo=UTC)
WINGENE, OPGROEIEN = "gemeente-wingene", "opgroeien-regie"
DAY = date(2026, 3, 1)


def drafted(connection: Connection) -> Done:
    return draft_agreement(connection, agreement=an_agreement(), party=WINGENE, by="an", at=NOW)


def signed(connection: Connection) -> Done:
    draft = drafted(connection)
    for party, by in ((WINGENE, "an"), (OPGROEIEN, "jan")):
        done = sign_agreement(
            connection, agreement=draft.agreement, text_hash=draft.text_hash, party=party, by=by, at=NOW
        )
    return done


def in_force(connection: Connection) -> Done:
    done = signed(connection)
    return publish_agreement(connection, agreement=done.agreement, party=OPGROEIEN, by="jan", at=NOW)


def test_an_agreement_comes_into_force_when_all_signed_and_it_is_published(database: Database) -> None:
    with database.transaction() as connection:
        draft = drafted(connection)
        assert draft.state == "draft"
        first = sign_agreement(
            connection, agreement=draft.agreement, text_hash=draft.text_hash, party=WINGENE, by="an", at=NOW
        )
        assert first.state == "signing"
        last = sign_agreement(
            connection, agreement=draft.agreement, text_hash=draft.text_hash, party=OPGROEIEN, by="jan", at=NOW
        )
        assert last.state == "signed"
        assert agreement_in_force(connection, draft.agreement, DAY) is None
        publish_agreement(connection, agreement=draft.agreement, party=OPGROEIEN, by="jan", at=NOW)
        policy = agreement_in_force(connection, draft.agreement, DAY)
        assert policy is not None
        assert policy.text_hash == hash_of(an_agreement())


def test_an_agreement_is_in_force_from_its_first_to_its_last_day_only(database: Database) -> None:
    with database.transaction() as connection:
        done = in_force(connection)
        days = (date(2026, 1, 14), date(2026, 1, 15), date(2026, 12, 31), date(2027, 1, 1))
        found = [agreement_in_force(connection, done.agreement, day) is not None for day in days]
        assert found == [False, True, True, False]


def test_a_revoked_agreement_is_not_in_force(database: Database) -> None:
    with database.transaction() as connection:
        done = in_force(connection)
        revoke_agreement(connection, agreement=done.agreement, party=WINGENE, by="an", at=NOW, reason="inbreuk")
        assert agreement_in_force(connection, done.agreement, DAY) is None
        state = store.hold_agreement(connection, done.agreement)
        assert state is not None
        assert state.state == "revoked"


def test_an_ended_agreement_stays_ended(database: Database) -> None:
    with database.transaction() as connection:
        done = in_force(connection)
        end_agreement(connection, agreement=done.agreement, party=WINGENE, by="an", at=NOW)
        assert agreement_in_force(connection, done.agreement, DAY) is None
        with pytest.raises(SluisError) as refused:
            publish_agreement(connection, agreement=done.agreement, party=WINGENE, by="an", at=NOW)
        assert refused.value.code == "transition-not-possible"


def test_a_revocation_needs_a_reason_and_a_party(database: Database) -> None:
    with database.transaction() as connection:
        done = in_force(connection)
        with pytest.raises(SluisError, match="reden"):
            revoke_agreement(connection, agreement=done.agreement, party=WINGENE, by="an", at=NOW, reason=" ")
        with pytest.raises(SluisError) as refused:
            revoke_agreement(connection, agreement=done.agreement, party="vutg", by="x", at=NOW, reason="zomaar")
        assert refused.value.code == "not-a-party"
        assert agreement_in_force(connection, done.agreement, DAY) is not None


def test_a_signature_over_another_version_is_refused(database: Database) -> None:
    with database.transaction() as connection:
        draft = drafted(connection)
        with pytest.raises(SluisError) as refused:
            sign_agreement(connection, agreement=draft.agreement, text_hash="0" * 64, party=WINGENE, by="an", at=NOW)
        assert refused.value.code == "another-version"
        assert store.signatures(connection, draft.agreement, draft.text_hash) == ()


def test_a_party_signs_once(database: Database) -> None:
    with database.transaction() as connection:
        draft = drafted(connection)
        sign_agreement(connection, agreement=draft.agreement, text_hash=draft.text_hash, party=WINGENE, by="an", at=NOW)
        with pytest.raises(SluisError) as refused:
            sign_agreement(
                connection, agreement=draft.agreement, text_hash=draft.text_hash, party=WINGENE, by="an", at=NOW
            )
        assert refused.value.code == "already-signed"


def test_who_is_no_party_cannot_sign(database: Database) -> None:
    with database.transaction() as connection:
        draft = drafted(connection)
        with pytest.raises(SluisError) as refused:
            sign_agreement(
                connection, agreement=draft.agreement, text_hash=draft.text_hash, party="gemeente-gent", by="x", at=NOW
            )
        assert refused.value.code == "not-a-party"


def test_a_changed_draft_must_be_signed_anew(database: Database) -> None:
    with database.transaction() as connection:
        draft = drafted(connection)
        sign_agreement(connection, agreement=draft.agreement, text_hash=draft.text_hash, party=WINGENE, by="an", at=NOW)
        shorter = an_agreement()
        shorter = advised(
            shorter.model_copy(update={"term": shorter.term.model_copy(update={"until": date(2026, 6, 30)})})
        )
        changed = draft_agreement(connection, agreement=shorter, party=OPGROEIEN, by="jan", at=NOW)
        assert changed.state == "draft"
        assert changed.text_hash != draft.text_hash
        done = sign_agreement(
            connection, agreement=draft.agreement, text_hash=changed.text_hash, party=OPGROEIEN, by="jan", at=NOW
        )
        assert done.state == "signing"


def test_a_signed_text_cannot_be_replaced(database: Database) -> None:
    with database.transaction() as connection:
        signed(connection)
        with pytest.raises(SluisError) as refused:
            drafted(connection)
        assert refused.value.code == "transition-not-possible"


def test_a_text_with_blanks_can_be_drafted_but_not_signed(database: Database) -> None:
    unadvised = an_agreement().model_copy(update={"advices": ()})
    with database.transaction() as connection:
        draft = draft_agreement(connection, agreement=unadvised, party=WINGENE, by="an", at=NOW)
        with pytest.raises(SluisError) as refused:
            sign_agreement(
                connection, agreement=draft.agreement, text_hash=draft.text_hash, party=WINGENE, by="an", at=NOW
            )
        assert refused.value.code == "agreement-incomplete"


def test_every_step_leaves_an_event_and_an_entry_in_the_ledger(database: Database) -> None:
    with database.transaction() as connection:
        done = in_force(connection)
        revoke_agreement(connection, agreement=done.agreement, party=WINGENE, by="An Peeters", at=NOW, reason="inbreuk")
    with database.transaction() as connection:
        events = store.events(connection, done.agreement)
        assert [event.event for event in events] == ["draft", "sign", "sign_last", "publish", "revoke"]
        assert all(event.text_hash == done.text_hash for event in events)
        row = connection.execute("SELECT count(*) FROM ledger_entry").fetchone()
        assert row == (5,)
        written = connection.execute("SELECT canonical FROM ledger_entry").fetchall()
        assert all(done.text_hash.encode() in bytes(entry[0]) for entry in written)


def test_a_step_without_its_entry_in_the_ledger_does_not_happen(database: Database) -> None:
    with database.transaction() as connection:
        done = in_force(connection)
    with database.owner() as owner:
        owner.execute("REVOKE INSERT ON ledger_entry FROM sluis_app")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction() as connection:
        revoke_agreement(connection, agreement=done.agreement, party=WINGENE, by="an", at=NOW, reason="inbreuk")
    with database.transaction() as connection:
        state = store.read_state(connection, done.agreement)
        assert state is not None
        assert state.state == "published"


def test_the_application_cannot_change_what_was_signed(database: Database) -> None:
    with database.transaction() as connection:
        in_force(connection)
    columns = {
        "agreement_text": "hash",
        "agreement_signature": "text_hash",
        "agreement_event": "text_hash",
        "agreement_party": "text_hash",
    }
    for table, column in columns.items():
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"UPDATE {table} SET {column} = {column}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction() as connection:
                connection.execute(statement.encode())


def test_the_application_cannot_delete_an_agreement(database: Database) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction() as connection:
        connection.execute("DELETE FROM agreement")


def test_a_text_under_a_wrong_hash_cannot_be_written(database: Database) -> None:
    with pytest.raises(psycopg.errors.CheckViolation), database.transaction() as connection:
        store.add_text(connection, digest="0" * 64, canonical=b"{}", at=NOW)


def test_a_tampered_text_is_refused_even_when_the_owner_did_it(database: Database) -> None:
    with database.transaction() as connection:
        done = in_force(connection)
    with database.owner() as owner:
        owner.execute("ALTER TABLE agreement_text DROP CONSTRAINT agreement_text_check")
        touched = canonical(an_agreement()).replace(b'"to":25', b'"to":99')
        owner.execute("UPDATE agreement_text SET canonical = %s WHERE hash = %s", (touched, done.text_hash))
    with database.transaction() as connection:
        with pytest.raises(SluisError) as refused:
            agreement_in_force(connection, done.agreement, DAY)
        assert refused.value.code == "text-altered"


def test_a_body_that_is_not_registered_cannot_be_a_party(database: Database) -> None:
    agreement = an_agreement()
    stranger = agreement.parties[1].model_copy(update={"body": "gemeente-nergens"})
    agreement = advised(agreement.model_copy(update={"parties": (agreement.parties[0], stranger)}))
    with database.transaction() as connection:
        with pytest.raises(SluisError) as refused:
            draft_agreement(connection, agreement=agreement, party=OPGROEIEN, by="jan", at=NOW)
        assert refused.value.code == "party-not-registered"


def test_the_register_knows_every_local_authority_and_both_agencies(database: Database) -> None:
    with database.transaction() as connection:
        parties = store.list_parties(connection)
        assert len(parties) > 600
        by_kbo = store.find_party(connection, "0692.793.497")
        assert by_kbo is not None
        assert by_kbo.id == "vutg"
        by_ovo = store.find_party(connection, "ovo002277")
        assert by_ovo is not None
        assert by_ovo.id == WINGENE
        assert store.find_party(connection, "' OR true --") is None


def test_a_release_that_waits_for_a_revocation_sees_it(database: Database) -> None:
    """The state is read after the wait for the lock, not before: else a revocation would slip through."""
    with database.transaction() as connection:
        done = in_force(connection)
    seen: list[str] = []
    waiting = threading.Event()

    def release() -> None:
        with database.transaction() as connection:
            waiting.set()
            state = store.hold_agreement(connection, done.agreement)
            seen.append(state.state if state else "gone")

    with database.transaction() as connection:
        revoke_agreement(connection, agreement=done.agreement, party=WINGENE, by="an", at=NOW, reason="inbreuk")
        other = threading.Thread(target=release)
        other.start()
        assert waiting.wait(10)
        _wait_for_a_waiter(database)
        assert seen == []
    other.join(20)
    assert seen == ["revoked"]


def test_a_revocation_waits_for_the_release_that_holds_the_agreement(database: Database) -> None:
    with database.transaction() as connection:
        done = in_force(connection)
    order: list[str] = []

    def revoke() -> None:
        with database.transaction() as connection:
            revoke_agreement(connection, agreement=done.agreement, party=WINGENE, by="an", at=NOW, reason="inbreuk")
        order.append("revoked")

    with database.transaction() as connection:
        state = store.hold_agreement(connection, done.agreement)
        assert state is not None
        assert state.is_open_on(DAY)
        other = threading.Thread(target=revoke)
        other.start()
        _wait_for_a_waiter(database)
        order.append("released")
    other.join(20)
    assert order == ["released", "revoked"]


def test_who_took_a_merged_municipality_over_may_revoke_its_agreement(database: Database) -> None:
    """Ruiselede became part of Wingene on 1 January 2025, and its agreements passed."""
    text = plain(an_agreement()) | {"id": "ruiselede", "advices": []}
    text["parties"][1] |= {"body": "gemeente-ruiselede", "kbo": "0207433015", "nis": "37012"}
    text["parties"][1]["decision"]["date"] = "2024-01-08"
    text["term"] |= {"in_force_from": "2024-02-01"}
    ruiselede = Agreement.model_validate(text)
    advices = tuple(advice.model_copy(update={"date": date(2024, 1, 9)}) for advice in advised(ruiselede).advices)
    ruiselede = ruiselede.model_copy(update={"advices": advices})
    then = datetime(2024, 1, 20, 9, tzinfo=UTC)
    with database.transaction() as connection:
        draft = draft_agreement(connection, agreement=ruiselede, party="gemeente-ruiselede", by="an", at=then)
        for party in ("gemeente-ruiselede", OPGROEIEN):
            sign_agreement(connection, agreement="ruiselede", text_hash=draft.text_hash, party=party, by="an", at=then)
        with pytest.raises(SluisError) as refused:
            revoke_agreement(connection, agreement="ruiselede", party=WINGENE, by="an", at=then, reason="te vroeg")
        assert refused.value.code == "not-a-party"
        done = revoke_agreement(connection, agreement="ruiselede", party=WINGENE, by="an", at=NOW, reason="fusie")
        assert done.state == "revoked"


def test_two_releases_hold_an_agreement_together(database: Database) -> None:
    with database.transaction() as connection:
        done = in_force(connection)
    with database.transaction() as one, database.transaction() as two:
        assert store.hold_agreement(one, done.agreement) == store.hold_agreement(two, done.agreement)


def test_parties_that_sign_at_once_lead_to_one_signed_agreement(database: Database) -> None:
    with database.transaction() as connection:
        draft = drafted(connection)

    def sign(party: str) -> None:
        with database.transaction() as connection:
            sign_agreement(
                connection, agreement=draft.agreement, text_hash=draft.text_hash, party=party, by="x", at=NOW
            )

    threads = [threading.Thread(target=sign, args=(party,)) for party in (WINGENE, OPGROEIEN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with database.transaction() as connection:
        state = store.read_state(connection, draft.agreement)
        assert state is not None
        assert state.state == "signed"


def test_an_unknown_agreement_is_nothing(database: Database) -> None:
    with database.transaction() as connection:
        assert store.hold_agreement(connection, "bestaat-niet") is None
        assert agreement_in_force(connection, "bestaat-niet", DAY) is None
        with pytest.raises(SluisError) as refused:
            actions.text_of(connection, "bestaat-niet")
        assert refused.value.code == "agreement-unknown"


def test_no_transition_leaves_an_end_state() -> None:
    assert not [row for row in TRANSITIONS if row.source in ("ended", "revoked")]


def test_the_stored_bytes_are_the_signed_bytes(database: Database) -> None:
    with database.transaction() as connection:
        done = in_force(connection)
        stored = store.read_text(connection, done.text_hash)
    assert stored == canonical(an_agreement())
    assert text_hash(stored) == done.text_hash


def _wait_for_a_waiter(database: Database) -> None:
    for _ in range(200):
        with database.transaction() as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            ).fetchone()
        if row and row[0]:
            return
        time.sleep(0.05)
    raise AssertionError("nobody waited")


@pytest.mark.parametrize("text", ["kind 85.07.30-033.28 verhuisde", "85073003328", "85 07 30 - 033 28"])
def test_a_reason_or_signature_with_a_national_number_is_refused_and_not_repeated(
    database: Database, text: str
) -> None:
    with database.transaction() as connection:
        done = in_force(connection)
        for step in (revoke_agreement, end_agreement):
            with pytest.raises(SluisError) as refused:
                step(connection, agreement=done.agreement, party=WINGENE, by="an", at=NOW, reason=text)
            assert refused.value.code == "text-names-a-person"
            assert "033" not in str(refused.value)
        with pytest.raises(SluisError) as refused:
            sign_agreement(
                connection,
                agreement=done.agreement,
                text_hash=done.text_hash,
                party=WINGENE,
                by="an",
                signed_by=text,
                at=NOW,
            )
        assert refused.value.code == "text-names-a-person"
        assert [event.reason for event in store.events(connection, done.agreement) if event.reason] == []
