"""The age supplements of children with old amounts, whole or half (art. 212)."""

from sluis.benefits.model import Benefit, Package
from sluis.benefits.packages.leeftijdsbijslag.rules import rules

PACKAGE = Package(
    "leeftijdsbijslag",
    rules,
    benefits=(Benefit("leeftijdsbijslag", provisional="leeftijdsbijslag_voorlopig"),),
    earlier=("rechtgevend", "nieuwe_bedragen", "leeftijd", "zorgtoeslag", "sociale_toeslag"),
)
