"""Who is a right-giving child, and for whom Flanders is competent (art. 8; BVR Rechtgevend kind)."""

from sluis.benefits.model import Package
from sluis.benefits.packages.recht.facts import FACTS, columns
from sluis.benefits.packages.recht.rules import rules

PACKAGE = Package("recht", rules, FACTS, columns)
