"""The doubts of a plan: for each column an expression that gives the bits of what is missing or weak.

A value that is known has no missing bits; one that is unknown has at least one. The interpreter says the same with
sets; `test_engines.py` compares them on random rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sluis.rules.book import InForce
from sluis.rules.lowering import choose, column, columns_of
from sluis.rules.nodes import Node, Op, literal
from sluis.rules.outcomes import Doubt, Lack
from sluis.rules.units import DOUBT, TRUTH

_ZERO = literal(0, DOUBT)


class Raising:
    """The mask columns of one word, each after those it reads; a column that cannot be in doubt has none."""

    def __init__(
        self, law: InForce, known: frozenset[str], values: Mapping[str, Node], word: int, bits: Mapping[Doubt, int]
    ) -> None:
        self._law = law
        self._known = known
        self._values = values
        self._word = word
        self._bits = bits
        self._raised: dict[Node, Node] = {}
        self._names: dict[Node, str] = {node: name for name, node in values.items()}
        self._placed_names: dict[Node, str] = {}
        self.columns: dict[str, Node] = {}
        for name, node in values.items():
            doubt = self._of(node)
            if doubt != _ZERO:
                self.columns[self._mask(name)] = doubt

    def _mask(self, name: str) -> str:
        return f"{name}__doubt{self._word}"

    def _of(self, node: Node) -> Node:
        done = self._raised.get(node)
        if done is None:
            done = self._raised[node] = self._of_new(node)
        return done

    def _of_new(self, node: Node) -> Node:
        if node.op in _NEVER_IN_DOUBT:
            return _ZERO
        special = _SPECIAL.get(node.op)
        return special(self, node) if special else _union(*(self._of(argument) for argument in node.arguments))

    def _named(self, node: Node) -> Node:
        return self._column(str(node.payload[0]))

    def _parameter(self, node: Node) -> Node:
        return _union(self._own(node), *(self._of(argument) for argument in node.arguments))

    def _chosen(self, node: Node) -> Node:
        rank = _place_of(node, self._values)
        return self._choice(node) if rank is None else self._rank(rank)

    def _grouped(self, node: Node) -> Node:
        return self._in_group(node, self._over(node, self._column(str(node.arguments[0].payload[0]))))

    def _any_in(self, node: Node) -> Node:
        return self._in_group(node, self._any(node))

    def _bit(self, lack: Lack, name: str) -> Node:
        return literal(self._bits.get(Doubt(lack, name), 0), DOUBT)

    def _column(self, name: str) -> Node:
        if name in self._values:
            return column(self._mask(name), DOUBT) if self._mask(name) in self.columns else _ZERO
        if name in self._known:
            return _ZERO
        fact = column(name, self._law.book.facts[name].unit)
        return choose(DOUBT, [(_known(fact), _ZERO)], self._bit(Lack.FACT, name))

    def _own(self, node: Node) -> Node:
        dated, name = self._law.dated(node), str(node.payload[0])
        if self._law.refused(dated):
            return self._bit(Lack.PARAMETER, name)
        return self._bit(Lack.WEAK, name) if dated.confidence.weak else _ZERO

    def _lookup(self, node: Node) -> Node:
        """Add the table where the key is known and has no row."""
        key = node.arguments[0]
        doubt = _union(self._own(node), self._of(key))
        if self._law.refused(self._law.dated(node)):
            return doubt
        found = column(self._name_of(node), node.unit)
        bit = self._bit(Lack.PARAMETER, str(node.payload[0]))
        return _union(doubt, choose(DOUBT, [(_known(found), _ZERO), (_known(key), bit)], _ZERO))

    def _logic(self, node: Node) -> Node:
        decided = Op.IS_FALSE if node.op is Op.AND else Op.IS_TRUE
        doubts = [self._of(argument) for argument in node.arguments]
        if all(doubt == _ZERO for doubt in doubts):
            return _ZERO
        branches = [
            (Node(decided, TRUTH, (argument,)), doubt) for argument, doubt in zip(node.arguments, doubts, strict=True)
        ]
        return choose(DOUBT, branches, _union(*doubts))

    def _choice(self, node: Node) -> Node:
        branches: list[tuple[Node, Node]] = []
        passed = _ZERO
        for at in range(0, len(node.arguments) - 1, 2):
            condition = node.arguments[at]
            doubt = self._of(condition)
            passed = _union(passed, doubt)
            if doubt != _ZERO:
                branches.append((Node(Op.NOT, TRUTH, (_known(condition),)), passed))
            branches.append((Node(Op.IS_TRUE, TRUTH, (condition,)), _union(passed, self._of(node.arguments[at + 1]))))
        return choose(DOUBT, branches, _union(passed, self._of(node.arguments[-1])))

    def _in_group(self, node: Node, doubt: Node) -> Node:
        """Join the doubts of the members and of this row's key; a row without a key has those of its key only."""
        name = str(node.payload[0])
        of_key = self._column(name)
        if of_key == _ZERO:
            return doubt
        key = column(name, self._law.book.unit_of(name))
        return choose(DOUBT, [(_known(key), _union(of_key, doubt))], of_key)

    def _over(self, node: Node, doubt: Node) -> Node:
        """Return the union of a mask over the group, as a column of its own."""
        if doubt == _ZERO:
            return _ZERO
        return self._placed(Node(Op.BITS_IN, DOUBT, (self._placed(doubt),), (node.payload[0],)))

    def _placed(self, node: Node) -> Node:
        if node.op is Op.COLUMN:
            return node
        name = self._placed_names.get(node, "")
        if not name:
            name = self._placed_names[node] = f"_{node.op.value}_{len(self.columns)}__doubt{self._word}"
            self.columns[name] = node
        return column(name, DOUBT)

    def _any(self, node: Node) -> Node:
        """A member for whom it holds decides alone; else all members count."""
        argument = node.arguments[0]
        doubt = self._of(argument)
        if doubt == _ZERO:
            return _ZERO
        result = column(self._name_of(node), TRUTH)
        holds = choose(DOUBT, [(Node(Op.IS_TRUE, TRUTH, (argument,)), doubt)], _ZERO)
        decided = (Node(Op.IS_TRUE, TRUTH, (result,)), self._over(node, holds))
        return choose(DOUBT, [decided], self._over(node, doubt))

    def _rank(self, place: Node) -> Node:
        counts, *by = place.arguments
        order = _union(*(self._of(each) for each in by))
        members = _union(self._of(counts), choose(DOUBT, [(Node(Op.IS_TRUE, TRUTH, (counts,)), order)], _ZERO))
        outside = (Node(Op.IS_FALSE, TRUTH, (counts,)), self._of(counts))
        return self._in_group(place, choose(DOUBT, [outside], self._over(place, members)))

    def _name_of(self, node: Node) -> str:
        return self._names[node]


