"""Why: the chain of rules behind what a child gets in a month, with facts, parameters and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypedDict

import polars as pl

from sluis.benefits.law import Decided, decide
from sluis.benefits.tables import FactTables
from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.rules import traced
from sluis.rules.text import told as in_words
from sluis.rules.trace import TracedRule


class ExplainedJson(TypedDict):
    """One benefit of one child in one month, as JSON."""

    child: str
    benefit: str
    month: str
    key: str
    amount: str | None
    provisional: bool
    missing: list[str]
    weak: list[str]
    chain: list[TracedRule]


@dataclass(frozen=True)
class Explained:
    """One benefit of one child: its trace, and in words what was decided, by which rules and facts."""

    json: ExplainedJson
    words: tuple[Message, ...]


def explain(
    tables: FactTables, month: Month, child: str, *, as_of: date | None = None, refuse_weak: bool = False
) -> tuple[Explained, ...]:
    """Explain every benefit of a child in a month; a SluisError when there is no such child then.

    A benefit that is plainly nothing is told in one line, without its chain.
    """
    decided = decide(tables, month, as_of=as_of, engine="interpreter", refuse_weak=refuse_weak)
    known = decided.answers["kind"].values["child"]
    if child not in known.to_list():
        raise SluisError(
            "child-unknown",
            msg("Dit kind staat voor {month} niet in de feiten.", month=month),
            remedy=msg("Geef het id van een kind dat in die maand geboren is, zoals het in persons staat."),
        )
    return tuple(
        explained
        for benefit in decided.law.benefits
        if decided.has(benefit)
        for explained in _benefit(decided, benefit, child)
    )


def _benefit(decided: Decided, benefit: str, child: str) -> list[Explained]:
    found = decided.values(benefit).filter(pl.col("child") == child)
    doubts = decided.doubts(benefit).filter(pl.col("child") == child)
    return [_explained(decided, benefit, row, doubts) for row in found.iter_rows(named=True)]


def _explained(decided: Decided, benefit: str, row: dict[str, object], doubts: pl.DataFrame) -> Explained:
    key, value = str(row["key"]), row["value"]
    own = doubts.filter(pl.col("key") == key)
    names = {lack: sorted(own.filter(pl.col("lack") == lack)["name"]) for lack in ("fact", "parameter", "weak")}
    missing = [f"{lack}:{name}" for lack in ("fact", "parameter") for name in names[lack]]
    chain = _chain(decided, benefit, key, str(row["child"]))
    amount = None if value is None else chain[0]["value"]
    json = ExplainedJson(
        child=str(row["child"]),
        benefit=benefit,
        month=str(decided.month),
        key=key,
        amount=None if amount is None else str(amount),
        provisional=value is not None and bool(names["weak"]),
        missing=missing,
        weak=names["weak"],
        chain=chain,
    )
    return Explained(json, tuple(_words(decided, json)))


def _chain(decided: Decided, benefit: str, key: str, child: str) -> list[TracedRule]:
    """Return the chain of the rule and, for facts that an earlier book decided, the chains behind them."""
    answered = decided.answered(benefit)
    told = answered.interpretation
    assert told is not None, "an explanation is made by the interpreter"
    chain = traced(told, key, benefit)
    earlier = {each.name for each in answered.book.facts}
    seen = {(each["subject"], each["rule"]) for each in chain}
    for name in dict.fromkeys(name for each in chain for name in each["facts"] if name in earlier):
        for before in decided.values(name).filter(pl.col("child") == child)["key"]:
            for each in _chain(decided, name, str(before), child):
                if (each["subject"], each["rule"]) not in seen:
                    seen.add((each["subject"], each["rule"]))
                    chain.append(each)
    return chain


def _words(decided: Decided, json: ExplainedJson) -> list[Message]:
    """Return the explanation in sentences: the amount, then each rule with its facts and what it rests on."""
    names = {"benefit": json["benefit"], "month": json["month"]}
    if json["amount"] is None:
        lines = [msg("{benefit} in {month}: nog niet beslist.", **names)]
    elif json["amount"] == "0.00":
        lines = [msg("{benefit} in {month}: geen recht.", **names)]
    else:
        lines = [msg("{benefit} in {month}: {amount} euro.", amount=json["amount"], **names)]
    lines += [msg("Er ontbreekt: {name}.", name=name) for name in json["missing"]]
    lines += [msg("Voorlopig, want deze waarde is niet zeker: {name}.", name=name) for name in json["weak"]]
    for each in json["chain"]:
        lines += _rule_words(decided, each)
    return lines


def _rule_words(decided: Decided, each: TracedRule) -> list[Message]:
    law = decided.answered(each["rule"]).law
    built = law.rules[each["rule"]]
    value = "?" if each["value"] is None else each["value"]
    lines: list[Message] = [
        msg(
            "{title} ({article}): {value}",
            title=built.rule.title,
            article=each["article"],
            value=_spoken(value) if isinstance(value, bool) else str(value),
        )
    ]
    lines += [msg("  {line}", line=line.text) for line in in_words(law.book, built, law).lines]
    for name, fact_value in each["facts"].items():
        what = law.book.facts[name].what
        shown = msg("niet bekend") if fact_value is None else _spoken(fact_value)
        lines.append(msg("  Feit: {what}: {value}", what=what, value=shown))
    for read in each["parameters"]:
        lines.append(
            msg(
                "  Waarde: {name}, vanaf {since}: {value} ({article}; {confidence})",
                name=read["name"],
                since=read["since"],
                value=str(read["value"]),
                article=read["article"],
                confidence=read["confidence"],
            )
        )
    return lines


def _spoken(value: object) -> Message:
    if isinstance(value, bool):
        return msg("ja") if value else msg("nee")
    return Message(str(value).replace("{", "").replace("}", ""))
