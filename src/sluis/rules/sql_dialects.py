"""What differs between the SQL of DuckDB, PostgreSQL and Spark; everything else is written once in `sql_engine`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sluis.rules.nodes import Scalar
from sluis.rules.units import Kind, Unit


@dataclass(frozen=True, slots=True)
class Dialect:
    """The words of one engine. `divide` is integer division, used on numbers that are not negative only."""

    name: str
    quote: str
    text: str
    divide: str
    binary_order: str = ""
    """Put after a text in ORDER BY, so that it sorts by its bytes everywhere."""
    escape_backslash: bool = False
    step: str = "AS"
    """What stands before the query of a step. PostgreSQL would write each step out wherever the next one reads it."""

    def identifier(self, name: str) -> str:
        """Return the name of a column or table, quoted."""
        return f"{self.quote}{name.replace(self.quote, self.quote * 2)}{self.quote}"

    def type_of(self, unit: Unit) -> str:
        """Return the type in which a unit is stored."""
        return {Kind.TRUTH: "BOOLEAN", Kind.DAY: "DATE", Kind.TEXT: self.text}.get(unit.kind, "BIGINT")

    def literal(self, value: Scalar, unit: Unit) -> str:
        """Return a constant with its type."""
        if value is None:
            return f"CAST(NULL AS {self.type_of(unit)})"
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, date):
            return f"DATE '{value.isoformat()}'"
        if isinstance(value, int):
            return f"CAST({value} AS BIGINT)"
        written = value.replace("\\", "\\\\") if self.escape_backslash else value
        return "'" + written.replace("'", "\\'" if self.escape_backslash else "''") + "'"


DUCKDB: Final = Dialect("duckdb", '"', "VARCHAR", "//")
POSTGRESQL: Final = Dialect("postgresql", '"', "TEXT", "/", ' COLLATE "C"', step="AS MATERIALIZED")
SPARK: Final = Dialect("spark", "`", "STRING", "DIV", escape_backslash=True)
