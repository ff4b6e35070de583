"""What can be done with an agreement: draft, sign, publish, end, revoke.

Each verb takes the lock of the agreement, follows the transition table, writes the history and one entry in the ledger,
all in the caller's transaction: they are there together or not at all.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sluis.agreements import store
from sluis.agreements.lifecycle import DRAFT, check_transition
from sluis.agreements.missing import what_is_missing
from sluis.agreements.model import Agreement
from sluis.agreements.policy import Policy, compile_policy
from sluis.agreements.reading import check_agreement
from sluis.agreements.store import AgreementEvent, AgreementState
from sluis.agreements.text import canonical, from_canonical, hash_of
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.territory import PassesTo, find_body, succession
from sluis.kernel.text import msg
from sluis.ledger.actions import record
from sluis.ledger.entry import AgreementText, Entry
from sluis.ledger.numbers import looks_like_insz
from sluis.ledger.persons import PersonSecret

_BRUSSELS = ZoneInfo("Europe/Brussels")
_PROTOCOL = Clause("e-govdecreet 18 juli 2008", "artikel 8, §1")

# The entries about an agreement's life are about no person, so the secret under which persons stand is not used.
_NOBODY = PersonSecret(bytes(32))


# By the bytes themselves, which are read and hashed anew each time: an altered text is never taken from here.
_compiled = lru_cache(maxsize=512)(compile_policy)


@dataclass(frozen=True, slots=True)
class Done:
    """What a verb led to: the agreement, its text and its new state."""

    agreement: str
    text_hash: str
    state: str


def draft_agreement(connection: Connection, *, agreement: Agreement, party: str, by: str, at: datetime) -> Done:
    """Open the agreement on this text, or let this text replace an earlier draft (signatures on that one lapse).

    `party` is the id of the registered body that acts, `by` who acts for it. The text must be free of mistakes; blanks
    may remain until it is signed.
    """
    _check_draft(agreement)
    registered = _registered(connection, agreement)
    _check_is_party(party, registered)
    digest = hash_of(agreement)
    store.add_text(connection, digest=digest, canonical=canonical(agreement), at=at)
    current = store.lock_agreement(connection, agreement.id)
    event = "change" if current else "draft"
    if current is not None:
        check_transition(current.state, "change", who="party")
        _check_is_party(party, store.parties_of(connection, agreement.id, current.text_hash))
    _keep_text(connection, agreement, digest, is_new=current is None, at=at)
    store.add_parties(connection, agreement=agreement.id, digest=digest, parties=registered)
    done = Done(agreement.id, digest, DRAFT)
    _tell(connection, done, event=event, before=current, party=party, by=by, at=at)
    return done


def sign_agreement(
    connection: Connection,
    *,
    agreement: str,
    text_hash: str,
    party: str,
    by: str,
    signed_by: str | None = None,
    at: datetime,
) -> Done:
    """Let a party sign one exact text; when it is the last, the agreement is signed.

    `signed_by` is the name that stands below the text; without it `by` does. A hash of another version is refused.
    """
    _check_names_nobody(signed_by or "")
    current = _locked(connection, agreement)
    if text_hash != current.text_hash:
        raise _another_version(current)
    text = from_canonical(store.read_text(connection, current.text_hash))
    _check_complete(text)
    parties = _signing_bodies(text)
    _check_is_party(party, parties)
    signed = {signature.party for signature in store.signatures(connection, agreement, text_hash)}
    if party in signed:
        raise SluisError(
            "already-signed",
            msg("Deze partij heeft deze tekst al ondertekend."),
            remedy=msg("Er is niets meer te doen voor deze partij."),
        )
    event = "sign_last" if parties <= signed | {party} else "sign"
    row = check_transition(current.state, event, who="party")
    store.add_signature(
        connection, agreement=agreement, digest=text_hash, party=party, signed_by=signed_by or by, at=at
    )
    return _move(connection, agreement, current, event=event, target=row.target, party=party, by=by, at=at)


def publish_agreement(connection: Connection, *, agreement: str, party: str, by: str, at: datetime) -> Done:
    """Make the signed text known: from then on it is in force between its first and its last day."""
    return _step(connection, agreement=agreement, event="publish", party=party, by=by, at=at)


def end_agreement(
    connection: Connection, *, agreement: str, party: str, by: str, at: datetime, reason: str | None = None
) -> Done:
    """End an agreement that ran its course."""
    return _step(connection, agreement=agreement, event="end", party=party, by=by, at=at, reason=reason)


def revoke_agreement(connection: Connection, *, agreement: str, party: str, by: str, at: datetime, reason: str) -> Done:
    """Revoke at once, for any party and without notice of default; what is being released now ends first or stops.

    Waits for the releases that hold the agreement; whoever asks afterwards finds it revoked.
    """
    if not reason.strip():
        raise SluisError(
            "reason-missing",
            msg("Een intrekking heeft een reden nodig."),
            remedy=msg("Schrijf waarom de overeenkomst ingetrokken wordt."),
        )
    return _step(connection, agreement=agreement, event="revoke", party=party, by=by, at=at, reason=reason)


def agreement_in_force(connection: Connection, agreement: str, day: date) -> Policy | None:
    """Return the policy of the agreement if it is in force on the day, signed by all and published; else None."""
    state = store.read_state(connection, agreement)
    if state is None or state.state != "in_force":
        return None
    policy = _compiled(store.read_text(connection, state.text_hash))
    in_term = policy.in_force_from <= day and (policy.until is None or day <= policy.until)
    return policy if in_term else None


def text_of(connection: Connection, agreement: str) -> Agreement:
    """Return the text that counts now."""
    return from_canonical(store.read_text(connection, _found(store.read_state(connection, agreement)).text_hash))


def _step(
    connection: Connection, *, agreement: str, event: str, party: str, by: str, at: datetime, reason: str | None = None
) -> Done:
    _check_names_nobody(reason or "")
    current = _locked(connection, agreement)
    parties = store.parties_of(connection, agreement, current.text_hash)
    _check_is_party(party, parties | _successors(parties, at))
    row = check_transition(current.state, event, who="party")
    return _move(
        connection, agreement, current, event=event, target=row.target, party=party, by=by, at=at, reason=reason
    )


def _move(
    connection: Connection,
    agreement: str,
    current: AgreementState,
    *,
    event: str,
    target: str,
    party: str,
    by: str,
    at: datetime,
    reason: str | None = None,
) -> Done:
    store.set_state(connection, agreement=agreement, state=target, at=at)
    done = Done(agreement, current.text_hash, target)
    _tell(connection, done, event=event, before=current, party=party, by=by, at=at, reason=reason)
    return done


_KINDS = {
    "draft": "agreement-drafted",
    "change": "agreement-changed",
    "sign": "agreement-signed",
    "sign_last": "agreement-signed",
    "publish": "agreement-published",
    "end": "agreement-ended",
    "revoke": "agreement-revoked",
}


def _tell(
    connection: Connection,
    done: Done,
    *,
    event: str,
    before: AgreementState | None,
    party: str,
    by: str,
    at: datetime,
    reason: str | None = None,
) -> None:
    """Write the history and the ledger's entry."""
    store.add_event(
        connection,
        agreement=done.agreement,
        event=AgreementEvent(
            event=event,
            from_state=before.state if before else None,
            to_state=done.state,
            text_hash=done.text_hash,
            party=party,
            done_by=by,
            happened_at=at,
            reason=reason,
        ),
    )
    others = sorted(store.parties_of(connection, done.agreement, done.text_hash) - {party})
    entry = Entry(
        at=at,
        kind=_KINDS[event],
        party=party,
        counterparty=others[0] if others else None,
        actor=actor_id(by),
        correlation=done.agreement,
        outcome="done",
        agreement=AgreementText(done.agreement, done.text_hash),
        details={"state": done.state},
    )
    record(connection, entry=entry, subjects={}, secrets=_NOBODY)


