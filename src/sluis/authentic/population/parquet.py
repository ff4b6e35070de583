"""Columns to Parquet, the same bytes every time: sorted rows, fixed compression, no clock in the file."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl

from sluis.authentic.population.chance import Flags, Ints
from sluis.authentic.population.days import NONE


def texts(values: Sequence[str | None], index: Ints) -> pl.Series:
    """Return a column of texts from a short list of them."""
    return pl.Series(values, dtype=pl.String).gather(pl.Series(index))


def same(value: str, size: int) -> pl.Series:
    """Return a column that says the same in every row."""
    return pl.repeat(value, size, dtype=pl.String, eager=True)


def insz(numbers: Ints) -> pl.Series:
    """Return a column of INSZ, eleven digits each."""
    return pl.Series(numbers).cast(pl.String).str.zfill(11)


def household(numbers: Ints) -> pl.Series:
    """Return a column of household numbers: an H and eight digits that mean nothing."""
    return pl.Series(["H"]).new_from_index(0, numbers.size) + pl.Series(numbers).cast(pl.String).str.zfill(8)


def dates(days: Ints) -> pl.Series:
    """Return a column of dates (date32); NONE is null."""
    column = pl.Series(days.astype(np.int32)).cast(pl.Date)
    known = days != NONE
    return column if bool(known.all()) else column.set(pl.Series(~known), None)


def numbers(values: Ints, kind: type[pl.DataType] = pl.Int64) -> pl.Series:
    """Return a column of whole numbers; NONE is null."""
    known = values != NONE
    column = pl.Series(np.where(known, values, 0)).cast(kind)
    return column if bool(known.all()) else column.set(pl.Series(~known), None)


def codes(prefix: str, numbers_: Ints) -> pl.Series:
    """Return a column of codes that mean nothing: the prefix and eight digits; NONE is null."""
    known = numbers_ != NONE
    column = pl.Series([prefix]).new_from_index(0, numbers_.size) + pl.Series(numbers_).cast(pl.String).str.zfill(8)
    return column if bool(known.all()) else column.set(pl.Series(~known), None)


def euros(cents: Ints) -> pl.Series:
    """Return whole cents as an exact decimal with two digits: 12500.00, never a float."""
    frame = pl.DataFrame({"amount": cents})
    exact = pl.col("amount").cast(pl.Decimal(18, 2)) / pl.lit(Decimal("100.00"))
    return frame.select(exact.cast(pl.Decimal(12, 2)))["amount"]


def flags(values: Flags) -> pl.Series:
    """Return a column of truth values."""
    return pl.Series(values)


def write_table(directory: Path, name: str, columns: dict[str, pl.Series]) -> int:
    """Write one table and return its number of rows; the file is whole or absent."""
    frame = pl.DataFrame({column: series.alias(column) for column, series in columns.items()})
    unfinished = directory / f".{name}.partial"
    frame.write_parquet(
        unfinished,
        compression="zstd",
        compression_level=3,
        statistics=True,
        row_group_size=250_000,
        data_page_size=2**20,
    )
    unfinished.replace(directory / f"{name}.parquet")
    return frame.height
