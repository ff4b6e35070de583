"""The nine items as bytes to seal, and back. Only what is delivered is written; dates in ISO form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sluis.births.model import Absence, Address, Child, Contact, Item, Mother, Name
from sluis.kernel.insz import Insz


def as_json(mother: Mother, child: Child, missing: Mapping[Item, Absence]) -> dict[str, Any]:
    """Return mother, child and absences as plain values."""
    return {
        "mother": _plain(mother),
        "child": _plain(child),
        "missing": {str(item): str(why) for item, why in sorted(missing.items())},
    }


def from_json(kept: Mapping[str, Any]) -> tuple[Mother, Child, dict[Item, Absence]]:
    """Return what `as_json` wrote."""
    mother, child = kept["mother"], kept["child"]
    return (
        Mother(
            name=Name(**mother["name"]) if "name" in mother else None,
            birth_date=_day(mother.get("birth_date")),
            insz=Insz(mother["insz"]) if "insz" in mother else None,
            address=Address(**mother["address"]) if "address" in mother else None,
            contact=Contact(**mother["contact"]) if "contact" in mother else None,
        ),
        Child(
            name=Name(**child["name"]) if "name" in child else None,
            birth_date=_day(child.get("birth_date")),
            death_date=_day(child.get("death_date")),
            relinquished=child.get("relinquished"),
        ),
        {Item(item): Absence(why) for item, why in kept["missing"].items()},
    )


def encode(plain: Mapping[str, Any]) -> bytes:
    """Return plain values as bytes, one way only."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _plain(person: Mother | Child) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in asdict(person).items():
        if isinstance(value, dict):
            found[name] = {part: one for part, one in value.items() if one is not None}
        elif value is not None:
            found[name] = value.isoformat() if isinstance(value, date) else value
    return found


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
