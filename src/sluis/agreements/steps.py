"""What every step of an agreement's life does: find and lock it, follow the table, write history and evidence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sluis.agreements import lifestore, store
from sluis.agreements.lifecycle import OPEN, OVER, Who, check_transition
from sluis.agreements.standing import AgreementState
from sluis.agreements.store import AgreementEvent
from sluis.database import Connection
from sluis.deliveries.actions import kill_deliveries
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.territory import PassesTo, find_body, succession
from sluis.kernel.text import msg
from sluis.ledger.actions import record, record_many
from sluis.ledger.entry import AgreementText, Entry, Ground
from sluis.ledger.numbers import looks_like_insz
from sluis.ledger.persons import PersonSecret

BRUSSELS = ZoneInfo("Europe/Brussels")
PROTOCOL = Clause("e-govdecreet 18 juli 2008", "artikel 8, §1")
CLOCK = "machine:sluis:clock"

# The entries about an agreement's life are about no person, so the secret under which persons stand is not used.
NOBODY = PersonSecret(bytes(32))

KINDS = {
    "draft": "agreement-drafted",
    "change": "agreement-changed",
    "discard": "agreement-revoked",
    "complete": "agreement-completed",
    "complete_advised": "agreement-completed",
    "advise": "agreement-advised",
    "advise_last": "agreement-advised",
    "offer": "agreement-offered",
    "sign": "agreement-signed",
    "sign_last": "agreement-signed",
    "publish": "agreement-published",
    "publish_at_once": "agreement-published",
    "take_effect": "agreement-started",
    "propose": "agreement-amendment-proposed",
    "amend": "agreement-amended",
    "suspend": "agreement-suspended",
    "resume": "agreement-resumed",
    "give_notice": "agreement-notice-received",
    "flag": "agreement-flagged",
    "pass": "agreement-passed",
    "wait": "agreement-reopened",
    "leave": "agreement-reopened",
    "sign_successor": "agreement-signed",
    "end": "agreement-ended",
    "end_term": "agreement-ended",
    "end_notice": "agreement-ended",
    "end_breach": "agreement-ended",
    "end_ground": "agreement-ended",
    "end_merger": "agreement-ended",
    "revoke": "agreement-revoked",
}


@dataclass(frozen=True, slots=True)
class Done:
    """What a verb led to: the agreement, its text and its new state, and the version that it was about."""

    agreement: str
    text_hash: str
    state: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Subject:
    """What a step is about: the agreement itself, or its next version, which lives by the same table until then."""

    agreement: str
    state: str
    text_hash: str
    version: int
    is_next: bool
    standing: AgreementState


@dataclass(frozen=True, slots=True)
class Step:
    """One step to be written: who did what for which party, why, and where that stands.

    `day` is the day from which it counts in law, where that is not the day on which it was written.
    """

    event: str
    party: str
    by: str
    at: datetime
    reason: str | None = None
    code: str | None = None
    clause: Clause | None = None
    day: date | None = None


def day_of(at: datetime) -> date:
    """Return the day in Flanders on which a moment falls."""
    return at.astimezone(BRUSSELS).date()


def locked(connection: Connection, agreement: str) -> Subject:
    """Return the agreement itself, kept from every other transaction until this one ends."""
    standing = found(store.lock_agreement(connection, agreement))
    number = lifestore.version_number(connection, agreement)
    return Subject(agreement, standing.state, standing.text_hash, number, False, standing)


def preparing(connection: Connection, agreement: str) -> Subject:
    """Return what is being prepared: the next version where there is one, else the agreement itself; locked."""
    subject = locked(connection, agreement)
    amendment = lifestore.read_amendment(connection, agreement)
    if amendment is None:
        return subject
    return Subject(agreement, amendment.state, amendment.text_hash, amendment.number, True, subject.standing)


def move(connection: Connection, subject: Subject, step: Step, *, who: Who, target: str | None = None) -> Done:
    """Follow the table from where the subject is, write the new state, the history and the entry in the ledger.

    Raises `SluisError` when the table has no such row for this kind of person. What still waits to leave dies when the
    gate closes.
    """
    row = check_transition(subject.state, step.event, who=who, target=target)
    if step.event == "change" or row.target in OVER:
        lifestore.await_nothing(connection, subject.agreement)
    if subject.is_next:
        lifestore.set_amendment_state(connection, agreement=subject.agreement, state=row.target, at=step.at)
    else:
        store.set_state(connection, agreement=subject.agreement, state=row.target, at=step.at)
        if subject.state in OPEN and row.target not in OPEN:
            kill_deliveries(connection, agreement=subject.agreement, reason=KINDS[step.event], at=step.at)
        if row.target in OVER:
            lifestore.forget_next(connection, subject.agreement)
    tell(connection, [(subject, row.target, step)])
    return Done(subject.agreement, subject.text_hash, row.target, subject.version)


def tell(connection: Connection, steps: Sequence[tuple[Subject, str, Step]]) -> None:
    """Write the history and the ledger's entries of steps that were taken, each with the state that it led to.

    A subject without a state is one that was not there before.
    """
    known = store.parties_of_many(connection, [(one.agreement, one.text_hash) for one, _, _ in steps])
    entries = [_entry(one, target, step, known.get((one.agreement, one.text_hash), ())) for one, target, step in steps]
    if len(entries) == 1:
        written = [record(connection, entry=entries[0], subjects={}, secrets=NOBODY)]
    else:
        written = record_many(connection, entries=[(entry, {}) for entry in entries], secrets=NOBODY)
    store.add_events(
        connection,
        [
            (subject.agreement, _event(subject, target, step, entry))
            for (subject, target, step), entry in zip(steps, written, strict=True)
        ],
    )


def _event(subject: Subject, target: str, step: Step, entry: UUID) -> AgreementEvent:
    return AgreementEvent(
        event=step.event,
        from_state=subject.state or None,
        to_state=target,
        text_hash=subject.text_hash,
        party=step.party,
        done_by=step.by,
        happened_at=step.at,
        reason=step.reason,
        version=subject.version,
        code=step.code,
        clause=str(step.clause) if step.clause else None,
        entry=entry,
    )


def _entry(subject: Subject, target: str, step: Step, parties: Sequence[str]) -> Entry:
    others = [party for party in parties if party != step.party]
    grounds = (Ground(step.code, step.clause),) if step.code and step.clause else ()
    return Entry(
        at=step.at,
        kind=KINDS[step.event],
        party=step.party,
        counterparty=others[0] if others else None,
        actor=actor_id(step.by),
        correlation=subject.agreement,
        outcome="done",
        agreement=AgreementText(subject.agreement, subject.text_hash),
        grounds=grounds,
        details={"state": target, "version": subject.version, **({"day": str(step.day)} if step.day else {})},
    )


def actor_id(by: str) -> str:
    """Return who acted as the ledger writes it: an id stays as it is, a person's name becomes a plain word."""
    if re.fullmatch(r"[!-~]{1,80}", by):
        return by
    plain = unicodedata.normalize("NFKD", by).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "unnamed"


