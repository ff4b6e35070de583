"""Waterland, an invented country: a tide allowance for children who live below the sea."""

from __future__ import annotations

from pathlib import Path

from sluis.kernel.month import Month
from sluis.kernel.text import msg
from sluis.rules import (
    NOTHING,
    Day,
    Money,
    Parameters,
    RuleBook,
    Rules,
    Share,
    Text,
    Truth,
    Whole,
    count_in,
    fact,
    rank_in,
    read_parameters,
    run_month,
    sum_in,
    when,
)

FACTS = [
    fact("child", Text, msg("het kind"), always=True),
    fact("house", Text, msg("het huis aan de dijk"), ask=msg("het dijkbestuur")),
    fact("polder", Text, msg("de polder"), ask=msg("het dijkbestuur")),
    fact("born", Day, msg("de geboortedag"), always=True),
    fact("below_sea", Truth, msg("het huis onder de zeespiegel ligt"), ask=msg("het dijkbestuur")),
    fact("income", Money, msg("het inkomen van het kind en zijn ouder"), ask=msg("de schatkist van Waterland")),
    fact("boats", Whole, msg("het aantal boten"), unit="boats", ask=msg("de havenmeester"), most=20),
]

rules = Rules("Getijdenwet")


@rules.rule("art. 1", since="2019-01", unit="years", title=msg("de leeftijd"))
def age(born: Day) -> Whole:
    """Full years at the month that is decided."""
    return run_month().since(born.month).whole_years()


@rules.rule("art. 1", since="2019-01", title=msg("het kind minderjarig is"))
def minor(age: Whole) -> Truth:
    return age < 18


@rules.rule("art. 2", since="2019-01", unit="children", title=msg("het aantal kinderen in het huis"))
def children(house: Text, minor: Truth) -> Whole:
    return count_in(house, minor, unit="children")


@rules.rule("art. 2", since="2019-01", title=msg("het inkomen van het huis"))
def house_income(house: Text, income: Money) -> Money:
    return sum_in(house, income)


@rules.rule("art. 2", since="2019-01", title=msg("de rang van het kind"))
def place(house: Text, born: Day, minor: Truth) -> Whole:
    return rank_in(house, born, where=minor, descending=True)


@rules.rule("art. 3", since="2019-01", title=msg("het kind recht heeft"))
def entitled(minor: Truth, below_sea: Truth) -> Truth:
    return minor & below_sea


@rules.rule("art. 3", since="2019-01", until="2021-12", output="tide_allowance", title=msg("de getijdentoelage"))
def tide_allowance_for_all(entitled: Truth, tide_amount: Money) -> Money:
    return when(entitled, tide_amount).otherwise(NOTHING)


@rules.rule("art. 4", since="2022-01", output="tide_allowance", title=msg("de getijdentoelage"))
def tide_allowance_by_income(entitled: Truth, house_income: Money) -> Money:
    """Full up to the limit, then less and less up to the ceiling: half up to the cent (art. 4 §2)."""
    full, limit, ceiling = (Money.parameter(name) for name in ("tide_amount", "income_limit", "income_ceiling"))
    return (
        when(~entitled, NOTHING)
        .when(house_income <= limit, full)
        .when(house_income >= ceiling, NOTHING)
        .otherwise(full.portion(ceiling - house_income, ceiling - limit))
    )


@rules.rule("art. 5", since="2022-01", title=msg("de vermindering voor boten"))
def boat_reduction(tide_allowance: Money, boats: Whole, boat_share: Share) -> Money:
    return when(boats > 0, tide_allowance.share(boat_share).rounded()).otherwise(NOTHING)


@rules.rule("art. 6", since="2019-01", title=msg("de stormbonus"))
def storm_bonus(entitled: Truth, age: Whole, place: Whole) -> Money:
    return when(entitled & (place == 1), Money.bands("storm_bonus_by_age", age)).otherwise(NOTHING)


@rules.rule("art. 7", since="2019-01", title=msg("de polderbijslag"))
def polder_supplement(entitled: Truth, polder: Text, children: Whole) -> Money:
    of_polder = Money.table("polder_supplement_by_polder", polder)
    return when(entitled, of_polder.times(children.counted_as(""))).otherwise(NOTHING)


@rules.rule("art. 8", since="2022-01", title=msg("het totaal"))
def total(tide_allowance: Money, boat_reduction: Money, storm_bonus: Money, polder_supplement: Money) -> Money:
    return tide_allowance - boat_reduction + storm_bonus + polder_supplement


def waterland(*, parameters: Parameters | None = None, rule_set: Rules = rules) -> RuleBook:
    """The law of Waterland."""
    read = read_parameters(Path(__file__).with_name("waterland.yaml"), instrument="Getijdenwet")
    return RuleBook("waterland", key="child", facts=FACTS, rules=[rule_set], parameters=parameters or read)


MARCH_2023 = Month(2023, 3)
