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


def add_band_rules(rules: Rules, ground: str, year: Message, *, always: bool = False) -> None:
    """Add `laag_{ground}` and `midden_{ground}`, over `{ground}_inkomen` and `{ground}_ki_test`.

    A ground that does not count `always` has a rule `{ground}_telt` that says when it does.
    """
    basis = {f"{ground}_ki_test": Truth, f"{ground}_inkomen": Scaled}
    if not always:
        basis = {f"{ground}_telt": Truth, **basis}
    family = {"groot_gezin": Truth, "gezin_met_nieuw_kind": Truth, **basis}
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


def _lowest(at_most: _AtMost) -> Callable[..., Truth]:
    def lowest(*basis: Truth | Scaled) -> Truth:
        """Not above the lowest limit, and the cadastral test is passed."""
        conditions, income = _parted(basis)
        return all_of(*conditions, at_most(income, "inkomensgrens_laag"))

    return lowest


def _middle(at_most: _AtMost, *, only_large: bool) -> Callable[..., Truth]:
    def middle(large: Truth, new: Truth, *basis: Truth | Scaled) -> Truth:
        """Three or more children with one on new amounts, or (since April 2023) one or two children."""
        conditions, income = _parted(basis)
        many = all_of(large, new, at_most(income, "inkomensgrens_midden_3plus"))
        if only_large:
            return all_of(*conditions, many)
        few = all_of(~large, at_most(income, "inkomensgrens_midden_1_2"))
        return all_of(*conditions, any_of(many, few))

    return middle


def _parted(basis: tuple[Truth | Scaled, ...]) -> tuple[list[Truth], Scaled]:
    """Return the conditions and, last, the income."""
    *conditions, income = basis
    assert isinstance(income, Scaled), "the income comes last"
    return [each for each in conditions if isinstance(each, Truth)], income