def acting_for(parties: frozenset[str], day: date) -> frozenset[str]:
    """Return who may act for the parties on a day: themselves, and the bodies to which merged ones passed."""
    bodies = (find_body(party) for party in parties)
    outcomes = (succession(body, day) for body in bodies if body is not None)
    return parties | {outcome.body.id for outcome in outcomes if isinstance(outcome, PassesTo)}


def check_acts(connection: Connection, subject: Subject, party: str, at: datetime) -> None:
    """Refuse who is no party of the text, nor the body to which a party passed, nor a new body that signed anew."""
    parties = store.parties_of(connection, subject.agreement, subject.text_hash)
    check_is_party(party, acting_for(parties, day_of(at)) | subject.standing.signed_anew)


def check_is_party(party: str, parties: frozenset[str]) -> None:
    """Refuse who is none of these."""
    if party not in parties:
        raise SluisError(
            "not-a-party",
            msg("‘{party}’ is geen partij van deze overeenkomst.", party=party),
            remedy=msg("De partijen zijn: {parties}.", parties=", ".join(sorted(parties)) or "…"),
            clause=PROTOCOL,
        )


def check_names_nobody(text: str | None) -> None:
    """Refuse what looks like a person's number in what the history keeps for good; the error does not repeat it."""
    if text and looks_like_insz(text):
        raise SluisError(
            "text-names-a-person",
            msg("In de tekst staat iets dat op een rijksregisternummer lijkt."),
            remedy=msg("Laat het nummer weg: de geschiedenis van een overeenkomst noemt geen burgers."),
            clause=Clause("AVG", "artikel 5, lid 1, c)"),
        )


def found(state: AgreementState | None) -> AgreementState:
    """Return the state, or say that there is no such agreement."""
    if state is None:
        raise SluisError(
            "agreement-unknown",
            msg("Deze overeenkomst bestaat niet."),
            remedy=msg("Kijk met ‘sluis agreements list’ welke er zijn."),
        )
    return state
