"""An explanation as JSON: one stable form for machines, with its sentences in the language that was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sluis.benefits.explanation.model import Explanation, Link, UsedFact, UsedValue
from sluis.benefits.explanation.otherwise import Otherwise
from sluis.kernel.month import Month
from sluis.kernel.text import Message
from sluis.rules.trace import written
from sluis.rules.units import CENTS

VERSION: Final = "sluis.benefits.explanation/1"
"""A change that breaks a reader gets another number."""

Say = Callable[[Message], str]


def as_json(
    told: Explanation,
    say: Say,
    *,
    language: str = "nl",
    changes: Sequence[Otherwise] = (),
    next_change: tuple[Month, int | None] | None = None,
) -> dict[str, Any]:
    """Return the explanation as JSON values; `say` turns a sentence into `language`. Its form: `SCHEMA`."""
    return {
        "schema": VERSION,
        "language": language,
        "child": told.child,
        "benefit": told.benefit,
        "title": say(told.title),
        "month": str(told.month),
        "decision": told.decision,
        "amount": _cents(told.amount_cents),
        "provisional": told.is_provisional,
        "provisional_because": None if told.provisional_because is None else say(told.provisional_because),
        "article": str(told.article),
        "payees": [
            {
                "payee": each.payee,
                "kind": each.kind,
                "amount": _cents(each.amount_cents),
                "parts": each.parts,
                "of": each.of,
            }
            for each in told.payees
        ],
        "pay_day": None if told.pay_day is None else told.pay_day.isoformat(),
        "missing": [
            {
                "lack": each.lack,
                "name": each.name,
                "what": say(each.what),
                "remedy": say(each.remedy),
                "ask": None if each.ask is None else say(each.ask),
            }
            for each in told.missing
        ],
        "weak": [_value(each, say) for each in told.weak],
        "chain": [_link(each, say) for each in told.chain],
        "counterfactuals": [
            {
                "subject": each.subject,
                "fact": each.fact.name,
                "what": say(each.fact.what),
                "before": written(each.before, each.fact.unit),
                "after": written(each.after, each.fact.unit),
                "amount": _cents(each.amount_cents),
                "since": str(each.since),
                "text": say(each.sentence),
            }
            for each in changes
        ],
        "next_change": None
        if next_change is None
        else {"month": str(next_change[0]), "amount": _cents(next_change[1])},
        "receipts": dict(told.receipts),
    }


def _cents(cents: int | None) -> str | None:
    value = written(cents, CENTS)
    return None if value is None else str(value)


def _link(link: Link, say: Say) -> dict[str, Any]:
    return {
        "book": link.book,
        "subject": link.subject,
        "rule": link.rule,
        "title": say(link.title),
        "article": str(link.article),
        "valid": link.valid,
        "value": link.value,
        "value_text": say(link.shown),
        "text": [{"depth": depth, "line": say(line)} for depth, line in link.text],
        "facts": [_fact(each, say) for each in link.facts],
        "parameters": [_value(each, say) for each in link.values],
        "rests_on": list(link.rests_on),
    }


def _fact(used: UsedFact, say: Say) -> dict[str, Any]:
    return {
        "name": used.name,
        "what": say(used.what),
        "value": used.value,
        "value_text": say(used.shown),
        "tables": list(used.tables),
        "sources": [say(each) for each in used.sources],
        "decided_by": used.decided_by or None,
    }


def _value(used: UsedValue, say: Say) -> dict[str, Any]:
    return {
        "name": used.name,
        "title": say(used.title),
        "article": str(used.article),
        "since": str(used.since),
        "value": used.value,
        "value_text": say(used.shown),
        "confidence": used.confidence,
        "reason": say(used.reason) if used.is_weak else None,
        "sources": list(used.sources),
        "weak": used.is_weak,
    }


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(items)}


_TEXT: Final = {"type": "string"}
_MAYBE: Final = {"type": ["string", "null"]}
_TRUTH: Final = {"type": "boolean"}
_NUMBER: Final = {"type": "integer"}
_MONTH: Final = {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"}
_AMOUNT: Final = {"type": ["string", "null"], "pattern": r"^-?\d+\.\d{2}$"}
_ANY: Final = {"type": ["string", "integer", "boolean", "null"]}
_PARAMETER: Final = _object(
    {
        "name": _TEXT,
        "title": _TEXT,
        "article": _TEXT,
        "since": _MONTH,
        "value": _ANY,
        "value_text": _TEXT,
        "confidence": _TEXT,
        "reason": _MAYBE,
        "sources": _list(_TEXT),
        "weak": _TRUTH,
    }
)
_FACT: Final = _object(
    {
        "name": _TEXT,
        "what": _TEXT,
        "value": _ANY,
        "value_text": _TEXT,
        "tables": _list(_TEXT),
        "sources": _list(_TEXT),
        "decided_by": _MAYBE,
    }
)
_LINK: Final = _object(
    {
        "book": _TEXT,
        "subject": _TEXT,
        "rule": _TEXT,
        "title": _TEXT,
        "article": _TEXT,
        "valid": _TEXT,
        "value": _ANY,
        "value_text": _TEXT,
        "text": _list(_object({"depth": _NUMBER, "line": _TEXT})),
        "facts": _list(_FACT),
        "parameters": _list(_PARAMETER),
        "rests_on": _list(_TEXT),
    }
)

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": VERSION,
    **_object(
        {
            "schema": {"const": VERSION},
            "language": {"enum": ["nl", "fr", "en", "de"]},
            "child": _TEXT,
            "benefit": _TEXT,
            "title": _TEXT,
            "month": _MONTH,
            "decision": {"enum": ["granted", "refused", "undecided"]},
            "amount": _AMOUNT,
            "provisional": _TRUTH,
            "provisional_because": _MAYBE,
            "article": _TEXT,
            "payees": _list(
                _object(
                    {
                        "payee": _TEXT,
                        "kind": {"enum": ["person", "organisation", "savings_account"]},
                        "amount": _AMOUNT,
                        "parts": _NUMBER,
                        "of": _NUMBER,
                    }
                )
            ),
            "pay_day": {"type": ["string", "null"], "format": "date"},
            "missing": _list(
                _object(
                    {
                        "lack": {"enum": ["fact", "parameter"]},
                        "name": _TEXT,
                        "what": _TEXT,
                        "remedy": _TEXT,
                        "ask": _MAYBE,
                    }
                )
            ),
            "weak": _list(_PARAMETER),
            "chain": _list(_LINK),
            "counterfactuals": _list(
                _object(
                    {
                        "subject": _TEXT,
                        "fact": _TEXT,
                        "what": _TEXT,
                        "before": _ANY,
                        "after": _ANY,
                        "amount": _AMOUNT,
                        "since": _MONTH,
                        "text": _TEXT,
                    }
                )
            ),
            "next_change": {"anyOf": [{"type": "null"}, _object({"month": _MONTH, "amount": _AMOUNT})]},
            "receipts": {"type": "object", "additionalProperties": _TEXT},
        }
    ),
}
"""The JSON Schema (2020-12) of an explanation."""
