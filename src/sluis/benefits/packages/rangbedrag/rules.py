"""The rank amounts (art. 210)."""

from __future__ import annotations

from sluis.kernel.text import msg
from sluis.rules import NOTHING, Money, Rules, Truth, Whole, number, when

rules = Rules("Groeipakketdecreet")


@rules.rule("art. 210 § 2", since="2019-01", title=msg("het rangbedrag"))
def rangbedrag(rechtgevend: Truth, nieuwe_bedragen: Truth, rang: Whole, wees_oud: Truth) -> Money:
    """The amount of the child's rank, frozen whatever becomes of the family; an old orphan has the orphan amount."""
    amount = (
        when(wees_oud, Money.parameter("wezenbedrag_voor_2019"))
        .when(rang == number(1, "ranks"), Money.parameter("bedrag_rang1"))
        .when(rang == number(2, "ranks"), Money.parameter("bedrag_rang2"))
        .otherwise(Money.parameter("bedrag_rang3"))
    )
    return when(rechtgevend & ~nieuwe_bedragen, amount).otherwise(NOTHING)
