"""The age supplements (art. 212)."""

from __future__ import annotations

from sluis.kernel.text import msg
from sluis.rules import NO, NOTHING, Day, Money, Rules, Text, Truth, Whole, any_of, number, rank_in, when

rules = Rules("Groeipakketdecreet")


@rules.rule("art. 212", since="2019-01", title=msg("het kind recht geeft op de oude bedragen"))
def recht_op_oude_bedragen(rechtgevend: Truth, nieuwe_bedragen: Truth) -> Truth:
    """Say whether the child gives a right to transition amounts this month."""
    return rechtgevend & ~nieuwe_bedragen


@rules.rule("art. 212 § 3", since="2019-01", title=msg("het kind het oudste met oude bedragen in het gezin is"))
def oudste_van_gezin(household: Text, recht_op_oude_bedragen: Truth, born: Day) -> Truth:
    """Only one half per household; when the oldest leaves the right, the next oldest takes its place."""
    return rank_in(household, born, where=recht_op_oude_bedragen) == 1


@rules.rule("art. 212 § 2", since="2019-01", title=msg("het kind een sociale toeslag of zorgtoeslag krijgt"))
def krijgt_toeslag(sociale_toeslag: Money, zorgtoeslag: Money) -> Truth:
    """Say whether a supplement makes the age supplement whole; a social supplement not yet decided is not given yet."""
    social = when(sociale_toeslag.known(), sociale_toeslag > NOTHING).otherwise(NO)
    return social | (zorgtoeslag > NOTHING)


@rules.rule("art. 212", since="2019-01", title=msg("de leeftijdsbijslag"))
def leeftijdsbijslag(
    recht_op_oude_bedragen: Truth, leeftijd: Whole, oudste_van_gezin: Truth, krijgt_toeslag: Truth
) -> Money:
    """By age from the month of the 6th, 12th and 18th birthday; half for the oldest without another supplement."""
    half = oudste_van_gezin & ~krijgt_toeslag
    amount = (
        when(leeftijd < number(6, "years"), NOTHING)
        .when(half & (leeftijd < number(12, "years")), Money.parameter("leeftijdsbijslag_half_6"))
        .when(half & (leeftijd < number(18, "years")), Money.parameter("leeftijdsbijslag_half_12"))
        .when(half, Money.parameter("leeftijdsbijslag_half_18"))
        .when(leeftijd < number(12, "years"), Money.parameter("leeftijdsbijslag_vol_6"))
        .when(leeftijd < number(18, "years"), Money.parameter("leeftijdsbijslag_vol_12"))
        .otherwise(Money.parameter("leeftijdsbijslag_vol_18"))
    )
    return when(recht_op_oude_bedragen, amount).otherwise(NOTHING)


@rules.rule("art. 212 § 2", since="2019-01", title=msg("de leeftijdsbijslag nog hoger kan worden"))
def leeftijdsbijslag_voorlopig(
    recht_op_oude_bedragen: Truth, oudste_van_gezin: Truth, sociale_toeslag: Money, zorgtoeslag: Money
) -> Truth:
    """A half given while the social supplement is open becomes whole when that is granted."""
    given = when(zorgtoeslag.known(), zorgtoeslag > NOTHING).otherwise(NO)
    return recht_op_oude_bedragen & oudste_van_gezin & ~any_of(sociale_toeslag.known(), given)
