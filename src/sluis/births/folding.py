"""What all messages about one newborn say together, whatever the order in which they arrived. Pure.

The sender's own time orders them, so any arrival gives the same result: a correction that comes before its birth waits
and counts, and an older message that comes late changes nothing that a newer one said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from sluis.births.model import (
    ALWAYS_EXPECTED,
    ONLY_WHEN_APPLICABLE,
    Absence,
    Child,
    Contact,
    Item,
    Kind,
    Mother,
    Name,
    values_of,
)
from sluis.births.sealing import as_json, from_json

State = Literal["waiting", "born", "cancelled"]

_RANK: Final = {Kind.BIRTH: 0, Kind.CORRECTION: 1, Kind.CANCELLATION: 2}

# Item 8 is told only where it applies: who says that its day is not known (PID-30, a data-absent-reason) tells of a
# death. Too much care is mended by a person; a letter to a mother who lost her child is not.
_DEAD_WITHOUT_DAY: Final = frozenset({Absence.UNKNOWN, Absence.REFUSED, Absence.NOT_YET})

_PLACES: Final = {
    Item.MOTHER_NAME: ("mother", "name"),
    Item.MOTHER_BIRTH_DATE: ("mother", "birth_date"),
    Item.MOTHER_INSZ: ("mother", "insz"),
    Item.MOTHER_ADDRESS: ("mother", "address"),
    Item.MOTHER_CONTACT: ("mother", "contact"),
    Item.CHILD_NAME: ("child", "name"),
    Item.CHILD_BIRTH_DATE: ("child", "birth_date"),
    Item.CHILD_DEATH_DATE: ("child", "death_date"),
    Item.CHILD_RELINQUISHED: ("child", "relinquished"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One notice, as the fold reads it."""

    kind: Kind
    sent_at: datetime
    message_id: str
    mother: Mother = field(repr=False)
    child: Child = field(repr=False)
    missing: Mapping[Item, Absence]
    received_at: datetime
    """Orders what its sender dated at one second: a live line keeps its order."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a newborn (or of a file): the items, why others are missing, and since when each is so.

    `is_delicate` says that items 8 or 9 are known; `was_delicate` that they ever were, also when they were taken back:
    care does not end by itself.
    """

    state: State
    mother: Mother = field(default_factory=Mother, repr=False)
    child: Child = field(default_factory=Child, repr=False)
    missing: Mapping[Item, Absence] = field(default_factory=dict)
    times: Mapping[Item, datetime] = field(default_factory=dict, repr=False)
    was_delicate: bool = False

    @property
    def is_delicate(self) -> bool:
        """Whether the child died (also when the day is not known) or was given up, as far as is known now."""
        return (
            self.child.death_date is not None
            or bool(self.child.relinquished)
            or self.missing.get(Item.CHILD_DEATH_DATE) in _DEAD_WITHOUT_DAY
        )

    @property
    def gaps(self) -> tuple[Item, ...]:
        """The expected items that are not there, or not whole: a name without a given name is one of them."""
        values = values_of(self.mother, self.child)
        return tuple(item for item in ALWAYS_EXPECTED if not is_whole(values[item]))


def fold(notices: Iterable[Said]) -> Told:
    """Return what the notices of one sender about one newborn say together."""
    told = Told("waiting")
    has_birth = is_cancelled = False
    for said in sorted(notices, key=lambda one: (one.sent_at, _RANK[one.kind], one.received_at, one.message_id)):
        if said.kind is Kind.CANCELLATION:
            is_cancelled = True
            continue
        if said.kind is Kind.BIRTH:
            has_birth, is_cancelled = True, False
        told = _apply(told, said)
    state: State = "cancelled" if has_birth and is_cancelled else "born" if has_birth else "waiting"
    return replace(told, state=state)


def combine(newborns: Iterable[Told]) -> Told:
    """Return what several hospitals (or messages under several references) say of the same child.

    Of each item the newest counts. Who cancelled says nothing any more; when all did, the file is cancelled.
    """
    all_of_them = sorted(newborns, key=lambda one: str(as_json(one.mother, one.child, one.missing)))
    living = [one for one in all_of_them if one.state == "born"]
    counted = living or all_of_them
    best: dict[Item, tuple[datetime, object]] = {}
    missing: dict[Item, Absence] = {}
    for one in counted:
        missing.update(one.missing)
        for item, value in values_of(one.mother, one.child).items():
            if value is not None and (item not in best or one.times[item] > best[item][0]):
                best[item] = (one.times[item], value)
    mother, child = Mother(), Child()
    for item, (_, value) in best.items():
        mother, child = _with(mother, child, item, value)
    return Told(
        "born" if living else "cancelled",
        mother,
        child,
        {item: why for item, why in missing.items() if not is_whole(values_of(mother, child)[item])},
        {item: time for item, (time, _) in best.items()},
        any(one.was_delicate for one in all_of_them),
    )


def told_as_json(told: Told) -> dict[str, Any]:
    """Return what is known as plain values, to seal."""
    return {
        **as_json(told.mother, told.child, told.missing),
        "state": told.state,
        "times": {str(item): time.isoformat() for item, time in sorted(told.times.items())},
        "was_delicate": told.was_delicate,
    }


def told_from_json(kept: Mapping[str, Any]) -> Told:
    """Return what `told_as_json` wrote."""
    mother, child, missing = from_json(kept)
    times = {Item(item): datetime.fromisoformat(time) for item, time in kept["times"].items()}
    return Told(kept["state"], mother, child, missing, times, kept["was_delicate"])


def _apply(told: Told, said: Said) -> Told:
    mother, child = told.mother, told.child
    missing, times = dict(told.missing), dict(told.times)
    for item, value in values_of(said.mother, said.child).items():
        if value is None:
            continue
        mother, child = _with(mother, child, item, _joined(values_of(mother, child)[item], value))
        times[item] = said.sent_at
        missing.pop(item, None)
    for item, why in said.missing.items():
        is_told = values_of(said.mother, said.child)[item] is not None
        if why is Absence.WITHDRAWN and not is_told:
            mother, child = _with(mother, child, item, None)
            times.pop(item, None)
            missing[item] = why
        elif why is not Absence.WITHDRAWN and not is_whole(values_of(mother, child)[item]):
            missing[item] = why  # also of a part: a family name is told, the given name is not there yet
    delicate = any(values_of(said.mother, said.child)[item] is not None for item in ONLY_WHEN_APPLICABLE)
    delicate = delicate or said.missing.get(Item.CHILD_DEATH_DATE) in _DEAD_WITHOUT_DAY
    return Told(told.state, mother, child, missing, times, told.was_delicate or delicate)


def _joined(known: object, value: object) -> object:
    """Return the newer value, with the parts that it leaves out: an e-mail address does not undo a mobile number."""
    if isinstance(known, Name) and isinstance(value, Name):
        return Name(value.family or known.family, value.given or known.given)
    if isinstance(known, Contact) and isinstance(value, Contact):
        return Contact(value.mobile or known.mobile, value.email or known.email)
    return value


def _with(mother: Mother, child: Child, item: Item, value: object) -> tuple[Mother, Child]:
    whose, name = _PLACES[item]
    change: dict[str, Any] = {name: value}
    return (replace(mother, **change), child) if whose == "mother" else (mother, replace(child, **change))


def is_whole(value: object) -> bool:
    """Return whether an item is there with all its parts: a name with a given name, both ways to reach the mother."""
    if isinstance(value, Name):
        return bool(value.family and value.given)
    if isinstance(value, Contact):
        return bool(value.mobile and value.email)
    return value is not None
