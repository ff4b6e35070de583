"""Mistakes of a rule's writer come out when the book is built, all at once, each with rule, article and mend."""

from collections.abc import Callable
from typing import Any

import pytest

from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.text import msg
from sluis.rules import (
    NOTHING,
    Money,
    Parameters,
    RuleBook,
    RuleBookRefused,
    Rules,
    Share,
    Text,
    Truth,
    Whole,
    count_in,
    euro,
    fact,
    interpret,
    number,
    parameters_of,
    sum_in,
    when,
)

FACTS = [
    fact("key", Text, always=True),
    fact("house", Text),
    fact("income", Money, msg("het inkomen")),
    fact("boats", Whole, unit="boats"),
    fact("rowers", Whole, unit="rowers"),
    fact("wet", Truth),
]
PARAMETERS = """
rate: {unit: share, article: art. 9, values: [{from: 2021-01, value: 50%, confidence: derived}]}
fee: {unit: EUR, article: art. 9, values: [{from: 2019-01, value: 3.00, confidence: derived}]}
zero_later:
  unit: number
  article: art. 9
  values: [{from: 2019-01, value: 2, confidence: derived}, {from: 2022-01, value: 0, confidence: derived}]
"""


def book(*sets: Rules, facts: Any = FACTS) -> RuleBook:
    parameters = Parameters(parameters_of(PARAMETERS, instrument="Proefwet"))
    return RuleBook("proef", key="key", facts=facts, rules=sets, parameters=parameters)


def fault_of(write: Callable[[Rules], object]) -> str:
    rules = Rules("Proefwet")
    write(rules)
    with pytest.raises(RuleBookRefused) as refused:
        book(rules)
    (fault,) = refused.value.faults
    assert fault.clause is not None
    assert str(fault.clause) in str(fault.what)
    return f"{fault.code}: {fault.what} {fault.remedy}"


def test_unlike_units_do_not_add_and_the_fault_names_rule_article_and_mend():
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01", unit="boats")
        def crew(boats: Whole, rowers: Whole) -> Whole:
            return boats + rowers

    found = fault_of(write)
    assert found.startswith("units-unlike: Regel crew (Proefwet, art. 3): Optellen gaat niet met boats en rowers.")
    assert "counted_as" in found


@pytest.mark.parametrize(
    "mixed",
    [
        lambda income, boats: income + boats,
        lambda income, boats: income < boats,
        lambda income, boats: income + 5,
        lambda income, boats: income == 0,
        lambda income, boats: when(boats > 1, income).otherwise(boats),
        lambda income, boats: income.share(boats),
        lambda income, boats: boats > 1.5,
        lambda income, boats: boats + True,
    ],
)
def test_money_never_meets_a_number_by_accident(mixed):
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01")
        def odd(income: Money, boats: Whole) -> Money:
            return mixed(income, boats)  # type: ignore[no-any-return]  # wrong on purpose

    assert fault_of(write).startswith("units-unlike")


def test_an_unknown_column_is_named_with_the_nearest():
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01")
        def odd(incone: Money) -> Money:
            return incone

    assert "er is geen feit, regel of parameter incone. Bedoelde u income?" in fault_of(write)


def test_a_rule_without_a_date_is_refused():
    def write(rules: Rules) -> None:
        @rules.rule("art. 3")
        def odd(income: Money) -> Money:
            return income

    assert "de begindatum ontbreekt. Zeg vanaf welke maand" in fault_of(write)


def test_a_rule_older_than_its_parameter_is_refused():
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01")
        def odd(income: Money, rate: Share) -> Money:
            return income.share(rate).rounded()

    assert "parameter rate heeft geen waarde in 2019-01, waar de regel begint" in fault_of(write)


def test_python_conditions_are_refused_with_what_to_use():
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01")
        def odd(income: Money, wet: Truth) -> Money:
            return income if wet else NOTHING

    assert "Gebruik & | ~" in fault_of(write)


def test_two_rules_of_one_output_do_not_overlap():
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01", until="2020-06", output="odd")
        def old(income: Money) -> Money:
            return income

        @rules.rule("art. 4", since="2020-06", output="odd")
        def new(income: Money) -> Money:
            return income

    assert "Regel odd (Proefwet, art. 4): geldt samen met de regel van Proefwet, art. 3" in fault_of(write)


def test_a_circle_is_shown():
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01")
        def one(other: Money) -> Money:
            return other

        @rules.rule("art. 4", since="2019-01")
        def other(one: Money) -> Money:
            return one

    assert "rust op zichzelf" in fault_of(write)


def test_regimes_that_rest_on_one_another_at_different_times_are_no_circle():
    rules = Rules("Proefwet")

    @rules.rule("art. 3", since="2019-01", until="2019-12", output="one")
    def one_from_other(other: Money) -> Money:
        return other

    @rules.rule("art. 3", since="2020-01", output="one")
    def one_alone(income: Money) -> Money:
        return income

    @rules.rule("art. 4", since="2019-01", until="2019-12", output="other")
    def other_alone(income: Money) -> Money:
        return income

    @rules.rule("art. 4", since="2020-01", output="other")
    def other_from_one(one: Money) -> Money:
        return one

    for month in (Month(2019, 6), Month(2020, 6)):
        told = interpret(book(rules).at(month), [{"key": "a", "income": 7}])
        assert told.outcome("a", "one").value == told.outcome("a", "other").value == 7


