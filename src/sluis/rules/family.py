"""Sums, counts, extremes and ranks within a group of rows: a household, the children of one beneficiary.

The group is a fact or a rule with a key (text or number). A row without a key belongs to no group that is known: its
answer is unknown. A member whose value is unknown makes the group's answer unknown, unless it cannot matter.
"""

from __future__ import annotations

from sluis.kernel.text import msg
from sluis.rules.algebra import YES, Money, Ordered, Text, Truth, V, Whole, number, when
from sluis.rules.faults import malformed
from sluis.rules.nodes import Node, Op
from sluis.rules.units import TRUTH, Kind, Unit

Group = Text | Whole


def sum_in(group: Group, value: Money, *, where: Truth = YES) -> Money:
    """Return the sum of an amount over the members of the group for whom `where` holds."""
    return Money(_grouped(Op.SUM_IN, group, _counted(where, value, Money(_zero(value))).node))


def total_in(group: Group, value: Whole, *, where: Truth = YES) -> Whole:
    """Return the sum of a whole number over the members of the group for whom `where` holds."""
    return Whole(_grouped(Op.SUM_IN, group, _counted(where, value, Whole(_zero(value))).node))


def count_in(group: Group, where: Truth, *, unit: str = "") -> Whole:
    """Return the number of members of the group for whom `where` holds."""
    return total_in(group, number(1, unit), where=where)


def any_in(group: Group, condition: Truth) -> Truth:
    """Say whether the condition holds for a member of the group."""
    return Truth(_grouped(Op.ANY_IN, group, condition.node))


def all_in(group: Group, condition: Truth) -> Truth:
    """Say whether the condition holds for every member of the group."""
    return ~any_in(group, ~condition)


def greatest_in(group: Group, value: V, *, where: Truth = YES, at_least: V) -> V:
    """Return the largest value of the members for whom `where` holds; the others weigh as `at_least`."""
    return type(value)(_grouped(Op.GREATEST_IN, group, _counted(where, value, at_least).node))


def least_in(group: Group, value: V, *, where: Truth = YES, at_most: V) -> V:
    """Return the smallest value of the members for whom `where` holds; the others weigh as `at_most`."""
    return type(value)(_grouped(Op.LEAST_IN, group, _counted(where, value, at_most).node))


def rank_in(
    group: Group, *by: Ordered, where: Truth = YES, descending: bool | tuple[bool, ...] = False, unit: str = ""
) -> Whole:
    """Return the place in the group, 1 first, of those for whom `where` holds; 0 for the others.

    Rows are ordered by each value of `by` in turn, `descending` (for all or one each) turning it round, and at last by
    the key of the row, so that a rank is never shared and is the same on every engine.
    """
    turned = descending if isinstance(descending, tuple) else (descending,) * len(by)
    if not by or len(turned) != len(by):
        raise malformed(
            "rank-without-order",
            msg("Een rang heeft een of meer waarden nodig om op te ordenen, en evenveel richtingen."),
            msg("Geef na de groep de waarden waarop geordend wordt, en descending voor elk ervan."),
        )
    arguments = (where.node, *(value.node for value in by))
    return Whole(Node(Op.RANK_IN, Unit(Kind.WHOLE, unit), arguments, (_key(group), *turned)))


def _counted(where: Truth, value: V, excluded: V) -> V:
    return value if where.node == YES.node else when(where, value).otherwise(excluded)


def _zero(value: Money | Whole) -> Node:
    return Node(Op.LITERAL, value.unit, payload=(0,))


def _grouped(op: Op, group: Group, value: Node) -> Node:
    return Node(op, value.unit if op is not Op.ANY_IN else TRUTH, (value,), (_key(group),))


def _key(group: Group) -> str:
    if not isinstance(group, Text | Whole) or group.node.op is not Op.NAME:
        raise malformed(
            "group-unnamed",
            msg("Een groep is een feit of een regel met een sleutel, geen berekening."),
            msg("Maak van de sleutel een eigen regel en gebruik die als groep."),
        )
    return str(group.node.payload[0])
