"""An agreement in readable words: headings, paragraphs, lists and tables as plain values.

A page, a terminal and later a PDF render the same values. Fixed phrases are messages that the edge translates; what the
parties wrote themselves is quoted as it stands, in the reader's language where the text has a reading version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sluis.agreements.legs import Item, Leg, Retention
from sluis.agreements.model import Agreement
from sluis.agreements.parties import Party
from sluis.agreements.phrases import (
    ANCHORS,
    CAPACITIES,
    CHANNELS,
    FORMS,
    INSTRUMENTS,
    KINDS,
    PARTY_KINDS,
    SPECIAL,
    deadline,
    joined,
    period,
)
from sluis.agreements.problems import quoted
from sluis.agreements.text import hash_of
from sluis.agreements.wording import (
    Block,
    Bullets,
    Paragraph,
    Table,
    contact_line,
    numbers_of,
    paragraphs,
    processors_of,
    rhythm,
    scope_of,
    validity_of,
    verdict_of,
    with_date,
)
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
    writer = _Writer(agreement, language)
    return Reading(
        title=quoted(agreement.title.in_language(language)),
        instrument=INSTRUMENTS[agreement.instrument],
        text_hash=hash_of(agreement),
        sections=tuple(section for section in writer.sections() if section.blocks),
    )


class _Writer:
    def __init__(self, agreement: Agreement, language: str) -> None:
        self.agreement = agreement
        self.language = language

    def sections(self) -> Iterator[Section]:
        text = self.agreement
        yield Section("summary", None, msg("In het kort"), tuple(self._summary()))
        yield Section("parties", None, msg("De partijen"), tuple(self._parties()))
        yield Section("preamble", None, msg("Waarom dit protocol"), paragraphs(*text.preamble))
        yield Section("purposes", 1, msg("Onderwerp en doeleinden"), tuple(self._purposes()))
        yield Section("legal-grounds", 2, msg("Rechtsgronden"), tuple(self._grounds()))
        yield Section("items", 3, msg("Welke gegevens, waarom en hoe lang"), tuple(self._legs()))
        yield Section("recipients", 4, msg("Wie de gegevens krijgt"), tuple(self._recipients()))
        yield Section("term", 5, msg("Hoe vaak en hoe lang"), tuple(self._rhythm()))
        yield Section("security", 6, msg("Beveiliging en kanalen"), tuple(self._security()))
        yield Section("quality", 7, msg("Kwaliteit van de gegevens"), tuple(self._quality()))
        yield Section("sanction", 8, msg("Als een partij zich niet aan de afspraken houdt"), paragraphs(text.sanction))
        yield Section("notices", 9, msg("Meldingen"), tuple(self._notices()))
        yield Section(
            "law",
            10,
            msg("Toepasselijk recht en geschillen"),
            (
                *paragraphs(text.law.applicable, text.law.disputes),
                Paragraph(msg("Bevoegd: {court}.", court=text.law.court)),
            ),
        )
        yield Section("end", 11, msg("Inwerkingtreding, opzegging en einde"), tuple(self._end()))
        yield Section("rights", 12, msg("Rechten van de betrokkenen"), tuple(self._rights()))
        yield Section("publication", 13, msg("Bekendmaking en adviezen"), tuple(self._publication()))
        yield Section("duties", 14, msg("Voorwaarden en verbintenissen"), tuple(self._duties()))
        yield Section("open", None, msg("Wat nog niet vaststaat"), tuple(self._open()))

    def _summary(self) -> Iterator[Block]:
        text = self.agreement
        if text.summary:
            yield Paragraph(quoted(text.summary.in_language(self.language)))
        yield Paragraph(msg("Gesloten op grond van: {words}.", words=text.concluded_under))
        for reference, phrase in (
            (text.template, msg("Invulling van de standaardovereenkomst")),
            (text.framework, msg("Toetreding tot het kaderprotocol")),
            (text.supersedes, msg("Vervangt de overeenkomst")),
        ):
            if reference is not None:
                words = ", ".join(part for part in (reference.agreement, reference.text_hash, reference.note) if part)
                yield Paragraph(msg("{what}: {words}", what=phrase, words=words))

    def _parties(self) -> Iterator[Block]:
        rows = tuple(
            (
                self._name(party.id),
                joined(CAPACITIES[capacity] for capacity in party.capacities),
                quoted(numbers_of(party)),
                quoted(contact_line(party.dpo)),
            )
            for party in self.agreement.parties
        )
        head = (msg("Partij"), msg("Rol"), msg("Nummers"), msg("Functionaris voor gegevensbescherming"))
        yield Table(msg("De partijen van deze overeenkomst"), head, rows)
        for party in self.agreement.parties:
            yield from self._own_words(party)
            yield from self._organisation(party)
        signing = tuple(
            msg(
                "{name}, {function}, voor {parties}",
                name=signatory.name or msg("nog in te vullen"),
                function=signatory.function or msg("nog in te vullen"),
                parties=self._names(signatory.signs_for),
            )
            for signatory in self.agreement.signatories
        )
        if signing:
            yield Paragraph(msg("Wie ondertekent:"))
            yield Bullets(signing)

    def _organisation(self, party: Party) -> Iterator[Block]:
        """Yield how the party is organised for this: place, security, register, processors."""
        name = self._name(party.id)
        facts: list[Message] = []
        if party.class_of:
            facts.append(msg("Alle instellingen van deze soort: {kind}.", kind=PARTY_KINDS[party.class_of]))
        if party.members:
            facts.append(msg("Instellingen: {names}.", names=", ".join(party.members)))
        if not party.controller:
            facts.append(msg("Deze partij is geen verwerkingsverantwoordelijke."))
        facts += [quoted(place) for place in (party.address, party.region) if place]
        if party.security_plan:
            facts.append(
                msg(
                    "Veiligheidsplan: {words}",
                    words=with_date(party.security_plan.text, party.security_plan.approved_on),
                )
            )
        facts += [
            msg(
                "Beoordeling van de veiligheid door {who} op {day}: {words}",
                who=found.by,
                day=found.date,
                words=found.outcome,
            )
            for found in party.security_evaluations
        ]
        if party.processing_register:
            facts.append(msg("Register van verwerkingen: {words}", words=party.processing_register))
        if party.processors is not None:
            facts += processors_of(party.processors)
        if facts:
            yield Paragraph(msg("Over {party}:", party=name))
            yield Bullets(tuple(facts))

    def _own_words(self, party: Party) -> Iterator[Block]:
        name = self._name(party.id)
        tasks = tuple(msg("{words} ({source})", words=task.text, source=task.source) for task in party.tasks)
        if tasks:
            yield Paragraph(msg("Taken van {party}:", party=name))
            yield Bullets(tasks)
        if party.own_use:
            yield Paragraph(msg("Gebruik door {party}: {words}", party=name, words=party.own_use))
        if party.financial_scenario:
            yield Paragraph(msg("Financieel scenario: {words}", words=party.financial_scenario))
        if party.decision:
            decision = party.decision
            yield Paragraph(
                msg(
                    "Beslissing van {authority} van {day}: {subject}",
                    authority=decision.authority,
                    day=decision.date.isoformat(),
                    subject=decision.subject,
                )
            )
            if decision.reference:
                yield Paragraph(msg("Vindplaats: {words}", words=decision.reference))

    def _purposes(self) -> Iterator[Block]:
        for purpose in self.agreement.purposes:
            yield Paragraph(quoted(purpose.text.in_language(self.language)))
            yield Paragraph(msg("Oorspronkelijk verzameld voor: {words}", words=purpose.original_collection))
            yield Paragraph(msg("Waarom dat samengaat: {words}", words=purpose.compatibility))

    def _grounds(self) -> Iterator[Block]:
        rows = tuple(
            (
                quoted(ground.instrument),
                quoted(ground.article) if ground.article else msg("niet genoemd"),
                quoted(", ".join(ground.gdpr)),
                msg("{words} {validity}", words=ground.text, validity=validity_of(ground)),
            )
            for ground in self.agreement.legal_grounds
        )
        yield Table(msg("De rechtsgronden"), (msg("Tekst"), msg("Artikel"), msg("AVG"), msg("Wat het inhoudt")), rows)
        yield Paragraph(quoted(self.agreement.special_categories))

    def _legs(self) -> Iterator[Block]:
        for name, leg in self.agreement.legs.items():
            yield Paragraph(
                msg(
                    "{kind} ({name}): van {senders} aan {receivers}.",
                    kind=KINDS[leg.kind],
                    name=name,
                    senders=self._names(leg.senders),
                    receivers=self._names(leg.receivers),
                )
            )
            yield Paragraph(quoted(leg.text))
            yield Paragraph(msg("Over wie: {scope}", scope=scope_of(leg.subjects)))
            yield from paragraphs(*(other.text for other in leg.subjects.related))
            yield self._items(leg)
            yield from self._limits(leg)
        for contact in self.agreement.contacts:
            yield Paragraph(
                msg(
                    "{by} schrijft namens {others} aan {to}: {message} {then}",
                    by=self._name(contact.by),
                    to=contact.to,
                    others=self._names(contact.on_behalf_of),
                    message=contact.message,
                    then=contact.then,
                )
            )

    def _limits(self, leg: Leg) -> Iterator[Block]:
        limits: list[Message] = []
        if leg.form != "identified":
            limits.append(FORMS[leg.form])
        if leg.facts_from:
            limits.append(msg("Alleen feiten vanaf {day} tellen.", day=leg.facts_from.isoformat()))
        if leg.pickup_days:
            limits.append(
                msg("Een bestand dat na {days} dagen niet opgehaald is, wordt vernietigd.", days=leg.pickup_days)
            )
        limits += [
            msg("{words} Termijn: {term}.", words=term.text, term=deadline(term.within)) for term in leg.deadlines
        ]
        if leg.stops_when:
            limits.append(msg("De stroom houdt op: {words}", words=leg.stops_when))
        limits.append(msg("Wie mag handelen: {roles}.", roles=", ".join(leg.roles)))
        yield Bullets(tuple(limits))

    def _items(self, leg: Leg) -> Table:
        rows = tuple(
            (self._label(item), quoted(item.justification), self._retention(item.retention)) for item in leg.items
        )
        return Table(msg("De gegevens"), (msg("Gegeven"), msg("Waarom het nodig is"), msg("Hoe lang")), rows)

    def _label(self, item: Item) -> Message:
        parts = [quoted(item.label.in_language(self.language))]
        if item.special_category != "none":
            parts.append(SPECIAL[item.special_category])
        if item.only_when:
            parts.append(msg("alleen: {words}", words=item.only_when))
        if item.owner:
            parts.append(msg("beheerd door {party}", party=self._name(item.owner)))
        return joined(parts)

    def _retention(self, retention: Retention) -> Message:
        parts = [quoted(retention.text)]
        if retention.period:
            parts.append(msg("Duur: {period}.", period=period(retention.period)))
        if retention.at_most_days is not None:
            parts.append(msg("Ten hoogste {days} dagen.", days=retention.at_most_days))
        parts.append(msg("Te rekenen vanaf: {event}.", event=retention.event or ANCHORS[retention.anchor]))
        if retention.holder:
            parts.append(msg("Bewaard door {party}.", party=self._name(retention.holder)))
        if retention.reason:
            parts.append(quoted(retention.reason))
        return joined(parts, between=" ")

    def _recipients(self) -> Iterator[Block]:
        if self.agreement.recipients:
            yield Bullets(tuple(quoted(text) for text in self.agreement.recipients))
        yield Paragraph(quoted(self.agreement.onward_rule))
        for onward in self.agreement.onward:
            yield Paragraph(
                msg(
                    "Verder aan {recipient}: {purpose} Grond: {ground}. Melding: {notice}",
                    recipient=onward.recipient,
                    purpose=onward.purpose,
                    ground=onward.own_protocol or "…",
                    notice=onward.notice or "…",
                )
            )

    def _rhythm(self) -> Iterator[Block]:
        rows = tuple(
            (quoted(name), rhythm(leg.periodicity), quoted(leg.periodicity.reason))
            for name, leg in self.agreement.legs.items()
        )
        if rows:
            yield Table(msg("Hoe vaak"), (msg("Stroom"), msg("Ritme"), msg("Waarom")), rows)
        yield Paragraph(msg("Duur: {words}", words=self.agreement.term.reason))
        if self.agreement.term.at_most:
            yield Paragraph(msg("Ten hoogste {period}.", period=period(self.agreement.term.at_most)))

    def _security(self) -> Iterator[Block]:
        security = self.agreement.security
        for name, leg in self.agreement.legs.items():
            channels = joined(CHANNELS[channel] for channel in leg.channels)
            yield Paragraph(msg("Kanalen voor {leg}: {channels}.", leg=name, channels=channels))
        yield Bullets(tuple(quoted(measure.text) for measure in security.measures))
        yield from paragraphs(security.access, security.encryption, security.logging)
        yield from paragraphs(*([security.backup] if security.backup else []))
        yield from paragraphs(security.at_receiver, security.proof, security.processors)

    def _quality(self) -> Iterator[Block]:
        quality = self.agreement.quality
        yield Paragraph(quoted(quality.report))
        yield Paragraph(
            msg(
                "Verbetering binnen {correct}; antwoord aan de melder binnen {feedback}.",
                correct=deadline(quality.correct_within),
                feedback=deadline(quality.feedback_within),
            )
        )

    def _notices(self) -> Iterator[Block]:
        breach, change = self.agreement.breach_notice, self.agreement.change_notice
        yield Paragraph(quoted(breach.text))
        if breach.within:
            yield Paragraph(msg("Uiterlijk binnen {term}.", term=deadline(breach.within)))
        yield Paragraph(quoted(change.text))
        if change.to:
            yield Paragraph(msg("Te melden aan: {parties}.", parties=self._names(change.to)))

    def _end(self) -> Iterator[Block]:
        term = self.agreement.term
        first = term.in_force_from.isoformat() if term.in_force_from else msg("een dag die nog ingevuld wordt")
        yield Paragraph(msg("Van kracht vanaf {day}.", day=first))
        if term.kind == "indefinite":
            yield Paragraph(msg("Gesloten voor onbepaalde duur."))
        else:
            last = term.until.isoformat() if term.until else msg("een dag die nog ingevuld wordt")
            yield Paragraph(msg("Van kracht tot en met {day}.", day=last))
        yield Paragraph(msg("Opzegtermijn: {period}.", period=period(term.notice_period)))
        yield Paragraph(quoted(term.automatic_end))

    def _rights(self) -> Iterator[Block]:
        rights = self.agreement.rights
        yield Paragraph(quoted(rights.text))
        yield from paragraphs(*rights.restrictions)
        yield Paragraph(msg("Een klacht kan bij: {supervisor}.", supervisor=rights.supervisor))
        for party in self.agreement.parties:
            if party.citizen_information:
                yield Paragraph(
                    msg("{party} informeert: {words}", party=self._name(party.id), words=party.citizen_information)
                )

    def _publication(self) -> Iterator[Block]:
        yield Bullets(
            tuple(
                msg(
                    "{party}: {where} {day}",
                    party=self._name(place.by),
                    where=place.where,
                    day=place.date.isoformat() if place.date else "",
                )
                for place in self.agreement.publication
            )
        )
        rows = tuple(
            (self._name(advice.party), quoted(advice.by), quoted(advice.date.isoformat()), verdict_of(advice))
            for advice in self.agreement.advices
        )
        if rows:
            head = (msg("Partij"), msg("Wie"), msg("Datum"), msg("Advies"))
            yield Table(msg("Adviezen van de functionarissen"), head, rows)
        else:
            yield Paragraph(msg("Er is nog geen advies van een functionaris."))

    def _duties(self) -> Iterator[Block]:
        for name, leg in self.agreement.legs.items():
            if leg.conditions:
                yield Paragraph(msg("Voor {leg} gebruikt mag worden:", leg=name))
                yield Bullets(tuple(quoted(condition.text) for condition in leg.conditions))
        if self.agreement.duties:
            yield Paragraph(msg("Daarnaast verbindt elke partij zich tot wat hier bij haar staat."))
            yield Bullets(
                tuple(
                    msg("{party}: {words}", party=self._name(duty.party), words=duty.text)
                    for duty in self.agreement.duties
                )
            )

        if self.agreement.documents:
            yield Paragraph(msg("Bijlagen:"))
            yield Bullets(tuple(quoted(document.title) for document in self.agreement.documents))
        if self.agreement.costs:
            yield Paragraph(msg("Kosten: {words}", words=self.agreement.costs))

    def _open(self) -> Iterator[Block]:
        if self.agreement.open_points:
            yield Bullets(
                tuple(
                    msg("{words} (na te gaan door {who})", words=point.text, who=point.who)
                    for point in self.agreement.open_points
                )
            )

    def _name(self, party_id: str) -> Message:
        party = self.agreement.party(party_id)
        return quoted(party.name) if party and party.name else msg("{party} (nog in te vullen)", party=party_id)

    def _names(self, party_ids: tuple[str, ...]) -> Message:
        return joined(self._name(party_id) for party_id in party_ids)
