"""The shell with two fictional people, served for real, and a clock that a test may move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sluis.database import Database
from tests.serving import fresh_database, live_server
from tests.unit.web.applications import make_application
from tests.unit.web.visits import Visit


class Clock:
    """The time of the application under test."""

    def __init__(self) -> None:
        self.at = datetime(2026, 10, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **length: int) -> None:
        self.at += timedelta(**length)


@pytest.fixture(scope="session")
def one_clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def one_database(server_url: str, template: str) -> Iterator[Database]:
    with fresh_database(server_url, template) as made:
        yield made


@pytest.fixture(scope="session")
def address(one_database: Database, one_clock: Clock) -> Iterator[str]:
    with live_server(make_application(one_database, clock=one_clock)) as served:
        yield served


@pytest.fixture
def clock(one_clock: Clock) -> Clock:
    one_clock.at = Clock().at
    return one_clock


@pytest.fixture
def database(one_database: Database) -> Database:
    """The database of the one server, without the sessions of the test before."""
    with one_database.owner() as connection:
        connection.execute("TRUNCATE session")
    return one_database


@pytest.fixture
def visit(address: str, database: Database, clock: Clock) -> Iterator[Visit]:
    """One browser-like visit: it keeps cookies and fills in forms as the page gave them."""
    with httpx.Client(base_url=address, timeout=20) as client:
        yield Visit(client)
