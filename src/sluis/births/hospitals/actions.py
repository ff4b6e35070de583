"""The verbs of hospitals: a step, its details, and what the clock does: silence, and the end of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final
from uuid import uuid4

from sluis.agreements.store import find_party
from sluis.births.agreement import agreement_of
from sluis.births.hospitals import store
from sluis.births.hospitals.maternities import expected_on, maternities
from sluis.births.hospitals.model import BY_A_PERSON, DELIVERING, STEPS, Alarm, Link, Stage, Standing
from sluis.births.hospitals.silence import Quiet, judge, missed_life_sign, rate_of
from sluis.births.house import Births
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.ledger.numbers import looks_like_insz

CLOCK: Final = "sluis"
_HISTORY: Final = timedelta(days=120)
_LONGEST: Final = 300


def move(connection: Connection, *, hospital: str, to: Stage, why: str, by: str, at: datetime) -> Link:
    """Let a hospital take a step; refused where the table has no such step, or where it lacks a party."""
    link = _held(connection, hospital, at=at)
    if to not in STEPS[link.stage] or to not in BY_A_PERSON:
        raise SluisError(
            "hospital-step",
            msg("Deze stap kan nu niet."),
            remedy=msg("Kies een van de stappen die de bladzijde van het ziekenhuis aanbiedt."),
        )
    if to not in (Stage.INVITED, Stage.STOPPED) and link.party is None:
        raise SluisError(
            "hospital-party",
            msg("Het is nog niet bekend welke partij van het register dit ziekenhuis is."),
            remedy=msg("Vul eerst de partij in, onder de gegevens van het ziekenhuis."),
        )
    return _step(connection, link, to, why=_fit(why), by=by, at=at)


def set_details(
    connection: Connection,
    *,
    hospital: str,
    party: str | None,
    supplier: str | None,
    births_per_year: int | None,
    life_sign_hours: int | None,
    by: str,
    at: datetime,
) -> Link:
    """Keep which party a hospital is, who supplies its system, and what it promised."""
    link = _held(connection, hospital, at=at)
    if party is not None and find_party(connection, party) is None:
        raise SluisError(
            "party-unknown",
            msg("Er is geen partij met deze code."),
            remedy=msg("Neem de code uit het register van partijen over."),
        )
    if party is not None and store.party_is_taken(connection, party, but=hospital):
        raise SluisError(
            "party-taken",
            msg("Deze partij hoort al bij een ander ziekenhuis."),
            remedy=msg("Geef elke materniteit een eigen partij: anders is niet te zien welke stil is."),
        )
    changed = replace(
        link,
        party=party,
        supplier=_fit(supplier) if supplier else None,
        births_per_year=births_per_year,
        life_sign_hours=life_sign_hours,
    )
    store.save_link(connection, changed)
    store.add_step(connection, hospital, store.Step(at, link.stage, link.stage, by, "details"))
    return changed


def close(connection: Connection, *, hospital: str, why: str, by: str, at: datetime) -> int:
    """Close the alarms of a hospital with what was found, and let it count as delivering again; return how many."""
    link = _held(connection, hospital, at=at)
    closed = [
        alarm
        for alarm in store.alarms_of(connection, hospital)
        if alarm.closed_at is None and store.close_alarm(connection, alarm.id, by=by, why=_fit(why), at=at)
    ]
    if closed and link.stage is Stage.SILENT:
        _step(connection, link, Stage.LIVE, why=_fit(why), by=by, at=at)
    return len(closed)


def bring_up_to_date(births: Births, connection: Connection, *, at: datetime) -> int:
    """Do what time and facts ask for: agreements in force, first births, alarms and their end; return how many.

    One process at a time does it; another that comes meanwhile does nothing.
    """
    done = 0
    if not store.take_turn(connection):
        return done
    today = day_of(at)
    counts = store.births_per_day(connection, since=today - _HISTORY)
    heard = store.last_heard(connection, since=at - _HISTORY)
    alarms = {(one.hospital, one.kind): one for one in store.open_alarms(connection)}
    for link in sorted(store.links(connection).values(), key=lambda one: one.code):
        if link.party is None:
            continue
        if link.stage is Stage.INVITED:
            own = agreement_of(births, connection, link.party, at=at)
            if own is not None and own.is_open:
                _step(connection, link, Stage.AGREEMENT, why="agreement", by=CLOCK, at=at)
                done += 1
        elif link.stage is Stage.TESTING and store.has_passed(connection, link.party, since=link.since):
            _step(connection, link, Stage.CONFORMANT, why="conformance", by=CLOCK, at=at)
            done += 1
        elif link.stage is Stage.CONFORMANT and any(day >= day_of(link.since) for day in counts.get(link.party, {})):
            _step(connection, link, Stage.LIVE, why="first-birth", by=CLOCK, at=at)
            done += 1
        elif link.stage in DELIVERING:
            done += _watch(connection, link, counts.get(link.party, {}), heard.get(link.party), alarms, at=at)
    return done


def _watch(
    connection: Connection,
    link: Link,
    counts: dict[date, int],
    heard: datetime | None,
    alarms: dict[tuple[str, str], Alarm],
    *,
    at: datetime,
) -> int:
    """Raise or end the alarms of one hospital."""
    since = store.watched_since(connection, link.code) or link.since
    quiet = quiet_of(link, counts, live_since=since, today=day_of(at))
    is_away = missed_life_sign(heard, hours=link.life_sign_hours, live_since=since, at=at)
    done = 0
    raised = {"births": quiet is not None and quiet.is_alarm, "life-sign": is_away}
    ended = {"births": quiet is None or quiet.score == 0.0, "life-sign": not is_away}
    for kind in ("births", "life-sign"):
        alarm = alarms.get((link.code, kind))
        if alarm is None and raised[kind]:
            made = Alarm(
                uuid4(),
                link.code,
                kind,
                at,
                _start_of(quiet, since) if kind == "births" else max(heard or since, since),
                round((quiet.expected if quiet else 0) * 1000),
                quiet.received if quiet else 0,
            )
            done += store.raise_alarm(connection, made)
        elif alarm is not None and ended[kind]:
            done += store.close_alarm(connection, alarm.id, by=CLOCK, why="heard-again", at=at)
    is_open = any(raised[kind] or ((link.code, kind) in alarms and not ended[kind]) for kind in raised)
    if is_open and link.stage is Stage.LIVE:
        _step(connection, link, Stage.SILENT, why="alarm", by=CLOCK, at=at)
    elif not is_open and link.stage is Stage.SILENT:
        _step(connection, link, Stage.LIVE, why="heard-again", by=CLOCK, at=at)
    return done


def quiet_of(link: Link, counts: dict[date, int], *, live_since: datetime, today: date) -> Quiet | None:
    """Return how quiet a hospital is; None where it is not known how many births it has."""
    first = day_of(live_since)
    rate = per_year(link, counts, first=first, today=today)
    if rate is None:
        return None
    return judge(counts, partial(_expected, rate), first=first + timedelta(days=1), today=today)


def per_year(link: Link, counts: dict[date, int], *, first: date, today: date) -> int | None:
    """Return how many births a year a hospital has: what it stated, else its own history before the last two weeks."""
    if link.births_per_year is not None:
        return link.births_per_year
    begin, end = max(first, today - _HISTORY), today - timedelta(days=14)
    return rate_of([counts.get(begin + timedelta(days=passed), 0) for passed in range((end - begin).days)])


def standings(connection: Connection, *, at: datetime) -> list[Standing]:
    """Return every hospital of the table, with where it stands and how quiet it is."""
    today = day_of(at)
    counts = store.births_per_day(connection, since=today - _HISTORY)
    heard, links = store.last_heard(connection, since=at - _HISTORY), store.links(connection)
    alarms = store.open_alarms(connection)
    found = []
    for place in maternities().values():
        link = links.get(place.code, Link(place.code, Stage.NONE, at))
        own = counts.get(link.party, {}) if link.party else {}
        is_live = link.stage in DELIVERING
        since = (store.watched_since(connection, link.code) or link.since) if is_live else at
        week = [today - timedelta(days=passed) for passed in range(7)]
        found.append(
            Standing(
                place=place,
                link=link,
                quiet=quiet_of(link, own, live_since=since, today=today) if is_live else None,
                births_per_year=per_year(link, own, first=day_of(since), today=today),
                last_heard=heard.get(link.party) if link.party else None,
                received_week=sum(own.get(day, 0) for day in week),
                alarms=tuple(alarm for alarm in alarms if alarm.hospital == place.code),
            )
        )
    return found


def whole_number(text: str, *, most: int) -> int | None:
    """Return the number of a form's field, None where it is empty."""
    shown = text.strip()
    if not shown:
        return None
    if not shown.isascii() or not shown.isdigit() or not 1 <= int(shown[:9]) <= most:
        raise SluisError(
            "number-unfit",
            msg("Dit is geen getal van 1 tot {most}.", most=most),
            remedy=msg("Schrijf alleen cijfers, of laat het veld leeg."),
        )
    return int(shown)


