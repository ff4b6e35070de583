"""Old or new amounts, and the rank of a child with old ones (art. 210, 228)."""

from sluis.benefits.model import Package
from sluis.benefits.packages.stelsel.facts import FACTS, columns
from sluis.benefits.packages.stelsel.rules import rules

PACKAGE = Package("stelsel", rules, FACTS, columns)
