"""What we publish for suppliers, made from the table that the reader walks by: profiles, value sets, messages.

The profiles are closed by their own words (FHIR has no way to say "and nothing else" of a whole resource): every
element of the table stands in the differential, and elements that are often sent and not agreed stand there with a
maximum of none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import urlencode

from sluis.births.fhir import names
from sluis.births.fhir.canonical import KINDS, own_name
from sluis.births.fhir.examples import examples
from sluis.births.fhir.table import BUNDLE, CHILD, HEADER, MOTHER, RELATED, Element
from sluis.births.model import ITEM_WORDS

_VERSION: Final = "1.0.0"
_FHIR: Final = "4.0.1"
_PUBLISHED: Final = "2026-11-01"
_NEVER: Final[Mapping[str, tuple[str, ...]]] = {
    "Patient": ("text", "contained", "gender", "multipleBirthBoolean", "multipleBirthInteger", "maritalStatus", "photo",
                "contact", "communication", "generalPractitioner", "managingOrganization"),
    "RelatedPerson": ("text", "contained", "gender", "photo", "period", "communication"),
}  # fmt: skip
_PROFILES: Final[Mapping[str, tuple[str, Element, str]]] = {
    "birth-bundle": ("Bundle", BUNDLE, "A message or transaction about one birth"),
    "birth-message-header": ("MessageHeader", HEADER, "The header of a message about a birth"),
    "birth-mother": ("Patient", MOTHER, "The mother: items 1 to 5"),
    "birth-child": ("Patient", CHILD, "The child: items 6 to 9"),
    "birth-related-person": ("RelatedPerson", RELATED, "Who is whose mother; may hold items 1 to 5 itself"),
}
_SYSTEMS: Final[Mapping[str, str]] = {
    "bundle-type": "http://hl7.org/fhir/bundle-type",
    "http-verb": "http://hl7.org/fhir/http-verb",
    "name-use": "http://hl7.org/fhir/name-use",
    "address-use": "http://hl7.org/fhir/address-use",
    "address-type": "http://hl7.org/fhir/address-type",
    "contact-system": "http://hl7.org/fhir/contact-point-system",
    "contact-use": "http://hl7.org/fhir/contact-point-use",
    "identifier-use": "http://hl7.org/fhir/identifier-use",
    "mother-relationship": names.ROLE_CODE,
    "birth-event": names.EVENTS,
    "data-absent-reason": "http://terminology.hl7.org/CodeSystem/data-absent-reason",
}
_EVENT_TEXTS: Final[Mapping[str, str]] = {
    "birth": "A birth is told",
    "birth-correction": "What was told of a birth is corrected or completed",
    "birth-cancellation": "A birth was told by mistake",
    "birth-response": "The answer of the receiver",
}

REFUSAL_TEXTS: Final[Mapping[str, str]] = {
    "not-agreed": "Not one of the nine items: leave it out",
    "required": "A required field is missing",
    "value": "A value cannot be read, or cannot be",
    "code-invalid": "A code that is not in its value set",
    "too-long": "A text or list that is too long",
    "structure": "Not the form that FHIR prescribes, or not clear who is who",
    "not-supported": "A form of FHIR that is not taken here",
    "message-id-reused": "The id of a message that said something else",
    "version-conflict": "A correction of a version that is no longer the newest",
    "version-required": "A correction that names no version",
    "not-found": "No such resource, or not of this hospital",
    "not-json": "Not a JSON object in UTF-8",
    "media-type": "Not sent as FHIR JSON",
    "too-large": "More than the limit of a message",
    "too-slow": "The body came too slowly or broke off",
    "busy": "Nothing was kept: send it again later",
    "token-missing": "No token",
    "token-invalid": "A token that does not hold",
    "too-many-requests": "More requests than a party may make in a minute",
    "informational": "Nothing is wrong",
}


@lru_cache(maxsize=1)
def definitions(on: date) -> Mapping[tuple[str, str], dict[str, Any]]:
    """Return everything that is published on a day, by kind and name: only the examples change with the day."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name, (kind, element, text) in _PROFILES.items():
        found["StructureDefinition", name] = _profile(name, kind, element, text)
    found["StructureDefinition", "relinquished-at-birth"] = _relinquished()
    for name, codes in names.VALUE_SETS.items():
        found["ValueSet", name] = _value_set(name, codes)
    found["CodeSystem", "birth-event"] = _code_system("birth-event", names.EVENTS, _EVENT_TEXTS)
    # A fragment: the gate adds the reasons of each agreement, which have codes of their own.
    found["CodeSystem", "refusal"] = _code_system("refusal", names.REFUSALS, REFUSAL_TEXTS) | {"content": "fragment"}
    for event in names.EVENT_KINDS:
        found["MessageDefinition", event] = _message_definition(event)
    for name, made in examples(on).items():
        found["Bundle", name] = made
    return found


