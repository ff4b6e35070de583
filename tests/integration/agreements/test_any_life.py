"""Whatever people and time do to an agreement, in any order, it is in a state of the table and the gate obeys it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

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
    end_agreement,
    give_notice,
    resume_agreement,
    revoke_agreement,
    suspend_agreement,
)
from sluis.agreements.laws import change_law
from sluis.agreements.lifecycle import OPEN, OVER, STATES, find_transition
from sluis.agreements.offers import offer_agreement
from sluis.agreements.steps import preparing
from sluis.agreements.text import draft_hash, from_canonical
from sluis.database import Connection, Database
from sluis.gate.actions import Gate
from sluis.gate.model import Request
from sluis.kernel.errors import SluisError
from sluis.ledger.persons import PersonSecret
from tests.integration.agreements.lives import NOW, OPGROEIEN, WINGENE, state_of, text
from tests.integration.gate.house import Population, Register, Source, number

COVID = "decreet-2020-06-30"
PARTIES = st.sampled_from((WINGENE, OPGROEIEN))
_codes = count()


def _life_of(database: Database) -> type[RuleBasedStateMachine]:
    class Life(RuleBasedStateMachine):
        """One agreement, from its draft; half of what is tried is not possible and must change nothing."""

        def __init__(self) -> None:
            super().__init__()
            self.code, self.at = f"leven-{next(_codes)}", NOW

        def _try(self, step: Any, **named: Any) -> None:
            with database.transaction() as connection:
                before = state_of(connection, self.code), len(store.events(connection, self.code))
            named = {"by": "iemand", "at": self.at} | named
            with suppress(SluisError), database.transaction() as connection:
                step(connection, **named)
                return
            with database.transaction() as connection:
                assert (state_of(connection, self.code), len(store.events(connection, self.code))) == before

        @initialize(begins=st.sampled_from(("draft", "concluded", "concluded")))
        def begin(self, begins: str) -> None:
            # The register of laws outlives an example: each begins with a law that holds.
            law: dict[str, Any] = {"law": COVID, "reason": "r", "source": "s", "party": OPGROEIEN, "by": "jurist"}
            with suppress(SluisError), database.transaction() as connection:
                change_law(connection, **law, at=self.at)
            with database.transaction() as connection:
                for row in store.list_agreements(connection):
                    store.set_state(connection, agreement=row.id, state="ended", at=self.at)
            with database.transaction() as connection:
                draft_agreement(connection, agreement=text(self.code), party=WINGENE, by="an", at=self.at)
            if begins == "concluded":
                self.everybody_signs_and_it_is_published(OPGROEIEN)

        @rule(days=st.sampled_from((1, 10, 40, 100)))
        def time_passes(self, days: int) -> None:
            self.at += timedelta(days=days)
            if days == 40:
                with database.transaction() as connection:
                    advance_agreements(connection, at=self.at)

        @rule(party=PARTIES)
        def everybody_signs_and_it_is_published(self, party: str) -> None:
            for signing in (WINGENE, OPGROEIEN):
                self.sign(signing)
            self._try(publish_agreement, agreement=self.code, party=party)

        @rule(party=PARTIES)
        def sign(self, party: str) -> None:
            with database.transaction() as connection:
                digest = preparing(connection, self.code).text_hash
            self._try(sign_agreement, agreement=self.code, text_hash=digest, party=party)

        @rule(party=PARTIES, until=st.sampled_from((date(2026, 6, 30), date(2027, 3, 31))))
        def amend(self, party: str, until: date) -> None:
            self._try(amend_agreement, agreement=text(self.code, until=until), party=party)

        @rule(party=PARTIES)
        def complete(self, party: str) -> None:
            self._try(complete_agreement, agreement=self.code, party=party)

        @rule(party=PARTIES, verdict=st.sampled_from(("favourable", "unfavourable")))
        def advise(self, party: str, verdict: str) -> None:
            with database.transaction() as connection:
                stored = store.read_text(connection, preparing(connection, self.code).text_hash)
            version = draft_hash(from_canonical(stored))
            named = {"agreement": self.code, "party": party, "verdict": verdict, "version": version, "remarks": "kort"}
            self._try(advise_agreement, **named)

        @rule(party=PARTIES, step=st.sampled_from((suspend_agreement, resume_agreement, give_notice)))
        def stop_or_go_on(self, party: str, step: Any) -> None:
            self._try(step, agreement=self.code, party=party, reason="daarom")

        @rule(party=PARTIES, step=st.sampled_from((offer_agreement, publish_agreement)))
        def go_further(self, party: str, step: Any) -> None:
            self._try(step, agreement=self.code, party=party)

        @rule(party=PARTIES, step=st.sampled_from((revoke_agreement, end_agreement, withdraw_amendment)))
        def finish(self, party: str, step: Any) -> None:
            self._try(step, agreement=self.code, party=party, reason="daarom")

        @rule(days=st.integers(-3, 60))
        def law_changes(self, days: int) -> None:
            last = self.at.date() + timedelta(days=days)
            named = {"law": COVID, "valid_until": last, "reason": "r", "source": "s"}
            self._try(change_law, party=OPGROEIEN, **named)

        @invariant()
        def the_state_and_its_history_are_of_the_table(self) -> None:
            with database.transaction() as connection:
                state = store.read_state(connection, self.code)
                events = store.events(connection, self.code)
                amendment = lifestore.read_amendment(connection, self.code)
            if state is None:
                return
            assert state.state in STATES
            for event in events[1:]:
                assert event.from_state is not None
                assert find_transition(event.from_state, event.event, event.to_state) is not None
            assert all(event.entry is not None for event in events)
            assert amendment is None or state.state not in OVER
            assert (state.next_hash is None) == (amendment is None or amendment.state != "published")

        @invariant()
        def the_gate_is_open_exactly_when_the_state_of_the_day_opens_it(self) -> None:
            with database.transaction() as connection:
                state = store.read_state(connection, self.code)
                if state is None:
                    return
                for day in (self.at.date(), self.at.date() + timedelta(days=45)):
                    is_open = state.is_open_on(day)
                    assert (agreement_in_force(connection, self.code, day) is not None) == is_open
                    refused = _refusals(connection, self.code, self.at + (day - self.at.date()))
                    assert is_open == refused.isdisjoint({"agreement-not-in-force", "outside-term"})
                advance_agreements(connection, at=self.at)
                assert (state_of(connection, self.code).state in OPEN) == state.is_open_on(self.at.date())

    return Life


def _refusals(connection: Connection, agreement: str, at: Any) -> set[str]:
    population = Population()
    sources = {Source.code: Source(population)}
    gate = Gate(register=Register(population), sources=sources, secret=PersonSecret(b"s" * 32))
    items = frozenset({"child-insz"})
    request = Request(
        "an", WINGENE, agreement, "answer", "automatic-allowance", items, (number(1),), "web", at, at.date()
    )
    refused = gate.preview(connection, request)
    return set() if refused is None else {reason.code for reason in refused.reasons}


def test_no_sequence_of_steps_leads_out_of_the_table_and_the_gate_obeys_every_state(database: Database) -> None:
    run_state_machine_as_test(
        _life_of(database),
        settings=settings(
            max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
