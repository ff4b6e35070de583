"""The nursery allowance, in the month of the third birthday and in that of the fourth."""

from __future__ import annotations

from sluis.kernel.text import msg
from sluis.rules import NOTHING, YES, Day, Money, Rules, Truth, Whole, all_of, number, run_month, when

rules = Rules("Groeipakketdecreet")


@rules.rule("art. 54", since="2019-01", title=msg("het kind in die maand drie jaar wordt"))
def wordt_drie(born: Day) -> Truth:
    """Two years old on 31 December of the year before: so three in this calendar year."""
    return run_month() == born.month.plus(36)


@rules.rule("art. 55, §1, 1°", since="2019-01", title=msg("het kind in die maand vier jaar wordt"))
def wordt_vier(born: Day) -> Truth:
    """Three years old on 31 December of the year before: so four in this calendar year."""
    return run_month() == born.month.plus(48)


@rules.rule(
    "art. 55, §2",
    since="2019-01",
    until="2019-12",
    output="kleuter_genoeg_aanwezig",
    title=msg("de kleuter genoeg aanwezig was"),
)
def kleuter_aanwezigheid_telt_niet_in_2019() -> Truth:
    """Who was three on 31 December 2018 only had to be enrolled."""
    return YES


@rules.rule(
    "art. 55, §1, 3°",
    since="2020-01",
    output="kleuter_genoeg_aanwezig",
    title=msg("de kleuter genoeg aanwezig was"),
)
def kleuter_aanwezigheid(kleuter_aanwezig_als_driejarige: Whole, kleuter_aanwezig_als_vierjarige: Whole) -> Truth:
    """Enough half days in the school year as a three-year-old or in that as a four-year-old."""
    as_three = Whole.bands("kleutertoeslag_halve_dagen", number(3, "years"), unit="half_days")
    as_four = Whole.bands("kleutertoeslag_halve_dagen", number(4, "years"), unit="half_days")
    return (kleuter_aanwezig_als_driejarige >= as_three) | (kleuter_aanwezig_als_vierjarige >= as_four)


@rules.rule("art. 53-55", since="2019-01", title=msg("de kleutertoeslag"))
def kleutertoeslag(
    wordt_drie: Truth,
    wordt_vier: Truth,
    in_leven: Truth,
    verblijfsrecht: Truth,
    kleuter_op_tijd_ingeschreven: Truth,
    kleuter_blijft_ingeschreven: Truth,
    kleuter_genoeg_aanwezig: Truth,
    kleutertoeslag_bedrag: Money,
) -> Money:
    """A fixed amount per calendar year; where the child lives does not matter."""
    first = all_of(wordt_drie, kleuter_op_tijd_ingeschreven)
    second = all_of(wordt_vier, kleuter_blijft_ingeschreven, kleuter_genoeg_aanwezig)
    due = all_of(first | second, in_leven, verblijfsrecht)
    return when(due, kleutertoeslag_bedrag).otherwise(NOTHING)
