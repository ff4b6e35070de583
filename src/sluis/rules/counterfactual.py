"""What single fact would have to be different for another outcome, and from when.

The search follows the trace: only facts that the decision looked at can change it. Candidate values come from what the
expressions themselves mention (thresholds, bands, keys, codes); the nearest value that changes the outcome is then
closed in by halving. The number of trials is bounded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.rules.book import InForce, RuleBook
from sluis.rules.interpreter import Interpretation, Step, interpret
from sluis.rules.nodes import Op, Scalar
from sluis.rules.outcomes import Outcome
from sluis.rules.parameters import Bands, Table
from sluis.rules.rows import Row, checked_rows
from sluis.rules.rule import Fact
from sluis.rules.trace import looked_at
from sluis.rules.units import SHARE_OF_ONE, Kind
from sluis.rules.wording import value_in_words

_MOST_CODES: Final = 40


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of one row that, had it been `after`, would have given another outcome from `since`."""

    subject: str
    fact: Fact
    before: Scalar
    after: Scalar
    outcome: Outcome
    since: Month

    @property
    def sentence(self) -> Message:
        """The change as a sentence; values of the fact are in it, so it is for the person concerned only."""
        return msg(
            "Met een ander gegeven ({fact}: {after} in plaats van {before}) was het resultaat {value} vanaf {since}.",
            fact=self.fact.what,
            after=value_in_words(self.after, self.fact.unit),
            before=value_in_words(self.before, self.fact.unit),
            value=value_in_words(self.outcome.value, self.outcome.unit),
            since=self.since,
        )


def counterfactuals(
    book: RuleBook,
    month: Month,
    rows: Sequence[Mapping[str, object]],
    subject: str,
    output: str,
    *,
    fixed: Collection[str] = (),
    budget: int = 400,
    months_ahead: int = 0,
) -> tuple[Change, ...]:
    """Return for each fact that the decision looked at the nearest change that gives another outcome.

    Facts in `fixed` (a birth date) are left alone. Facts without effect in the month are tried again in the months
    after it, up to `months_ahead`. At most `budget` trials are made.
    """
    search = _Search(book, checked_rows(book, rows), subject, output, {book.key, *fixed}, budget)
    found: dict[tuple[str, str], Change] = {}
    for later in month.until(month + months_ahead):
        for change in search.in_month(later, found):
            found[change.subject, change.fact.name] = change
    return tuple(found.values())


def next_change(
    book: RuleBook, month: Month, rows: Sequence[Mapping[str, object]], subject: str, output: str, *, months: int = 24
) -> tuple[Month, Outcome] | None:
    """Return the first later month in which the outcome differs though no fact does: by age, time or law."""
    now = _decided(book, month, rows, subject, output)
    for later in (month + 1).until(month + months):
        then = _decided(book, later, rows, subject, output)
        if then is None:
            return None
        if now is None or then.value != now.value:
            return later, then
    return None


def _decided(
    book: RuleBook, month: Month, rows: Sequence[Mapping[str, object]], subject: str, output: str
) -> Outcome | None:
    try:
        return interpret(book.at(month, [output]), rows).outcome(subject, output)
    except SluisError:
        return None  # no rule or no value in that month: nothing can be said of it


class _Search:
    def __init__(
        self, book: RuleBook, rows: Sequence[Row], subject: str, output: str, fixed: Collection[str], budget: int
    ) -> None:
        self._book = book
        self._rows = rows
        self._subject = subject
        self._output = output
        self._fixed = fixed
        self._left = budget

    def in_month(self, month: Month, found: Collection[tuple[str, str]]) -> Iterator[Change]:
        """Give the changes that work in a month, for facts not found yet."""
        law = self._book.at(month, [self._output])
        told = interpret(law, self._rows)
        now = told.outcome(self._subject, self._output)
        for row, name in _facts_looked_at(told, self._subject, self._output):
            if name not in self._fixed and (row, name) not in found:
                change = self._nearest(law, told, now, row, self._book.facts[name], month)
                if change is not None:
                    yield change

    def _nearest(
        self, law: InForce, told: Interpretation, now: Outcome, row: str, fact: Fact, month: Month
    ) -> Change | None:
        place = told.subjects.index(row)
        before = self._rows[place][fact.name]
        tried: dict[Scalar, Outcome] = {}
        for value in _candidates(told, self._rows, fact, before):
            outcome = self._tried(law, place, fact, value)
            if outcome is not None and outcome.decided and outcome.value != now.value:
                tried[value] = outcome
                if fact.unit.kind in (Kind.TRUTH, Kind.TEXT) or before is None:
                    break
        if not tried:
            return None
        after = min(tried, key=lambda value: _distance(before, value))
        after, outcome = self._closed_in(law, place, fact, before, after, tried[after], now)
        return Change(row, fact, before, after, outcome, month)

    def _closed_in(
        self, law: InForce, place: int, fact: Fact, before: Scalar, after: Scalar, outcome: Outcome, now: Outcome
    ) -> tuple[Scalar, Outcome]:
        """Halve the stretch between the fact and a value that changes the outcome until they are neighbours."""
        near, far = _ordinal(before), _ordinal(after)
        if near is None or far is None or fact.unit.kind is Kind.TRUTH:
            return after, outcome
        while abs(far - near) > 1:
            middle = (near + far) // 2
            trial = self._tried(law, place, fact, _from_ordinal(middle, fact))
            if trial is None:
                break
            if trial.decided and trial.value != now.value:
                far, outcome = middle, trial
            else:
                near = middle
        return _from_ordinal(far, fact), outcome

    def _tried(self, law: InForce, place: int, fact: Fact, value: Scalar) -> Outcome | None:
        """Return the outcome with one fact replaced; None when the trials are used up or the value cannot be."""
        if self._left <= 0 or (isinstance(value, int) and fact.most and abs(value) > fact.most):
            return None
        self._left -= 1
        rows = [*self._rows]
        rows[place] = {**rows[place], fact.name: value}
        return interpret(law, rows).outcome(self._subject, self._output)


