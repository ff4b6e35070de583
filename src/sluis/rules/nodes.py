"""The tree of an expression: immutable, structurally hashed, the same on every run.

Rule writers do not build nodes; the typed values of `algebra` do. Every face (engines, interpreter, text,
counterfactual, receipt) reads this tree and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sluis.rules.units import Unit

Scalar = int | bool | str | date | None
"""A value as stored: whole numbers (also cents, basis points, months), truth, text, days; None is unknown."""


class Op(StrEnum):
    """The operations. Those below the line are made while compiling and never written by a rule."""

    LITERAL = "literal"  # payload: value
    NAME = "name"  # payload: name of a fact, a rule or a parameter
    PARAMETER = "parameter"  # payload: name, years, month_of_year (0 = the same month)
    RUN_MONTH = "run_month"
    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    FLOOR_DIVIDE = "floor_divide"  # by a positive literal
    HALF_UP = "half_up"  # numerator, positive denominator
    LESS = "less"
    AT_MOST = "at_most"
    EQUAL = "equal"
    AND = "and"
    OR = "or"
    NOT = "not"
    CHOOSE = "choose"  # condition, value, condition, value, ..., otherwise
    BANDS = "bands"  # payload as PARAMETER; argument: what the bands are over
    LOOKUP = "lookup"  # payload as PARAMETER; argument: key
    KNOWN = "known"
    MONTH_OF = "month_of"
    SUM_IN = "sum_in"  # payload: group column; argument: value
    ANY_IN = "any_in"
    GREATEST_IN = "greatest_in"
    LEAST_IN = "least_in"
    RANK_IN = "rank_in"  # payload: group column, directions; arguments: counts, by...
    # --- compiling only
    COLUMN = "column"  # payload: name of a column of the plan
    RESOLVED = "resolved"  # payload: name of the parameter, its value in the month
    IS_TRUE = "is_true"  # never unknown
    IS_FALSE = "is_false"
    BITS = "bits"  # the union of bit masks
    BITS_IN = "bits_in"  # the union over a group; payload: group column


GROUPED = frozenset({Op.SUM_IN, Op.ANY_IN, Op.GREATEST_IN, Op.LEAST_IN, Op.RANK_IN, Op.BITS_IN})


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One operation on its arguments. Equal trees are equal and hash alike."""

    op: Op
    unit: Unit
    arguments: tuple[Node, ...] = ()
    payload: tuple[Scalar, ...] = ()
    _hash: int = field(init=False, default=0, repr=False)

    def __post_init__(self) -> None:
        """Hash once: a deep tree is asked for it often."""
        types = tuple(type(part).__name__ for part in self.payload)
        object.__setattr__(self, "_hash", hash((self.op, self.unit, self.arguments, self.payload, types)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        """Compare structure; True and 1 are not the same literal."""
        if self is other:
            return True
        if not isinstance(other, Node) or self._hash != other._hash:
            return False
        return (
            (self.op, self.unit, self.payload) == (other.op, other.unit, other.payload)
            and [type(part) for part in self.payload] == [type(part) for part in other.payload]
            and self.arguments == other.arguments
        )

    def walk(self) -> Iterator[Node]:
        """Give every different node of the tree once, arguments before the operation, in a fixed order."""
        seen: set[Node] = set()
        stack: list[tuple[Node, bool]] = [(self, False)]
        while stack:
            node, opened = stack.pop()
            if node in seen:
                continue
            if opened:
                seen.add(node)
                yield node
            else:
                stack.append((node, True))
                stack.extend((argument, False) for argument in reversed(node.arguments))

    def names(self) -> tuple[str, ...]:
        """Return the facts, rules and group columns that the tree reads, sorted."""
        found = {str(node.payload[0]) for node in self.walk() if node.op is Op.NAME or node.op in GROUPED}
        return tuple(sorted(found))


def literal(value: Scalar, unit: Unit) -> Node:
    """Return a constant."""
    return Node(Op.LITERAL, unit, payload=(value,))


def canonical(node: Node) -> list[object]:
    """Return the tree as JSON values: the form that is hashed."""
    return [
        node.op.value,
        [node.unit.kind.value, node.unit.label],
        [part.isoformat() if isinstance(part, date) else part for part in node.payload],
        [canonical(argument) for argument in node.arguments],
    ]


def digest(value: object) -> str:
    """Return the SHA-256 of JSON values, keys sorted, as 64 hexadecimal digits."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
