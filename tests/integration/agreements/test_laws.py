"""A change of law ends or flags every agreement that rests on it, in one transaction."""

from __future__ import annotations

import time
from datetime import date

import psycopg
import pytest

from sluis.agreements import lawstore, lifestore, store
from sluis.agreements.actions import agreement_in_force, draft_agreement
from sluis.agreements.clock import advance_agreements
from sluis.agreements.lawfile import Law
from sluis.agreements.laws import LawChanged, change_law, clear_flags, register_law
from sluis.agreements.model import Agreement, LegalGround
from sluis.agreements.text import plain
from sluis.database import Connection, Database
from sluis.kernel.errors import SluisError
from tests.integration.agreements.lives import NOW, OPGROEIEN, conclude, events_of, on, sign_all, state_of, text
from tests.unit.agreements.samples import advised

COVID = "decreet-2020-06-30"


def repeal(connection: Connection, last: date, *, law: str = COVID, article: str | None = None) -> LawChanged:
    return change_law(
        connection,
        law=law,
        article=article,
        valid_until=last,
        reason="opgeheven",
        source="Belgisch Staatsblad (fictief)",
        party=OPGROEIEN,
        by="jurist",
        at=NOW,
    )


def with_second_ground(code: str) -> Agreement:
    """Return an agreement that rests on a second decree as well."""
    made = text(code)
    second = LegalGround(
        code="tweede",
        text="Een tweede decreet laat de mededeling ook toe.",
        instrument="Decreet van 30 april 2004",
        article="artikel 10/1, eerste lid",
        gdpr=("6.1.e",),
    )
    raw = plain(made.model_copy(update={"legal_grounds": (*made.legal_grounds, second), "advices": ()}))
    return advised(Agreement.model_validate(raw))


def test_who_is_left_without_a_ground_ends_and_who_has_another_is_flagged(database: Database) -> None:
    with database.transaction() as connection:
        conclude(connection, text("alleen"))
        conclude(connection, with_second_ground("twee"))
        done = repeal(connection, date(2026, 1, 10))
        assert (done.ended, done.will_end, done.flagged) == (1, 0, 1)
        assert (state_of(connection, "alleen").state, state_of(connection, "twee").state) == ("ended", "in_force")
        event = store.events(connection, "alleen")[-1]
        assert (event.event, event.code, event.reason) == ("end_ground", "ground-gone", "opgeheven")
        assert [flag.agreement for flag in lawstore.open_flags(connection)] == ["twee"]
        clear_flags(connection, agreement="twee", by="dpo", at=NOW)
        assert lawstore.open_flags(connection) == ()


def test_a_law_that_ends_later_ends_the_agreement_on_that_day_also_without_the_clock(database: Database) -> None:
    with database.transaction() as connection:
        conclude(connection, text("alleen"))
        assert repeal(connection, date(2026, 6, 30)).will_end == 1
        found = [agreement_in_force(connection, "alleen", date(2026, *day)) is not None for day in ((6, 30), (7, 1))]
        assert found == [True, False]
        assert advance_agreements(connection, at=on(2026, 7, 1)).states == {"ended": 1}
        assert events_of(connection, "alleen")[-2:] == ["flag", "end_ground"]


def test_a_law_that_holds_on_after_all_takes_the_announced_end_back(database: Database) -> None:
    with database.transaction() as connection:
        conclude(connection, text("alleen"))
        repeal(connection, date(2026, 6, 30))
        change_law(
            connection, law=COVID, reason="verlengd", source="BS", party=OPGROEIEN, by="jurist", at=on(2026, 2, 1)
        )
        assert lifestore.announced_ends(connection, "alleen") == ()
        assert agreement_in_force(connection, "alleen", date(2026, 7, 1)) is not None


def test_an_article_counts_for_those_who_rest_on_it_only(database: Database) -> None:
    with database.transaction() as connection:
        conclude(connection, with_second_ground("twee"))
        repeal(connection, date(2026, 1, 10), law="opgroeien-regie-decreet", article="10/2")
        repeal(connection, date(2026, 1, 10))
        assert state_of(connection, "twee").state == "in_force"
        assert repeal(connection, date(2026, 1, 10), law="opgroeien-regie-decreet", article="10/1").ended == 1


