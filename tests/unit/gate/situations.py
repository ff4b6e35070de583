"""A situation in which every check holds, and ways to spoil it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from sluis.agreements.policy import ItemPolicy, LegPolicy, Periodicity, Policy, SubjectScope
from sluis.gate.model import Request, Standing
from sluis.gate.policy import Situation
from sluis.kernel.insz import Insz
from sluis.kernel.outcome import Clause

DAY = date(2025, 3, 3)
SOMEBODY = Insz("15652014525")  # a published official test number


def leg(**changes: Any) -> LegPolicy:
    values: dict[str, Any] = {
        "name": "answer",
        "kind": "answer",
        "senders": frozenset({"opgroeien-regie"}),
        "receivers": frozenset({"gemeente-wingene"}),
        "source": "sociale-toeslag",
        "answers": "request",
        "purposes": frozenset({"automatic-allowance"}),
        "subjects": SubjectScope("child", 0, 25, "asker", MappingProxyType({})),
        "items": MappingProxyType(
            {
                name: ItemPolicy(name, "child", 30, "receipt", False)
                for name in ("child-insz", "right-since", "beneficiary-insz")
            }
        ),
        "channels": frozenset({"web", "command-line"}),
        "periodicity": Periodicity("once", 1),
        "conditions": ("decision-attached", "answer-only-what-was-asked"),
        "roles": frozenset({"officer"}),
        "clauses": MappingProxyType({"purpose": Clause("Protocol", "artikel 1")}),
    }
    return LegPolicy(**(values | changes))


def policy(**changes: Any) -> Policy:
    values: dict[str, Any] = {
        "agreement": "wingene-2025",
        "text_hash": "a" * 64,
        "in_force_from": date(2025, 1, 1),
        "until": date(2025, 12, 31),
        "legs": MappingProxyType({"answer": leg()}),
        "title": "Protocol",
    }
    return Policy(**(values | changes))


def request(**changes: Any) -> Request:
    values: dict[str, Any] = {
        "actor": "an",
        "party": "gemeente-wingene",
        "agreement": "wingene-2025",
        "leg": "answer",
        "purpose": "automatic-allowance",
        "items": frozenset({"child-insz", "right-since"}),
        "subjects": (SOMEBODY,),
        "channel": "web",
        "at": datetime(2025, 3, 3, 9, tzinfo=UTC),
        "reference": DAY,
    }
    return Request(**(values | changes))


def standing(**changes: Any) -> Standing:
    values: dict[str, Any] = {
        "actor_kind": "person",
        "roles": frozenset({"officer"}),
        "uses": 0,
        "conditions": frozenset({"decision-attached"}),
    }
    return Standing(**(values | changes))


def situation(**changes: Any) -> Situation:
    """Return a situation in which everything is in order, with the given parts replaced."""
    agreed = policy()
    whole = Situation(
        request=request(),
        state="in_force",
        stored_hash=agreed.text_hash,
        policy=agreed,
        leg=agreed.legs["answer"],
        receivers=frozenset({"gemeente-wingene"}),
        must_sign_anew=frozenset(),
        standing=standing(),
        on=DAY,
    )
    return replace(whole, **changes)
