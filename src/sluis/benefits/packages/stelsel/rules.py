"""Which amounts a child has: the new ones of book 2 or the transition amounts of book 5 (art. 13, 210, 228)."""

from __future__ import annotations

from sluis.kernel.text import msg
from sluis.rules import Day, Rules, Truth, Whole, any_of, day, number, when

rules = Rules("Groeipakketdecreet")

FIRST_DAY = "2019-01-01"


@rules.rule("art. 13, art. 228", since="2019-01", title=msg("het kind de nieuwe bedragen heeft"))
def nieuwe_bedragen(born: Day, geopend_recht_2018: Truth, wees_sinds_2019: Truth, blokkering_beeindigd: Truth) -> Truth:
    """Born from 2019 on, or without an opened right at the end of 2018, orphaned since, or out of an institution.

    A child that came from abroad after 2018 had no opened right.
    """
    return any_of(born >= day(FIRST_DAY), ~geopend_recht_2018, wees_sinds_2019, blokkering_beeindigd)


@rules.rule("art. 210 § 2", since="2019-01", unit="ranks", title=msg("de rang"))
def rang(nieuwe_bedragen: Truth, omgekeerde_rang: Whole) -> Whole:
    """Return 1 for the lowest amount, 2 for the middle one, 3 for the highest; 0 for a child with new amounts."""
    third = number(3, "ranks")
    old = when(omgekeerde_rang >= third, third).otherwise(omgekeerde_rang)
    return when(nieuwe_bedragen, number(0, "ranks")).otherwise(old)
