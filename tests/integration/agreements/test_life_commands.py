"""The whole life of an agreement from the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from sluis.agreements.text import plain
from sluis.channels.commands import agreements as commands
from sluis.channels.commands import terminal
from sluis.database import Database
from sluis.kernel.errors import SluisError
from sluis.ledger.note import Signer
from sluis.ledger.sequencer import Sequencer
from sluis.settings import settings
from tests.integration.agreements.lives import text

Run = Callable[..., Result]
CODE = "overeenkomst"


@pytest.fixture
def run(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("SLUIS_DATABASE_URL", database.owner_url)
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


def error_of(result: Result) -> str:
    assert isinstance(result.exception, SluisError), result.output
    return result.exception.code


WINGENE = ("--as", "gemeente-wingene", "--by", "an")
OPGROEIEN = ("--as", "opgroeien-regie", "--by", "jan")


def test_every_step_of_a_life_has_its_command(run: Run, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "overeenkomst.yaml"
    open_ended = plain(text()) | {"advices": []}
    open_ended["term"] |= {"in_force_from": "2026-01-15", "until": "2099-12-31"}
    file.write_text(yaml.safe_dump(open_ended, allow_unicode=True), encoding="utf-8")
    done(run("draft", file, *WINGENE))
    assert "volledig ingevuld" in done(run("completed", CODE, *WINGENE))
    assert error_of(run("sign", CODE, *WINGENE)) == "agreement-incomplete"
    assert "Geef advies" in done(run("todo", "--role", "dpo"))
    done(run("advise", CODE, *WINGENE, "--verdict", "unfavourable", "--remarks", "te ruim"))
    assert "geadviseerd" in done(run("advise", CODE, *OPGROEIEN, "--verdict", "favourable"))
    done(run("offer", CODE, *OPGROEIEN))
    assert error_of(run("sign", CODE, *WINGENE)) == "advice-unfavourable"
    done(run("sign", CODE, *WINGENE, "--reason", "het college weegt het anders"))
    done(run("sign", CODE, *OPGROEIEN))
    assert "van kracht" in done(run("publish", CODE, *OPGROEIEN))
    assert "geschorst" in done(run("suspend", CODE, *WINGENE, "--reason", "lek"))
    assert error_of(run("resume", CODE, *OPGROEIEN)) == "not-suspended-by-you"
    assert "van kracht" in done(run("resume", CODE, *WINGENE))
    done(run("amend", file, *WINGENE, "--reason", "ander doel"))
    assert "ontwerp" in done(run("versions", CODE))
    done(run("withdraw-amendment", CODE, *WINGENE, "--reason", "toch niet"))
    assert "opgezegd" in done(run("give-notice", CODE, *OPGROEIEN))
    assert "opgezegd" in done(run("todo", "--as", "gemeente-wingene"))
    assert "Bijgewerkte overeenkomsten: 0" in done(run("advance"))
    assert error_of(run("end", CODE, *WINGENE, "--because", "zomaar")) == "cause-unknown"
    assert error_of(run("end", CODE, *WINGENE, "--because", "breach")) == "reason-missing"
    assert "beëindigd" in done(run("end", CODE, *WINGENE, "--because", "breach", "--reason", "lijst doorgegeven"))
    history = done(run("history", CODE))
    assert "eenzijdig beëindigd na een inbreuk" in history
    assert "te ruim" in history
    Sequencer(database, Signer.generate("sluis.example/ledger")).run_once()
    done(run("receipts", CODE, "--as", "gemeente-wingene", "--event", "end_breach", "--out", tmp_path / "bewijzen"))
    assert len(list((tmp_path / "bewijzen").glob("end_breach-*.json"))) == 1


def test_standard_agreements_are_offered_and_accepted(run: Run) -> None:
    offered = run("offer", "sociale-toeslag-lijst", *OPGROEIEN, "--to", "gemeente-wingene", "--to", "0207.500.123")
    assert "2 besturen" in done(offered)
    (row,) = [line for line in done(run("offers", "--as", "gemeente-wingene")).splitlines() if "wingene" in line]
    assert "ontwerp" in done(run("accept", row.split()[0], "wingene-1", "--by", "an"))
    assert error_of(run("accept", row.split()[0], "wingene-2", "--by", "an")) == "offer-not-open"
    assert error_of(run("accept", "geen-nummer", "x", "--by", "an")) == "offer-not-open"


def test_the_register_of_laws_is_kept_from_the_command_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "overeenkomst.yaml"
    raw = plain(text())
    file.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    done(run("draft", file, *WINGENE))
    assert "groeipakketdecreet" in done(run("laws", "list"))
    assert "Toegevoegde wetten: 0" in done(run("laws", "load"))
    change = ("laws", "change", "decreet-2020-06-30", *OPGROEIEN, "--source", "BS")
    told = done(run(*change, "--until", "2026-01-01", "--reason", "opgeheven"))
    assert "Na te kijken: 1" in told
    assert CODE in done(run("laws", "flags"))
    assert CODE not in done(run("laws", "flags", "--clear", CODE, "--by", "dpo"))
    assert error_of(run("laws", "change", "nergens", *OPGROEIEN, "--source", "BS", "--reason", "r")) == "law-unknown"
    assert error_of(run("sign", CODE, *WINGENE)) == "ground-not-in-force"
