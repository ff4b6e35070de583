"""The plan: every rule a named column, what is grouped or joined a column of its own, in layers of equal depth.

Engines that work on columns read this and not the rules. Beside the values stand doubts: bit masks, of whole numbers,
that name for each row what is missing (when there is no value) or weak (when there is one). Doubts are expressions of
the same algebra, so each engine needs one compiler only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Final

from sluis.rules.book import InForce
from sluis.rules.lowering import Lowering, columns_of
from sluis.rules.nodes import GROUPED, Node, Op
from sluis.rules.outcomes import Doubt, Lack
from sluis.rules.raising import Raising
from sluis.rules.units import Unit

BITS_OF_WORD: Final = 62
STEPS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Column:
    """A named column of the plan; `node` reads only facts and columns of less depth."""

    name: str
    node: Node
    depth: int

    @property
    def grouped(self) -> bool:
        """Whether it is computed over a group."""
        return self.node.op in GROUPED

    @property
    def joined(self) -> bool:
        """Whether it is joined from a table of parameters."""
        return self.node.op is Op.LOOKUP

    @property
    def reads(self) -> tuple[str, ...]:
        """The facts and columns that it reads."""
        return columns_of(self.node)


@dataclass(frozen=True)
class Plan:
    """The law of a month as columns. `never` are the facts that are known on every row of the run."""

    law: InForce
    never: frozenset[str]
    values: Mapping[str, Column]
    words: tuple[tuple[Doubt, ...], ...]
    """What each bit of each mask names; a word is about missing or about weak, never both."""
    doubts: tuple[Mapping[str, Column], ...]
    """For each word the columns that can hold a bit of it, by their name, and what these need."""
    masks: tuple[Mapping[str, str], ...]
    """For each word: output -> the name of its mask column; an output that cannot be in doubt is absent."""
    nullable: frozenset[str]
    """The value columns that can be unknown on some row."""

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """The facts that the plan reads, with the key of the row, sorted."""
        read = {name for column in self.everything.values() for name in column.reads}
        return tuple(sorted({name for name in read if name in self.law.book.facts} | {self.law.book.key}))

    @cached_property
    def everything(self) -> Mapping[str, Column]:
        """Values and doubts together."""
        together = dict(self.values)
        for columns in self.doubts:
            together |= columns
        return together

    @property
    def outputs(self) -> tuple[str, ...]:
        """What is asked of the plan."""
        return self.law.outputs

    def unit_of(self, name: str) -> Unit:
        """Return the unit of a fact or column."""
        return self.everything[name].node.unit if name in self.everything else self.law.book.facts[name].unit

    def about(self, word: int) -> Lack:
        """Return whether a word is about what is weak or what is missing."""
        return Lack.WEAK if self.words[word][0].lack is Lack.WEAK else Lack.FACT

    def named(self, word: int, mask: int) -> tuple[Doubt, ...]:
        """Return what the bits of a mask name."""
        return tuple(doubt for bit, doubt in enumerate(self.words[word]) if mask >> bit & 1)

    def open(self, node: Node) -> bool:
        """Say whether an expression over the columns can be unknown on some row."""
        match node.op:
            case Op.COLUMN:
                name = str(node.payload[0])
                return name in self.nullable if name in self.values else self._open_fact(name)
            case Op.LITERAL | Op.RESOLVED:
                return node.payload[-1] is None
            case Op.KNOWN | Op.IS_TRUE | Op.IS_FALSE | Op.BITS:
                return False
            case Op.BANDS if self.law.refused(self.law.dated(node)):
                return True
            case _:
                return any(self.open(argument) for argument in node.arguments)

    def _open_fact(self, name: str) -> bool:
        return name in self.law.book.facts and name not in self.never


def plan_of(law: InForce, *, never: Iterable[str] = ()) -> Plan:
    """Lower the rules of a month to columns, once for a law. Facts in `never` are taken to be known on every row."""
    known = frozenset(never) | {name for name, fact in law.book.facts.items() if fact.always}
    return law.kept(("plan", known), lambda: _made(law, known))


def _made(law: InForce, known: frozenset[str]) -> Plan:
    lowering = Lowering(law, known)
    for output, built in law.rules.items():
        lowering.add(output, built.node)
    values = _with_depth(lowering.columns, {})
    words = _words(law, lowering.columns, known)
    doubts, masks = [], []
    for word, leaves in enumerate(words):
        raising = Raising(law, known, lowering.columns, word, {doubt: 1 << bit for bit, doubt in enumerate(leaves)})
        mask = {output: name for output in law.outputs if (name := mask_name(output, word)) in raising.columns}
        masks.append(mask)
        doubts.append(_with_depth(_reached(raising.columns, mask.values()), values))
    return Plan(law, known, values, words, tuple(doubts), tuple(masks), frozenset(lowering.open))


def layers(columns: Mapping[str, Column]) -> list[list[Column]]:
    """Return the columns by depth, those of one depth sorted by name."""
    ordered = sorted(columns.values(), key=lambda column: (column.depth, column.name))
    return [list(layer) for _, layer in groupby(ordered, key=lambda column: column.depth)]


def mask_name(name: str, word: int) -> str:
    """Return the name of the mask column of a value column."""
    return f"{name}__doubt{word}"


def _with_depth(nodes: Mapping[str, Node], below: Mapping[str, Column]) -> dict[str, Column]:
    """Give each column its depth; the mapping is in an order in which each comes after those it reads.

    A depth is a stage and a step in it. What is grouped begins a stage: all groups of a stage are computed at once,
    after everything that needs no group of that stage, so that few passes over groups are made.
    """
    made: dict[str, Column] = {}
    for name, node in nodes.items():
        reads = (made.get(read) or below.get(read) for read in columns_of(node))
        deepest = max((column.depth for column in reads if column is not None), default=0)
        stage, step = divmod(deepest, STEPS)
        begins = node.op in GROUPED and node.op is not Op.RANK_IN
        made[name] = Column(name, node, (stage + 1) * STEPS if begins else stage * STEPS + step + 1)
    return made


def _reached(nodes: Mapping[str, Node], outputs: Iterable[str]) -> dict[str, Node]:
    """Keep the columns on which the outputs rest."""
    needed: set[str] = set()
    waiting = list(outputs)
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in needed:
            needed.add(name)
            waiting += columns_of(nodes[name])
    return {name: node for name, node in nodes.items() if name in needed}


def _words(law: InForce, columns: Mapping[str, Node], known: frozenset[str]) -> tuple[tuple[Doubt, ...], ...]:
    """List what can be missing or weak in this plan, in words of so many bits."""
    missing: set[Doubt] = set()
    weak: set[Doubt] = set()
    for node in (each for column in columns.values() for each in column.walk()):
        names = columns_of(node)
        missing |= {Doubt(Lack.FACT, name) for name in names if name in law.book.facts and name not in known}
        if node.op in (Op.RESOLVED, Op.BANDS, Op.LOOKUP):
            dated, name = law.dated(node), str(node.payload[0])
            if dated.confidence.weak and not law.refused(dated):
                weak.add(Doubt(Lack.WEAK, name))
            if law.refused(dated) or node.op is Op.LOOKUP:
                missing.add(Doubt(Lack.PARAMETER, name))
    parts = (sorted(missing), sorted(weak))
    return tuple(tuple(part[at : at + BITS_OF_WORD]) for part in parts for at in range(0, len(part), BITS_OF_WORD))
