"""Walks a resource by the table: whatever is not in it is a fault with its path; no value is ever repeated. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from sluis.births.fhir.names import ABSENCES, ABSENT, RELINQUISHED, VALUE_SETS
from sluis.births.fhir.table import Element
from sluis.births.model import Fault
from sluis.kernel.text import Message, msg
from sluis.ledger.numbers import looks_like_insz

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9]{0,63}")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T.{1,40}")
LONGEST: Final = 250
_MOST_FAULTS: Final = 100
_MOST_IN_A_LIST: Final = 100

_VALUES: Final = {ABSENT: "valueCode", RELINQUISHED: "valueBoolean"}

NOT_AGREED: Final = msg("Dit veld hoort niet bij de negen afgesproken gegevens. Laat het weg.")
_NARRATIVE: Final = msg("Laat de leesbare tekst weg: ze kan meer bevatten dan de negen afgesproken gegevens.")
_WRONG_TYPE: Final = msg("Dit veld heeft niet de vorm die FHIR ervoor voorschrijft.")
_EMPTY: Final = msg("Deze lijst is leeg, en dat mag in FHIR niet. Laat het veld weg.")
_NO_SUCH_DAY: Final = msg("Deze dag bestaat niet. Kijk de datum na.")
_TOO_LONG: Final = msg("Dit veld is langer dan {most} tekens, of de lijst heeft te veel delen.", most=LONGEST)
_REQUIRED: Final = msg("Dit veld is verplicht en ontbreekt.")
_DATE_ONLY: Final = msg(
    "Geef hier alleen de datum, als JJJJ-MM-DD. Een tijdstip hoort niet bij de afgesproken gegevens."
)
_EXTENSION: Final = msg("Deze uitbreiding hoort niet bij de negen afgesproken gegevens. Laat ze weg.")
_CODES: Final = msg("Deze code staat niet in de lijst van toegelaten codes: {codes}.", codes="…")


class NotJson(Exception):
    """A body that is no JSON object; `text` says why, and nothing of the body."""

    def __init__(self, text: Message) -> None:
        super().__init__("not-json")
        self.text = text


def parse(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a body: UTF-8, no member twice, no number that is not one."""
    try:
        found = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except NotJson:
        raise
    except (ValueError, RecursionError):
        raise NotJson(msg("De inhoud is geen geldige JSON in UTF-8.")) from None
    if not isinstance(found, dict):
        raise NotJson(msg("De inhoud is geen FHIR-resource: er staat geen object."))
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJson(msg("Een veld staat twee keer in hetzelfde object. Dan is niet duidelijk welke waarde geldt."))
    return found


def _no_constant(_text: str) -> None:
    raise NotJson(msg("De inhoud is geen geldige JSON in UTF-8."))


def walk(value: object, element: Element, path: str) -> list[Fault]:
    """Return every fault of a resource, in the order of its fields; an empty list when it fits."""
    faults: list[Fault] = []
    for fault in _node(value, element, path):
        faults.append(fault)
        if len(faults) >= _MOST_FAULTS:
            break
    return faults


def step(path: str, key: str) -> str:
    """Return the path of a field; a name that is none, or holds a person's number, is not repeated."""
    return f"{path}.{key}" if _NAME.fullmatch(key) and not looks_like_insz(key) else f"{path}.…"


