"""One expression of a plan as a Polars expression: whole numbers of 64 bits, no rounding but by integer division."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_, or_
from typing import Final

import polars as pl
from polars.expr.whenthen import ChainedThen, Then

from sluis.rules.nodes import Node, Op
from sluis.rules.parameters import Bands
from sluis.rules.plan import Plan
from sluis.rules.units import Kind, Unit

Expr = pl.Expr


def dtype_of(unit: Unit) -> pl.DataType:
    """Return the type in which a unit is stored."""
    return _TYPES.get(unit.kind, pl.Int64())


_TYPES: Final = {Kind.TRUTH: pl.Boolean(), Kind.TEXT: pl.String(), Kind.DAY: pl.Date()}


_UNKNOWN: Final = {
    pl.Boolean(): "__unknown_truth",
    pl.String(): "__unknown_text",
    pl.Date(): "__unknown_day",
    pl.Int64(): "__unknown_number",
}


def with_unknowns(frame: pl.DataFrame) -> pl.DataFrame:
    """Add a column without values of each type: what expressions read where a value is never known."""
    return frame.with_columns(
        pl.repeat(None, frame.height, dtype=dtype, eager=True).alias(name) for dtype, name in _UNKNOWN.items()
    )


class Expressions:
    """The compiler of one plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def of(self, node: Node) -> Expr:
        """Return the expression of a node; grouped and joined columns are not expressions, the engine makes them."""
        return _MADE[node.op](self, node)

    def _all(self, node: Node) -> list[Expr]:
        return [self.of(argument) for argument in node.arguments]

    def _literal(self, node: Node) -> Expr:
        """A value that is never known is read from a column: Polars 2.1 loses the height of sums with a null."""
        if node.payload[-1] is None:
            return pl.col(_UNKNOWN[dtype_of(node.unit)])
        return pl.lit(node.payload[-1], dtype=dtype_of(node.unit))

    def _column(self, node: Node) -> Expr:
        return pl.col(str(node.payload[0]))

    def _half_up(self, node: Node) -> Expr:
        numerator, denominator = self._all(node)
        return (numerator * 2 + denominator) // (denominator * 2)

    def _choose(self, node: Node) -> Expr:
        nothing = pl.lit(None, dtype=dtype_of(node.unit))
        pairs: list[tuple[Expr, Expr]] = []
        for at in range(0, len(node.arguments) - 1, 2):
            condition = self.of(node.arguments[at])
            if self._plan.open(node.arguments[at]):
                pairs.append((condition.is_null(), nothing))
            pairs.append((condition, self.of(node.arguments[at + 1])))
        return _chain(pairs, self.of(node.arguments[-1]))

    def _bands(self, node: Node) -> Expr:
        dated = self._plan.law.dated(node)
        dtype = dtype_of(node.unit)
        if self._plan.law.refused(dated) or not isinstance(dated.value, Bands):
            return pl.lit(None, dtype=dtype)
        by = self.of(node.arguments[0])
        pairs = [(by.is_null(), pl.lit(None, dtype=dtype))] if self._plan.open(node.arguments[0]) else []
        edges = zip(dated.value.edges, dated.value.values, strict=False)
        pairs += [(by < edge, pl.lit(value, dtype=dtype)) for edge, value in edges]
        return _chain(pairs, pl.lit(dated.value.values[-1], dtype=dtype))

    def _is(self, node: Node) -> Expr:
        argument = node.arguments[0]
        wanted = self.of(argument) if node.op is Op.IS_TRUE else ~self.of(argument)
        return wanted.fill_null(value=False) if self._plan.open(argument) else wanted

    def _month_of(self, node: Node) -> Expr:
        day = self.of(node.arguments[0]).dt
        return day.year().cast(pl.Int64) * 12 + (day.month().cast(pl.Int64) - 1)


def _chain(pairs: list[tuple[Expr, Expr]], otherwise: Expr) -> Expr:
    if not pairs:
        return otherwise
    (condition, value), *rest = pairs
    chain: Then | ChainedThen = pl.when(condition).then(value)
    for condition, value in rest:
        chain = chain.when(condition).then(value)
    return chain.otherwise(otherwise)


def _two(join: Callable[[Expr, Expr], Expr]) -> Callable[[Expressions, Node], Expr]:
    return lambda made, node: join(*made._all(node))


_E = Expressions
_MADE: Mapping[Op, Callable[[Expressions, Node], Expr]] = {
    Op.LITERAL: _E._literal,
    Op.RESOLVED: _E._literal,
    Op.COLUMN: _E._column,
    Op.ADD: _two(lambda left, right: left + right),
    Op.SUBTRACT: _two(lambda left, right: left - right),
    Op.MULTIPLY: _two(lambda left, right: left * right),
    Op.FLOOR_DIVIDE: _two(lambda left, right: left // right),
    Op.LESS: _two(lambda left, right: left < right),
    Op.AT_MOST: _two(lambda left, right: left <= right),
    Op.EQUAL: _two(lambda left, right: left == right),
    Op.HALF_UP: _E._half_up,
    Op.AND: lambda made, node: reduce(and_, made._all(node)),
    Op.OR: lambda made, node: reduce(or_, made._all(node)),
    Op.BITS: lambda made, node: reduce(or_, made._all(node)),
    Op.NOT: lambda made, node: ~made.of(node.arguments[0]),
    Op.KNOWN: lambda made, node: made.of(node.arguments[0]).is_not_null(),
    Op.IS_TRUE: _E._is,
    Op.IS_FALSE: _E._is,
    Op.CHOOSE: _E._choose,
    Op.BANDS: _E._bands,
    Op.MONTH_OF: _E._month_of,
}
