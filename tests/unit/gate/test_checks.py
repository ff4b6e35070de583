"""The gate opens when every check holds, and names every reason at once when not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.agreements.policy import Periodicity
from sluis.gate.policy import CHECKS, decide
from tests.unit.gate.situations import SOMEBODY, leg, policy, request, situation, standing

SPOILED: dict[str, dict[str, Any]] = {
    "agreement-not-in-force": {"state": "revoked"},
    "outside-term": {"on": date(2026, 1, 1), "request": request(reference=date(2026, 1, 1))},
    "reference-outside-term": {"request": request(reference=date(2019, 1, 1))},
    "correlation-unfit": {"request": request(correlation="two words")},
    "text-altered": {"stored_hash": "b" * 64},
    "party-not-receiver": {"receivers": frozenset({"gemeente-tielt"})},
    "successor-must-sign": {"receivers": frozenset(), "must_sign_anew": frozenset({"gemeente-wingene"})},
    "actor-without-role": {"standing": standing(roles=frozenset({"dpo"}))},
    "purpose-not-agreed": {"request": request(purpose="marketing")},
    "items-not-agreed": {"request": request(items=frozenset({"child-insz", "income"}))},
    "no-subjects": {"request": request(subjects=())},
    "channel-not-agreed": {"request": request(channel="paper")},
    "uses-spent": {"standing": standing(uses=1)},
    "condition-not-met": {"standing": standing(conditions=frozenset())},
}


def test_a_request_that_the_agreement_names_is_permitted() -> None:
    assert decide(situation()) is None


@pytest.mark.parametrize("code", SPOILED)
def test_one_thing_amiss_is_refused_for_exactly_that_reason(code: str) -> None:
    refused = decide(situation(**SPOILED[code]))
    assert refused is not None
    assert [reason.code for reason in refused.reasons] == [code]


@pytest.mark.parametrize("code", SPOILED)
def test_every_reason_says_why_with_its_clause_and_what_to_do_next(code: str) -> None:
    refused = decide(situation(**SPOILED[code]))
    assert refused is not None
    for reason in refused.reasons:
        assert str(reason.what).endswith(".")
        assert str(reason.remedy).endswith(".")
        assert reason.clause.instrument
        assert reason.clause.article


def test_all_reasons_are_named_at_once() -> None:
    refused = decide(
        situation(
            state="suspended",
            on=date(2024, 1, 1),
            receivers=frozenset(),
            standing=standing(actor_kind=None, roles=frozenset(), uses=9, conditions=frozenset()),
            request=request(purpose="x", items=frozenset(), subjects=(), channel="x", correlation="x" * 129),
        )
    )
    assert refused is not None
    assert len(refused.reasons) == len(CHECKS) - 1  # the text is as signed


@given(st.sampled_from(["draft", "signed", "suspended", "ended", "revoked", "", "IN_FORCE", "in force"]))
def test_no_state_but_in_force_opens_anything(state: str) -> None:
    assert decide(situation(state=state)) is not None


@given(st.frozensets(st.text(max_size=8), max_size=4))
def test_no_set_of_items_passes_but_a_part_of_the_agreed_ones(items: frozenset[str]) -> None:
    refused = decide(situation(request=request(items=items)))
    assert (refused is None) == (bool(items) and items <= leg().items.keys())


@given(uses=st.integers(0, 20), times=st.integers(1, 12))
def test_a_leg_is_used_no_more_often_than_agreed(uses: int, times: int) -> None:
    counted = leg(periodicity=Periodicity("per_year", times))
    refused = decide(situation(leg=counted, standing=standing(uses=uses)))
    assert (refused is None) == (uses < times)


def test_an_unlimited_leg_is_never_used_up() -> None:
    assert decide(situation(leg=leg(periodicity=Periodicity("unlimited", None)), standing=standing(uses=10**6))) is None


def test_a_machine_of_nobody_opens_nothing() -> None:
    refused = decide(situation(standing=standing(actor_kind=None)))
    assert refused is not None
    assert [reason.code for reason in refused.reasons] == ["actor-without-role"]


def test_an_agreement_without_an_end_holds_on() -> None:
    agreed = policy(until=None)
    assert decide(situation(policy=agreed, on=date(2040, 1, 1))) is None


def test_an_agreement_without_a_first_day_is_not_in_force_yet() -> None:
    refused = decide(situation(policy=policy(in_force_from=None)))
    assert refused is not None
    assert [reason.code for reason in refused.reasons] == ["outside-term"]


def test_the_clause_of_the_signed_text_stands_in_the_reason() -> None:
    refused = decide(situation(request=request(purpose="marketing")))
    assert refused is not None
    assert str(refused.reasons[0].clause) == "Protocol, artikel 1"


@pytest.mark.parametrize(
    "smuggled", [SOMEBODY, f"x{SOMEBODY}", "15.65.20-145.25", "x-15652014525", "a\nb", "<b>", "é" * 99]
)
def test_what_was_sent_in_the_place_of_a_code_is_never_repeated(smuggled: str) -> None:
    refused = decide(situation(request=request(items=frozenset({smuggled}))))
    assert refused is not None
    assert smuggled not in str(refused.reasons[0].what)


@pytest.mark.parametrize("days", [1, 365])
def test_nobody_is_judged_on_a_day_that_is_yet_to_come(days: int) -> None:
    asked = situation()
    ahead = replace(asked.request, reference=asked.on + timedelta(days=days))
    refused = decide(replace(asked, request=ahead))
    assert refused is not None
    assert [reason.code for reason in refused.reasons] == ["reference-outside-term"]


@pytest.mark.parametrize("mark", ["a b", "x" * 129, "é", "a\n", "\x00", SOMEBODY, f"no.{SOMEBODY}"])
def test_a_mark_that_cannot_stand_in_evidence_is_refused_and_not_repeated(mark: str) -> None:
    refused = decide(situation(request=request(correlation=mark)))
    assert refused is not None
    assert [reason.code for reason in refused.reasons] == ["correlation-unfit"]
    assert mark not in str(refused.reasons[0].what)


@pytest.mark.parametrize("mark", ["", "x" * 128, "0b7d2b1e-5d0a-4a3e-9a55-0c6a1f3f2b8c", "2026/03-17_a:b"])
def test_a_plain_mark_or_none_is_fine(mark: str) -> None:
    assert decide(situation(request=request(correlation=mark))) is None


def test_a_request_does_not_show_its_subjects() -> None:
    assert SOMEBODY not in repr(request(subjects=(SOMEBODY,)))


def test_a_leg_without_conditions_needs_none() -> None:
    assert decide(situation(leg=leg(conditions=()), standing=standing(conditions=frozenset()))) is None


def test_a_leg_that_names_no_role_opens_for_nobody() -> None:
    assert decide(situation(leg=leg(roles=frozenset()))) is not None


def test_a_leg_without_clauses_still_names_the_law() -> None:
    refused = decide(situation(leg=leg(clauses=MappingProxyType({})), request=request(channel="x")))
    assert refused is not None
    assert refused.reasons[0].clause.instrument == "AVG"
