"""On 1 January 2025 thirteen mergers took effect: what became of agreements, and what the gate made of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from sluis.agreements import lifestore, store
from sluis.agreements.actions import Done, draft_agreement, publish_agreement, sign_agreement
from sluis.agreements.clock import advance_agreements
from sluis.agreements.deadlines import duties
from sluis.agreements.endings import end_agreement, revoke_agreement
from sluis.agreements.lookup import parties_on
from sluis.database import Connection, Database
from sluis.gate.actions import Gate
from sluis.gate.model import Released, Request
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Refused
from sluis.ledger.persons import PersonSecret
from tests.integration.agreements.lives import OPGROEIEN, conclude, events_of, on, sign_all, state_of, text
from tests.integration.gate.house import Population, Register, Source, number

BEFORE, AFTER = on(2024, 12, 31), on(2025, 1, 1)
NEW = "gemeente-beveren-kruibeke-zwijndrecht"


def concluded(connection: Connection, body: str) -> Done:
    made = text(body, body=body, in_force_from=date(2024, 3, 1), until=date(2026, 12, 31))
    return conclude(connection, made, at=on(2024, 3, 1))


def asked(database: Database, agreement: str, party: str, at: datetime) -> list[str] | str:
    """Ask the gate for one child who lives in the party's own municipality; return the refusals, or that it passed."""
    population = Population()
    nis = {"gemeente-wingene": "37021", "gemeente-antwerpen": "11002", NEW: "46030"}.get(party, "46013")
    child = population.add(number(1), nis=nis, parents=[number(2)], since="2024-01-01")
    gate = Gate(
        register=Register(population), sources={Source.code: Source(population)}, secret=PersonSecret(b"s" * 32)
    )
    request = Request(
        actor="an",
        party=party,
        agreement=agreement,
        leg="answer",
        purpose="automatic-allowance",
        items=frozenset({"child-insz"}),
        subjects=(child,),
        channel="web",
        at=at,
        reference=at.astimezone(UTC).date(),
    )
    with database.transaction() as connection:
        insert_actor(connection, Actor("an", "person", "An", None))
        insert_role(connection, RoleGrant("an", party, "officer", date(2024, 1, 1), None, "dirk", "test"))
        connection.execute(
            "INSERT INTO gate_condition SELECT %s, %s, code, now(), 'dpo', 'test'"
            " FROM unnest(ARRAY['key-set-by-dpos', 'citizens-informed', 'professional-secrecy']) AS code"
            " ON CONFLICT DO NOTHING",
            (agreement, party),
        )
        outcome = gate.release(connection, request)
    if isinstance(outcome, Refused):
        return [reason.code for reason in outcome.reasons]
    assert isinstance(outcome, Released)
    return "passed"


@pytest.mark.parametrize(
    ("old", "heir"), [("gemeente-ruiselede", "gemeente-wingene"), ("gemeente-borsbeek", "gemeente-antwerpen")]
)
@pytest.mark.parametrize("clock", [True, False])
def test_the_agreement_of_an_absorbed_municipality_is_its_successors(
    database: Database, old: str, heir: str, clock: bool
) -> None:
    with database.transaction() as connection:
        concluded(connection, old)
        assert advance_agreements(connection, at=BEFORE).agreements == 0
        if clock:
            assert advance_agreements(connection, at=AFTER).states == {"in_force": 1}
            assert advance_agreements(connection, at=AFTER).agreements == 0
            event = store.events(connection, old)[-1]
            assert (event.event, event.party, event.done_by) == ("pass", heir, "machine:sluis:clock")
        shown = parties_on((old, OPGROEIEN), AFTER.date())
        assert [(one.named, one.body, one.must_sign) for one in shown] == [
            (old, heir, False),
            (OPGROEIEN, OPGROEIEN, False),
        ]
    assert asked(database, old, heir, AFTER) == "passed"
    with database.transaction() as connection:
        done = revoke_agreement(connection, agreement=old, party=heir, by="an", at=AFTER, reason="fusie")
        assert done.state == "revoked"


