"""The embedded engine: a month's law over millions of rows with Polars.

Values first, layer by layer; then, only where something is unknown, what is missing; and only in months with weak
parameters, what is weak. Rules of equal depth are one projection, groups a group-by and a join, ranks a sort.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from sluis.rules.book import InForce
from sluis.rules.groups import Groups
from sluis.rules.nodes import Op, Scalar
from sluis.rules.outcomes import Doubt, Lack, Outcome, outcome_of
from sluis.rules.parameters import Table
from sluis.rules.plan import Column, Plan, layers, plan_of
from sluis.rules.polars_expressions import Expressions, dtype_of, with_unknowns
from sluis.rules.polars_facts import never_unknown, taken

_ROW = "__row"


@dataclass(frozen=True)
class Result:
    """The outcomes of a run: a frame with the key, each output, and masks for each output that is not known everywhere.

    An output without a value is undecided; `plan.named(word, mask)` says what the bits of a mask name.
    """

    plan: Plan
    frame: pl.DataFrame

    def whole(self) -> pl.DataFrame:
        """Return the frame with every mask of the plan, zero where nothing is in doubt: alike in all parts."""
        names = [name for masks in self.plan.masks for name in masks.values()]
        absent = [pl.lit(0, dtype=pl.Int64).alias(name) for name in names if name not in self.frame.columns]
        return self.frame.with_columns(absent).select(self.plan.law.book.key, *self.plan.outputs, *names)

    def outcomes(self, output: str) -> dict[str, Outcome]:
        """Return the outcome of one output per key: for small tables and tests."""
        keys, values = self.frame[self.plan.law.book.key], self.frame[output]
        unit = self.plan.law.rules[output].rule.unit
        masks = [
            (word, self.frame[names[output]])
            for word, names in enumerate(self.plan.masks)
            if names.get(output) in self.frame.columns
        ]
        return {
            str(key): outcome_of(str(key), output, unit, value, self._doubts(masks, at))
            for at, (key, value) in enumerate(zip(keys, values, strict=True))
        }

    def _doubts(self, masks: Iterable[tuple[int, pl.Series]], at: int) -> list[Doubt]:
        return [doubt for word, mask in masks for doubt in self.plan.named(word, mask[at] or 0)]

    def lacks(self, output: str) -> pl.DataFrame:
        """Return a row for each key and each thing that leaves the output undecided or provisional.

        Columns: the key, `lack` (fact, parameter, weak), `name`.
        """
        key = self.plan.law.book.key
        parts = [
            self.frame.filter(pl.col(names[output]).and_(1 << bit) != 0, self._applies(word, output)).select(
                key, pl.lit(doubt.lack.value).alias("lack"), pl.lit(doubt.name).alias("name")
            )
            for word, names in enumerate(self.plan.masks)
            if names.get(output) in self.frame.columns
            for bit, doubt in enumerate(self.plan.words[word])
        ]
        empty = self.frame.select(key).clear().with_columns(lack=pl.lit(""), name=pl.lit(""))
        return pl.concat([empty, *parts])

    def _applies(self, word: int, output: str) -> pl.Expr:
        known = pl.col(output).is_not_null()
        return known if self.plan.about(word) is Lack.WEAK else ~known


def run(law: InForce, facts: pl.DataFrame | pl.LazyFrame, *, plan: Plan | None = None) -> Result:
    """Apply the law of a month to a fact table, one row per key. A column that is absent is unknown on every row.

    Whole numbers, cents and months are integer columns, truth Boolean, days Date, codes String (or categorical).
    Without a plan one is made for what is unknown in this table; runs that share a plan share the meaning of its masks.
    """
    frame = taken(law, facts)
    plan = plan or plan_of(law, never=never_unknown(frame))
    engine = _Engine(plan)
    values = engine.over(frame, plan.values, engine.kept)
    columns = [values[law.book.key], *(values[output] for output in plan.outputs)]
    for word in range(len(plan.words)):
        columns += engine.masked(values, word)
    return Result(plan, pl.DataFrame(columns))


class _Engine:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._expressions = Expressions(plan)
        doubts = {read for columns in plan.doubts for column in columns.values() for read in column.reads}
        self.kept = frozenset({plan.law.book.key, *plan.outputs, *doubts, *(plan.nullable if plan.doubts else ())})

    def over(self, frame: pl.DataFrame, columns: Mapping[str, Column], kept: frozenset[str]) -> pl.DataFrame:
        """Add the columns layer by layer; what no later layer reads is let go."""
        frame = with_unknowns(frame)
        ordered = layers(columns)
        last = {read: depth for depth, layer in enumerate(ordered) for column in layer for read in column.reads}
        groups: dict[str, Groups] = {}
        for depth, layer in enumerate(ordered):
            frame = self._layer(frame, layer, groups)
            frame = frame.drop(
                name for name in frame.columns if name not in kept and last.get(name, len(ordered)) <= depth
            )
        return frame

    def masked(self, values: pl.DataFrame, word: int) -> list[pl.Series]:
        """Return the mask columns of one word, for every row; none for an output that is known on every row."""
        columns, masks = self._plan.doubts[word], self._plan.masks[word]
        names = sorted(masks.values())
        if self._plan.about(word) is Lack.WEAK:
            made = self.over(values, columns, frozenset(names))
            return [made[name] for name in names]
        names = sorted(name for output, name in masks.items() if values[output].null_count())
        open_values = [name for name in values.columns if name in self._plan.nullable and values[name].null_count()]
        if not names:
            return []
        doubtful = values.with_row_index(_ROW).filter(pl.any_horizontal(pl.col(open_values).is_null()))
        made = self.over(doubtful, columns, frozenset({_ROW, *names}))
        nothing = pl.zeros(values.height, dtype=pl.Int64, eager=True)
        return [nothing.clone().scatter(made[_ROW], made[name]).alias(name) for name in names]

    def _layer(self, frame: pl.DataFrame, layer: list[Column], groups: dict[str, Groups]) -> pl.DataFrame:
        local, made = [], []
        for column in layer:
            if column.grouped:
                made.append(self._grouped(frame, column, groups))
            elif column.joined:
                made.append(self._joined(frame, column))
            elif not column.reads:
                made.append(self._constant(frame, column))
            else:
                local.append(self._expressions.of(column.node).alias(column.name))
        return _projected(frame, local).with_columns(*made)

    def _constant(self, frame: pl.DataFrame, column: Column) -> pl.Series:
        """Write the value out on every row: Polars 2.1 loses the height of a choice over columns of one value."""
        one = with_unknowns(pl.DataFrame({_ROW: [0]}))
        value = one.select(self._expressions.of(column.node)).item()
        return pl.repeat(value, frame.height, dtype=dtype_of(column.node.unit), eager=True).alias(column.name)

    def _grouped(self, frame: pl.DataFrame, column: Column, groups: dict[str, Groups]) -> pl.Series:
        key = str(column.node.payload[0])
        if key not in groups:
            groups[key] = Groups(frame[key])
        first, *by = (frame[str(argument.payload[0])] for argument in column.node.arguments)
        if column.node.op is not Op.RANK_IN:
            return groups[key].reduced(column.node.op, first).alias(column.name)
        turned = [bool(each) for each in column.node.payload[1:]]
        return groups[key].ranked(first, by, turned, _tie(frame[self._plan.law.book.key])).alias(column.name)

    def _joined(self, frame: pl.DataFrame, column: Column) -> pl.Series:
        node, law = column.node, self._plan.law
        dated, key = law.dated(node), str(node.arguments[0].payload[0])
        dtype = dtype_of(node.unit)
        if law.refused(dated) or not isinstance(dated.value, Table):
            return pl.repeat(None, frame.height, dtype=dtype, eager=True).alias(column.name)
        rows: dict[str, list[Scalar]] = {
            key: [each for each, _ in dated.value.rows],
            column.name: [value for _, value in dated.value.rows],
        }
        table = pl.DataFrame(rows, schema={key: frame.schema[key], column.name: dtype})
        found = frame.select(key).join(table, on=key, how="left", maintain_order="left")
        if dated.value.otherwise is not None:
            rest = pl.when(pl.col(key).is_not_null()).then(pl.lit(dated.value.otherwise, dtype=dtype))
            found = found.with_columns(pl.coalesce(column.name, rest).alias(column.name))
        return found[column.name]


def _tie(key: pl.Series) -> pl.Series:
    """Return numbers in the order of the row keys: the last resort of a rank."""
    if key.is_sorted():
        return pl.int_range(len(key), dtype=pl.Int64, eager=True)
    return key if key.dtype.is_integer() else key.rank("ordinal")


def _projected(frame: pl.DataFrame, expressions: list[pl.Expr]) -> pl.DataFrame:
    """Add the columns in one projection.

    Polars 2.1 gives a choice between constants one row when its condition is the same on every row; the projection then
    fails as a whole, and each column is computed and written out by itself.
    """
    try:
        return frame.lazy().with_columns(expressions).collect()
    except (pl.exceptions.InvalidOperationError, pl.exceptions.ShapeError):
        made = [frame.lazy().select(expression).collect().to_series() for expression in expressions]
        whole = (one if len(one) == frame.height else one.new_from_index(0, frame.height) for one in made)
        return frame.with_columns(*whole)
