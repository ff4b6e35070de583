"""The schoolbonus (art. 19-22; BVR Rechtgevend kind art. 54)."""

from __future__ import annotations

from typing import Final

from sluis.kernel.text import msg
from sluis.rules import NOTHING, Day, Money, Rules, Truth, Whole, run_month, when

rules = Rules("Groeipakketdecreet")
JULY: Final = 7


@rules.rule("art. 19-22", since="2019-01", unit="years", title=msg("de leeftijd op 31 december van het jaar ervoor"))
def leeftijd_einde_vorig_jaar(born: Day) -> Whole:
    """The decree counts the age on 31 December of the year before; the bands on some sites would be off by one."""
    return (run_month().year - 1 - born.month.year).counted_as("years")


@rules.rule("art. 19-22", since="2019-01", title=msg("de schoolbonus"))
def schoolbonus(rechtgevend: Truth, leeftijd_einde_vorig_jaar: Whole) -> Money:
    """Due with the right of July, paid in August, by age; for old and new amounts alike."""
    due = (run_month().month_of_year == JULY) & rechtgevend
    return when(due, Money.bands("bedrag_schoolbonus", leeftijd_einde_vorig_jaar)).otherwise(NOTHING)
