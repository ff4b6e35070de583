"""Random rule books and random families: what the engines are compared on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from hypothesis import strategies as st

from sluis.kernel.month import Month
from sluis.kernel.outcome import Clause
from sluis.rules import (
    CalendarMonth,
    Day,
    InForce,
    Money,
    Parameters,
    Rule,
    RuleBook,
    Rules,
    Share,
    Text,
    Truth,
    Value,
    Whole,
    all_in,
    all_of,
    any_in,
    any_of,
    calendar_month,
    code,
    count_in,
    day,
    euro,
    fact,
    greatest_in,
    greatest_of,
    least_in,
    least_of,
    number,
    parameters_of,
    rank_in,
    run_month,
    share,
    sum_in,
    total_in,
    when,
)
from sluis.rules.nodes import Node, Op, Scalar
from sluis.rules.units import MONTHS

MONTH = Month(2023, 3)
PARAMETERS = """
firm: {unit: EUR, article: art. 1, values: [{from: 2019-01, value: 12.34, confidence: derived}]}
weak: {unit: EUR, article: art. 1, values: [{from: 2019-01, value: 7.01, confidence: from memory}]}
absent: {unit: EUR, article: art. 1, values: [{from: 2019-01, confidence: missing}]}
part: {unit: share, article: art. 1, values: [{from: 2019-01, value: 33.33%, confidence: derived}]}
weak_part: {unit: share, article: art. 1, values: [{from: 2019-01, value: 1.25, confidence: derived (low)}]}
steps:
  unit: EUR
  by: number
  article: art. 1
  values:
    - {from: 2019-01, confidence: derived, bands: [{below: 0, value: -1.00}, {up_to: 3, value: 2.00}, {value: 9.99}]}
weak_steps:
  unit: number
  by: EUR
  article: art. 1
  values: [{from: 2019-01, confidence: from memory, bands: [{up_to: 10.00, value: 1}, {value: 5}]}]
places:
  unit: EUR
  key: text
  article: art. 1
  values: [{from: 2019-01, confidence: derived, table: {a: 1.00, b: -2.50}}]
weak_places:
  unit: EUR
  key: text
  article: art. 1
  values: [{from: 2019-01, confidence: derived (low), table: {a: 3.00}, otherwise: 0.50}]
absent_places:
  unit: EUR
  key: text
  article: art. 1
  values: [{from: 2019-01, confidence: missing}]
