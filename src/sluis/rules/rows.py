"""Fact rows checked: the right kind, never unknown where that is promised, not too large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.rules.algebra import count_of
from sluis.rules.book import RuleBook
from sluis.rules.nodes import Scalar
from sluis.rules.rule import Fact
from sluis.rules.units import Kind

Row = Mapping[str, Scalar]


def checked_rows(book: RuleBook, rows: Sequence[Mapping[str, object]]) -> tuple[dict[str, Scalar], ...]:
    """Return the rows with every fact of the book (None where absent); a SluisError names the fact and the mend.

    A Month is stored as its number. The key must be there and different on every row.
    """
    checked = tuple({name: _value(fact, row.get(name)) for name, fact in book.facts.items()} for row in rows)
    keys = [row[book.key] for row in checked]
    if None in keys or len(set(keys)) != len(keys):
        raise fact_refused(book.facts[book.key], msg("is leeg of staat op meer dan een rij"))
    return checked


def fact_refused(fact: Fact, why: Message) -> SluisError:
    """A fact row that cannot be used; the value itself is never in the sentence."""
    return SluisError(
        "fact-refused",
        msg("Feit {name} {why}.", name=fact.name, why=why),
        remedy=msg("Herstel de feiten; {name} is {unit}.", name=fact.name, unit=fact.unit),
    )


def _value(fact: Fact, given: object) -> Scalar:
    value: object = count_of(given) if isinstance(given, Month) else given
    if value is None:
        if fact.always:
            raise fact_refused(fact, msg("ontbreekt op een rij"))
        return None
    if not _fits(fact.unit.kind, value):
        raise fact_refused(fact, msg("heeft op een rij een waarde van een andere soort"))
    if isinstance(value, int) and fact.most and abs(value) > fact.most and fact.unit.kind is not Kind.MONTH:
        raise fact_refused(fact, msg("is op een rij groter dan {most}", most=fact.most))
    return value  # type: ignore[return-value]  # _fits has seen its type


def _fits(kind: Kind, value: object) -> bool:
    match kind:
        case Kind.TRUTH:
            return isinstance(value, bool)
        case Kind.DAY:
            return isinstance(value, date) and not isinstance(value, datetime)
        case Kind.TEXT:
            return isinstance(value, str)
        case _:
            return isinstance(value, int) and not isinstance(value, bool)
