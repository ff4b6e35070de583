"""What single fact would have given another amount, through every book; and when time alone changes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sluis.benefits.explanation.family import Family, Row
from sluis.benefits.explanation.making import total
from sluis.benefits.model import Book
from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.rules import InForce
from sluis.rules.counterfactual import counterfactuals
from sluis.rules.nodes import GROUPED, Scalar
from sluis.rules.rule import Fact
from sluis.rules.units import CENTS, Kind
from sluis.rules.wording import value_in_words

FIXED: Final = ("born", "died", "child", "side", "household", "share")
"""What nobody can change by another fact: who somebody is, and when they were born."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """One fact that, had it been `after`, would have given `amount_cents` from `since` (the first of that month)."""

    subject: str
    fact: Fact
    before: Scalar
    after: Scalar
    amount_cents: int
    since: Month

    @property
    def sentence(self) -> Message:
        """The change as a sentence."""
        return msg(
            "Met een ander gegeven ({fact}: {after} in plaats van {before}) was het bedrag {value} vanaf {since}.",
            fact=self.fact.what,
            after=value_in_words(self.after, self.fact.unit),
            before=value_in_words(self.before, self.fact.unit),
            value=value_in_words(self.amount_cents, CENTS),
            since=self.since,
        )


def otherwise(family: Family, child: str, benefit: str, *, budget: int = 120) -> tuple[Otherwise, ...]:
    """Return for each fact that the decision looked at, in any book, the nearest change that changes the amount.

    A change in an earlier book counts only when the amount itself becomes another. At most `budget` trials per book.
    """
    found: dict[tuple[str, str], Otherwise] = {}
    now = _amount(family, child, benefit)
    for change in _changes(family, family.law.book_of(benefit), child, benefit, now, budget):
        found.setdefault((change.subject, change.fact.name), change)
    return tuple(found.values())


def _changes(
    family: Family, book: str, child: str, output: str, now: int | None, budget: int, final: str = ""
) -> Iterator[Otherwise]:
    law = family.in_force[book]
    earlier = [each.name for each in _book(family, book).facts]
    rows = family.told[book].rows
    fixed = {*FIXED, *earlier, *_groups(law), *(name for name, fact in law.book.facts.items() if fact.always)}
    final = final or output
    for key in family.keys(book, child):
        for change in counterfactuals(
            law.book, family.month, rows, key, output, fixed=fixed & set(law.book.facts), budget=budget
        ):
            amount = _tried(family, book, change.subject, change.fact.name, change.after, child, final)
            if amount is not None and amount != now:
                yield Otherwise(change.subject, change.fact, change.before, change.after, amount, change.since)
    read = _read_by(law, output)
    for name in earlier:
        before = family.law.book_of(name)
        if name in read and before in family.in_force and name in family.in_force[before].rules:
            yield from _changes(family, before, child, name, now, budget, final)


def _tried(family: Family, book: str, subject: str, name: str, value: Scalar, child: str, benefit: str) -> int | None:
    """Return the amount with one fact replaced, through every book; None when undecided then."""
    key = family.in_force[book].book.key
    rows: Mapping[str, Sequence[Row]] = {
        **family.rows,
        book: [{**row, name: value} if row[key] == subject else row for row in family.rows[book]],
    }
    return _amount(Family(family.law, family.month, family.in_force, rows, family.child_of), child, benefit)


def _amount(family: Family, child: str, benefit: str) -> int | None:
    book = family.law.book_of(benefit)
    told = family.told[book]
    return total([told.outcome(key, benefit).value for key in family.keys(book, child)])


def next_change(family: Family, child: str, benefit: str, *, months: int = 24) -> tuple[Month, int | None] | None:
    """Return the first later month in which the amount differs though no fact of the family does, and that amount.

    By age, by an amount or limit of the law: facts that are counted anew each month stay what they are now. None when
    nothing changes, or where the law says nothing yet.
    """
    now = _amount(family, child, benefit)
    for later in (family.month + 1).until(family.month + months):
        try:
            held = {
                name: law.book.at(later, law.outputs, refuse_weak=law.refuse_weak)
                for name, law in family.in_force.items()
            }
            then = _amount(Family(family.law, later, held, family.rows, family.child_of), child, benefit)
        except SluisError:
            return None  # no rule in that month: nothing can be said of it
        if then != now:
            return later, then
    return None


def _read_by(law: InForce, output: str) -> set[str]:
    found: set[str] = set()
    asks = [output]
    while asks:
        built = law.rules.get(asks.pop())
        names = set(built.node.names()) - found if built is not None else set()
        found |= names
        asks += list(names)
    return found


def _groups(law: InForce) -> set[str]:
    nodes = (node for built in law.rules.values() for node in built.node.walk())
    named = {str(node.payload[0]) for node in nodes if node.op in GROUPED}
    return {name for name in named if name in law.book.facts and law.book.facts[name].unit.kind is Kind.TEXT}


def _book(family: Family, name: str) -> Book:
    return next(book for book in family.law.books if book.name == name)


__all__ = ["FIXED", "Otherwise", "next_change", "otherwise"]