"""
FACTS = [
    fact("key", Text, always=True),
    fact("house", Text),
    fact("street", Text),
    fact("m1", Money, most=100_000),
    fact("m2", Money, most=100_000),
    fact("w1", Whole, most=50),
    fact("w2", Whole, most=50, always=True),
    fact("t1", Truth),
    fact("t2", Truth),
    fact("d1", Day),
    fact("c1", Text),
    fact("n1", CalendarMonth),
]
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Writer:
    """Writes one random expression of the wanted kind over facts and earlier rules."""

    def __init__(self, draw: Draw, rules: dict[str, type[Value]]) -> None:
        self.draw = draw
        self.named: dict[type[Value], list[str]] = {}
        kinds = {each.name: each.unit.kind for each in FACTS}
        for kind in (Truth, Whole, Money, Day, Text, CalendarMonth):
            names = [name for name in kinds if kinds[name] is kind.kind]
            self.named[kind] = names + [name for name, value in rules.items() if value is kind]

    def one(self, *choices: Any) -> Any:
        return choices[self.draw(st.integers(0, len(choices) - 1))]

    def name(self, kind: type[Value]) -> Any:
        name = self.one(*self.named[kind])
        plain = {
            Truth: Truth.parameter("x"),
            Money: euro("0"),
            Whole: number(0),
            Text: code("a"),
            Day: day("2020-01-01"),
        }
        unit = plain.get(kind, calendar_month("2020-01")).node.unit
        return kind(Node(Op.NAME, unit, payload=(name,)))

    def group(self) -> Text:
        return Text(Node(Op.NAME, code("a").node.unit, payload=(self.one("house", "street"),)))

    def truth(self, depth: int) -> Truth:
        if depth <= 0:
            return self.name(Truth)  # type: ignore[no-any-return]  # a value of the kind asked
        money, whole, truth = (
            partial(self.money, depth - 1),
            partial(self.whole, depth - 1),
            partial(self.truth, depth - 1),
        )
        made: Truth = self.one(
            lambda: all_of(truth(), truth(), truth()),
            lambda: any_of(truth(), truth()),
            lambda: ~truth(),
            lambda: money() <= money(),
            lambda: whole() < whole(),
            lambda: whole() == whole(),
            lambda: self.name(Text).is_one_of("a", "b"),
            lambda: self.name(Day) >= day("2020-01-01"),
            lambda: self.name(Text) == self.name(Text),
            lambda: money().known(),
            lambda: truth().known(),
            lambda: any_in(self.group(), truth()),
            lambda: all_in(self.group(), truth()),
            lambda: when(truth(), truth()).otherwise(truth()),
            lambda: money().share(self.share()) > money(),
            lambda: self.name(CalendarMonth) < run_month(),
        )()
        return made

    def whole(self, depth: int) -> Whole:
        if depth <= 0:
            return self.one(lambda: self.name(Whole), lambda: number(self.draw(st.integers(-3, 3))))()  # type: ignore[no-any-return]  # as above
        money, whole, truth = (
            partial(self.money, depth - 1),
            partial(self.whole, depth - 1),
            partial(self.truth, depth - 1),
        )
        made: Whole = self.one(
            lambda: whole() + whole(),
            lambda: whole() - whole(),
            lambda: whole() * self.draw(st.integers(-3, 3)),
            lambda: whole() // self.draw(st.integers(1, 7)),
            lambda: when(truth(), whole()).when(truth(), whole()).otherwise(whole()),
            lambda: least_of(whole(), whole()),
            lambda: count_in(self.group(), truth()),
            lambda: total_in(self.group(), whole(), where=truth()),
            lambda: rank_in(self.group(), self.ordered(depth - 1), where=truth(), descending=self.one(True, False)),
            lambda: rank_in(self.group(), self.name(Day), self.name(Whole), descending=(True, False)),
            lambda: greatest_in(self.group(), whole(), where=truth(), at_least=number(-5)),
            lambda: run_month().since(self.name(Day).month).whole_years().counted_as(""),
            lambda: run_month().plus(whole().counted_as(MONTHS.label)).month_of_year,
            lambda: self.name(CalendarMonth).year.counted_as(""),
            lambda: Whole.bands("weak_steps", money()),
        )()
        return made

    def ordered(self, depth: int) -> Any:
        return self.one(lambda: self.money(depth), lambda: self.whole(depth), lambda: self.name(Day))()

    def share(self) -> Share:
        made: Share = self.one(share("80%"), Share.parameter("part"), Share.parameter("weak_part"))
        return made

    def money(self, depth: int) -> Money:
        if depth <= 0:
            parameters = [Money.parameter(name) for name in ("firm", "weak", "absent")]
            return self.one(self.name(Money), self.name(Money), euro("3.21"), *parameters)  # type: ignore[no-any-return]  # as above
        money, whole, truth = (
            partial(self.money, depth - 1),
            partial(self.whole, depth - 1),
            partial(self.truth, depth - 1),
        )
        made: Money = self.one(
            lambda: money() + money(),
            lambda: money() - money(),
            lambda: self.money(0).times(self.whole(0)),
            lambda: self.money(0).share(self.share()).rounded(),
            lambda: money().divided(self.draw(st.integers(1, 7))),
            lambda: money().divided(self.whole(0), otherwise=self.money(0)),
            lambda: Money.parameter("firm").portion(self.money(0), self.money(0), otherwise=self.money(0)),
            lambda: when(truth(), money()).otherwise(money()),
            lambda: greatest_of(money(), money()),
            lambda: sum_in(self.group(), money(), where=truth()),
            lambda: sum_in(self.group(), self.money(0)),
            lambda: greatest_in(self.group(), money(), at_least=euro("-1")),
            lambda: least_in(self.group(), self.money(0), where=truth(), at_most=euro("5")),
            lambda: Money.bands("steps", whole()),
            lambda: Money.table(self.one("places", "weak_places", "absent_places"), self.name(Text)),
        )()
        return made


@st.composite
def laws(draw: Draw) -> InForce:
    """A law of one to five rules that rest on one another."""
    rules: dict[str, type[Value]] = {}
    written = Rules("Willekeurwet")
    for at in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from([Truth, Whole, Money, Money]))
        writer = Writer(draw, rules)
        depth = draw(st.integers(1, 3))
        value = {Truth: writer.truth, Whole: writer.whole, Money: writer.money}[kind](depth)
        name = f"r{at}"
        written._rules.append(_rule(name, kind, value))
        rules[name] = kind
    parameters = Parameters(parameters_of(PARAMETERS, instrument="Willekeurwet"))
    book = RuleBook("random", key="key", facts=FACTS, rules=[written], parameters=parameters)
    return book.at(MONTH, refuse_weak=draw(st.booleans()))


def law_of_groups() -> InForce:
    """Every operation over a group, with weak and missing parameters on the way: a law that needs no luck."""
    writer = Writer(lambda strategy: 0, {})
    house, street = (Text(Node(Op.NAME, code("a").node.unit, payload=(name,))) for name in ("house", "street"))
    first, second = (Money(Node(Op.NAME, euro("0").node.unit, payload=(name,))) for name in ("m1", "m2"))
    small, sure = (Whole(Node(Op.NAME, number(0).node.unit, payload=(name,))) for name in ("w1", "w2"))
    this, that = (Truth(Node(Op.NAME, writer.name(Truth).node.unit, payload=(name,))) for name in ("t1", "t2"))
    born = Day(Node(Op.NAME, day("2020-01-01").node.unit, payload=("d1",)))
    weak, absent = Money.parameter("weak"), Money.parameter("absent")
    bodies: dict[str, Value] = {
        "youngest_first": rank_in(house, born, sure, descending=(True, False)),
        "by_three": rank_in(street, small, first, born, descending=(False, True, True), where=this),
        "by_weak": rank_in(street, first - weak, where=this & (second > weak)),
        "by_sure": rank_in(street, sure, descending=True),
        "passed_weak": when(first > weak, first).when(second > first, second).otherwise(euro("1")),
        "weak_sum": sum_in(house, when(this, weak).otherwise(first)),
        "weak_any": any_in(street, (first > weak) | that),
        "all_alike": all_in(house, this),
        "counted": count_in(street, this & that),
        "highest": greatest_in(house, first, where=that, at_least=euro("-9")),
        "first_born": least_in(street, born, at_most=day("2030-01-01")),
        "in_two_groups": sum_in(street, sum_in(house, second, where=this)),
        "absent_for_some": when(this, absent).otherwise(second),
        "looked_up": Money.table("weak_places", street) + Money.table("places", Text(writer.name(Text).node)),
        "banded": Money.bands("steps", small) + Money.bands("steps", Whole.bands("weak_steps", first)),
    }
    written = Rules("Willekeurwet")
    written._rules.extend(_rule(name, type(value), value) for name, value in bodies.items())
    parameters = Parameters(parameters_of(PARAMETERS, instrument="Willekeurwet"))
    return RuleBook("groups", key="key", facts=FACTS, rules=[written], parameters=parameters).at(MONTH)


def _rule(name: str, kind: type[Value], value: Value) -> Rule:
    return Rule(
        name, value.unit, Clause("Willekeurwet", "art. 1"), Month(2019, 1), None, (), lambda: value, FACTS[0].what, ""
    )


def rows() -> st.SearchStrategy[list[dict[str, Scalar]]]:
    """Up to eight rows in a few houses and streets: in half of the tables all is known, in the others often not."""
    return st.booleans().flatmap(_rows)


def _rows(known: bool) -> st.SearchStrategy[list[dict[str, Scalar]]]:
    unknown: st.SearchStrategy[None] = st.nothing() if known else st.none()
    cents = unknown | st.integers(-2000, 2000) | st.sampled_from([0, 1000, 1001, 99_999])
    small = st.integers(-4, 20)
    text = st.sampled_from(["a", "b", "c"])
    days = st.sampled_from(
        [date(1900, 1, 1), date(2019, 12, 31), date(2020, 1, 1), date(2020, 2, 29), date(2023, 3, 31)]
    )
    row = st.fixed_dictionaries(
        {
            "house": unknown | text,
            "street": text,
            "m1": cents,
            "m2": cents,
            "w1": unknown | small,
            "w2": small,
            "t1": unknown | st.booleans(),
            "t2": unknown | st.booleans(),
            "d1": unknown | days,
            "c1": unknown | text,
            "n1": unknown | st.integers(2019 * 12, 2024 * 12),
        }
    )
    names = st.lists(st.sampled_from("Zaxäyb€C"), min_size=1, max_size=8, unique=True)
    return names.flatmap(
        lambda keys: st.tuples(*(row for _ in keys)).map(
            lambda made: [{"key": key, **facts} for key, facts in zip(keys, made, strict=True)]
        )
    )
