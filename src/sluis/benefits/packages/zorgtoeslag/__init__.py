"""The supplement for children with a specific support need (art. 16 and 218): three pillars of points, on request."""

from sluis.benefits.model import Benefit, Package
from sluis.benefits.packages.zorgtoeslag.facts import FACTS, columns
from sluis.benefits.packages.zorgtoeslag.rules import rules

PACKAGE = Package("zorgtoeslag", rules, FACTS, columns, (Benefit("zorgtoeslag"),))
