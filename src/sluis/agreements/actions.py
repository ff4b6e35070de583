"""What can be done with an agreement until it is in force: draft, complete, sign, publish; and what it then permits.

Each verb takes the lock of the agreement, follows the transition table, writes the history and one entry in the ledger,
all in the caller's transaction: they are there together or not at all. A verb on an agreement with a next version in
preparation is about that version. The other verbs: `advice`, `offers`, `amendments`, `endings`, `mergers`, `laws`.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from sluis.agreements import lifestore, store
from sluis.agreements.advice import awaited_advices, check_follows_advice
from sluis.agreements.amendments import change_amendment, publish_amendment
from sluis.agreements.effects import current_preparing
from sluis.agreements.endings import end_agreement, revoke_agreement
from sluis.agreements.laws import announce_ground, check_covered
from sluis.agreements.lifecycle import DRAFT, OPEN, check_transition
from sluis.agreements.mergers import sign_as_successor, waits_to_sign
from sluis.agreements.missing import what_is_missing
from sluis.agreements.model import Agreement
from sluis.agreements.policy import Policy, compile_policy
from sluis.agreements.steps import (
    PROTOCOL,
    Done,
    Step,
    Subject,
    actor_id,
    check_acts,
    check_is_party,
    check_names_nobody,
    day_of,
    found,
    move,
    tell,
)
from sluis.agreements.text import from_canonical
from sluis.agreements.texts import keep_text, registered_bodies, signing_bodies
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

# By the bytes themselves, which are read and hashed anew each time: an altered text is never taken from here.
_compiled = lru_cache(maxsize=512)(compile_policy)


def draft_agreement(connection: Connection, *, agreement: Agreement, party: str, by: str, at: datetime) -> Done:
    """Open the agreement on this text, or let this text replace an earlier draft (advices and signatures on it lapse).

    `party` is the id of the registered body that acts, `by` who acts for it. The text must be free of mistakes; blanks
    may remain until it is signed.
    """
    digest = keep_text(connection, agreement, party=party, at=at)
    standing = store.lock_agreement(connection, agreement.id)
    step = Step("draft" if standing is None else "change", party, by, at)
    if standing is None:
        return _open(connection, agreement, digest, step)
    subject = current_preparing(connection, agreement.id, at)
    if subject.is_next:
        return change_amendment(connection, subject, agreement, step)
    check_transition(subject.state, "change", who="party")
    check_is_party(party, store.parties_of(connection, agreement.id, subject.text_hash))
    _replace_text(connection, agreement, digest, at=at)
    changed = Subject(agreement.id, subject.state, digest, subject.version, False, standing)
    return move(connection, changed, step, who="party")


def complete_agreement(connection: Connection, *, agreement: str, party: str, by: str, at: datetime) -> Done:
    """Say that a draft is complete: from then on the officers of both sides advise on exactly this text.

    Refused while anything but an advice is missing.
    """
    subject = current_preparing(connection, agreement, at)
    check_acts(connection, subject, party, at)
    text = from_canonical(store.read_text(connection, subject.text_hash))
    check_complete(text, but="advice")
    is_advised = bool(text.advices) and not what_is_missing(text)
    step = Step("complete_advised" if is_advised else "complete", party, by, at)
    done = move(connection, subject, step, who="party")
    awaited = awaited_advices(text)
    what, parties = ("advice", awaited) if awaited else ("signature", signing_bodies(text))
    lifestore.await_all(connection, agreement=agreement, what=what, parties=parties, at=at)
    return done


def sign_agreement(
    connection: Connection,
    *,
    agreement: str,
    text_hash: str,
    party: str,
    by: str,
    signed_by: str | None = None,
    document: str | None = None,
    reason: str | None = None,
    at: datetime,
) -> Done:
    """Let a party sign one exact text; when it is the last, the agreement is signed.

    `signed_by` is the name that stands below the text; without it `by` does. `document` is the SHA-256 of a signed
    document that was validated (`sluis.agreements.signatures`); it is kept with the signature. `reason` says why a
    party signs against the advice of its officer. A hash of another version is refused. A body that a merger made signs
    the text of a body that went up in it.
    """
    check_names_nobody(f"{signed_by or ''}\n{reason or ''}")
    subject = current_preparing(connection, agreement, at)
    if text_hash != subject.text_hash:
        raise another_version(subject.text_hash)
    if not subject.is_next and waits_to_sign(connection, subject, party, day_of(at)):
        return sign_as_successor(connection, subject, Step("sign_successor", party, by, at), signed_by or by, document)
    text = from_canonical(store.read_text(connection, subject.text_hash))
    check_complete(text)
    parties = signing_bodies(text)
    check_is_party(party, parties)
    signed = {signature.party for signature in store.signatures(connection, agreement, text_hash)}
    if party in signed:
        raise SluisError(
            "already-signed",
            msg("Deze partij heeft deze tekst al ondertekend."),
            remedy=msg("Er is niets meer te doen voor deze partij."),
        )
    check_follows_advice(text, party, reason)
    check_covered(connection, text_hash, max(day_of(at), text.term.in_force_from or day_of(at)))
    event = "sign_last" if parties <= signed | {party} else "sign"
    check_transition(subject.state, event, who="signatory")
    store.add_signature(
        connection,
        agreement=agreement,
        digest=text_hash,
        party=party,
        signed_by=signed_by or by,
        document=document,
        at=at,
    )
    # The first to sign also makes the others' turn known, where nobody offered the text before.
    lifestore.await_all(connection, agreement=agreement, what="signature", parties=parties - signed - {party}, at=at)
    lifestore.came(connection, agreement=agreement, what="signature", party=party)
    return move(connection, subject, Step(event, party, by, at, reason=reason), who="signatory")


def publish_agreement(connection: Connection, *, agreement: str, party: str, by: str, at: datetime) -> Done:
    """Make the signed text known: it is in force from its first day on, at once where that day has come."""
    subject = current_preparing(connection, agreement, at)
    check_acts(connection, subject, party, at)
    if subject.is_next:
        return publish_amendment(connection, subject, Step("publish", party, by, at))
    day = day_of(at)
    first = subject.standing.in_force_from
    has_begun = first is not None and first <= day
    step = Step("publish_at_once" if has_begun else "publish", party, by, at)
    check_transition(subject.state, step.event, who="party")
    start = max(day, first or day)
    check_covered(connection, subject.text_hash, start)
    lifestore.add_version(connection, agreement=agreement, number=1, digest=subject.text_hash, valid_from=first, at=at)
    announce_ground(connection, agreement=agreement, digest=subject.text_hash, party=party, day=start, at=at)
    return move(connection, subject, step, who="party")


def agreement_in_force(connection: Connection, agreement: str, day: date) -> Policy | None:
    """Return the policy of the agreement if it is in force on the day, signed by all and published; else None."""
    stored = store.read_state(connection, agreement)
    state = stored.on(day) if stored is not None else None
    if state is None or state.state not in OPEN:
        return None
    policy = _compiled(store.read_text(connection, state.text_hash))
    in_term = policy.in_force_from <= day and (policy.until is None or day <= policy.until)
    return policy if in_term else None


def text_of(connection: Connection, agreement: str) -> Agreement:
    """Return the text that counts now."""
    return from_canonical(store.read_text(connection, found(store.read_state(connection, agreement)).text_hash))


def check_complete(agreement: Agreement, *, but: str | None = None) -> None:
    """Refuse a text of which something is missing, other than what has the code `but`."""
    missing = [one for one in what_is_missing(agreement) if one.code != but]
    if missing:
        first = missing[0]
        raise SluisError(
            "agreement-incomplete",
            msg("De tekst kan nog niet ondertekend worden: er ontbreken {count} zaken.", count=len(missing)),
            remedy=msg("Eerst {who}: {question} ({path})", who=first.who, question=first.question, path=first.path),
            clause=PROTOCOL,
        )


def another_version(current: str) -> SluisError:
    """Return the error for an act on a text that is not the one that counts."""
    return SluisError(
        "another-version",
        msg("De handtekening geldt voor een andere versie van de tekst."),
        remedy=msg("Lees en onderteken de tekst met vingerafdruk {hash}…", hash=current[:16]),
        clause=PROTOCOL,
    )


def _open(connection: Connection, agreement: Agreement, digest: str, step: Step) -> Done:
    store.add_agreement(
        connection,
        agreement=agreement.id,
        template=agreement.template.agreement if agreement.template else None,
        title=agreement.title.nl,
        digest=digest,
        in_force_from=agreement.term.in_force_from,
        until=agreement.term.until,
        state=DRAFT,
        at=step.at,
    )
    bodies = registered_bodies(connection, agreement)
    store.add_parties(connection, agreement=agreement.id, digest=digest, parties=bodies)
    standing = found(store.read_state(connection, agreement.id))
    tell(connection, [(Subject(agreement.id, "", digest, 1, False, standing), DRAFT, step)])
    return Done(agreement.id, digest, DRAFT)


def _replace_text(connection: Connection, agreement: Agreement, digest: str, *, at: datetime) -> None:
    store.set_text(
        connection,
        agreement=agreement.id,
        title=agreement.title.nl,
        digest=digest,
        in_force_from=agreement.term.in_force_from,
        until=agreement.term.until,
        at=at,
    )
    bodies = registered_bodies(connection, agreement)
    store.add_parties(connection, agreement=agreement.id, digest=digest, parties=bodies)


__all__ = [
    "Done",
    "actor_id",
    "agreement_in_force",
    "complete_agreement",
    "draft_agreement",
    "end_agreement",
    "publish_agreement",
    "revoke_agreement",
    "sign_agreement",
    "text_of",
]
