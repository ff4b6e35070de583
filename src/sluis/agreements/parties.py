"""The parties of an agreement, who signs for them, and what each fills in about itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sluis.agreements.vocabulary import (
    Capacity,
    Count,
    Day,
    Jurisdiction,
    Kbo,
    Line,
    Nis,
    Ovo,
    Part,
    PartyKind,
    Prose,
    Sha256,
    Slug,
)


class Contact(Part):
    """How to reach somebody in their function."""

    name: Line | None = Field(default=None, description="Naam of dienst.")
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", description="E-mailadres.")
    phone: Line | None = Field(default=None, description="Telefoonnummer.")


class Task(Part):
    """A task of the party, with the act that gives it."""

    text: Prose = Field(description="De taak.")
    source: Line = Field(description="Het decreet of besluit, met artikel.")


class Decision(Part):
    """The decision of the body's own authority on which its taking part rests."""

    authority: Line = Field(description="Wie besliste: college van burgemeester en schepenen, vast bureau, raad …")
    date: Day = Field(description="Datum van de beslissing.")
    subject: Prose = Field(description="Wat er beslist is.")
    reference: Line | None = Field(default=None, description="Vindplaats of nummer.")
    sha256: Sha256 | None = Field(default=None, description="SHA-256 van het bijgevoegde document.")


class SecurityPlan(Part):
    """The security plan that the party works by."""

    text: Prose = Field(description="Welk veiligheidsbeleid en veiligheidsplan gelden.")
    approved_on: Day | None = Field(default=None, description="Datum van goedkeuring.")
    sha256: Sha256 | None = Field(default=None, description="SHA-256 van het bijgevoegde document.")


class SecurityEvaluation(Part):
    """A dated evaluation of the party's security."""

    date: Day = Field(description="Datum.")
    by: Line = Field(description="Wie beoordeelde.")
    outcome: Prose = Field(description="Uitkomst.")


class Processor(Part):
    """A processor in the sense of article 28 GDPR."""

    name: Line = Field(description="Naam van de verwerker.")
    kbo: Kbo | None = Field(default=None, description="KBO-nummer van de verwerker.")
    work: Prose = Field(description="Wat de verwerker met de gegevens doet.")
    contract_on: Day | None = Field(default=None, description="Datum van de verwerkersovereenkomst.")
    engaged_by: Line | None = Field(
        default=None, description="Bij een subverwerker: de naam van de verwerker die hem inschakelt."
    )


class Beneficiary(Part):
    """One body that a general authorisation names."""

    body: Slug = Field(description="Kenmerk in het register van partijen.")
    name: Line | None = Field(default=None, description="Naam.")
    added_on: Day | None = Field(default=None, description="Sinds wanneer op de lijst.")


class BeneficiaryList(Part):
    """The published list of a general authorisation; a body that joins or leaves makes a new version of the text."""

    published_at: Line = Field(description="Waar de lijst bekendgemaakt is.")
    listed: tuple[Beneficiary, ...] = Field(
        default=(), max_length=700, description="Wie erop staat. Leeg: de lijst is hier niet overgenomen."
    )


class Transfer(Part):
    """What allows data to leave the European Economic Area."""

    basis: Literal["adequacy", "appropriate-safeguards", "binding-rules", "derogation"] = Field(
        description="Adequaatheidsbesluit, passende waarborgen, bindende voorschriften of uitzondering."
    )
    article: Line = Field(description="Het artikel van hoofdstuk V AVG.")
    text: Prose = Field(description="Welk besluit of welke waarborgen.")


