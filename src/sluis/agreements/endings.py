"""How an agreement is stopped, for a time or for good: suspend and resume, give notice, end, revoke."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from typing import Literal

from sluis.agreements import lifestore, store
from sluis.agreements.causes import CAUSE_CLAUSES, NOTICE_GIVEN, Cause
from sluis.agreements.effects import current
from sluis.agreements.lifecycle import NOTICE, SUSPENDED, WAITING, check_transition
from sluis.agreements.mergers import standing_state
from sluis.agreements.steps import (
    PROTOCOL,
    Done,
    Step,
    Subject,
    acting_for,
    check_acts,
    check_is_party,
    check_names_nobody,
    day_of,
    move,
)
from sluis.agreements.text import from_canonical
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg

Because = Literal["purpose-reached", "breach", "merger"]
DEFAULT_NOTICE = "P3M"
"""Where a text names no notice period: that of article 11 of the published protocol of 19 October 2020."""

_EVENTS: dict[Because, str] = {"purpose-reached": "end", "breach": "end_breach", "merger": "end_merger"}


def end_agreement(
    connection: Connection,
    *,
    agreement: str,
    party: str,
    by: str,
    at: datetime,
    reason: str | None = None,
    because: Because = "purpose-reached",
) -> Done:
    """End an agreement now: its purpose is reached, another party broke it, or a new body does not take it over.

    What ends by itself (term, notice, law) is not ended by hand. An end after a breach says which breach. The body that
    a merger made says `merger` for an agreement that waits for its signature.
    """
    check_names_nobody(reason)
    subject = current(connection, agreement, at)
    if because == "merger":
        _check_successor(connection, subject, party)
    else:
        check_acts(connection, subject, party, at)
    if because == "breach" and not (reason or "").strip():
        raise _reason_missing(msg("Een eenzijdige beëindiging zegt welke inbreuk er was."))
    cause: Cause = because
    step = Step(_EVENTS[because], party, by, at, reason, code=cause, clause=CAUSE_CLAUSES[cause])
    return move(connection, subject, step, who="signatory")


def revoke_agreement(connection: Connection, *, agreement: str, party: str, by: str, at: datetime, reason: str) -> Done:
    """Revoke at once, for any party and without notice of default; what is being released now ends first or stops.

    Waits for the releases that hold the agreement; whoever asks afterwards finds it revoked. A next version that is in
    preparation goes with it.
    """
    if not reason.strip():
        raise _reason_missing(msg("Een intrekking heeft een reden nodig."))
    check_names_nobody(reason)
    subject = current(connection, agreement, at)
    if subject.state == WAITING and party in _must_sign(connection, agreement):
        return move(connection, subject, Step("revoke", party, by, at, reason), who="signatory")
    check_acts(connection, subject, party, at)
    return move(connection, subject, Step("revoke", party, by, at, reason), who="signatory")


def suspend_agreement(
    connection: Connection, *, agreement: str, party: str, by: str, at: datetime, reason: str
) -> Done:
    """Stop the exchange for a time, at once: as a revocation does, but it can be resumed. Terms run on meanwhile."""
    if not reason.strip():
        raise _reason_missing(msg("Een schorsing heeft een reden nodig."))
    check_names_nobody(reason)
    subject = current(connection, agreement, at)
    check_acts(connection, subject, party, at)
    check_transition(subject.state, "suspend", who="signatory")
    suspension = lifestore.Suspension(party, reason, by, at)
    if not lifestore.suspend(connection, agreement=agreement, suspension=suspension):
        raise SluisError(
            "already-suspended",
            msg("Deze partij heeft de overeenkomst al geschorst."),
            remedy=msg("Er is niets meer te doen; de schorsing opheffen kan met ‘sluis agreements resume’."),
        )
    return move(connection, subject, Step("suspend", party, by, at, reason), who="signatory")


def resume_agreement(
    connection: Connection, *, agreement: str, party: str, by: str, at: datetime, reason: str | None = None
) -> Done:
    """Lift the suspension of a party, by itself or by the body to which it passed; with the last one it goes on."""
    check_names_nobody(reason)
    subject = current(connection, agreement, at)
    check_acts(connection, subject, party, at)
    check_transition(subject.state, "resume", who="signatory")
    suspending = [one.party for one in lifestore.suspensions(connection, agreement)]
    own = [one for one in suspending if party in acting_for(frozenset({one}), day_of(at))]
    if not lifestore.lift(connection, agreement=agreement, parties=own):
        raise SluisError(
            "not-suspended-by-you",
            msg("Deze partij heeft de overeenkomst niet geschorst."),
            remedy=msg("Wie schorste, heft de schorsing op: {parties}.", parties=", ".join(suspending) or "…"),
        )
    target = standing_state(connection, subject, day_of(at))
    return move(connection, subject, Step("resume", party, by, at, reason), who="signatory", target=target)


def give_notice(
    connection: Connection, *, agreement: str, party: str, by: str, at: datetime, reason: str | None = None
) -> Done:
    """Give notice: the agreement ends by itself after the notice period of its text, and is in force until then.

    The day of the notice does not count: a period of three months from 15 January lasts until 15 April included.
    """
    check_names_nobody(reason)
    subject = current(connection, agreement, at)
    check_acts(connection, subject, party, at)
    check_transition(subject.state, "give_notice", who="signatory")
    if any(one.cause == "notice" for one in lifestore.announced_ends(connection, agreement)):
        raise SluisError(
            "notice-runs",
            msg("Deze overeenkomst is al opgezegd."),
            remedy=msg("Er is niets meer te doen: ze eindigt vanzelf op het einde van de opzegtermijn."),
            clause=NOTICE_GIVEN,
        )
    text = from_canonical(store.read_text(connection, subject.text_hash))
    last = after_period(day_of(at), text.term.notice_period or DEFAULT_NOTICE)
    end = lifestore.AnnouncedEnd("notice", last, party, reason, at)
    lifestore.announce_end(connection, agreement=agreement, end=end)
    target = SUSPENDED if subject.state == SUSPENDED else NOTICE
    step = Step("give_notice", party, by, at, reason, code="notice", clause=NOTICE_GIVEN, day=last)
    return move(connection, subject, step, who="signatory", target=target)


def after_period(day: date, period: str) -> date:
    """Return the last day of a period (`P3M`, `P10D`) that begins the day after `day`.

    Months are counted from date to date; where the last month has no such day, its last day counts.
    """
    number, unit = int(period[1:-1]), period[-1]
    if unit in "DW":
        return day + timedelta(days=number * (7 if unit == "W" else 1))
    months = day.year * 12 + day.month - 1 + number * (12 if unit == "Y" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _must_sign(connection: Connection, agreement: str) -> frozenset[str]:
    found = lifestore.successions(connection, agreement)
    return frozenset(one.successor for one in found if one.signs_anew and one.signed_at is None)


def _check_successor(connection: Connection, subject: Subject, party: str) -> None:
    check_is_party(party, _must_sign(connection, subject.agreement))


def _reason_missing(what: Message) -> SluisError:
    return SluisError(
        "reason-missing",
        what,
        remedy=msg("Schrijf waarom: de reden komt in de geschiedenis en is voor alle partijen te lezen."),
        clause=PROTOCOL,
    )
