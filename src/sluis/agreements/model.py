"""An agreement as a YAML file that a data protection officer reviews: the form of the signed text.

The fields follow the content of real protocols under article 8, §1, of the decree of 18 July 2008 on electronic
administrative data exchange. The exact list of the amended article could not be read, so the union of a published
protocol of 2020, one of 2021 and the federal list (article 20 of the act of 30 July 2018) is asked for.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from sluis.agreements.arrangement import (
    Amendment,
    Choice,
    CitizenStep,
    CostTerm,
    FullArticle,
    Joining,
    JointControl,
    KeyExchange,
    Offer,
    Overlap,
    ReceiverSuccession,
    Safeguard,
    SharedEvent,
    TextSource,
)
from sluis.agreements.legs import Leg
from sluis.agreements.parties import Advice, Duty, Party, Signatory
from sluis.agreements.vocabulary import (
    Count,
    Day,
    Deadline,
    Instrument,
    Line,
    OpenPoint,
    Part,
    Period,
    Prose,
    Reference,
    Sha256,
    Slug,
    Text,
    ToComplete,
)

Articled = Literal[
    "purposes", "legal_grounds", "items", "subjects", "party", "role", "periodicity", "channels", "term", "conditions"
]


class LegalGround(Part):
    """A ground on which data are collected or passed, with the days between which it holds."""

    code: Slug = Field(description="Vaste code.")
    text: Prose = Field(description="Wat de grond inhoudt.")
    instrument: Line = Field(description="De wet, het decreet, het besluit of de verordening.")
    article: Line | None = Field(default=None, description="Het artikel. Leeg: niet bekend, zie de open punten.")
    gdpr: tuple[Line, ...] = Field(default=(), description="Artikelen van de AVG, bijvoorbeeld 6.1.e of 9.2.b.")
    covers: tuple[Literal["ordinary", "article-9", "article-10"], ...] = Field(
        default=("ordinary",), description="Voor welke soort gegevens de grond geldt."
    )
    status: Literal["in-force", "draft", "repealed", "not-stated"] = Field(
        default="in-force", description="Van kracht, nog een ontwerp, opgeheven, of niet vermeld in de bron."
    )
    valid_from: Day | None = Field(default=None, description="Van kracht vanaf.")
    valid_until: Day | None = Field(default=None, description="Laatste dag van kracht.")
    required: bool | None = Field(
        default=None,
        strict=True,
        description="Of de overeenkomst zonder deze grond niet kan: buiten zijn dagen gaat er dan niets door de sluis.",
    )


class Purpose(Part):
    """What the data are for, and why that fits what they were first collected for."""

    code: Slug = Field(description="Vaste code.")
    text: Text = Field(description="Het doel van de mededeling, in één zin.")
    original_collection: Prose = Field(description="Waarvoor de gegevens oorspronkelijk verzameld zijn.")
    compatibility: Prose = Field(description="Waarom beide doelen verenigbaar zijn, of wat de mededeling toelaat.")
    use: Literal["individual", "statistics", "research", "supervision"] = Field(
        default="individual", description="Beslissingen over personen, statistiek, onderzoek of toezicht."
    )
    safeguards: tuple[Safeguard, ...] | None = Field(
        default=None, description="Bij statistiek en onderzoek: de waarborgen van artikel 89 AVG."
    )


class Onward(Part):
    """A further recipient, or a category of them."""

    recipient: Line = Field(description="De verdere ontvanger of categorie van ontvangers.")
    purpose: Prose = Field(description="Waarvoor.")
    own_protocol: Line | None = Field(
        default=None, description="Het eigen protocol of de eigen grond van die mededeling, met datum."
    )
    notice: Prose | None = Field(default=None, description="Hoe de andere partijen vooraf verwittigd worden.")
    notice_by: tuple[Slug, ...] | None = Field(default=None, description="Welke partijen vooraf moeten melden.")
    notice_to: tuple[Slug, ...] | None = Field(default=None, description="Aan welke partijen vooraf gemeld wordt.")


class ContactOnBehalf(Part):
    """Match and mail: one party writes to people on behalf of another, which learns nothing."""

    code: Slug = Field(description="Vaste code.")
    by: Slug = Field(description="De partij die schrijft.")
    on_behalf_of: tuple[Slug, ...] = Field(min_length=1, description="Namens wie.")
    to: Prose = Field(description="Aan wie.")
    message: Prose = Field(description="De boodschap.")
    then: Prose = Field(description="Wat de burger daarna zelf beslist.")
    second_step: CitizenStep | None = Field(
        default=None, description="De stap die alleen de burger zelf kan zetten, en aan wie die dan gegevens geeft."
    )


class Term(Part):
    """When it begins, how long it lasts and how it ends."""

    in_force_from: Day | None = Field(default=None, description="Eerste dag van kracht. Leeg: nog in te vullen.")
    kind: Literal["fixed", "indefinite", "not-stated"] = Field(description="Bepaalde of onbepaalde duur.")
    until: Day | None = Field(default=None, description="Laatste dag van kracht, bij bepaalde duur.")
    at_most: Period | None = Field(default=None, description="Langste duur die bij het invullen mag, bijvoorbeeld P1Y.")
    reason: Prose = Field(description="Waarom deze duur.")
    notice_period: Period | None = Field(
        default=None, description="Opzegtermijn, bijvoorbeeld P3M. Leeg: niet vermeld, zie de open punten."
    )
    automatic_end: Prose = Field(description="Wanneer de overeenkomst van rechtswege eindigt.")


class Measure(Part):
    """One security measure."""

    code: Slug = Field(description="Vaste code.")
    text: Prose = Field(description="De maatregel.")


class Security(Part):
    """How the data are protected, on the way and at both ends."""

    measures: tuple[Measure, ...] = Field(min_length=1, description="De maatregelen.")
    access: Prose = Field(description="Wie bij de gegevens kan.")
    encryption: Prose = Field(description="Hoe de gegevens versleuteld worden, en hoe de sleutel gaat.")
    key_exchange: KeyExchange | None = Field(default=None, description="Wie de sleutel uitwisselt, en langs welke weg.")
    logging: Prose = Field(description="Wat er vastgelegd wordt.")
    backup: Prose | None = Field(default=None, description="Reservekopieën.")
    at_receiver: Prose = Field(description="Minstens dezelfde maatregelen bij de ontvanger.")
    proof: Prose = Field(description="Hoe elke partij de maatregelen aantoont.")
    processors: Prose = Field(description="De regels voor verwerkers (artikel 28 AVG) en hun lijst.")


class Quality(Part):
    """What happens when data are wrong."""

    report: Prose = Field(description="Wie een fout vaststelt, meldt die aan wie.")
    correct_within: Deadline | None = Field(
        default=None, description="Binnen welke termijn verbeterd wordt. Leeg: niet vermeld, zie de open punten."
    )
    feedback_within: Deadline | None = Field(
        default=None,
        description="Binnen welke termijn de melder antwoord krijgt. Leeg: niet vermeld, zie de open punten.",
    )


class BreachNotice(Part):
    """How parties tell each other of a personal data breach."""

    text: Prose = Field(description="De afspraak (artikel 33 AVG).")
    within: Deadline | None = Field(default=None, description="Uiterste termijn, als die afgesproken is.")


class ChangeNotice(Part):
    """How parties tell each other of changes in law or processors."""

    text: Prose = Field(description="De afspraak.")
    to: tuple[Slug, ...] = Field(default=(), description="Aan welke partijen. Leeg: aan alle andere.")


class Law(Part):
    """Which law governs, and which court decides."""

    applicable: Prose = Field(description="Toepasselijk recht.")
    disputes: Prose = Field(description="Hoe geschillen opgelost worden.")
    court: Line = Field(description="De bevoegde rechtbank.")


class Rights(Part):
    """The rights of the persons concerned."""

    text: Prose = Field(description="Hoe betrokkenen hun rechten uitoefenen, en bij wie.")
    restrictions: tuple[Prose, ...] = Field(default=(), description="Beperkingen van die rechten, met hun grond.")
    supervisor: Line = Field(description="De toezichthouder bij wie een klacht kan.")


class Publication(Part):
    """Where a party makes the text known."""

    by: Slug = Field(description="De partij.")
    where: Line = Field(description="Plaats van bekendmaking.")
    date: Day | None = Field(default=None, description="Datum, zodra die er is.")


class Document(Part):
    """A document that belongs to the agreement."""

    code: Slug = Field(description="Vaste code.")
    title: Line = Field(description="Titel.")
    required_from: Slug | None = Field(default=None, description="De partij die het moet bezorgen.")
    sha256: Sha256 | None = Field(default=None, description="SHA-256 van het document.")
    pages: Count | None = Field(default=None, description="Aantal bladzijden.")
    media_type: Line | None = Field(default=None, description="De vorm, bijvoorbeeld application/pdf.")
    most_megabytes: Count | None = Field(default=None, description="Hoe groot het ten hoogste is, in megabyte.")
    needed_before: Literal["signature", "first-exchange", "each-exchange"] | None = Field(
        default=None, description="Voor welke stap het document er moet zijn."
    )


class Agreement(Part):
    """The whole text. What is not in here was not agreed.

    A field that was added after the first texts is absent where it is not used (None, never an empty list), so that the
    fingerprint of every earlier text stays what its parties signed.
    """

    model_config = ConfigDict(title="Overeenkomst voor de mededeling van persoonsgegevens")

    format: Literal["sluis-agreement/1"] = Field(description="De vorm van dit bestand.")
    id: Slug = Field(description="De code van deze overeenkomst of standaardovereenkomst.")
    version: Count = Field(default=1, description="Versie van de tekst.")
    is_template: bool = Field(
        default=False, strict=True, description="Is dit een standaardovereenkomst, om in te vullen?"
    )
    template: Reference | None = Field(default=None, description="De standaardovereenkomst die ingevuld is.")
    supersedes: Reference | None = Field(default=None, description="De vorige tekst die door deze gewijzigd wordt.")
    framework: Reference | None = Field(default=None, description="Het kaderprotocol waartoe toegetreden wordt.")
    instrument: Instrument = Field(description="De rechtsvorm.")
    concluded_under: Line = Field(description="De bepaling waaronder gesloten wordt.")
    number: Line | None = Field(default=None, description="Het nummer waaronder de tekst bekend is.")
    dated: Day | None = Field(default=None, description="De dag waarop de tekst opgemaakt of beslist werd.")
    place: Line | None = Field(default=None, description="Waar de tekst opgemaakt werd.")
    authority: Line | None = Field(default=None, description="Wie besliste, als dat niet de partijen zelf zijn.")
    sources: tuple[TextSource, ...] | None = Field(default=None, description="Waaruit deze weergave gemaakt is.")
    offer: Offer | None = Field(
        default=None, description="Bij een standaardovereenkomst: wie ze aanbiedt en wie mag toetreden."
    )
    full_text: tuple[FullArticle, ...] | None = Field(
        default=None, description="De artikelen van de tekst, elk lid met wat de software ermee doet."
    )
    title: Text = Field(description="De titel.")
    summary: Text | None = Field(default=None, description="Wat een burger moet weten, in gewone woorden.")
    language: Literal["nl"] = Field(default="nl", description="De taal van de tekst die telt.")
    preamble: tuple[Prose, ...] = Field(default=(), description="Overwegingen.")
    parties: tuple[Party, ...] = Field(min_length=1, max_length=700, description="De partijen.")
    signatories: tuple[Signatory, ...] = Field(default=(), description="Wie tekent, en voor wie.")
    purposes: tuple[Purpose, ...] = Field(min_length=1, description="De doeleinden.")
    legal_grounds: tuple[LegalGround, ...] = Field(min_length=1, description="De rechtsgronden.")
    special_categories: Prose = Field(description="Verklaring of er gegevens van artikel 9 of 10 AVG bij zijn.")
    events: tuple[SharedEvent, ...] | None = Field(
        default=None, description="Gebeurtenissen waarvan elke ontvanger alleen het eigen deel krijgt."
    )
    legs: dict[Slug, Leg] = Field(default={}, description="De stromen van gegevens, elk onder een korte naam.")
    contacts: tuple[ContactOnBehalf, ...] = Field(
        default=(), description="Aanschrijven namens een ander, zonder dat gegevens vertrekken."
    )
    recipients: tuple[Prose, ...] = Field(default=(), description="Categorieën van ontvangers bij de partijen zelf.")
    onward: tuple[Onward, ...] = Field(default=(), description="Verdere mededelingen. Leeg: er zijn er geen.")
    onward_rule: Prose = Field(description="De regel voor verdere mededeling.")
    term: Term = Field(description="Inwerkingtreding, duur en einde.")
    security: Security = Field(description="Beveiliging.")
    quality: Quality = Field(description="Kwaliteit van de gegevens.")
    sanction: Prose = Field(description="Sanctie bij niet-naleving.")
    breach_notice: BreachNotice = Field(description="Melding van inbreuken.")
    change_notice: ChangeNotice = Field(description="Melding van wijzigingen.")
    law: Law = Field(description="Toepasselijk recht en geschillen.")
    rights: Rights = Field(description="Rechten van betrokkenen.")
    publication: tuple[Publication, ...] = Field(min_length=1, description="Bekendmaking.")
    duties: tuple[Duty, ...] = Field(default=(), description="Bijkomende verbintenissen per partij.")
    documents: tuple[Document, ...] = Field(default=(), description="Bijgevoegde documenten.")
    costs: Prose | None = Field(default=None, description="Kosten.")
    cost_terms: tuple[CostTerm, ...] | None = Field(default=None, description="Kosten, elk met wie betaalt.")
    choices: tuple[Choice, ...] | None = Field(
        default=None, description="Wat een partij bij het invullen zelf kiest, met haar antwoord."
    )
    joining: Joining | None = Field(
        default=None, description="Bij een kader: wie kan toetreden, hoe, en wie toegetreden is."
    )
    joint_control: JointControl | None = Field(
        default=None, description="Gezamenlijke verwerkingsverantwoordelijken (artikel 26 AVG)."
    )
    amendments: tuple[Amendment, ...] | None = Field(
        default=None, description="De eerdere versies en wat er telkens veranderde."
    )
    receiver_successions: tuple[ReceiverSuccession, ...] | None = Field(
        default=None, description="Welke eerdere ontvanger of machtiging deze tekst vervangt."
    )
    overlaps: tuple[Overlap, ...] | None = Field(
        default=None, description="Andere regelingen die dezelfde gegevens brengen, en welke bron voorgaat."
    )
    advices: tuple[Advice, ...] = Field(default=(), description="Adviezen van functionarissen.")
    articles: dict[Articled, Line] = Field(
        default={}, description="Waar elke regel staat in een tekst met een eigen nummering."
    )
    open_points: tuple[OpenPoint, ...] = Field(default=(), description="Wat niet vaststaat; blijft zichtbaar.")
    to_complete: tuple[ToComplete, ...] = Field(default=(), description="Wat een partij nog invult.")

    def party(self, name: str) -> Party | None:
        """Return the party with this short name."""
        return next((party for party in self.parties if party.id == name), None)
