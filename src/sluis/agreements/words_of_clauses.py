"""The clauses of a text in words: summary, security, quality, notices, end, rights, publication, duties, articles."""

from __future__ import annotations

from collections.abc import Iterator

from sluis.agreements.model import Agreement, Document
from sluis.agreements.phrases import CHANNELS, COSTS, EXTENTS, NEEDED, PARTY_KINDS, TRACES, deadline, joined, period
from sluis.agreements.problems import quoted
from sluis.agreements.wording import Block, Bullets, Paragraph, Reader, Table, paragraphs, verdict_of
from sluis.kernel.text import Message, msg


def summary(reader: Reader) -> Iterator[Block]:
    """Yield what a citizen should know, and what the text rests on and replaces."""
    text = reader.agreement
    if text.summary:
        yield Paragraph(quoted(text.summary.in_language(reader.language)))
    yield Paragraph(msg("Gesloten op grond van: {words}.", words=text.concluded_under))
    yield from _origin(text)
    for reference, phrase in (
        (text.template, msg("Invulling van de standaardovereenkomst")),
        (text.framework, msg("Toetreding tot het kaderprotocol")),
        (text.supersedes, msg("Vervangt de overeenkomst")),
    ):
        if reference is not None:
            words = ", ".join(part for part in (reference.agreement, reference.text_hash, reference.note) if part)
            yield Paragraph(msg("{what}: {words}", what=phrase, words=words))


def security(reader: Reader) -> Iterator[Block]:
    """Yield how the data are protected."""
    security = reader.agreement.security
    for name, leg in reader.agreement.legs.items():
        channels = joined(CHANNELS[channel] for channel in leg.channels)
        yield Paragraph(msg("Kanalen voor {leg}: {channels}.", leg=name, channels=channels))
    yield Bullets(tuple(quoted(measure.text) for measure in security.measures))
    yield from paragraphs(security.access, security.encryption, security.logging)
    if security.key_exchange:
        yield Paragraph(quoted(security.key_exchange.text))
    yield from paragraphs(*([security.backup] if security.backup else []))
    yield from paragraphs(security.at_receiver, security.proof, security.processors)


def quality(reader: Reader) -> Iterator[Block]:
    """Yield what happens when data are wrong."""
    quality = reader.agreement.quality
    yield Paragraph(quoted(quality.report))
    yield Paragraph(
        msg(
            "Verbetering binnen {correct}; antwoord aan de melder binnen {feedback}.",
            correct=deadline(quality.correct_within) if quality.correct_within else "…",
            feedback=deadline(quality.feedback_within) if quality.feedback_within else "…",
        )
    )


def notices(reader: Reader) -> Iterator[Block]:
    """Yield how parties tell each other of breaches and changes."""
    breach, change = reader.agreement.breach_notice, reader.agreement.change_notice
    yield Paragraph(quoted(breach.text))
    if breach.within:
        yield Paragraph(msg("Uiterlijk binnen {term}.", term=deadline(breach.within)))
    yield Paragraph(quoted(change.text))
    if change.to:
        yield Paragraph(msg("Te melden aan: {parties}.", parties=reader.names(change.to)))


def end(reader: Reader) -> Iterator[Block]:
    """Yield when it begins and how it ends."""
    term = reader.agreement.term
    first = term.in_force_from.isoformat() if term.in_force_from else msg("een dag die nog ingevuld wordt")
    yield Paragraph(msg("Van kracht vanaf {day}.", day=first))
    if term.kind == "indefinite":
        yield Paragraph(msg("Gesloten voor onbepaalde duur."))
    elif term.kind == "not-stated":
        yield Paragraph(msg("De duur is niet vermeld."))
    else:
        last = term.until.isoformat() if term.until else msg("een dag die nog ingevuld wordt")
        yield Paragraph(msg("Van kracht tot en met {day}.", day=last))
    notice = period(term.notice_period) if term.notice_period else "…"
    yield Paragraph(msg("Opzegtermijn: {period}.", period=notice))
    yield Paragraph(quoted(term.automatic_end))


def rights(reader: Reader) -> Iterator[Block]:
    """Yield the rights of the persons concerned."""
    rights = reader.agreement.rights
    yield Paragraph(quoted(rights.text))
    yield from paragraphs(*rights.restrictions)
    yield Paragraph(msg("Een klacht kan bij: {supervisor}.", supervisor=rights.supervisor))
    for party in reader.agreement.parties:
        if party.citizen_information:
            yield Paragraph(
                msg("{party} informeert: {words}", party=reader.name(party.id), words=party.citizen_information)
            )


def publication(reader: Reader) -> Iterator[Block]:
    """Yield where it is published and what the officers advised."""
    yield Bullets(
        tuple(
            msg(
                "{party}: {where} {day}",
                party=reader.name(place.by),
                where=place.where,
                day=place.date.isoformat() if place.date else "",
            )
            for place in reader.agreement.publication
        )
    )
    rows = tuple(
        (reader.name(advice.party), quoted(advice.by), quoted(advice.date.isoformat()), verdict_of(advice))
        for advice in reader.agreement.advices
    )
    if rows:
        head = (msg("Partij"), msg("Wie"), msg("Datum"), msg("Advies"))
        yield Table(msg("Adviezen van de functionarissen"), head, rows)
    else:
        yield Paragraph(msg("Er is nog geen advies van een functionaris."))


