"""What a rule decides for a row: a value, or undecided with what is missing; provisional on weak values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sluis.kernel.outcome import Reason, Undecided
from sluis.kernel.text import Message, msg
from sluis.rules.nodes import Scalar
from sluis.rules.units import Unit

if TYPE_CHECKING:
    from sluis.rules.book import InForce


class Lack(StrEnum):
    """Why a value is in doubt."""

    FACT = "fact"
    """A fact is not known."""
    PARAMETER = "parameter"
    """A parameter has no value in the month (or none for this key), or its weak value is refused."""
    WEAK = "weak"
    """A parameter's value is known but weak: the outcome stands, provisionally."""


class Doubt(NamedTuple):
    """One fact or parameter that leaves an outcome open or provisional; `subject` is the row, where that is known."""

    lack: Lack
    name: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of one rule for one row. `value` is None when undecided, and then `missing` says what is needed.

    Amounts are cents, months are counted as year x 12 + month - 1.
    """

    subject: str
    output: str
    unit: Unit
    value: Scalar
    missing: tuple[Doubt, ...] = ()
    weak: tuple[str, ...] = ()

    @property
    def decided(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    @property
    def provisional(self) -> bool:
        """Whether there is a value that rests on a weak parameter."""
        return self.decided and bool(self.weak)

    @property
    def missing_names(self) -> tuple[str, ...]:
        """What is missing, as `fact:income` or `parameter:limit`, sorted: the same on every engine."""
        return tuple(sorted({f"{doubt.lack}:{doubt.name}" for doubt in self.missing}))

    def undecided(self, law: InForce) -> Undecided:
        """Return what is missing as reasons, each with its sentence, article and whom to ask."""
        clause = law.rules[self.output].rule.article
        reasons = []
        for doubt in self.missing:
            what, remedy = _sentences(law, doubt)
            reasons.append(Reason(f"missing-{doubt.lack}", what, clause, remedy))
        return Undecided(tuple(dict.fromkeys(reasons)))

    def provisional_reasons(self, law: InForce) -> tuple[Message, ...]:
        """Return why the outcome is provisional: each weak parameter with its month and reason."""
        return tuple(
            msg(
                "{name} ({article}), waarde vanaf {since}: {reason}",
                name=name,
                article=law.book.parameters[name].article,
                since=dated.since,
                reason=dated.confidence.reason,
            )
            for name in self.weak
            for (read, _, _), dated in law.values.items()
            if read == name and dated.confidence.weak
        )


def outcome_of(subject: str, output: str, unit: Unit, value: Scalar, doubts: Iterable[Doubt]) -> Outcome:
    """Return the outcome of a value and its doubts: what is missing counts only when there is no value."""
    if value is None:
        missing = tuple(sorted(doubt for doubt in doubts if doubt.lack is not Lack.WEAK))
        return Outcome(subject, output, unit, None, missing)
    weak = tuple(sorted({doubt.name for doubt in doubts if doubt.lack is Lack.WEAK}))
    return Outcome(subject, output, unit, value, (), weak)


def _sentences(law: InForce, doubt: Doubt) -> tuple[Message, Message]:
    if doubt.lack is Lack.FACT:
        fact = law.book.facts[doubt.name]
        if fact.ask is None:
            return msg("Niet bekend: {fact}.", fact=fact.what), msg("Vul dit gegeven aan.")
        return msg("Niet bekend: {fact}.", fact=fact.what), msg("Vraag dit aan {whom}.", whom=fact.ask)
    article = law.book.parameters[doubt.name].article
    what = msg("Parameter {name} ({article}) heeft hier geen waarde.", name=doubt.name, article=article)
    return what, msg("Voeg de waarde met haar bron toe aan de parameters.")
