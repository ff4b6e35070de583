"""A rule as text with its article: for the documentation and the letter, in the reader's language.

`told(built)` gives lines of `Message`s; `sluis.web.languages.translate` (or any catalogue) turns them into nl, fr, en
or de. Facts, rules and parameters stand under their own titles, which their writers give in Dutch and translate beside
them: a noun phrase (`het gezinsinkomen`), or for a truth the clause that follows "als" (`het kind recht heeft`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sluis.kernel.month import Month
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg
from sluis.rules.book import Built, InForce, RuleBook, read_of
from sluis.rules.nodes import Node, Op
from sluis.rules.parameters import Bands
from sluis.rules.rule import spoken
from sluis.rules.units import TRUTH, Kind
from sluis.rules.wording import bound, value_in_words

_LOOSE = frozenset({Op.AND, Op.OR, Op.ADD, Op.SUBTRACT, Op.LESS, Op.AT_MOST, Op.EQUAL, Op.CHOOSE})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a rule's text; `depth` is how far it is set in."""

    depth: int
    text: Message


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule in words."""

    title: Message
    article: Clause
    since: Month
    until: Month | None
    lines: tuple[Line, ...]


def told(book: RuleBook, built: Built, law: InForce | None = None) -> RuleText:
    """Return a rule in words; with the law of a month its parameters stand there with their value."""
    rule = built.rule
    words = _Words(book, law)
    return RuleText(rule.title, rule.article, rule.since, rule.until, tuple(words.lines(built.node, 0)))


def in_one(book: RuleBook, node: Node, law: InForce | None = None) -> Message:
    """Return an expression as one phrase."""
    return _Words(book, law).phrase(node)


class _Words:
    def __init__(self, book: RuleBook, law: InForce | None) -> None:
        self._book = book
        self._law = law

    def lines(self, node: Node, depth: int) -> list[Line]:
        """Return a choice as a line per branch, anything else as one line."""
        if node.op is not Op.CHOOSE:
            phrase = self.phrase(node)
            text = (
                msg("Dit geldt als {phrase}.", phrase=phrase) if node.unit == TRUTH else msg("{phrase}.", phrase=phrase)
            )
            return [Line(depth, text)]
        made: list[Line] = []
        for at in range(0, len(node.arguments) - 1, 2):
            condition, value = self.phrase(node.arguments[at]), node.arguments[at + 1]
            first = at == 0
            if value.op is Op.CHOOSE:
                made.append(Line(depth, _if(first, condition)))
                made += self.lines(value, depth + 1)
            else:
                made.append(Line(depth, _if_then(first, condition, self.phrase(value))))
        last = node.arguments[-1]
        if last.op is Op.CHOOSE:
            return [*made, Line(depth, msg("Anders:")), *self.lines(last, depth + 1)]
        return [*made, Line(depth, msg("Anders: {value}.", value=self.phrase(last)))]

    def phrase(self, node: Node) -> Message:
        """Return an expression as a phrase."""
        special = _PHRASES.get(node.op)
        if special is not None:
            return special(self, node)
        return self._patterned(_PATTERNS, node)

    def _patterned(self, patterns: Mapping[Op, Message], node: Node) -> Message:
        """Fill a pattern; a comparison with a constant on its left is told from the other side."""
        arguments, text = node.arguments, patterns[node.op].text
        if node.op in _FROM_THE_OTHER_SIDE and _constant(arguments[0]) and not _constant(arguments[1]):
            arguments, text = arguments[::-1], _FROM_THE_OTHER_SIDE[node.op][patterns is _CONTRARY].text
        return bound(text, **{name: self.inner(argument) for name, argument in zip("ab", arguments, strict=False)})

    def inner(self, node: Node) -> Message:
        """Return a part of a phrase, between brackets where it could be read otherwise."""
        bare, phrase = _bare(node), self.phrase(node)
        return msg("({phrase})", phrase=phrase) if bare.op in _LOOSE and bare.unit != TRUTH else phrase

    def name(self, name: str) -> Message:
        """Return the title of a fact or rule."""
        if name in self._book.facts:
            return self._book.facts[name].what
        return self._book.regimes(name)[0].rule.title if name in self._book.outputs else Message(spoken(name))

    def literal(self, node: Node) -> Message:
        return value_in_words(node.payload[0], node.unit)

    def named(self, node: Node) -> Message:
        return self.name(str(node.payload[0]))

    def parameter(self, node: Node) -> Message:
        parameter = self._book.parameters[read_of(node)[0]]
        name, article = Message(parameter.title or spoken(parameter.name)), parameter.article
        if self._law is None or node.op is not Op.PARAMETER:
            return msg("“{name}” ({article})", name=name, article=article)
        value = value_in_words(self._law.scalar(node), node.unit)
        return msg("“{name}” ({value}; {article})", name=name, article=article, value=value)

    def bands(self, node: Node) -> Message:
        shown = msg("{parameter} volgens {by}", parameter=self.parameter(node), by=self.inner(node.arguments[0]))
        dated = self._law.dated(node) if self._law else None
        if dated is None or not isinstance(dated.value, Bands):
            return shown
        steps = msg("{value}", value=value_in_words(dated.value.values[0], node.unit))
        for edge, value in zip(dated.value.edges, dated.value.values[1:], strict=True):
            from_edge = value_in_words(edge, node.arguments[0].unit)
            steps = msg(
                "{steps}; vanaf {edge}: {value}", steps=steps, edge=from_edge, value=value_in_words(value, node.unit)
            )
        return msg("{shown} [{steps}]", shown=shown, steps=steps)

    def lookup(self, node: Node) -> Message:
        return msg("{parameter} voor {key}", parameter=self.parameter(node), key=self.inner(node.arguments[0]))

    def joined(self, node: Node) -> Message:
        phrase = self._logic_part(node.arguments[0], node)
        for argument in node.arguments[1:]:
            part = self._logic_part(argument, node)
            joins = msg("{a} en {b}", a=phrase, b=part) if node.op is Op.AND else msg("{a} of {b}", a=phrase, b=part)
            phrase = joins
        return phrase

    def _logic_part(self, argument: Node, node: Node) -> Message:
        phrase = self.phrase(argument)
        return (
            msg("({phrase})", phrase=phrase)
            if argument.op in (Op.AND, Op.OR) and argument.op is not node.op
            else phrase
        )

    def negated(self, node: Node) -> Message:
        """Say the contrary of a comparison, not "not" before it."""
        argument = node.arguments[0]
        if argument.op not in _CONTRARY:
            return msg("niet geldt dat {a}", a=self.phrase(argument))
        return self._patterned(_CONTRARY, argument)

    def added(self, node: Node) -> Message:
        """Leave out the nothing that a change of name adds, and brackets around what is added first."""
        bare = _bare(node)
        if bare is not node:
            return self.phrase(bare)
        left, right = node.arguments
        first = self.phrase(left) if left.op in (Op.ADD, Op.SUBTRACT) else self.inner(left)
        return msg("{a} plus {b}", a=first, b=self.inner(right))

    def chosen(self, node: Node) -> Message:
        phrase = self.phrase(node.arguments[-1])
        for at in range(len(node.arguments) - 3, -1, -2):
            condition, value = self.phrase(node.arguments[at]), self.phrase(node.arguments[at + 1])
            phrase = msg(
                "{value} als {condition}, anders {otherwise}", value=value, condition=condition, otherwise=phrase
            )
        return phrase

    def half_up(self, node: Node) -> Message:
        """A product with a share is divided by the grain of shares: that is not told."""
        numerator, denominator = node.arguments
        if numerator.unit.kind is Kind.SCALED and denominator.op is Op.LITERAL:
            return msg("{a}, afgerond op de cent", a=self.phrase(numerator))
        return msg("{a} gedeeld door {b}, afgerond op de cent", a=self.inner(numerator), b=self.inner(denominator))

    def grouped(self, node: Node) -> Message:
        group, value = self.name(str(node.payload[0])), node.arguments[0]
        if node.op is Op.SUM_IN:
            return self._summed(group, value)
        return bound(_GROUPED[node.op].text, a=self.inner(value), group=group)

    def _summed(self, group: Message, value: Node) -> Message:
        """A choice between a value and nothing is a sum of those for whom the condition holds."""
        if value.op is not Op.CHOOSE or len(value.arguments) != 3 or value.arguments[2].payload != (0,):
            return msg("de som van {a} over {group}", a=self.inner(value), group=group)
        condition, counted = self.phrase(value.arguments[0]), value.arguments[1]
        if counted.op is Op.LITERAL and counted.payload == (1,):
            return msg("het aantal in {group} waarvoor geldt dat {condition}", group=group, condition=condition)
        amount = self.inner(counted)
        return msg(
            "de som van {a} over {group}, waarvoor geldt dat {condition}", a=amount, group=group, condition=condition
        )

    def rank(self, node: Node) -> Message:
        counts, *by = node.arguments
        order: Message | None = None
        for value, turned in zip(by, node.payload[1:], strict=True):
            phrase = self.inner(value)
            one = msg("{a}, het hoogste eerst", a=phrase) if turned else msg("{a}, het laagste eerst", a=phrase)
            order = one if order is None else msg("{a}, dan {b}", a=order, b=one)
        group = self.name(str(node.payload[0]))
        if counts.op is Op.LITERAL:
            return msg("de plaats in {group}, geordend volgens {order}", group=group, order=order)
        condition = self.phrase(counts)
        return msg(
            "de plaats in {group}, geordend volgens {order}, onder wie geldt dat {condition}",
            group=group,
            order=order,
            condition=condition,
        )


def _bare(node: Node) -> Node:
    """Return what a change of what is counted was made of; anything else as it is."""
    renamed = node.op is Op.ADD and node.arguments[1].op is Op.LITERAL and node.arguments[1].payload == (0,)
    return _bare(node.arguments[0]) if renamed else node


def _constant(node: Node) -> bool:
    return all(each.op in (Op.LITERAL, Op.PARAMETER, Op.ADD, Op.SUBTRACT) for each in node.walk())


def _if(first: bool, condition: Message) -> Message:
    return (
        msg("Als {condition}:", condition=condition) if first else msg("Anders, als {condition}:", condition=condition)
    )


def _if_then(first: bool, condition: Message, value: Message) -> Message:
    if first:
        return msg("Als {condition}: {value}.", condition=condition, value=value)
    return msg("Anders, als {condition}: {value}.", condition=condition, value=value)


_PATTERNS: Mapping[Op, Message] = {
    Op.SUBTRACT: msg("{a} min {b}"),
    Op.MULTIPLY: msg("{a} maal {b}"),
    Op.FLOOR_DIVIDE: msg("{a} gedeeld door {b}, naar beneden op een geheel"),
    Op.LESS: msg("{a} lager is dan {b}"),
    Op.AT_MOST: msg("{a} niet hoger is dan {b}"),
    Op.EQUAL: msg("{a} gelijk is aan {b}"),
    Op.KNOWN: msg("{a} bekend is"),
    Op.MONTH_OF: msg("de maand van {a}"),
    Op.RUN_MONTH: msg("de maand waarover beslist wordt"),
}

_CONTRARY: Mapping[Op, Message] = {
    Op.LESS: msg("{a} niet lager is dan {b}"),
    Op.AT_MOST: msg("{a} hoger is dan {b}"),
    Op.EQUAL: msg("{a} niet gelijk is aan {b}"),
    Op.KNOWN: msg("{a} niet bekend is"),
}

_FROM_THE_OTHER_SIDE: Mapping[Op, tuple[Message, Message]] = {
    Op.LESS: (msg("{a} hoger is dan {b}"), msg("{a} niet hoger is dan {b}")),
    Op.AT_MOST: (msg("{a} niet lager is dan {b}"), msg("{a} lager is dan {b}")),
}

_GROUPED: Mapping[Op, Message] = {
    Op.ANY_IN: msg("voor iemand in {group} geldt dat {a}"),
    Op.GREATEST_IN: msg("het hoogste van {a} in {group}"),
    Op.LEAST_IN: msg("het laagste van {a} in {group}"),
}

_PHRASES: Mapping[Op, Callable[[_Words, Node], Message]] = {
    Op.LITERAL: _Words.literal,
    Op.NAME: _Words.named,
    Op.PARAMETER: _Words.parameter,
    Op.BANDS: _Words.bands,
    Op.LOOKUP: _Words.lookup,
    Op.AND: _Words.joined,
    Op.OR: _Words.joined,
    Op.NOT: _Words.negated,
    Op.ADD: _Words.added,
    Op.CHOOSE: _Words.chosen,
    Op.HALF_UP: _Words.half_up,
    Op.SUM_IN: _Words.grouped,
    Op.ANY_IN: _Words.grouped,
    Op.GREATEST_IN: _Words.grouped,
    Op.LEAST_IN: _Words.grouped,
    Op.RANK_IN: _Words.rank,
}
