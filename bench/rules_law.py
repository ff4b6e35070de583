"""Ten rules of an invented country, for the comparison of engines: written once in the algebra."""

from __future__ import annotations

from bench.rules_figures import CEILING, FULL, LIMIT, MUNICIPALITIES, supplement_of
from sluis.rules import (
    NOTHING,
    Day,
    Money,
    Parameters,
    RuleBook,
    Rules,
    Text,
    Truth,
    Whole,
    count_in,
    fact,
    parameters_of,
    rank_in,
    run_month,
    sum_in,
    when,
)


def _parameters() -> Parameters:
    table = ", ".join(f"m{at:03d}: {supplement_of(at) / 100:.2f}" for at in range(MUNICIPALITIES))
    text = f"""
full: {{unit: EUR, article: art. 4, values: [{{from: 2019-01, value: {FULL / 100:.2f}, confidence: derived}}]}}
limit: {{unit: EUR, article: art. 4, values: [{{from: 2019-01, value: {LIMIT / 100:.2f}, confidence: derived}}]}}
ceiling: {{unit: EUR, article: art. 4, values: [{{from: 2019-01, value: {CEILING / 100:.2f}, confidence: derived}}]}}
storm:
  unit: EUR
  by: years
  article: art. 6
  values:
    - from: 2019-01
      confidence: derived
      bands: [{{below: 6, value: 20.40}}, {{below: 12, value: 35.70}}, {{value: 61.20}}]
supplement:
  unit: EUR
  key: text
  article: art. 7
  values: [{{from: 2019-01, confidence: derived, table: {{{table}}}}}]
"""
    return Parameters(parameters_of(text, instrument="Getijdenwet"))


FACTS = [
    fact("child", Whole, always=True, most=10**9),
    fact("house", Whole, most=10**9),
    fact("municipality", Text),
    fact("born", Day),
    fact("below_sea", Truth),
    fact("income", Money, most=10**9),
    fact("at_school", Truth),
]
rules = Rules("Getijdenwet")


@rules.rule("art. 1", since="2019-01", unit="years")
def age(born: Day) -> Whole:
    return run_month().since(born.month).whole_years()


@rules.rule("art. 1", since="2019-01")
def right_giving(age: Whole, at_school: Truth) -> Truth:
    return (age < 18) | ((age < 25) & at_school)


@rules.rule("art. 2", since="2019-01")
def children(house: Whole, right_giving: Truth) -> Whole:
    return count_in(house, right_giving)


@rules.rule("art. 2", since="2019-01")
def house_income(house: Whole, income: Money) -> Money:
    return sum_in(house, income)


@rules.rule("art. 2", since="2019-01")
def place(house: Whole, born: Day, right_giving: Truth) -> Whole:
    return rank_in(house, born, where=right_giving)


@rules.rule("art. 3", since="2019-01")
def entitled(right_giving: Truth, below_sea: Truth) -> Truth:
    return right_giving & below_sea


@rules.rule("art. 4", since="2019-01")
def tide_allowance(entitled: Truth, house_income: Money, full: Money, limit: Money, ceiling: Money) -> Money:
    return (
        when(~entitled, NOTHING)
        .when(house_income <= limit, full)
        .when(house_income >= ceiling, NOTHING)
        .otherwise(full.portion(ceiling - house_income, ceiling - limit))
    )


@rules.rule("art. 6", since="2019-01")
def storm_bonus(entitled: Truth, age: Whole, place: Whole) -> Money:
    return when(entitled & (place == 1), Money.bands("storm", age)).otherwise(NOTHING)


@rules.rule("art. 7", since="2019-01")
def supplement(entitled: Truth, municipality: Text, children: Whole) -> Money:
    of_place = Money.table("supplement", municipality)
    return when(entitled & (children >= 3), of_place).otherwise(NOTHING)


@rules.rule("art. 8", since="2019-01")
def total(tide_allowance: Money, storm_bonus: Money, supplement: Money) -> Money:
    return tide_allowance + storm_bonus + supplement


BOOK = RuleBook("bench", key="child", facts=FACTS, rules=[rules], parameters=_parameters())
