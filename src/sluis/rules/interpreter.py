"""One family, rule by rule, with every step: the explanation, and the oracle that the engines are tested against.

What an operation does stands in `steps`; here the rows of a family go through the rules of a month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from sluis.rules.book import InForce
from sluis.rules.outcomes import Outcome, outcome_of
from sluis.rules.rows import checked_rows
from sluis.rules.steps import Family, Step, steps_of


class Interpretation:
    """The rules of a month applied to one family."""

    def __init__(self, law: InForce, rows: Sequence[Mapping[str, object]]) -> None:
        self.law = law
        self.rows = checked_rows(law.book, rows)
        self._family = Family(self.rows, [str(row[law.book.key]) for row in self.rows])
        places = list(enumerate(self._family.answers))
        for output, step in steps_of(law).items():
            for place, answers in places:
                answers[output] = step(self._family, place)

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """The keys of the rows."""
        return tuple(self._family.subjects)

    def outcome(self, subject: str, output: str) -> Outcome:
        """Return what was decided for one row."""
        step = self.trace(subject, output)
        return outcome_of(subject, output, self.law.rules[output].rule.unit, step.value, step.doubts)

    def trace(self, subject: str, output: str) -> Step:
        """Return the steps of one rule for one row; a name in it refers to the trace of that fact or rule."""
        return self._family.answers[self._places[subject]][output]

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {subject: place for place, subject in enumerate(self._family.subjects)}


def interpret(law: InForce, rows: Sequence[Mapping[str, object]]) -> Interpretation:
    """Apply the law of a month to one family: every row that shares a group with the others."""
    return Interpretation(law, rows)


__all__ = ["Interpretation", "Step", "interpret"]
