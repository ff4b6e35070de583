"""Advice, offers, duties, receipts and overviews around the life of agreements."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest

from sluis.agreements import lifestore, offerstore, store
from sluis.agreements.actions import (
    complete_agreement,
    draft_agreement,
    publish_agreement,
    revoke_agreement,
    sign_agreement,
)
from sluis.agreements.advice import Verdict, advise_agreement
from sluis.agreements.deadlines import AgreementDuties, duties
from sluis.agreements.duties import join_duties
from sluis.agreements.endings import give_notice, resume_agreement, suspend_agreement
from sluis.agreements.lookup import count_states, entered_states, lead_times, pipeline_rows
from sluis.agreements.missing import what_is_missing
from sluis.agreements.offers import answer_offer, draft_from_offer, offer_agreement, offer_standard, withdraw_offer
from sluis.agreements.receipts import receipts_of
from sluis.agreements.text import draft_hash, from_canonical
from sluis.database import Connection, Database
from sluis.deliveries.actions import queue_delivery
from sluis.deliveries.store import find_by_key
from sluis.gate.model import Released, ReleaseStopped
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Refused
from sluis.ledger.note import Signer
from sluis.ledger.receipt import check_receipt
from sluis.ledger.sequencer import Sequencer
from tests.integration.agreements.lives import NOW, OPGROEIEN, WINGENE, conclude, on, state_of, text
from tests.integration.gate.house import AT, build_house, number
from tests.unit.agreements.samples import TEMPLATE

CODE = "overeenkomst"


def unadvised(connection: Connection) -> str:
    """Draft and complete a text without advices; return the fingerprint that an advice names."""
    made = text().model_copy(update={"advices": ()})
    draft_agreement(connection, agreement=made, party=WINGENE, by="an", at=NOW)
    assert complete_agreement(connection, agreement=CODE, party=WINGENE, by="an", at=NOW).state == "completed"
    return draft_hash(made)


def advise(connection: Connection, version: str, party: str, verdict: Verdict = "favourable") -> str:
    return advise_agreement(
        connection, agreement=CODE, version=version, party=party, verdict=verdict, remarks="kort", by="dpo", at=NOW
    ).state


def test_both_officers_advise_on_one_version_and_a_changed_text_voids_it(database: Database) -> None:
    with database.transaction() as connection:
        version = unadvised(connection)
        assert advise(connection, version, WINGENE) == "completed"
        assert advise(connection, version, OPGROEIEN, "with-remarks") == "advised"
        stored = from_canonical(store.read_text(connection, state_of(connection, CODE).text_hash))
        assert {one.verdict for one in stored.advices} == {"favourable", "with-remarks"}
        assert draft_hash(stored) == version
        assert offer_agreement(connection, agreement=CODE, party=OPGROEIEN, by="jan", at=NOW).state == "offered"
        changed = text(until=date(2026, 6, 30)).model_copy(update={"advices": ()})
        draft_agreement(connection, agreement=changed, party=WINGENE, by="an", at=NOW)
        with pytest.raises(SluisError) as refused:
            sign_agreement(
                connection,
                agreement=CODE,
                text_hash=state_of(connection, CODE).text_hash,
                party=WINGENE,
                by="an",
                at=NOW,
            )
        assert refused.value.code == "agreement-incomplete"
        assert len(lifestore.advices(connection, CODE)) == 2, "what was advised stays in the history"


def test_an_advice_on_another_version_or_of_a_stranger_is_refused(database: Database) -> None:
    with database.transaction() as connection:
        version = unadvised(connection)
        for wrong, party, code in (("0" * 64, WINGENE, "another-version"), (version, "vutg", "not-a-party")):
            with pytest.raises(SluisError) as refused:
                advise(connection, wrong, party)
            assert refused.value.code == code


def test_an_unfavourable_advice_does_not_block_but_the_signature_says_why(database: Database) -> None:
    with database.transaction() as connection:
        version = unadvised(connection)
        advise(connection, version, WINGENE, "unfavourable")
        advise(connection, version, OPGROEIEN)
        named: dict[str, Any] = {"agreement": CODE, "text_hash": state_of(connection, CODE).text_hash, "at": NOW}
        with pytest.raises(SluisError) as refused:
            sign_agreement(connection, party=WINGENE, by="an", **named)
        assert refused.value.code == "advice-unfavourable"
        sign_agreement(connection, party=WINGENE, by="an", reason="het college weegt het anders", **named)
        assert sign_agreement(connection, party=OPGROEIEN, by="jan", **named).state == "signed"
        assert "het college weegt het anders" in [event.reason for event in store.events(connection, CODE)]


def test_a_standard_agreement_is_offered_to_a_group_once_and_a_draft_follows(database: Database) -> None:
    with database.transaction() as connection:
        group = [row.id for row in store.list_living_parties(connection, kind="municipality", day=NOW.date())]
        assert len(group) == 285
        named: dict[str, Any] = {"standard": TEMPLATE, "party": OPGROEIEN, "by": "jan", "at": NOW}
        made = offer_standard(connection, to=group, **named)
        assert (len(made.offers), made.already) == (285, ())
        assert offer_standard(connection, to=["gemeente-gent"], **named).already == ("gemeente-gent",)
        (offer,) = offerstore.list_offers(connection, party="gemeente-gent")
        assert [duty.code for duty in duties(connection, party="gemeente-gent", day=NOW.date())] == ["offer"]
        done = draft_from_offer(connection, offer=offer.id, code="gent-1", by="an", at=NOW)
        draft = from_canonical(store.read_text(connection, done.text_hash))
        assert "Gemeente Gent" in {party.name for party in draft.parties}
        assert what_is_missing(draft)
        assert duties(connection, party="gemeente-gent", day=NOW.date()) == []
        (other,) = offerstore.list_offers(connection, party="gemeente-aalter")
        withdraw_offer(connection, offer=other.id, party=OPGROEIEN, by="jan", at=NOW)
        for step in (draft_from_offer, answer_offer):
            named = {"code": "x"} if step is draft_from_offer else {"agreement": draft}
            with pytest.raises(SluisError) as refused:
                step(connection, offer=other.id, by="an", at=NOW, **named)
            assert refused.value.code == "offer-not-open"


def test_each_open_step_is_a_duty_of_who_must_act_in_working_days(database: Database) -> None:
    with database.transaction() as connection:
        version = unadvised(connection)
        found = duties(connection, day=NOW.date())
        assert {(duty.code, duty.party, duty.role, duty.due) for duty in found} == {
            ("advice", WINGENE, "dpo", date(2026, 2, 3)),
            ("advice", OPGROEIEN, "dpo", date(2026, 2, 3)),
        }
        assert not found[0].is_overdue(date(2026, 2, 3))
        assert found[0].is_overdue(date(2026, 2, 4))
        advise(connection, version, WINGENE)
        assert [duty.party for duty in duties(connection, role="dpo", day=NOW.date())] == [OPGROEIEN]
        advise(connection, version, OPGROEIEN)
        waiting = join_duties([AgreementDuties()], connection, day=NOW.date(), limit=1, offset=1)
        assert [duty.code for duty in waiting] == ["signature"]
        digest = state_of(connection, CODE).text_hash
        for party in (WINGENE, OPGROEIEN):
            sign_agreement(connection, agreement=CODE, text_hash=digest, party=party, by="x", at=NOW)
        assert {duty.code for duty in duties(connection, day=NOW.date())} == {"publication"}
        publish_agreement(connection, agreement=CODE, party=OPGROEIEN, by="jan", at=NOW)
        assert duties(connection, day=NOW.date()) == []
        assert {duty.code for duty in duties(connection, day=date(2026, 12, 1))} == {"end-near"}
        give_notice(connection, agreement=CODE, party=WINGENE, by="an", at=NOW)
        (notice,) = duties(connection, party=WINGENE, day=NOW.date())
        assert (notice.code, notice.due) == ("notice-runs", date(2026, 4, 20))


def test_each_party_gets_a_signed_receipt_of_when_it_was_revoked(database: Database) -> None:
    signer = Signer.generate("sluis.example/ledger")
    with database.transaction() as connection:
        conclude(connection, text())
        revoke_agreement(connection, agreement=CODE, party=WINGENE, by="an", at=on(2026, 2, 1), reason="inbreuk")
    Sequencer(database, signer).run_once()
    with database.transaction() as connection:
        found = receipts_of(connection, CODE, event="revoke")
        assert [one.party for one in found] == [WINGENE, OPGROEIEN]
        for one in found:
            checked = check_receipt(one.receipt.to_bytes(), signer.verifier)
            assert checked.recorded.entry.kind == "agreement-revoked"
            assert checked.recorded.entry.at == on(2026, 2, 1)
        with pytest.raises(SluisError):
            receipts_of(connection, CODE, party="vutg")


def test_what_waits_to_leave_dies_with_a_suspension(database: Database) -> None:
    with database.transaction() as connection:
        conclude(connection, text())
        queue_delivery(
            connection, key="k", channel="mail", receiver=WINGENE, payload={"code": "x"}, at=NOW, agreement=CODE
        )
        suspend_agreement(connection, agreement=CODE, party=OPGROEIEN, by="jan", at=NOW, reason="onderzoek")
        found = find_by_key(connection, "k")
        assert found is not None
        assert found.killed_at is not None


def test_a_suspension_refuses_the_next_request_and_stops_a_bulk_release_until_it_is_lifted(database: Database) -> None:
    house = build_house(database)
    children = [house.population.add(number(serial), parents=[number(900)]) for serial in range(1, 400)]
    seen = iter(range(100))

    def suspend_at_the_third_portion() -> None:
        if next(seen) == 2:
            with database.transaction() as connection:
                suspend_agreement(connection, agreement=house.agreement, party=WINGENE, by="b", at=AT, reason="lek")

    house.population.between_portions = suspend_at_the_third_portion
    with pytest.raises(ReleaseStopped), database.transaction() as connection:
        house.gate.release(connection, house.request(*children))
    house.population.between_portions = None
    with database.transaction() as connection:
        refused = house.gate.release(connection, house.request(children[0]))
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["agreement-not-in-force"]
    with database.transaction() as connection:
        resume_agreement(connection, agreement=house.agreement, party=WINGENE, by="b", at=AT)
    with database.transaction() as connection:
        assert isinstance(house.gate.release(connection, house.request(children[0])), Released)


def test_a_letter_changed_in_the_database_opens_nothing_while_a_notice_runs(database: Database) -> None:
    house = build_house(database)
    child = house.population.add(number(1), parents=[number(2)])
    with database.transaction() as connection:
        give_notice(connection, agreement=house.agreement, party=WINGENE, by="b", at=AT)
    with database.transaction() as connection:
        assert house.gate.preview(connection, house.request(child)) is None
    with database.owner() as owner:
        owner.execute("ALTER TABLE agreement_text DROP CONSTRAINT agreement_text_check")
        owner.execute(
            "UPDATE agreement_text SET canonical = convert_to("
            "replace(convert_from(canonical, 'UTF8'), '\"to\":25', '\"to\":99'), 'UTF8')"
        )
    with database.transaction() as connection:
        refused = type(house.gate)(house.gate.register, house.gate.sources, house.gate.secret).release(
            connection, house.request(child)
        )
    assert isinstance(refused, Refused)
    assert "text-altered" in {reason.code for reason in refused.reasons}


def test_overviews_tell_states_and_lead_times_of_five_thousand_in_little_time(database: Database) -> None:
    with database.transaction() as connection:
        done = conclude(connection, text())
    with database.owner() as owner:
        for table, columns in (
            ("agreement", "template, title, state, text_hash, in_force_from, until, opened_at, changed_at"),
            ("agreement_party", "text_hash, party"),
            ("agreement_event", "event, from_state, to_state, text_hash, party, done_by, happened_at"),
        ):
            key = "id" if table == "agreement" else "agreement"
            owner.execute(
                f"INSERT INTO {table} ({key}, {columns}) SELECT 'veel-' || n, {columns}"
                f" FROM {table}, generate_series(1, 4999) AS n WHERE {key} = '{CODE}'".encode()
            )
        owner.execute("ANALYZE")
    with database.transaction() as connection:
        began = time.monotonic()
        rows = pipeline_rows(connection)
        entered = entered_states(connection, [row.agreement for row in rows[:20]])
        counted, leads = count_states(connection), lead_times(connection)
        open_now = duties(connection, day=date(2026, 12, 1), limit=50)
        spent = time.monotonic() - began
    assert len(rows) == 5000
    assert rows[0].state == done.state
    assert counted == {"in_force": 5000}
    assert {"draft", "signing", "signed", "in_force"} <= set(entered[CODE])
    assert {lead.state for lead in leads} == {"draft", "signing", "signed"}
    assert len(open_now) == 50
    assert spent < 5, "generous, for a busy machine; the figures stand in docs/decisions/agreements-clock.md"
    print(f"overviews: {spent:.3f} s")