def duties(reader: Reader) -> Iterator[Block]:
    """Yield conditions, duties, documents and costs."""
    for name, leg in reader.agreement.legs.items():
        if leg.conditions:
            yield Paragraph(msg("Voor {leg} gebruikt mag worden:", leg=name))
            yield Bullets(tuple(quoted(condition.text) for condition in leg.conditions))
    if reader.agreement.duties:
        yield Paragraph(msg("Daarnaast verbindt elke partij zich tot wat hier bij haar staat."))
        yield Bullets(
            tuple(
                msg("{party}: {words}", party=reader.name(duty.party), words=duty.text)
                for duty in reader.agreement.duties
            )
        )

    if reader.agreement.documents:
        yield Paragraph(msg("Bijlagen:"))
        yield Bullets(tuple(_document(document) for document in reader.agreement.documents))
    if reader.agreement.costs:
        yield Paragraph(msg("Kosten: {words}", words=reader.agreement.costs))
    yield from _costs_and_choices(reader)


def open_points(reader: Reader) -> Iterator[Block]:
    """Yield what nobody could settle yet."""
    if reader.agreement.open_points:
        yield Bullets(
            tuple(
                msg("{words} (na te gaan door {who})", words=point.text, who=point.who)
                for point in reader.agreement.open_points
            )
        )


def articles(reader: Reader) -> Iterator[Block]:
    """Yield the articles of a text with a numbering of its own, paragraph by paragraph."""
    for article in reader.agreement.full_text or ():
        yield Paragraph(msg("Artikel {number}: {title}", number=article.number, title=article.title))
        for paragraph in article.paragraphs:
            yield Paragraph(quoted(paragraph.text))
            yield Bullets(
                tuple(
                    joined([TRACES[trace.kind], quoted(trace.at), *(quoted(part) for part in (trace.text,) if part)])
                    for trace in paragraph.kept_by
                )
            )


def _origin(text: Agreement) -> Iterator[Block]:
    facts = [quoted(part) for part in (text.number, text.authority, text.place) if part]
    facts += [quoted(text.dated.isoformat())] if text.dated else []
    if facts:
        yield Paragraph(msg("Opgemaakt: {words}", words=joined(facts)))
    if text.offer:
        kinds = joined(PARTY_KINDS[kind] for kind in text.offer.kinds)
        yield Paragraph(msg("Kunnen toetreden: {kinds}. {words}", kinds=kinds, words=text.offer.text))
    history = tuple(
        msg("{number} van {day}: {words}", number=found.number, day=found.date.isoformat(), words=found.text)
        for found in text.amendments or ()
    )
    if history:
        yield Paragraph(msg("Versies:"))
        yield Bullets(history)
    for overlap in text.overlaps or ():
        words = msg("{arrangement}: {words}", arrangement=overlap.arrangement, words=overlap.text)
        yield Paragraph(msg("Valt samen met {words}", words=words))
        if overlap.leading:
            yield Paragraph(msg("Deze bron gaat voor: {words}", words=overlap.leading))


def sources(reader: Reader) -> Iterator[Block]:
    """Yield the documents from which this rendering was made."""
    found = reader.agreement.sources or ()
    if found:
        yield Bullets(
            tuple(
                joined(
                    [
                        quoted(source.title),
                        EXTENTS[source.extent],
                        *(quoted(part) for part in (source.url, source.note) if part),
                    ]
                )
                for source in found
            )
        )


def _document(document: Document) -> Message:
    parts = [quoted(document.title)]
    if document.media_type:
        parts.append(quoted(document.media_type))
    if document.most_megabytes:
        parts.append(msg("ten hoogste {number} MB", number=document.most_megabytes))
    if document.needed_before:
        parts.append(NEEDED[document.needed_before])
    return joined(parts)


def _costs_and_choices(reader: Reader) -> Iterator[Block]:
    for cost in reader.agreement.cost_terms or ():
        parts = [quoted(cost.text)]
        if cost.payer:
            parts.append(msg("betaald door {party}", party=reader.name(cost.payer)))
        if cost.amount_cents:
            parts.append(msg("{cents} eurocent", cents=cost.amount_cents))
        if cost.per:
            parts.append(COSTS[cost.per])
        yield Paragraph(msg("Kosten: {words}", words=joined(parts)))
    for choice in reader.agreement.choices or ():
        yield Paragraph(
            msg(
                "{party} kiest: {question} {answer}",
                party=reader.name(choice.by),
                question=choice.question.in_language(reader.language),
                answer=choice.answer or "…",
            )
        )
        if choice.options:
            yield Bullets(tuple(quoted(option) for option in choice.options))
