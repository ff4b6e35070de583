"""Every package over the families of every case on PostgreSQL: the same to the cent and to the missing fact."""

from __future__ import annotations

import pytest
from psycopg import sql

from sluis.benefits.deciding import Answered
from sluis.benefits.tables import FactTables
from sluis.database import Connection, Database
from sluis.rules.sql_dialects import POSTGRESQL
from sluis.rules.sql_engine import query_of
from tests.integration.benefits.every_case import MONTHS, Outcomes, every_family, read_facts, unlike

LEAN = ("2019-02", "2024-09")
"""The months that every run of the tests looks at: the first rules and the latest; `make soak` takes the others."""


@pytest.fixture(scope="module")
def families() -> FactTables:
    return every_family()


def applied(connection: Connection, answered: Answered) -> Outcomes:
    """Copy the facts of a book into a table and let PostgreSQL apply the law of the month."""
    facts, book = read_facts(answered), answered.law.book
    columns = ", ".join(f'"{name}" {POSTGRESQL.type_of(book.facts[name].unit)}' for name in facts.columns)
    connection.execute("DROP TABLE IF EXISTS facts")
    connection.execute(f"CREATE TEMPORARY TABLE facts ({columns})")
    into = sql.SQL("COPY facts ({}) FROM STDIN").format(sql.SQL(", ").join(map(sql.Identifier, facts.columns)))
    with connection.cursor() as cursor:
        with cursor.copy(into) as copy:
            for row in facts.iter_rows():
                copy.write_row(row)
        query = query_of(answered.law, POSTGRESQL, "facts")
        return query.outcomes(cursor.execute(query.text.replace("%", "%%")).fetchall())


def _each(month: str) -> object:
    return pytest.param(month, marks=() if month in LEAN else pytest.mark.soak)


@pytest.mark.parametrize("month", [_each(month) for month in MONTHS])
def test_every_package_decides_every_family_alike_on_postgresql(
    database: Database, families: FactTables, month: str
) -> None:
    with database.owner() as connection:
        assert list(unlike(families, month, lambda answered: applied(connection, answered))) == []
