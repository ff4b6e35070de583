"""An agreement in readable words: headings, paragraphs, lists and tables as plain values.

A page, a terminal and later a PDF render the same values. Fixed phrases are messages that the edge translates; what the
parties wrote themselves is quoted as it stands, in the reader's language where the text has a reading version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sluis.agreements import words_of_clauses as clauses
from sluis.agreements import words_of_flows as flows
from sluis.agreements import words_of_parties as bodies
from sluis.agreements.model import Agreement
from sluis.agreements.phrases import INSTRUMENTS
from sluis.agreements.problems import quoted
from sluis.agreements.text import hash_of
from sluis.agreements.wording import Block, Paragraph, Reader, paragraphs
from sluis.kernel.text import Message, msg


@dataclass(frozen=True, slots=True)
class Section:
    """One article, or a part without a number; `anchor` is stable for links."""

    anchor: str
    number: int | None
    heading: Message
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole text for a reader, with the fingerprint of what counts."""

    title: Message
    instrument: Message
    text_hash: str
    sections: tuple[Section, ...]


def in_words(agreement: Agreement, *, language: str = "nl") -> Reading:
    """Return the agreement as a reader sees it; `language` chooses the reading versions of the parties' own texts."""
    reader = Reader(agreement, language)
    return Reading(
        title=quoted(agreement.title.in_language(language)),
        instrument=INSTRUMENTS[agreement.instrument],
        text_hash=hash_of(agreement),
        sections=tuple(section for section in _sections(reader) if section.blocks),
    )


def _sections(reader: Reader) -> Iterator[Section]:
    text = reader.agreement
    yield Section("summary", None, msg("In het kort"), tuple(clauses.summary(reader)))
    yield Section("parties", None, msg("De partijen"), (*bodies.parties(reader), *bodies.joined_bodies(reader)))
    yield Section("preamble", None, msg("Waarom dit protocol"), paragraphs(*text.preamble))
    yield Section("purposes", 1, msg("Onderwerp en doeleinden"), tuple(flows.purposes(reader)))
    yield Section("legal-grounds", 2, msg("Rechtsgronden"), tuple(flows.grounds(reader)))
    yield Section("items", 3, msg("Welke gegevens, waarom en hoe lang"), tuple(flows.legs(reader)))
    yield Section("recipients", 4, msg("Wie de gegevens krijgt"), tuple(flows.recipients(reader)))
    yield Section("term", 5, msg("Hoe vaak en hoe lang"), tuple(flows.rhythms(reader)))
    yield Section("security", 6, msg("Beveiliging en kanalen"), tuple(clauses.security(reader)))
    yield Section("quality", 7, msg("Kwaliteit van de gegevens"), tuple(clauses.quality(reader)))
    yield Section("sanction", 8, msg("Als een partij zich niet aan de afspraken houdt"), paragraphs(text.sanction))
    yield Section("notices", 9, msg("Meldingen"), tuple(clauses.notices(reader)))
    yield Section("law", 10, msg("Toepasselijk recht en geschillen"), _law(text))
    yield Section("end", 11, msg("Inwerkingtreding, opzegging en einde"), tuple(clauses.end(reader)))
    yield Section("rights", 12, msg("Rechten van de betrokkenen"), tuple(clauses.rights(reader)))
    yield Section("publication", 13, msg("Bekendmaking en adviezen"), tuple(clauses.publication(reader)))
    yield Section("duties", 14, msg("Voorwaarden en verbintenissen"), tuple(clauses.duties(reader)))
    yield Section("articles", None, msg("De artikelen, en wat de software ermee doet"), tuple(clauses.articles(reader)))
    yield Section("sources", None, msg("Waaruit deze tekst gemaakt is"), tuple(clauses.sources(reader)))
    yield Section("open", None, msg("Wat nog niet vaststaat"), tuple(clauses.open_points(reader)))


def _law(text: Agreement) -> tuple[Block, ...]:
    return (
        *paragraphs(text.law.applicable, text.law.disputes),
        Paragraph(msg("Bevoegd: {court}.", court=text.law.court)),
    )
