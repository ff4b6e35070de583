"""Suspension, notice, term, breach and amendment on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sluis.agreements import lifestore, store
from sluis.agreements.actions import (
    agreement_in_force,
    complete_agreement,
    draft_agreement,
    publish_agreement,
    sign_agreement,
)
from sluis.agreements.advice import advise_agreement
from sluis.agreements.amendments import amend_agreement, withdraw_amendment
from sluis.agreements.clock import advance_agreements
from sluis.agreements.endings import (
    after_period,
    end_agreement,
    give_notice,
    resume_agreement,
    revoke_agreement,
    suspend_agreement,
)
from sluis.agreements.text import draft_hash, from_canonical
from sluis.database import Database
from sluis.kernel.errors import SluisError
from tests.integration.agreements.lives import (
    NOW,
    OPGROEIEN,
    WINGENE,
    conclude,
    events_of,
    on,
    sign_all,
    state_of,
    text,
)

CODE = "overeenkomst"


def code_of(step: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    with pytest.raises(SluisError) as refused:
        step(*arguments, **named)
    return refused.value.code


def test_a_suspension_closes_the_gate_until_every_party_that_suspended_resumes(database: Database) -> None:
    with database.transaction() as connection:
        conclude(connection, text())
        for party in (WINGENE, OPGROEIEN):
            suspend_agreement(connection, agreement=CODE, party=party, by="an", at=NOW, reason="lek onderzocht")
        assert agreement_in_force(connection, CODE, NOW.date()) is None
        assert resume_agreement(connection, agreement=CODE, party=WINGENE, by="an", at=NOW).state == "suspended"
        assert (
            code_of(resume_agreement, connection, agreement=CODE, party=WINGENE, by="an", at=NOW)
            == "not-suspended-by-you"
        )
        assert resume_agreement(connection, agreement=CODE, party=OPGROEIEN, by="jan", at=NOW).state == "in_force"
        assert agreement_in_force(connection, CODE, NOW.date()) is not None


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_suspension_and_a_breach_say_why(database: Database, reason: str) -> None:
    with database.transaction() as connection:
        conclude(connection, text())
        named = {"agreement": CODE, "party": WINGENE, "by": "an", "at": NOW, "reason": reason}
        assert code_of(suspend_agreement, connection, **named) == "reason-missing"
        assert code_of(end_agreement, connection, **named, because="breach") == "reason-missing"
        assert state_of(connection, CODE).state == "in_force"


@pytest.mark.parametrize(
    ("day", "period", "last"),
    [
        (date(2026, 1, 15), "P3M", date(2026, 4, 15)),
        (date(2025, 11, 30), "P3M", date(2026, 2, 28)),
        (date(2027, 11, 30), "P3M", date(2028, 2, 29)),
        (date(2026, 1, 31), "P1M", date(2026, 2, 28)),
        (date(2026, 12, 31), "P1Y", date(2027, 12, 31)),
        (date(2026, 1, 15), "P10D", date(2026, 1, 25)),
        (date(2026, 1, 15), "P2W", date(2026, 1, 29)),
    ],
)
def test_a_notice_period_is_counted_from_date_to_date(day: date, period: str, last: date) -> None:
    assert after_period(day, period) == last


def test_a_notice_keeps_the_agreement_in_force_to_its_last_day_also_without_the_clock(database: Database) -> None:
    with database.transaction() as connection:
        conclude(connection, text())
        assert give_notice(connection, agreement=CODE, party=WINGENE, by="an", at=NOW).state == "notice"
        last = date(2026, 4, 20)
        found = [agreement_in_force(connection, CODE, last + timedelta(days=one)) is not None for one in (-1, 0, 1)]
        assert found == [True, True, False]
        assert code_of(give_notice, connection, agreement=CODE, party=OPGROEIEN, by="j", at=NOW)
        assert advance_agreements(connection, at=on(2026, 4, 20)).agreements == 0
        assert advance_agreements(connection, at=on(2026, 4, 21)).states == {"ended": 1}
        assert advance_agreements(connection, at=on(2026, 4, 22)).agreements == 0
        (ended,) = [event for event in store.events(connection, CODE) if event.to_state == "ended"]
        assert (ended.event, ended.code, ended.party) == ("end_notice", "notice", WINGENE)
        assert ended.clause is not None
        assert "artikel 11" in ended.clause


def test_a_notice_runs_on_through_a_suspension(database: Database) -> None:
    with database.transaction() as connection:
        conclude(connection, text())
        suspend_agreement(connection, agreement=CODE, party=WINGENE, by="an", at=NOW, reason="onderzoek")
        assert give_notice(connection, agreement=CODE, party=OPGROEIEN, by="jan", at=NOW).state == "suspended"
        assert resume_agreement(connection, agreement=CODE, party=WINGENE, by="an", at=NOW).state == "notice"


def test_the_term_ends_an_agreement_with_its_own_reason(database: Database) -> None:
    with database.transaction() as connection:
        conclude(connection, text())
        assert advance_agreements(connection, at=on(2027, 1, 1)).states == {"ended": 1}
        assert events_of(connection, CODE)[-1] == "end_term"


def test_a_published_agreement_takes_effect_on_its_first_day(database: Database) -> None:
    early = on(2026, 1, 10)
    with database.transaction() as connection:
        assert conclude(connection, text(), at=early).state == "published"
        assert agreement_in_force(connection, CODE, date(2026, 1, 15)) is not None
        assert advance_agreements(connection, at=on(2026, 1, 15)).states == {"in_force": 1}


def test_each_end_has_its_own_reason_and_clause(database: Database) -> None:
    clauses = set()
    with database.transaction() as connection:
        for number, because in enumerate(("purpose-reached", "breach")):
            conclude(connection, text(f"einde-{number}"))
            end_agreement(
                connection,
                agreement=f"einde-{number}",
                party=WINGENE,
                by="an",
                at=NOW,
                reason="waarom",
                because=because,  # type: ignore[arg-type]  # the parameters are the literals
            )
            event = store.events(connection, f"einde-{number}")[-1]
            assert event.code == because
            clauses.add(event.clause)
    assert len(clauses) == 2


def test_an_amendment_replaces_the_text_on_its_day_and_the_old_one_stays_readable(database: Database) -> None:
    longer = text(until=date(2027, 6, 30), in_force_from=date(2026, 3, 1))
    with database.transaction() as connection:
        first = conclude(connection, text())
        opened = amend_agreement(connection, agreement=longer, party=WINGENE, by="an", at=NOW, reason="langer")
        assert (opened.state, opened.version) == ("draft", 2)
        assert state_of(connection, CODE).text_hash == first.text_hash
        # The advices were on another version: the number and the text that it replaces are signed too.
        stored = from_canonical(store.read_text(connection, opened.text_hash))
        assert stored.supersedes is not None
        assert stored.supersedes.text_hash == first.text_hash
        _advise_next(connection)
        pending = lifestore.read_amendment(connection, CODE)
        assert pending is not None
        assert pending.state == "advised"
        assert sign_all(connection, longer, digest=pending.text_hash).state == "signed"
        done = publish_agreement(connection, agreement=CODE, party=OPGROEIEN, by="jan", at=NOW)
        assert done.state == "published"
        before, after = (agreement_in_force(connection, CODE, date(2026, *day)) for day in ((2, 28), (3, 1)))
        assert before is not None
        assert after is not None
        assert (before.text_hash, after.text_hash) == (first.text_hash, pending.text_hash)
        assert advance_agreements(connection, at=on(2026, 3, 1)).states == {"in_force": 1}
        assert state_of(connection, CODE).until == date(2027, 6, 30)
        versions = lifestore.versions(connection, CODE)
        assert [(one.number, one.text_hash, one.replaced_on) for one in versions] == [
            (1, first.text_hash, date(2026, 3, 1)),
            (2, pending.text_hash, None),
        ]
        assert from_canonical(store.read_text(connection, first.text_hash)).term.until == date(2026, 12, 31)


def _advise_next(connection: Any) -> None:
    complete_agreement(connection, agreement=CODE, party=WINGENE, by="an", at=NOW)
    for party in (WINGENE, OPGROEIEN):
        pending = lifestore.read_amendment(connection, CODE)
        assert pending is not None
        version = draft_hash(from_canonical(store.read_text(connection, pending.text_hash)))
        advise_agreement(
            connection, agreement=CODE, version=version, party=party, verdict="favourable", by="dpo", at=NOW
        )


def test_an_amendment_can_be_withdrawn_and_dies_with_its_agreement(database: Database) -> None:
    with database.transaction() as connection:
        first = conclude(connection, text())
        longer = text(until=date(2027, 6, 30))
        amend_agreement(connection, agreement=longer, party=WINGENE, by="an", at=NOW)
        withdraw_amendment(connection, agreement=CODE, party=WINGENE, by="an", at=NOW, reason="toch niet")
        assert lifestore.read_amendment(connection, CODE) is None
        assert state_of(connection, CODE).text_hash == first.text_hash
        amend_agreement(connection, agreement=longer, party=WINGENE, by="an", at=NOW)
        revoke_agreement(connection, agreement=CODE, party=WINGENE, by="an", at=NOW, reason="inbreuk")
        assert lifestore.read_amendment(connection, CODE) is None
        assert code_of(amend_agreement, connection, agreement=longer, party=WINGENE, by="an", at=NOW)


def test_an_amendment_that_begins_after_the_end_is_refused(database: Database) -> None:
    late = text(until=date(2028, 6, 30), in_force_from=date(2027, 2, 1))
    with database.transaction() as connection:
        conclude(connection, text())
        amend_agreement(connection, agreement=late, party=WINGENE, by="an", at=NOW)
        _advise_next(connection)
        pending = lifestore.read_amendment(connection, CODE)
        assert pending is not None
        sign_all(connection, late, digest=pending.text_hash)
        assert (
            code_of(publish_agreement, connection, agreement=CODE, party=WINGENE, by="an", at=NOW)
            == "amendment-too-late"
        )


def test_two_clocks_at_once_do_it_once(database: Database) -> None:
    with database.transaction() as connection:
        for number in range(12):
            conclude(connection, text(f"samen-{number}"))

    def run(at: datetime) -> int:
        with database.transaction() as connection:
            return sum(advance_agreements(connection, at=at).states.values())

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(run, [on(2027, 1, 1)] * 3))
    assert sum(done) == 12
    with database.transaction() as connection:
        assert all(events_of(connection, f"samen-{number}").count("end_term") == 1 for number in range(12))


def test_a_signature_keeps_the_signed_document(database: Database) -> None:
    with database.transaction() as connection:
        drafted = draft_agreement(connection, agreement=text(), party=WINGENE, by="an", at=NOW)
        sign_agreement(
            connection,
            agreement=CODE,
            text_hash=drafted.text_hash,
            party=WINGENE,
            by="an",
            document="a" * 64,
            at=NOW,
        )
        (signature,) = store.signatures(connection, CODE, drafted.text_hash)
        assert signature.document == "a" * 64
