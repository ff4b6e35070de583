"""The trace as JSON: for one outcome the chain of rules, with articles, parameters, facts and what is missing."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from sluis.rules.algebra import month_from
from sluis.rules.book import InForce, read_of
from sluis.rules.interpreter import Interpretation, Step
from sluis.rules.nodes import GROUPED, Op, Scalar
from sluis.rules.parameters import Dated
from sluis.rules.units import Kind, Unit

Written = str | int | bool | None
_PARAMETERS = frozenset({Op.PARAMETER, Op.BANDS, Op.LOOKUP})


class TracedStep(TypedDict, total=False):
    """One operation with what it gave; `name` for a fact, rule or parameter."""

    op: str
    value: Written
    unit: str
    name: str
    steps: list[TracedStep]


class TracedParameter(TypedDict):
    """A parameter that was read, with the value of the month and where that comes from."""

    name: str
    article: str
    since: str
    value: Written
    confidence: str
    sources: list[str]
    weak: bool


class TracedRule(TypedDict):
    """One rule for one row."""

    subject: str
    rule: str
    article: str
    valid: str
    unit: str
    value: Written
    decided: bool
    provisional: bool
    missing: list[str]
    facts: dict[str, Written]
    rests_on: list[str]
    parameters: list[TracedParameter]
    step: TracedStep


def traced(interpretation: Interpretation, subject: str, output: str) -> list[TracedRule]:
    """Return the outcome's rule and, after it, every rule that its trace looked at, nearest first.

    Rules looked at through a group (another child of the household) are there with that child's key.
    """
    chain: list[TracedRule] = []
    waiting, seen = [(subject, output)], {(subject, output)}
    while waiting:
        where = waiting.pop(0)
        chain.append(traced_rule(interpretation, *where))
        for after in looked_at(interpretation.trace(*where), where[0]):
            if after not in seen and after[1] in interpretation.law.rules:
                seen.add(after)
                waiting.append(after)
    return chain


def traced_rule(interpretation: Interpretation, subject: str, output: str) -> TracedRule:
    """Return one rule for one row."""
    law, step = interpretation.law, interpretation.trace(subject, output)
    rule, outcome = law.rules[output].rule, interpretation.outcome(subject, output)
    names = sorted({name for row, name in looked_at(step, subject) if row == subject})
    row = interpretation.rows[interpretation.subjects.index(subject)]
    return TracedRule(
        subject=subject,
        rule=output,
        article=str(rule.article),
        valid=rule.years,
        unit=str(rule.unit),
        value=written(outcome.value, rule.unit),
        decided=outcome.decided,
        provisional=outcome.provisional,
        missing=list(outcome.missing_names),
        facts={name: written(row[name], law.book.facts[name].unit) for name in names if name in law.book.facts},
        rests_on=[name for name in names if name not in law.book.facts],
        parameters=_parameters(law, step),
        step=_step(step),
    )


def written(value: Scalar, unit: Unit) -> Written:
    """Return a value as JSON: cents as a text with two decimals, a month as 2023-04, a day as ISO date."""
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | bool):
        return value
    if unit.kind is Kind.CENTS:
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
    return str(month_from(value)) if unit.kind is Kind.MONTH else value


def _step(step: Step) -> TracedStep:
    made = TracedStep(op=step.node.op.value, value=written(step.value, step.node.unit), unit=str(step.node.unit))
    if step.node.payload and step.node.op is not Op.LITERAL:
        made["name"] = str(step.node.payload[0])
    if step.steps:
        made["steps"] = [_step(each) for each in step.steps]
    return made


def looked_at(step: Step, subject: str) -> list[tuple[str, str]]:
    """Return (row, name) of every fact and rule that the steps of one rule read, in their order."""
    return readings(step, subject)[0]


def readings(step: Step, subject: str) -> tuple[list[tuple[str, str]], list[Step]]:
    """Return (row, name) of every fact and rule that a rule read, and the steps that read a parameter, in order."""
    names: list[tuple[str, str]] = []
    parameters: list[Step] = []
    waiting = [(subject, step)]
    while waiting:
        row, each = waiting.pop()
        node = each.node
        if node.op is Op.NAME or node.op in GROUPED:
            names.append((row, str(node.payload[0])))
        elif node.op in _PARAMETERS:
            parameters.append(each)
        if each.subjects:
            waiting.extend(reversed(tuple(zip(each.subjects, each.steps, strict=True))))
        elif each.steps:
            waiting.extend([(row, inner) for inner in reversed(each.steps)])
    return names, parameters


def _parameters(law: InForce, step: Step) -> list[TracedParameter]:
    read: dict[str, TracedParameter] = {}
    for each in readings(step, "")[1]:
        name, dated = read_of(each.node)[0], law.dated(each.node)
        read[f"{name} {dated.since}"] = _parameter(law, name, dated, each)
    return list(read.values())


def _parameter(law: InForce, name: str, dated: Dated, step: Step) -> TracedParameter:
    return TracedParameter(
        name=name,
        article=str(law.book.parameters[name].article),
        since=str(dated.since),
        value=written(step.value, step.node.unit),
        confidence=dated.confidence.value,
        sources=list(dated.sources),
        weak=dated.confidence.weak,
    )
