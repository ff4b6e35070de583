"""Expressions as Python functions: built once for the law of a month, then called for each row of each family.

Unknown is a state (Kleene): a conjunction with a false part is false whatever is unknown, a choice whose condition is
unknown is unknown and names the facts that the condition misses. Nothing unknown ever becomes zero.

What no row decides (constants, parameters, the month, and whatever is computed from these alone) is one step, made when
the function is built: a family's trace only points at it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sluis.kernel.money import half_up_divide
from sluis.rules.algebra import count_of
from sluis.rules.book import InForce, read_of
from sluis.rules.nodes import Node, Op, Scalar
from sluis.rules.outcomes import Doubt, Lack
from sluis.rules.parameters import Bands, Dated, Table
from sluis.rules.rows import Row

Doubts = frozenset[Doubt]
NONE: Final[Doubts] = frozenset()


@dataclass(slots=True)
class Step:
    """One operation of the trace: what it gave, and the steps it looked at (not those it could leave aside).

    Over a group, `subjects` says of which row each of the steps is; else they are of the same row. A step may be shared
    by several rows: nobody changes it.
    """

    node: Node
    value: Scalar
    doubts: Doubts
    steps: tuple[Step, ...] = ()
    subjects: tuple[str, ...] = ()


class Family:
    """The rows of one family with the answers so far: what the functions read, and for groups remember."""

    def __init__(self, rows: Sequence[Row], subjects: Sequence[str]) -> None:
        self.rows = rows
        self.subjects = subjects
        self.answers: list[dict[str, Step]] = [{} for _ in rows]
        self.named: list[dict[str, Step]] = [{} for _ in rows]
        self._members: dict[tuple[str, Scalar], list[int]] = {}
        self._inner: dict[tuple[int, int], Step] = {}

    def value(self, name: str, place: int) -> Scalar:
        """Return the value of a fact or rule on a row."""
        answered = self.answers[place].get(name)
        return self.rows[place][name] if answered is None else answered.value

    def fact(self, node: Node, name: str, place: int) -> Step:
        """Return the step of a fact on a row, made once for every rule that reads it."""
        value = self.rows[place][name]
        step = Step(node, value, NONE if value is not None else _missing(name, self.subjects[place]))
        self.named[place][name] = step
        return step

    def group(self, name: str, place: int) -> list[int]:
        """Return the places of who share the row's key, its own among them; none if it has no key."""
        key = self.value(name, place)
        if key is None:
            return []
        if (name, key) not in self._members:
            self._members[name, key] = [other for other in range(len(self.rows)) if self.value(name, other) == key]
        return self._members[name, key]

    def of_members(self, made: Made, members: Iterable[int]) -> list[Step]:
        """Return the step of an expression for each member, computed once for all who ask."""
        own = id(made)  # the functions live as long as the law, and so longer than the family
        found = []
        for member in members:
            step = self._inner.get((own, member))
            if step is None:
                step = self._inner[own, member] = made(self, member)
            found.append(step)
        return found


Made = Callable[[Family, int], Step]
"""An expression as a function of a family and the place of a row in it."""


def steps_of(law: InForce) -> Mapping[str, Made]:
    """Return the function of every rule in force, in the order in which they can be computed; made once for a law."""
    return law.kept("steps", lambda: _built(law))


def _built(law: InForce) -> dict[str, Made]:
    builder = _Builder(law)
    return {output: builder.made(built.node) for output, built in law.rules.items()}


