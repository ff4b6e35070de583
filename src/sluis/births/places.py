"""Which municipality an address lies in: by postal code, and by place where one code has several. Pure."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, Literal

from sluis.births.matching.policy import plain
from sluis.births.model import Address
from sluis.kernel.text import Message, msg

By = Literal["address", "register", "person", "nobody"]

WHY_NOWHERE: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "no-address": msg("Het ziekenhuis leverde geen adres."),
        "abroad": msg("De moeder woont volgens het adres in het buitenland."),
        "not-in-flanders": msg("De postcode ligt niet in het Vlaamse Gewest, of is jonger dan onze tabel."),
        "several": msg("De postcode ligt in twee gemeenten, en de plaats zegt niet welke."),
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality by its NIS code, and how it was found; without one, `why` says what is wrong."""

    nis: str | None
    by: By
    why: str | None = None


def place_of(address: Address | None, *, registered: str | None) -> Place:
    """Return the municipality of the mother: by the address that was delivered, else by the register."""
    found = _by_address(address)
    if found.nis is None and registered is not None and found.why != "abroad":
        return Place(registered, "register")
    return found


def _by_address(address: Address | None) -> Place:
    if address is None or (address.postal_code is None and address.country is None):
        return Place(None, "nobody", "no-address")
    if address.country is not None and address.country.upper() != "BE":
        return Place(None, "nobody", "abroad")
    known = _codes().get((address.postal_code or "").strip())
    if not known:
        return Place(None, "nobody", "not-in-flanders" if address.postal_code else "no-address")
    municipalities = {nis for nis, _ in known}
    if len(municipalities) > 1 and address.city:
        municipalities = {nis for nis, place in known if place == plain(address.city)}
    if len(municipalities) != 1:
        return Place(None, "nobody", "several")
    return Place(municipalities.pop(), "address")


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, frozenset[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    with files("sluis.births").joinpath("tables/postal_codes.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["postal_code"]].add((row["nis"], plain(row["locality"])))
    return {code: frozenset(places) for code, places in found.items()}
