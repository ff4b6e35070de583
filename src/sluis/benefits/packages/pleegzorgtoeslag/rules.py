"""The foster care allowance: not for supporting or crisis care; placements of before 2019 keep theirs."""

from __future__ import annotations

from sluis.kernel.text import msg
from sluis.rules import NOTHING, Day, Money, Rules, Text, Truth, day, when

rules = Rules("Groeipakketdecreet")


@rules.rule("art. 17", since="2019-01", title=msg("de pleegzorg perspectief biedt of zoekt"))
def duurzame_pleegzorg(in_pleeggezin: Truth, pleegzorgvorm: Text) -> Truth:
    """Perspective-giving or perspective-seeking care; supporting and crisis care give no right."""
    return in_pleeggezin & pleegzorgvorm.is_one_of("perspective_giving", "perspective_seeking")


@rules.rule("art. 219", since="2019-01", title=msg("de plaatsing van voor 2019 is en niet veranderde"))
def pleegzorg_van_voor_2019(in_pleeggezin: Truth, pleegzorg_sinds: Day) -> Truth:
    """A placement of before 2019 keeps the same amount until it changes; a new placement is a new row."""
    return in_pleeggezin & (pleegzorg_sinds < day("2019-01-01"))


@rules.rule("art. 17, 219 en 220", since="2019-01", title=msg("de pleegzorgtoeslag"))
def pleegzorgtoeslag(
    rechtgevend: Truth, duurzame_pleegzorg: Truth, pleegzorg_van_voor_2019: Truth, pleegzorgtoeslag_bedrag: Money
) -> Money:
    """One amount for children with new and with old amounts."""
    due = rechtgevend & (pleegzorg_van_voor_2019 | duurzame_pleegzorg)
    return when(due, pleegzorgtoeslag_bedrag).otherwise(NOTHING)