class _Builder:
    def __init__(self, law: InForce) -> None:
        self._law = law
        self._done: dict[Node, Made] = {}
        self._constants: dict[Made, Step] = {}

    def made(self, node: Node) -> Made:
        """Return the function of an expression; equal expressions share one."""
        done = self._done.get(node)
        if done is None:
            done = self._done[node] = _MAKERS[node.op](self, node)
        return done

    def _constant(self, step: Step) -> Made:
        def constant(_family: Family, _place: int) -> Step:
            return step

        self._constants[constant] = step
        return constant

    def _literal(self, node: Node) -> Made:
        return self._constant(Step(node, node.payload[0], NONE))

    def _run_month(self, node: Node) -> Made:
        return self._constant(Step(node, count_of(self._law.month), NONE))

    def _parameter(self, node: Node) -> Made:
        doubts = self._own_doubt(self._law.dated(node), read_of(node)[0])
        return self._constant(Step(node, self._law.scalar(node), doubts))

    def _own_doubt(self, dated: Dated, name: str) -> Doubts:
        if self._law.refused(dated):
            return frozenset((Doubt(Lack.PARAMETER, name),))
        return frozenset((Doubt(Lack.WEAK, name),)) if dated.confidence.weak else NONE

    def _name(self, node: Node) -> Made:
        name = str(node.payload[0])
        if name in self._law.rules:

            def of_rule(family: Family, place: int) -> Step:
                step = family.named[place].get(name)
                if step is None:
                    answered = family.answers[place][name]
                    step = family.named[place][name] = Step(node, answered.value, answered.doubts)
                return step

            return of_rule

        def of_fact(family: Family, place: int) -> Step:
            return family.named[place].get(name) or family.fact(node, name, place)

        return of_fact

    def _key(self, name: str) -> Callable[[Family, int], Doubts]:
        """Return what tells the doubts of a group key on a row."""
        if name in self._law.rules:
            return lambda family, place: family.answers[place][name].doubts
        return lambda family, place: (
            NONE if family.rows[place][name] is not None else _missing(name, family.subjects[place])
        )

    def _from_table(self, node: Node) -> Made:
        key_of, dated, name = self.made(node.arguments[0]), self._law.dated(node), read_of(node)[0]
        own, refused, table = self._own_doubt(dated, name), self._law.refused(dated), dated.value
        without = own | {Doubt(Lack.PARAMETER, name)}

        def from_table(family: Family, place: int) -> Step:
            key = key_of(family, place)
            if key.value is None:
                return Step(node, None, key.doubts | own, (key,))
            value: Scalar = None
            if not refused:
                assert isinstance(table, Bands | Table), "the book has checked the form of the parameter"
                value = table.value_of(key.value)  # type: ignore[arg-type]  # the book has checked the key's unit
            return Step(node, value, key.doubts | (without if value is None else own), (key,))

        return from_table

    def _strict(self, node: Node) -> Made:
        """Compute what is unknown as soon as one argument is."""
        compute = _COMPUTE[node.op]
        arguments = [self.made(argument) for argument in node.arguments]
        if len(arguments) == 1:
            return self._of_one(node, compute, arguments[0])
        first, second = arguments
        left_constant, right_constant = self._constants.get(first), self._constants.get(second)
        # A division by a value that is no divisor fails only where a row comes to it.
        if left_constant is not None and right_constant is not None and node.op not in _DIVISIONS:
            return self._constant(_of_two(node, compute, left_constant, right_constant))
        if right_constant is not None and right_constant.value is not None and not right_constant.doubts:
            return _beside_constant(node, compute, first, right_constant)

        def of_two(family: Family, place: int) -> Step:
            return _of_two(node, compute, first(family, place), second(family, place))

        return of_two

    def _of_one(self, node: Node, compute: Callable[..., Scalar], argument: Made) -> Made:
        def of_one(family: Family, place: int) -> Step:
            step = argument(family, place)
            value = step.value
            return Step(node, None if value is None else compute(value), step.doubts, (step,))

        return of_one

    def _logic(self, node: Node) -> Made:
        """The first argument that decides does so alone."""
        deciding = node.op is Op.OR
        arguments = tuple(self.made(argument) for argument in node.arguments)

        def logic(family: Family, place: int) -> Step:
            steps = []
            doubts, unknown = NONE, False
            for argument in arguments:
                step = argument(family, place)
                if step.value is deciding:
                    return Step(node, deciding, step.doubts, (step,))
                if step.doubts:
                    doubts |= step.doubts
                unknown = unknown or step.value is None
                steps.append(step)
            return Step(node, None if unknown else not deciding, doubts, tuple(steps))

        return logic

    def _choose(self, node: Node) -> Made:
        arguments = [self.made(argument) for argument in node.arguments]
        branches = tuple(zip(arguments[:-1:2], arguments[1::2], strict=True))
        otherwise = arguments[-1]

        def choose(family: Family, place: int) -> Step:
            steps: list[Step] = []
            doubts = NONE
            for condition_of, value_of in branches:
                condition = condition_of(family, place)
                steps.append(condition)
                if condition.doubts:
                    doubts |= condition.doubts
                if condition.value is None:
                    return Step(node, None, doubts, tuple(steps))
                if condition.value:
                    chosen = value_of(family, place)
                    break
            else:
                chosen = otherwise(family, place)
            return Step(node, chosen.value, doubts | chosen.doubts, (*steps, chosen))

        return choose

    def _known(self, node: Node) -> Made:
        argument = self.made(node.arguments[0])

        def known(family: Family, place: int) -> Step:
            step = argument(family, place)
            return Step(node, step.value is not None, NONE, (step,))

        return known

    def _grouped(self, node: Node) -> Made:
        name, argument, over = str(node.payload[0]), self.made(node.arguments[0]), _OVER[node.op]
        doubts_of = self._key(name)
        is_any = node.op is Op.ANY_IN

        def grouped(family: Family, place: int) -> Step:
            doubts = doubts_of(family, place)
            members = family.group(name, place)
            if not members:
                return Step(node, None, doubts)
            steps = tuple(family.of_members(argument, members))
            subjects = tuple(family.subjects[member] for member in members)
            values = [step.value for step in steps]
            if is_any and True in values:
                return Step(node, True, doubts.union(*(step.doubts for step in steps if step.value)), steps, subjects)
            doubts = doubts.union(*(step.doubts for step in steps))
            return Step(node, None if None in values else over(values), doubts, steps, subjects)

        return grouped

    def _rank(self, node: Node) -> Made:
        name, key = str(node.payload[0]), self._law.book.key
        counts_of, *by_of = (self.made(argument) for argument in node.arguments)
        doubts_of = self._key(name)

        def rank(family: Family, place: int) -> Step:
            doubts = doubts_of(family, place)
            members = family.group(name, place)
            if not members:
                return Step(node, None, doubts)
            counts = family.of_members(counts_of, members)
            own = counts[members.index(place)]
            if own.value is False:
                return Step(node, 0, doubts | own.doubts, (own,), (family.subjects[place],))
            columns = [family.of_members(by, members) for by in by_of]
            ranked = {
                member: [column[at] for column in columns] if counts[at].value else []
                for at, member in enumerate(members)
                if counts[at].value is not False
            }
            looked = [(member, step) for member, step in zip(members, counts, strict=True)]
            looked += [(member, step) for member, by in ranked.items() for step in by]
            doubts = doubts.union(*(step.doubts for _, step in looked))
            spoiled = any(step.value is None for _, step in looked)
            value = None if spoiled else 1 + _ordered(node, family, key, ranked).index(place)
            subjects = tuple(family.subjects[member] for member, _ in looked)
            return Step(node, value, doubts, tuple(step for _, step in looked), subjects)

        return rank


