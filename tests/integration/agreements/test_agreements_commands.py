"""A stranger brings an agreement of their own into force from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from sluis.agreements.catalogue import example_completion
from sluis.agreements.text import plain
from sluis.channels.commands import agreements as commands
from sluis.channels.commands import terminal
from sluis.database import Database
from sluis.kernel.errors import SluisError
from sluis.settings import settings
from tests.unit.agreements.samples import TEMPLATE, an_agreement

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("SLUIS_DATABASE_URL", database.owner_url)
    monkeypatch.setenv("COLUMNS", "200")
    settings.cache_clear()
    terminal.open_database.cache_clear()
    terminal.language.cache_clear()
    yield lambda *words: CliRunner().invoke(commands.app, [str(word) for word in words])
    terminal.open_database().close()
    terminal.open_database.cache_clear()
    settings.cache_clear()


def error_of(result: Result) -> str:
    assert isinstance(result.exception, SluisError), result.output
    return result.exception.code


def test_a_stranger_completes_signs_and_publishes_an_agreement(run: Run, tmp_path: Path) -> None:
    completion, agreement = tmp_path / "aanvulling.yaml", tmp_path / "overeenkomst.yaml"
    completion.write_bytes(example_completion(TEMPLATE))
    code = "sociale-toeslag-wingene-2026"
    assert run("complete", TEMPLATE, completion, "--out", agreement).exit_code == 0
    for party in ("lokaal-bestuur", "opgroeien-regie"):
        advice = run(
            "advise", agreement, "--as", party, "--by", "functionaris", "--verdict", "favourable", "--on", "2026-01-05"
        )
        assert advice.exit_code == 0, advice.output
    assert run("validate", agreement).exit_code == 0
    assert run("draft", agreement, "--as", "gemeente-wingene", "--by", "an").exit_code == 0
    assert error_of(run("publish", code, "--as", "gemeente-wingene", "--by", "an")) == "transition-not-possible"
    assert run("sign", code, "--as", "OVO002277", "--by", "An Peeters").exit_code == 0
    assert run("sign", code, "--as", "opgroeien-regie", "--by", "jan").exit_code == 0
    assert run("publish", code, "--as", "opgroeien-regie", "--by", "jan").exit_code == 0
    listed = run("list", "--as", "0207.495.470").output
    assert code in listed
    assert "van kracht" in listed
    shown = run("show", code).output
    assert "Gemeente Wingene" in shown
    assert run("hash", code).output.strip() == run("hash", agreement).output.strip()
    assert run("revoke", code, "--as", "gemeente-wingene", "--by", "an", "--reason", "inbreuk").exit_code == 0
    assert "ingetrokken" in run("list").output


def test_an_own_agreement_needs_no_template(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "eigen.json"
    own = plain(an_agreement()) | {"id": "eigen-afspraak"}
    del own["template"], own["advices"]
    file.write_text(json.dumps(own), encoding="utf-8")
    assert run("validate", file).exit_code == 0
    assert run("draft", file, "--as", "opgroeien-regie", "--by", "jan").exit_code == 0


def test_an_invalid_file_ends_with_1_and_every_mistake_with_its_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "fout.yaml"
    text = plain(an_agreement())
    text["legs"]["answer"]["items"][2]["justification"] = ""
    text["legs"]["answer"]["channels"] = []
    file.write_text(yaml.safe_dump(text), encoding="utf-8")
    result = run("validate", file)
    assert result.exit_code == 1
    said = result.stderr
    assert "legs.answer.items[2].justification" in said
    assert "legs.answer.channels" in said
    assert "fout.yaml:" in said


def test_a_widening_completion_writes_no_file(run: Run, tmp_path: Path) -> None:
    completion, agreement = tmp_path / "aanvulling.yaml", tmp_path / "overeenkomst.yaml"
    raw = yaml.safe_load(example_completion(TEMPLATE))
    raw["legs"]["answer"]["age"] = {"from": 0, "to": 40}
    completion.write_text(json.dumps(raw, default=str), encoding="utf-8")
    result = run("complete", TEMPLATE, completion, "--out", agreement)
    assert result.exit_code == 1
    assert "verruimt" in result.stderr
    assert not agreement.exists()


def test_what_does_not_exist_is_told_with_a_remedy(run: Run) -> None:
    cases = {
        ("validate", "bestaat-niet.yaml"): "file-unreadable",
        ("show", "bestaat-niet"): "agreement-unknown",
        ("sign", "bestaat-niet", "--as", "vutg", "--by", "x"): "agreement-unknown",
        ("revoke", "x", "--as", "nergens", "--by", "x", "--reason", "r"): "party-unknown",
        ("list", "--as", "nergens"): "party-unknown",
        ("templates", "--example", "nergens"): "template-unknown",
    }
    assert {words: error_of(run(*words)) for words in cases} == cases


def test_the_register_can_be_searched(run: Run) -> None:
    found = run("parties", "wingene").output
    assert "gemeente-wingene" in found
    assert "ocmw-wingene" in found
    assert "gent" not in found
