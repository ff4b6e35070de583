"""An entry as a person reads it: every code in words, from the very text that was in force. Never a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sluis.agreements.lookup import find_text, item_in_words, name_of_party, purpose_in_words, title_in_words
from sluis.agreements.model import Agreement
from sluis.agreements.phrases import CHANNELS, KINDS
from sluis.database import Connection
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message
from sluis.ledger.entry import AgreementText, EntryId, Recorded
from sluis.ledger.words import DETAIL_WORDS, GROUND_WORDS, GROUP_WORDS, KIND_WORDS, OUTCOME_WORDS, in_words

OUTCOME_KINDS: Mapping[str, str] = {
    "permitted": "success",
    "refused": "danger",
    "undecided": "warning",
    "done": "neutral",
}


@dataclass(frozen=True, slots=True)
class ToldGround:
    """One reason with the clause that it rests on."""

    words: Message
    clause: Clause


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """What an entry says, in words; counts of persons per group, and nobody named."""

    id: EntryId
    at: datetime
    kind: Message
    outcome: Message
    outcome_kind: str
    party: str
    counterparty: str | None
    actor: str
    agreement: AgreementText | None
    title: str | None
    leg_kind: Message | None
    leg: str | None
    purpose: str | None
    items: tuple[str, ...]
    channel: Message | None
    persons: tuple[tuple[Message, int], ...]
    grounds: tuple[ToldGround, ...]
    details: tuple[tuple[Message, str], ...]


def tell(
    connection: Connection, recorded: Recorded, *, names: Mapping[str, str], language: str, actor: str | None = None
) -> ToldEntry:
    """Return one entry in words; `names` are those of the register of parties, `actor` the name that may be told."""
    entry = recorded.entry
    text = None if entry.agreement is None else find_text(connection, entry.agreement.digest)
    leg = None if text is None or entry.leg is None else text.legs.get(entry.leg)
    return ToldEntry(
        id=recorded.id,
        at=entry.at,
        kind=in_words(KIND_WORDS, entry.kind),
        outcome=in_words(OUTCOME_WORDS, entry.outcome),
        outcome_kind=OUTCOME_KINDS.get(entry.outcome, "neutral"),
        party=_name(entry.party, text, names),
        counterparty=None if entry.counterparty is None else _name(entry.counterparty, text, names),
        actor=actor or entry.actor,
        agreement=entry.agreement,
        title=None if entry.agreement is None else title_in_words(text, entry.agreement.id, language=language),
        leg_kind=None if leg is None else KINDS[leg.kind],
        leg=leg.text if leg is not None else entry.leg,
        purpose=None if entry.purpose is None else purpose_in_words(text, entry.purpose, language=language),
        items=tuple(item_in_words(text, entry.leg, name, language=language) for name in entry.items),
        channel=None if entry.channel is None else in_words(CHANNELS, entry.channel),
        persons=tuple((in_words(GROUP_WORDS, group), one.count) for group, one in recorded.subjects.items()),
        grounds=tuple(ToldGround(in_words(GROUND_WORDS, ground.code), ground.clause) for ground in entry.grounds),
        details=tuple((in_words(DETAIL_WORDS, name), str(value)) for name, value in entry.details.items()),
    )


def tell_all(
    connection: Connection,
    entries: Sequence[Recorded],
    *,
    names: Mapping[str, str],
    language: str,
    actor_of: Callable[[Recorded], str | None],
) -> list[ToldEntry]:
    """Return entries in words, in their order."""
    return [tell(connection, one, names=names, language=language, actor=actor_of(one)) for one in entries]


def _name(party: str, text: Agreement | None, names: Mapping[str, str]) -> str:
    return names.get(party) or name_of_party(text, party) or party