def actor_id(by: str) -> str:
    """Return who acted as the ledger writes it: an id stays as it is, a person's name becomes a plain word."""
    if re.fullmatch(r"[!-~]{1,80}", by):
        return by
    plain = unicodedata.normalize("NFKD", by).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "unnamed"


def _keep_text(connection: Connection, agreement: Agreement, digest: str, *, is_new: bool, at: datetime) -> None:
    title, term = agreement.title.nl, agreement.term
    if is_new:
        store.add_agreement(
            connection,
            agreement=agreement.id,
            template=agreement.template.agreement if agreement.template else None,
            title=title,
            digest=digest,
            in_force_from=term.in_force_from,
            until=term.until,
            state=DRAFT,
            at=at,
        )
        return
    store.set_text(
        connection,
        agreement=agreement.id,
        title=title,
        digest=digest,
        in_force_from=term.in_force_from,
        until=term.until,
        at=at,
    )
    store.set_state(connection, agreement=agreement.id, state=DRAFT, at=at)


def _check_draft(agreement: Agreement) -> None:
    problems = check_agreement(agreement)
    if agreement.is_template or problems:
        what = problems[0].what if problems else msg("Dit is een standaardovereenkomst, geen ingevulde overeenkomst.")
        remedy = problems[0].remedy if problems else msg("Vul ze eerst in: sluis agreements complete.")
        raise SluisError("draft-not-valid", what, remedy=remedy, clause=_PROTOCOL)


