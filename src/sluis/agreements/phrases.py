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
ANCHORS: Mapping[str, Message] = {
    "receipt": msg("de ontvangst"),
    "delivery": msg("de levering"),
    "decision": msg("de beslissing"),
    "payment": msg("de betaling"),
    "purpose-reached": msg("het doel is bereikt"),
    "role-ends": msg("het einde van de rol van de betrokkene"),
    "case-closes": msg("het afsluiten van het dossier"),
    "agreement-ends": msg("het einde van de overeenkomst"),
    "other-event": msg("een andere gebeurtenis"),
}
FORMS: Mapping[str, Message] = {
    "pseudonymised": msg("De gegevens worden gepseudonimiseerd."),
    "anonymous": msg("De gegevens worden geanonimiseerd."),
}
GROUND_STATES: Mapping[str, Message] = {
    "in-force": msg("van kracht"),
    "draft": msg("nog een ontwerp"),
    "repealed": msg("opgeheven"),
}
SPECIAL: Mapping[str, Message] = {
    "article-9": msg("bijzondere categorie (artikel 9 AVG)"),
    "article-10": msg("strafrechtelijk gegeven (artikel 10 AVG)"),
}
PARTY_KINDS: Mapping[str, Message] = {
    "agency": msg("agentschappen"),
    "department": msg("departementen"),
    "municipality": msg("gemeenten"),
    "ocmw": msg("OCMW's"),
    "province": msg("provincies"),
    "hospital": msg("ziekenhuizen"),
    "provider": msg("zorgaanbieders"),
    "research": msg("onderzoeksinstellingen"),
    "federal": msg("federale overheden"),
    "private": msg("private instellingen"),
    "other": msg("andere instellingen"),
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


def joined(parts: Iterable[Message], *, between: str = ", ") -> Message:
    """Return the parts in a row, each still translatable."""
    listed = list(parts)
    text = between.join(f"{{part{number}}}" for number in range(len(listed)))
    return Message(text, tuple((f"part{number}", part) for number, part in enumerate(listed)))
