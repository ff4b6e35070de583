"""The schoolbonus: once a year, with the amount of July (art. 19-22)."""

from sluis.benefits.model import Benefit, Package, Period
from sluis.benefits.packages.schoolbonus.rules import JULY, rules

PACKAGE = Package("schoolbonus", rules, benefits=(Benefit("schoolbonus", Period.YEAR, JULY),))
