"""The same answers, to the cent and to the missing fact, on every engine."""

import inspect
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.rules import (
    InForce,
    Money,
    Outcome,
    RuleBook,
    Rules,
    Text,
    Truth,
    Whole,
    all_of,
    euro,
    fact,
    interpret,
    least_of,
    number,
    polars_engine,
    sql_engine,
    when,
)
from sluis.rules.nodes import Op, Scalar
from sluis.rules.plan import plan_of
from sluis.rules.polars_expressions import dtype_of
from tests.unit.rules import random_books
from tests.unit.rules.families import child
from tests.unit.rules.waterland import MARCH_2023, waterland

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


GROUPS = random_books.law_of_groups()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=random_books.rows())
def test_every_operation_over_a_group_is_the_same_for_polars(rows):
    assert with_polars(GROUPS, rows) == oracle(GROUPS, rows)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=random_books.rows())
def test_every_operation_over_a_group_is_the_same_for_duckdb(rows, tmp_path_factory):
    assert with_duckdb(GROUPS, rows, tmp_path_factory.getbasetemp()) == oracle(GROUPS, rows)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(law=random_books.laws(), rows=random_books.rows())
def test_random_rules_on_random_families_are_the_same_for_duckdb(law, rows, tmp_path_factory):
    assert with_duckdb(law, rows, tmp_path_factory.getbasetemp()) == oracle(law, rows)


def test_a_choice_between_constants_keeps_the_height_of_the_table():
    rules = Rules("Proefwet")

    @rules.rule("art. 1", since="2019-01")
    def same_for_all(w2: Whole) -> Whole:
        return when(number(-1) < least_of(w2, number(-3)), number(1)).otherwise(number(0))

    @rules.rule("art. 2", since="2019-01")
    def fixed() -> Money:
        return least_of(euro("3.21"), euro("5"))

    law = RuleBook("b", key="key", facts=random_books.FACTS, rules=[rules]).at(random_books.MONTH)
    rows: Rows = [{"key": name, "w2": 3} for name in "abc"]
    assert with_polars(law, rows) == oracle(law, rows)


def test_a_table_without_rows_has_no_outcomes():
    law = waterland().at(MARCH_2023)
    empty = table(law, []).clear()
    assert polars_engine.run(law, empty).frame.height == 0


def test_waterland_is_the_same_on_every_engine_and_names_what_is_missing(tmp_path):
    law = waterland().at(MARCH_2023)
    rows = [
        child("ann", income=3_750_000),
        child("bob", boats=None),
        child("cas", house="dyke-2", income=None),
        child("dee", house=None, polder="east"),
    ]
    told = oracle(law, rows)
    assert with_polars(law, rows) == told
    assert with_duckdb(law, rows, tmp_path) == told
    lacks = polars_engine.run(law, table(law, rows)).lacks("tide_allowance").sort("child").rows()
    assert lacks == [("cas", "fact", "income"), ("dee", "fact", "house")]


def test_duckdb_writes_what_it_decided(tmp_path):
    law = waterland().at(MARCH_2023)
    table(law, [child("ann")]).write_parquet(tmp_path / "facts.parquet")
    sql_engine.run_duckdb(law, tmp_path / "facts.parquet", tmp_path / "out'put.parquet")
    assert pl.read_parquet(tmp_path / "out'put.parquet")["tide_allowance"].to_list() == [10250]


@pytest.mark.parametrize(
    "wrong",
    [
        pl.col("boats").cast(pl.Float64),
        pl.lit(21).alias("boats"),
        pl.lit(None, dtype=pl.Date).alias("born"),
        pl.col("below_sea").cast(pl.Int64),
        pl.col("born").cast(pl.String),
    ],
)
def test_a_fact_column_of_another_kind_is_refused(wrong):
    law = waterland().at(MARCH_2023)
    with pytest.raises(SluisError, match="Feit"):
        polars_engine.run(law, table(law, [child("ann")]).with_columns(wrong))


def test_a_column_that_is_absent_is_unknown_on_every_row_and_the_key_is_never_absent():
    law = waterland().at(MARCH_2023, ["tide_allowance"])
    facts = table(law, [child("ann")])
    assert polars_engine.run(law, facts.drop("income")).outcomes("tide_allowance")["ann"].missing_names == (
        "fact:income",
    )
    with pytest.raises(SluisError, match="Feit child"):
        polars_engine.run(law, facts.drop("child"))


def test_what_two_rules_count_alike_is_counted_once_and_by_one_group():
    law = waterland().at(MARCH_2023)
    plan = plan_of(law, never=[fact.name for fact in law.book.facts.values()])
    grouped = [column for column in plan.values.values() if column.grouped and column.node.op is not Op.RANK_IN]
    assert {column.name for column in grouped} == {"children", "house_income"}
    assert len({column.depth for column in grouped}) == 1


def test_a_law_without_unknowns_has_no_masks():
    law = waterland().at(Month(2022, 6))
    plan = plan_of(law, never=[fact.name for fact in law.book.facts.values()])
    assert [doubt.name for word in plan.words for doubt in word] == ["polder_supplement_by_polder"]


def test_more_facts_than_bits_go_into_more_masks():
    facts = [fact("key", Text, always=True), *(fact(f"f{at:03d}", Truth) for at in range(150))]
    rules = Rules("Proefwet")
    rules.rule("art. 1", since="2019-01")(_every_one_of(150))
    law = RuleBook("wide", key="key", facts=facts, rules=[rules]).at(Month(2023, 1))
    rows: Rows = [{"key": "a", "f000": True, "f149": True}, {"key": "b", "f077": False}]
    assert len(plan_of(law).words) == 3
    assert with_polars(law, rows) == oracle(law, rows)
    assert oracle(law, rows)["every_one"]["a"][1] == tuple(f"fact:f{at:03d}" for at in range(1, 149))


def _every_one_of(count: int):
    names = [f"f{at:03d}" for at in range(count)]
    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=Truth) for name in names]

    def body(*values: Truth) -> Truth:
        return all_of(*values)

    body.__name__ = "every_one"
    body.__annotations__ = {**dict.fromkeys(names, Truth), "return": Truth}
    body.__signature__ = inspect.Signature(parameters, return_annotation=Truth)  # type: ignore[attr-defined]  # read by inspect
    return body
