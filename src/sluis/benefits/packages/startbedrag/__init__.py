"""The startbedragen of a birth and of an adoption, on request (art. 9-12)."""

from sluis.benefits.model import Benefit, Calendar, Package, Payees, Period
from sluis.benefits.packages.startbedrag.facts import FACTS, columns, payees
from sluis.benefits.packages.startbedrag.rules import rules

PACKAGE = Package(
    "startbedrag",
    rules,
    FACTS,
    columns,
    (
        Benefit("startbedrag_geboorte", Period.ONCE, payees=Payees.OWN, calendar=Calendar.NONE),
        Benefit("startbedrag_adoptie", Period.ONCE, payees=Payees.OWN, calendar=Calendar.NONE),
    ),
    payees=payees,
)
