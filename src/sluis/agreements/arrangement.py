"""What stands around the exchange: who may join, what came before, who pays, what is chosen, what keeps an article."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sluis.agreements.vocabulary import Count, Day, Line, Part, PartyKind, Prose, Sha256, Slug, Text


class Offer(Part):
    """That a party offers this standard agreement, and to whom."""

    by: Slug = Field(description="De partij die de standaardovereenkomst aanbiedt.")
    to: Slug = Field(description="De partij van deze tekst die toetreedt en de open velden invult.")
    kinds: tuple[PartyKind, ...] = Field(min_length=1, description="Welke soorten instellingen mogen toetreden.")
    text: Prose = Field(description="Wat het aanbod inhoudt, in één zin.")


class TextSource(Part):
    """A document from which this rendering of an arrangement was made."""

    title: Line = Field(description="Het document.")
    url: Line | None = Field(default=None, description="Vindplaats.")
    extent: Literal["full", "partial", "opening", "list"] = Field(
        description="Hoeveel ervan gelezen is: alles, een deel, alleen het begin, of een lijst die het vermeldt."
    )
    note: Prose | None = Field(default=None, description="Wat erin stond dat geen deel van de afspraken is.")


class Trace(Part):
    """What holds a paragraph of the text: a field, a check, a page, a test, or openly people."""

    kind: Literal["field", "check", "page", "test", "people"] = Field(
        description="field: een veld van dit bestand; check: een functie; page: een bladzijde; test; of mensen."
    )
    at: Line = Field(description="Het pad van het veld, de naam van de functie of de test, of wie het doet.")
    text: Prose | None = Field(default=None, description="Hoe het gehouden wordt.")


class FullParagraph(Part):
    """One paragraph of an article, with what the software does about it."""

    text: Prose = Field(description="Wat het lid bepaalt.")
    kept_by: tuple[Trace, ...] = Field(min_length=1, description="Wat dit lid houdt.")


class FullArticle(Part):
    """One article of the text."""

    number: Line = Field(description="Het nummer.")
    title: Line = Field(description="Het opschrift.")
    paragraphs: tuple[FullParagraph, ...] = Field(min_length=1, description="De leden, elk apart.")


class Safeguard(Part):
    """A safeguard for statistics or research (article 89 GDPR)."""

    code: Literal[
        "pseudonymised",
        "aggregated-results",
        "small-numbers-hidden",
        "no-reidentification",
        "no-decisions-about-persons",
        "closed-environment",
        "destroyed-after",
        "ethics-approval",
        "other",
    ] = Field(description="Vaste code.")
    text: Prose = Field(description="De waarborg.")


class CitizenStep(Part):
    """The step that only the citizen can take: until then nothing about the citizen leaves."""

    to: Slug = Field(description="De partij waarbij de burger zelf aanvraagt.")
    text: Prose = Field(description="Wat de burger zelf meedeelt.")
    letter_is_form: bool | None = Field(
        default=None, strict=True, description="Of de brief zelf het aanvraagformulier is."
    )


class KeyExchange(Part):
    """Between whom a key goes, and whether by another way than the file."""

    between: Literal["dpos", "security-officers", "parties"] = Field(description="Wie de sleutel uitwisselt.")
    out_of_band: bool = Field(strict=True, description="Of de sleutel langs een andere weg gaat dan het bestand.")
    text: Prose = Field(description="De afspraak.")


class CostTerm(Part):
    """One cost, and who pays it."""

    code: Slug = Field(description="Vaste code.")
    text: Prose = Field(description="Wat er aangerekend wordt, of dat het niets kost.")
    payer: Slug | None = Field(default=None, description="De partij die betaalt. Leeg: niet vermeld.")
    amount_cents: Count | None = Field(default=None, description="Bedrag in eurocent. Leeg: niet vermeld of niets.")
    per: Literal["once", "year", "exchange", "letter", "person"] | None = Field(
        default=None, description="Waarvoor het bedrag geldt."
    )


class Choice(Part):
    """A parameter that one party chooses when it completes the text."""

    code: Slug = Field(description="Vaste code.")
    by: Slug = Field(description="De partij die kiest.")
    question: Text = Field(description="De vraag, in gewone woorden.")
    options: tuple[Line, ...] = Field(default=(), description="Waaruit gekozen wordt. Leeg: vrij antwoord.")
    answer: Prose | None = Field(default=None, description="Het antwoord. Leeg: nog in te vullen.")


class Statement(Part):
    """The statement by which one body joined."""

    body: Slug = Field(description="Kenmerk van de instelling in het register van partijen.")
    name: Line | None = Field(default=None, description="Naam.")
    date: Day = Field(description="Datum van de verklaring.")
    signed_by: Line | None = Field(default=None, description="Wie ze ondertekende.")
    sha256: Sha256 | None = Field(default=None, description="SHA-256 van de verklaring.")


class Joining(Part):
    """How bodies join a framework: each by its own statement of agreement."""

    party: Slug = Field(description="De partij van deze tekst die de klasse van toetreders is.")
    kinds: tuple[PartyKind, ...] = Field(min_length=1, description="Welke soorten instellingen mogen toetreden.")
    text: Prose = Field(description="Hoe toegetreden wordt.")
    statement: Prose = Field(description="Wat een toetreder verklaart.")
    statements: tuple[Statement, ...] = Field(default=(), max_length=700, description="Wie toegetreden is.")


class JointControl(Part):
    """Who determine purposes and means together, and how they divide their duties (article 26 GDPR)."""

    parties: tuple[Slug, ...] = Field(min_length=1, description="De gezamenlijke verwerkingsverantwoordelijken.")
    arrangement: Prose = Field(description="Wie welke verplichting van de AVG nakomt.")
    contact_point: Line | None = Field(default=None, description="Waar betrokkenen terechtkunnen.")


class Amendment(Part):
    """One earlier version of the text, or the decision that changed it."""

    number: Line = Field(description="Het nummer of de versie.")
    date: Day = Field(description="Datum.")
    text: Prose = Field(description="Wat er vastgelegd of veranderd werd.")


class ReceiverSuccession(Part):
    """An earlier receiver or authorisation in whose place this text comes."""

    earlier: Line = Field(description="De eerdere ontvanger of machtiging.")
    by: Slug = Field(description="De partij die ervoor in de plaats komt.")
    date: Day | None = Field(default=None, description="Sinds wanneer. Leeg: niet vermeld.")
    text: Prose = Field(description="Wat er met het eerdere gebeurt.")


class SharedEvent(Part):
    """One event of which each receiver gets its own items only, over its own leg."""

    code: Slug = Field(description="Vaste code.")
    text: Prose = Field(description="De gebeurtenis.")


class Overlap(Part):
    """Another arrangement about the same facts, and which source leads."""

    arrangement: Line = Field(description="De andere regeling.")
    text: Prose = Field(description="Waarover ze samenvallen.")
    leading: Line | None = Field(default=None, description="Welke bron voorgaat. Leeg: niet vastgelegd.")