class Party(Part):
    """A body that sends, receives or both; or a class of bodies that may all do so."""

    id: Slug = Field(description="Korte naam van de partij binnen deze tekst.")
    kind: PartyKind = Field(description="Soort instelling.")
    name: Line | None = Field(default=None, description="Volledige naam. Leeg: nog in te vullen.")
    body: Line | None = Field(
        default=None, description="Het kenmerk van de instelling in het register van partijen (OVO-code of korte naam)."
    )
    class_of: PartyKind | None = Field(
        default=None, description="Alle instellingen van deze soort samen (bijvoorbeeld alle OCMW's), zonder elk apart."
    )
    members: tuple[Line, ...] = Field(
        default=(), description="Instellingen die onder een algemene machtiging of een toetreding vallen, bij naam."
    )
    kbo: Kbo | None = Field(default=None, description="KBO-nummer, tien cijfers.")
    ovo: Ovo | None = Field(default=None, description="OVO-code.")
    nis: Nis | None = Field(default=None, description="NIS-code van het grondgebied waarvoor de partij bevoegd is.")
    region: Line | None = Field(default=None, description="Waar de partij valt als dat niet Vlaanderen is.")
    jurisdiction: Jurisdiction | None = Field(
        default=None, description="Tot welk bestuursniveau of gebied de partij hoort, als dat telt."
    )
    beneficiaries: BeneficiaryList | None = Field(
        default=None, description="De gepubliceerde lijst van wie onder een algemene machtiging valt."
    )
    transfer: Transfer | None = Field(
        default=None, description="Bij een partij buiten de Europese Economische Ruimte: wat de doorgifte toelaat."
    )
    address: Line | None = Field(default=None, description="Adres van de zetel.")
    capacities: tuple[Capacity, ...] = Field(
        default=("sender", "receiver"), description="Mededelend, ontvangend, aanvragend of beherend."
    )
    controller: bool = Field(default=True, strict=True, description="Is de partij verwerkingsverantwoordelijke?")
    tasks: tuple[Task, ...] = Field(default=(), description="De taken waarvoor de partij de gegevens verwerkt.")
    dpo: Contact | None = Field(default=None, description="De functionaris voor gegevensbescherming.")
    own_use: Prose | None = Field(
        default=None, description="Hoe de partij de verkregen gegevens concreet zal gebruiken."
    )
    financial_scenario: Prose | None = Field(
        default=None, description="Het concrete financiële scenario: wie krijgt wat, wanneer, op welke rekening."
    )
    decision: Decision | None = Field(default=None, description="De beslissing van het eigen bestuur.")
    security_plan: SecurityPlan | None = Field(default=None, description="Het veiligheidsplan.")
    security_evaluations: tuple[SecurityEvaluation, ...] = Field(
        default=(), description="Gedateerde veiligheidsbeoordelingen."
    )
    processing_register: Prose | None = Field(
        default=None, description="De vermelding in het register van verwerkingen (artikel 30 AVG)."
    )
    citizen_information: Prose | None = Field(
        default=None, description="Hoe de betrokken burgers geïnformeerd worden (artikel 14 AVG)."
    )
    processors: tuple[Processor, ...] | None = Field(
        default=None, description="De verwerkers; een lege lijst betekent: geen. Weggelaten: nog niet gezegd."
    )


class Signatory(Part):
    """A person who signs, for one party or for several."""

    id: Slug = Field(description="Korte naam binnen deze tekst.")
    name: Line | None = Field(default=None, description="Naam. Leeg: nog in te vullen.")
    function: Line | None = Field(default=None, description="De functie waarin getekend wordt.")
    signs_for: tuple[Slug, ...] = Field(min_length=1, description="De partijen waarvoor deze persoon tekent.")


class Advice(Part):
    """The opinion of a data protection officer, on one version of the text."""

    party: Slug = Field(description="De partij waarvan de functionaris adviseert.")
    by: Line = Field(description="Naam van de functionaris of de dienst.")
    date: Day = Field(description="Datum van het advies.")
    verdict: Literal["favourable", "with-remarks", "unfavourable", "not-stated"] = Field(
        description="Gunstig, gunstig met opmerkingen, ongunstig, of niet vermeld in de bron."
    )
    draft_hash: Sha256 | None = Field(
        default=None, description="Op welke tekst: SHA-256 van de canonieke vorm zonder adviezen."
    )
    draft: Prose | None = Field(default=None, description="Op welk ontwerp, in woorden, als er geen SHA-256 is.")
    remarks: Prose | None = Field(default=None, description="De opmerkingen.")


class Duty(Part):
    """Something that a party takes upon itself beside the exchange proper."""

    party: Slug = Field(description="Wie zich verbindt.")
    code: Slug = Field(description="Vaste code, voor software.")
    text: Prose = Field(description="De verbintenis.")
    within: Count | None = Field(default=None, description="Binnen hoeveel dagen, als dat afgesproken is.")
