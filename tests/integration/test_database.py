"""The database serves under a role of its own, and a cut connection troubles nobody."""

from __future__ import annotations

import psycopg
import pytest

from sluis.database import Database


def cut_idle_connections(database: Database) -> int:
    """End every pooled connection that waits for work, as a restart or a failover does; return how many there were."""
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        (cut,) = owner.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE usename = 'sluis_app' AND state = 'idle' AND datname = current_database()"
        ).fetchone() or (0,)
    return int(cut)


def test_the_application_serves_as_its_own_role(database: Database) -> None:
    with database.transaction() as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("sluis_app",)


@pytest.mark.parametrize("connections", [1, 4])
def test_a_connection_that_was_cut_in_the_pool_costs_its_next_user_nothing(
    database: Database, connections: int
) -> None:
    for _ in range(3):
        _use_at_once(database, connections)
        assert cut_idle_connections(database) >= connections
        _use_at_once(database, connections)


def test_a_connection_that_is_cut_while_it_is_used_still_fails(database: Database) -> None:
    with pytest.raises(psycopg.OperationalError):
        _cut_while_used(database)
    _use_at_once(database, 1)


def _cut_while_used(database: Database) -> None:
    with database.transaction() as connection:
        with psycopg.connect(database.owner_url, autocommit=True) as owner:
            owner.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))
        connection.execute("SELECT 1")


def _use_at_once(database: Database, connections: int) -> None:
    if connections == 0:
        return
    with database.transaction() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        _use_at_once(database, connections - 1)
