"""Where every body stands, how long steps take, what stands still and who must act: the dashboard as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from sluis.agreements.lifecycle import (
    ADVISED,
    COMPLETED,
    DRAFT,
    OFFERED,
    PREPARING,
    SIGNED,
    SIGNING,
    STATES,
    SUSPENDED,
    WAITING,
)
from sluis.database import Connection
from sluis.kernel.text import Message, msg
from sluis.kernel.working_days import calendar_of
from sluis.outreach import store
from sluis.outreach.model import STAGES, Group, Holding, Lead, Place, Stage, Standing, Waiting, furthest, stage_of
from sluis.outreach.places import ids, places_on, within_group

STUCK_AFTER_WORKING_DAYS = 10
"""From how many working days in one state an agreement is shown as standing still. Our own choice, not from a text."""

_MOST_STUCK = 20
_MAY_STAND_STILL = (*PREPARING, WAITING, SUSPENDED)
_FIRST_DAY = date(2015, 1, 1)
_SATURDAY = 5

# What must happen in a state, in words; who it must come from is worked out per agreement.
NEXT_STEP: Mapping[str, Message] = {
    DRAFT: msg("de tekst invullen"),
    COMPLETED: msg("advies geven"),
    ADVISED: msg("de tekst aanbieden ter ondertekening"),
    OFFERED: msg("ondertekenen"),
    SIGNING: msg("ondertekenen"),
    SIGNED: msg("bekendmaken"),
    WAITING: msg("ondertekenen na de fusie"),
    SUSPENDED: msg("de schorsing opheffen of de overeenkomst beëindigen"),
}


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything that the dashboard shows for one group of bodies."""

    standings: Sequence[Standing]
    stages: Mapping[Stage, int]
    by_province: Mapping[str, Mapping[Stage, int]]
    on_map: Mapping[str, Stage]
    pipeline: Mapping[str, int]
    leads: Sequence[Lead]
    stuck: Sequence[Waiting]
    stuck_count: int


def look(connection: Connection, group: Group, *, at: datetime, day: date) -> Dashboard:
    """Return the dashboard of a group, at a moment on a day."""
    places = within_group(group, day)
    narrowed = None if len(places) == len(places_on(day)) else ids(places)
    standings = _standings(connection, places, group.template)
    if group.stage is not None:
        standings = [one for one in standings if one.stage == group.stage]
        narrowed = [one.place.id for one in standings]
    stuck_count, stuck = _stuck(connection, group.template, narrowed, at=at, day=day)
    return Dashboard(
        standings=standings,
        stages=_counted(standings),
        by_province=_by_province(standings),
        on_map=_on_map(standings),
        pipeline=store.pipeline(connection, template=group.template, bodies=narrowed),
        leads=_leads(connection, group.template, narrowed),
        stuck=stuck,
        stuck_count=stuck_count,
    )


def standings_of(connection: Connection, group: Group, *, day: date) -> list[Standing]:
    """Return where each body of a group stands."""
    found = _standings(connection, within_group(group, day), group.template)
    return [one for one in found if group.stage in (None, one.stage)]


def _standings(connection: Connection, places: Sequence[Place], template: str | None) -> list[Standing]:
    held: dict[str, list[Holding]] = {}
    for holding in store.holdings(connection, template=template):
        held.setdefault(holding.body, []).append(holding)
    found = []
    for place in places:
        mine = tuple(held.get(place.id, ()))
        found.append(Standing(place, furthest({stage_of(one.state) for one in mine}), mine))
    return found


def _counted(standings: Sequence[Standing]) -> dict[Stage, int]:
    counted = Counter(one.stage for one in standings)
    return {stage: counted[stage] for stage in STAGES}


def _by_province(standings: Sequence[Standing]) -> dict[str, Mapping[Stage, int]]:
    provinces = sorted({one.place.province for one in standings})
    return {name: _counted([one for one in standings if one.place.province == name]) for name in provinces}


def _on_map(standings: Sequence[Standing]) -> dict[str, Stage]:
    """Return the furthest stage of the bodies of each municipality: the tile is of the place, not of one body."""
    found: dict[str, set[Stage]] = {}
    for one in standings:
        found.setdefault(one.place.nis, set()).add(one.stage)
    return {nis: furthest(stages) for nis, stages in found.items()}


def _leads(connection: Connection, template: str | None, bodies: Sequence[str] | None) -> list[Lead]:
    stays: dict[str, Counter[int]] = {}
    for stay in store.stays(connection, template=template, bodies=bodies, states=_MAY_STAND_STILL):
        days = working_days_passed(stay.entered, stay.left)
        stays.setdefault(stay.state, Counter())[days] += stay.count
    return [
        Lead(state, stays[state].total(), _rank(stays[state], 50), _rank(stays[state], 90))
        for state in STATES
        if state in stays
    ]


def _rank(days: Counter[int], percent: int) -> int:
    """Return the smallest number of days within which so many percent left: the nearest rank, no guess between two."""
    wanted = -(-days.total() * percent // 100)
    for value in sorted(days):
        wanted -= days[value]
        if wanted <= 0:
            return value
    raise ValueError("a rank of nothing")


def working_days_passed(first: date, last: date) -> int:
    """Return the working days of a Flemish authority after a day up to and with another; never below nothing."""
    counted = _working_days_since(max(first, last).year)
    return max(counted[_index(last)] - counted[_index(first)], 0)


def _index(day: date) -> int:
    return max((day - _FIRST_DAY).days, 0)


@lru_cache(maxsize=4)
def _working_days_since(last_year: int) -> list[int]:
    """Return for each day how many working days have passed since the first one: thousands of terms cost nothing."""
    rules, years = calendar_of("flemish").days_off, range(_FIRST_DAY.year, last_year + 1)
    closed = {day for rule in rules for year in years for day in rule.days_in(year)}
    total, counted = 0, []
    for passed in range((date(last_year, 12, 31) - _FIRST_DAY).days + 1):
        day = _FIRST_DAY + timedelta(days=passed)
        total += day.weekday() < _SATURDAY and day not in closed
        counted.append(total)
    return counted


def _stuck(
    connection: Connection, template: str | None, bodies: Sequence[str] | None, *, at: datetime, day: date
) -> tuple[int, list[Waiting]]:
    limit = day
    # The first day that lies more than so many working days back.
    while working_days_passed(limit, day) < STUCK_AFTER_WORKING_DAYS:
        limit -= timedelta(days=1)
    before = at - (day - limit) * 1
    count, still = store.standing_still(
        connection, template=template, bodies=bodies, states=_MAY_STAND_STILL, before=before, most=_MOST_STUCK
    )
    found = [
        Waiting(
            one.agreement,
            one.title,
            one.state,
            one.since,
            working_days_passed(one.since.date(), day),
            one.parties,
            _who(one),
        )
        for one in still
    ]
    return count, found


def _who(still: store.Still) -> tuple[str, ...]:
    """Return the parties that must act: who has not signed, who suspended, who comes after a merger; else all."""
    if still.state in (OFFERED, SIGNING):
        return still.unsigned or still.parties
    if still.state == SUSPENDED:
        return still.suspended_by or still.parties
    if still.state == WAITING:
        return still.anew or still.parties
    return still.parties
