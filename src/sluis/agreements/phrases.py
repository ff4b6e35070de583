"""Codes of an agreement in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sluis.agreements.vocabulary import Deadline
from sluis.kernel.text import Message, msg

INSTRUMENTS: Mapping[str, Message] = {
    "protocol": msg("protocol"),
    "cooperation-agreement": msg("samenwerkingsovereenkomst"),
    "deliberation": msg("beraadslaging"),
    "authorisation": msg("machtiging"),
    "framework": msg("kaderprotocol"),
    "accession": msg("toetreding tot een kaderprotocol"),
    "regulation": msg("mededeling op grond van regelgeving"),
}
CAPACITIES: Mapping[str, Message] = {
    "sender": msg("deelt mee"),
    "receiver": msg("ontvangt"),
    "requester": msg("vraagt aan"),
    "coordinator": msg("beheert"),
}
KINDS: Mapping[str, Message] = {
    "request": msg("Vraag"),
    "answer": msg("Antwoord"),
    "delivery": msg("Levering"),
}
CHANNELS: Mapping[str, Message] = {
    "web": msg("beveiligde webpagina"),
    "sftp": msg("sftp-server"),
    "encrypted-mail": msg("versleutelde e-mail"),
    "command-line": msg("opdrachtregel"),
    "api": msg("API"),
    "web-service": msg("webservice"),
    "fhir": msg("FHIR-bericht"),
    "hl7": msg("HL7-bericht"),
    "paper": msg("papier"),
}
TERRITORIES: Mapping[str, Message] = {
    "everywhere": msg("overal"),
    "receiver": msg("het grondgebied van de ontvanger"),
    "asker": msg("het grondgebied van de vrager"),
}
VERDICTS: Mapping[str, Message] = {
    "favourable": msg("gunstig"),
    "with-remarks": msg("gunstig met opmerkingen"),
    "unfavourable": msg("ongunstig"),
    "not-stated": msg("niet vermeld"),
}
_UNITS: Mapping[str, Message] = {
    "hours": msg("uur"),
    "days": msg("dagen"),
    "working-days": msg("werkdagen"),
    "months": msg("maanden"),
}
_PERIODS: Mapping[str, Message] = {
    "D": msg("dagen"),
    "W": msg("weken"),
    "M": msg("maanden"),
    "Y": msg("jaar"),
}


def deadline(term: Deadline) -> Message:
    """Return a deadline in words: "5 werkdagen"."""
    return msg("{number} {unit}", number=term.number, unit=_UNITS[term.unit])


def period(written: str) -> Message:
    """Return a period such as P3M in words: "3 maanden"."""
    return msg("{number} {unit}", number=written[1:-1], unit=_PERIODS[written[-1]])


def joined(parts: Iterable[Message]) -> Message:
    """Return the parts with commas between them, each still translatable."""
    listed = list(parts)
    text = ", ".join(f"{{part{number}}}" for number in range(len(listed)))
    return Message(text, tuple((f"part{number}", part) for number, part in enumerate(listed)))
