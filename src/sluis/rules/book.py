"""The rule book: facts, parameters and rules together, checked before anything is computed.

`RuleBook(...)` builds every rule once and refuses with all mistakes at once. `book.at(month)` is the law in force in
that month: the one rule per output, parameters with their value. A month without a rule or a value fails with a
sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final, TypeVar, cast

from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.rules.algebra import VALUES, Value
from sluis.rules.bounds import check_bounds
from sluis.rules.divisors import check_divisors
from sluis.rules.faults import RuleBookRefused, Unbuildable, in_rule, malformed, unlike_units
from sluis.rules.names import check_names
from sluis.rules.nodes import GROUPED, Node, Op, Scalar, canonical, digest, literal
from sluis.rules.order import circles, sorted_names
from sluis.rules.parameters import Dated, Form, Parameter, Parameters
from sluis.rules.rule import Fact, Rule, Rules
from sluis.rules.units import Unit

_Kept = TypeVar("_Kept")
_MOST_MONTHS: Final = 256
"""So many laws of a month are kept by a book: three years for each of several sets of outputs."""

_READS = {Op.PARAMETER: Form.SCALAR, Op.BANDS: Form.BANDS, Op.LOOKUP: Form.TABLE}


@dataclass(frozen=True, slots=True)
class Built:
    """A rule with its expression."""

    rule: Rule
    node: Node

    @property
    def output(self) -> str:
        """The name of what the rule decides."""
        return self.rule.output


class RuleBook:
    """Facts, parameters and rules of one field of law. `key` is the fact that identifies a row.

    A RuleBookRefused names every mistake, each with its rule, article and mend.
    """

    def __init__(
        self,
        name: str,
        *,
        key: str,
        facts: Iterable[Fact],
        rules: Iterable[Rules],
        parameters: Parameters | None = None,
    ) -> None:
        self.name = name
        self.key = key
        self.facts: Mapping[str, Fact] = {each.name: each for each in facts}
        self.parameters = parameters if parameters is not None else Parameters()
        sets = tuple(rules)
        self._rules: dict[str, tuple[Rule, ...]] = {}
        for rule in (rule for each in sets for rule in each):
            self._rules[rule.output] = tuple(
                sorted((*self._rules.get(rule.output, ()), rule), key=lambda each: each.since)
            )
        faults = [fault for each in sets for fault in each.faults]
        faults += check_names([*self.facts], self._rules)
        self._built: dict[str, tuple[Built, ...]] = {}
        for output, regimes in self._rules.items():
            faults += _clashes(regimes, self.facts)
            self._built[output] = tuple(built for rule in regimes if (built := self._build(rule, faults)))
        faults += [] if faults else _cycles(self)
        if not faults:
            check_bounds(self, faults)
        if faults:
            raise RuleBookRefused(name, tuple(faults))
        # A book never changes, and neither does its law of a month: what was made of it is made once.
        self._at = lru_cache(maxsize=_MOST_MONTHS)(self._law_of)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of everything that the book decides in any month."""
        return tuple(self._rules)

    def regimes(self, output: str) -> tuple[Built, ...]:
        """Return the rules of one output by date."""
        return self._built[output]

    def unit_of(self, name: str) -> Unit:
        """Return the unit of a fact or rule."""
        return self.facts[name].unit if name in self.facts else self._rules[name][0].unit

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of facts and rules: articles, dates and expressions; parameters have their own."""
        facts = [
            [each.name, each.unit.kind.value, each.unit.label, each.always, each.most] for each in self.facts.values()
        ]
        rules = [
            [built.output, str(built.rule.article), built.rule.years, canonical(built.node)]
            for regimes in self._built.values()
            for built in regimes
        ]
        return digest([self.name, self.key, sorted(facts, key=str), sorted(rules, key=str)])

    def with_parameters(self, parameters: Parameters) -> RuleBook:
        """Return the same law with other values: what a change of law is simulated with."""
        rules = Rules(self.name)
        rules._rules.extend(rule for regimes in self._rules.values() for rule in regimes)
        return RuleBook(self.name, key=self.key, facts=self.facts.values(), rules=[rules], parameters=parameters)

    def at(self, month: Month, outputs: Iterable[str] | None = None, *, refuse_weak: bool = False) -> InForce:
        """Return the law of a month for these outputs (default: all that have a rule then) and all they rest on.

        `refuse_weak` takes a value that is from memory, weakly derived or missing as unknown.
        """
        return self._at(month, None if outputs is None else tuple(outputs), refuse_weak)

    def _law_of(self, month: Month, outputs: tuple[str, ...] | None, refuse_weak: bool) -> InForce:
        asked = (
            outputs
            if outputs is not None
            else tuple(output for output, regimes in self._rules.items() if any(rule.holds(month) for rule in regimes))
        )
        needed: dict[str, Built] = {}
        asks: list[tuple[str, Rule | None]] = [(output, None) for output in asked]
        while asks:
            output, asker = asks.pop()
            if output not in needed:
                needed[output] = built = self._in_force(output, month, asker)
                asks += [(name, built.rule) for name in built.node.names() if name not in self.facts]
        order = sorted_names({name: needed[name].node.names() for name in sorted(needed)})
        values = {
            (name, years, of_year): self.parameters[name].at(shifted(month, years, of_year))
            for built in needed.values()
            for name, years, of_year in parameter_reads(built.node)
        }
        return InForce(self, month, asked, {name: needed[name] for name in order}, values, refuse_weak)

    def _in_force(self, output: str, month: Month, asker: Rule | None) -> Built:
        for built in self._built.get(output, ()):
            if built.rule.holds(month):
                return built
        known = ", ".join(built.rule.years for built in self._built.get(output, ())) or "-"
        what = msg("Er is geen regel voor {output} in {month}.", output=output, month=month)
        if asker is not None:
            what = msg(
                "{what} Regel {rule} ({article}) heeft die nodig.", what=what, rule=asker.output, article=asker.article
            )
        raise SluisError(
            "rule-without-month",
            what,
            remedy=msg("Kies een maand waarvoor er een regel is ({known}), of schrijf de regel.", known=known),
            clause=asker.article if asker else None,
        )

    def _build(self, rule: Rule, faults: list[Unbuildable]) -> Built | None:
        try:
            inputs = [self._input(name, value, rule) for name, value in rule.inputs]
            result = rule.body(*inputs)
            if not isinstance(result, Value) or result.unit != rule.unit:
                unit = result.unit if isinstance(result, Value) else type(result).__name__
                raise malformed(
                    "rule-result-unlike",
                    msg("het resultaat is {unit}, de regel belooft {promised}.", unit=unit, promised=rule.unit),
                    msg("Pas de annotatie van het resultaat aan, of de eenheid bij unit=."),
                )
            self._check_reads(result.node, rule)
            divisor = check_divisors(result.node, rule, self.parameters)
            if divisor is not None:
                raise divisor
            return Built(rule, result.node)
        except SluisError as fault:
            faults.append(in_rule(fault, rule.output, rule.article))
        except (TypeError, ValueError, AttributeError) as fault:
            what = msg("de regel is niet te bouwen: {fault}", fault=fault)
            remedy = msg("Gebruik alleen de bewerkingen van sluis.rules op waarden van passende soort.")
            faults.append(in_rule(malformed("rule-unbuildable", what, remedy), rule.output, rule.article))
        return None

    def _input(self, name: str, value: type[Value], rule: Rule) -> Value:
        if name in self.facts or (name in self._rules and (name != rule.output or name not in self.parameters)):
            node = Node(Op.NAME, self.unit_of(name), payload=(name,))
        elif name in self.parameters:
            node = Node(Op.PARAMETER, self.parameters[name].unit, payload=(name, 0, 0))
        else:
            raise self._unknown(name)
        if node.unit.kind is not value.kind:
            raise unlike_units(msg("Invoer {name}", name=name), node.unit, value.kind.value)
        return VALUES[value.kind](node)

    def _unknown(self, name: str) -> Unbuildable:
        near = get_close_matches(name, [*self.facts, *self._rules, *self.parameters], n=1)
        remedy: Message = msg("Voeg het toe aan de feiten, de regels of de parameters.")
        if near:
            remedy = msg("Bedoelde u {near}? Zo niet: {remedy}", near=near[0], remedy=remedy)
        return malformed("column-unknown", msg("er is geen feit, regel of parameter {name}.", name=name), remedy)

    def _check_reads(self, node: Node, rule: Rule) -> None:
        for each in node.walk():
            if each.op in _READS:
                self._check_parameter(each, rule)
            elif each.op in GROUPED and str(each.payload[0]) not in {*self.facts, *self._rules}:
                raise self._unknown(str(each.payload[0]))

    def _check_parameter(self, node: Node, rule: Rule) -> None:
        name, years, of_year = read_of(node)
        parameter = self.parameters.get(name)
        if parameter is None:
            raise self._unknown(name)
        over = node.arguments[0].unit if node.arguments else None
        if parameter.unit != node.unit or parameter.form is not _READS[node.op] or parameter.by != over:
            raise _misread(parameter, node, over)
        first = shifted(rule.since, years, of_year)
        if not parameter.covers(first):
            raise malformed(
                "parameter-without-date",
                msg("parameter {name} heeft geen waarde in {month}, waar de regel begint.", name=name, month=first),
                msg("Laat de regel later beginnen, of voeg een waarde vanaf {month} toe.", month=first),
            )


@dataclass(frozen=True)
class InForce:
    """The law of one month: rules in the order in which they can be computed, parameters with their value."""

    book: RuleBook
    month: Month
    outputs: tuple[str, ...]
    rules: Mapping[str, Built]
    values: Mapping[tuple[str, int, int], Dated]
    refuse_weak: bool = False
    _kept: dict[object, object] = field(default_factory=dict, repr=False, compare=False)

    def kept(self, what: object, make: Callable[[], _Kept]) -> _Kept:
        """Return what a face of the law (a plan, functions) has made of it under this name, made once."""
        if what not in self._kept:
            self._kept[what] = make()
        return cast(_Kept, self._kept[what])

    def dated(self, node: Node) -> Dated:
        """Return the value that a parameter, bands or table has for this run."""
        return self.values[read_of(node)]

    def scalar(self, node: Node) -> Scalar:
        """Return the value of a scalar parameter; None when it is missing or refused."""
        dated = self.dated(node)
        if self.refused(dated) or not isinstance(dated.value, int | bool | str):
            return None
        return dated.value

    def refused(self, dated: Dated) -> bool:
        """Say whether the value is to be taken as unknown."""
        return dated.value is None or (self.refuse_weak and dated.confidence.weak)

    def facts_read(self) -> tuple[str, ...]:
        """Return the facts that the rules in force read, sorted."""
        names = {name for built in self.rules.values() for name in built.node.names()}
        return tuple(sorted(name for name in names if name in self.book.facts))


def read_of(node: Node) -> tuple[str, int, int]:
    """Return what a node reads: parameter, shift in years, month of the year (0: the same)."""
    name, years, of_year = node.payload[:3]
    return str(name), int(years or 0), int(of_year or 0)  # type: ignore[arg-type]  # written so by algebra


def parameter_reads(node: Node) -> tuple[tuple[str, int, int], ...]:
    """Return every parameter that an expression reads, with its shift."""
    return tuple(read_of(each) for each in node.walk() if each.op in _READS)


def shifted(month: Month, years: int, of_year: int) -> Month:
    """Return the month at which a parameter is read."""
    return Month(month.year + years, of_year or month.month)


def _misread(parameter: Parameter, node: Node, over: Unit | None) -> Unbuildable:
    return malformed(
        "parameter-misread",
        msg(
            "parameter {name} is {unit} ({form}, over {by}), de regel leest {read} ({as_form}, over {over}).",
            name=parameter.name,
            unit=parameter.unit,
            form=parameter.form.value,
            by=parameter.by or "-",
            read=node.unit,
            as_form=_READS[node.op].value,
            over=over or "-",
        ),
        msg("Lees hem met dezelfde eenheid en vorm: parameter, bands of table, en unit= voor wat geteld wordt."),
    )


def _clashes(regimes: tuple[Rule, ...], facts: Mapping[str, Fact]) -> list[Unbuildable]:
    faults = []
    for rule in regimes:
        if rule.output in facts:
            fault = malformed(
                "name-twice", msg("er is ook een feit met die naam."), msg("Geef een van beide een andere naam.")
            )
            faults.append(in_rule(fault, rule.output, rule.article))
        if rule.unit != regimes[0].unit:
            fault = unlike_units(msg("Een andere regel voor hetzelfde"), rule.unit, regimes[0].unit)
            faults.append(in_rule(fault, rule.output, rule.article))
    for earlier, later in pairwise(regimes):
        if earlier.until is None or later.since <= earlier.until:
            fault = malformed(
                "rules-overlap",
                msg("geldt samen met de regel van {article} ({years}).", article=earlier.article, years=earlier.years),
                msg("Laat de oudere regel eindigen (until=) voor de nieuwere begint."),
            )
            faults.append(in_rule(fault, later.output, later.article))
    return faults


def _cycles(book: RuleBook) -> list[Unbuildable]:
    """Find rules that rest on themselves, in each stretch of months with the same rules."""
    faults: dict[str, Unbuildable] = {}
    for month, circle in circles(book):
        rule = next(built.rule for built in book.regimes(circle[0]) if built.rule.holds(month))
        fault = malformed(
            "rules-circular",
            msg("rust op zichzelf: {path}.", path=" → ".join((*circle, circle[0]))),
            msg("Breek de kring: laat een van deze regels op een feit rusten."),
        )
        faults.setdefault(" ".join(sorted(circle)), in_rule(fault, rule.output, rule.article))
    return list(faults.values())


def constant(node: Node, law: InForce) -> Node | None:
    """Return the literal of an expression that is the same for every row; None if a row decides it."""
    if node.op is Op.LITERAL:
        return node
    if node.op is Op.PARAMETER:
        value = law.scalar(node)
        return None if value is None else literal(value, node.unit)
    if node.op is Op.RUN_MONTH:
        return literal(law.month.year * 12 + law.month.month - 1, node.unit)
    return None
