"""`sluis ledger`: what a person types, what is told, and how it exits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sluis.database import Database
from sluis.ledger import Sequencer, export_ledger, issue_receipt, latest_checkpoint, ledger_keys, record
from sluis.settings import Settings
from tests.unit.ledger.samples import SECRETS, insz, release

Run = subprocess.CompletedProcess[str]


def sluis(*arguments: str, home: Path, database: Database | None = None) -> Run:
    """Run a command in a process of its own; without a database it must not need one."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "SLUIS_HOME": str(home)}
    if database is not None:
        environment |= {
            "SLUIS_DATABASE_URL": database.owner_url,
            "SLUIS_ENVIRONMENT": "test",
            "SLUIS_ORIGIN": "test.example/ledger",
        }
    else:
        # Any attempt to open a database would fail at once, and any attempt to start one would leave a folder.
        environment["SLUIS_DATABASE_URL"] = "host=192.0.2.1 connect_timeout=1"
    return subprocess.run(
        [sys.executable, "-c", "from sluis.channels.commands import main; main()", "ledger", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def exported(database: Database, tmp_path: Path) -> Path:
    """A home with keys, an export, a public key file, a kept checkpoint and a receipt."""
    settings = Settings(environment="test", home=tmp_path, origin="test.example/ledger")
    keys = ledger_keys(settings)
    with database.transaction() as connection:
        entry_id = record(connection, entry=release(), subjects={"asked": [insz(1), insz(2)]}, secrets=keys.persons)
    Sequencer(database, keys.signer).run_once()
    (tmp_path / "key").write_text(f"{keys.verifier}\n")
    with database.transaction() as connection:
        export_ledger(connection, tmp_path / "export")
        (tmp_path / "receipt.json").write_bytes(issue_receipt(connection, entry_id).to_bytes())
        (tmp_path / "kept").write_text(latest_checkpoint(connection) or "")
    return tmp_path


def test_a_ledger_goes_from_its_first_key_to_an_offline_check(database: Database, tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    with database.transaction() as connection:
        entry_id = record(connection, entry=release(), subjects={"asked": [insz(1), insz(2)]}, secrets=SECRETS)
    assert "gemaakt" in sluis("init", home=home, database=database).stdout
    assert "1 inschrijvingen" in sluis("sequence", home=home, database=database).stdout
    (tmp_path / "key").write_text(sluis("key", home=home, database=database).stdout)
    (tmp_path / "kept").write_text(sluis("checkpoint", home=home, database=database).stdout)
    whole = sluis("verify", home=home, database=database)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "Het grootboek klopt: 1 inschrijvingen" in whole.stdout
    assert sluis("export", str(tmp_path / "export"), home=home, database=database).returncode == 0
    receipt = ("receipt", str(entry_id), "--out", str(tmp_path / "receipt.json"))
    assert sluis(*receipt, home=home, database=database).returncode == 0
    key = ("--key", str(tmp_path / "key"))
    export = ("verify", "--export", str(tmp_path / "export"), *key, "--known", str(tmp_path / "kept"))
    offline = sluis(*export, home=elsewhere)
    assert (offline.returncode, offline.stderr) == (0, "")
    assert "Het grootboek klopt: 1 inschrijvingen" in offline.stdout
    checked = sluis("verify-receipt", str(tmp_path / "receipt.json"), *key, home=elsewhere)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "Het ontvangstbewijs klopt" in checked.stdout
    assert not elsewhere.exists()


def test_what_does_not_hold_exits_with_1_and_says_what_and_where(exported: Path) -> None:
    for name, arguments in (
        ("export/entries/00000000.jsonl", ("verify", "--export", str(exported / "export"))),
        ("receipt.json", ("verify-receipt", str(exported / "receipt.json"))),
    ):
        content = (exported / name).read_bytes()
        (exported / name).write_bytes(content.replace(b"kind.insz", b"kind.naam"))
        told = sluis(*arguments, "--key", str(exported / "key"), home=exported / "elsewhere")
        assert told.returncode == 1
        assert "nschrijving" in told.stderr
        assert "Vertrouw dit bewijs niet" in told.stderr
        assert "Traceback" not in told.stderr


def test_a_tampered_database_exits_with_1(exported: Path, database: Database) -> None:
    with database.owner() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger_entry SET party = 'other'")
    told = sluis("verify", home=exported, database=database)
    assert told.returncode == 1
    assert "naast inschrijving 0" in told.stderr


def test_wrong_use_exits_with_2(exported: Path, database: Database) -> None:
    elsewhere = exported / "elsewhere"
    for arguments in (
        ("verify", "--export", str(exported / "export")),
        ("verify", "--export", str(exported / "absent"), "--key", str(exported / "key")),
        ("verify", "--export", str(exported / "export"), "--key", str(exported / "receipt.json")),
        ("verify", "--export", str(exported / "export"), "--key", str(exported / "absent")),
        ("verify-receipt", str(exported / "absent"), "--key", str(exported / "key")),
        ("verify-receipt", str(exported / "receipt.json")),
        ("receipt", "no-uuid", "--out", str(exported / "out")),
    ):
        told = sluis(*arguments, home=elsewhere)
        assert (told.returncode, "Traceback" in told.stderr) == (2, False), arguments
    unknown = ("receipt", "01a20477-2817-7021-a48f-c94e3bc4d4a5", "--out", str(exported / "out"))
    told = sluis(*unknown, home=exported, database=database)
    assert told.returncode == 2
    assert "staat niet in het grootboek" in told.stderr
    full = sluis("export", str(exported / "export"), home=exported, database=database)
    assert full.returncode == 2


def test_an_auditor_who_kept_a_checkpoint_finds_a_ledger_that_was_replaced(exported: Path) -> None:
    kept = exported / "kept"
    arguments = ("verify", "--export", str(exported / "export"), "--key", str(exported / "key"), "--known", str(kept))
    assert sluis(*arguments, home=exported / "elsewhere").returncode == 0
    kept.write_text("no checkpoint")
    assert sluis(*arguments, home=exported / "elsewhere").returncode == 2
