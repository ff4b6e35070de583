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
    return (
        _is_of_age(facts.born, scope, on)
        and (facts.died is None or facts.died >= on)
        and (territory is None or facts.nis in territory)
    )


def _is_of_age(born: date, scope: SubjectScope, on: date) -> bool:
    age = completed_years(born, on)
    return (
        born <= on
        and (scope.age_from is None or age >= scope.age_from)
        and (scope.age_to is None or age <= scope.age_to)
    )


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
    of_age: dict[date, bool] = {}  # of 20,000 children many have one birthday: each day is judged once
    for number in asked:
        known = facts.get(number)
        if known is None:
            continue
        insz, born, died, nis = known
        is_of_age = of_age.get(born)
        if is_of_age is None:
            is_of_age = of_age[born] = _is_of_age(born, scope, on)
        if is_of_age and (died is None or died >= on) and (territory is None or nis in territory):
            found.setdefault(insz, number)
    return found
