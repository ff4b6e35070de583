"""One expression of a plan as SQL text that means the same on every engine.

Never `round`, `%`, a cast from float, a date difference or `clip`; every aggregate is cast to BIGINT; a quotient is
floored by integer division of what is not negative, because engines differ on the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sluis.rules.nodes import Node, Op
from sluis.rules.parameters import Bands
from sluis.rules.plan import Plan
from sluis.rules.sql_dialects import Dialect
from sluis.rules.units import Kind


class SqlExpressions:
    """The compiler of one plan in one dialect."""

    def __init__(self, plan: Plan, dialect: Dialect) -> None:
        self._plan = plan
        self._dialect = dialect

    def of(self, node: Node) -> str:
        """Return the SQL of a node; a looked-up value is joined by the engine, and read here as its column."""
        return _MADE[node.op](self, node)

    def name(self, column: str) -> str:
        """Return a column's name, quoted."""
        return self._dialect.identifier(column)

    def _all(self, node: Node) -> list[str]:
        return [self.of(argument) for argument in node.arguments]

    def _literal(self, node: Node) -> str:
        return self._dialect.literal(node.payload[-1], node.unit)

    def _floor(self, numerator: str, denominator: str) -> str:
        below = f"-((-({numerator}) + {denominator} - 1) {self._dialect.divide} {denominator})"
        return f"(CASE WHEN {numerator} >= 0 THEN {numerator} {self._dialect.divide} {denominator} ELSE {below} END)"

    def _floor_divide(self, node: Node) -> str:
        numerator, denominator = self._all(node)
        return self._floor(numerator, denominator)

    def _half_up(self, node: Node) -> str:
        """A guarded divisor can be zero on rows of the other branch, which some engines compute all the same."""
        numerator, denominator = self._all(node)
        if not _positive(node.arguments[1]):
            denominator = f"NULLIF({denominator}, CAST(0 AS BIGINT))"
        return self._floor(f"({numerator} * 2 + {denominator})", f"({denominator} * 2)")

    def _choose(self, node: Node) -> str:
        nothing = self._dialect.literal(None, node.unit)
        parts: list[str] = []
        for at in range(0, len(node.arguments) - 1, 2):
            condition = self.of(node.arguments[at])
            if self._plan.open(node.arguments[at]):
                parts.append(f"WHEN {condition} IS NULL THEN {nothing}")
            parts.append(f"WHEN {condition} THEN {self.of(node.arguments[at + 1])}")
        return f"(CASE {' '.join(parts)} ELSE {self.of(node.arguments[-1])} END)"

    def _bands(self, node: Node) -> str:
        dated = self._plan.law.dated(node)
        if self._plan.law.refused(dated) or not isinstance(dated.value, Bands):
            return self._dialect.literal(None, node.unit)
        by, edge_unit = self.of(node.arguments[0]), node.arguments[0].unit
        parts = [f"WHEN {by} IS NULL THEN {self._dialect.literal(None, node.unit)}"]
        for edge, value in zip(dated.value.edges, dated.value.values, strict=False):
            shown = self._dialect.literal(value, node.unit)
            parts.append(f"WHEN {by} < {self._dialect.literal(edge, edge_unit)} THEN {shown}")
        return f"(CASE {' '.join(parts)} ELSE {self._dialect.literal(dated.value.values[-1], node.unit)} END)"

    def _month_of(self, node: Node) -> str:
        day = self.of(node.arguments[0])
        year, month = (f"CAST(EXTRACT({part} FROM {day}) AS BIGINT)" for part in ("YEAR", "MONTH"))
        return f"({year} * 12 + {month} - 1)"

    def _window(self, node: Node) -> str:
        return f"OVER (PARTITION BY {self.name(str(node.payload[0]))})"

    def _homed(self, node: Node, *parts: str) -> str:
        """Return a CASE that is unknown where the row has no key for the group."""
        key = self.name(str(node.payload[0]))
        return f"CASE WHEN {key} IS NULL THEN {self._dialect.literal(None, node.unit)} {' '.join(parts)} END"

    def _aggregate(self, node: Node) -> str:
        value, window = self.of(node.arguments[0]), self._window(node)
        function = {Op.SUM_IN: "SUM", Op.GREATEST_IN: "MAX", Op.LEAST_IN: "MIN", Op.BITS_IN: "BIT_OR"}[node.op]
        made = f"CAST({function}({value}) {window} AS {self._dialect.type_of(node.unit)})"
        unknown = f"WHEN COUNT(*) {window} > COUNT({value}) {window} THEN {self._dialect.literal(None, node.unit)}"
        return self._homed(node, *([unknown] if self._plan.open(node.arguments[0]) else []), f"ELSE {made}")

    def _any(self, node: Node) -> str:
        value, window = self.of(node.arguments[0]), self._window(node)
        holds = f"WHEN MAX(CASE WHEN {value} THEN 1 ELSE 0 END) {window} = 1 THEN TRUE"
        unknown = f"WHEN COUNT(*) {window} > COUNT({value}) {window} THEN CAST(NULL AS BOOLEAN)"
        return self._homed(node, holds, *([unknown] if self._plan.open(node.arguments[0]) else []), "ELSE FALSE")

    def _rank(self, node: Node) -> str:
        counts, *by = self._all(node)
        turned = ("DESC" if each else "ASC" for each in node.payload[1:])
        row = self._plan.law.book.facts[self._plan.law.book.key]
        tie = self.name(row.name) + (self._dialect.binary_order if row.unit.kind is Kind.TEXT else "")
        order = ", ".join([*(f"{value} {way}" for value, way in zip(by, turned, strict=True)), tie])
        group = self.name(str(node.payload[0]))
        return f"CAST(ROW_NUMBER() OVER (PARTITION BY {group}, {counts} ORDER BY {order}) AS BIGINT)"


