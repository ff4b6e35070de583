"""Parts of an agreement in words: the blocks that a reading is made of, and the sentences that fill them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sluis.agreements.legs import LegPeriodicity, Subjects
from sluis.agreements.model import Agreement, LegalGround
from sluis.agreements.parties import Advice, Contact, Party, Processor
from sluis.agreements.phrases import FREQUENCIES, GROUND_STATES, TERRITORIES, VERDICTS, joined
from sluis.agreements.problems import quoted
from sluis.kernel.kbo import KboFault, format_kbo, read_kbo
from sluis.kernel.text import Message, msg


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One piece of running text."""

    text: Message


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short texts."""

    items: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption and the heads of its columns."""

    caption: Message
    head: tuple[Message, ...]
    rows: tuple[tuple[Message, ...], ...]


Block = Paragraph | Bullets | Table


@dataclass(frozen=True, slots=True)
class Reader:
    """A text as it is read to somebody: it knows the language of the reader and the names of the parties."""

    agreement: Agreement
    language: str

    def name(self, party_id: str) -> Message:
        """Return what a party is called."""
        party = self.agreement.party(party_id)
        return quoted(party.name) if party and party.name else msg("{party} (nog in te vullen)", party=party_id)

    def names(self, party_ids: tuple[str, ...]) -> Message:
        """Return what several parties are called, in a row."""
        return joined(self.name(party_id) for party_id in party_ids)


def paragraphs(*texts: str) -> tuple[Paragraph, ...]:
    """Return a paragraph for each text that the parties wrote."""
    return tuple(Paragraph(quoted(text)) for text in texts)


def numbers_of(party: Party) -> str:
    """Return the numbers by which registers know the party."""
    kbo = read_kbo(party.kbo) if party.kbo else None
    written_kbo = "" if kbo is None or isinstance(kbo, KboFault) else f"KBO {format_kbo(kbo)}"
    return ", ".join(
        part for part in (written_kbo, party.ovo, f"NIS {party.nis}" if party.nis else None, party.body) if part
    )


def contact_line(contact: Contact | None) -> str:
    """Return how to reach somebody, on one line."""
    return ", ".join(part for part in (contact.name, contact.email, contact.phone) if part) if contact else "…"


def scope_of(subjects: Subjects) -> Message:
    """Return whose data may pass: who, of what age, living where."""
    territory = subjects.territory
    place = TERRITORIES[territory] if isinstance(territory, str) else quoted(", ".join(territory))
    lowest, highest = subjects.age.lowest, subjects.age.highest
    if lowest is None and highest is None:
        return msg("{words} Woonplaats: {place}.", words=subjects.text, place=place)
    return msg(
        "{words} Leeftijd in volle jaren: {lowest} tot en met {highest}. Woonplaats: {place}.",
        words=subjects.text,
        lowest="…" if lowest is None else lowest,
        highest="…" if highest is None else highest,
        place=place,
    )


def verdict_of(advice: Advice) -> Message:
    """Return an opinion with its remarks."""
    parts = [VERDICTS[advice.verdict], *(quoted(part) for part in (advice.draft, advice.remarks) if part)]
    return joined(parts)


def with_date(words: str, day: date | None) -> Message:
    """Return a text with the day of its approval."""
    return msg("{words} (goedgekeurd op {day})", words=words, day=day.isoformat()) if day else quoted(words)


def on_day(words: str, day: date | None) -> Message:
    """Return words with their day, where there is one."""
    return msg("{words} ({day})", words=words, day=day.isoformat()) if day else quoted(words)


def processors_of(processors: tuple[Processor, ...]) -> list[Message]:
    """Return the processors, or that there are none."""
    if not processors:
        return [msg("Er zijn geen verwerkers.")]
    return [
        msg(
            "Verwerker {name}: {work} Verwerkersovereenkomst: {day}.",
            name=processor.name,
            work=processor.work,
            day=processor.contract_on.isoformat() if processor.contract_on else "…",
        )
        if processor.engaged_by is None
        else msg(
            "Subverwerker {name}, ingeschakeld door {by}: {work} Verwerkersovereenkomst: {day}.",
            name=processor.name,
            by=processor.engaged_by,
            work=processor.work,
            day=processor.contract_on.isoformat() if processor.contract_on else "…",
        )
        for processor in processors
    ]


def validity_of(ground: LegalGround) -> Message:
    """Return whether and when a legal ground holds."""
    parts = [GROUND_STATES[ground.status]]
    if ground.valid_from:
        parts.append(msg("vanaf {day}", day=ground.valid_from.isoformat()))
    if ground.valid_until:
        parts.append(msg("tot en met {day}", day=ground.valid_until.isoformat()))
    if ground.required:
        parts.append(msg("zonder deze grond vervalt de overeenkomst"))
    return msg("({facts})", facts=joined(parts))


def rhythm(periodicity: LegPeriodicity) -> Message:
    """Return how often a leg may be used."""
    parts = [_how_often(periodicity)]
    if periodicity.every:
        parts.append(FREQUENCIES[periodicity.every])
    return joined(parts)


def _how_often(periodicity: LegPeriodicity) -> Message:
    if periodicity.kind == "not-stated":
        return msg("niet vermeld")
    if periodicity.kind == "unlimited":
        return msg("doorlopend")
    if periodicity.kind == "per_year":
        return msg("{times} keer per jaar", times=periodicity.times)
    return (
        msg("eenmalig")
        if periodicity.times in (None, 1)
        else msg("{times} keer in het geheel", times=periodicity.times)
    )
