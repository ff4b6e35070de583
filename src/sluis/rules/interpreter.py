"""One family, rule by rule, with every step: the explanation, and the oracle that the engines are tested against.

Unknown is a state (Kleene): a conjunction with a false part is false whatever is unknown, a choice whose condition is
unknown is unknown and names the facts that the condition misses. Nothing unknown ever becomes zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sluis.kernel.money import half_up_divide
from sluis.rules.algebra import count_of
from sluis.rules.book import InForce, read_of
from sluis.rules.nodes import Node, Op, Scalar
from sluis.rules.outcomes import Doubt, Lack, Outcome, outcome_of
from sluis.rules.parameters import Bands, Dated, Table
from sluis.rules.rows import checked_rows

Doubts = frozenset[Doubt]
NONE: Doubts = frozenset()


@dataclass(slots=True)
class Step:
    """One operation of the trace: what it gave, and the steps it looked at (not those it could leave aside).

    Over a group, `subjects` says of which row each of the steps is; else they are of the same row.
    """

    node: Node
    value: Scalar
    doubts: Doubts
    steps: tuple[Step, ...] = ()
    subjects: tuple[str, ...] = ()


class Interpretation:
    """The rules of a month applied to one family."""

    def __init__(self, law: InForce, rows: Sequence[Mapping[str, object]]) -> None:
        self.law = law
        self.rows = checked_rows(law.book, rows)
        self._subjects = [str(row[law.book.key]) for row in self.rows]
        self._answers: list[dict[str, Step]] = [{} for _ in self.rows]
        self._members: dict[tuple[str, Scalar], list[int]] = {}
        self._inner: dict[tuple[int, Node], Step] = {}
        for output, built in law.rules.items():
            for place, answers in enumerate(self._answers):
                answers[output] = self._step(built.node, place)

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """The keys of the rows."""
        return tuple(self._subjects)

    def outcome(self, subject: str, output: str) -> Outcome:
        """Return what was decided for one row."""
        step = self._answers[self._subjects.index(subject)][output]
        return outcome_of(subject, output, self.law.rules[output].rule.unit, step.value, step.doubts)

    def trace(self, subject: str, output: str) -> Step:
        """Return the steps of one rule for one row; a name in it refers to the trace of that fact or rule."""
        return self._answers[self._subjects.index(subject)][output]

    def _step(self, node: Node, place: int) -> Step:
        return _STEPS[node.op](self, node, place)

    def _literal(self, node: Node, _: int) -> Step:
        return Step(node, node.payload[0], NONE)

    def _run_month(self, node: Node, _: int) -> Step:
        return Step(node, count_of(self.law.month), NONE)

    def _name(self, node: Node, place: int) -> Step:
        value, doubts = self._named(str(node.payload[0]), place)
        return Step(node, value, doubts)

    def _named(self, name: str, place: int) -> tuple[Scalar, Doubts]:
        answered = self._answers[place].get(name)
        if answered is not None:
            return answered.value, answered.doubts
        value = self.rows[place][name]
        return value, NONE if value is not None else frozenset((Doubt(Lack.FACT, name, self._subjects[place]),))

    def _own_doubt(self, dated: Dated, name: str) -> Doubts:
        if self.law.refused(dated):
            return frozenset((Doubt(Lack.PARAMETER, name),))
        return frozenset((Doubt(Lack.WEAK, name),)) if dated.confidence.weak else NONE

    def _parameter(self, node: Node, _: int) -> Step:
        return Step(node, self.law.scalar(node), self._own_doubt(self.law.dated(node), read_of(node)[0]))

    def _from_table(self, node: Node, place: int) -> Step:
        key = self._step(node.arguments[0], place)
        dated, name = self.law.dated(node), read_of(node)[0]
        value: Scalar = None
        if key.value is not None and not self.law.refused(dated):
            assert isinstance(dated.value, Bands | Table), "the book has checked the form of the parameter"
            value = dated.value.value_of(key.value)  # type: ignore[arg-type]  # the book has checked the key's unit
        doubts = key.doubts | self._own_doubt(dated, name)
        if value is None and key.value is not None:
            doubts |= {Doubt(Lack.PARAMETER, name)}
        return Step(node, value, doubts, (key,))

    def _strict(self, node: Node, place: int) -> Step:
        """Compute what is unknown as soon as one argument is."""
        steps = tuple(self._step(argument, place) for argument in node.arguments)
        doubts = NONE
        for step in steps:
            doubts = doubts | step.doubts if doubts else step.doubts
        values = [step.value for step in steps]
        return Step(node, None if None in values else _COMPUTE[node.op](*values), doubts, steps)

    def _logic(self, node: Node, place: int) -> Step:
        """The first argument that decides does so alone."""
        deciding = node.op is Op.OR
        steps: list[Step] = []
        for argument in node.arguments:
            step = self._step(argument, place)
            if step.value is deciding:
                return Step(node, deciding, step.doubts, (step,))
            steps.append(step)
        doubts = NONE.union(*(step.doubts for step in steps))
        value = None if any(step.value is None for step in steps) else not deciding
        return Step(node, value, doubts, tuple(steps))

    def _choose(self, node: Node, place: int) -> Step:
        steps: list[Step] = []
        doubts = NONE
        branches = node.arguments
        for index in range(0, len(branches) - 1, 2):
            condition = self._step(branches[index], place)
            steps.append(condition)
            doubts |= condition.doubts
            if condition.value is None:
                return Step(node, None, doubts, tuple(steps))
            if condition.value:
                return self._chosen(node, steps, self._step(branches[index + 1], place), doubts)
        return self._chosen(node, steps, self._step(branches[-1], place), doubts)

    @staticmethod
    def _chosen(node: Node, steps: list[Step], chosen: Step, doubts: Doubts) -> Step:
        return Step(node, chosen.value, doubts | chosen.doubts, (*steps, chosen))

    def _known(self, node: Node, place: int) -> Step:
        step = self._step(node.arguments[0], place)
        return Step(node, step.value is not None, NONE, (step,))

    def _group(self, node: Node, place: int) -> tuple[list[int], Doubts]:
        """Return the places of the members and the doubts of this row's own key; no members if it has no key."""
        name = str(node.payload[0])
        key, doubts = self._named(name, place)
        if key is None:
            return [], doubts
        if (name, key) not in self._members:
            self._members[name, key] = [other for other in range(len(self.rows)) if self._named(name, other)[0] == key]
        return self._members[name, key], doubts

    def _of_members(self, node: Node, members: list[int]) -> list[Step]:
        steps = []
        for member in members:
            if (member, node) not in self._inner:
                self._inner[member, node] = self._step(node, member)
            steps.append(self._inner[member, node])
        return steps

    def _grouped(self, node: Node, place: int) -> Step:
        members, doubts = self._group(node, place)
        if not members:
            return Step(node, None, doubts)
        steps = tuple(self._of_members(node.arguments[0], members))
        subjects = tuple(self._subjects[member] for member in members)
        values = [step.value for step in steps]
        if node.op is Op.ANY_IN and True in values:
            return Step(node, True, doubts.union(*(step.doubts for step in steps if step.value)), steps, subjects)
        doubts = doubts.union(*(step.doubts for step in steps))
        return Step(node, None if None in values else _OVER[node.op](values), doubts, steps, subjects)

    def _rank(self, node: Node, place: int) -> Step:
        members, doubts = self._group(node, place)
        if not members:
            return Step(node, None, doubts)
        counts = self._of_members(node.arguments[0], members)
        own = counts[members.index(place)]
        if own.value is False:
            return Step(node, 0, doubts | own.doubts, (own,), (self._subjects[place],))
        columns = [self._of_members(by, members) for by in node.arguments[1:]]
        ranked = {
            member: [column[at] for column in columns] if counts[at].value else []
            for at, member in enumerate(members)
            if counts[at].value is not False
        }
        looked = [(member, step) for member, step in zip(members, counts, strict=True)]
        looked += [(member, step) for member, by in ranked.items() for step in by]
        doubts = doubts.union(*(step.doubts for _, step in looked))
        spoiled = any(step.value is None for _, step in looked)
        value = None if spoiled else 1 + self._ordered(node, ranked).index(place)
        subjects = tuple(self._subjects[member] for member, _ in looked)
        return Step(node, value, doubts, tuple(step for _, step in looked), subjects)

    def _ordered(self, node: Node, ranked: Mapping[int, list[Step]]) -> list[int]:
        """Sort by the last value first: Python's sort keeps the order of equals."""
        order = sorted(ranked, key=lambda member: _key(self.rows[member][self.law.book.key]))
        for at, descending in reversed(list(enumerate(node.payload[1:]))):
            values = {member: _key(by[at].value) for member, by in ranked.items()}
            order.sort(key=values.__getitem__, reverse=bool(descending))
        return order


def _key(value: Scalar) -> Any:  # noqa: ANN401 - the values of one column are of one kind, which orders
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

_OVER: Mapping[Op, Callable[[Any], Scalar]] = {
    Op.SUM_IN: sum,
    Op.ANY_IN: any,
    Op.GREATEST_IN: max,
    Op.LEAST_IN: min,
}

_I = Interpretation
_STEPS: Mapping[Op, Callable[[Interpretation, Node, int], Step]] = {
    Op.LITERAL: _I._literal,
    Op.NAME: _I._name,
    Op.PARAMETER: _I._parameter,
    Op.RUN_MONTH: _I._run_month,
    Op.BANDS: _I._from_table,
    Op.LOOKUP: _I._from_table,
    Op.AND: _I._logic,
    Op.OR: _I._logic,
    Op.CHOOSE: _I._choose,
    Op.KNOWN: _I._known,
    Op.RANK_IN: _I._rank,
    **dict.fromkeys(_OVER, _I._grouped),
    **dict.fromkeys(_COMPUTE, _I._strict),
}


def interpret(law: InForce, rows: Sequence[Mapping[str, object]]) -> Interpretation:
    """Apply the law of a month to one family: every row that shares a group with the others."""
    return Interpretation(law, rows)
