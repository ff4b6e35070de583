"""Whether one policy permits no more than another, compared set by set, leg by leg.

Nothing is trusted to be narrower because it was made by a completion: whatever the signed text would permit is held
against what the standard agreement permits. `widenings` is reflexive and transitive in what it accepts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import TypeVar

from sluis.agreements.policy import ItemPolicy, LegPolicy, Periodicity, Policy, SubjectScope, Territory
from sluis.agreements.problems import Path, Problem
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg

T = TypeVar("T", int, date)


def widenings(template: Policy, policy: Policy) -> tuple[Problem, ...]:
    """Return every point in which `policy` permits more than `template`; none when it stays within."""
    return tuple(_of_policy(template, policy))


def _of_policy(template: Policy, policy: Policy) -> Iterator[Problem]:
    if _is_given(template.in_force_from) and policy.in_force_from < template.in_force_from:
        yield _wider("term", ("term", "in_force_from"), template)
    if template.until is not None and (policy.until is None or policy.until > template.until):
        yield _wider("term", ("term", "until"), template)
    for name, leg in policy.legs.items():
        if name not in template.legs:
            yield _wider("leg", ("legs", name), template)
        else:
            yield from _of_leg(template.legs[name], leg, template)


def _is_given(day: date) -> bool:
    return day != date.max


def _of_leg(template: LegPolicy, leg: LegPolicy, whole: Policy) -> Iterator[Problem]:
    here: Path = ("legs", leg.name)
    for what, extra in (
        ("senders", leg.senders - template.senders),
        ("receivers", leg.receivers - template.receivers),
        ("purposes", leg.purposes - template.purposes),
        ("channels", leg.channels - template.channels),
        ("roles", leg.roles - template.roles),
        ("conditions", frozenset(template.conditions) - frozenset(leg.conditions)),
        ("items", leg.items.keys() - template.items.keys()),
    ):
        if extra:
            yield _wider(what, (*here, what), whole, names=extra)
    for what in ("kind", "source", "answers", "clauses"):
        if getattr(leg, what) != getattr(template, what):
            yield _wider(what, (*here, what), whole)
    if not _at_least(leg.facts_from, template.facts_from):
        yield _wider("facts_from", (*here, "facts_from"), whole)
    if not _at_most(leg.pickup_days, template.pickup_days):
        yield _wider("pickup_days", (*here, "pickup_days"), whole)
    if not _as_often(template.periodicity, leg.periodicity):
        yield _wider("periodicity", (*here, "periodicity"), whole)
    yield from _of_subjects(template.subjects, leg.subjects, whole, (*here, "subjects"))
    for name in leg.items.keys() & template.items.keys():
        yield from _of_item(template.items[name], leg.items[name], whole, (*here, "items"))


def _of_subjects(template: SubjectScope, scope: SubjectScope, whole: Policy, here: Path) -> Iterator[Problem]:
    if scope.category != template.category:
        yield _wider("category", (*here, "category"), whole)
    if not (_at_least(scope.age_from, template.age_from) and _at_most(scope.age_to, template.age_to)):
        yield _wider("age", (*here, "age"), whole)
    if not _lies_within(template.territory, scope.territory):
        yield _wider("territory", (*here, "territory"), whole)
    if not scope.related.items() <= template.related.items():
        yield _wider("related", (*here, "related"), whole)


def _of_item(template: ItemPolicy, item: ItemPolicy, whole: Policy, here: Path) -> Iterator[Problem]:
    kept_as_agreed = item.retention_anchor == template.retention_anchor
    if not (kept_as_agreed and _at_most(item.retention_days, template.retention_days)):
        yield _wider("retention", here, whole, names={item.name})
    if (item.group, item.special_category) != (template.group, template.special_category):
        yield _wider("items", here, whole, names={item.name})


def _at_most(value: T | None, limit: T | None) -> bool:
    return limit is None or (value is not None and value <= limit)


def _at_least(value: T | None, limit: T | None) -> bool:
    return limit is None or (value is not None and value >= limit)


def _as_often(template: Periodicity, periodicity: Periodicity) -> bool:
    """A number in all is also a number in any one year; never the other way round."""
    if template.kind == "unlimited":
        return True
    if periodicity.kind == "unlimited" or (template.kind == "once" and periodicity.kind == "per_year"):
        return False
    return _at_most(periodicity.times, template.times)


def _lies_within(template: Territory, territory: Territory) -> bool:
    if template in ("everywhere", territory):
        return True
    return isinstance(template, frozenset) and isinstance(territory, frozenset) and territory <= template


_WORDS: dict[str, Message] = {
    "term": msg("de looptijd"),
    "leg": msg("een stroom die er niet in staat"),
    "senders": msg("andere zenders"),
    "receivers": msg("andere ontvangers"),
    "purposes": msg("meer doeleinden"),
    "channels": msg("meer kanalen"),
    "roles": msg("meer rollen"),
    "conditions": msg("minder voorwaarden"),
    "items": msg("meer of andere gegevens"),
    "kind": msg("een andere richting"),
    "source": msg("een andere bron"),
    "answers": msg("een antwoord op een andere vraag"),
    "clauses": msg("een andere nummering van de artikelen"),
    "facts_from": msg("feiten van voor de afgesproken dag"),
    "pickup_days": msg("een langere ophaaltermijn"),
    "periodicity": msg("vaker uitwisselen"),
    "category": msg("andere betrokkenen"),
    "age": msg("meer leeftijden"),
    "territory": msg("een groter grondgebied"),
    "related": msg("meer verwante personen"),
    "retention": msg("langer of anders bewaren"),
}


def _wider(what: str, path: Path, template: Policy, *, names: Collection[str] = ()) -> Problem:
    wording = _WORDS[what]
    if names:
        what_exactly = msg(
            "Dit verruimt de standaardovereenkomst: {what} ({names}).", what=wording, names=", ".join(sorted(names))
        )
    else:
        what_exactly = msg("Dit verruimt de standaardovereenkomst: {what}.", what=wording)
    return Problem(
        f"widens-{what.replace('_', '-')}",
        path,
        what_exactly,
        msg("Een aanvulling mag alleen beperken. Neem over wat in de standaardovereenkomst staat, of minder."),
        Clause(template.title, "standaardovereenkomst"),
    )
