"""Fact tables as data: read from a case, from Parquet, or handed over; and what of them was known on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from sluis.benefits.schema import DAY, LEFT_ASIDE, TABLES, TableSchema
from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg


@dataclass(frozen=True)
class FactTables:
    """The fact tables by name, lazily; a table that is absent reads as an empty one with its columns.

    `present` names the tables that the source has, be it without rows. What a source does not have is not known (a
    register that was not asked), what it has without a row for somebody is known to be nothing.
    """

    frames: Mapping[str, pl.LazyFrame]
    present: frozenset[str]

    def __getitem__(self, name: str) -> pl.LazyFrame:
        """Return one table with every column of its schema, absent columns null."""
        return self.frames[name] if name in self.frames else empty(name)

    def has(self, name: str) -> bool:
        """Say whether the source has the table at all: without it, its facts are unknown and not "none"."""
        return name in self.present

    def with_table(self, name: str, frame: pl.LazyFrame) -> FactTables:
        """Return the tables with one of them replaced."""
        return FactTables({**self.frames, name: frame}, self.present | {name})


def empty(name: str) -> pl.LazyFrame:
    """Return the table without rows."""
    return pl.LazyFrame(schema=dict(TABLES[name].columns))


def tables_of_rows(rows: Mapping[str, Iterable[Mapping[str, object]]]) -> FactTables:
    """Return the tables of rows of values as they stand in a case: every table counts as present.

    Amounts are texts with two decimals, months `2023-04`. A SluisError names the table and the column.
    """
    frames = {name: _frame_of(name, list(table)).lazy() for name, table in rows.items()}
    return FactTables(frames, frozenset(TABLES))


def read_directory(directory: Path) -> FactTables:
    """Return the tables of a directory with one Parquet file each; a SluisError names what does not fit.

    Nothing is read yet: the frames are lazy.
    """
    paths = {path.stem: path for path in sorted(directory.glob("*.parquet")) if path.stem not in LEFT_ASIDE}
    if "persons" not in paths:
        raise _refused(
            msg("In {folder} staat geen tabel persons.", folder=str(directory)),
            msg("Geef de map met de feiten in Parquet, met minstens persons.parquet."),
        )
    return read_tables(paths)


def read_tables(paths: Mapping[str, Path]) -> FactTables:
    """Return the tables of Parquet files by name, wherever each lies; a SluisError names what does not fit."""
    unknown = sorted(set(paths) - set(TABLES))
    if unknown:
        raise _refused(
            msg("{tables} is geen tabel met feiten.", tables=", ".join(unknown)),
            msg("Laat het bestand weg, of geef het de naam van een tabel uit het schema."),
        )
    frames = {name: _fitted(name, pl.scan_parquet(path)) for name, path in paths.items()}
    return FactTables(frames, frozenset(paths))


def known_on(tables: FactTables, day: date) -> FactTables:
    """Return what was known on the day, that day included: later facts are not there, later ends still open."""
    frames = {name: _known(TABLES[name], tables[name], day) for name in tables.frames}
    late = tables["births"].filter(pl.col("registered_on") > day).select("child")
    if "persons" in frames:
        frames["persons"] = frames["persons"].join(late, left_on="id", right_on="child", how="anti")
    return FactTables(frames, tables.present)


def _known(schema: TableSchema, frame: pl.LazyFrame, day: date) -> pl.LazyFrame:
    if schema.known_by:
        frame = frame.filter(pl.col(schema.known_by).is_null() | (pl.col(schema.known_by) <= day))
    elif "from" in schema.columns and not schema.announced:
        frame = frame.filter(pl.col("from") <= day)
        if "to" in schema.columns:
            frame = frame.with_columns(pl.when(pl.col("to") <= day).then("to").alias("to"))
    for month in schema.months:
        frame = frame.filter(pl.col(month) <= Month.of(day).year * 12 + day.month - 1)
    if "died" in schema.columns:
        frame = frame.with_columns(pl.when(pl.col("died") <= day).then("died").alias("died"))
    return frame


def _frame_of(name: str, rows: list[Mapping[str, object]]) -> pl.DataFrame:
    schema = _schema(name)
    _check_columns(name, {column for row in rows for column in row})
    written = {column: [_value(schema, name, column, row.get(column)) for row in rows] for column in schema.columns}
    for column in schema.required:
        if None in written[column]:
            raise _refused(
                msg("In tabel {table} staat een rij zonder {column}.", table=name, column=column),
                msg("Vul {column} in op elke rij.", column=column),
            )
    return pl.DataFrame(written, schema=dict(schema.columns))


def _value(schema: TableSchema, table: str, column: str, written: object) -> object:
    if written is None:
        return None
    try:
        return _typed(schema, column, written)
    except (ValueError, SluisError) as fault:
        raise _refused(
            msg("In tabel {table} heeft {column} een waarde die er niet past.", table=table, column=column),
            msg("Schrijf {column} zoals het schema van de feiten zegt.", column=column),
        ) from fault


def _typed(schema: TableSchema, column: str, written: object) -> object:
    if column in schema.cents:
        return cents_of(str(written))
    if column in schema.months:
        month = Month.parse(str(written))
        return month.year * 12 + month.month - 1
    known = (schema.codes or {}).get(column)
    if known and written not in known:
        raise ValueError(column)
    wanted = schema.columns[column]
    if wanted == DAY:
        return written if isinstance(written, date) else date.fromisoformat(str(written))
    if wanted == pl.Boolean():
        return _of(bool, written)
    if wanted.is_integer():
        return _whole(written)
    return float(str(written)) if wanted.is_float() else _of(str, written)


def cents_of(written: str) -> int:
    """Return the cents of an amount with two decimals, such as -12500.00; a ValueError where it is not one."""
    whole, point, decimals = written.partition(".")
    if (
        point != "."
        or len(decimals) != len("00")
        or not decimals.isdecimal()
        or not whole.removeprefix("-").isdecimal()
    ):
        raise ValueError("amount")
    return int(whole + decimals)


def _of(kind: type, written: object) -> object:
    if not isinstance(written, kind):
        raise ValueError(kind.__name__)
    return written


def _whole(written: object) -> int:
    if isinstance(written, bool) or not isinstance(written, int):
        raise ValueError("int")
    return written


def _fitted(name: str, scanned: pl.LazyFrame) -> pl.LazyFrame:
    """Return a Parquet table with the columns and types of the schema; extra columns are refused."""
    schema, found = _schema(name), scanned.collect_schema()
    _check_columns(name, set(found))
    lacking = sorted(schema.required - set(found))
    if lacking:
        raise _refused(
            msg("Tabel {table} heeft geen kolom {columns}.", table=name, columns=", ".join(lacking)),
            msg("Schrijf de tabel met elke verplichte kolom."),
        )
    return scanned.select(_column(schema, column, found.get(column)) for column in schema.columns)


def _column(schema: TableSchema, column: str, found: pl.DataType | None) -> pl.Expr:
    wanted = schema.columns[column]
    if found is None:
        return pl.lit(None, dtype=wanted).alias(column)
    value = pl.col(column)
    if column in schema.cents and found.is_decimal():
        return (value * 100).cast(pl.Int64).alias(column)
    if column in schema.cents and found == pl.String():
        return (value.cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64).alias(column)
    if column in schema.months and found == pl.String():
        years, months = value.str.slice(0, 4).cast(pl.Int32), value.str.slice(5, 2).cast(pl.Int32)
        return (years * 12 + months - 1).alias(column)
    return value if found == wanted else value.cast(wanted)


def _schema(name: str) -> TableSchema:
    if name not in TABLES:
        raise _refused(
            msg("{table} is geen tabel met feiten.", table=name), msg("Kies een tabel uit het schema van de feiten.")
        )
    return TABLES[name]


def _check_columns(name: str, found: set[str]) -> None:
    unknown = sorted(found - set(_schema(name).columns))
    if unknown:
        raise _refused(
            msg("Tabel {table} kent geen kolom {columns}.", table=name, columns=", ".join(unknown)),
            msg("Laat de kolom weg, of schrijf haar naam zoals in het schema van de feiten."),
        )


def _refused(what: Message, remedy: Message) -> SluisError:
    return SluisError("facts-refused", what, remedy=remedy)
