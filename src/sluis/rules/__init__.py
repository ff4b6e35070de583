'''Rules: dated law over columns, explained. The engine knows no benefit.

How to write a rule, in fifteen lines::

    from sluis.kernel.text import msg
    from sluis.rules import NOTHING, Money, Rules, RuleBook, Text, Truth, Whole, count_in, fact, read_parameters, when

    facts = [fact("child", Text, always=True), fact("household", Text), fact("right_giving", Truth),
             fact("income", Money, msg("het gezinsinkomen"), ask=msg("de FOD Financiën"))]
    rules = Rules("Groeipakketdecreet")                        # the instrument of the articles

    @rules.rule("art. 18", since="2019-01", unit="children")   # `output=` names it when two regimes share one output
    def family_size(household: Text, right_giving: Truth) -> Whole:
        """Right-giving children in the household."""
        return count_in(household, right_giving, unit="children")

    @rules.rule("art. 18", since="2019-01", until="2022-12")
    def sociale_toeslag(income: Money, family_size: Whole) -> Money:   # arguments: facts, rules or parameters by name
        supplement = when(family_size >= 3, Money.parameter("sociaal_3plus")).otherwise(Money.parameter("sociaal_1_2"))
        return when(income <= Money.parameter("inkomensgrens"), supplement).otherwise(NOTHING)

    book = RuleBook("groeipakket", key="child", facts=facts, rules=[rules],
                    parameters=read_parameters(path, instrument="Groeipakketdecreet"))
    law = book.at(Month.parse("2022-11"))                      # the law of one month; a missing rule or value fails
    interpret(law, rows).outcome("kid", "sociale_toeslag")     # one family: Outcome(value=5412 or None, missing, weak)
    polars_engine.run(law, frame)                              # all of Flanders: the same answers

What to know:

- **Values.** `Truth` (`& | ~`, `all_of`, `any_of`), `Whole` (of something: children, points), `Money` (cents),
  `Share` (basis points), `Scaled` (money x share, exact until `.rounded()`), `CalendarMonth`, `Day`, `Text`.
  Compare with `== != < <= > >=` and `is_one_of`; choose with `when(...).when(...).otherwise(...)`; `least_of`,
  `greatest_of`. Python's `if`, `and`, `or`, `not` are refused with a sentence that says what to use.
- **Constants.** `euro("12.50")`, `share("80%")`, `number(3, "points")`, `day("2019-01-01")`,
  `calendar_month("2019-01")`, `code("VL")`, `YES`, `NO`, `NOTHING`; a plain int, text, truth or date may stand at the
  right of a comparison. `run_month()` is the month being decided.
- **Parameters.** `Money.parameter(name)`, `Money.bands(name, age)`, `Money.table(name, place)`; `month_of_year=7`
  and `years=-1` read another month (July of last year). For whole numbers say what is counted: `unit="points"`.
- **Groups.** `count_in`, `sum_in`, `total_in`, `any_in`, `all_in`, `greatest_in`, `least_in`, `rank_in` over a group
  key that is a fact or rule (household, beneficiary).
- **Money.** `amount.times(count)`, `amount.share(share)`, `amount.divided(n)`, `amount.portion(part, whole)`; the last
  two and `.rounded()` round half up, so use them only where the law rounds.
- **Months.** `month.since(earlier).whole_years()` is an age, `born.month`, `month.plus(1)`, `.year`, `.month_of_year`.
- **Unknown.** A fact that is None is unknown, never zero. `income.known()` asks. A weak parameter (from memory,
  derived (low), missing with a stand-in) makes an outcome provisional; `book.at(month, refuse_weak=True)` refuses it.
- **Regimes.** Two functions, one `output=`, dates that do not overlap. A month without a rule fails when it is asked.
'''

from sluis.rules.algebra import (
    NO,
    NOTHING,
    YES,
    CalendarMonth,
    Day,
    Money,
    Scaled,
    Share,
    Text,
    Truth,
    Value,
    Whole,
    all_of,
    any_of,
    calendar_month,
    code,
    day,
    euro,
    greatest_of,
    least_of,
    number,
    run_month,
    share,
    when,
)
from sluis.rules.book import InForce, RuleBook
from sluis.rules.family import all_in, any_in, count_in, greatest_in, least_in, rank_in, sum_in, total_in
from sluis.rules.faults import RuleBookRefused, Unbuildable
from sluis.rules.interpreter import Interpretation, interpret
from sluis.rules.outcomes import Doubt, Lack, Outcome
from sluis.rules.parameter_files import parameters_of, read_parameters
from sluis.rules.parameters import Confidence, Parameter, Parameters
from sluis.rules.rule import Fact, Rule, Rules, fact
from sluis.rules.trace import traced

__all__ = [
    "NO",
    "NOTHING",
    "YES",
    "CalendarMonth",
    "Confidence",
    "Day",
    "Doubt",
    "Fact",
    "InForce",
    "Interpretation",
    "Lack",
    "Money",
    "Outcome",
    "Parameter",
    "Parameters",
    "Rule",
    "RuleBook",
    "RuleBookRefused",
    "Rules",
    "Scaled",
    "Share",
    "Text",
    "Truth",
    "Unbuildable",
    "Value",
    "Whole",
    "all_in",
    "all_of",
    "any_in",
    "any_of",
    "calendar_month",
    "code",
    "count_in",
    "day",
    "euro",
    "fact",
    "greatest_in",
    "greatest_of",
    "interpret",
    "least_in",
    "least_of",
    "number",
    "parameters_of",
    "rank_in",
    "read_parameters",
    "run_month",
    "share",
    "sum_in",
    "total_in",
    "traced",
    "when",
]
