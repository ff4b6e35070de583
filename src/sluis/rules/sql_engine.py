"""A month's law as one SQL query: for DuckDB (the cross-check), PostgreSQL and Spark.

Each layer of the plan is one common table expression that adds its columns and passes on those still needed. Facts
come from a table or view whose columns are named after them; promises about facts are for whoever fills it. The text
is built from the rule book alone, names quoted and constants written by the dialect: no value of a person is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sluis.rules.book import InForce
from sluis.rules.outcomes import Outcome, outcome_of
from sluis.rules.parameters import Table
from sluis.rules.plan import Column, Plan, layers, plan_of
from sluis.rules.sql_dialects import DUCKDB, Dialect
from sluis.rules.sql_expressions import SqlExpressions


@dataclass(frozen=True)
class Query:
    """The text of a query and how to read its rows: key, outputs, then the masks of each word."""

    text: str
    plan: Plan

    @property
    def masks(self) -> tuple[tuple[int, str, str], ...]:
        """The word, output and column name of each mask, in the order of the columns."""
        return tuple(
            (word, output, name) for word, names in enumerate(self.plan.masks) for output, name in names.items()
        )

    def outcomes(self, rows: Iterable[Sequence[object]]) -> dict[str, dict[str, Outcome]]:
        """Return output -> key -> outcome of the rows that an engine gave back."""
        outputs = self.plan.outputs
        found: dict[str, dict[str, Outcome]] = {output: {} for output in outputs}
        for key, *cells in rows:
            masks = list(zip(self.masks, cells[len(outputs) :], strict=True))
            for output, value in zip(outputs, cells, strict=False):
                doubts = [
                    doubt
                    for (word, of, _), mask in masks
                    if of == output
                    for doubt in self.plan.named(word, int(str(mask or 0)))
                ]
                unit = self.plan.law.rules[output].rule.unit
                found[output][str(key)] = outcome_of(str(key), output, unit, value, doubts)  # type: ignore[arg-type]  # typed by the query's casts
        return found


def query_of(law: InForce, dialect: Dialect, source: str = "facts") -> Query:
    """Return the query over a table, view or (DuckDB, Spark) file function named `source`, as it stands in FROM."""
    plan = plan_of(law)
    return Query(_Writer(plan, dialect, source).text(), plan)


def run_duckdb(law: InForce, facts: Path, out: Path | None = None) -> dict[str, dict[str, Outcome]]:
    """Apply the law of a month to a Parquet file with DuckDB; with `out` write Parquet and return nothing."""
    with duckdb.connect(":memory:") as connection:
        source = f"read_parquet({DUCKDB.literal(str(facts), law.book.facts[law.book.key].unit)})"
        query = query_of(law, DUCKDB, source)
        if out is None:
            return query.outcomes(connection.execute(query.text).fetchall())
        connection.execute(f"COPY ({query.text}) TO '{str(out).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)")
    return {}


class _Writer:
    def __init__(self, plan: Plan, dialect: Dialect, source: str) -> None:
        self._plan = plan
        self._dialect = dialect
        self._source = source
        self._sql = SqlExpressions(plan, dialect)

    def text(self) -> str:
        ordered = layers(self._plan.everything)
        finals = [self._plan.law.book.key, *self._plan.outputs]
        finals += [name for names in self._plan.masks for name in names.values()]
        step = self._dialect.step
        parts = [f"layer_0 {step} ({self._facts()})"]
        last = {read: depth for depth, layer in enumerate(ordered) for column in layer for read in column.reads}
        last |= dict.fromkeys(finals, len(ordered))
        have = list(self._plan.facts)
        for depth, layer in enumerate(ordered):
            passed = [name for name in have if last.get(name, -1) > depth]
            tables, joins = self._tables(layer, depth)
            parts += tables
            made = [self._made(column) for column in layer]
            kept = [f"layer_{depth}.{self._sql.name(name)}" for name in passed]
            chosen = ", ".join([*kept, *made])
            parts.append(f"layer_{depth + 1} {step} (SELECT {chosen} FROM layer_{depth}{joins})")  # noqa: S608 - as above
            have = passed + [column.name for column in layer]
        chosen = ", ".join(self._sql.name(name) for name in finals)
        steps = ",\n".join(parts)
        return f"WITH {steps}\nSELECT {chosen} FROM layer_{len(ordered)}"

    def _facts(self) -> str:
        cast = (
            f"CAST({self._sql.name(name)} AS {self._dialect.type_of(self._plan.law.book.facts[name].unit)}) "
            f"AS {self._sql.name(name)}"
            for name in self._plan.facts
        )
        return f"SELECT {', '.join(cast)} FROM {self._source}"  # noqa: S608 - see the head of the module

    def _made(self, column: Column) -> str:
        if column.joined:
            return f"{self._found(column)} AS {self._sql.name(column.name)}"
        return f"{self._sql.of(column.node)} AS {self._sql.name(column.name)}"

    def _found(self, column: Column) -> str:
        """Return the joined value; a known key without a row has the table's `otherwise`."""
        table = self._table_of(column)
        if table is None:
            return self._dialect.literal(None, column.node.unit)
        value = f"{self._alias(column)}.v"
        if table.otherwise is None:
            return value
        otherwise = self._dialect.literal(table.otherwise, column.node.unit)
        key = self._sql.of(column.node.arguments[0])
        return f"CASE WHEN {value} IS NULL AND {key} IS NOT NULL THEN {otherwise} ELSE {value} END"

    def _tables(self, layer: list[Column], depth: int) -> tuple[list[str], str]:
        parts, joins = [], ""
        for column in layer:
            table = self._table_of(column) if column.joined else None
            if table is None:
                continue
            name, key = self._alias(column), column.node.arguments[0]
            values = ", ".join(
                f"({self._dialect.literal(each, key.unit)}, {self._dialect.literal(value, column.node.unit)})"
                for each, value in table.rows
            )
            rows = f"(VALUES {values}) AS t(k, v)"
            parts.append(f"{name} AS (SELECT k, v FROM {rows})")  # noqa: S608 - see the head of the module
            joins += f" LEFT JOIN {name} ON {name}.k = layer_{depth}.{self._sql.name(str(key.payload[0]))}"
        return parts, joins

    def _table_of(self, column: Column) -> Table | None:
        dated = self._plan.law.dated(column.node)
        if self._plan.law.refused(dated) or not isinstance(dated.value, Table) or not dated.value.rows:
            return None
        return dated.value

    def _alias(self, column: Column) -> str:
        return f"table_of{column.name}"
