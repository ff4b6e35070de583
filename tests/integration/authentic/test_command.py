"""`sluis population` as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sluis.database import Database


def sluis(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLUIS_")}
    return subprocess.run(
        [sys.executable, "-c", "from sluis.channels.commands import main; main()", "population", *arguments],
        env={**kept, "PYTHONIOENCODING": "utf-8", "SLUIS_ENVIRONMENT": "test", **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("street")
    run = sluis("generate", "--children", "300", "--seed", "4", "--municipality", "Ronse", "--out", str(folder))
    assert run.returncode == 0, run.stderr
    return folder, run.stdout


def test_generate_ends_with_the_shares_beside_the_statistics(made: tuple[Path, str]) -> None:
    lines = made[1].splitlines()
    assert "gekregen" in lines[0]
    assert "bron" in lines[0]
    assert any("alleenstaande ouders" in line and "telling 2011" in line for line in lines)
    assert any("sociale toeslag in Ronse" in line for line in lines)
    assert "30.09.2023" in lines[-1]


def test_nobody_watches_so_there_is_no_progress_bar(tmp_path: Path) -> None:
    run = sluis("generate", "--children", "5", "--out", str(tmp_path))
    assert run.stderr == ""


def test_load_puts_the_population_into_the_database(made: tuple[Path, str], database: Database) -> None:
    run = sluis("load", str(made[0]), SLUIS_DATABASE_URL=database.owner_url, SLUIS_FICTITIOUS_INSZ="true")
    assert run.returncode == 0, run.stderr
    with database.transaction() as connection:
        row = connection.execute("SELECT count(*) FROM authentic_persons").fetchone()
    assert row is not None
    assert row[0] > 300
    assert str(row[0]) in run.stdout


def test_an_installation_without_fictitious_numbers_takes_no_population(
    made: tuple[Path, str], database: Database
) -> None:
    run = sluis("load", str(made[0]), SLUIS_DATABASE_URL=database.owner_url)
    assert run.returncode == 2
    assert "SLUIS_FICTITIOUS_INSZ" in run.stderr
    with database.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM authentic_persons").fetchone() == (0,)


def test_a_mistake_is_told_with_its_remedy(tmp_path: Path) -> None:
    run = sluis("generate", "--children", "5", "--municipality", "Atlantis", "--out", str(tmp_path / "out"))
    assert run.returncode == 2
    assert "Atlantis" in run.stderr
    assert "NIS" in run.stderr
    assert not (tmp_path / "out").exists()
