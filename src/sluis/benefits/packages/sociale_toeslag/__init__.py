"""The sociale toeslag of each side of a child, and the one-off of November 2022 and April 2023."""

from sluis.benefits.model import Benefit, Package, Payees
from sluis.benefits.packages.sociale_toeslag.facts import FACTS, columns
from sluis.benefits.packages.sociale_toeslag.payees import payees
from sluis.benefits.packages.sociale_toeslag.rules import rules
from sluis.benefits.packages.sociale_toeslag.sides import side_rows

PACKAGE = Package(
    "sociale_toeslag",
    rules,
    FACTS,
    columns,
    (
        Benefit(
            "sociale_toeslag",
            payees=Payees.OWN,
            income_year="sociale_toeslag_inkomensjaar",
            provisional="sociale_toeslag_voorlopig",
        ),
        Benefit("sociale_toeslag_eenmalig", payees=Payees.OWN),
    ),
    earlier=(
        "rechtgevend",
        "kind_in_telling",
        "in_leven",
        "student",
        "schoolverlater",
        "nieuwe_bedragen",
        "rang",
        "wees_oud",
    ),
    payees=payees,
)

__all__ = ["PACKAGE", "side_rows"]
