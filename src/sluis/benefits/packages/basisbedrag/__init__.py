"""The basisbedrag of every right-giving child with new amounts (art. 13)."""

from sluis.benefits.model import Benefit, Package
from sluis.benefits.packages.basisbedrag.rules import rules

PACKAGE = Package("basisbedrag", rules, benefits=(Benefit("basisbedrag"),))
