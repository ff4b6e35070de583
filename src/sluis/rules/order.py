"""The order in which rules can be computed: each after those it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Protocol

from sluis.kernel.month import Month
from sluis.rules.nodes import Node
from sluis.rules.parameters import Parameters
from sluis.rules.rule import Fact, Rule


class BuiltRule(Protocol):
    """A rule with its expression."""

    @property
    def rule(self) -> Rule:
        """The rule as it was written."""

    @property
    def node(self) -> Node:
        """Its expression."""

    @property
    def output(self) -> str:
        """The name of what it decides."""


class Ordered(Protocol):
    """What a book shows of itself to those who only order or measure its rules."""

    @property
    def facts(self) -> Mapping[str, Fact]:
        """Facts by name."""

    @property
    def parameters(self) -> Parameters:
        """Parameters by name."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Everything that is decided in any month."""

    def regimes(self, output: str) -> tuple[BuiltRule, ...]:
        """The rules of one output by date."""


def in_order(book: Ordered, month: Month) -> tuple[BuiltRule, ...]:
    """Return the rules of a month, each after those it rests on; a CycleError holds a circle of names."""
    held = {output: built for output in book.outputs for built in book.regimes(output) if built.rule.holds(month)}
    return tuple(held[name] for name in sorted_names({name: built.node.names() for name, built in held.items()}))


def sorted_names(graph: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return the names of the graph, each after those it rests on; names outside the graph are left out."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, others in graph.items():
        sorter.add(name, *(other for other in others if other in graph))
    return tuple(sorter.static_order())


def circles(book: Ordered) -> list[tuple[Month, list[str]]]:
    """Return one circle of rules for each month at which the law changes and has one."""
    found = []
    for month in sorted({built.rule.since for output in book.outputs for built in book.regimes(output)}):
        try:
            in_order(book, month)
        except CycleError as fault:
            found.append((month, list(fault.args[1])[:-1]))
    return found
