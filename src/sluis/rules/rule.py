"""Rules and facts: what a colleague who knows the law writes.

A rule is a small typed function. Its arguments are named after facts, other rules or parameters; its annotations are
the typed values of `algebra`; its name is its output. Two regimes are two functions with one `output` and other dates.

    rules = Rules("Groeipakketdecreet")

    @rules.rule("art. 13", since="2019-01")
    def basisbedrag(rechtgevend: Truth, nieuwe_bedragen: Truth) -> Money:
        return when(rechtgevend & nieuwe_bedragen, Money.parameter("basisbedrag")).otherwise(NOTHING)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg
from sluis.rules.algebra import Value
from sluis.rules.faults import Unbuildable, in_rule, malformed
from sluis.rules.units import Kind, Unit

Body = TypeVar("Body", bound=Callable[..., Value])


@dataclass(frozen=True, slots=True)
class Fact:
    """A column of the fact row: what it is, whom to ask when it is missing, and how large it can be.

    `always` promises that it is never unknown; a row that breaks the promise is refused. `most` bounds a number on
    both sides, so that no engine can overflow.
    """

    name: str
    unit: Unit
    what: Message
    ask: Message | None = None
    always: bool = False
    most: int = 0


def fact(
    name: str,
    value: type[Value],
    what: Message | None = None,
    *,
    unit: str = "",
    ask: Message | None = None,
    always: bool = False,
    most: int = 0,
) -> Fact:
    """Declare a column of the fact row: `fact("income", Money, msg("het gezinsinkomen"), ask=msg("de FOD Financiën"))`.

    `most` is the largest size of a number (default: 100 million euro, a million of anything else).
    """
    largest = most or (10**10 if value.kind is Kind.CENTS else 10**6)
    return Fact(name, Unit(value.kind, unit), what or Message(spoken(name)), ask, always, largest)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one regime, as it was written."""

    output: str
    unit: Unit
    article: Clause
    since: Month
    until: Month | None
    inputs: tuple[tuple[str, type[Value]], ...]
    body: Callable[..., Value]
    title: Message
    doc: str

    def holds(self, month: Month) -> bool:
        """Say whether the rule is in force in the month."""
        return self.since <= month and (self.until is None or month <= self.until)

    @property
    def years(self) -> str:
        """The validity as `2019-01/..`."""
        return f"{self.since}/{self.until or '..'}"


class Rules:
    """Rules of one subject, in the order in which they were written; `instrument` is the law of their articles."""

    def __init__(self, instrument: str) -> None:
        self.instrument = instrument
        self._rules: list[Rule] = []
        self.faults: list[Unbuildable] = []

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    def rule(
        self,
        article: str,
        *,
        since: str | Month | None = None,
        until: str | Month | None = None,
        output: str = "",
        unit: str = "",
        title: Message | None = None,
        instrument: str = "",
    ) -> Callable[[Body], Body]:
        """Register a function as the rule for its output from `since` up to and with `until` (months).

        `unit` names what a whole number counts ("points"). Mistakes come out when the book is built, all at once.
        """

        def register(body: Body) -> Body:
            name = output or getattr(body, "__name__", "?")
            clause = Clause(instrument or self.instrument, article)
            try:
                self._rules.append(_rule(name, clause, since, until, unit, title, body))
            except SluisError as fault:
                self.faults.append(in_rule(fault, name, clause))
            return body

        return register


def _rule(
    name: str,
    article: Clause,
    since: str | Month | None,
    until: str | Month | None,
    unit: str,
    title: Message | None,
    body: Callable[..., Value],
) -> Rule:
    if since is None:
        raise malformed(
            "rule-without-date",
            msg("de begindatum ontbreekt."),
            msg("Zeg vanaf welke maand de regel geldt, zoals since='2019-01'."),
        )
    first, last = _month(since), None if until is None else _month(until)
    if last is not None and last < first:
        raise malformed(
            "rule-dates-reversed",
            msg("de regel eindigt in {until}, voor hij begint in {since}.", until=last, since=first),
            msg("Zet een eindmaand die niet voor de beginmaand ligt."),
        )
    inputs, kind = _signature(body)
    doc = inspect.getdoc(body) or ""
    return Rule(name, Unit(kind, unit), article, first, last, inputs, body, title or Message(spoken(name)), doc)


def _signature(body: Callable[..., Value]) -> tuple[tuple[tuple[str, type[Value]], ...], Kind]:
    hints: dict[str, Any] = get_type_hints(body)
    names = tuple(inspect.signature(body).parameters)
    for name in (*names, "return"):
        if not (isinstance(hints.get(name), type) and issubclass(hints[name], Value) and hasattr(hints[name], "kind")):
            raise malformed(
                "rule-untyped",
                msg("{name} heeft geen soort.", name=name),
                msg(
                    "Annoteer elke invoer en het resultaat met Truth, Whole, Money, Share, CalendarMonth, Day of Text."
                ),
            )
    return tuple((name, hints[name]) for name in names), hints["return"].kind


def _month(written: str | Month) -> Month:
    return written if isinstance(written, Month) else Month.parse(written)


def spoken(name: str) -> str:
    """Return a name as words."""
    return name.replace("_", " ").replace("{", "").replace("}", "")
