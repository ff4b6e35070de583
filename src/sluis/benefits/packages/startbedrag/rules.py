"""The startbedragen: once, in the month of the birth or of joining the household (art. 9-12)."""

from __future__ import annotations

from sluis.kernel.text import msg
from sluis.rules import NO, NOTHING, YES, Day, Money, Rules, Text, Truth, Whole, all_of, run_month, when

rules = Rules("Groeipakketdecreet")


@rules.rule("art. 9", since="2019-01", title=msg("de geboorte recht geeft"))
def geboorte_geeft_recht(doodgeboren: Truth, zwangerschap_dagen: Whole, akte_levenloos_kind: Truth) -> Truth:
    """A child born alive; stillborn, when there is a deed after at least 180 days of pregnancy."""
    long_enough = when(akte_levenloos_kind, zwangerschap_dagen >= Whole.parameter("zwangerschap_minimum", unit="days"))
    return when(doodgeboren, long_enough.otherwise(NO)).otherwise(YES)


@rules.rule("art. 9", since="2019-01", title=msg("het startbedrag geboorte"))
def startbedrag_geboorte(
    born: Day, geboorte_geeft_recht: Truth, startbedrag_gevraagd: Truth, gewest_bij_geboorte: Text
) -> Money:
    """Once per child, also of a multiple birth, asked for within five years, when the birth is of Flanders."""
    due = all_of(born.month == run_month(), startbedrag_gevraagd, geboorte_geeft_recht, gewest_bij_geboorte == "VL")
    return when(due, Money.parameter("bedrag_startbedrag_geboorte")).otherwise(NOTHING)


@rules.rule("art. 11-12", since="2019-01", title=msg("het startbedrag adoptie"))
def startbedrag_adoptie(
    adoptie_deze_maand: Truth,
    startbedrag_adoptie_gevraagd: Truth,
    startbedrag_in_gezin: Truth,
    rechtgevend: Truth,
) -> Money:
    """Once, when the child is part of the household; never twice for one child in one household."""
    due = all_of(adoptie_deze_maand, startbedrag_adoptie_gevraagd, ~startbedrag_in_gezin, rechtgevend)
    return when(due, Money.parameter("bedrag_startbedrag_adoptie")).otherwise(NOTHING)
