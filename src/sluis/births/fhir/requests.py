"""What the entries of a transaction ask: the method, the address and the conditions of each request. Pure.

Method, address and resource of an entry must agree: who corrects the child at one address with the reference of
another has made a mistake that nobody else can see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

from sluis.births.fhir.persons import Reader, reference_of
from sluis.births.model import Kind
from sluis.kernel.text import Message, msg

_KINDS: Final[Mapping[str, Kind]] = {"POST": Kind.BIRTH, "PUT": Kind.CORRECTION, "DELETE": Kind.CANCELLATION}

_NO_REQUEST: Final = msg("In een transactie zegt elke entry met request wat er moet gebeuren.")
_IN_MESSAGE: Final = msg("In een bericht zegt eventCoding wat er moet gebeuren. Laat request weg.")
_NO_RESOURCE: Final = msg("Hier ontbreekt de resource. Alleen een DELETE heeft er geen.")
_OWN_ADDRESS: Final = msg("Alleen het kind heeft hier een adres. Stuur deze resource met POST, en haar type als url.")
_OTHER_CHILD: Final = msg("Deze url noemt niet het kind van deze entry. Kijk het adres en het kenmerk na.")
_TYPE_ONLY: Final = msg("Bij POST is de url het type van de resource.")
_CANCEL: Final = msg("Annuleer een geboorte met DELETE en Patient?identifier=, met het kenmerk van het kind.")
_IF_NONE: Final = msg(
    "Hier kan alleen identifier={system}|{value} staan, met het kenmerk van dit kind.", system="…", value="…"
)
_CONDITION: Final = msg("ifNoneExist hoort bij POST, en ifMatch bij PUT of DELETE. Laat het hier weg.")


@dataclass(frozen=True, slots=True)
class What:
    """What an entry asks of a child; `newborn` is the one that its url names, for who knows them to compare."""

    kind: Kind | None
    if_none_exist: bool = False
    if_match: str | None = None
    newborn: UUID | None = None


def check_requests(entries: list[Any], children: frozenset[int], reader: Reader, *, is_message: bool) -> None:
    """Note what does not agree between the entries and their requests; `children` are the entries of children."""
    for index, entry in enumerate(entries):
        path, request, resource = f"Bundle.entry[{index}]", entry.get("request"), entry.get("resource")
        if is_message:
            if request is not None:
                reader.fault(f"{path}.request", "structure", _IN_MESSAGE)
            if resource is None:
                reader.fault(f"{path}.resource", "required", _NO_RESOURCE)
        elif request is None:
            reader.fault(f"{path}.request", "required", _NO_REQUEST)
        elif resource is None:
            if request["method"] != "DELETE":
                reader.fault(f"{path}.resource", "required", _NO_RESOURCE)
        elif index not in children and (request["method"], request["url"]) != ("POST", resource["resourceType"]):
            reader.fault(f"{path}.request", "structure", _OWN_ADDRESS)
        if not is_message and isinstance(request, dict):
            wrong = "ifMatch" if request["method"] == "POST" else "ifNoneExist"
            if wrong in request or (index not in children and resource is not None and "ifNoneExist" in request):
                reader.fault(f"{path}.request", "structure", _CONDITION)


def what(entry: Mapping[str, Any], index: int, event: Kind | None, reference: str | None, reader: Reader) -> What:
    """Return what an entry asks of a child: by the event of the message, or by its own request."""
    if event is not None:
        return What(event)
    request = entry.get("request")
    if not isinstance(request, dict):
        return What(None)  # `check_requests` told it
    path, kind, wanted = f"Bundle.entry[{index}].request", _KINDS[request["method"]], request.get("ifNoneExist")
    if wanted is not None and (reference is None or identifier_in(wanted) != reference):
        reader.fault(f"{path}.ifNoneExist", "not-supported", _IF_NONE)
    newborn = _newborn_at(request["url"])
    if kind is Kind.BIRTH:
        if request["url"] != "Patient":
            reader.fault(f"{path}.url", "structure", _TYPE_ONLY)
    elif newborn is None and not (_is_search(request["url"]) and identifier_in(request["url"]) == reference):
        reader.fault(f"{path}.url", "value", _OTHER_CHILD)
    return What(kind, wanted is not None, request.get("ifMatch"), newborn)


def deletions(entries: list[Any], reader: Reader) -> list[tuple[int, str, str | None]]:
    """Return the references of children whose birth is cancelled by `DELETE Patient?identifier=`, with `ifMatch`."""
    found = []
    for index, entry in enumerate(entries):
        request = entry.get("request")
        if not isinstance(request, dict) or request["method"] != "DELETE" or "resource" in entry:
            continue
        reference = identifier_in(request["url"]) if _is_search(request["url"]) else None
        if reference is None:
            reader.fault(f"Bundle.entry[{index}].request.url", "not-supported", _CANCEL)
        else:
            found.append((index, reference, request.get("ifMatch")))
    return found


def other_child(entry: int) -> tuple[str, str, Message]:
    """Return path, code and sentence of an entry whose url names another child than its reference."""
    return f"Bundle.entry[{entry}].request.url", "value", _OTHER_CHILD


def identifier_in(query: str) -> str | None:
    """Return the reference that a search for an identifier names: its system counts as much as its value."""
    try:
        asked = parse_qs(query.removeprefix("Patient?").removeprefix("?"), max_num_fields=3)
    except ValueError:
        return None
    if set(asked) != {"identifier"} or len(asked["identifier"]) != 1:
        return None
    system, _, value = asked["identifier"][0].rpartition("|")
    return reference_of(system, value) if system and value else None


def _is_search(url: str) -> bool:
    return url.startswith("Patient?")


def _newborn_at(url: str) -> UUID | None:
    kind, _, number = url.partition("/")
    try:
        return UUID(number) if kind == "Patient" else None
    except ValueError:
        return None
