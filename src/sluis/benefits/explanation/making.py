"""Explanations made from the trace: per benefit the chain of rules through every book, nearest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import polars as pl

from sluis.benefits.explanation.family import Family
from sluis.benefits.explanation.model import Explanation, Link, Missing, Paid, UsedFact, UsedValue
from sluis.benefits.explanation.origins import tables_of_facts
from sluis.benefits.explanation.words import benefit_title, source_of
from sluis.benefits.law import Decided
from sluis.benefits.payments import paid_to, pay_day
from sluis.kernel.money import half_up_divide
from sluis.kernel.text import Message, msg
from sluis.rules import Interpretation, Lack
from sluis.rules.book import InForce, read_of
from sluis.rules.interpreter import Step
from sluis.rules.nodes import GROUPED, Node, Scalar
from sluis.rules.outcomes import Doubt
from sluis.rules.rule import Fact, spoken
from sluis.rules.text import told as in_words
from sluis.rules.trace import readings, written
from sluis.rules.units import CENTS, SHARE_OF_ONE, Kind, Unit
from sluis.rules.wording import value_in_words

_FEW_TABLES = 2


@dataclass(frozen=True, slots=True)
class _Known:
    """What is the same for every family in a month: titles, texts and dates of one rule."""

    title: Message
    text: tuple[tuple[int, Message], ...]


class Teller:
    """Makes explanations; what all families of a month share (titles, texts, values) is made once and kept."""

    def __init__(self, *, with_receipts: bool = False) -> None:
        self.with_receipts = with_receipts
        self._rules: dict[tuple[int, str], tuple[InForce, _Known]] = {}
        self._groups: dict[int, tuple[InForce, frozenset[str]]] = {}
        self._earlier: dict[str, frozenset[str]] = {}
        self._values: dict[tuple[int, str, str, Scalar], UsedValue] = {}

    def explain(
        self, family: Family, child: str, *, benefits: Collection[str] | None = None
    ) -> tuple[Explanation, ...]:
        """Return the explanation of each benefit of a child that has a rule in the month."""
        return tuple(
            _Told(self, family, child, benefit).explanation()
            for benefit, (book, _) in family.law.benefits.items()
            if (benefits is None or benefit in benefits)
            and book.name in family.told
            and benefit in family.told[book.name].law.rules
            and family.keys(book.name, child)
        )

    def earlier(self, family: Family, where: str) -> frozenset[str]:
        """Return the facts of a book that an earlier one decides."""
        if where not in self._earlier:
            book = next(book for book in family.law.books if book.name == where)
            self._earlier[where] = frozenset(each.name for each in book.facts)
        return self._earlier[where]

    def known(self, law: InForce, rule: str) -> _Known:
        """Return title and text of a rule with the values of the month."""
        # The law stands in the value too: its identity is no other's as long as it is kept.
        held = self._rules.get((id(law), rule))
        if held is None:
            built = law.rules[rule]
            lines = tuple((line.depth, line.text) for line in in_words(law.book, built, law).lines)
            held = self._rules[id(law), rule] = (law, _Known(built.rule.title, lines))
        return held[1]

    def groups(self, law: InForce) -> frozenset[str]:
        """Return the facts that only say who belongs together: their value is an identifier."""
        held = self._groups.get(id(law))
        if held is None:
            nodes = (node for built in law.rules.values() for node in built.node.walk())
            names = {str(node.payload[0]) for node in nodes if node.op in GROUPED}
            held = self._groups[id(law)] = (law, frozenset(names | {law.book.key, "child", "household", "side"}))
        return held[1]

    def value(self, law: InForce, node: Node, given: Scalar) -> UsedValue:
        """Return a parameter that was read, with the value that it gave."""
        name = read_of(node)[0]
        dated = law.dated(node)
        key = (id(law), name, str(dated.since), given)
        if key not in self._values:
            parameter = law.book.parameters[name]
            self._values[key] = UsedValue(
                name=name,
                title=Message(parameter.title or spoken(name)),
                article=parameter.article,
                since=dated.since,
                value=written(given, node.unit),
                shown=shown(given, node.unit),
                confidence=dated.confidence.value,
                reason=dated.confidence.reason,
                sources=tuple(dated.sources),
                is_weak=dated.confidence.weak,
            )
        return self._values[key]


class _Told:
    """One benefit of one child."""

    def __init__(self, teller: Teller, family: Family, child: str, benefit: str) -> None:
        self._teller, self._family, self._child, self._benefit = teller, family, child, benefit

    def explanation(self) -> Explanation:
        family, benefit = self._family, self._benefit
        book = family.law.book_of(benefit)
        told = family.told[book]
        keys = family.keys(book, self._child)
        amount = total([told.outcome(key, benefit).value for key in keys])
        chain = self._chain(book, benefit, keys)
        missing = self._missing(book, benefit, keys) if amount is None else ()
        weak = {(each.name, each.since): each for link in chain for each in link.values if each.is_weak}
        return Explanation(
            child=self._child,
            benefit=benefit,
            month=family.month,
            title=benefit_title(benefit),
            amount_cents=amount,
            missing=tuple(missing),
            weak=tuple(weak.values()),
            chain=tuple(chain),
            provisional_because=self._provisional(book, keys) if amount else None,
            receipts=family.receipts if self._teller.with_receipts else (),
        )

    def _provisional(self, book: str, keys: list[str]) -> Message | None:
        """Return the title of the rule that marks the benefit as provisional, where it does."""
        told = self._family.told[book]
        marks = self._family.law.benefits[self._benefit][1].provisional
        if marks not in told.law.rules or not any(told.outcome(key, marks).value for key in keys):
            return None
        return self._teller.known(told.law, marks).title

    def _chain(self, book: str, output: str, keys: list[str]) -> list[Link]:
        """Return the rules on the way to an outcome, nearest first, then those of the books before it."""
        links: list[Link] = []
        waiting = [(book, key, output) for key in keys]
        seen = set(waiting)
        while waiting:
            link, leads = self._step(waiting.pop(0))
            links.append(link)
            for after in leads:
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
        return sorted(links, key=lambda link: link.book != book)

    def _step(self, at: tuple[str, str, str]) -> tuple[Link, tuple[tuple[str, str, str], ...]]:
        """Return one link and where it leads; made once for a family, since its benefits share most of them."""
        held = self._family.links.get(at)
        if held is None:
            where, subject, rule = at
            told = self._family.told[where]
            step = told.trace(subject, rule)
            around, read = readings(step, subject)
            leads = dict.fromkeys(after for row, name in around for after in self._after(where, told, row, name))
            link = self._link(where, told, subject, rule, read, around)
            held = self._family.links[at] = (link, tuple(leads))
        return held

    def _after(self, where: str, told: Interpretation, row: str, name: str) -> list[tuple[str, str, str]]:
        """Return what a name leads to: a rule of this book, or an outcome of an earlier one for each of its keys."""
        if name in told.law.rules:
            return [(where, row, name)]
        if not self._is_earlier(where, name):
            return []
        before = self._family.law.book_of(name)
        child = self._family.child_of[where][row]
        if before not in self._family.told or name not in self._family.told[before].law.rules:
            return []
        return [(before, key, name) for key in self._family.keys(before, child)]

    def _is_earlier(self, where: str, name: str) -> bool:
        return name in self._teller.earlier(self._family, where)

    def _link(
        self, where: str, told: Interpretation, subject: str, rule: str, read: list[Step], around: list[tuple[str, str]]
    ) -> Link:
        law = told.law
        built, known = law.rules[rule].rule, self._teller.known(law, rule)
        outcome = told.outcome(subject, rule)
        row = told.rows[told.subjects.index(subject)]
        names = list(dict.fromkeys(name for of, name in around if of == subject))
        return Link(
            book=where,
            subject=subject,
            child=self._family.child_of[where][subject],
            rule=rule,
            title=known.title,
            article=built.article,
            valid=built.years,
            value=written(outcome.value, built.unit),
            shown=shown(outcome.value, built.unit),
            text=known.text,
            facts=tuple(
                self._fact(where, law, law.book.facts[name], row[name]) for name in names if name in law.book.facts
            ),
            values=tuple(_values(self._teller, law, read)),
            rests_on=tuple(name for name in names if name not in law.book.facts),
        )

    def _fact(self, where: str, law: InForce, fact: Fact, value: Scalar) -> UsedFact:
        is_earlier = self._is_earlier(where, fact.name)
        tables = () if is_earlier else tables_of_facts().get(fact.name, ())
        return UsedFact(
            name=fact.name,
            what=fact.what,
            value=written(value, fact.unit),
            shown=shown(value, fact.unit),
            is_group=fact.unit.kind is Kind.TEXT and fact.name in self._teller.groups(law),
            tables=tables,
            sources=() if is_earlier else _sources(fact, tables),
            decided_by=fact.name if is_earlier else "",
        )

    def _missing(self, book: str, output: str, keys: list[str]) -> list[Missing]:
        """Return what leaves an outcome open; an outcome of an earlier book is told as what was missing there."""
        found: dict[tuple[str, str], Missing] = {}
        told = self._family.told[book]
        for key in keys:
            for doubt in told.outcome(key, output).missing:
                if doubt.lack is Lack.FACT and self._is_earlier(book, doubt.name):
                    before = self._family.law.book_of(doubt.name)
                    row = doubt.subject or key
                    child = self._family.child_of[book][row]
                    for each in self._missing(before, doubt.name, self._family.keys(before, child)):
                        found[each.lack, each.name] = each
                else:
                    found[str(doubt.lack), doubt.name] = _of_doubt(told.law, doubt)
        return list(found.values())


def _of_doubt(law: InForce, doubt: Doubt) -> Missing:
    if doubt.lack is Lack.FACT:
        fact = law.book.facts[doubt.name]
        remedy = msg("Vraag dit aan {whom}.", whom=fact.ask) if fact.ask else msg("Vul dit gegeven aan.")
        return Missing("fact", doubt.name, fact.what, remedy, fact.ask)
    parameter = law.book.parameters[doubt.name]
    title = Message(parameter.title or spoken(doubt.name))
    what = msg("“{name}” ({article}) in deze maand", name=title, article=parameter.article)
    return Missing("parameter", doubt.name, what, msg("Voeg de waarde met haar bron toe aan de parameters."))


def _sources(fact: Fact, tables: tuple[str, ...]) -> tuple[Message, ...]:
    """Return who keeps a fact: whom to ask for it, else the keepers of the few tables that it is read from."""
    if fact.ask is not None:
        return (fact.ask,)
    if tables and len(tables) <= _FEW_TABLES:
        return tuple(dict.fromkeys(source_of(table) for table in tables))
    return (msg("het dossier bij de uitbetaler"),)


def _values(teller: Teller, law: InForce, read: list[Step]) -> list[UsedValue]:
    found: dict[tuple[str, object], UsedValue] = {}
    for each in read:
        value = teller.value(law, each.node, each.value)
        found.setdefault((value.name, value.since), value)
    return list(found.values())


def total(values: list[Scalar]) -> int | None:
    """Return the sum of the cents of a child's rows; None when one of them is undecided."""
    known = [value for value in values if isinstance(value, int)]
    return sum(known) if len(known) == len(values) else None


def shown(value: Scalar, unit: Unit) -> Message:
    """Return a value as people write it; an exact amount that is not rounded yet as its cents."""
    if unit.kind is Kind.SCALED and isinstance(value, int):
        return value_in_words(half_up_divide(value, SHARE_OF_ONE), CENTS)
    return value_in_words(value, unit)


def with_payment(told: Explanation, decided: Decided) -> Explanation:
    """Return the explanation with the payees and the latest day of payment of what was decided."""
    if not told.amount_cents:
        return told
    _, benefit = decided.law.benefits[told.benefit]
    rows = paid_to(decided, told.benefit).filter(pl.col("child") == told.child)
    payees = [
        Paid(str(row["payee"]), str(row["kind"]), int(row["amount"]), int(row["parts"]), int(row["of"]))
        for row in rows.iter_rows(named=True)
        if row["payee"] is not None
    ]
    return replace(told, payees=tuple(payees), pay_day=pay_day(benefit.calendar, told.month))
