"""The same answers, to the cent and to the missing fact, on every engine."""

from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings

from sluis.rules import InForce, Outcome, interpret, polars_engine, sql_engine
from sluis.rules.nodes import Scalar
from sluis.rules.polars_expressions import dtype_of
from tests.unit.rules import random_books

Rows = list[dict[str, Scalar]]
Comparable = tuple[Scalar, tuple[str, ...], tuple[str, ...]]


def table(law: InForce, rows: Rows) -> pl.DataFrame:
    """The rows as a table with the types of the facts."""
    return pl.DataFrame(rows, schema={name: dtype_of(fact.unit) for name, fact in law.book.facts.items()})


def comparable(outcome: Outcome) -> Comparable:
    return outcome.value, outcome.missing_names, outcome.weak


def oracle(law: InForce, rows: Rows) -> dict[str, dict[str, Comparable]]:
    told = interpret(law, rows)
    return {
        output: {subject: comparable(told.outcome(subject, output)) for subject in told.subjects}
        for output in law.outputs
    }


def with_polars(law: InForce, rows: Rows) -> dict[str, dict[str, Comparable]]:
    result = polars_engine.run(law, table(law, rows))
    return {
        output: {key: comparable(outcome) for key, outcome in result.outcomes(output).items()} for output in law.outputs
    }


def with_duckdb(law: InForce, rows: Rows, folder: Path) -> dict[str, dict[str, Comparable]]:
    path = folder / "facts.parquet"
    table(law, rows).write_parquet(path)
    answers = sql_engine.run_duckdb(law, path)
    return {output: {key: comparable(outcome) for key, outcome in of.items()} for output, of in answers.items()}


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(law=random_books.laws(), rows=random_books.rows())
def test_random_rules_on_random_families_are_the_same_for_polars(law, rows):
    assert with_polars(law, rows) == oracle(law, rows)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(law=random_books.laws(), rows=random_books.rows())
def test_random_rules_on_random_families_are_the_same_for_duckdb(law, rows, tmp_path_factory):
    assert with_duckdb(law, rows, tmp_path_factory.getbasetemp()) == oracle(law, rows)
