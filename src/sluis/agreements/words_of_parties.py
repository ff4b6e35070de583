"""The parties in words: who they are, how they are organised, who joined and who signs."""

from __future__ import annotations

from collections.abc import Iterator

from sluis.agreements.parties import Party
from sluis.agreements.phrases import CAPACITIES, JURISDICTIONS, PARTY_KINDS, joined
from sluis.agreements.problems import quoted
from sluis.agreements.wording import (
    Block,
    Bullets,
    Paragraph,
    Reader,
    Table,
    contact_line,
    numbers_of,
    on_day,
    paragraphs,
    processors_of,
    with_date,
)
from sluis.kernel.text import Message, msg


def parties(reader: Reader) -> Iterator[Block]:
    """Yield who the parties are, how each is organised, and who signs."""
    rows = tuple(
        (
            reader.name(party.id),
            joined(CAPACITIES[capacity] for capacity in party.capacities),
            quoted(numbers_of(party)),
            quoted(contact_line(party.dpo)),
        )
        for party in reader.agreement.parties
    )
    head = (msg("Partij"), msg("Rol"), msg("Nummers"), msg("Functionaris voor gegevensbescherming"))
    yield Table(msg("De partijen van deze overeenkomst"), head, rows)
    for party in reader.agreement.parties:
        yield from _own_words(reader, party)
        yield from _organisation(reader, party)
        yield from _listed(reader, party)
    signing = tuple(
        msg(
            "{name}, {function}, voor {parties}",
            name=signatory.name or msg("nog in te vullen"),
            function=signatory.function or msg("nog in te vullen"),
            parties=reader.names(signatory.signs_for),
        )
        for signatory in reader.agreement.signatories
    )
    if signing:
        yield Paragraph(msg("Wie ondertekent:"))
        yield Bullets(signing)


def _organisation(reader: Reader, party: Party) -> Iterator[Block]:
    """Yield how the party is organised for this: place, security, register, processors."""
    name = reader.name(party.id)
    facts: list[Message] = []
    if party.class_of:
        facts.append(msg("Alle instellingen van deze soort: {kind}.", kind=PARTY_KINDS[party.class_of]))
    if party.members:
        facts.append(msg("Instellingen: {names}.", names=", ".join(party.members)))
    if not party.controller:
        facts.append(msg("Deze partij is geen verwerkingsverantwoordelijke."))
    facts += [quoted(place) for place in (party.address, party.region) if place]
    if party.jurisdiction:
        facts.append(JURISDICTIONS[party.jurisdiction])
    if party.transfer:
        facts.append(
            msg("Doorgifte op grond van {article}: {words}", article=party.transfer.article, words=party.transfer.text)
        )
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


def _own_words(reader: Reader, party: Party) -> Iterator[Block]:
    name = reader.name(party.id)
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


def _listed(reader: Reader, party: Party) -> Iterator[Block]:
    """Yield the published list of a general authorisation."""
    if party.beneficiaries:
        yield Paragraph(
            msg(
                "Lijst van wie onder {party} valt, bekendgemaakt op: {where}",
                party=reader.name(party.id),
                where=party.beneficiaries.published_at,
            )
        )
        yield Bullets(tuple(on_day(found.name or found.body, found.added_on) for found in party.beneficiaries.listed))


def joined_bodies(reader: Reader) -> Iterator[Block]:
    """Yield how bodies join, who did, and who are responsible together."""
    joining, joint = reader.agreement.joining, reader.agreement.joint_control
    if joining:
        kinds = joined(PARTY_KINDS[kind] for kind in joining.kinds)
        yield Paragraph(msg("Kunnen toetreden: {kinds}. {words}", kinds=kinds, words=joining.text))
        yield Paragraph(msg("De toetreder verklaart: {words}", words=joining.statement))
        yield Bullets(
            tuple(
                joined(
                    (
                        on_day(found.name or found.body, found.date),
                        *(quoted(word) for word in (found.signed_by,) if word),
                    )
                )
                for found in joining.statements
            )
        )
    if joint:
        yield Paragraph(
            msg(
                "Gezamenlijk verantwoordelijk: {parties}. {words}",
                parties=reader.names(joint.parties),
                words=joint.arrangement,
            )
        )
        yield from paragraphs(*([joint.contact_point] if joint.contact_point else []))
    for found in reader.agreement.receiver_successions or ():
        yield Paragraph(
            msg(
                "{party} komt in de plaats van {earlier}. {words}",
                party=reader.name(found.by),
                earlier=on_day(found.earlier, found.date),
                words=found.text,
            )
        )
