"""The terms of the linked data: which vocabularies, and how the words of an agreement stand in them.

ODRL 2.2 says who may do what with which item; DPV says why, on which ground and with what care; DCAT says what is on
offer. There is no ready class for a protocol of article 8, so `sluis:` has a few terms of its own, each a subclass or a
label of a published one (`vocabulary.ttl`, served at /register/termen.ttl).
"""

from __future__ import annotations

from collections.abc import Mapping

PREFIXES: Mapping[str, str] = {
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Every prefix of the documents but `sluis:`, which stands below the address of the installation."""

OWN_PREFIX = "sluis"
VOCABULARY_PATH = "/register/termen#"
SHAPES_PATH = "/register/vormen.ttl"

_AUTHORITY = "http://publications.europa.eu/resource/authority"
NON_PUBLIC = f"{_AUTHORITY}/access-right/NON_PUBLIC"
LANGUAGE_NL = f"{_AUTHORITY}/language/NLD"
FREQUENCIES: Mapping[str, str] = {
    "once": f"{_AUTHORITY}/frequency/NEVER",
    "per_year": f"{_AUTHORITY}/frequency/IRREG",
    "unlimited": f"{_AUTHORITY}/frequency/CONT",
    "not-stated": f"{_AUTHORITY}/frequency/UNKNOWN",
}

INSTRUMENT_CLASSES: Mapping[str, str] = {
    "protocol": "sluis:Protocol",
    "cooperation-agreement": "sluis:CooperationAgreement",
    "deliberation": "sluis:Deliberation",
    "authorisation": "sluis:Authorisation",
    "framework": "sluis:FrameworkProtocol",
    "accession": "sluis:Accession",
    "regulation": "sluis:RegulatedCommunication",
}

# What must hold before data pass, as actions of the ODRL common vocabulary where it has one.
CONDITION_ACTIONS: Mapping[str, str] = {
    "consent-recorded": "odrl:obtainConsent",
    "informed-before": "odrl:inform",
    "citizens-informed": "odrl:inform",
    "onward-notice": "odrl:inform",
    "research-safeguards": "odrl:anonymize",
}


def gdpr_article(written: str) -> str | None:
    """Return the DPV term of a legal basis written as "6.1.e" or "9.2.b"; None for another article."""
    parts = written.split(".")
    known = {"6": range(1, 2), "9": range(2, 3)}
    if len(parts) != 3 or parts[0] not in known or not parts[1].isdigit() or int(parts[1]) not in known[parts[0]]:
        return None
    return f"eu-gdpr:A{'-'.join(parts)}" if len(parts[2]) == 1 and parts[2].isalpha() else None


def context(base: str) -> dict[str, object]:
    """Return the JSON-LD context of every document of this installation; it stands in the document itself."""
    return {**PREFIXES, OWN_PREFIX: f"{base}{VOCABULARY_PATH}"}
