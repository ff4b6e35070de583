"""Where every body stands, how long it took, what stands still and by whom: counted from real agreements."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sluis.agreements.lifecycle import IN_FORCE, PUBLISHED, SIGNING, STATES
from sluis.channels.demo.agreements import SENDER, TEMPLATE
from sluis.kernel.working_days import calendar_of, working_days_between
from sluis.outreach.following import look, working_days_passed
from sluis.outreach.model import STAGES, Group, stage_of, states_of
from tests.integration.outreach.world import AALTER, GENT, NOW, TIELT, TODAY, WINGENE, World


def test_every_state_of_the_life_cycle_belongs_to_one_stage() -> None:
    assert sorted(state for stage in STAGES for state in states_of(stage)) == sorted(STATES)
    assert stage_of(IN_FORCE) == "running"


def test_each_body_stands_where_its_agreements_stand(world: World) -> None:
    with world.database.transaction() as connection:
        board = look(connection, Group(), at=NOW, day=TODAY)
    stages = {one.place.id: one.stage for one in board.standings}
    assert len(stages) == 570, "285 municipalities and their OCMWs"
    assert stages.pop(WINGENE) in {"running", "signing"}  # signed and published; in force from its day
    assert (stages.pop(TIELT), stages.pop(AALTER)) == ("signing", "preparing")
    assert set(stages.values()) == {"none"}
    assert sum(board.stages.values()) == 570
    assert sum(sum(counts.values()) for counts in board.by_province.values()) == 570
    assert len(board.on_map) == 285
    assert sum(board.pipeline.values()) == 3


def test_filters_narrow_every_part_of_the_dashboard(world: World) -> None:
    with world.database.transaction() as connection:
        west = look(connection, Group(province="West-Vlaanderen"), at=NOW, day=TODAY)
        limburg = look(connection, Group(province="Limburg"), at=NOW, day=TODAY)
        ocmw = look(connection, Group(kind="ocmw"), at=NOW, day=TODAY)
        draft = look(connection, Group(stage="preparing"), at=NOW, day=TODAY)
        other = look(connection, Group(template="een-ander"), at=NOW, day=TODAY)
        found = look(connection, Group(words="aalt OOST"), at=NOW, day=TODAY)
        named = look(connection, Group(words="gemeente-AALTER"), at=NOW, day=TODAY)
    assert sum(west.pipeline.values()) == 2
    assert (limburg.pipeline, limburg.stuck_count, list(limburg.leads)) == ({}, 0, [])
    assert {one.place.kind for one in ocmw.standings} == {"ocmw"}
    assert ocmw.pipeline == {}
    assert [one.place.id for one in draft.standings] == [AALTER]
    assert set(other.on_map.values()) == {"none"}
    assert len(found.standings) == 0
    assert {one.place.id for one in named.standings} == {AALTER}


def test_the_lead_time_of_a_step_is_counted_in_working_days(world: World) -> None:
    with world.database.transaction() as connection:
        leads = {lead.state: lead for lead in look(connection, Group(), at=NOW, day=TODAY).leads}
    drafts = sorted(
        working_days_between((NOW - timedelta(days=first)).date(), (NOW - timedelta(days=last)).date(), calendar)
        for calendar in [calendar_of("flemish")]
        for first, last in [(20, 13), (60, 40)]
    )
    # The first signature takes both out of their preparation; nine in ten of two is the longer one.
    preparing = leads["draft"] if "draft" in leads else leads["advised"]
    assert (preparing.count, preparing.median, preparing.nine_in_ten) == (2, drafts[0], drafts[1])
    assert leads[SIGNING].count == 1


def test_what_stands_still_is_told_with_who_must_act(world: World) -> None:
    with world.database.transaction() as connection:
        board = look(connection, Group(template=TEMPLATE), at=NOW, day=TODAY)
    (one,) = board.stuck
    assert (board.stuck_count, one.agreement, one.state) == (1, f"st-{TIELT}", SIGNING)
    assert one.actors == (SENDER,), "Tielt signed; Opgroeien did not"
    assert one.working_days == working_days_passed((NOW - timedelta(days=40)).date(), TODAY) > 20
    assert PUBLISHED in STATES


@settings(deadline=None)
@given(first=st.dates(date(2020, 1, 1), date(2027, 12, 31)), days=st.integers(0, 900))
def test_counting_working_days_at_once_is_counting_them_one_by_one(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    assert working_days_passed(first, last) == working_days_between(first, last, calendar_of("flemish"))


def test_a_term_that_runs_backward_is_no_time_at_all() -> None:
    assert working_days_passed(date(2026, 3, 2), date(2026, 1, 2)) == 0


def test_after_a_merger_the_agreement_of_the_absorbed_body_counts_for_its_successor(world: World) -> None:
    with world.database.owner() as connection:
        connection.execute(
            "INSERT INTO agreement_succession VALUES (%s, %s, %s, false, '2026-01-01', now(), NULL)",
            (f"st-{AALTER}", AALTER, GENT),
        )
    with world.database.transaction() as connection:
        standings = {one.place.id: one for one in look(connection, Group(), at=NOW, day=TODAY).standings}
    assert (standings[AALTER].stage, standings[GENT].stage) == ("none", "preparing")
    assert "gemeente-ruiselede" not in standings, "who ended is not followed any more"
