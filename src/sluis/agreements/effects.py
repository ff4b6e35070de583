"""What time does to one agreement, written down in the order of the days on which it happened.

The gate does not wait for this: it reads the same dates (`standing.AgreementState.on`). Writing it down gives the life
its events and its evidence, and every verb does so first for the agreement that it is about.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sluis.agreements import lifestore, store
from sluis.agreements.causes import CAUSE_CLAUSES, CAUSE_OF_EVENT, TERM
from sluis.agreements.laws import announce_ground
from sluis.agreements.lifecycle import CONCLUDED, OVER, PUBLISHED, Who, check_transition
from sluis.agreements.mergers import due_mergers, follow_merger
from sluis.agreements.standing import AgreementState
from sluis.agreements.steps import CLOCK, Done, Step, Subject, day_of, locked, move, preparing
from sluis.database import Connection

# A life has few dates; this many events of one agreement on one day would be a mistake of ours.
_MOST_EVENTS = 50


def current(connection: Connection, agreement: str, at: datetime) -> Subject:
    """Return the agreement itself, locked, after everything that time did to it up to now was written down."""
    catch_up(connection, agreement, at=at)
    return locked(connection, agreement)


def current_preparing(connection: Connection, agreement: str, at: datetime) -> Subject:
    """Return what is being prepared, the next version or the agreement itself, as `current` does."""
    catch_up(connection, agreement, at=at)
    return preparing(connection, agreement)


def catch_up(connection: Connection, agreement: str, *, at: datetime) -> tuple[Done, ...]:
    """Write down what time did to an agreement up to a moment, and return it; a second time there is nothing."""
    done: list[Done] = []
    for _ in range(_MOST_EVENTS):
        subject = locked(connection, agreement)
        if subject.state in OVER:
            break
        happened = _next_effect(connection, subject, at)
        if happened is None:
            break
        done.append(happened)
    return tuple(done)


def due_day(standing: AgreementState) -> tuple[date, str] | None:
    """Return the next day on which time changes a concluded agreement, and how; None: no such day is known."""
    if standing.state not in CONCLUDED:
        return None
    days: list[tuple[date, int, str]] = []
    if standing.ends_on is not None:
        days.append((standing.ends_on + timedelta(days=1), 2, "end"))
    if standing.state == PUBLISHED and standing.in_force_from is not None:
        days.append((standing.in_force_from, 0, "take_effect"))
    if standing.next_from is not None and standing.takes_next_on(standing.next_from):
        days.append((standing.next_from, 1, "amend"))
    if not days:
        return None
    first, _, what = min(days)
    return first, what


def _next_effect(connection: Connection, subject: Subject, at: datetime) -> Done | None:
    day = day_of(at)
    due = due_day(subject.standing)
    merger = next(iter(due_mergers(connection, subject, day)), None)
    if merger is not None and (due is None or merger.since <= due[0]):
        return follow_merger(connection, subject, merger, Step("pass", merger.successor, CLOCK, at))
    if due is None or due[0] > day:
        return None
    party = _some_party(connection, subject)
    if due[1] == "take_effect":
        return move(connection, subject, Step("take_effect", party, CLOCK, at, clause=TERM, day=due[0]), who="clock")
    if due[1] == "amend":
        return take_next(connection, subject, Step("amend", party, CLOCK, at, day=due[0]), who="clock")
    return _end(connection, subject, party, due[0], at)


def _end(connection: Connection, subject: Subject, party: str, day: date, at: datetime) -> Done:
    last = day - timedelta(days=1)
    announced = [one for one in lifestore.announced_ends(connection, subject.agreement) if one.last_day == last]
    if subject.standing.until == last or not announced:
        event = "end_term"
    else:
        party = announced[0].party
        event = "end_notice" if announced[0].cause == "notice" else "end_ground"
    cause = CAUSE_OF_EVENT[event]
    step = Step(event, party, CLOCK, at, code=cause, clause=CAUSE_CLAUSES[cause], day=day)
    return move(connection, subject, step, who="clock")


def take_next(connection: Connection, main: Subject, step: Step, *, who: Who) -> Done:
    """Let the published next version count from now on, in the place of the text before it."""
    standing = main.standing
    pending = lifestore.read_amendment(connection, main.agreement)
    row = check_transition(main.state, step.event, who=who)
    assert standing.next_hash is not None  # it was published, and that wrote both
    assert standing.next_from is not None
    lifestore.replace_version(connection, agreement=main.agreement, digest=main.text_hash, on=standing.next_from)
    if pending is not None:
        store.set_text(
            connection,
            agreement=main.agreement,
            title=pending.title,
            digest=standing.next_hash,
            in_force_from=standing.next_from,
            until=standing.next_until,
            at=step.at,
        )
    lifestore.forget_next(connection, main.agreement)
    announce_ground(
        connection,
        agreement=main.agreement,
        digest=standing.next_hash,
        party=step.party,
        day=standing.next_from,
        at=step.at,
    )
    number = pending.number if pending is not None else main.version + 1
    amended = replace(main, text_hash=standing.next_hash, version=number)
    return move(connection, amended, step, who=who, target=row.target)


def _some_party(connection: Connection, subject: Subject) -> str:
    """Return the party in whose name the clock writes: evidence always names one."""
    return min(store.parties_of(connection, subject.agreement, subject.text_hash), default="opgroeien-regie")