def _registered(connection: Connection, agreement: Agreement) -> frozenset[str]:
    """Return the registered bodies of the text; a body that the register does not know is refused."""
    bodies: set[str] = set()
    for party in agreement.parties:
        if party.body is None:
            continue
        found = store.find_party(connection, party.body)
        if found is None or found.id != party.body:
            raise SluisError(
                "party-not-registered",
                msg("‘{body}’ staat niet in het register van partijen.", body=party.body),
                remedy=msg("Kies een kenmerk uit het register: sluis agreements parties."),
                clause=_PROTOCOL,
            )
        bodies.add(found.id)
    return frozenset(bodies)


def _signing_bodies(agreement: Agreement) -> frozenset[str]:
    signing = {name for signatory in agreement.signatories for name in signatory.signs_for}
    return frozenset(party.body for party in agreement.parties if party.id in signing and party.body is not None)


def _successors(parties: frozenset[str], at: datetime) -> frozenset[str]:
    """Return the bodies to which the agreement of a merged municipality passed; a new body must sign anew instead."""
    found = (find_body(party) for party in parties)
    outcomes = (succession(body, at.astimezone(_BRUSSELS).date()) for body in found if body is not None)
    return frozenset(outcome.body.id for outcome in outcomes if isinstance(outcome, PassesTo))


def _check_is_party(party: str, parties: frozenset[str]) -> None:
    if party not in parties:
        raise SluisError(
            "not-a-party",
            msg("‘{party}’ is geen partij van deze overeenkomst.", party=party),
            remedy=msg("De partijen zijn: {parties}.", parties=", ".join(sorted(parties)) or "…"),
            clause=_PROTOCOL,
        )


def _check_complete(agreement: Agreement) -> None:
    missing = what_is_missing(agreement)
    if missing:
        first = missing[0]
        raise SluisError(
            "agreement-incomplete",
            msg("De tekst kan nog niet ondertekend worden: er ontbreken {count} zaken.", count=len(missing)),
            remedy=msg("Eerst {who}: {question} ({path})", who=first.who, question=first.question, path=first.path),
            clause=_PROTOCOL,
        )


def _check_names_nobody(text: str) -> None:
    """Refuse what looks like a person's number in what the history keeps for good; the error does not repeat it."""
    if looks_like_insz(text):
        raise SluisError(
            "text-names-a-person",
            msg("In de tekst staat iets dat op een rijksregisternummer lijkt."),
            remedy=msg("Laat het nummer weg: de geschiedenis van een overeenkomst noemt geen burgers."),
            clause=Clause("AVG", "artikel 5, lid 1, c)"),
        )


def _another_version(current: AgreementState) -> SluisError:
    return SluisError(
        "another-version",
        msg("De handtekening geldt voor een andere versie van de tekst."),
        remedy=msg("Lees en onderteken de tekst met vingerafdruk {hash}…", hash=current.text_hash[:16]),
        clause=_PROTOCOL,
    )


def _locked(connection: Connection, agreement: str) -> AgreementState:
    return _found(store.lock_agreement(connection, agreement))


def _found(state: AgreementState | None) -> AgreementState:
    if state is None:
        raise SluisError(
            "agreement-unknown",
            msg("Deze overeenkomst bestaat niet."),
            remedy=msg("Kijk met ‘sluis agreements list’ welke er zijn."),
        )
    return state


__all__ = [
    "Done",
    "agreement_in_force",
    "draft_agreement",
    "end_agreement",
    "publish_agreement",
    "revoke_agreement",
    "sign_agreement",
    "text_of",
]
