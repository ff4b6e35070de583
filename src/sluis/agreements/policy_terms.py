"""What the terms of a signed text imply for the gate: who exactly, on which days, and under which named conditions.

Pure, over the parsed canonical text. A term that the gate cannot see to by itself becomes a condition with a name: the
gate refuses until the fact is recorded for the asking party, and where nothing records it yet it simply refuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sluis.agreements.vocabulary import NOT_STATED

# The condition of a leg of which the text itself says that something essential is not known.
UNKNOWN = NOT_STATED


def bodies_of(party: Mapping[str, Any], text: Mapping[str, Any]) -> frozenset[str]:
    """Return the registered bodies that a party of the text stands for.

    The bodies that joined, that a published list names or that are members, where the text lists them; else the whole
    class as `kind:…`; else the one body.
    """
    listed = _joined(party, text) | _on_the_list(party) | frozenset(party.get("members", ()))
    if listed:
        return listed
    if party.get("class_of"):
        return frozenset({f"kind:{party['class_of']}"})
    return frozenset({str(party.get("body") or party["id"])})


def _joined(party: Mapping[str, Any], text: Mapping[str, Any]) -> frozenset[str]:
    joining = text.get("joining") or {}
    is_class = joining.get("party") == party["id"]
    return frozenset(statement["body"] for statement in joining.get("statements", ())) if is_class else frozenset()


def _on_the_list(party: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(found["body"] for found in (party.get("beneficiaries") or {}).get("listed", ()))


def lawful_days(text: Mapping[str, Any]) -> tuple[date, date | None]:
    """Return the first and last day on which the text opens anything.

    The term, cut to the days of every ground without which the agreement lapses; a ground that is a draft, or a text
    without a first day, opens nothing (`date.max`). No last day: no end was agreed.
    """
    term = text["term"]
    required = [ground for ground in text.get("legal_grounds", ()) if ground.get("required")]
    firsts = [day_of(term.get("in_force_from")) or date.max, *(day_of(ground.get("valid_from")) for ground in required)]
    lasts = [day_of(term.get("until")), *(day_of(ground.get("valid_until")) for ground in required)]
    in_force = all(ground.get("status", "in-force") == "in-force" for ground in required)
    first = max(day for day in firsts if day is not None) if in_force else date.max
    return first, min((day for day in lasts if day is not None), default=None)


def conditions_of(leg: Mapping[str, Any], text: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the conditions that the leg names and those that its terms imply, each once, in that order."""
    named = [condition["code"] for condition in leg["conditions"]]
    return tuple(dict.fromkeys([*named, *_of_terms(leg), *_of_purposes(leg, text), *_of_parties(leg, text)]))


def _of_terms(leg: Mapping[str, Any]) -> Iterator[str]:
    if leg.get("consent"):
        yield from ("consent-recorded", "informed-before")
    if leg.get("mandate"):
        yield "citizen-mandate"
    if leg.get("passes_on"):
        yield "onward-notice"
    if leg.get("started_by") == "citizen":
        yield "citizen-started"
    if leg.get("stop"):
        yield "stop-kept"
    if leg.get("form", "identified") != "identified":
        yield f"{leg['form']}-delivery"
    if "insz" not in leg["subjects"].get("identified_by", ("insz",)):
        yield "matching-without-number"
    if _is_unknown(leg):
        yield UNKNOWN


def _is_unknown(leg: Mapping[str, Any]) -> bool:
    """Return whether the text itself says that something of this leg is not stated."""
    anchors = {item.get("retention", {}).get("anchor") for item in leg["items"]}
    stated = {leg["subjects"]["territory"] if isinstance(leg["subjects"]["territory"], str) else "listed"}
    return NOT_STATED in {*anchors, *stated, *leg["channels"], *leg["roles"], leg["periodicity"]["kind"]}


def _of_purposes(leg: Mapping[str, Any], text: Mapping[str, Any]) -> Iterator[str]:
    uses = {purpose.get("use") for purpose in text.get("purposes", ()) if purpose["code"] in leg["purposes"]}
    if uses & {"statistics", "research"}:
        yield "research-safeguards"


def _of_parties(leg: Mapping[str, Any], text: Mapping[str, Any]) -> Iterator[str]:
    joining = text.get("joining") or {}
    for party in text["parties"]:
        if party["id"] in leg["receivers"]:
            if party.get("beneficiaries") and not _on_the_list(party):
                yield "on-beneficiary-list"
            if joining.get("party") == party["id"] and not _joined(party, text):
                yield "statement-of-agreement"
            if party.get("jurisdiction") == "third-country":
                yield "transfer-safeguards"


def day_of(value: str | None) -> date | None:
    """Return a written day, None where none was written."""
    return date.fromisoformat(value) if value is not None else None
