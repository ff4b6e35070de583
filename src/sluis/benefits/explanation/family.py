"""One family in one month: its fact rows per book, and the rules of every book applied to them with their trace.

The books are interpreted in order; what an earlier book decided becomes a fact of the later one, as in `law.decide`.
So a trial with one other fact (a counterfactual) runs through every book after it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sluis.benefits.explanation.model import Link
from sluis.benefits.law import Decided, Law
from sluis.kernel.month import Month
from sluis.rules import InForce, Interpretation, interpret
from sluis.rules.nodes import Scalar
from sluis.rules.receipt import receipt_of, rows_digest
from sluis.rules.units import Kind

Row = Mapping[str, Scalar]
Rows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Family:
    """The fact rows of a family per book, with the law of the month."""

    law: Law
    month: Month
    in_force: Mapping[str, InForce]
    rows: Rows
    child_of: Mapping[str, Mapping[str, str]]
    """Of each book the key of each row with its child."""

    @cached_property
    def told(self) -> Mapping[str, Interpretation]:
        """What each book decided, with its trace."""
        return interpreted(self.law, self.in_force, self.rows, self.child_of)

    @cached_property
    def links(self) -> dict[tuple[str, str, str], tuple[Link, tuple[tuple[str, str, str], ...]]]:
        """The links of the chains made so far, by book, row and rule, each with where it leads."""
        return {}

    @cached_property
    def receipts(self) -> tuple[tuple[str, str], ...]:
        """Of each book the hash that signs for its outcomes."""
        return tuple(
            (name, receipt_of(told.law, rows_digest(told.law, told.rows)).digest) for name, told in self.told.items()
        )

    @cached_property
    def children(self) -> tuple[str, ...]:
        """The children of the family, as the first book has them."""
        return tuple(next(iter(self.child_of.values())).values())

    def keys(self, book: str, child: str) -> list[str]:
        """Return the keys of a child in a book: itself, or its sides."""
        return [key for key, of in self.child_of[book].items() if of == child]


def family_of(decided: Decided, *, with_: Collection[str] | None = None) -> Family:
    """Return what was decided as a family: of everybody in the facts, or of the rows of these children only.

    Only whole families may be named: a group that is cut in two would be counted wrong.
    """
    rows: dict[str, list[Row]] = {}
    child_of: dict[str, dict[str, str]] = {}
    for name, answered in decided.answers.items():
        frame = answered.facts.select(each for each in answered.facts.columns if each in answered.law.book.facts)
        children = answered.facts["child"].to_list()
        kept = [at for at, child in enumerate(children) if with_ is None or child in with_]
        found = frame.to_dicts()
        rows[name] = [found[at] for at in kept]
        child_of[name] = {str(found[at][answered.book.key]): str(children[at]) for at in kept}
    in_force = {name: each.law for name, each in decided.answers.items()}
    return Family(decided.law, decided.month, in_force, rows, child_of)


def interpreted(
    law: Law, in_force: Mapping[str, InForce], rows: Rows, child_of: Mapping[str, Mapping[str, str]]
) -> dict[str, Interpretation]:
    """Apply each book to its rows, in order; outcomes of earlier books are put into the rows of the later ones."""
    told: dict[str, Interpretation] = {}
    for book in law.books:
        held = in_force.get(book.name)
        if held is None:
            continue
        mine: Sequence[Row] = rows[book.name]
        names = [each.name for each in book.facts if mine and each.name in mine[0]]
        if names:
            found = {name: _per_child(law, told, child_of, name) for name in names}
            of = child_of[book.name]
            mine = [
                {**row, **{name: found[name].get(of[str(row[book.key])], _nothing(held, name)) for name in names}}
                for row in mine
            ]
        told[book.name] = interpret(held, mine)
    return told


def _nothing(held: InForce, name: str) -> Scalar:
    """Return what an outcome is for a child that the earlier book has no row of (see `deciding._earlier_column`)."""
    none: Mapping[Kind, Scalar] = {Kind.TRUTH: False, Kind.CENTS: 0}
    return none.get(held.book.facts[name].unit.kind)


def _per_child(
    law: Law, told: Mapping[str, Interpretation], child_of: Mapping[str, Mapping[str, str]], name: str
) -> dict[str, Scalar]:
    """Return an outcome per child: itself, or over its sides the sum (a truth: any); unknown if one of them is."""
    book = law.book_of(name)
    if book not in told:
        return {}
    before = told[book]
    if name not in before.law.rules:
        return dict.fromkeys(child_of[book].values(), None)
    values: dict[str, list[Scalar]] = {}
    for key, child in child_of[book].items():
        values.setdefault(child, []).append(before.outcome(key, name).value)
    if before.law.book.key == "child":
        return {child: found[0] for child, found in values.items()}
    is_truth = before.law.book.unit_of(name).kind is Kind.TRUTH
    return {child: _together(found, is_truth=is_truth) for child, found in values.items()}


def _together(values: list[Scalar], *, is_truth: bool) -> Scalar:
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    return any(known) if is_truth else sum(value for value in known if isinstance(value, int))
