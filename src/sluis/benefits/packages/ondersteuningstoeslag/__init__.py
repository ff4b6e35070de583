"""The support allowance (art. 56/1 and following): from 2023, from 12 points on the scale, in Flanders and Brussels."""

from sluis.benefits.model import Benefit, Package
from sluis.benefits.packages.ondersteuningstoeslag.facts import FACTS, columns
from sluis.benefits.packages.ondersteuningstoeslag.rules import rules

PACKAGE = Package("ondersteuningstoeslag", rules, FACTS, columns, (Benefit("ondersteuningstoeslag"),))
