"""The same answers on Spark SQL; its own test target: `make test-spark`."""

import pytest
from hypothesis import HealthCheck, given, settings
from tests.unit.rules import random_books
from tests.unit.rules.test_engines import comparable, oracle, table

from sluis.rules.sql_dialects import SPARK
from sluis.rules.sql_engine import query_of

pytestmark = [
    pytest.mark.spark,
    # py4j leaves its sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:pyspark.*"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def spark():
    sql = pytest.importorskip("pyspark.sql", reason="PySpark is an extra: make test-spark")
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield session
    session.stop()


def test_random_rules_on_random_families_are_the_same_for_spark(spark, tmp_path):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(law=random_books.laws(), rows=random_books.rows())
    def same(law, rows):
        path = tmp_path / "facts.parquet"
        table(law, rows).write_parquet(path)
        spark.read.parquet(str(path)).createOrReplaceTempView("facts")
        query = query_of(law, SPARK, "facts")
        found = [tuple(row) for row in spark.sql(query.text).collect()]
        answers = query.outcomes(found)
        assert {
            output: {key: comparable(each) for key, each in of.items()} for output, of in answers.items()
        } == oracle(law, rows)

    same()
