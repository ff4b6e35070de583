"""Real parts for the tests: an embedded PostgreSQL, a migrated template, a fresh database per test."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sluis.database import Database, embedded_url, migrate

# Settings of whoever starts the tests must not reach them; a database to test on is named by SLUIS_TEST_DATABASE_URL.
for _name in [name for name in os.environ if name.startswith("SLUIS_") and not name.startswith("SLUIS_TEST_")]:
    del os.environ[_name]

os.environ["LC_ALL"] = "C.UTF-8"  # sentences are compared in Dutch, whatever the terminal of the day speaks

SHARED = Path(__file__).resolve().parents[2] / "shared"


def _in_database(url: str, name: str) -> str:
    parts = conninfo_to_dict(url)
    parts["dbname"] = name
    return make_conninfo("", **parts)


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The owner's address of a PostgreSQL for this run: a real one where named, else an embedded one."""
    named = os.environ.get("SLUIS_TEST_DATABASE_URL")
    if named:
        return named
    # A unix socket path may have 107 bytes: pytest's own folders are too deep for it.
    return embedded_url(Path(tempfile.mkdtemp(prefix="sluis-")))


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """The name of a migrated database that each test's own is copied from."""
    name = f"template_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    migrate(_in_database(server_url, name))
    return name


@pytest.fixture
def database(server_url: str, template: str) -> Iterator[Database]:
    """An empty, migrated database of its own for one test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    database = Database(_in_database(server_url, name), pool_size=8)
    yield database
    database.close()
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside the project; a test that needs it is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the reference material (../shared) is not beside this checkout")
    return SHARED
