"""Divisors: constant and above zero, or guarded by `otherwise`; checked when the book is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sluis.kernel.month import Month
from sluis.kernel.text import msg
from sluis.rules.faults import Unbuildable, malformed
from sluis.rules.nodes import Node, Op
from sluis.rules.parameters import Parameter
from sluis.rules.rule import Rule

_CONSTANT = frozenset({Op.LITERAL, Op.PARAMETER, Op.RUN_MONTH, Op.ADD, Op.SUBTRACT, Op.MULTIPLY})


def check_divisors(node: Node, rule: Rule, parameters: Mapping[str, Parameter]) -> Unbuildable | None:
    """Return the fault of the first division by what may be zero, or None."""
    guarded = {each.arguments[1] for each in node.walk() if _guards(each)}
    for each in node.walk():
        if each.op is Op.HALF_UP and each not in guarded:
            divisor = each.arguments[1]
            if not is_constant(divisor) or any(value <= 0 for value in constant_values(divisor, rule, parameters)):
                return malformed(
                    "divisor-not-positive",
                    msg("Een deler moet groter dan nul zijn."),
                    msg("Deel door een vast getal groter dan nul, of zeg met otherwise wat geldt als de deler nul is."),
                )
    return None


def is_constant(node: Node) -> bool:
    """Say whether an expression has one value for every row."""
    return all(each.op in _CONSTANT for each in node.walk())


def constant_values(node: Node, rule: Rule, parameters: Mapping[str, Parameter]) -> Iterator[int]:
    """Give the values of a constant expression in the months of the rule; months without a value are left out."""
    starts = [dated.since for parameter in parameters.values() for dated in parameter.values]
    last = max([rule.since, *starts]) + 24
    for month in rule.since.until(min(last, rule.until) if rule.until else last):
        value = _at(node, month, parameters)
        if value is not None:
            yield value


def _at(node: Node, month: Month, parameters: Mapping[str, Parameter]) -> int | None:
    if node.op is Op.LITERAL:
        value = node.payload[0]
        return value if isinstance(value, int) else None
    if node.op is Op.RUN_MONTH:
        return month.year * 12 + month.month - 1
    if node.op is Op.PARAMETER:
        return _parameter_at(node, month, parameters)
    left, right = (_at(argument, month, parameters) for argument in node.arguments)
    if left is None or right is None:
        return None
    return {Op.ADD: left + right, Op.SUBTRACT: left - right, Op.MULTIPLY: left * right}[node.op]


def _parameter_at(node: Node, month: Month, parameters: Mapping[str, Parameter]) -> int | None:
    name, years, of_year = node.payload
    parameter = parameters[str(name)]
    shifted = Month(month.year + int(str(years)), int(str(of_year)) or month.month)
    value = parameter.at(shifted).value if parameter.covers(shifted) else None
    return value if isinstance(value, int) else None


def _guards(node: Node) -> bool:
    if node.op is not Op.CHOOSE or len(node.arguments) != 3 or node.arguments[1].op is not Op.HALF_UP:
        return False
    condition, quotient, _ = node.arguments
    zero_below = condition.op is Op.LESS and condition.arguments[0].payload == (0,)
    return zero_below and condition.arguments[1] == quotient.arguments[1]
