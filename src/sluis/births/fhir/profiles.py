"""What we publish for suppliers, made from the table that the reader walks by: profiles, value sets, examples.

The profiles are closed by their own words (FHIR has no way to say "and nothing else" of a whole resource): every
element of the table stands in the differential, and elements that are often sent and not agreed stand there with a
maximum of none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from sluis.births.fhir import names
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


@lru_cache(maxsize=1)
def definitions() -> Mapping[tuple[str, str], dict[str, Any]]:
    """Return everything that is published, by kind and name."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name, (kind, element, text) in _PROFILES.items():
        found["StructureDefinition", name] = _profile(name, kind, element, text)
    found["StructureDefinition", "relinquished-at-birth"] = _relinquished()
    for name, codes in names.VALUE_SETS.items():
        found["ValueSet", name] = _value_set(name, codes)
    found["CodeSystem", "birth-event"] = _code_system("birth-event", names.EVENTS, _EVENT_TEXTS)
    for name, made in examples().items():
        found["Bundle", name] = made
    return found


def find_definition(kind: str, name: str) -> dict[str, Any] | None:
    """Return one of them, None where there is none of that name."""
    return definitions().get((kind, name))


def capability(address: str) -> dict[str, Any]:
    """Return the CapabilityStatement of this installation."""
    profiles = [one["url"] for (kind, _), one in definitions().items() if kind == "StructureDefinition"]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _PUBLISHED,
        "kind": "instance",
        "software": {"name": "Sluis", "version": _VERSION},
        "implementation": {"description": "Births, delivered by hospitals", "url": f"{address}/fhir"},
        "fhirVersion": _FHIR,
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "Births come in; nothing of a person is read back. A client per machine.",
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
                    {
                        "type": "Patient",
                        "supportedProfile": [names.CHILD, names.MOTHER],
                        "interaction": [{"code": "update"}],
                        "versioning": "versioned-update",
                        "updateCreate": False,
                        "conditionalCreate": True,
                        "conditionalDelete": "single",
                    }
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
                "supportedMessage": [{"mode": "receiver", "definition": f"{names.BASE}:MessageDefinition:birth"}],
            }
        ],
        "document": [{"mode": "consumer", "profile": profile} for profile in sorted(profiles) if "bundle" in profile],
    }


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
    if name == "birth-child":
        rows = [row for row in rows if row["path"] != "Patient.active"]
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


def examples() -> dict[str, dict[str, Any]]:
    """Return example messages, all of fictitious persons; the tests send each of them."""
    return {
        "birth-transaction": _transaction([("kind-1", "Nore")]),
        "birth-message": _as_message("birth", [("kind-1", "Nore")]),
        "twins-without-names": _transaction([("kind-1", None), ("kind-2", None)]),
        "late-death": _as_message("birth-correction", [("kind-1", "Nore")], died="2026-03-02"),
        "adoption": _as_message("birth", [("kind-1", None)], relinquished=True),
        "cancellation": _as_message("birth-cancellation", [("kind-1", "Nore")]),
    }


def _transaction(children: list[tuple[str, str | None]]) -> dict[str, Any]:
    entries = [_post("urn:uuid:0a000000-0000-4000-8000-000000000001", _mother(), "Patient")]
    for number, (reference, given) in enumerate(children, 2):
        url = f"urn:uuid:0a000000-0000-4000-8000-00000000000{number}"
        entries += [_post(url, _child(reference, given), "Patient"), _post(None, _relation(url), "RelatedPerson")]
    return {
        "resourceType": "Bundle",
        "meta": {"profile": [names.BUNDLE]},
        "identifier": {"system": "urn:example:messages", "value": "example-transaction"},
        "type": "transaction",
        "timestamp": "2026-03-02T09:00:00+01:00",
        "entry": entries,
    }


def _as_message(event: str, children: list[tuple[str, str | None]], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as `_child`
    header = {
        "resourceType": "MessageHeader",
        "id": f"example-{event}",
        "eventCoding": {"system": names.EVENTS, "code": event},
        "source": {"name": "EPD", "endpoint": "https://epd.ziekenhuis.example/fhir"},
    }
    bundle = _transaction(children)
    entries = [{key: value for key, value in one.items() if key != "request"} for one in bundle["entry"]]
    for one in entries:
        if one["resource"]["resourceType"] == "Patient" and names.CHILD in one["resource"]["meta"]["profile"]:
            given = one["resource"]["name"][0].get("given", [None])[0]
            one["resource"] = _child(one["resource"]["identifier"][0]["value"], given, **more)
    return bundle | {
        "type": "message",
        "identifier": {"system": "urn:example:messages", "value": f"example-{event}"},
        "entry": [{"resource": header}, *entries],
    }


def _post(url: str | None, resource: dict[str, Any], kind: str) -> dict[str, Any]:
    entry: dict[str, Any] = {} if url is None else {"fullUrl": url}
    return entry | {"resource": resource, "request": {"method": "POST", "url": kind}}


def _mother() -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "meta": {"profile": [names.MOTHER]},
        "identifier": [{"system": names.SSIN, "value": "94650640204"}],
        "name": [{"use": "official", "family": "Vermeersch", "given": ["Lotte"]}],
        "telecom": [
            {"system": "phone", "use": "mobile", "value": "+32470000001"},
            {"system": "email", "value": "lotte@example.org"},
        ],
        "birthDate": "1994-05-06",
        "address": [
            {
                "line": ["Kerkstraat 4"],
                "_line": [
                    {
                        "extension": [
                            {"url": names.STREET, "valueString": "Kerkstraat"},
                            {"url": names.HOUSE_NUMBER, "valueString": "4"},
                        ]
                    }
                ],
                "city": "Wingene",
                "postalCode": "8750",
                "country": "BE",
            }
        ],
    }


def _child(reference: str, given: str | None, *, died: str | None = None, relinquished: bool = False) -> dict[str, Any]:
    name: dict[str, Any] = {"family": "Vermeersch"}
    if given is not None:
        name["given"] = [given]
    found: dict[str, Any] = {
        "resourceType": "Patient",
        "meta": {"profile": [names.CHILD]},
        "identifier": [{"system": "urn:example:newborns", "value": reference}],
        "name": [name],
        "birthDate": "2026-03-01",
    }
    if died is not None:
        found["deceasedDateTime"] = died
    if relinquished:
        found["extension"] = [{"url": names.RELINQUISHED, "valueBoolean": True}]
    return found


def _relation(child: str) -> dict[str, Any]:
    coding = {"system": names.ROLE_CODE, "code": "MTH"}
    return {
        "resourceType": "RelatedPerson",
        "meta": {"profile": [names.RELATED]},
        "patient": {"reference": child},
        "relationship": [{"coding": [coding]}],
    }
