"""From rules to columns: what is grouped, ranked or looked up becomes a named column; nothing is inlined twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from sluis.rules.algebra import count_of
from sluis.rules.book import InForce
from sluis.rules.nodes import GROUPED, Node, Op, canonical, digest, literal
from sluis.rules.units import TRUTH, Kind, Unit

_DIVISIONS = frozenset({Op.FLOOR_DIVIDE, Op.HALF_UP})
_SIMPLE = frozenset({Op.COLUMN, Op.LITERAL, Op.RESOLVED})
_FIRST_DAY = date(1970, 1, 1)


class Lowering:
    """The columns so far, each after those it reads; `add` brings one rule in."""

    def __init__(self, law: InForce) -> None:
        self._law = law
        self.columns: dict[str, Node] = {}
        self._lowered: dict[Node, Node] = {}

    def add(self, name: str, node: Node) -> None:
        """Add a rule under its own name."""
        self.columns[name] = self._lower(node)

    def _lower(self, node: Node) -> Node:
        done = self._lowered.get(node)
        if done is None:
            done = self._lowered[node] = self._lower_new(node)
        return done

    def _lower_new(self, node: Node) -> Node:
        match node.op:
            case Op.NAME:
                return column(str(node.payload[0]), node.unit)
            case Op.RUN_MONTH:
                return literal(count_of(self._law.month), node.unit)
            case Op.PARAMETER:
                return Node(Op.RESOLVED, node.unit, payload=(*node.payload, self._law.scalar(node)))
            case Op.RANK_IN:
                return self._rank(node)
            case _:
                arguments = tuple(self._lower(argument) for argument in node.arguments)
                lowered = Node(node.op, node.unit, arguments, node.payload)
                if node.op in GROUPED or node.op is Op.LOOKUP:
                    return self._named(replace(lowered, arguments=(self._named(lowered.arguments[0]),)))
                return folded(self._without_nested_division(lowered))

    def _without_nested_division(self, node: Node) -> Node:
        """Name what is divided when it holds a division itself: SQL writes a numerator four times."""
        if node.op not in _DIVISIONS:
            return node
        if all(argument.op in _SIMPLE for argument in node.arguments):
            return node
        nested = (any(each.op in _DIVISIONS for each in argument.walk()) for argument in node.arguments)
        arguments = zip(node.arguments, nested, strict=True)
        return replace(node, arguments=tuple(self._named(each) if deep else each for each, deep in arguments))

    def _named(self, node: Node) -> Node:
        """Return a reference to the column of an expression, making the column where there is none."""
        if node.op is Op.COLUMN:
            return node
        name = f"_{node.op.value}_{digest(canonical(node))[:12]}"
        self.columns.setdefault(name, node)
        return column(name, node.unit)

    def _rank(self, node: Node) -> Node:
        """Split a rank: who counts, by what, whether an unknown spoils the group, and the place among those who count.

        Keep in step with `Raising._rank` and the interpreter; `test_engines.py` compares them.
        """
        counts, *by = (self._lower(argument) for argument in node.arguments)
        counts = self._named(counts)
        ordered = [self._named(folded(Node(Op.CHOOSE, each.unit, (counts, each, _rest(each.unit))))) for each in by]
        unknown = [Node(Op.NOT, TRUTH, (Node(Op.KNOWN, TRUTH, (each,)),)) for each in (counts, *ordered)]
        spoiled = self._named(
            Node(Op.ANY_IN, TRUTH, (self._named(Node(Op.OR, TRUTH, tuple(unknown))),), (node.payload[0],))
        )
        place = self._named(Node(Op.RANK_IN, node.unit, (counts, *ordered), node.payload))
        key = column(str(node.payload[0]), self._law.book.unit_of(str(node.payload[0])))
        nothing, zero = literal(None, node.unit), literal(0, node.unit)
        homeless = Node(Op.NOT, TRUTH, (Node(Op.KNOWN, TRUTH, (key,)),))
        sound = Node(Op.IS_FALSE, TRUTH, (spoiled,))
        outside = Node(Op.IS_FALSE, TRUTH, (counts,))
        return Node(Op.CHOOSE, node.unit, (homeless, nothing, outside, zero, sound, place, nothing))


def column(name: str, unit: Unit) -> Node:
    """Return a reference to a fact or column."""
    return Node(Op.COLUMN, unit, payload=(name,))


@lru_cache(maxsize=1 << 16)
def columns_of(node: Node) -> tuple[str, ...]:
    """Return the facts and columns that an expression reads, group keys too, sorted."""
    found = {str(each.payload[0]) for each in node.walk() if each.op is Op.COLUMN or each.op in GROUPED}
    return tuple(sorted(found))


def folded(node: Node) -> Node:
    """Return the same expression without branches that a constant decides and sums with nothing."""
    if node.op is Op.CHOOSE:
        return _folded_choice(node)
    if node.op is Op.ADD and node.arguments[1] == literal(0, node.unit):
        return replace(node.arguments[0], unit=node.unit)
    return node


def choose(unit: Unit, branches: Iterable[tuple[Node, Node]], otherwise: Node) -> Node:
    """Return a choice, without branches that cannot matter."""
    kept = list(branches)
    while kept and kept[-1][1] == otherwise:
        kept.pop()
    arguments = tuple(part for branch in kept for part in branch)
    return folded(Node(Op.CHOOSE, unit, (*arguments, otherwise)))


def _folded_choice(node: Node) -> Node:
    kept: list[Node] = []
    otherwise = node.arguments[-1]
    for at in range(0, len(node.arguments) - 1, 2):
        condition, value = node.arguments[at], node.arguments[at + 1]
        if condition == literal(True, TRUTH):
            otherwise = value
            break
        if condition != literal(False, TRUTH):
            kept += (condition, value)
    if not kept:
        return otherwise
    return node if len(kept) == len(node.arguments) - 1 else replace(node, arguments=(*kept, otherwise))


def _rest(unit: Unit) -> Node:
    return literal(_FIRST_DAY if unit.kind is Kind.DAY else 0, unit)
