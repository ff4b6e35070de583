"""The same answers on PostgreSQL, to the cent and to the missing fact."""

from hypothesis import HealthCheck, given, settings
from tests.unit.rules import random_books
from tests.unit.rules.families import child
from tests.unit.rules.test_engines import Comparable, Rows, comparable, oracle
from tests.unit.rules.waterland import MARCH_2023, waterland

from sluis.database import Connection
from sluis.rules import InForce
from sluis.rules.sql_dialects import POSTGRESQL
from sluis.rules.sql_engine import query_of


def answers(connection: Connection, law: InForce, rows: Rows) -> dict[str, dict[str, Comparable]]:
    query = query_of(law, POSTGRESQL, "facts")
    facts = law.book.facts.values()
    columns = ", ".join(f'"{fact.name}" {POSTGRESQL.type_of(fact.unit)}' for fact in facts)
    connection.execute("DROP TABLE IF EXISTS facts")
    connection.execute(f"CREATE TEMPORARY TABLE facts ({columns})")
    with connection.cursor() as cursor:
        places = ", ".join("%s" for _ in law.book.facts)
        cursor.executemany(
            f"INSERT INTO facts VALUES ({places})", [[row.get(fact.name) for fact in facts] for row in rows]
        )
        found = cursor.execute(query.text.replace("%", "%%")).fetchall()
    return {output: {key: comparable(each) for key, each in of.items()} for output, of in query.outcomes(found).items()}


def test_random_rules_on_random_families_are_the_same_for_postgresql(database):
    with database.owner() as connection:

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(law=random_books.laws(), rows=random_books.rows())
        def same(law, rows):
            assert answers(connection, law, rows) == oracle(law, rows)

        same()


def test_every_operation_over_a_group_is_the_same_for_postgresql(database):
    law = random_books.law_of_groups()
    with database.owner() as connection:

        @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
        @given(rows=random_books.rows())
        def same(rows):
            assert answers(connection, law, rows) == oracle(law, rows)

        same()


def test_waterland_is_the_same_on_postgresql(database):
    law = waterland().at(MARCH_2023)
    rows = [
        child("ann", income=3_750_000),
        child("bob", boats=None),
        child("cas", house="dyke-2", income=None),
        child("dee", house=None, polder="east"),
    ]
    with database.owner() as connection:
        assert answers(connection, law, rows) == oracle(law, rows)
