"""Orphans: the supplement of the new amounts (art. 14-15) and the old, increased amount (art. 214)."""

from sluis.benefits.model import Benefit, Package
from sluis.benefits.packages.wezentoeslag.facts import FACTS, columns
from sluis.benefits.packages.wezentoeslag.rules import rules

PACKAGE = Package(
    "wezentoeslag", rules, FACTS, columns, (Benefit("wezentoeslag", provisional="wezentoeslag_bronnen_verschillen"),)
)
