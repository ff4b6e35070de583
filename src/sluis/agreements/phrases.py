"""Codes of an agreement in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sluis.agreements.leg_terms import Quantity
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
    "not-stated": msg("niet vermeld"),
}
TERRITORIES: Mapping[str, Message] = {
    "everywhere": msg("overal"),
    "receiver": msg("het grondgebied van de ontvanger"),
    "asker": msg("het grondgebied van de vrager"),
    "not-stated": msg("niet vermeld"),
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
    "not-stated": msg("niet vermeld"),
}
FORMS: Mapping[str, Message] = {
    "pseudonymised": msg("De gegevens worden gepseudonimiseerd."),
    "anonymous": msg("De gegevens worden geanonimiseerd."),
}
GROUND_STATES: Mapping[str, Message] = {
    "in-force": msg("van kracht"),
    "draft": msg("nog een ontwerp"),
    "repealed": msg("opgeheven"),
    "not-stated": msg("niet vermeld"),
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
JURISDICTIONS: Mapping[str, Message] = {
    "flemish": msg("Vlaamse overheid"),
    "local": msg("lokale overheid"),
    "federal": msg("federale overheid"),
    "brussels": msg("Brusselse overheid"),
    "walloon": msg("Waalse of Franstalige overheid"),
    "german-speaking": msg("Duitstalige Gemeenschap"),
    "eu": msg("in een ander land van de Europese Economische Ruimte"),
    "third-country": msg("buiten de Europese Economische Ruimte"),
}
FREQUENCIES: Mapping[str, Message] = {
    "day": msg("elke dag"),
    "working-day": msg("elke werkdag"),
    "week": msg("elke week"),
    "month": msg("elke maand"),
    "quarter": msg("elk kwartaal"),
    "year": msg("elk jaar"),
}
STARTERS: Mapping[str, Message] = {
    "sender": msg("De zender zet elke uitwisseling in gang."),
    "receiver": msg("De ontvanger zet elke uitwisseling in gang."),
    "citizen": msg("De burger zet elke uitwisseling zelf in gang."),
}
_QUANTITIES: Mapping[str, Message] = {
    "hours": msg("aantal uren"),
    "days": msg("aantal dagen"),
    "cents": msg("bedrag in eurocent"),
    "points": msg("aantal punten"),
    "count": msg("aantal"),
}
_PER: Mapping[str, Message] = {
    "day": msg("per dag"),
    "week": msg("per week"),
    "month": msg("per maand"),
    "year": msg("per jaar"),
    "person": msg("per persoon"),
}
_OVER: Mapping[str, Message] = {
    "previous-week": msg("over de vorige week"),
    "previous-month": msg("over de vorige maand"),
    "previous-quarter": msg("over het vorige kwartaal"),
    "previous-year": msg("over het vorige jaar"),
    "agreed-period": msg("over de afgesproken periode"),
}
COSTS: Mapping[str, Message] = {
    "once": msg("eenmalig"),
    "year": msg("per jaar"),
    "exchange": msg("per uitwisseling"),
    "letter": msg("per brief"),
    "person": msg("per persoon"),
}
NEEDED: Mapping[str, Message] = {
    "signature": msg("nodig voor de ondertekening"),
    "first-exchange": msg("nodig voor de eerste uitwisseling"),
    "each-exchange": msg("nodig voor elke uitwisseling"),
}
EXTENTS: Mapping[str, Message] = {
    "full": msg("helemaal gelezen"),
    "partial": msg("gedeeltelijk gelezen"),
    "opening": msg("alleen het begin gelezen"),
    "list": msg("alleen vermeld in een lijst"),
}
TRACES: Mapping[str, Message] = {
    "field": msg("gehouden door het veld"),
    "check": msg("nagegaan door de controle"),
    "page": msg("te vinden op"),
    "test": msg("bewezen door de test"),
    "people": msg("gedaan door mensen"),
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
    length = msg("{number} {unit}", number=term.number, unit=_UNITS[term.unit])
    return msg("{length} of de eerstvolgende werkdag", length=length) if term.or_next_working_day else length


def quantity(counted: Quantity) -> Message:
    """Return what a number counts: "aantal uren per dag over de vorige maand"."""
    return joined((_QUANTITIES[counted.unit], _PER[counted.per], _OVER[counted.over]), between=" ")


def period(written: str) -> Message:
    """Return a period such as P3M in words: "3 maanden"."""
    return msg("{number} {unit}", number=written[1:-1], unit=_PERIODS[written[-1]])


def joined(parts: Iterable[Message], *, between: str = ", ") -> Message:
    """Return the parts in a row, each still translatable."""
    listed = list(parts)
    text = between.join(f"{{part{number}}}" for number in range(len(listed)))
    return Message(text, tuple((f"part{number}", part) for number, part in enumerate(listed)))
