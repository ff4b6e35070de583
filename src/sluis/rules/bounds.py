"""How large a value can become: a rule that could overflow 64 bits on some engine is refused when the book is built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sluis.kernel.month import Month
from sluis.kernel.text import msg
from sluis.rules.divisors import constant_values, is_constant
from sluis.rules.faults import Unbuildable, in_rule, malformed
from sluis.rules.nodes import Node, Op, Scalar
from sluis.rules.order import Ordered, in_order
from sluis.rules.parameters import Bands, Parameter, Table
from sluis.rules.rule import Rule
from sluis.rules.units import Kind

LARGEST: Final = 2**62
LARGEST_GROUP: Final = 1_000
"""A household or group of rows has at most so many members."""
_LATEST_MONTH: Final = 12 * 10_000
_COUNTED: Final = frozenset({Kind.WHOLE, Kind.CENTS, Kind.SHARE, Kind.SCALED, Kind.MONTH})


def check_bounds(book: Ordered, faults: list[Unbuildable]) -> None:
    """Add a fault for each rule with an operation that could pass 2**62."""
    starts = {built.rule.since for output in book.outputs for built in book.regimes(output)}
    named: set[str] = set()
    for month in sorted(starts):
        _check_month(book, month, faults, named)


def _check_month(book: Ordered, month: Month, faults: list[Unbuildable], named: set[str]) -> None:
    largest: dict[str, int] = {name: fact.most for name, fact in book.facts.items()}
    for built in in_order(book, month):
        sizes: dict[Node, int] = {}
        passing = 0
        for node in built.node.walk():
            sizes[node] = _size(node, sizes, largest, book.parameters) if node.unit.kind in _COUNTED else 0
            passing = max(passing, sizes[node])
            if node.op is Op.HALF_UP:
                passing = max(passing, 2 * sizes[node] + sizes[node.arguments[1]])
                sizes[node] = sizes[node] // _least_divisor(node.arguments[1], built.rule, book.parameters) + 1
        largest[built.output] = sizes[built.node]
        key = f"{built.output} {built.rule.since}"
        if passing > LARGEST and key not in named:
            named.add(key)
            fault = malformed(
                "value-too-large",
                msg("een waarde kan groter worden dan 64 bits."),
                msg("Zeg bij de feiten hoe groot een getal hoogstens is (most=), of reken in kleinere stappen."),
            )
            faults.append(in_rule(fault, built.output, built.rule.article))


def _size(node: Node, sizes: Mapping[Node, int], names: Mapping[str, int], parameters: Mapping[str, Parameter]) -> int:
    of = [sizes[argument] for argument in node.arguments]
    match node.op:
        case Op.LITERAL:
            size = _absolute(node.payload[0])
        case Op.NAME:
            size = names.get(str(node.payload[0]), 0)
        case Op.PARAMETER | Op.BANDS | Op.LOOKUP:
            size = _largest_of(parameters[str(node.payload[0])])
        case Op.RUN_MONTH | Op.MONTH_OF:
            size = _LATEST_MONTH
        case Op.MULTIPLY:
            size = of[0] * of[1]
        case Op.HALF_UP:
            size = of[0]
        case Op.SUM_IN | Op.RANK_IN:
            size = max([1, *of]) * LARGEST_GROUP if node.op is Op.SUM_IN else LARGEST_GROUP
        case Op.ADD | Op.SUBTRACT:
            size = sum(of)
        case _:
            size = max(of, default=0)
    return size


def _least_divisor(node: Node, rule: Rule, parameters: Mapping[str, Parameter]) -> int:
    values = list(constant_values(node, rule, parameters)) if is_constant(node) else []
    return max(1, min(values, default=1))


def _largest_of(parameter: Parameter) -> int:
    values: list[Scalar] = []
    for dated in parameter.values:
        match dated.value:
            case Bands(values=banded):
                values += banded
            case Table(rows=rows, otherwise=otherwise):
                values += [otherwise, *(value for _, value in rows)]
            case scalar:
                values.append(scalar)
    return max((_absolute(value) for value in values), default=0)


def _absolute(value: Scalar) -> int:
    return abs(value) if isinstance(value, int) else 0