def _node(value: object, element: Element, path: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(path, "structure", _WRONG_TYPE)
        return
    for key, inner in value.items():
        base = key.removeprefix("_")
        child = element.children.get(base)
        here = step(path, key)
        if child is None:
            yield Fault(here, "not-agreed", _NARRATIVE if key in ("text", "contained") else NOT_AGREED)
        elif key != base:
            yield from _beside(inner, child, here)
        else:
            yield from _field(inner, child, here)
    for child in element.children.values():
        if child.at_least and child.name not in value:
            yield Fault(step(path, child.name), "required", _REQUIRED)


def _field(value: object, element: Element, path: str) -> Iterator[Fault]:
    if not element.many:
        yield from _one(value, element, path)
        return
    if value == []:
        yield Fault(path, "structure", _EMPTY)
    elif not isinstance(value, list):
        yield Fault(path, "structure", _WRONG_TYPE)
    elif len(value) > _MOST_IN_A_LIST:
        yield Fault(path, "too-long", _TOO_LONG)
    else:
        for index, one in enumerate(value):
            yield from _one(one, element, f"{path}[{index}]")


def _one(value: object, element: Element, path: str) -> Iterator[Fault]:
    if element.type == "Resource":
        return  # walked by its own table
    if element.children:
        yield from _node(value, element, path)
        if element.type == "Extension":
            yield from _extension(value, path, element.urls)
        return
    fault = _primitive(value, element)
    if fault is not None:
        yield Fault(path, *fault)


def _primitive(value: object, element: Element) -> tuple[str, Message] | None:
    if element.type == "boolean":
        return None if isinstance(value, bool) else ("value", _WRONG_TYPE)
    if element.type == "positiveInt":
        is_one = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1000
        return None if is_one else ("value", _WRONG_TYPE)
    if not isinstance(value, str) or not value.strip() or not _plain(value, element).isprintable():
        return ("value", _WRONG_TYPE)
    if len(value) > LONGEST:
        return ("too-long", _TOO_LONG)
    if element.codes is not None and value not in VALUE_SETS[element.codes]:
        allowed = ", ".join(sorted(VALUE_SETS[element.codes]))
        return ("code-invalid", Message(_CODES.text, (("codes", allowed),)))
    return _of_time(value, element)


def _plain(value: str, element: Element) -> str:
    """Return a text with plain blanks: systems put no-break spaces in names, and the readers make them plain."""
    return value.replace("\u00a0", " ").replace("\u202f", " ") if element.type == "string" else value


def _of_time(value: str, element: Element) -> tuple[str, Message] | None:
    if element.type in ("date", "dateTime"):
        if _DATE_TIME.fullmatch(value):
            return ("not-agreed", _DATE_ONLY)
        if day_of(value) is None:
            return ("value", _NO_SUCH_DAY if _DATE.fullmatch(value) else _DATE_ONLY)
    if element.type == "instant" and instant_of(value) is None:
        return ("value", msg("Geef hier een tijdstip met tijdzone, als 2026-03-01T12:00:00+01:00."))
    return None


def _beside(value: object, element: Element, path: str) -> Iterator[Fault]:
    """Judge what stands beside a plain field: why it is absent, and nothing else."""
    values = value if element.many and isinstance(value, list) else [value]
    for one in values:
        if one is None and element.many:
            continue
        if not element.beside or not isinstance(one, dict) or set(one) != {"extension"}:
            yield Fault(path, "not-agreed", NOT_AGREED)
            continue
        yield from _field(one["extension"], replace(_BESIDE, urls=element.beside), f"{path}.extension")


def _extension(value: object, path: str, urls: frozenset[str]) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        return
    url = str(value.get("url"))
    name = _VALUES.get(url, "valueString")
    if url not in urls:
        yield Fault(path, "not-agreed", _EXTENSION)
        return
    for other in sorted(key for key in ("valueCode", "valueString", "valueBoolean") if key in value and key != name):
        yield Fault(f"{path}.{other}", "not-agreed", NOT_AGREED)
    if url == ABSENT and str(value.get(name)) not in ABSENCES:
        allowed = ", ".join(sorted(ABSENCES))
        yield Fault(f"{path}.{name}", "code-invalid", Message(_CODES.text, (("codes", allowed),)))
    elif (url == RELINQUISHED and not isinstance(value.get(name), bool)) or name not in value:
        yield Fault(f"{path}.{name}", "required", _REQUIRED)


_BESIDE: Final = Element(
    "extension",
    "Extension",
    many=True,
    children={
        one.name: one
        for one in (Element("url", "uri", at_least=1), Element("valueCode", "code"), Element("valueString", "string"))
    },
)


def day_of(text: str) -> date | None:
    """Return a whole date, None for anything else."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def instant_of(text: str) -> datetime | None:
    """Return a moment with its time zone, None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
