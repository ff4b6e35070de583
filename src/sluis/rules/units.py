"""Units of values: what may be added, compared and rounded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The family of a unit; engines store all but truth, text and day as whole numbers of 64 bits."""

    TRUTH = "truth"
    WHOLE = "whole"
    CENTS = "cents"
    SHARE = "share"
    """A factor in basis points: 10,000 is one."""
    SCALED = "scaled"
    """Cents times basis points: exact, not yet rounded to the cent."""
    MONTH = "month"
    """A calendar month, counted as year x 12 + month - 1."""
    DAY = "day"
    TEXT = "text"
    DOUBT = "doubt"
    """Bits that name what is missing or weak; inside the engine only."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A kind and, for whole numbers, what is counted: `Unit(Kind.WHOLE, "points")`. Unlike units never add."""

    kind: Kind
    label: str = ""

    def __str__(self) -> str:
        """Write the unit as parameters and messages do."""
        return self.label or _WRITTEN[self.kind]


_WRITTEN = {
    Kind.TRUTH: "truth",
    Kind.WHOLE: "number",
    Kind.CENTS: "EUR",
    Kind.SHARE: "share",
    Kind.SCALED: "EUR x share",
    Kind.MONTH: "month",
    Kind.DAY: "day",
    Kind.TEXT: "text",
    Kind.DOUBT: "doubt",
}

TRUTH = Unit(Kind.TRUTH)
NUMBER = Unit(Kind.WHOLE)
CENTS = Unit(Kind.CENTS)
SHARE = Unit(Kind.SHARE)
SCALED = Unit(Kind.SCALED)
MONTH = Unit(Kind.MONTH)
MONTHS = Unit(Kind.WHOLE, "months")
YEAR = Unit(Kind.WHOLE, "year")
DAY = Unit(Kind.DAY)
TEXT = Unit(Kind.TEXT)
DOUBT = Unit(Kind.DOUBT)

SHARE_OF_ONE = 10_000
