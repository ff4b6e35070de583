"""`sluis ledger erase`: a person is gone from the ledger, and the ledger still verifies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sluis.database import Database
from sluis.gate.model import Released
from sluis.ledger.reading import entries_of_person
from tests.integration.gate.house import build_house, number


def _sluis(database: Database, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "SLUIS_ENVIRONMENT": "test",
        "SLUIS_FICTITIOUS_INSZ": "1",
        "SLUIS_HOME": str(home),
        "SLUIS_DATABASE_URL": database.owner_url,
    }
    command = [sys.executable, "-c", "from sluis.channels.commands import main; main()", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_person_is_erased_from_the_command_line_and_the_rest_still_verifies(
    database: Database, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    assert _sluis(database, home, "ledger", "init").returncode == 0
    secret = bytes.fromhex((home / "keys" / "ledger-person.secret").read_text().strip())
    house = build_house(database)
    gate = type(house.gate)(
        register=house.gate.register, sources=house.gate.sources, secret=type(house.gate.secret)(secret)
    )
    child, parent = number(1), number(2)
    house.population.add(child, parents=[parent])
    with database.transaction() as connection:
        assert isinstance(gate.release(connection, house.request(child)), Released)
    file = tmp_path / "wie.txt"
    file.write_text(f"{child}\n")
    words = ("--insz-file", str(file), "--as", "gemeente-wingene", "--by", "dpo", "--ground", "AVG art. 17")
    erased = _sluis(database, home, "ledger", "erase", *words)
    assert erased.returncode == 0, erased.stderr
    assert child not in erased.stdout + erased.stderr
    with database.transaction() as connection:
        assert entries_of_person(connection, child, secrets=gate.secret) == []
        assert len(entries_of_person(connection, parent, secrets=gate.secret)) == 1
    assert _sluis(database, home, "ledger", "sequence").returncode == 0
    assert _sluis(database, home, "ledger", "verify").returncode == 0


def test_a_file_without_a_number_erases_nobody(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "wie.txt"
    file.write_text("niemand\n")
    words = ("--insz-file", str(file), "--as", "gemeente-wingene", "--by", "dpo", "--ground", "AVG art. 17")
    assert _sluis(database, tmp_path / "home", "ledger", "erase", *words).returncode == 2