def _place_of(node: Node, values: Mapping[str, Node]) -> Node | None:
    """Return the rank of which a choice is the outermost step, as `Lowering._rank` made it."""
    for name in columns_of(node):
        found = values.get(name)
        if found is not None and found.op is Op.RANK_IN and node.arguments[-1] == column(name, found.unit):
            return found
    return None


def _known(node: Node) -> Node:
    return Node(Op.KNOWN, TRUTH, (node,))


def _union(*masks: Node) -> Node:
    """Return the union of masks, flat, without zeros and doubles, in a fixed order."""
    parts: dict[Node, None] = {}
    for mask in masks:
        for part in mask.arguments if mask.op is Op.BITS else (mask,):
            if part != _ZERO:
                parts[part] = None
    if len(parts) <= 1:
        return next(iter(parts), _ZERO)
    return Node(Op.BITS, DOUBT, tuple(parts))


_NEVER_IN_DOUBT = frozenset({Op.LITERAL, Op.KNOWN, Op.IS_TRUE, Op.IS_FALSE, Op.RANK_IN})

_SPECIAL: Mapping[Op, Callable[[Raising, Node], Node]] = {
    Op.COLUMN: Raising._named,
    Op.RESOLVED: Raising._parameter,
    Op.BANDS: Raising._parameter,
    Op.LOOKUP: Raising._lookup,
    Op.AND: Raising._logic,
    Op.OR: Raising._logic,
    Op.CHOOSE: Raising._chosen,
    Op.SUM_IN: Raising._grouped,
    Op.GREATEST_IN: Raising._grouped,
    Op.LEAST_IN: Raising._grouped,
    Op.ANY_IN: Raising._any_in,
}
