"""Addresses and codes of FHIR as the Belgian core guide and HL7 write them, and our own beside them.

Source: hl7-be/core 2.1.2 (FHIR 4.0.1), HL7 FHIR R4. Our own canonical base names nobody's server: it is an identifier.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sluis.births.model import Absence, Kind

BASE: Final = "urn:sluis:fhir"
"""What our own profiles are called; they are served below `/fhir/`, whatever address that has."""

SSIN: Final = "https://www.ehealth.fgov.be/standards/fhir/core/NamingSystem/ssin"
SSIN_OID: Final = "urn:oid:2.16.840.1.113883.3.6777.5.1"
CBE: Final = "https://www.ehealth.fgov.be/standards/fhir/core/NamingSystem/cbe"
NIHDI: Final = "https://www.ehealth.fgov.be/standards/fhir/core/NamingSystem/nihdi-organization"
BE_PATIENT: Final = "https://www.ehealth.fgov.be/standards/fhir/core/StructureDefinition/be-patient"
BE_ADDRESS: Final = "https://www.ehealth.fgov.be/standards/fhir/core/StructureDefinition/be-address"

ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
STREET: Final = "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-streetName"
HOUSE_NUMBER: Final = "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-houseNumber"
POST_BOX: Final = "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-postBox"
ROLE_CODE: Final = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"

RELINQUISHED: Final = f"{BASE}:StructureDefinition:relinquished-at-birth"
EVENTS: Final = f"{BASE}:CodeSystem:birth-event"
REFUSALS: Final = f"{BASE}:CodeSystem:refusal"
BUNDLE: Final = f"{BASE}:StructureDefinition:birth-bundle"
MOTHER: Final = f"{BASE}:StructureDefinition:birth-mother"
CHILD: Final = f"{BASE}:StructureDefinition:birth-child"
RELATED: Final = f"{BASE}:StructureDefinition:birth-related-person"

EVENT_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {"birth": Kind.BIRTH, "birth-correction": Kind.CORRECTION, "birth-cancellation": Kind.CANCELLATION}
)

# The codes of HL7's data-absent-reason, and what each of them is to us. An `error` takes an item back.
ABSENCES: Final[Mapping[str, Absence]] = MappingProxyType(
    {
        "unknown": Absence.UNKNOWN,
        "asked-unknown": Absence.UNKNOWN,
        "temp-unknown": Absence.NOT_YET,
        "not-asked": Absence.UNKNOWN,
        "asked-declined": Absence.REFUSED,
        "masked": Absence.REFUSED,
        "not-applicable": Absence.NOT_APPLICABLE,
        "unsupported": Absence.UNKNOWN,
        "as-text": Absence.UNKNOWN,
        "error": Absence.WITHDRAWN,
        "not-a-number": Absence.UNKNOWN,
        "negative-infinity": Absence.UNKNOWN,
        "positive-infinity": Absence.UNKNOWN,
        "not-performed": Absence.UNKNOWN,
        "not-permitted": Absence.REFUSED,
    }
)

VALUE_SETS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "bundle-type": frozenset({"message", "transaction"}),
        "http-verb": frozenset({"POST", "PUT", "DELETE"}),
        "name-use": frozenset({"usual", "official", "temp", "nickname", "anonymous", "old", "maiden"}),
        "address-use": frozenset({"home", "temp"}),
        "address-type": frozenset({"postal", "physical", "both"}),
        "contact-system": frozenset({"phone", "email"}),
        "contact-use": frozenset({"home", "mobile", "temp"}),
        "identifier-use": frozenset({"usual", "official", "temp", "secondary"}),
        "mother-relationship": frozenset({"MTH", "NMTH"}),
        "birth-event": frozenset(EVENT_KINDS),
        "data-absent-reason": frozenset(ABSENCES),
    }
)
