"""What must hold in each case before a flow runs, in words: consent, mandate, pseudonyms, and a shared event."""

from __future__ import annotations

from collections.abc import Iterator

from sluis.agreements.leg_terms import Consent, Mandate, Pseudonymisation
from sluis.agreements.legs import Leg
from sluis.agreements.phrases import period
from sluis.agreements.problems import quoted
from sluis.agreements.wording import Block, Bullets, Paragraph, Reader
from sluis.kernel.text import msg


def terms_of(reader: Reader, leg: Leg) -> Iterator[Block]:
    """Yield the terms of a leg that hold per case or per person."""
    if leg.subjects.when_unsure:
        yield Paragraph(msg("Bij twijfel over wie het is: {words}", words=leg.subjects.when_unsure))
    if leg.consent:
        yield from _consent(reader, leg.consent)
    if leg.mandate:
        yield from _mandate(leg.mandate)
    if leg.pseudonymisation:
        yield from _pseudonymisation(leg.pseudonymisation)
    for event in reader.agreement.events or ():
        if event.code == leg.event:
            yield Paragraph(msg("Deze stroom is een deel van: {words}", words=event.text))
    if leg.passes_on:
        note = leg.passes_on.note or leg.passes_on.agreement
        yield Paragraph(msg("Deze stroom geeft door wat ontvangen werd onder: {words}", words=note))


def _consent(reader: Reader, consent: Consent) -> Iterator[Block]:
    yield Paragraph(msg("Alleen met toestemming in elk geval: {words}", words=consent.text))
    yield Paragraph(msg("De betrokkene wordt vooraf geïnformeerd over:"))
    yield Bullets(tuple(quoted(topic) for topic in consent.informed_about))
    yield Paragraph(msg("{party} legt de informatie en de toestemming vast.", party=reader.name(consent.recorded_by)))
    if consent.withdrawal:
        yield Paragraph(msg("Intrekken: {words}", words=consent.withdrawal))


def _mandate(mandate: Mandate) -> Iterator[Block]:
    yield Paragraph(msg("Alleen met een mandaat aan {whom}: {words}", whom=mandate.to, words=mandate.text))
    yield Paragraph(msg("Hoe het mandaat blijkt: {words}", words=mandate.shown_by))
    if mandate.at_most:
        yield Paragraph(msg("Ten hoogste {period}.", period=period(mandate.at_most)))
    if mandate.withdrawal:
        yield Paragraph(msg("Intrekken: {words}", words=mandate.withdrawal))


def _pseudonymisation(made: Pseudonymisation) -> Iterator[Block]:
    yield Paragraph(msg("{by} pseudonimiseert: {words}", by=made.by, words=made.method))
    if made.key_holder:
        yield Paragraph(msg("De sleutel wordt bewaard door: {words}", words=made.key_holder))
