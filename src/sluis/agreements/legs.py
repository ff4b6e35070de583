"""One direction of exchange: who to whom, about whom, which items and why, how long, how often, through what."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from sluis.agreements.leg_terms import Consent, Mandate, Pseudonymisation, Quantity, StopCondition
from sluis.agreements.vocabulary import (
    Age,
    Anchor,
    Channel,
    Condition,
    Count,
    Day,
    Deadline,
    Frequency,
    LegKind,
    Line,
    Nis,
    Part,
    Period,
    Prose,
    Reference,
    Slug,
    SpecialCategory,
    Text,
)


class AgeRange(Part):
    """Completed years on the reference date, both ends included."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    lowest: Age | None = Field(default=None, alias="from", description="Vanaf welke leeftijd, die leeftijd inbegrepen.")
    highest: Age | None = Field(default=None, alias="to", description="Tot welke leeftijd, die leeftijd inbegrepen.")


class Related(Part):
    """Another group of persons that is reached through the subject only."""

    group: Slug = Field(description="Naam van de groep, bijvoorbeeld beneficiary.")
    relation: Slug = Field(description="Hoe de groep samenhangt met de betrokkene, als vaste code.")
    text: Prose = Field(description="Wie dat zijn, in gewone woorden.")


class Subjects(Part):
    """Whose data may pass."""

    category: Slug = Field(description="Naam van de groep betrokkenen, bijvoorbeeld child.")
    text: Prose = Field(description="Wie de betrokkenen zijn, in gewone woorden.")
    age: AgeRange = Field(default=AgeRange(), description="Leeftijd in volle jaren op de dag van de vraag.")
    territory: (
        Literal["everywhere", "receiver", "asker", "not-stated"]
        | Annotated[tuple[Nis, ...], Field(min_length=1, max_length=600)]
    ) = Field(
        description="Woonplaats op de dag van de vraag: everywhere (geen grens), receiver of asker (het grondgebied "
        "van die partij), of een lijst NIS-codes."
    )
    identified_by: tuple[Slug, ...] = Field(
        default=("insz",), description="Waaraan de betrokkene herkend wordt: insz, of naam, geboortedatum, plaats …"
    )
    when_unsure: Prose | None = Field(
        default=None, description="Wat er gebeurt als zonder nummer niet zeker is wie de betrokkene is."
    )
    related: tuple[Related, ...] = Field(default=(), description="Anderen die via de betrokkene bereikt worden.")


class Retention(Part):
    """How long an item is kept, and from when that counts."""

    text: Prose = Field(description="De bewaartermijn in woorden.")
    anchor: Anchor = Field(description="Vanaf welke gebeurtenis de termijn loopt.")
    event: Prose | None = Field(default=None, description="De gebeurtenis in woorden; verplicht bij other-event.")
    period: Period | None = Field(default=None, description="Vaste duur na de gebeurtenis, bijvoorbeeld P10Y of P3M.")
    at_most_days: Count | None = Field(
        default=None, description="Uiterste aantal dagen na de gebeurtenis; daarna is het gegeven vernietigd."
    )
    holder: Slug | None = Field(default=None, description="De partij die bewaart, als dat niet de ontvanger is.")
    reason: Prose | None = Field(default=None, description="Waarom zo lang.")


class Item(Part):
    """One data element, with the reason why it is needed and how long it is kept."""

    name: Slug = Field(description="Vaste code van het gegeven.")
    label: Text = Field(description="Het gegeven in gewone woorden.")
    group: Slug = Field(description="Van wie het gegeven is: de categorie van betrokkenen of een verwante groep.")
    justification: Prose = Field(description="Waarom dit gegeven nodig en evenredig is voor het doel.")
    retention: Retention = Field(description="Hoe lang het gegeven bewaard wordt.")
    special_category: SpecialCategory = Field(
        default="none", description="Valt het gegeven onder artikel 9 of artikel 10 AVG?"
    )
    only_when: Prose | None = Field(default=None, description="In welk geval het gegeven alleen meegaat.")
    owner: Slug | None = Field(default=None, description="De partij die het gegeven beheert en verbetert.")
    quantity: Quantity | None = Field(default=None, description="Bij een hoeveelheid: de eenheid en de periode.")


class LegCondition(Part):
    """Something that must hold before the leg may be used."""

    code: Condition = Field(description="Vaste code die de sluis nagaat.")
    text: Prose = Field(description="De voorwaarde in woorden.")