@pytest.mark.parametrize("name", ["klas se", "É", "_hidden", "a__b", "x" * 49, "Income"])
def test_a_name_that_an_engine_would_mistake_is_refused(name):
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01", output=name)
        def odd(income: Money) -> Money:
            return income

    assert "name-unfit" in fault_of(write)


def test_a_value_that_could_overflow_is_refused():
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01")
        def odd(house: Text, income: Money, boats: Whole) -> Money:
            return sum_in(house, sum_in(house, income).times(boats.counted_as("").__mul__(boats.counted_as(""))))

    assert "value-too-large" in fault_of(write)


@pytest.mark.parametrize("divisor", [0, -1])
def test_a_fixed_divisor_is_above_zero(divisor):
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01")
        def odd(income: Money) -> Money:
            return income.divided(divisor)

    assert "divisor-not-positive" in fault_of(write)


def test_a_divisor_that_a_row_or_a_later_value_makes_zero_says_what_holds_then():
    def by_row(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01")
        def odd(income: Money, boats: Whole) -> Money:
            return income.divided(boats)

    def by_law(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01")
        def odd(income: Money, zero_later: Whole) -> Money:
            return income.divided(zero_later)

    assert "zeg met otherwise" in fault_of(by_row)
    assert "zeg met otherwise" in fault_of(by_law)


def test_a_group_is_a_name():
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01")
        def odd(boats: Whole, wet: Truth) -> Whole:
            return count_in(boats + 1, wet)

    assert "group-unnamed" in fault_of(write)


def test_a_result_keeps_what_its_rule_promises():
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01", unit="points")
        def odd(boats: Whole) -> Whole:
            return boats

    assert "het resultaat is boats, de regel belooft points" in fault_of(write)


def test_an_untyped_rule_is_refused():
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01")
        def odd(boats) -> Whole:
            return number(1)

    assert "boats heeft geen soort" in fault_of(write)


def test_a_parameter_is_read_as_what_it_is():
    def write(rules: Rules) -> None:
        @rules.rule("art. 3", since="2019-01")
        def odd() -> Money:
            return Money.parameter("zero_later")

    assert "parameter zero_later is number (scalar" in fault_of(write)


def test_every_mistake_is_told_at_once():
    rules = Rules("Proefwet")

    @rules.rule("art. 1", since="2019-01")
    def one(nothing_like_it: Money) -> Money:
        return nothing_like_it

    @rules.rule("art. 2")
    def two(income: Money) -> Money:
        return income

    with pytest.raises(RuleBookRefused) as refused:
        book(rules)
    assert {fault.clause.article for fault in refused.value.faults if fault.clause} == {"art. 1", "art. 2"}


def test_a_rule_and_its_parameter_can_share_a_name():
    rules = Rules("Proefwet")

    @rules.rule("art. 3", since="2019-01", output="fee")
    def fee_of_the_wet(wet: Truth, fee: Money) -> Money:
        return when(wet, fee).otherwise(NOTHING)

    assert interpret(book(rules).at(Month(2019, 1)), [{"key": "a", "wet": True}]).outcome("a", "fee").value == 300


def test_a_changed_law_keeps_what_held_before():
    text = "fee: {unit: EUR, article: art. 9, values: [{from: 2023-01, value: 4.00, confidence: derived}]}"
    rules = Rules("Proefwet")

    @rules.rule("art. 3", since="2019-01")
    def due(fee: Money) -> Money:
        return fee + euro("0.50")

    old = book(rules)
    new = old.with_parameters(old.parameters.changed_by(Parameters(parameters_of(text, instrument="Proefwet"))))
    values = [
        interpret(each.at(month), [{"key": "a"}]).outcome("a", "due").value
        for each in (old, new)
        for month in (Month(2022, 12), Month(2023, 1))
    ]
    assert values == [350, 350, 350, 450]
    assert old.digest == new.digest


def test_a_value_in_another_month_can_be_asked():
    text = """
bonus:
  unit: EUR
  article: art. 9
  values: [{from: 2019-01, value: 1.00, confidence: derived}, {from: 2020-08, value: 2.00, confidence: derived}]
"""
    rules = Rules("Proefwet")

    @rules.rule("art. 3", since="2021-01")
    def of_july_last_year() -> Money:
        return Money.parameter("bonus", years=-1, month_of_year=7)

    parameters = Parameters(parameters_of(text, instrument="Proefwet"))
    law = RuleBook("july", key="key", facts=FACTS, rules=[rules], parameters=parameters)
    values = [interpret(law.at(Month(year, 12)), [{"key": "a"}]) for year in (2021, 2022)]
    assert [told.outcome("a", "of_july_last_year").value for told in values] == [100, 200]


def test_a_month_before_the_first_value_names_parameter_month_and_article():
    rules = Rules("Proefwet")

    @rules.rule("art. 3", since="2021-01")
    def half(income: Money, rate: Share) -> Money:
        return income.share(rate).rounded()

    parameters = book(rules).parameters
    with pytest.raises(SluisError, match=r"Parameter rate \(Proefwet, art. 9\) heeft geen waarde in 2020-12"):
        parameters["rate"].at(Month(2020, 12))
