"""The income of a year as the Groeipakket counts it: for the sociale toeslag and the schooltoeslag alike.

`people_income(r, people, year, prefix)` sums the incomes of any set of persons per key; `income_columns(prefix, ...)`
declares these facts and `add_income_rules(rules, prefix, ...)` the rules over them: BVR Sociale Toeslagen art. 4 and 5.
"""

from sluis.benefits.packages.income.facts import PARTS, income_columns, no_income, people_income
from sluis.benefits.packages.income.rules import add_income_rules, renamed, times

__all__ = ["PARTS", "add_income_rules", "income_columns", "no_income", "people_income", "renamed", "times"]