def _missing(name: str, subject: str) -> Doubts:
    return frozenset((Doubt(Lack.FACT, name, subject),))


def _of_two(node: Node, compute: Callable[..., Scalar], first: Step, second: Step) -> Step:
    left, right = first.value, second.value
    doubts = first.doubts | second.doubts if first.doubts else second.doubts
    value = None if left is None or right is None else compute(left, right)
    return Step(node, value, doubts, (first, second))


def _beside_constant(node: Node, compute: Callable[..., Scalar], first: Made, constant: Step) -> Made:
    """Compare or compute with a value that is sure: most of what rules do."""
    right = constant.value

    def beside_constant(family: Family, place: int) -> Step:
        step = first(family, place)
        left = step.value
        return Step(node, None if left is None else compute(left, right), step.doubts, (step, constant))

    return beside_constant


def _ordered(node: Node, family: Family, key: str, ranked: Mapping[int, list[Step]]) -> list[int]:
    """Sort by the last value first: Python's sort keeps the order of equals."""
    order = sorted(ranked, key=lambda member: _sortable(family.rows[member][key]))
    for at, descending in reversed(list(enumerate(node.payload[1:]))):
        values = {member: _sortable(by[at].value) for member, by in ranked.items()}
        order.sort(key=values.__getitem__, reverse=bool(descending))
    return order


def _sortable(value: Scalar) -> Any:  # noqa: ANN401 - the values of one column are of one kind, which orders
    return value


def _divided(numerator: int, denominator: int) -> int:
    return half_up_divide(numerator, denominator)


def _month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


_COMPUTE: Mapping[Op, Callable[..., Scalar]] = {
    Op.ADD: lambda left, right: left + right,
    Op.SUBTRACT: lambda left, right: left - right,
    Op.MULTIPLY: lambda left, right: left * right,
    Op.FLOOR_DIVIDE: lambda left, right: left // right,
    Op.HALF_UP: _divided,
    Op.LESS: lambda left, right: left < right,
    Op.AT_MOST: lambda left, right: left <= right,
    Op.EQUAL: lambda left, right: left == right,
    Op.NOT: lambda value: not value,
    Op.MONTH_OF: _month_of,
}

_DIVISIONS: Final = frozenset({Op.FLOOR_DIVIDE, Op.HALF_UP})

_OVER: Mapping[Op, Callable[[Any], Scalar]] = {
    Op.SUM_IN: sum,
    Op.ANY_IN: any,
    Op.GREATEST_IN: max,
    Op.LEAST_IN: min,
}

_B = _Builder
_MAKERS: Mapping[Op, Callable[[_Builder, Node], Made]] = {
    Op.LITERAL: _B._literal,
    Op.NAME: _B._name,
    Op.PARAMETER: _B._parameter,
    Op.RUN_MONTH: _B._run_month,
    Op.BANDS: _B._from_table,
    Op.LOOKUP: _B._from_table,
    Op.AND: _B._logic,
    Op.OR: _B._logic,
    Op.CHOOSE: _B._choose,
    Op.KNOWN: _B._known,
    Op.RANK_IN: _B._rank,
    **dict.fromkeys(_OVER, _B._grouped),
    **dict.fromkeys(_COMPUTE, _B._strict),
}