def _facts_looked_at(told: Interpretation, subject: str, output: str) -> list[tuple[str, str]]:
    """Return (row, fact) for every fact on the way to the outcome, nearest first."""
    facts: dict[tuple[str, str], None] = {}
    waiting, seen = [(subject, output)], {(subject, output)}
    while waiting:
        row, rule = waiting.pop(0)
        for found in looked_at(told.trace(row, rule), row):
            if found[1] in told.law.book.facts:
                facts[found] = None
            elif found not in seen:
                seen.add(found)
                waiting.append(found)
    return list(facts)


def _candidates(told: Interpretation, rows: Sequence[Row], fact: Fact, before: Scalar) -> list[Scalar]:
    """Return values worth trying for a fact, nearest first, without the value that it has."""
    values: list[Scalar]
    match fact.unit.kind:
        case Kind.TRUTH:
            values = [True, False]
        case Kind.TEXT:
            values = [*_codes(told.law), *(row[fact.name] for row in rows if row[fact.name] is not None)][:_MOST_CODES]
        case Kind.DAY:
            values = list(_days(told.law, before))
        case _:
            values = list(_numbers(told, fact, before))
    kept = [value for value in dict.fromkeys(values) if value != before or type(value) is not type(before)]
    return sorted(kept, key=lambda value: _distance(before, value))


def _codes(law: InForce) -> list[str]:
    """Return the codes and keys that the rules in force mention."""
    codes: dict[str, None] = {}
    for node in (each for built in law.rules.values() for each in built.node.walk()):
        if node.op is Op.LITERAL and isinstance(node.payload[0], str):
            codes[node.payload[0]] = None
        table = law.dated(node).value if node.op is Op.LOOKUP else None
        if isinstance(table, Table):
            codes |= {str(key): None for key, _ in table.rows}
    return list(codes)


def _days(law: InForce, before: Scalar) -> Iterator[date]:
    for node in (each for built in law.rules.values() for each in built.node.walk()):
        mentioned = node.payload[0] if node.op is Op.LITERAL else None
        if isinstance(mentioned, date):
            yield from (mentioned, mentioned - timedelta(days=1), mentioned + timedelta(days=1))
    here = before if isinstance(before, date) else law.month.first_day
    for days in (366, 3_653, 7_305, 10_958):
        yield here - timedelta(days=days)
        yield here + timedelta(days=days)


def _numbers(told: Interpretation, fact: Fact, before: Scalar) -> Iterator[int]:
    """Give what lies on both sides of each threshold mentioned, and of each comparison that the trace made."""
    here = before if isinstance(before, int) else 0
    for edge in _thresholds(told.law, fact):
        yield from (edge - 1, edge, edge + 1)
    for distance in _distances(told):
        for step in (distance, -distance):
            yield from (here + step - 1, here + step, here + step + 1)
    yield from (0, here * 2 + 1, here + 12, here - 12)


def _thresholds(law: InForce, fact: Fact) -> Iterator[int]:
    for node in (each for built in law.rules.values() for each in built.node.walk()):
        alike = node.unit.kind is fact.unit.kind
        value: object = (
            node.payload[0] if node.op is Op.LITERAL else law.scalar(node) if node.op is Op.PARAMETER else None
        )
        if alike and isinstance(value, int) and not isinstance(value, bool):
            yield value
        if node.op is Op.BANDS and node.arguments[0].unit.kind is fact.unit.kind:
            bands = law.dated(node).value
            yield from bands.edges if isinstance(bands, Bands) else ()


def _distances(told: Interpretation) -> Iterator[int]:
    """Give how far apart the two sides of each comparison in the trace were, in the grain of the fact."""

    def visit(step: Step) -> Iterator[int]:
        if step.node.op in (Op.LESS, Op.AT_MOST, Op.EQUAL):
            left, right = (each.value for each in step.steps)
            if isinstance(left, int) and isinstance(right, int):
                exact = step.node.arguments[0].unit.kind is Kind.SCALED
                yield (right - left) // SHARE_OF_ONE if exact else right - left
        for each in step.steps:
            yield from visit(each)

    for subject in told.subjects:
        for output in told.law.rules:
            yield from visit(told.trace(subject, output))


def _ordinal(value: Scalar) -> int | None:
    if isinstance(value, date):
        return value.toordinal()
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _from_ordinal(number: int, fact: Fact) -> Scalar:
    return date.fromordinal(number) if fact.unit.kind is Kind.DAY else number


def _distance(before: Scalar, value: Scalar) -> int:
    here, there = _ordinal(before), _ordinal(value)
    return abs(here - there) if here is not None and there is not None else 0
