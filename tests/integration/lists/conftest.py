"""One population for the run, a house per test."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sluis.database import Database
from tests.integration.lists.houses import House, furnish, make_population, open_house
from tests.serving import live_server
from tests.unit.web.visits import Visit


@pytest.fixture(scope="session")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fact tables of 300 children that do not exist."""
    return make_population(tmp_path_factory.mktemp("population"))


@pytest.fixture(scope="session")
def furnished(
    server_url: str, template: str, population: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """The name of a database in which only the key is still to be set, and the folder of its installation's keys."""
    name, home = f"furnished_{uuid.uuid4().hex[:12]}", tmp_path_factory.mktemp("home")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    database = Database(_in_database(server_url, name), pool_size=2)
    furnish(database, home, population)
    database.close()
    return name, home


@pytest.fixture
def house(server_url: str, furnished: tuple[str, Path]) -> Iterator[House]:
    """A house of its own for one test, in which only the key is still to be set."""
    original, home = furnished
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {original}")
    database = Database(_in_database(server_url, name), pool_size=8)
    yield open_house(database, home)
    database.close()
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _in_database(url: str, name: str) -> str:
    return make_conninfo("", **{**conninfo_to_dict(url), "dbname": name})


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """The address of its pages."""
    with live_server(house.app) as served:
        yield served


@pytest.fixture
def visit_as(address: str) -> Iterator[Callable[[str], Visit]]:
    """Return a function that signs a person in: `visit_as("wingene-officer")`."""
    clients: list[httpx.Client] = []

    def visit(person: str) -> Visit:
        client = httpx.Client(base_url=address, timeout=60)
        clients.append(client)
        made = Visit(client)
        made.sign_in(person)
        return made

    yield visit
    for client in clients:
        client.close()