def test_the_gdpr_alone_is_no_ground_for_a_public_task(database: Database) -> None:
    """Article 6, paragraph 3: the ground of 6.1.e is laid down by Union or Member State law."""
    with database.transaction() as connection:
        made = text("alleen")
        assert {ground.instrument for ground in made.legal_grounds} >= {
            "Algemene verordening gegevensbescherming (EU) 2016/679"
        }
        conclude(connection, made)
        assert repeal(connection, date(2026, 1, 10)).ended == 1


def test_a_text_without_a_ground_in_force_is_not_signed(database: Database) -> None:
    with database.transaction() as connection:
        repeal(connection, date(2026, 1, 10))
        drafted = draft_agreement(connection, agreement=text(), party=OPGROEIEN, by="jan", at=NOW)
        with pytest.raises(SluisError) as refused:
            sign_all(connection, text(), digest=drafted.text_hash)
        assert refused.value.code == "ground-not-in-force"


def test_a_change_says_who_why_and_where_or_does_not_happen(database: Database) -> None:
    with database.transaction() as connection:
        conclude(connection, text("alleen"))
    for law, reason, source in (("bestaat-niet", "r", "s"), (COVID, " ", "s"), (COVID, "r", "")):
        with pytest.raises(SluisError), database.transaction() as connection:
            change_law(
                connection,
                law=law,
                valid_until=date(2026, 1, 10),
                reason=reason,
                source=source,
                party=OPGROEIEN,
                by="x",
                at=NOW,
            )
    with database.transaction() as connection:
        assert state_of(connection, "alleen").state == "in_force"
        repeal(connection, date(2026, 6, 30))
        (change,) = lawstore.list_changes(connection)
        assert (change.law, change.reason, change.changed_by) == (COVID, "opgeheven", "jurist")
        with pytest.raises(SluisError) as refused:
            repeal(connection, date(2026, 6, 30))
        assert refused.value.code == "law-unchanged"


def test_a_change_without_its_evidence_changes_nothing(database: Database) -> None:
    with database.transaction() as connection:
        conclude(connection, text("alleen"))
    with database.owner() as owner:
        owner.execute("REVOKE INSERT ON ledger_entry FROM sluis_app")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction() as connection:
        repeal(connection, date(2026, 1, 10))
    with database.transaction() as connection:
        assert state_of(connection, "alleen").state == "in_force"
        assert lawstore.validities(connection)[COVID].whole.last is None


def test_a_law_that_is_registered_later_is_found_by_its_name(database: Database) -> None:
    made = text("eigen")
    grounds = tuple(
        ground.model_copy(update={"instrument": "Decreet van 1 april 2025 (fictief)"})
        if ground.code == "decreet-mededeling"
        else ground
        for ground in made.legal_grounds
    )
    made = advised(made.model_copy(update={"legal_grounds": grounds, "advices": ()}))
    law = Law("fictief", "Decreet van 1 april 2025 (fictief)", (), "test", None, None, None)
    with database.transaction() as connection:
        conclude(connection, made)
        assert register_law(connection, law=law)
        assert not register_law(connection, law=law)
        assert repeal(connection, date(2026, 1, 10), law="fictief").ended == 1


def test_five_thousand_agreements_follow_a_law_in_one_transaction(database: Database) -> None:
    """They share one text here: what is measured is the change of law, not the making of texts."""
    with database.transaction() as connection:
        done = conclude(connection, text("samen"))
    with database.owner() as owner:
        owner.execute(
            "INSERT INTO agreement (id, template, title, state, text_hash, in_force_from, until, opened_at, changed_at)"
            " SELECT 'veel-' || n, template, title, state, text_hash, in_force_from, until, opened_at, changed_at"
            " FROM agreement, generate_series(1, 4999) AS n WHERE id = 'samen'"
        )
        owner.execute(
            "INSERT INTO agreement_party SELECT 'veel-' || n, text_hash, party"
            " FROM agreement_party, generate_series(1, 4999) AS n WHERE agreement = 'samen' AND text_hash = %s",
            (done.text_hash,),
        )
    began = time.monotonic()
    with database.transaction() as connection:
        assert repeal(connection, date(2026, 1, 10)).ended == 5000
    assert time.monotonic() - began < 60
    with database.transaction() as connection:
        row = connection.execute("SELECT count(*) FROM agreement WHERE state = 'ended'").fetchone()
        assert row == (5000,)
        row = connection.execute("SELECT count(*) FROM agreement_event WHERE event = 'end_ground'").fetchone()
        assert row == (5000,)