@pytest.mark.parametrize("clock", [True, False])
def test_the_agreement_of_kruibeke_waits_for_the_signature_of_the_new_body(database: Database, clock: bool) -> None:
    with database.transaction() as connection:
        old = concluded(connection, "gemeente-kruibeke")
        if clock:
            assert advance_agreements(connection, at=AFTER).states == {"waiting": 1}
    assert asked(database, "gemeente-kruibeke", NEW, AFTER) == ["successor-must-sign"]
    with database.transaction() as connection:
        waiting = duties(connection, party=NEW, day=AFTER.date())
        assert [duty.code for duty in waiting] == (["signature-anew"] if clock else [])
        done = sign_agreement(
            connection, agreement="gemeente-kruibeke", text_hash=old.text_hash, party=NEW, by="burgemeester", at=AFTER
        )
        assert (done.state, done.text_hash) == ("in_force", old.text_hash)
        assert events_of(connection, "gemeente-kruibeke")[-2:] == ["wait", "sign_successor"]
    assert asked(database, "gemeente-kruibeke", NEW, AFTER) == "passed"


def test_the_old_body_is_gone_and_the_new_one_may_decline(database: Database) -> None:
    with database.transaction() as connection:
        concluded(connection, "gemeente-kruibeke")
    assert "passed" not in asked(database, "gemeente-kruibeke", "gemeente-kruibeke", AFTER)
    with database.transaction() as connection:
        done = end_agreement(
            connection, agreement="gemeente-kruibeke", party=NEW, by="b", at=AFTER, because="merger", reason="nieuw"
        )
        assert done.state == "ended"
        event = store.events(connection, "gemeente-kruibeke")[-1]
        assert (event.event, event.code) == ("end_merger", "merger")


def test_a_draft_of_a_body_that_is_gone_ends(database: Database) -> None:
    made = text("ontwerp", body="gemeente-ruiselede", in_force_from=date(2024, 3, 1))
    with database.transaction() as connection:
        draft_agreement(connection, agreement=made, party=OPGROEIEN, by="jan", at=on(2024, 3, 1))
        assert advance_agreements(connection, at=AFTER).states == {"ended": 1}
        assert events_of(connection, "ontwerp")[-1] == "end_merger"


def test_a_clock_that_runs_years_late_tells_it_in_the_order_of_the_days(database: Database) -> None:
    with database.transaction() as connection:
        concluded(connection, "gemeente-ruiselede")
        advance_agreements(connection, at=on(2027, 5, 1))
        assert events_of(connection, "gemeente-ruiselede")[-2:] == ["pass", "end_term"]


def test_all_three_bodies_of_one_merger_wait_for_the_same_signature(database: Database) -> None:
    names = ("gemeente-beveren", "gemeente-kruibeke", "gemeente-zwijndrecht")
    with database.transaction() as connection:
        signed: list[Any] = [concluded(connection, name) for name in names]
        assert advance_agreements(connection, at=AFTER).states == {"waiting": 3}
        for one in signed:
            sign_agreement(connection, agreement=one.agreement, text_hash=one.text_hash, party=NEW, by="b", at=AFTER)
        assert {state_of(connection, name).state for name in names} == {"in_force"}
        assert {one.successor for name in names for one in lifestore.successions(connection, name)} == {NEW}


def test_a_signed_text_of_a_new_body_can_still_not_be_published_by_the_old(database: Database) -> None:
    made = text("laat", body="gemeente-kruibeke", in_force_from=date(2024, 3, 1))
    with database.transaction() as connection:
        drafted = draft_agreement(connection, agreement=made, party=OPGROEIEN, by="jan", at=on(2024, 3, 1))
        sign_all(connection, made, at=on(2024, 3, 1), digest=drafted.text_hash)
        with pytest.raises(SluisError):
            publish_agreement(connection, agreement="laat", party="gemeente-kruibeke", by="x", at=AFTER)
