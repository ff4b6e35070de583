"""On a PostgreSQL as an administrator runs it, over TCP with passwords: the same house, the same rights."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
import pytest

from sluis.database import APP_ROLE, Database, migrate
from sluis.gate.model import Released
from sluis.ledger.note import Signer
from sluis.ledger.reading import issue_receipt
from sluis.ledger.sequencer import Sequencer
from sluis.ledger.whole import verify_whole
from tests.integration.gate.house import build_house, number

PLACES = (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/local/bin"))
SECRET = "geheim-van-de-toets"


def _programs() -> Path | None:
    return next((place for place in PLACES if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


@dataclass(frozen=True)
class System:
    """A server of the machine's own PostgreSQL: its port and where its programs are."""

    port: int
    programs: Path

    def url(self, role: str) -> str:
        return f"postgresql://{role}:{SECRET}@127.0.0.1:{self.port}/postgres"


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL of the system is installed")
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="sluis-pg-"))
    if user is not None:
        shutil.chown(folder, user)
    password = folder / "password"
    password.write_text(SECRET)
    if user is not None:
        shutil.chown(password, user)
    port = _free_port()
    run = _Runner(user, folder)
    run(
        str(programs / "initdb"), "-D", str(folder / "data"), "-U", "owner", "-A", "scram-sha-256",
        f"--pwfile={password}", "-E", "UTF8", "--no-sync",
    )  # fmt: skip
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    run(str(programs / "pg_ctl"), "-D", str(folder / "data"), "-o", options, "-w", "-l", str(folder / "log"), "start")
    try:
        yield System(port, programs)
    finally:
        run(str(programs / "pg_ctl"), "-D", str(folder / "data"), "-m", "fast", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class _Runner:
    user: str | None
    folder: Path

    def __call__(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, user=self.user, cwd=self.folder, timeout=120)


def _user() -> str | None:
    """Return the account to run the server as: PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("no account to run a PostgreSQL as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def on_system(system: System) -> Iterator[Database]:
    """The house on that server: migrated by the owner, served as sluis_app with a password of its own."""
    migrate(system.url("owner"))
    with psycopg.connect(system.url("owner")) as connection:
        connection.execute(f"ALTER ROLE {APP_ROLE} PASSWORD '{SECRET}'")
    database = Database(system.url("owner"), app_url=system.url(APP_ROLE), pool_size=4)
    yield database
    database.close()


def test_a_release_and_its_evidence_stand_on_the_systems_own_postgresql(on_system: Database) -> None:
    house = build_house(on_system)
    child, parent = number(1), number(2, born=date(1980, 1, 1))
    house.population.add(child, parents=[parent])
    with on_system.transaction() as connection:
        released = house.gate.release(connection, house.request(child))
    assert isinstance(released, Released)
    signer = Signer.generate("system.example/ledger")
    Sequencer(on_system, signer).run_once()
    with on_system.transaction() as connection:
        verified = verify_whole(connection, signer.verifier)
        receipt = issue_receipt(connection, released.entry, insz=parent, secrets=house.gate.secret)
    assert verified.waiting == 0
    assert receipt.person is not None


def test_the_ledger_cannot_be_changed_there_either(on_system: Database) -> None:
    for statement in ("UPDATE ledger_entry SET party = 'x'", "DELETE FROM ledger_entry", "TRUNCATE ledger_leaf"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), on_system.transaction() as connection:
            connection.execute(statement)


def test_migrating_again_changes_nothing(system: System) -> None:
    migrate(system.url("owner"))
