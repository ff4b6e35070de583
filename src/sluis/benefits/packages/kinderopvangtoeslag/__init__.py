"""The childcare allowance (art. 51-52): an amount per day in childcare whose price does not depend on income."""

from sluis.benefits.model import Benefit, Calendar, Package
from sluis.benefits.packages.kinderopvangtoeslag.facts import FACTS, columns
from sluis.benefits.packages.kinderopvangtoeslag.rules import rules

PACKAGE = Package(
    "kinderopvangtoeslag", rules, FACTS, columns, (Benefit("kinderopvangtoeslag", calendar=Calendar.CHILDCARE),)
)
