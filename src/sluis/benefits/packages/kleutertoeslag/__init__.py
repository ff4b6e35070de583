"""The nursery allowance (art. 53-56): once in the year of the third and once in that of the fourth birthday."""

from sluis.benefits.model import Benefit, Package, Period
from sluis.benefits.packages.kleutertoeslag.facts import FACTS, columns
from sluis.benefits.packages.kleutertoeslag.rules import rules

PACKAGE = Package("kleutertoeslag", rules, FACTS, columns, (Benefit("kleutertoeslag", Period.YEAR),))
