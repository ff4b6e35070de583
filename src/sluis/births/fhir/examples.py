"""Examples of whole messages, all of fictitious persons. They are published, and the tests send each of them.

They can be sent in their order by a hospital that tries: each has an id of its own, and the late death and the
cancellation speak of children whose birth was told before. Their days lie just before the day on which they are asked,
for a child of long ago is no newborn.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sluis.births.fhir import names


def examples(on: date) -> dict[str, dict[str, Any]]:
    """Return example messages as of a day: born two days before it, told on the day before. The tests send each."""
    return {
        "birth-transaction": _transaction("birth-transaction", [("kind-1", "Nore")], on),
        "twins-without-names": _transaction("twins-without-names", [("kind-2", None), ("kind-3", None)], on),
        "birth-message": _as_message("birth-message", "birth", ("kind-4", "Nore"), on),
        "late-death": _as_message("late-death", "birth-correction", ("kind-1", "Nore"), on, hour=8, died=_told(on)),
        "adoption": _as_message("adoption", "birth", ("kind-5", None), on, relinquished=True),
        "cancellation": _as_message("cancellation", "birth-cancellation", ("kind-4", "Nore"), on, hour=8),
    }


def _told(on: date) -> str:
    return (on - timedelta(days=1)).isoformat()


def _transaction(
    name: str,
    children: list[tuple[str, str | None]],
    on: date,
    *,
    hour: int = 7,
    **more: Any,  # noqa: ANN401 - as `_child`
) -> dict[str, Any]:
    entries = [_post("urn:uuid:0a000000-0000-4000-8000-000000000001", _mother(), "Patient")]
    for number, (reference, given) in enumerate(children, 2):
        url = f"urn:uuid:0a000000-0000-4000-8000-00000000000{number}"
        child = _child(reference, given, born=on - timedelta(days=2), **more)
        entries += [_post(url, child, "Patient"), _post(None, _relation(url), "RelatedPerson")]
    return {
        "resourceType": "Bundle",
        "id": name,
        "meta": {"profile": [names.BUNDLE]},
        "identifier": {"system": "urn:example:messages", "value": f"example-{name}"},
        "type": "transaction",
        "timestamp": f"{_told(on)}T{hour:02}:00:00+01:00",
        "entry": entries,
    }


def _as_message(
    name: str,
    event: str,
    child: tuple[str, str | None],
    on: date,
    *,
    hour: int = 7,
    **more: Any,  # noqa: ANN401 - as `_child`
) -> dict[str, Any]:
    header = {
        "resourceType": "MessageHeader",
        "id": f"example-{name}",
        "eventCoding": {"system": names.EVENTS, "code": event},
        "source": {"name": "EPD", "endpoint": "https://epd.ziekenhuis.example/fhir"},
    }
    bundle = _transaction(name, [child], on, hour=hour, **more)
    entries = [{key: value for key, value in one.items() if key != "request"} for one in bundle["entry"]]
    return bundle | {"type": "message", "entry": [{"resource": header}, *entries]}


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


def _child(
    reference: str, given: str | None, *, born: date, died: str | None = None, relinquished: bool = False
) -> dict[str, Any]:
    name: dict[str, Any] = {"family": "Vermeersch"}
    if given is not None:
        name["given"] = [given]
    found: dict[str, Any] = {
        "resourceType": "Patient",
        "meta": {"profile": [names.CHILD]},
        "identifier": [{"system": "urn:example:newborns", "value": reference}],
        "name": [name],
        "birthDate": born.isoformat(),
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
