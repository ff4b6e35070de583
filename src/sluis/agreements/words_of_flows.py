"""The flows of data in words: purposes, grounds, who to whom, items, limits, rhythm and further recipients."""

from __future__ import annotations

from collections.abc import Iterator

from sluis.agreements.legs import Item, Leg, LegDeadline, Retention
from sluis.agreements.phrases import (
    ANCHORS,
    FORMS,
    KINDS,
    SPECIAL,
    STARTERS,
    deadline,
    joined,
    period,
    quantity,
)
from sluis.agreements.problems import quoted
from sluis.agreements.wording import (
    Block,
    Bullets,
    Paragraph,
    Reader,
    Table,
    paragraphs,
    rhythm,
    scope_of,
    validity_of,
)
from sluis.agreements.words_of_terms import terms_of
from sluis.kernel.text import Message, msg


def purposes(reader: Reader) -> Iterator[Block]:
    """Yield what the data are for and why that fits."""
    for purpose in reader.agreement.purposes:
        yield Paragraph(quoted(purpose.text.in_language(reader.language)))
        yield Paragraph(msg("Oorspronkelijk verzameld voor: {words}", words=purpose.original_collection))
        yield Paragraph(msg("Waarom dat samengaat: {words}", words=purpose.compatibility))
        if purpose.safeguards:
            yield Paragraph(msg("Waarborgen voor statistiek en onderzoek:"))
            yield Bullets(tuple(quoted(found.text) for found in purpose.safeguards))


def grounds(reader: Reader) -> Iterator[Block]:
    """Yield the legal grounds as a table."""
    rows = tuple(
        (
            quoted(ground.instrument),
            quoted(ground.article) if ground.article else msg("niet genoemd"),
            quoted(", ".join(ground.gdpr)),
            msg("{words} {validity}", words=ground.text, validity=validity_of(ground)),
        )
        for ground in reader.agreement.legal_grounds
    )
    yield Table(msg("De rechtsgronden"), (msg("Tekst"), msg("Artikel"), msg("AVG"), msg("Wat het inhoudt")), rows)
    yield Paragraph(quoted(reader.agreement.special_categories))


def legs(reader: Reader) -> Iterator[Block]:
    """Yield each flow: who, about whom, which items and within which limits."""
    for name, leg in reader.agreement.legs.items():
        yield Paragraph(
            msg(
                "{kind} ({name}): van {senders} aan {receivers}.",
                kind=KINDS[leg.kind],
                name=name,
                senders=reader.names(leg.senders),
                receivers=reader.names(leg.receivers),
            )
        )
        yield Paragraph(quoted(leg.text))
        yield Paragraph(msg("Over wie: {scope}", scope=scope_of(leg.subjects)))
        yield from paragraphs(*(other.text for other in leg.subjects.related))
        yield from terms_of(reader, leg)
        yield _items(reader, leg)
        yield from _limits(reader, leg)
    for contact in reader.agreement.contacts:
        step = contact.second_step
        yield Paragraph(
            msg(
                "{by} schrijft namens {others} aan {to}: {message} {then}",
                by=reader.name(contact.by),
                to=contact.to,
                others=reader.names(contact.on_behalf_of),
                message=contact.message,
                then=contact.then,
            )
        )
        if step:
            yield Paragraph(
                msg("Daarna beslist de burger, bij {party}: {words}", party=reader.name(step.to), words=step.text)
            )
            if step.letter_is_form:
                yield Paragraph(msg("De brief zelf is het aanvraagformulier."))


def _limits(reader: Reader, leg: Leg) -> Iterator[Block]:
    limits: list[Message] = []
    if leg.form != "identified":
        limits.append(FORMS[leg.form])
    if leg.facts_from:
        limits.append(msg("Alleen feiten vanaf {day} tellen.", day=leg.facts_from.isoformat()))
    if leg.pickup_days:
        limits.append(msg("Een bestand dat na {days} dagen niet opgehaald is, wordt vernietigd.", days=leg.pickup_days))
    limits += [found for term in leg.deadlines for found in _deadline(term)]
    if leg.stops_when:
        limits.append(msg("De stroom houdt op: {words}", words=leg.stops_when))
    if leg.stop:
        limits.append(msg("De stroom houdt op: {words}", words=leg.stop.text))
    if leg.started_by:
        limits.append(STARTERS[leg.started_by])
    limits.append(msg("Wie mag handelen: {roles}.", roles=", ".join(leg.roles)))
    yield Bullets(tuple(limits))


