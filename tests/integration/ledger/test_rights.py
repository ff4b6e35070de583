"""The role that serves can read and insert, nothing else; the keeper can destroy a person's key, nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sluis.database import Connection, Database, migrate
from sluis.ledger import record
from tests.integration.ledger.conftest import Sequence
from tests.unit.ledger.samples import SECRETS, insz, release

TABLES = [
    "ledger_entry",
    "ledger_subject",
    "ledger_subject_set",
    "ledger_leaf",
    "ledger_tile",
    "ledger_checkpoint",
    "ledger_person_key",
]
PARTITIONS = ["ledger_entry_2026_03", "ledger_entry_default", "ledger_subject_2026_03", "ledger_subject_default"]
EVIDENCE = [*TABLES[:-1], *PARTITIONS]
REFUSED = (errors.InsufficientPrivilege,)


@pytest.fixture
def filled(database: Database, sequence: Sequence) -> Database:
    """A ledger with something in every table but the tiles."""
    with database.transaction() as connection:
        record(connection, entry=release(), subjects={"asked": [insz(1), insz(2)]}, secrets=SECRETS)
        record(connection, entry=release(), subjects={"asked": [insz(1)]}, secrets=SECRETS)
    sequence()
    return database


@pytest.fixture
def installed(server_url: str) -> Iterator[Database]:
    """A database that was migrated itself, as an installation is."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = make_conninfo("", **{**conninfo_to_dict(server_url), "dbname": name})
    migrate(url)
    made = Database(url, pool_size=2)
    yield made
    made.close()
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def serving(database: Database, role: str) -> Iterator[Connection]:
    with database.transaction() if role == "app" else database.keeper() as connection:
        yield connection
        connection.rollback()


def refused(database: Database, statement: str, role: str = "app") -> None:
    with serving(database, role) as connection, pytest.raises(REFUSED):
        connection.execute(statement)


def column_of(table: str) -> str:
    return {"ledger_leaf": "leaf_hash", "ledger_tile": "hashes", "ledger_checkpoint": "root"}.get(
        table,
        {"ledger_subject_set": "pseudonyms", "ledger_person_key": "key"}.get(
            table, "tag" if "subject" in table else "canonical"
        ),
    )


