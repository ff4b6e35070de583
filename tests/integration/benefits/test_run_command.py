"""`sluis benefits run` as its users run it: over a small synthetic Flanders, twice, with a later month and a bank."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import sepaxml
from lxml import etree

SLUIS = [sys.executable, "-c", "from sluis.channels.commands import main; main()"]


def sluis(*words: str, code: int = 0) -> str:
    done = subprocess.run(
        [*SLUIS, *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "LC_ALL": "nl_BE.UTF-8"},
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("facts")
    sluis("population", "generate", "--children", "400", "--seed", "7", "--out", str(folder))
    return folder


def test_a_month_of_a_small_flanders_is_decided_paid_and_stated(facts: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    ask = ("benefits", "run", "--facts", str(facts), "--month", "2023-09", "--out", str(book), "--test-accounts")
    first = sluis(*ask)
    assert "De maandstaat klopt" in first
    summary = json.loads((book / "summary.json").read_text())
    statement = json.loads((book / "statement.json").read_text())
    assert statement["holds"]
    assert summary["amount_cents"] == statement["totals"]["rights_cents"] > 0
    decisions = pl.read_parquet(book / "decisions.parquet")
    assert decisions.get_column("due_cents").sum() == statement["totals"]["payments_cents"]

    schema = etree.XMLSchema(etree.parse(str(Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd")))
    orders = sorted((book / "orders").glob("*.xml"))
    assert {path.name.split("-")[3] for path in orders} == {"fons", "infino", "kidslife", "myfamily", "parentia"}
    for path in orders:
        schema.assertValid(etree.parse(str(path)))

    assert "al beslist" in sluis(*ask)
    assert len(list((book / "runs").iterdir())) == 1

    asked_next = [word if word != "2023-09" else "2023-10" for word in ask]
    sluis(*asked_next)
    changes = pl.read_parquet(book / "decisions.parquet").get_column("change").value_counts()
    assert dict(changes.iter_rows())["continued"] > 300
    assert "2 runs" in sluis("benefits", "check-book", "--book", str(book))

    skipped = [word if word != "2023-09" else "2024-05" for word in ask]
    assert "Beslis eerst 2023-11" in sluis(*skipped, code=2)


def test_a_month_with_another_engine_gives_the_same_decisions(facts: Path, tmp_path: Path) -> None:
    for engine in ("polars", "duckdb"):
        sluis(
            "benefits", "run", "--facts", str(facts), "--month", "2023-09", "--out", str(tmp_path / engine),
            "--engine", engine, "--test-accounts",
        )  # fmt: skip
    one, other = (pl.read_parquet(tmp_path / engine / "decisions.parquet") for engine in ("polars", "duckdb"))
    assert one.equals(other)


def test_a_folder_without_facts_is_a_sentence(tmp_path: Path) -> None:
    told = sluis(
        "benefits", "run", "--facts", str(tmp_path), "--month", "2023-09", "--out", str(tmp_path / "b"), code=2
    )
    assert "geen tabel persons" in told


def test_a_simulated_change_is_told_with_its_cost(facts: Path, tmp_path: Path) -> None:
    change = tmp_path / "change.yaml"
    change.write_text(
        "bedrag_basis: {unit: EUR, article: art. 13, values: [{from: 2023-09, value: 200.00, confidence: derived}]}"
    )
    told = sluis("benefits", "simulate", "--facts", str(facts), "--change", str(change))
    assert "basisbedrag" in told
    assert "Gezinnen die minder krijgen: 0" in told
    change.write_text(change.read_text().replace("bedrag_basis", "bedrag_onbekend"))
    assert "kent geen parameter" in sluis(
        "benefits", "simulate", "--facts", str(facts), "--change", str(change), code=2
    )
