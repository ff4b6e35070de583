"""The table of an agreement's life, and what time makes of its row: truth tables without a database."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.agreements.effects import due_day
from sluis.agreements.grounds import GroundRow, Span, Validity, covered_until
from sluis.agreements.lifecycle import (
    CONCLUDED,
    ENDED,
    EVENT_WORDS,
    OPEN,
    OVER,
    STATE_WORDS,
    STATES,
    TRANSITIONS,
    Who,
    can_do,
    check_transition,
    events_for,
)
from sluis.agreements.mergers import present_on
from sluis.agreements.standing import AgreementState
from sluis.agreements.steps import KINDS
from sluis.kernel.errors import SluisError

EVENTS = sorted({row.event for row in TRANSITIONS})


def test_every_state_and_event_has_words_and_every_event_its_kind_of_evidence() -> None:
    assert set(STATE_WORDS) == set(STATES) == {state for row in TRANSITIONS for state in (row.source, row.target)}
    assert set(EVENT_WORDS) == set(KINDS) == {*EVENTS, "draft"}


def test_no_row_stands_twice_and_none_leaves_an_end() -> None:
    rows = [(row.source, row.event, row.target) for row in TRANSITIONS]
    assert len(rows) == len(set(rows))
    assert not {row.source for row in TRANSITIONS} & OVER


def test_every_state_can_be_reached_from_a_draft_and_every_other_leads_to_an_end() -> None:
    reached, frontier = {"draft"}, {"draft"}
    while frontier:
        frontier = {row.target for row in TRANSITIONS if row.source in frontier} - reached
        reached |= frontier
    assert reached == set(STATES)
    assert all(any(row.source == state and row.target in OVER for row in TRANSITIONS) for state in set(STATES) - OVER)


@pytest.mark.parametrize("who", get_args(Who))
def test_the_check_and_the_button_say_the_same_for_everybody(who: Who) -> None:
    for state, event in product(STATES, EVENTS):
        allowed = any(row.source == state and row.event == event and who in row.who for row in TRANSITIONS)
        assert can_do(state, event, who=who) == allowed == (event in events_for(state, who))
        if allowed:
            check_transition(state, event, who=who)
        else:
            with pytest.raises(SluisError):
                check_transition(state, event, who=who)


def test_only_the_clock_and_the_laws_end_what_ends_by_itself() -> None:
    for row in TRANSITIONS:
        if row.event in {"end_term", "end_notice", "take_effect", "wait", "pass"}:
            assert row.who == {"clock"}
        if row.event in {"revoke", "suspend", "give_notice", "end", "end_breach", "sign"}:
            assert row.who == {"signatory"}
        if row.event.startswith("advise"):
            assert row.who == {"dpo"}


DAYS = st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 3, 1)))


@given(
    state=st.sampled_from(STATES),
    first=DAYS,
    until=DAYS,
    last=DAYS,
    following=DAYS,
    day=st.dates(date(2026, 1, 1), date(2026, 3, 1)),
)
def test_the_gate_may_open_on_a_day_exactly_when_the_row_says_so(
    state: str, first: date | None, until: date | None, last: date | None, following: date | None, day: date
) -> None:
    row = AgreementState(state, "a", first, until, last, "b" if following else None, following, None)
    ends = min((one for one in (until, last) if one), default=None)
    takes = following is not None and following <= day and (ends is None or following <= ends + timedelta(days=1))
    now = row.on(day)
    if state in CONCLUDED:
        over = (last if takes else ends) is not None and ((last if takes else ends) or day) < day
        assert (now.state == ENDED) == over
        assert now.text_hash == ("b" if takes else "a")
        begun = state != "published" or (
            (following if takes else first) is not None and ((following if takes else first) or day) <= day
        )
        opens = not over and (state in OPEN or (state == "published" and begun) or (state == "waiting" and takes))
        assert row.is_open_on(day) == opens
    else:
        assert now == row
        assert not row.is_open_on(day)
    assert now.on(day) == now, "doing the clock's work twice changes nothing"


def test_what_is_due_first_comes_first() -> None:
    row = AgreementState("published", "a", date(2026, 1, 1), date(2026, 6, 30), date(2026, 3, 31))
    assert due_day(row) == (date(2026, 1, 1), "take_effect")
    assert due_day(AgreementState("notice", "a", date(2026, 1, 1), date(2026, 6, 30), date(2026, 3, 31))) == (
        date(2026, 4, 1),
        "end",
    )
    assert due_day(AgreementState("draft", "a", None, None)) is None


def _ground(code: str, law: str | None, first: date | None, last: date | None, *kinds: str) -> GroundRow:
    return GroundRow(code, "x", "artikel 1", law, frozenset(kinds or ("ordinary",)), "in-force", Span(first, last))


def test_cover_goes_over_from_one_ground_to_the_next_without_a_gap() -> None:
    day = date(2026, 1, 1)
    joined = [_ground("a", None, None, date(2026, 2, 1)), _ground("b", None, date(2026, 2, 2), date(2026, 3, 1))]
    assert covered_until(joined, {}, day) == date(2026, 3, 1)
    gap = [_ground("a", None, None, date(2026, 2, 1)), _ground("b", None, date(2026, 2, 3), None)]
    assert covered_until(gap, {}, day) == date(2026, 2, 1)
    both = [_ground("a", None, None, None), _ground("b", None, None, date(2026, 2, 1), "article-9")]
    assert covered_until(both, {}, day) == date(2026, 2, 1)
    assert covered_until([_ground("a", "w", None, None)], {"w": Validity(Span(), {})}, day) is None
    ended = {"w": Validity(Span(None, date(2025, 12, 31)), {})}
    assert covered_until([_ground("a", "w", None, None)], ended, day) == date(2025, 12, 31)
    article = {"w": Validity(Span(), {"1": Span(None, date(2026, 1, 5))})}
    assert covered_until([_ground("a", "w", None, None)], article, day) == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("bodies", "signed", "bound", "must_sign", "waits"),
    [
        ({"opgroeien-regie", "gemeente-ruiselede"}, set(), {"opgroeien-regie", "gemeente-wingene"}, set(), False),
        (
            {"opgroeien-regie", "gemeente-kruibeke"},
            set(),
            {"opgroeien-regie"},
            {"gemeente-beveren-kruibeke-zwijndrecht"},
            True,
        ),
        (
            {"opgroeien-regie", "gemeente-kruibeke"},
            {"gemeente-beveren-kruibeke-zwijndrecht"},
            {"opgroeien-regie", "gemeente-beveren-kruibeke-zwijndrecht"},
            set(),
            False,
        ),
        (
            {"opgroeien-regie", "vutg", "gemeente-kruibeke"},
            set(),
            {"opgroeien-regie", "vutg"},
            {"gemeente-beveren-kruibeke-zwijndrecht"},
            False,
        ),
        ({"gemeente-ruiselede", "gemeente-wingene"}, set(), {"gemeente-wingene"}, set(), False),
    ],
)
def test_who_stands_behind_a_text_after_the_mergers_of_2025(
    bodies: set[str], signed: set[str], bound: set[str], must_sign: set[str], waits: bool
) -> None:
    present = present_on(frozenset(bodies), frozenset(signed), date(2025, 1, 1))
    assert (set(present.bound), set(present.must_sign), present.waits) == (bound, must_sign, waits)
    before = present_on(frozenset(bodies), frozenset(), date(2024, 12, 31))
    assert before.bound == bodies
