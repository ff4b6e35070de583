"""The childcare allowance: two half days are one, never more days than the month has, and nothing beside school."""

from __future__ import annotations

from sluis.kernel.text import msg
from sluis.rules import NOTHING, Money, Rules, Truth, Whole, all_of, least_of, when

rules = Rules("Groeipakketdecreet")
BVR = "BVR Kinderopvangtoeslag en kleutertoeslag"


@rules.rule(
    "art. 3", since="2019-01", instrument=BVR, unit="half_days", title=msg("de halve dagen opvang die betaald worden")
)
def opvang_in_halve_dagen(opvangdagen_vol: Whole, opvangdagen_half: Whole, dagen_in_maand: Whole) -> Whole:
    """A full day is two halves; at most the days of the month."""
    halves = (opvangdagen_vol * 2).counted_as("half_days") + opvangdagen_half
    return least_of(halves, (dagen_in_maand * 2).counted_as("half_days"))


@rules.rule("art. 51-52", since="2019-01", title=msg("de kinderopvangtoeslag"))
def kinderopvangtoeslag(
    opvang_in_halve_dagen: Whole,
    in_leven: Truth,
    verblijfsrecht: Truth,
    ingeschreven_in_school: Truth,
    kinderopvangtoeslag_per_dag: Money,
) -> Money:
    """The amount of a day for two halves, rounded once on the total of the month (art. 4 §2)."""
    due = all_of(in_leven, verblijfsrecht, ~ingeschreven_in_school)
    return when(due, kinderopvangtoeslag_per_dag.times(opvang_in_halve_dagen).divided(2)).otherwise(NOTHING)
