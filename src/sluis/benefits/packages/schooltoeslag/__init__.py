"""The school allowance (selectieve participatietoeslag, art. 24-49), decided in September for a school year."""

from sluis.benefits.model import Benefit, Calendar, Package, Payees, Period
from sluis.benefits.packages.schooltoeslag.facts import FACTS, columns, payees
from sluis.benefits.packages.schooltoeslag.rules import rules

PACKAGE = Package(
    "schooltoeslag",
    rules,
    FACTS,
    columns,
    (
        Benefit(
            "schooltoeslag",
            Period.SCHOOL_YEAR,
            decided_in=9,
            payees=Payees.OWN,
            calendar=Calendar.NONE,
            income_year="school_inkomensjaar",
            points="schooltoeslag_punten",
            provisional="schooltoeslag_voorlopig",
        ),
    ),
    payees=payees,
)
