"""Why: every decision of the Groeipakket with its rules, articles, values, facts, and what would change it."""

from sluis.benefits.explanation.discreet import discreet, discreet_changes
from sluis.benefits.explanation.family import Family, family_of, interpreted
from sluis.benefits.explanation.making import Teller, with_payment
from sluis.benefits.explanation.model import Explanation
from sluis.benefits.explanation.otherwise import Otherwise, next_change, otherwise
from sluis.benefits.explanation.written import SCHEMA, as_json

__all__ = [
    "SCHEMA",
    "Explanation",
    "Family",
    "Otherwise",
    "Teller",
    "as_json",
    "discreet",
    "discreet_changes",
    "family_of",
    "interpreted",
    "next_change",
    "otherwise",
    "with_payment",
]