def search_definitions(kind: str, address: str, *, url: str | None, on: date) -> dict[str, Any]:
    """Return a searchset Bundle of one kind; of one canonical (an address or a name of the house) where asked."""
    wanted = None if url is None else own_name(url.partition("|")[0], address)
    found = [
        {"fullUrl": f"{names.BASE}:{kind}:{name}", "resource": one, "search": {"mode": "match"}}
        for (of_kind, name), one in definitions(on).items()
        if of_kind == kind and wanted in (None, one.get("url"))
    ]
    query = "" if url is None else f"?{urlencode({'url': url})}"
    link = [{"relation": "self", "url": f"{address}/fhir/{kind}{query}"}]
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "link": link}
    return bundle | ({"entry": found} if found else {})


def find_definition(kind: str, name: str, *, on: date) -> dict[str, Any] | None:
    """Return one of them, None where there is none of that name."""
    return definitions(on).get((kind, name))


def capability(address: str) -> dict[str, Any]:
    """Return the CapabilityStatement of this installation."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _PUBLISHED,
        "kind": "instance",
        "software": {"name": "Sluis", "version": version("sluis")},
        "implementation": {"description": "Births, delivered by hospitals", "url": f"{address}/fhir"},
        "fhirVersion": _FHIR,
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": (
                    "Births come in; nothing of a person is read back. A client per machine. Without a token: the"
                    " profiles, value sets, code systems and message definitions, and examples of whole messages as"
                    " Bundle; each list is a search, as in /fhir/StructureDefinition and /fhir/Bundle."
                ),
                "security": {
                    "service": [
                        {
                            "coding": [
                                {
                                    "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                                    "code": "SMART-on-FHIR",
                                }
                            ]
                        }
                    ],
                    "description": "Client credentials with private_key_jwt (SMART Backend Services).",
                },
                "resource": [
                    *(_published(kind) for kind in KINDS),
                    {
                        "type": "Patient",
                        "supportedProfile": [names.CHILD, names.MOTHER],
                        "interaction": [{"code": "update"}],
                        "versioning": "versioned-update",
                        "updateCreate": False,
                        "conditionalCreate": True,
                        "conditionalDelete": "single",
                    },
                ],
                "interaction": [{"code": "transaction"}],
                "operation": [
                    {
                        "name": "process-message",
                        "definition": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
                    }
                ],
            }
        ],
        "messaging": [
            {
                "endpoint": [
                    {
                        "protocol": {
                            "system": "http://terminology.hl7.org/CodeSystem/message-transport",
                            "code": "http",
                        },
                        "address": f"{address}/fhir/$process-message",
                    }
                ],
                "supportedMessage": [
                    {"mode": "receiver", "definition": f"{names.BASE}:MessageDefinition:{event}"}
                    for event in names.EVENT_KINDS
                ],
            }
        ],
    }


def _published(kind: str) -> dict[str, Any]:
    """Return what can be done with what is published of a kind: read one, list all, find by its canonical."""
    able: dict[str, Any] = {"type": kind, "interaction": [{"code": "read"}, {"code": "search-type"}]}
    if kind == "Bundle":
        return able | {
            "supportedProfile": [names.BUNDLE],
            "documentation": "Read and searched are examples; births come in as a transaction or a message.",
        }
    return able | {"searchParam": [{"name": "url", "type": "uri"}]}


def smart_configuration(address: str) -> dict[str, Any]:
    """Return the configuration of SMART App Launch 2, for backend services only."""
    return {
        "issuer": address,
        "token_endpoint": f"{address}/api/token",
        "jwks_uri": f"{address}/api/jwks.json",
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "PS256", "EdDSA"],
        "scopes_supported": ["births", "system/Bundle.c", "system/Patient.u"],
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
    }


def _profile(name: str, kind: str, element: Element, text: str) -> dict[str, Any]:
    rows = [{"id": kind, "path": kind, "short": text}]
    rows += [_row(path, one) for path, one in _elements(kind, element)]
    rows += [
        {"id": f"{kind}.{never}", "path": _choice(f"{kind}.{never}"), "max": "0"} for never in _NEVER.get(kind, ())
    ]
    return {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": f"{names.BASE}:StructureDefinition:{name}",
        "version": _VERSION,
        "name": "".join(part.title() for part in name.split("-")),
        "title": text,
        "status": "active",
        "date": _PUBLISHED,
        "fhirVersion": _FHIR,
        "kind": "resource",
        "abstract": False,
        "type": kind,
        "baseDefinition": f"http://hl7.org/fhir/StructureDefinition/{kind}",
        "derivation": "constraint",
        "description": "Anything that is not named here is refused by its path.",
        "differential": {"element": rows},
    }


def _elements(path: str, element: Element) -> Iterator[tuple[str, Element]]:
    for child in element.children.values():
        if child.name != "resourceType":
            yield f"{path}.{child.name}", child
            if child.type in ("BackboneElement", "HumanName", "Address", "ContactPoint", "Identifier"):
                yield from _elements(f"{path}.{child.name}", child)


def _row(path: str, element: Element) -> dict[str, Any]:
    row: dict[str, Any] = {"id": path, "path": _choice(path), "max": "*" if element.many else "1"}
    if element.at_least:
        row["min"] = element.at_least
    if element.item is not None:
        row |= {"short": str(ITEM_WORDS[element.item]), "mustSupport": True}
    if element.codes is not None:
        row["binding"] = {"strength": "required", "valueSet": f"{names.BASE}:ValueSet:{element.codes}"}
    if path == "Patient.address":
        row["type"] = [{"code": "Address", "profile": [names.BE_ADDRESS]}]
    return row


def _choice(path: str) -> str:
    """Return the path of an element with a choice of types as a definition writes it."""
    for name in ("deceased", "multipleBirth"):
        if f".{name}" in path:
            return path[: path.index(f".{name}")] + f".{name}[x]"
    return path


def _relinquished() -> dict[str, Any]:
    return {
        "resourceType": "StructureDefinition",
        "id": "relinquished-at-birth",
        "url": names.RELINQUISHED,
        "version": _VERSION,
        "name": "RelinquishedAtBirth",
        "status": "active",
        "date": _PUBLISHED,
        "fhirVersion": _FHIR,
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": "Patient"}],
        "type": "Extension",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
        "derivation": "constraint",
        "description": "The child was given up for adoption at birth. Send it where that is so; false takes it back.",
        "differential": {
            "element": [
                {"id": "Extension", "path": "Extension", "max": "1"},
                {"id": "Extension.url", "path": "Extension.url", "fixedUri": names.RELINQUISHED},
                {"id": "Extension.value[x]", "path": "Extension.value[x]", "min": 1, "type": [{"code": "boolean"}]},
            ]
        },
    }


def _value_set(name: str, codes: frozenset[str]) -> dict[str, Any]:
    return {
        "resourceType": "ValueSet",
        "id": name,
        "url": f"{names.BASE}:ValueSet:{name}",
        "version": _VERSION,
        "name": "".join(part.title() for part in name.split("-")),
        "status": "active",
        "date": _PUBLISHED,
        "compose": {"include": [{"system": _SYSTEMS[name], "concept": [{"code": code} for code in sorted(codes)]}]},
    }


def _message_definition(event: str) -> dict[str, Any]:
    return {
        "resourceType": "MessageDefinition",
        "id": event,
        "url": f"{names.BASE}:MessageDefinition:{event}",
        "version": _VERSION,
        "name": "".join(part.title() for part in event.split("-")),
        "title": _EVENT_TEXTS[event],
        "status": "active",
        "date": _PUBLISHED,
        "eventCoding": {"system": names.EVENTS, "code": event},
        "category": "consequence",
        "focus": [{"code": "Patient", "profile": names.CHILD, "min": 1, "max": "*"}],
        "responseRequired": "always",
    }


def _code_system(name: str, url: str, texts: Mapping[str, str]) -> dict[str, Any]:
    return {
        "resourceType": "CodeSystem",
        "id": name,
        "url": url,
        "version": _VERSION,
        "name": "".join(part.title() for part in name.split("-")),
        "status": "active",
        "date": _PUBLISHED,
        "content": "complete",
        "concept": [{"code": code, "display": text} for code, text in texts.items()],
    }
