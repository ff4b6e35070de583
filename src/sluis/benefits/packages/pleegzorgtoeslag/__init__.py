"""The foster care allowance (art. 17, 67, 219 and 220): by the form of the care, with its own payees."""

from sluis.benefits.model import Benefit, Package, Payees
from sluis.benefits.packages.pleegzorgtoeslag.facts import FACTS, columns, payees
from sluis.benefits.packages.pleegzorgtoeslag.rules import rules

PACKAGE = Package(
    "pleegzorgtoeslag", rules, FACTS, columns, (Benefit("pleegzorgtoeslag", payees=Payees.OWN),), payees=payees
)