def test_the_application_cannot_change_or_remove_anything(filled: Database) -> None:
    for table in [*TABLES, *PARTITIONS]:
        refused(filled, f"UPDATE {table} SET {column_of(table)} = '\\x00'")
        refused(filled, f"DELETE FROM {table}")
        refused(filled, f"TRUNCATE {table}")
        refused(filled, f"DROP TABLE {table}")
        refused(filled, f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        refused(filled, f"ALTER TABLE {table} ADD COLUMN more int")
        refused(filled, f"CREATE RULE swallow AS ON INSERT TO {table} DO INSTEAD NOTHING")
        refused(
            filled, f"CREATE TRIGGER sly BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()"
        )
        refused(filled, f"SELECT * FROM {table} FOR UPDATE")
        refused(filled, f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")


def test_the_application_reaches_a_month_through_the_whole_only(filled: Database) -> None:
    for table in PARTITIONS:
        refused(filled, f"SELECT * FROM {table}")
        refused(filled, f"INSERT INTO {table} DEFAULT VALUES")
        whole = "ledger_entry" if "entry" in table else "ledger_subject"
        refused(filled, f"ALTER TABLE {whole} DETACH PARTITION {table}")


ROUNDABOUTS = [
    "INSERT INTO ledger_entry (id, at, party, canonical, xid) VALUES (gen_random_uuid(), now(), 'x', 'x', 1)",
    "INSERT INTO ledger_checkpoint SELECT * FROM ledger_checkpoint ON CONFLICT (size) DO UPDATE SET note = ''",
    "SET session_replication_role = replica",
    "SET ROLE sluis_keeper",
    "CREATE TABLE mine (a int)",
    "CREATE OR REPLACE FUNCTION ledger_derived(key bytea, purpose bytea) RETURNS bytea LANGUAGE sql RETURN key",
    "SELECT ledger_make_months('2031-01-01', 1)",
    "SELECT lo_import('/etc/passwd')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "ALTER ROLE sluis_app SUPERUSER",
]


def test_the_application_cannot_go_round_it(filled: Database) -> None:
    for statement in ROUNDABOUTS:
        refused(filled, statement)


def test_the_application_cannot_claim_another_hash_for_an_entry(filled: Database) -> None:
    with filled.transaction() as connection, pytest.raises((errors.GeneratedAlways, errors.InsufficientPrivilege)):
        connection.execute(
            "INSERT INTO ledger_entry (id, at, party, canonical, leaf_hash)"
            " VALUES (gen_random_uuid(), now(), 'x', 'x', '\\x00')"
        )


def test_the_application_cannot_give_a_place_in_the_tree_twice(filled: Database) -> None:
    for change in ("index, gen_random_uuid()", "index + 100, entry_id"):
        with filled.transaction() as connection, pytest.raises(errors.UniqueViolation):
            connection.execute(
                "INSERT INTO ledger_leaf (index, entry_id, at, leaf_hash)"
                f" SELECT {change}, at, leaf_hash FROM ledger_leaf"
            )


def test_the_keeper_cannot_read_change_or_remove_evidence(filled: Database) -> None:
    for table in EVIDENCE:
        refused(filled, f"DELETE FROM {table}", "keeper")
        refused(filled, f"UPDATE {table} SET {column_of(table)} = '\\x00'", "keeper")
        refused(filled, f"TRUNCATE {table}", "keeper")
        refused(filled, f"SELECT * FROM {table}", "keeper")


def test_the_keeper_destroys_keys_and_never_sees_or_makes_one(filled: Database) -> None:
    refused(filled, "SELECT key FROM ledger_person_key", "keeper")
    refused(filled, "SELECT tag FROM ledger_person_key", "keeper")
    refused(filled, "UPDATE ledger_person_key SET key = tag", "keeper")
    refused(filled, "TRUNCATE ledger_person_key", "keeper")
    refused(filled, "DELETE FROM ledger_person_key RETURNING key", "keeper")
    refused(filled, "INSERT INTO ledger_person_key VALUES ('', '', '')", "keeper")
    with filled.keeper() as connection:
        assert connection.execute("DELETE FROM ledger_person_key WHERE reference <> ''").rowcount == 2
        connection.rollback()


def test_even_the_owner_is_stopped_at_a_slip(filled: Database) -> None:
    for table in EVIDENCE:
        for statement in (
            f"UPDATE {table} SET {column_of(table)} = '\\x00'",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
        ):
            with (
                filled.owner() as connection,
                pytest.raises((errors.InsufficientPrivilege, errors.GeneratedAlways)) as stop,
            ):
                connection.execute(statement)
            assert "insert-only" in str(stop.value)


def test_the_roles_own_nothing_and_inherit_nothing(database: Database) -> None:
    with psycopg.connect(database.owner_url) as connection:
        rows = connection.execute(
            """
            SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication,
                   EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid),
                   EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
            FROM pg_roles WHERE rolname IN ('sluis_app', 'sluis_keeper')
            """
        ).fetchall()
    assert len(rows) == 2
    assert all(not any(row[1:]) for row in rows)


@pytest.mark.parametrize(
    "statement", ["CREATE TEMP TABLE ledger_entry (canonical bytea)", "CREATE TABLE public.elsewhere (one int)"]
)
@pytest.mark.parametrize("role", ["app", "keeper"])
def test_no_role_can_put_a_table_of_its_own_in_front_of_ours(installed: Database, statement: str, role: str) -> None:
    refused(installed, statement, role)


def test_a_temporary_table_never_stands_in_front_of_ours(filled: Database) -> None:
    # These databases are copies of a template, and rights on a database are not copied: the second wall is tried here.
    with filled.transaction() as connection:
        connection.execute("CREATE TEMP TABLE ledger_entry (LIKE public.ledger_entry)")
        record(connection, entry=release(), subjects={"asked": [insz(3)]}, secrets=SECRETS)
        assert connection.execute("SELECT count(*) FROM pg_temp.ledger_entry").fetchone() == (0,)
        connection.rollback()
