"""The one table of what a birth in FHIR may hold: every element, what it is for, its type and its codes.

Whatever is not here is refused by its path. The reader walks by it, and the published StructureDefinitions are made
from it, so the two never differ. `item` is which of the nine an element carries; without one it is technical: what FHIR
needs to say who is whose mother and which message this is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from sluis.births.fhir.names import ABSENT, HOUSE_NUMBER, POST_BOX, RELINQUISHED, STREET
from sluis.births.model import Item


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its FHIR type, how often, its value set, its children. `at_least` 1 is required."""

    name: str
    type: str
    item: Item | None = None
    at_least: int = 0
    many: bool = False
    codes: str | None = None
    children: Mapping[str, Element] = field(default_factory=dict)
    urls: frozenset[str] = frozenset()
    """Of an extension: which may stand in this place. What is known elsewhere and not here would be lost here."""
    beside: frozenset[str] = frozenset()
    """Which extensions may stand beside a plain element, in the member with an underscore."""


def _of(*children: Element) -> Mapping[str, Element]:
    return MappingProxyType({child.name: child for child in children})


def _group(
    name: str, type: str, *children: Element, item: Item | None = None, many: bool = False, at_least: int = 0
) -> Element:
    return Element(name, type, item, at_least, many, None, _of(*children))


_ID: Final = Element("id", "id")
_TYPE: Final = Element("resourceType", "code", at_least=1)
_META: Final = _group(
    "meta",
    "Meta",
    Element("profile", "canonical", many=True),
    Element("versionId", "id"),
    Element("lastUpdated", "instant"),
)
_ACTIVE: Final = Element("active", "boolean")
_CODING: Final = _group(
    "coding",
    "Coding",
    Element("system", "uri", at_least=1),
    Element("code", "code", at_least=1),
    Element("display", "string"),
    Element("version", "string"),
    many=True,
)
_CONCEPT: Final = (_CODING, Element("text", "string"))
_ABSENCE: Final = frozenset({ABSENT})
_LINES: Final = frozenset({STREET, HOUSE_NUMBER, POST_BOX})


def _extension(*urls: str) -> Element:
    values = (
        Element("url", "uri", at_least=1),
        Element("valueCode", "code"),
        Element("valueString", "string"),
        Element("valueBoolean", "boolean"),
    )
    return Element("extension", "Extension", many=True, children=_of(*values), urls=frozenset(urls))


_REFERENCE: Final = (Element("reference", "string", at_least=1), Element("type", "uri"))


def _identifier(item: Item | None) -> Element:
    return _group(
        "identifier",
        "Identifier",
        Element("use", "code", codes="identifier-use"),
        _group("type", "CodeableConcept", *_CONCEPT),
        Element("system", "uri", at_least=1),
        Element("value", "string", beside=_ABSENCE if item else frozenset()),
        *((_extension(ABSENT),) if item else ()),
        item=item,
        many=True,
    )


def _name(item: Item) -> Element:
    return _group(
        "name",
        "HumanName",
        Element("use", "code", codes="name-use"),
        Element("family", "string", beside=_ABSENCE),
        Element("given", "string", many=True, beside=_ABSENCE),
        _extension(ABSENT),
        item=item,
        many=True,
    )


_ADDRESS: Final = _group(
    "address",
    "Address",
    Element("use", "code", codes="address-use"),
    Element("type", "code", codes="address-type"),
    Element("line", "string", many=True, beside=_LINES),
    Element("city", "string"),
    Element("postalCode", "string"),
    Element("country", "string"),
    _extension(ABSENT, *_LINES),
    item=Item.MOTHER_ADDRESS,
    many=True,
)
_TELECOM: Final = _group(
    "telecom",
    "ContactPoint",
    Element("system", "code", codes="contact-system"),
    Element("value", "string", beside=_ABSENCE),
    Element("use", "code", codes="contact-use"),
    Element("rank", "positiveInt"),
    _extension(ABSENT),
    item=Item.MOTHER_CONTACT,
    many=True,
)
_LINK: Final = _group(
    "link",
    "BackboneElement",
    _group("other", "Reference", *_REFERENCE, at_least=1),
    Element("type", "code", at_least=1),
    many=True,
)
_OF_MOTHER: Final = (
    _identifier(Item.MOTHER_INSZ),
    _ACTIVE,
    _name(Item.MOTHER_NAME),
    _TELECOM,
    Element("birthDate", "date", Item.MOTHER_BIRTH_DATE, beside=_ABSENCE),
    _ADDRESS,
)

MOTHER: Final = _group("Patient", "Patient", _TYPE, _ID, _META, *_OF_MOTHER, _LINK)
CHILD: Final = _group(
    "Patient",
    "Patient",
    _TYPE,
    _ID,
    _META,
    _extension(RELINQUISHED),
    _identifier(None),
    _ACTIVE,
    _name(Item.CHILD_NAME),
    Element("birthDate", "date", Item.CHILD_BIRTH_DATE, beside=_ABSENCE),
    Element("deceasedDateTime", "dateTime", Item.CHILD_DEATH_DATE, beside=_ABSENCE),
    Element("deceasedBoolean", "boolean", Item.CHILD_DEATH_DATE),
    _LINK,
)
RELATED: Final = _group(
    "RelatedPerson",
    "RelatedPerson",
    _TYPE,
    _ID,
    _META,
    _group("patient", "Reference", *_REFERENCE, at_least=1),
    _group("relationship", "CodeableConcept", *_CONCEPT, many=True, at_least=1),
    *_OF_MOTHER,
)
ORGANISATION: Final = _group(
    "Organization", "Organization", _TYPE, _ID, _META, _identifier(None), _ACTIVE, Element("name", "string")
)
HEADER: Final = _group(
    "MessageHeader",
    "MessageHeader",
    _TYPE,
    _ID,
    _META,
    _group("eventCoding", "Coding", *_CODING.children.values(), at_least=1),
    _group(
        "source",
        "BackboneElement",
        Element("name", "string"),
        Element("software", "string"),
        Element("version", "string"),
        Element("endpoint", "url", at_least=1),
        at_least=1,
    ),
    _group("destination", "BackboneElement", Element("name", "string"), Element("endpoint", "url"), many=True),
    _group("sender", "Reference", *_REFERENCE),
    _group("responsible", "Reference", *_REFERENCE),
    _group("focus", "Reference", *_REFERENCE, many=True),
)
ENTRY: Final = _group(
    "entry",
    "BackboneElement",
    Element("fullUrl", "uri"),
    Element("resource", "Resource"),
    _group(
        "request",
        "BackboneElement",
        Element("method", "code", at_least=1, codes="http-verb"),
        Element("url", "uri", at_least=1),
        Element("ifNoneExist", "string"),
        Element("ifMatch", "string"),
    ),
    many=True,
)
BUNDLE: Final = _group(
    "Bundle",
    "Bundle",
    _TYPE,
    _ID,
    _META,
    _group(
        "identifier",
        "Identifier",
        Element("use", "code", codes="identifier-use"),
        Element("system", "uri"),
        Element("value", "string", at_least=1),
    ),
    Element("type", "code", at_least=1, codes="bundle-type"),
    Element("timestamp", "instant"),
    ENTRY,
)
