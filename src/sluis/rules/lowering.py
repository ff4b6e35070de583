"""From rules to columns: what is grouped, ranked or looked up becomes a named column; nothing is inlined twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from operator import add, mul, sub

from sluis.rules.algebra import count_of
from sluis.rules.book import InForce
from sluis.rules.nodes import GROUPED, Node, Op, canonical, digest, literal
from sluis.rules.units import TRUTH, Unit

_DIVISIONS = frozenset({Op.FLOOR_DIVIDE, Op.HALF_UP})
_SIMPLE = frozenset({Op.COLUMN, Op.LITERAL, Op.RESOLVED})
_OWN_COLUMN = (GROUPED - {Op.RANK_IN}) | {Op.LOOKUP}
_CONSTANTS: Mapping[Op, Callable[[int, int], int]] = {Op.ADD: add, Op.SUBTRACT: sub, Op.MULTIPLY: mul}
_TRUE = literal(True, TRUTH)


class Lowering:
    """The columns so far, each after those it reads; `add` brings one rule in.

    Facts in `known` are known on every row of the run: what could only matter if they were not is left out.
    """

    def __init__(self, law: InForce, known: frozenset[str]) -> None:
        self._law = law
        self._known = known
        self.columns: dict[str, Node] = {}
        self.open: set[str] = set()
        self._lowered: dict[Node, Node] = {}
        self._names: dict[Node, str] = {}

    def add(self, name: str, node: Node) -> None:
        """Add a rule under its own name; what it groups or looks up itself bears that name too."""
        direct = node.op in _OWN_COLUMN
        self._put(name, self._own(node) if direct else self._lower(node))

    def may_be_unknown(self, node: Node) -> bool:
        """Say whether an expression over the columns can be unknown on some row."""
        match node.op:
            case Op.COLUMN:
                name = str(node.payload[0])
                return name in self.open if name in self.columns else name not in self._known
            case Op.LITERAL | Op.RESOLVED:
                return node.payload[-1] is None
            case Op.KNOWN | Op.IS_TRUE | Op.IS_FALSE:
                return False
            case Op.BANDS:
                return self._law.refused(self._law.dated(node)) or self.may_be_unknown(node.arguments[0])
            case Op.LOOKUP:
                return True
            case _:
                key = node.op in GROUPED and self.may_be_unknown(column(str(node.payload[0]), node.unit))
                return key or any(self.may_be_unknown(argument) for argument in node.arguments)

    def _put(self, name: str, node: Node) -> None:
        if self.may_be_unknown(node):
            self.open.add(name)
        self.columns[name] = node
        self._names.setdefault(node, name)

    def _lower(self, node: Node) -> Node:
        done = self._lowered.get(node)
        if done is None:
            done = self._lowered[node] = self._lower_new(node)
        return done

    def _lower_new(self, node: Node) -> Node:
        if node.op in _OWN_COLUMN:
            return self._named(self._own(node))
        special = _SPECIAL.get(node.op)
        if special is not None:
            return special(self, node)
        arguments = tuple(self._lower(argument) for argument in node.arguments)
        return folded(self._without_nested_division(Node(node.op, node.unit, arguments, node.payload)))

    def _name(self, node: Node) -> Node:
        return column(str(node.payload[0]), node.unit)

    def _run_month(self, node: Node) -> Node:
        return literal(count_of(self._law.month), node.unit)

    def _known_or_not(self, node: Node) -> Node:
        argument = self._lower(node.arguments[0])
        return Node(Op.KNOWN, TRUTH, (argument,)) if self.may_be_unknown(argument) else _TRUE

    def _parameter(self, node: Node) -> Node:
        """A value that leaves no doubt is a constant like any other."""
        dated, value = self._law.dated(node), self._law.scalar(node)
        if value is not None and not dated.confidence.weak:
            return literal(value, node.unit)
        return Node(Op.RESOLVED, node.unit, payload=(*node.payload, value))

    def _own(self, node: Node) -> Node:
        """Return what is grouped or looked up over a named column."""
        argument = self._named(self._lower(node.arguments[0]))
        return Node(node.op, node.unit, (argument,), node.payload)

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
        if node not in self._names:
            self._put(f"_{node.op.value}_{digest(canonical(node))[:12]}", node)
        return column(self._names[node], node.unit)

    def _rank(self, node: Node) -> Node:
        """Split a rank: who counts, by what, whether an unknown spoils the group, and the place among those who count.

        Keep in step with `Raising._rank` and the interpreter; `test_engines.py` compares them.
        """
        counts, *by = (self._lower(argument) for argument in node.arguments)
        counts = self._named(counts)
        ordered = [self._named(each) for each in by]
        place = self._named(Node(Op.RANK_IN, node.unit, (counts, *ordered), node.payload))
        key = column(str(node.payload[0]), self._law.book.unit_of(str(node.payload[0])))
        nothing = literal(None, node.unit)
        branches = [(_unknown(key), nothing)] if self.may_be_unknown(key) else []
        branches.append((Node(Op.IS_FALSE, TRUTH, (counts,)), literal(0, node.unit)))
        unknown = [_unknown(counts)] if self.may_be_unknown(counts) else []
        unknown += [Node(Op.AND, TRUTH, (counts, _unknown(each))) for each in ordered if self.may_be_unknown(each)]
        if unknown:
            spoils = unknown[0] if len(unknown) == 1 else Node(Op.OR, TRUTH, tuple(unknown))
            spoiled = self._named(Node(Op.ANY_IN, TRUTH, (self._named(spoils),), (node.payload[0],)))
            branches.append((Node(Op.IS_TRUE, TRUTH, (spoiled,)), nothing))
        return Node(Op.CHOOSE, node.unit, (*(part for branch in branches for part in branch), place))


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
    if node.op in _CONSTANTS and all(argument.op is Op.LITERAL for argument in node.arguments):
        left, right = (argument.payload[0] for argument in node.arguments)
        if isinstance(left, int) and isinstance(right, int):
            return literal(_CONSTANTS[node.op](left, right), node.unit)
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


def _unknown(node: Node) -> Node:
    return Node(Op.NOT, TRUTH, (Node(Op.KNOWN, TRUTH, (node,)),))


_SPECIAL: Mapping[Op, Callable[[Lowering, Node], Node]] = {
    Op.NAME: Lowering._name,
    Op.RUN_MONTH: Lowering._run_month,
    Op.PARAMETER: Lowering._parameter,
    Op.RANK_IN: Lowering._rank,
    Op.KNOWN: Lowering._known_or_not,
}