def _expected(rate: int, day: date) -> float:
    return expected_on(day, rate)


def _start_of(quiet: Quiet | None, fallback: datetime) -> datetime:
    if quiet is None or quiet.since is None:
        return fallback
    return datetime.combine(quiet.since, datetime.min.time(), tzinfo=fallback.tzinfo)


def _held(connection: Connection, hospital: str, *, at: datetime) -> Link:
    if hospital not in maternities():
        raise SluisError(
            "hospital-unknown",
            msg("Dit ziekenhuis staat niet in de lijst."),
            remedy=msg("Kies een ziekenhuis uit de lijst."),
        )
    return store.find_link(connection, hospital, lock=True) or Link(hospital, Stage.NONE, at)


def _step(connection: Connection, link: Link, to: Stage, *, why: str, by: str, at: datetime) -> Link:
    moved = replace(link, stage=to, since=at)
    store.save_link(connection, moved)
    store.add_step(connection, link.code, store.Step(at, link.stage, to, by, why))
    return moved


def _fit(text: str) -> str:
    shown = " ".join(text.split())
    if not shown or len(shown) > _LONGEST or not shown.isprintable() or looks_like_insz(shown):
        raise SluisError(
            "words-unfit",
            msg("Schrijf een korte zin in gewone tekens, zonder nummer van een persoon."),
            remedy=msg("Hoogstens {most} tekens.", most=_LONGEST),
        )
    return shown
