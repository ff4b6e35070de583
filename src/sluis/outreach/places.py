"""The local authorities of a day with their municipality and province, and those of them that a group means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from sluis.kernel.territory import bodies, municipality, nis_of
from sluis.outreach.model import Group, Place


@lru_cache(maxsize=8)
def places_on(day: date) -> tuple[Place, ...]:
    """Return every municipality and OCMW that exists on the day, by name of the municipality."""
    found: list[Place] = []
    for body in bodies():
        nis = nis_of(body, day)
        where = municipality(nis, day) if nis is not None else None
        if where is not None:
            found.append(Place(body.id, body.name_on(day), body.kind, where.nis, where.name, where.province))
    return tuple(sorted(found, key=lambda place: (place.municipality, place.kind)))


@lru_cache(maxsize=8)
def provinces_on(day: date) -> tuple[str, ...]:
    """Return the provinces."""
    return tuple(sorted({place.province for place in places_on(day)}))


def within_group(group: Group, day: date) -> tuple[Place, ...]:
    """Return the bodies of a group, by everything but their stage."""
    words = group.words.casefold().split()
    return tuple(
        place
        for place in places_on(day)
        if (group.province is None or place.province == group.province)
        and (group.kind is None or place.kind == group.kind)
        and all(word in _searched(place) for word in words)
    )


def ids(places: Iterable[Place]) -> Sequence[str]:
    """Return their ids."""
    return [place.id for place in places]


def _searched(place: Place) -> str:
    return f"{place.name} {place.municipality} {place.id} {place.nis}".casefold()