class LegPeriodicity(Part):
    """How often, and why that often."""

    kind: Literal["once", "per_year", "unlimited", "not-stated"] = Field(
        description="Eenmalig, een aantal keren per jaar, of doorlopend."
    )
    times: Count | None = Field(
        default=None, description="Hoeveel keer: in het geheel bij once (weggelaten: 1), per kalenderjaar bij per_year."
    )
    every: Frequency | None = Field(
        default=None,
        description="Het ritme van wie levert, bijvoorbeeld month; de sluis telt ‘times’ per kalenderjaar.",
    )
    chosen_by: Slug | None = Field(
        default=None, description="De partij die het ritme kiest, binnen wat hier ten hoogste mag."
    )
    reason: Prose = Field(description="Waarom zo vaak.")


class LegDeadline(Part):
    """A term that runs on this leg."""

    what: Slug = Field(description="Vaste code van wat er moet gebeuren.")
    text: Prose = Field(description="Wat er binnen de termijn moet gebeuren.")
    within: Deadline = Field(description="De termijn.")
    by: Line | None = Field(default=None, description="Wie er moet handelen.")
    counts_from: Line | None = Field(default=None, description="De gebeurtenis waarop de termijn begint.")
    otherwise: Prose | None = Field(default=None, description="Wat er moet gebeuren als de termijn verstreken is.")


class Leg(Part):
    """One direction of exchange in the agreement."""

    kind: LegKind = Field(description="Vraag, antwoord op een vraag, of levering zonder vraag.")
    text: Prose = Field(description="Wat er gebeurt, in gewone woorden.")
    senders: tuple[Slug, ...] = Field(min_length=1, description="De partijen die meedelen.")
    receivers: tuple[Slug, ...] = Field(min_length=1, description="De partijen die ontvangen.")
    source: Slug | None = Field(default=None, description="De bron waaruit de gegevens komen.")
    answers: Slug | None = Field(default=None, description="Bij een antwoord: de naam van de vraag.")
    purposes: tuple[Slug, ...] = Field(min_length=1, description="Codes van de doeleinden hieronder.")
    subjects: Subjects = Field(description="Over wie.")
    items: tuple[Item, ...] = Field(min_length=1, description="De gegevens, elk met verantwoording en bewaartermijn.")
    form: Literal["identified", "pseudonymised", "anonymous"] = Field(
        default="identified", description="Of de personen herkenbaar zijn."
    )
    periodicity: LegPeriodicity = Field(description="Hoe vaak.")
    channels: tuple[Channel, ...] = Field(min_length=1, description="Langs welke wegen.")
    conditions: tuple[LegCondition, ...] = Field(default=(), description="Wat eerst vervuld moet zijn.")
    roles: tuple[Slug, ...] = Field(
        min_length=1, description="De rollen die bij de vrager of de ontvanger mogen handelen."
    )
    facts_from: Day | None = Field(
        default=None, description="De eerste dag die telt: alleen feiten vanaf die dag worden meegedeeld."
    )
    pickup_days: Count | None = Field(
        default=None, description="Na hoeveel dagen een bestand dat niet opgehaald is, vernietigd wordt."
    )
    deadlines: tuple[LegDeadline, ...] = Field(default=(), description="Termijnen op deze stroom.")
    stops_when: Prose | None = Field(default=None, description="Wanneer de stroom voor een persoon ophoudt.")
    stop: StopCondition | None = Field(
        default=None, description="De gebeurtenis waarna over een persoon niets meer gaat, als vaste code."
    )
    consent: Consent | None = Field(
        default=None, description="Per geval: geen gegevens zonder toestemming van de betrokkene."
    )
    mandate: Mandate | None = Field(default=None, description="Alleen op een mandaat dat de burger gaf.")
    pseudonymisation: Pseudonymisation | None = Field(
        default=None, description="Hoe de gegevens gepseudonimiseerd worden; verplicht bij form: pseudonymised."
    )
    started_by: Literal["sender", "receiver", "citizen"] | None = Field(
        default=None, description="Wie de stroom in elk geval op gang brengt."
    )
    event: Slug | None = Field(default=None, description="De gebeurtenis uit ‘events’ waarvan deze stroom een deel is.")
    passes_on: Reference | None = Field(
        default=None,
        description="De overeenkomst waaronder ontvangen werd wat deze stroom doorgeeft: eerst melden, dan delen.",
    )
