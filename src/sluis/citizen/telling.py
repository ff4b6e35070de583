"""An entry as the citizen reads it: who, when, what, why, under which text, and what can be done about it.

Purposes, items and grounds come from the text that was in force then, found by its hash. A text that was never made
known stays closed: of a request under one, only the codes that were sent are told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sluis.agreements.legs import Leg
from sluis.agreements.lookup import find_text, item_in_words, name_of_party, purpose_in_words
from sluis.agreements.model import Agreement, LegalGround
from sluis.agreements.phrases import CHANNELS
from sluis.agreements.store import PartyRow
from sluis.citizen.store import find_publication
from sluis.database import Connection
from sluis.kernel.text import Message, msg
from sluis.ledger.entry import Entry, EntryId
from sluis.ledger.reading import PersonalEntry
from sluis.ledger.words import GROUND_WORDS, KIND_WORDS, in_words


@dataclass(frozen=True, slots=True)
class Officer:
    """The data protection officer of a body, as the text names them."""

    body: str
    name: str | None
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """One entry about the reader."""

    id: EntryId
    at: datetime
    title: Message
    label: Message
    label_kind: str
    happened: Message
    was_told: bool
    items: tuple[str, ...]
    purpose: str | None
    channel: Message | None
    text_title: str | None
    text_hash: str | None
    legal_grounds: tuple[LegalGround, ...]
    refused_because: tuple[Message, ...]
    officers: tuple[Officer, ...]
    supervisor: str | None


def tell(connection: Connection, personal: PersonalEntry, *, register: Mapping[str, PartyRow], language: str) -> Told:
    """Return one entry about the reader in words; `register` holds the bodies by id."""
    recorded, entry = personal.recorded, personal.recorded.entry
    digest = None if entry.agreement is None else entry.agreement.digest
    is_public = digest is not None and find_publication(connection, digest) is not None
    text = find_text(connection, digest) if digest is not None and is_public else None
    was_told = entry.outcome == "permitted" and "released" in personal.groups
    title, label, label_kind, happened = _what_happened(entry, personal.groups, _name(entry.party, text, register))
    return Told(
        id=recorded.id,
        at=entry.at,
        title=title,
        label=label,
        label_kind=label_kind,
        happened=happened,
        was_told=was_told,
        items=_items(entry, text, language, is_only_told=was_told and "asked" not in personal.groups),
        purpose=None if entry.purpose is None else purpose_in_words(text, entry.purpose, language=language),
        channel=None if entry.channel is None else in_words(CHANNELS, entry.channel),
        text_title=None if text is None else text.title.in_language(language),
        text_hash=None if text is None else digest,
        legal_grounds=() if text is None else text.legal_grounds,
        refused_because=tuple(in_words(GROUND_WORDS, ground.code) for ground in entry.grounds),
        officers=_officers(entry, text, register),
        supervisor=None if text is None else text.rights.supervisor,
    )


def _what_happened(entry: Entry, groups: tuple[str, ...], body: str) -> tuple[Message, Message, str, Message]:
    asked_title = msg("{body} vroeg gegevens over u", body=body)
    if entry.outcome == "refused":
        return (
            asked_title,
            msg("gevraagd en geweigerd"),
            "warning",
            msg("Er werd naar u gevraagd. De sluis weigerde dat: er werd niets over u meegedeeld."),
        )
    if entry.outcome == "undecided":
        return (
            asked_title,
            msg("gevraagd, niet beslist"),
            "warning",
            msg("Er werd naar u gevraagd. Er kwam geen antwoord: er werd niets over u meegedeeld."),
        )
    if entry.outcome == "permitted" and "released" in groups:
        told_title = msg("{body} kreeg gegevens over u", body=body)
        if "asked" in groups:
            return told_title, msg("meegedeeld"), "info", msg("Er werd naar u gevraagd en er werd iets meegedeeld.")
        return (
            told_title,
            msg("meegedeeld"),
            "info",
            msg(
                "Er werd niet naar u gevraagd, wel naar iemand die bij u hoort, bijvoorbeeld uw kind. "
                "Daarbij werd ook iets over u meegedeeld."
            ),
        )
    if entry.outcome == "permitted":
        return (
            asked_title,
            msg("alleen gevraagd"),
            "neutral",
            msg("Er werd naar u gevraagd. Er werd niets over u meegedeeld."),
        )
    return in_words(KIND_WORDS, entry.kind), msg("gebeurd"), "neutral", msg("Door {body}.", body=body)


def _items(entry: Entry, text: Agreement | None, language: str, *, is_only_told: bool) -> tuple[str, ...]:
    """Return the items in words; for who was not asked about, only those of the persons reached through another."""
    leg = None if text is None or entry.leg is None else text.legs.get(entry.leg)
    names = [name for name in entry.items if not is_only_told or leg is None or _is_of_others(leg, name)]
    return tuple(item_in_words(text, entry.leg, name, language=language) for name in names)


def _is_of_others(leg: Leg, name: str) -> bool:
    return any(item.name == name and item.group != leg.subjects.category for item in leg.items)


def _officers(entry: Entry, text: Agreement | None, register: Mapping[str, PartyRow]) -> tuple[Officer, ...]:
    found = []
    for body in dict.fromkeys(body for body in (entry.party, entry.counterparty) if body is not None):
        party = next((one for one in text.parties if one.body == body), None) if text is not None else None
        contact = None if party is None else party.dpo
        name = _name(body, text, register)
        if contact is not None:
            found.append(Officer(name, contact.name, contact.email, contact.phone))
        elif body in register and (known := register[body].dpo_contact):
            found.append(Officer(name, None, known, None) if "@" in known else Officer(name, known, None, None))
    return tuple(found)


def _name(body: str, text: Agreement | None, register: Mapping[str, PartyRow]) -> str:
    if body in register:
        return register[body].name
    return name_of_party(text, body) or body
