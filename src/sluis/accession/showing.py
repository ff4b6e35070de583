"""What the page of an agreement tells of its life: who must act, what can be done, advices, signatures, versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sluis.accession.actions import standard_of
from sluis.accession.life import STEPS_OF_LIFE, LifeStep, is_suspended_by, turn
from sluis.accession.policy import Action, can_edit, can_take, name_in_text, party_of
from sluis.accession.store import find_draft
from sluis.agreements import lifestore, store
from sluis.agreements.advice import awaited_advices
from sluis.agreements.causes import CAUSE_WORDS
from sluis.agreements.documents.model import DocumentRow
from sluis.agreements.documents.store import documents_of
from sluis.agreements.lawstore import Flag, open_flags
from sluis.agreements.lifecycle import COMPLETED, DRAFT, OVER, STATE_WORDS, UNSIGNED
from sluis.agreements.lifestore import AdviceRow, AnnouncedEnd, Succession, Suspension, Version
from sluis.agreements.missing import Missing, what_is_missing
from sluis.agreements.model import Agreement
from sluis.agreements.phrases import VERDICTS
from sluis.agreements.store import AgreementRow, Signature, list_parties, read_text, signatures
from sluis.agreements.text import draft_hash, from_canonical
from sluis.agreements.texts import signing_bodies
from sluis.database import Connection
from sluis.gate.succession import stands_for
from sluis.kernel.text import Message, msg
from sluis.web.people import SignedIn

DONE: Mapping[str, Message] = {
    "advise": msg("Uw advies is bewaard."),
    "sign": msg("Uw handtekening is nagekeken en telt."),
    "sign-known": msg("De handtekeningen op deze PDF telden al."),
}
_MOST_FLAGS = 500


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: what comes next, in which role, and for which bodies."""

    what: Message
    role: Message
    bodies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Life:
    """An agreement with all that a reader may know of its life; `prepared` is the text that is being prepared."""

    text: Agreement
    prepared: Agreement
    state_words: Message
    is_next: bool
    names: Mapping[str, str]
    missing: tuple[Missing, ...]
    turn: Turn | None
    signed: Mapping[str, Signature]
    next_signed: Mapping[str, Signature]
    signing: tuple[str, ...]
    advices: Sequence[tuple[AdviceRow, Message, bool]]
    versions: tuple[Version, ...]
    next_hash: str | None
    ends: Sequence[tuple[AnnouncedEnd, Message]]
    suspensions: tuple[Suspension, ...]
    successions: tuple[Succession, ...]
    flags: tuple[Flag, ...]
    documents: tuple[DocumentRow, ...]
    steps: Sequence[tuple[str, LifeStep]]
    may_advise: bool
    may_sign: bool
    may_amend: bool
    may_edit: bool
    may_take_receipts: bool


def life_of(connection: Connection, row: AgreementRow, person: SignedIn, day: date) -> Life:
    """Return what the page tells this person."""
    pending = lifestore.read_amendment(connection, row.id)
    state = pending.state if pending else row.state
    digest = pending.text_hash if pending else row.text_hash
    text = from_canonical(read_text(connection, row.text_hash))
    prepared = from_canonical(read_text(connection, digest)) if pending else text
    signed = {one.party: one for one in signatures(connection, row.id, row.text_hash)}
    next_signed = {one.party: one for one in signatures(connection, row.id, digest)} if pending else {}
    party = party_of(person, row, day)
    version = draft_hash(prepared)

    def can(action: Action, *, of_next: bool) -> bool:
        now, is_next = (state, pending is not None) if of_next else (row.state, False)
        return can_take(person, action, row, now, day, is_next=is_next)

    return Life(
        text=text,
        prepared=prepared,
        state_words=STATE_WORDS[state],
        is_next=pending is not None,
        names={one.id: one.name for one in list_parties(connection)},
        missing=what_is_missing(prepared) if state in UNSIGNED else (),
        turn=_turn(connection, row, prepared, state, next_signed if pending else signed),
        signed=signed,
        next_signed=next_signed,
        signing=tuple(sorted(signing_bodies(prepared))),
        advices=[
            (one, VERDICTS[one.verdict], one.draft_hash == version) for one in lifestore.advices(connection, row.id)
        ],
        versions=lifestore.versions(connection, row.id),
        next_hash=digest if pending else None,
        ends=[(one, CAUSE_WORDS[one.cause]) for one in lifestore.announced_ends(connection, row.id)],
        suspensions=lifestore.suspensions(connection, row.id),
        successions=lifestore.successions(connection, row.id),
        flags=tuple(
            one for one in open_flags(connection, party=row.parties[0] if row.parties else None, most=_MOST_FLAGS)
            if one.agreement == row.id
        ),
        documents=documents_of(connection, row.id),
        steps=_steps(connection, row, person, day, state, pending is not None),
        may_advise=can("advise", of_next=True),
        may_sign=can("sign", of_next=True) and party not in {*(next_signed if pending else signed)},
        may_amend=can("propose", of_next=False) and pending is None and standard_of(text) is not None,
        may_edit=_may_edit(connection, row, person, day, state),
        may_take_receipts=party is not None,
    )  # fmt: skip


def _steps(
    connection: Connection, row: AgreementRow, person: SignedIn, day: date, state: str, is_next: bool
) -> list[tuple[str, LifeStep]]:
    found = []
    for name, step in STEPS_OF_LIFE.items():
        about_next = step.code in ("complete", "offer", "publish", "withdraw")
        now, of_next = (state, is_next) if about_next else (row.state, False)
        if not can_take(person, step.code, row, now, day, is_next=of_next):
            continue
        own = frozenset(stands_for(person.party, day)) if person.party else frozenset()
        if step.code == "resume" and not is_suspended_by(connection, row.id, own):
            continue
        found.append((name, step))
    return found


def _may_edit(connection: Connection, row: AgreementRow, person: SignedIn, day: date, state: str) -> bool:
    draft = find_draft(connection, row.id)
    text = from_canonical(store.read_text(connection, row.text_hash))
    standard = standard_of(text)
    if draft is None or standard is None or row.state in OVER or not can_edit(state):
        return False
    return name_in_text(person, draft, standard, day) is not None


def _turn(
    connection: Connection, row: AgreementRow, text: Agreement, state: str, signed: Mapping[str, Signature]
) -> Turn | None:
    found = turn(state)
    if found is None:
        return None
    bodies = {party.id: party.body for party in text.parties}
    if state == DRAFT:
        missing = {bodies.get(one.who) for one in what_is_missing(text) if one.code != "advice"}
        waiting = {body for body in missing if body is not None} or set(row.parties)
    elif state == COMPLETED:
        waiting = set(awaited_advices(text))
    elif state in ("offered", "signing"):
        waiting = set(signing_bodies(text)) - signed.keys()
    elif state == "suspended":
        waiting = {one.party for one in lifestore.suspensions(connection, row.id)}
    elif state == "waiting":
        waiting = {one.successor for one in lifestore.successions(connection, row.id) if one.signed_at is None}
    else:
        waiting = set(row.parties)
    return Turn(*found, tuple(sorted(waiting)))