def _items(reader: Reader, leg: Leg) -> Table:
    rows = tuple(
        (_label(reader, item), quoted(item.justification), _retention(reader, item.retention)) for item in leg.items
    )
    return Table(msg("De gegevens"), (msg("Gegeven"), msg("Waarom het nodig is"), msg("Hoe lang")), rows)


def _label(reader: Reader, item: Item) -> Message:
    parts = [quoted(item.label.in_language(reader.language))]
    if item.special_category != "none":
        parts.append(SPECIAL[item.special_category])
    if item.only_when:
        parts.append(msg("alleen: {words}", words=item.only_when))
    if item.quantity:
        parts.append(quantity(item.quantity))
    if item.owner:
        parts.append(msg("beheerd door {party}", party=reader.name(item.owner)))
    return joined(parts)


def _retention(reader: Reader, retention: Retention) -> Message:
    parts = [quoted(retention.text)]
    if retention.period:
        parts.append(msg("Duur: {period}.", period=period(retention.period)))
    if retention.at_most_days is not None:
        parts.append(msg("Ten hoogste {days} dagen.", days=retention.at_most_days))
    parts.append(msg("Te rekenen vanaf: {event}.", event=retention.event or ANCHORS[retention.anchor]))
    if retention.holder:
        parts.append(msg("Bewaard door {party}.", party=reader.name(retention.holder)))
    if retention.reason:
        parts.append(quoted(retention.reason))
    return joined(parts, between=" ")


def recipients(reader: Reader) -> Iterator[Block]:
    """Yield who else gets the data, and after which notice."""
    if reader.agreement.recipients:
        yield Bullets(tuple(quoted(text) for text in reader.agreement.recipients))
    yield Paragraph(quoted(reader.agreement.onward_rule))
    for onward in reader.agreement.onward:
        yield Paragraph(
            msg(
                "Verder aan {recipient}: {purpose} Grond: {ground}. Melding: {notice}",
                recipient=onward.recipient,
                purpose=onward.purpose,
                ground=onward.own_protocol or "…",
                notice=onward.notice or "…",
            )
        )
        if onward.notice_by and onward.notice_to:
            yield Paragraph(
                msg(
                    "{party} meldt dit vooraf aan {others}.",
                    party=reader.names(onward.notice_by),
                    others=reader.names(onward.notice_to),
                )
            )


def rhythms(reader: Reader) -> Iterator[Block]:
    """Yield how often and how long."""
    rows = tuple(
        (quoted(name), rhythm(leg.periodicity), _why_that_often(reader, leg))
        for name, leg in reader.agreement.legs.items()
    )
    if rows:
        yield Table(msg("Hoe vaak"), (msg("Stroom"), msg("Ritme"), msg("Waarom")), rows)
    yield Paragraph(msg("Duur: {words}", words=reader.agreement.term.reason))
    if reader.agreement.term.at_most:
        yield Paragraph(msg("Ten hoogste {period}.", period=period(reader.agreement.term.at_most)))


def _why_that_often(reader: Reader, leg: Leg) -> Message:
    reason, chooser = quoted(leg.periodicity.reason), leg.periodicity.chosen_by
    if chooser is None:
        return reason
    return joined((reason, msg("{party} kiest het ritme.", party=reader.name(chooser))), between=" ")


def _deadline(term: LegDeadline) -> Iterator[Message]:
    yield msg("{words} Termijn: {term}.", words=term.text, term=deadline(term.within))
    if term.by:
        yield msg("Wie handelt: {words}", words=term.by)
    if term.counts_from:
        yield msg("Te rekenen vanaf: {event}.", event=term.counts_from)
    if term.otherwise:
        yield msg("Na die termijn: {words}", words=term.otherwise)
