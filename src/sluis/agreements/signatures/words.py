"""A judgement on a signed PDF in plain sentences: who signed, when, whether it counts; if not, why and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from sluis.agreements.problems import quoted
from sluis.agreements.signatures.model import SignatureFinding, Validation
from sluis.kernel.outcome import Reason
from sluis.kernel.text import Message, msg

_BRUSSELS = ZoneInfo("Europe/Brussels")


def validation_in_words(validation: Validation) -> Sequence[Message]:
    """Return the sentences for a reader: first the verdict, then each signature, then every reason with its remedy."""
    return tuple(_sentences(validation))


def _sentences(validation: Validation) -> Iterator[Message]:
    if validation.is_valid:
        yield msg("Het document is in orde: het is ongewijzigd en elke handtekening telt.")
    else:
        yield msg("Het document telt niet als ondertekend.")
    if validation.text_hash:
        yield msg("De tekst in het document heeft vingerafdruk {hash}.", hash=validation.text_hash)
    for reason in validation.document_reasons:
        yield _why(reason)
    for found in validation.signatures:
        yield from _signature(found)


def _signature(found: SignatureFinding) -> Iterator[Message]:
    who = (
        msg("{name}, {function}", name=found.signer, function=found.function)
        if found.function
        else quoted(found.signer)
    )
    when = f"{(found.claimed_at or found.proven_at).astimezone(_BRUSSELS):%Y-%m-%d %H:%M}"
    if found.parties:
        yield msg("{who} ondertekende op {when} voor {parties}.", who=who, when=when, parties=", ".join(found.parties))
    else:
        yield msg("{who} ondertekende op {when}.", who=who, when=when)
    if found.is_time_stamped:
        yield msg("Een derde bevestigt dat tijdstip met een tijdstempel.")
    if found.is_valid:
        yield msg("Deze handtekening is echt, geldt voor het hele document en komt van een vertrouwd certificaat.")
    for reason in found.reasons:
        yield _why(reason)


def _why(reason: Reason) -> Message:
    return msg("{what} ({clause}) {remedy}", what=reason.what, clause=str(reason.clause), remedy=reason.remedy)
