"""The same ten rules four times: the engine, by hand in Polars, in openfisca-core, and reading and writing alone.

    uv run python -m bench.rules_contenders engine|hand|openfisca|copy|duckdb FACTS.parquet OUT.parquet

Each is one whole process from Parquet to Parquet; `bench.rules` starts them and compares what they wrote.
"""

# ruff: noqa: PLC0415 - each contender loads only what it is measured with
from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

MONTH = (2023, 3)


def engine(facts: Path, out: Path) -> None:
    """Run the rules of `bench.rules_law`."""
    from bench.rules_figures import OUTPUTS
    from bench.rules_law import BOOK
    from sluis.kernel.month import Month
    from sluis.rules import polars_engine

    result = polars_engine.run(BOOK.at(Month(*MONTH), OUTPUTS), pl.scan_parquet(facts))
    result.frame.write_parquet(out, compression="lz4")


def duckdb(facts: Path, out: Path) -> None:
    """Run the rules of `bench.rules_law` with DuckDB."""
    from bench.rules_figures import OUTPUTS
    from bench.rules_law import BOOK
    from sluis.kernel.month import Month
    from sluis.rules import sql_engine

    sql_engine.run_duckdb(BOOK.at(Month(*MONTH), OUTPUTS), facts, out)


def copy(facts: Path, out: Path) -> None:
    """Read the facts and write as many columns as the decisions have."""
    frame = pl.read_parquet(facts)
    number = pl.col("income")
    frame.select(
        "child",
        *(number.alias(f"c{at}") for at in range(8)),
        pl.col("below_sea").alias("t0"),
        pl.col("at_school").alias("t1"),
    ).write_parquet(out, compression="lz4")


def hand(facts: Path, out: Path) -> None:
    """Write the rules as one would in Polars, in whole cents."""
    from bench.rules_figures import BANDS, CEILING, FULL, LIMIT, MUNICIPALITIES, OUTPUTS, supplement_of

    year, month = MONTH
    frame = pl.read_parquet(facts)
    born = pl.col("born").dt
    months = year * 12 + month - born.year().cast(pl.Int64) * 12 - born.month().cast(pl.Int64)
    frame = frame.with_columns(age=months // 12)
    frame = frame.with_columns(
        right_giving=(pl.col("age") < 18) | ((pl.col("age") < 25) & pl.col("at_school")),
    )
    groups = frame.group_by("house").agg(
        pl.col("right_giving").sum().cast(pl.Int64).alias("children"), pl.col("income").sum().alias("house_income")
    )
    frame = frame.join(groups, on="house", how="left", maintain_order="left").with_row_index("row")
    order = frame.filter("right_giving").select("row", "house", "born", "child").sort("house", "born", "child")
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    first = pl.when((pl.col("house") != pl.col("house").shift()).fill_null(value=True)).then(place).forward_fill()
    ranks = order.select("row", (place - first + 1).alias("place"))
    frame = frame.join(ranks, on="row", how="left", maintain_order="left").with_columns(pl.col("place").fill_null(0))
    table = pl.DataFrame(
        {
            "municipality": [f"m{at:03d}" for at in range(MUNICIPALITIES)],
            "of_place": [supplement_of(at) for at in range(MUNICIPALITIES)],
        }
    )
    frame = frame.join(table, on="municipality", how="left", maintain_order="left")
    income, age = pl.col("house_income"), pl.col("age")
    span = CEILING - LIMIT
    entitled = pl.col("right_giving") & pl.col("below_sea")
    frame = frame.with_columns(entitled=entitled).with_columns(
        tide_allowance=pl.when(~pl.col("entitled"))
        .then(0)
        .when(income <= LIMIT)
        .then(FULL)
        .when(income >= CEILING)
        .then(0)
        .otherwise((FULL * (CEILING - income) * 2 + span) // (span * 2)),
        storm_bonus=pl.when(pl.col("entitled") & (pl.col("place") == 1))
        .then(
            pl.when(age < 6).then(BANDS[0][1]).when(age < 12).then(BANDS[1][1]).otherwise(BANDS[2][1]),
        )
        .otherwise(0)
        .cast(pl.Int64),
        supplement=pl.when(pl.col("entitled") & (pl.col("children") >= 3)).then(pl.col("of_place")).otherwise(0),
    )
    frame = frame.with_columns(total=pl.col("tide_allowance") + pl.col("storm_bonus") + pl.col("supplement"))
    frame.select("child", *OUTPUTS).write_parquet(out, compression="lz4")


def openfisca(facts: Path, out: Path) -> None:
    """Compute the same with openfisca-core (its own types: float32 money, int32 counts)."""
    from bench.rules_openfisca import run

    run(facts, out)


if __name__ == "__main__":
    {"engine": engine, "hand": hand, "openfisca": openfisca, "copy": copy, "duckdb": duckdb}[sys.argv[1]](
        Path(sys.argv[2]), Path(sys.argv[3])
    )
