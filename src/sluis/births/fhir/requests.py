"""What the entries of a transaction ask: the method, the address and the conditions of each request. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from sluis.births.fhir.persons import Reader
from sluis.births.model import Kind
from sluis.kernel.text import msg

_KINDS: Final[Mapping[str, Kind]] = {"POST": Kind.BIRTH, "PUT": Kind.CORRECTION, "DELETE": Kind.CANCELLATION}


def what(
    entry: Mapping[str, Any], index: int, event: Kind | None, reference: str | None, reader: Reader
) -> tuple[Kind | None, tuple[bool, str | None]]:
    """Return what an entry asks of a child: by the event of the message, or by its own request."""
    if event is not None:
        return event, (False, None)
    path, request = f"Bundle.entry[{index}].request", entry.get("request")
    if not isinstance(request, dict):
        reader.fault(path, "required", msg("In een transactie zegt elke entry met request wat er moet gebeuren."))
        return None, (False, None)
    kind = _KINDS[request["method"]]
    wanted = request.get("ifNoneExist")
    if wanted is not None and identifier_in(wanted) != reference:
        reader.fault(
            f"{path}.ifNoneExist",
            "not-supported",
            msg(
                "Hier kan alleen identifier={system}|{value} staan, met het kenmerk van dit kind.",
                system="…",
                value="…",
            ),
        )
    return kind, (wanted is not None, request.get("ifMatch"))


def deletions(entries: list[Any], reader: Reader) -> list[tuple[int, str]]:
    """Return the references of children whose birth is cancelled by `DELETE Patient?identifier=system|value`."""
    found = []
    for index, entry in enumerate(entries):
        request = entry.get("request") if isinstance(entry, dict) else None
        if not isinstance(request, dict) or request.get("method") != "DELETE" or "resource" in entry:
            continue
        address, _, query = str(request.get("url", "")).partition("?")
        reference = identifier_in(query) if address == "Patient" else None
        if reference is None:
            reader.fault(
                f"Bundle.entry[{index}].request.url",
                "not-supported",
                msg("Annuleer een geboorte met DELETE en Patient?identifier=, met het kenmerk van het kind."),
            )
        else:
            found.append((index, reference))
    return found


def identifier_in(query: str) -> str | None:
    """Return the value that a search for an identifier names."""
    try:
        asked = parse_qs(query.removeprefix("Patient?").removeprefix("?"), max_num_fields=3)
    except ValueError:
        return None
    if set(asked) != {"identifier"} or len(asked["identifier"]) != 1:
        return None
    return asked["identifier"][0].rpartition("|")[2][:120] or None
