"""Two signatories sign on their own computers and bring the paper in, from the command line alone."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sluis.agreements import store
from sluis.agreements.actions import draft_agreement
from sluis.channels.commands import documents as commands
from sluis.channels.commands import terminal
from sluis.database import Database
from sluis.kernel.errors import SluisError
from sluis.settings import settings
from tests.unit.agreements.documents.test_inspection import a_decision
from tests.unit.agreements.samples import an_agreement
from tests.unit.agreements.signatures.samples import MADE, NAMES, body_of, signatory_of

Run = Callable[..., Result]
CODE = an_agreement().id


@pytest.fixture
def run(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("SLUIS_DATABASE_URL", database.owner_url)
    monkeypatch.setenv("SLUIS_ENVIRONMENT", "demo")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(getpass, "getpass", lambda _question: "demo")
    settings.cache_clear()
    terminal.open_database.cache_clear()
    terminal.language.cache_clear()
    yield lambda *words: CliRunner().invoke(commands.app, [str(word) for word in words])
    terminal.open_database().close()
    terminal.open_database.cache_clear()
    settings.cache_clear()


def done(result: Result) -> str:
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def test_a_paper_goes_from_printer_to_both_signatories_and_back(run: Run, database: Database, tmp_path: Path) -> None:
    with database.transaction() as connection:
        draft_agreement(connection, agreement=an_agreement(), party=body_of(NAMES[1]), by="an", at=MADE)
    keys, paper = tmp_path / "keys", tmp_path / "paper.pdf"
    people = [str(signatory_of(name).name) for name in NAMES]
    done(run("demo-certificates", keys, *people, "--passphrase", "demo"))
    why = ("--as", "opgroeien-regie", "--by", "jan")
    done(run("trust", "add", keys / "root.cer", *why, "--reason", "proef"))
    done(run("trust", "add", keys / "issuer.cer", *why, "--reason", "proef", "--intermediate"))
    for number in (1, 2):
        done(run("trust", "revocations", keys / f"revocations-{number}.crl", *why))
    for number, name in enumerate(NAMES, start=1):
        person = ("--name", str(signatory_of(name).name), "--function", str(signatory_of(name).function))
        whom = ("--as", body_of(name), "--by", "beheerder", "--reason", "bevoegd")
        done(run("trust", "signatory", keys / f"signatory-{number}.cer", *person, *whom))
    assert "Peeters" in done(run("trust", "list"))
    assert "bevoegd" in done(run("trust", "history"))

    done(run("print", CODE, "--out", paper))
    done(run("print", CODE, "--out", tmp_path / "fr.pdf", "--language", "fr"))
    assert run("check", paper, CODE).exit_code == 1
    for number, name in enumerate(NAMES, start=1):
        key = keys / f"signatory-{number}.p12"
        done(run("sign", paper, CODE, "--signatory", name, "--out", paper, "--key", key))
    assert "elke handtekening telt" in done(run("check", paper, CODE))

    spoiled = bytearray(paper.read_bytes())
    spoiled[40_000] ^= 1
    (tmp_path / "spoiled.pdf").write_bytes(bytes(spoiled))
    party = ("--as", body_of(NAMES[1]), "--by", "an")
    assert run("accept", tmp_path / "spoiled.pdf", CODE, *party).exit_code == 1
    done(run("accept", paper, CODE, *party))
    with database.transaction() as connection:
        state = store.read_state(connection, CODE)
    assert state is not None
    assert state.state == "signed"

    listed = done(run("list", CODE))
    sha256 = listed.split()[-1]
    done(run("get", CODE, sha256, "--out", tmp_path / "again.pdf"))
    assert (tmp_path / "again.pdf").read_bytes() == paper.read_bytes()


def test_a_decision_is_attached_from_the_command_line(run: Run, database: Database, tmp_path: Path) -> None:
    with database.transaction() as connection:
        draft_agreement(connection, agreement=an_agreement(), party=body_of(NAMES[1]), by="an", at=MADE)
    (tmp_path / "besluit.pdf").write_bytes(a_decision())
    party = ("--code", "beslissing-college", "--as", body_of(NAMES[1]), "--by", "an")
    assert "2 bladzijden" in done(run("attach", tmp_path / "besluit.pdf", CODE, *party))
    (tmp_path / "geen.pdf").write_bytes(b"hallo")
    refused = run("attach", tmp_path / "geen.pdf", CODE, *party)
    assert isinstance(refused.exception, SluisError)
    assert refused.exception.code == "not-a-pdf"


def test_demo_keys_are_not_made_in_production(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUIS_ENVIRONMENT", "production")
    settings.cache_clear()
    refused = run("demo-certificates", tmp_path / "keys", "An", "--passphrase", "x")
    assert isinstance(refused.exception, SluisError)
    assert refused.exception.code == "demo-only"
    assert not (tmp_path / "keys").exists()


def test_who_signs_says_with_what(run: Run, tmp_path: Path) -> None:
    refused = run("sign", tmp_path / "x.pdf", CODE, "--signatory", "x", "--out", tmp_path / "y.pdf")
    assert isinstance(refused.exception, SluisError)
    assert refused.exception.code == "hand-unclear"
