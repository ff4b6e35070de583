"""Offers: a party lays a standard agreement before a body or a group of bodies, and the body's draft follows from it.

Beside it the step `offer` of one agreement: the advised text is laid before those who sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sluis.agreements import lifestore, offerstore, store
from sluis.agreements.actions import check_complete, draft_agreement
from sluis.agreements.catalogue import template
from sluis.agreements.completion import Completion, PartyCompletion, complete
from sluis.agreements.effects import current_preparing
from sluis.agreements.model import Agreement
from sluis.agreements.offerstore import Offer
from sluis.agreements.parties import Contact
from sluis.agreements.steps import (
    NOBODY,
    PROTOCOL,
    Done,
    Step,
    acting_for,
    actor_id,
    check_acts,
    check_is_party,
    day_of,
    move,
)
from sluis.agreements.store import PartyRow
from sluis.agreements.text import from_canonical, hash_of
from sluis.agreements.texts import signing_bodies
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.territory import find_body, nis_of
from sluis.kernel.text import msg
from sluis.ledger.actions import record_many
from sluis.ledger.entry import Entry

MOST_BODIES = 1_000
"""How many bodies one offer may name: there are not that many local authorities."""


@dataclass(frozen=True, slots=True)
class Offered:
    """To whom a standard agreement was offered, and who had the same offer open already."""

    offers: tuple[UUID, ...]
    already: tuple[str, ...]


def offer_agreement(connection: Connection, *, agreement: str, party: str, by: str, at: datetime) -> Done:
    """Lay a complete and advised text before those who sign it."""
    subject = current_preparing(connection, agreement, at)
    check_acts(connection, subject, party, at)
    text = from_canonical(store.read_text(connection, subject.text_hash))
    check_complete(text)
    lifestore.await_all(connection, agreement=agreement, what="signature", parties=signing_bodies(text), at=at)
    return move(connection, subject, Step("offer", party, by, at), who="party")


def offer_standard(
    connection: Connection,
    *,
    standard: str,
    party: str,
    to: Sequence[str],
    answer_before: date | None = None,
    by: str,
    at: datetime,
) -> Offered:
    """Offer a standard agreement of the catalogue, in the name of a party that it names, to one or many bodies.

    A body that has the same offer open keeps that one: asking twice sends nothing twice.
    """
    text = template(standard)
    check_is_party(party, frozenset(one.body for one in text.parties if one.body is not None))
    if answer_before is not None and answer_before < day_of(at):
        raise SluisError(
            "day-has-passed",
            msg("De dag waarvoor geantwoord moet worden, is al voorbij."),
            remedy=msg("Kies een dag die nog moet komen."),
        )
    bodies = [_body(connection, one, at) for one in dict.fromkeys(to) if one != party][: MOST_BODIES + 1]
    if not 0 < len(bodies) <= MOST_BODIES:
        raise SluisError(
            "offer-to-nobody",
            msg("Een aanbod gaat naar minstens één en hoogstens {most} besturen.", most=MOST_BODIES),
            remedy=msg("Kies de besturen: sluis agreements parties."),
        )
    made: list[Offer] = []
    already: list[str] = []
    for body in bodies:
        offer = Offer(uuid4(), text.id, hash_of(text), party, body, by, at, answer_before, None, None, None)
        (made.append(offer) if offerstore.add_offer(connection, offer) else already.append(body))
    _tell(connection, made, "agreement-offered")
    return Offered(tuple(offer.id for offer in made), tuple(already))


def draft_from_offer(connection: Connection, *, offer: UUID, code: str, by: str, at: datetime) -> Done:
    """Open the draft of the body to which a standard agreement was offered, filled with what the register knows of it.

    `code` is the id of the new agreement. The body completes the rest; what is missing is told by `what_is_missing`.
    """
    found = _open(connection, offer)
    made = prepared(connection, found, code=code, on=day_of(at))
    return answer_offer(connection, offer=offer, agreement=made, by=by, at=at)


def answer_offer(connection: Connection, *, offer: UUID, agreement: Agreement, by: str, at: datetime) -> Done:
    """Open the draft of the offered body on a text that it completed itself from the standard agreement."""
    found = _open(connection, offer)
    if agreement.template is None or agreement.template.text_hash != found.template_hash:
        raise SluisError(
            "another-version",
            msg("Deze tekst is niet gemaakt van de standaardovereenkomst die aangeboden werd."),
            remedy=msg("Vul de aangeboden standaardovereenkomst in, of vraag een nieuw aanbod."),
            clause=PROTOCOL,
        )
    party = next(iter(acting_for(frozenset({found.party}), day_of(at)) - {found.party}), found.party)
    done = draft_agreement(connection, agreement=agreement, party=party, by=by, at=at)
    offerstore.open_draft(connection, offer, agreement=done.agreement, at=at)
    return done


def withdraw_offer(connection: Connection, *, offer: UUID, party: str, by: str, at: datetime) -> None:
    """Take an offer back that led to no draft yet."""
    found = _open(connection, offer)
    check_is_party(party, frozenset({found.offered_by}))
    offerstore.withdraw(connection, offer, at=at)
    _tell(connection, [found], "agreement-offer-withdrawn", at, by)


def prepared(connection: Connection, offer: Offer, *, code: str, on: date) -> Agreement:
    """Return the offered standard agreement with the data of the body filled in, as the register has them."""
    text = template(offer.template)
    row = store.find_party(connection, offer.party)
    newcomer = text.offer.to if text.offer is not None else None
    if row is None or newcomer is None or hash_of(text) != offer.template_hash:
        raise SluisError(
            "offer-outdated",
            msg("Het aanbod gaat over een standaardovereenkomst die intussen veranderd is."),
            remedy=msg("Vraag een nieuw aanbod."),
        )
    completion = Completion(
        format="sluis-completion/1", template=text.id, agreement=code, parties={newcomer: _own_data(row, on)}
    )
    made = complete(text, completion)
    if isinstance(made, list):
        raise SluisError("draft-not-valid", made[0].what, remedy=made[0].remedy, clause=made[0].clause)
    return made


def _own_data(row: PartyRow, on: date) -> PartyCompletion:
    body = find_body(row.id)
    contact = row.dpo_contact if row.dpo_contact and "@" in row.dpo_contact else None
    return PartyCompletion(
        name=row.name,
        body=row.id,
        kbo=row.kbo,
        ovo=row.ovo,
        nis=nis_of(body, on) if body is not None else None,
        dpo=Contact(email=contact) if contact else None,
    )


def _body(connection: Connection, word: str, at: datetime) -> str:
    found = store.find_party(connection, word)
    body = find_body(found.id) if found is not None else None
    if found is None or (body is not None and not body.lives_on(day_of(at))):
        raise SluisError(
            "party-unknown",
            msg("‘{party}’ staat niet in het register van partijen, of bestaat niet meer.", party=word),
            remedy=msg("Zoek de partij op met ‘sluis agreements parties’."),
        )
    return found.id


def _open(connection: Connection, offer: UUID) -> Offer:
    found = offerstore.find_offer(connection, offer, lock=True)
    if found is None or found.agreement is not None or found.withdrawn_at is not None:
        raise SluisError(
            "offer-not-open",
            msg("Dit aanbod bestaat niet, is ingetrokken of heeft al tot een ontwerp geleid."),
            remedy=msg("Kijk welke aanbiedingen openstaan: sluis agreements offers."),
        )
    return found


def _tell(
    connection: Connection, offers: Sequence[Offer], kind: str, at: datetime | None = None, by: str | None = None
) -> None:
    entries = [
        Entry(
            at=at or offer.offered_at,
            kind=kind,
            party=offer.offered_by,
            counterparty=offer.party,
            actor=actor_id(by or offer.made_by),
            correlation=str(offer.id),
            outcome="done",
            details={"template": offer.template},
        )
        for offer in offers
    ]
    if entries:
        record_many(connection, entries=[(entry, {}) for entry in entries], secrets=NOBODY)