def _positive(node: Node) -> bool:
    value = node.payload[-1] if node.op in (Op.LITERAL, Op.RESOLVED) else None
    return isinstance(value, int) and value > 0


def _joined(sign: str) -> Callable[[SqlExpressions, Node], str]:
    return lambda made, node: f"({f' {sign} '.join(made._all(node))})"


_S = SqlExpressions
_MADE: Mapping[Op, Callable[[SqlExpressions, Node], str]] = {
    Op.LITERAL: _S._literal,
    Op.RESOLVED: _S._literal,
    Op.COLUMN: lambda made, node: made.name(str(node.payload[0])),
    Op.ADD: _joined("+"),
    Op.SUBTRACT: _joined("-"),
    Op.MULTIPLY: _joined("*"),
    Op.LESS: _joined("<"),
    Op.AT_MOST: _joined("<="),
    Op.EQUAL: _joined("="),
    Op.AND: _joined("AND"),
    Op.OR: _joined("OR"),
    Op.BITS: _joined("|"),
    Op.NOT: lambda made, node: f"(NOT {made.of(node.arguments[0])})",
    Op.KNOWN: lambda made, node: f"({made.of(node.arguments[0])} IS NOT NULL)",
    Op.IS_TRUE: lambda made, node: f"COALESCE({made.of(node.arguments[0])}, FALSE)",
    Op.IS_FALSE: lambda made, node: f"COALESCE(NOT {made.of(node.arguments[0])}, FALSE)",
    Op.FLOOR_DIVIDE: _S._floor_divide,
    Op.HALF_UP: _S._half_up,
    Op.CHOOSE: _S._choose,
    Op.BANDS: _S._bands,
    Op.MONTH_OF: _S._month_of,
    Op.SUM_IN: _S._aggregate,
    Op.GREATEST_IN: _S._aggregate,
    Op.LEAST_IN: _S._aggregate,
    Op.BITS_IN: _S._aggregate,
    Op.ANY_IN: _S._any,
    Op.RANK_IN: _S._rank,
}
