"""A policy that is called narrower permits nothing that the wider one does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sluis.agreements.narrowing import widenings
from sluis.agreements.policy import ItemPolicy, LegPolicy, Periodicity, Policy, SubjectScope, Territory

DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 9))
CODES = ("a", "b", "c")
NIS = ("11001", "24001", "37021")


def sets(of: tuple[str, ...] = CODES) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(of), min_size=1)


periodicities = st.one_of(
    st.builds(Periodicity, st.just("once"), st.integers(1, 3)),
    st.builds(Periodicity, st.just("per_year"), st.integers(1, 3)),
    st.just(Periodicity("unlimited", None)),
)
territories: st.SearchStrategy[Territory] = st.one_of(
    st.just("everywhere"), st.just("receiver"), st.just("asker"), sets(NIS)
)
scopes = st.builds(
    SubjectScope,
    category=st.sampled_from(("child", "mother")),
    age_from=st.none() | st.integers(0, 3),
    age_to=st.none() | st.integers(0, 3),
    territory=territories,
    related=st.dictionaries(st.sampled_from(CODES), st.sampled_from(("x", "y")), max_size=2).map(MappingProxyType),
)


@st.composite
def legs(draw: st.DrawFn) -> LegPolicy:
    names = draw(sets())
    return LegPolicy(
        name="leg",
        kind="answer",
        senders=draw(sets()),
        receivers=draw(sets()),
        source="source",
        answers="request",
        purposes=draw(sets()),
        subjects=draw(scopes),
        items=MappingProxyType(
            {name: ItemPolicy(name, "child", draw(st.none() | st.integers(1, 3)), "receipt", False) for name in names}
        ),
        channels=draw(sets()),
        periodicity=draw(periodicities),
        conditions=tuple(sorted(draw(st.frozensets(st.sampled_from(CODES))))),
        roles=draw(sets()),
        clauses=MappingProxyType({}),
        facts_from=draw(st.none() | DAYS),
        pickup_days=draw(st.none() | st.integers(1, 3)),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    return Policy(
        agreement="x",
        text_hash="",
        in_force_from=draw(DAYS),
        until=draw(st.none() | DAYS),
        legs=MappingProxyType({"leg": draw(legs())}),
    )


def with_leg(policy: Policy, **changes: Any) -> Policy:
    return replace(policy, legs=MappingProxyType({"leg": replace(policy.legs["leg"], **changes)}))


def with_scope(policy: Policy, **changes: Any) -> Policy:
    return with_leg(policy, subjects=replace(policy.legs["leg"].subjects, **changes))


@st.composite
def narrowed(draw: st.DrawFn, policy: Policy) -> Policy:
    """Return the policy with less in it, in as many respects as chance wants."""
    leg, scope = policy.legs["leg"], policy.legs["leg"].subjects
    for what in ("senders", "receivers", "purposes", "channels", "roles"):
        policy = with_leg(policy, **{what: draw(sets(tuple(sorted(getattr(leg, what)))))})
    kept = draw(sets(tuple(sorted(leg.items))))
    fewer = {
        name: replace(item, retention_days=draw(_at_most(item.retention_days)))
        for name, item in leg.items.items()
        if name in kept
    }
    policy = with_leg(
        policy,
        items=MappingProxyType(fewer),
        conditions=(*leg.conditions, *draw(st.lists(st.sampled_from(("d", "e")), max_size=1))),
        pickup_days=draw(_at_most(leg.pickup_days)),
        facts_from=(leg.facts_from or date(2026, 1, 1)) + timedelta(days=draw(st.integers(0, 3))),
        periodicity=draw(_less_often(leg.periodicity)),
    )
    territory: Territory = scope.territory
    if territory == "everywhere":
        territory = draw(territories)
    elif isinstance(territory, frozenset):
        territory = draw(sets(tuple(sorted(territory))))
    policy = with_scope(
        policy,
        age_from=(scope.age_from or 0) + draw(st.integers(0, 2)),
        age_to=draw(_at_most(scope.age_to)),
        territory=territory,
    )
    later = policy.in_force_from + timedelta(days=draw(st.integers(0, 3)))
    return replace(policy, in_force_from=later, until=(policy.until or date(2027, 1, 1)))


def _at_most(limit: int | None) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(1, 9) if limit is None else st.integers(0, limit)


def _less_often(given_periodicity: Periodicity) -> st.SearchStrategy[Periodicity]:
    if given_periodicity.kind == "unlimited":
        return periodicities
    most = given_periodicity.times or 1
    once = st.builds(Periodicity, st.just("once"), st.integers(1, most))
    return (
        once | st.builds(Periodicity, st.just("per_year"), st.integers(1, most))
        if (given_periodicity.kind == "per_year")
        else once
    )


@settings(deadline=None)
@given(policies())
def test_a_policy_is_not_wider_than_itself(policy: Policy) -> None:
    assert widenings(policy, policy) == ()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_narrowing_is_accepted_and_narrowing_twice_is_narrowing(data: st.DataObject) -> None:
    policy = data.draw(policies())
    narrower = data.draw(narrowed(policy))
    narrowest = data.draw(narrowed(narrower))
    assert widenings(policy, narrower) == ()
    assert widenings(narrower, narrowest) == ()
    assert widenings(policy, narrowest) == ()


WIDENINGS: dict[str, Callable[[Policy], Policy]] = {
    "senders": lambda p: with_leg(p, senders=p.legs["leg"].senders | {"new"}),
    "receivers": lambda p: with_leg(p, receivers=p.legs["leg"].receivers | {"new"}),
    "purposes": lambda p: with_leg(p, purposes=p.legs["leg"].purposes | {"new"}),
    "channels": lambda p: with_leg(p, channels=p.legs["leg"].channels | {"new"}),
    "roles": lambda p: with_leg(p, roles=p.legs["leg"].roles | {"new"}),
    "conditions": lambda p: with_leg(p, conditions=p.legs["leg"].conditions[1:]),
    "kind": lambda p: with_leg(p, kind="delivery"),
    "source": lambda p: with_leg(p, source="other"),
    "answers": lambda p: with_leg(p, answers="other"),
    "items": lambda p: with_leg(
        p, items=MappingProxyType({**p.legs["leg"].items, "new": ItemPolicy("new", "child", 1, "receipt", False)})
    ),
    "retention": lambda p: with_leg(
        p,
        items=MappingProxyType(
            {
                name: replace(item, retention_days=(item.retention_days or 0) + 1, retention_anchor="other")
                for name, item in p.legs["leg"].items.items()
            }
        ),
    ),
    "special": lambda p: with_leg(
        p,
        items=MappingProxyType(
            {name: replace(item, special_category=True) for name, item in p.legs["leg"].items.items()}
        ),
    ),
    "age_from": lambda p: with_scope(p, age_from=(p.legs["leg"].subjects.age_from or 1) - 1),
    "no_age_to": lambda p: with_scope(p, age_to=None),
    "category": lambda p: with_scope(p, category="everybody"),
    "territory": lambda p: with_scope(p, territory="everywhere"),
    "related": lambda p: with_scope(
        p, related=MappingProxyType({**p.legs["leg"].subjects.related, "neighbour": "lives-beside"})
    ),
    "periodicity": lambda p: with_leg(p, periodicity=Periodicity("unlimited", None)),
    "facts_from": lambda p: with_leg(p, facts_from=date(2000, 1, 1)),
    "pickup_days": lambda p: with_leg(p, pickup_days=(p.legs["leg"].pickup_days or 0) + 1),
    "until": lambda p: replace(p, until=None),
    "in_force_from": lambda p: replace(p, in_force_from=date(2000, 1, 1)),
    "leg": lambda p: replace(p, legs=MappingProxyType({**p.legs, "extra": replace(p.legs["leg"], name="extra")})),
}


@settings(deadline=None)
@given(st.data(), st.sampled_from(sorted(WIDENINGS)))
def test_any_widening_anywhere_is_refused_also_after_narrowing_elsewhere(data: st.DataObject, what: str) -> None:
    policy = data.draw(policies())
    wider = WIDENINGS[what](data.draw(narrowed(policy)))
    leg, scope = policy.legs["leg"], policy.legs["leg"].subjects
    # Where the policy set no limit there is nothing to widen.
    assume(what != "conditions" or leg.conditions)
    assume(what != "age_from" or scope.age_from not in (None, 0))
    assume(what != "no_age_to" or scope.age_to is not None)
    assume(what != "territory" or scope.territory != "everywhere")
    assume(what != "periodicity" or leg.periodicity.kind != "unlimited")
    assume(what != "facts_from" or leg.facts_from is not None)
    assume(what != "pickup_days" or leg.pickup_days is not None)
    assume(what != "until" or policy.until is not None)
    if what in ("pickup_days", "age_from"):
        wider = WIDENINGS[what](policy)
    assert widenings(policy, wider), what


def permits(policy: Policy, point: tuple[Any, ...]) -> bool:
    """Say what the gate would say of one concrete use, from the policy alone; the oracle of `widenings`."""
    day, sender, receiver, purpose, item, kept, channel, role, conditions, age, place, fact, years = point
    leg, scope = policy.legs["leg"], policy.legs["leg"].subjects
    per_year, total = max(years), sum(years)
    often = {
        "once": total <= (leg.periodicity.times or 1),
        "per_year": per_year <= (leg.periodicity.times or 1),
        "unlimited": True,
    }[leg.periodicity.kind]
    lives = scope.territory in ("everywhere", place) or (
        isinstance(scope.territory, frozenset) and place in scope.territory
    )
    return (
        policy.in_force_from <= day
        and (policy.until is None or day <= policy.until)
        and sender in leg.senders
        and receiver in leg.receivers
        and purpose in leg.purposes
        and item in leg.items
        and (leg.items[item].retention_days is None or kept <= leg.items[item].retention_days)
        and channel in leg.channels
        and role in leg.roles
        and set(leg.conditions) <= conditions
        and (scope.age_from is None or age >= scope.age_from)
        and (scope.age_to is None or age <= scope.age_to)
        and lives
        and (leg.facts_from is None or fact >= leg.facts_from)
        and often
    )


points = st.tuples(
    DAYS,
    *(st.sampled_from(CODES) for _ in range(4)),
    st.integers(0, 5),
    st.sampled_from(CODES),
    st.sampled_from(CODES),
    st.frozensets(st.sampled_from(CODES)),
    st.integers(0, 4),
    st.sampled_from((*NIS, "receiver", "asker")),
    DAYS,
    st.lists(st.integers(1, 3), min_size=1, max_size=2),
)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_what_a_narrower_policy_permits_the_wider_one_permits(data: st.DataObject) -> None:
    policy = data.draw(policies())
    other = data.draw(narrowed(policy) if data.draw(st.booleans()) else policies())
    if widenings(policy, other) == ():
        for _ in range(20):
            point = data.draw(points)
            assert permits(policy, point) or not permits(other, point), point
