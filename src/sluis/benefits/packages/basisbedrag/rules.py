"""The basisbedrag (art. 13)."""

from __future__ import annotations

from sluis.kernel.text import msg
from sluis.rules import NOTHING, Money, Rules, Truth, when

rules = Rules("Groeipakketdecreet")


@rules.rule("art. 13", since="2019-01", title=msg("het basisbedrag"))
def basisbedrag(rechtgevend: Truth, nieuwe_bedragen: Truth) -> Money:
    """A monthly amount, the same for every child with new amounts."""
    return when(rechtgevend & nieuwe_bedragen, Money.parameter("bedrag_basis")).otherwise(NOTHING)
