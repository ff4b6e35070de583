"""Who may take which step in which state: the page's button and the action ask the same table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from typing import get_args

import pytest

from sluis.accession.policy import Action, can_edit, can_take, check_take, who_acts
from sluis.agreements.lifecycle import STATES, TRANSITIONS
from sluis.agreements.store import AgreementRow
from sluis.kernel.errors import SluisError
from sluis.web.people import SignedIn

DAY = date(2026, 3, 2)
PARTIES = ("gemeente-wingene", "opgroeien-regie")
ROW = AgreementRow("x", None, "X", "draft", "0" * 64, None, None, PARTIES, datetime(2026, 3, 2, tzinfo=UTC))
ROLES = ("officer", "dpo", "signatory", "access-manager", "supervisor", "outreach", "citizen")
ACTIONS: tuple[Action, ...] = get_args(Action)

# In which states each step exists, for the agreement itself.
TRUTH: dict[Action, set[str]] = {
    "complete": {"draft"},
    "discard": {"draft"},
    "advise": {"completed", "advised"},
    "offer": {"completed", "advised"},
    "sign": {"draft", "completed", "advised", "offered", "signing"},
    "publish": {"signed"},
    "propose": {"in_force", "notice", "suspended", "waiting"},
    "withdraw": set(),
    "suspend": {"in_force", "notice", "suspended"},
    "resume": {"suspended"},
    "give_notice": {"in_force", "suspended"},
    "end": {"published", "in_force", "notice", "suspended"},
    "end_merger": {"waiting"},
    "revoke": set(STATES) - {"ended", "revoked"},
}
NEXT: dict[Action, set[str]] = {
    **{action: TRUTH[action] for action in ("complete", "advise", "offer", "sign", "publish")},
    "withdraw": TRUTH["revoke"],
}


def a_person(role: str, party: str | None = "gemeente-wingene") -> SignedIn:
    return SignedIn("p", "P", party, party, frozenset({role}))


def test_the_truth_table_is_about_every_step() -> None:
    assert set(TRUTH) == set(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("is_next", [False, True])
def test_a_button_stands_where_the_step_exists_for_who_has_its_role(action: Action, is_next: bool) -> None:
    table = NEXT if is_next else TRUTH
    for state, role in product(STATES, ROLES):
        expected = role == who_acts(action) and state in table.get(action, set())
        can = can_take(a_person(role), action, ROW, state, DAY, is_next=is_next)
        assert can is expected, (action, state, role)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_action_is_refused_exactly_where_the_button_is_absent(action: Action) -> None:
    for state, role, is_next in product(STATES, ROLES, (False, True)):
        person = a_person(role)
        if can_take(person, action, ROW, state, DAY, is_next=is_next):
            assert check_take(person, action, ROW, state, DAY, is_next=is_next) == "gemeente-wingene"
        else:
            with pytest.raises(SluisError) as refused:
                check_take(person, action, ROW, state, DAY, is_next=is_next)
            assert refused.value.clause is not None


@pytest.mark.parametrize("party", ["gemeente-aalter", None])
def test_nobody_else_takes_any_step(party: str | None) -> None:
    for action, state, role in product(ACTIONS, STATES, ROLES):
        assert not can_take(a_person(role, party), action, ROW, state, DAY)


def test_a_body_that_absorbed_a_party_acts_for_it() -> None:
    row = replace(ROW, parties=("gemeente-ruiselede", "opgroeien-regie"))
    assert check_take(a_person("signatory"), "suspend", row, "in_force", DAY) == "gemeente-ruiselede"


def test_the_text_is_open_to_change_until_somebody_signed_it() -> None:
    assert {state for state in STATES if can_edit(state)} == {"draft", "completed", "advised", "offered"}
    assert all(row.target == "draft" for row in TRANSITIONS if row.event == "change")
