"""The rank amounts of children born before 2019 (art. 210), or the old orphan amount in their place (art. 214)."""

from sluis.benefits.model import Benefit, Package
from sluis.benefits.packages.rangbedrag.rules import rules

PACKAGE = Package("rangbedrag", rules, benefits=(Benefit("rangbedrag"),))
