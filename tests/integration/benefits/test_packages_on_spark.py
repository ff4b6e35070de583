"""Every package over the families of every case on Spark SQL; its own test target: `make test-spark`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sluis.benefits.deciding import Answered
from sluis.benefits.tables import FactTables
from sluis.rules.sql_dialects import SPARK
from sluis.rules.sql_engine import query_of
from tests.integration.benefits.every_case import MONTHS, Outcomes, every_family, read_facts, unlike

pytestmark = [
    pytest.mark.spark,
    # py4j leaves its sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:pyspark.*"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    session_of = pytest.importorskip("pyspark.sql", reason="PySpark is an extra: make test-spark").SparkSession
    session = (
        session_of.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def families() -> FactTables:
    return every_family()


@pytest.mark.parametrize("month", MONTHS)
def test_every_package_decides_every_family_alike_on_spark(
    spark: Any, families: FactTables, tmp_path: Path, month: str
) -> None:
    def applied(answered: Answered) -> Outcomes:
        path = tmp_path / f"{answered.book.name}.parquet"
        read_facts(answered).write_parquet(path)
        spark.read.parquet(str(path)).createOrReplaceTempView("facts")
        query = query_of(answered.law, SPARK, "facts")
        return query.outcomes([tuple(row) for row in spark.sql(query.text).collect()])

    assert list(unlike(families, month, applied)) == []
