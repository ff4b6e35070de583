"""Whether an income lies at most at the limits of the month: the same test for every ground, by period of the law.

The limits of September 2024 to August 2025 were not found: there an income below those of before, or above those of
after, is sure; only what lies between rests on a value that is missing, and makes the outcome provisional.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sluis.benefits.packages.income import renamed
from sluis.kernel.text import Message, msg
from sluis.rules import Money, Rules, Scaled, Truth, all_of, any_of

_AtMost = Callable[[Scaled, str], Truth]


def _known(income: Scaled, limit: str) -> Truth:
    return income <= Money.parameter(limit)


def _missing(income: Scaled, limit: str) -> Truth:
    below = income <= Money.parameter(f"{limit}_vorige")
    above = income > Money.parameter(f"{limit}_volgende")
    return below | (~above & (income <= Money.parameter(limit)))


_PERIODS: Final[tuple[tuple[str, str | None, _AtMost], ...]] = (
    ("2019-01", "2023-03", _known),
    ("2023-04", "2024-08", _known),
    ("2024-09", "2025-08", _missing),
    ("2025-09", None, _known),
)
_ONLY_LARGE_UNTIL: Final = "2023-03"


def add_band_rules(rules: Rules, ground: str, year: Message) -> None:
    """Add `laag_{ground}` and `midden_{ground}`, over `{ground}_inkomen`, `{ground}_ki_test` and `{ground}_telt`."""
    basis = {f"{ground}_telt": Truth, f"{ground}_ki_test": Truth, f"{ground}_inkomen": Scaled}
    family = {**basis, "groot_gezin": Truth, "gezin_met_nieuw_kind": Truth}
    for since, until, at_most in _PERIODS:
        rules.rule(
            "art. 18, tweede lid",
            since=since,
            until=until,
            output=f"laag_{ground}",
            title=msg("het inkomen van {year} niet boven de laagste grens ligt", year=year),
        )(renamed(_lowest(at_most), basis, Truth))
        rules.rule(
            "art. 18, tweede lid",
            since=since,
            until=until,
            output=f"midden_{ground}",
            title=msg("het inkomen van {year} niet boven de hogere grens van het gezin ligt", year=year),
        )(renamed(_middle(at_most, only_large=until == _ONLY_LARGE_UNTIL), family, Truth))


def _lowest(at_most: _AtMost) -> Callable[[Truth, Truth, Scaled], Truth]:
    def lowest(counts: Truth, ki_test: Truth, income: Scaled) -> Truth:
        """Not above the lowest limit, and the cadastral test is passed."""
        return all_of(counts, ki_test, at_most(income, "inkomensgrens_laag"))

    return lowest


def _middle(at_most: _AtMost, *, only_large: bool) -> Callable[[Truth, Truth, Scaled, Truth, Truth], Truth]:
    def middle(counts: Truth, ki_test: Truth, income: Scaled, large: Truth, new: Truth) -> Truth:
        """Three or more children with one on new amounts, or (since April 2023) one or two children."""
        many = all_of(large, new, at_most(income, "inkomensgrens_midden_3plus"))
        if only_large:
            return all_of(counts, ki_test, many)
        few = all_of(~large, at_most(income, "inkomensgrens_midden_1_2"))
        return all_of(counts, ki_test, any_of(many, few))

    return middle
