"""Whether a person is within a leg's subjects: age and territory on the reference date. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sluis.agreements.policy import SubjectScope
from sluis.gate.model import SubjectFacts
from sluis.kernel.insz import Insz


def completed_years(born: date, on: date) -> int:
    """Return the age in completed years; someone born on 29 February ages on 1 March in other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def in_scope(facts: SubjectFacts, *, scope: SubjectScope, territory: frozenset[str] | None, on: date) -> bool:
    """Return whether a person was alive, of the agreed age and resident in the agreed territory on that day.

    `territory` is None where the leg holds everywhere.
    """
    if facts.born > on or (facts.died is not None and facts.died < on):
        return False
    age = completed_years(facts.born, on)
    if scope.age_from is not None and age < scope.age_from:
        return False
    if scope.age_to is not None and age > scope.age_to:
        return False
    return territory is None or facts.nis in territory


def within(
    asked: Iterable[Insz],
    facts: Mapping[Insz, SubjectFacts],
    *,
    scope: SubjectScope,
    territory: frozenset[str] | None,
    on: date,
) -> dict[Insz, Insz]:
    """Return number in force -> number asked, for the persons within scope, in the order of asking.

    Unknown, too old and living elsewhere are absent, all alike: the caller cannot tell which it was.
    """
    found: dict[Insz, Insz] = {}
    for number in asked:
        known = facts.get(number)
        if known is not None and in_scope(known, scope=scope, territory=territory, on=on):
            found.setdefault(known.insz, number)
    return found
