"""`sluis lists` against traps: where the answer goes, whose key it is, which party that is, what an error tells."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sluis.channels import commands as command_line
from sluis.channels.commands import lists as commands
from sluis.channels.commands import terminal
from sluis.kernel.errors import SluisError
from sluis.lists import store
from sluis.settings import settings
from tests.integration.lists.houses import AGREEMENT, KEY, OPGROEIEN, WINGENE, House, request_file

Run = Callable[..., Result]


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("SLUIS_DATABASE_URL", house.database.owner_url)
    monkeypatch.setenv("SLUIS_HOME", str(house.installation.settings.home))
    monkeypatch.setenv("SLUIS_ENVIRONMENT", "test")
    monkeypatch.setenv("SLUIS_FICTITIOUS_INSZ", "1")
    cached = (settings, terminal.installation, terminal.open_database, terminal.language)
    for one in cached:
        one.cache_clear()
    yield lambda *words: CliRunner().invoke(commands.app, [str(word) for word in words])
    terminal.installation().database.close()
    for one in cached:
        one.cache_clear()


@pytest.fixture
def desk(house: House, tmp_path: Path) -> Path:
    """A folder with a request and the file of its key."""
    (tmp_path / "vraag.xlsx").write_bytes(request_file(house.children()[:3]))
    (tmp_path / "sleutel.txt").write_text(f"{KEY}\n")
    return tmp_path


def error_of(result: Result) -> str:
    assert isinstance(result.exception, SluisError), result.output
    return result.exception.code


def exchange(run: Run, desk: Path, out: Path, *, party: str = WINGENE, key: str = "sleutel.txt") -> Result:
    request, password = desk / "vraag.xlsx", desk / key
    words = ["--agreement", AGREEMENT, "--as", party, "--request", request, "--password-file", password, "--out", out]
    return run("exchange", *words)


def how_many(house: House) -> int:
    with house.database.transaction() as connection:
        return store.count_exchanges(connection, party=WINGENE)


@pytest.mark.parametrize("out", ["nergens/antwoord.xlsx", ".", "vraag.xlsx/antwoord.xlsx"])
def test_an_answer_that_cannot_be_put_down_is_not_asked_for(house: House, run: Run, desk: Path, out: str) -> None:
    assert error_of(exchange(run, desk, desk / out)) == "out-unwritable"
    assert how_many(house) == 0


@pytest.mark.parametrize("out", ["vraag.xlsx", "sleutel.txt", "../{folder}/vraag.xlsx", "link.xlsx"])
def test_an_answer_never_takes_the_place_of_the_request_or_the_key(
    house: House, run: Run, desk: Path, out: str
) -> None:
    (desk / "link.xlsx").symlink_to(desk / "vraag.xlsx")
    assert error_of(exchange(run, desk, desk / out.format(folder=desk.name))) == "out-is-input"
    assert how_many(house) == 0


@pytest.mark.parametrize("content", ["", "\n", "   \n", f"\n{KEY}\n", "\ufeff\n"])
def test_an_empty_key_is_no_key(house: House, run: Run, desk: Path, content: str) -> None:
    (desk / "leeg.txt").write_text(content, encoding="utf-8")
    assert error_of(exchange(run, desk, desk / "antwoord.xlsx", key="leeg.txt")) == "password-file"
    assert how_many(house) == 0


@pytest.mark.parametrize("party", ["Gemeente Nergens", "kind:municipality", "85.07.30-033.28", ""])
def test_a_party_that_is_not_registered_is_told_without_repeating_a_number(run: Run, desk: Path, party: str) -> None:
    result = exchange(run, desk, desk / "antwoord.xlsx", party=party)
    assert error_of(result) == "party-unknown"
    assert "033" not in str(result.exception)


def test_a_dpo_of_a_stranger_cannot_set_the_key_of_others(house: House, run: Run, desk: Path) -> None:
    words = ["--agreement", AGREEMENT, "--for", WINGENE, "--password-file", desk / "sleutel.txt"]
    stranger = run("key", *words, "--as", "gemeente-tielt", "--by", "tielt-dpo")
    assert error_of(stranger) == "key-unknown"
    for own, by in ((WINGENE, "wingene-dpo"), (OPGROEIEN, "opgroeien-dpo")):
        assert run("key", *words, "--as", own, "--by", by).exit_code == 0
    with house.database.transaction() as connection:
        state = store.find_key(connection, agreement=AGREEMENT, party=WINGENE)
        assert state is not None
        assert state.is_set


def test_an_unexpected_error_tells_its_place_and_never_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fall() -> None:
        raise RuntimeError("Failing row contains (85.47.30-033.28, Jan Peeters)")

    monkeypatch.setattr(sys, "argv", ["sluis", "lists"])
    monkeypatch.setattr(command_line, "app", fall)
    monkeypatch.setattr(command_line, "_add_slices", lambda _asked: None)
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    told = capsys.readouterr()
    assert ended.value.code == 3
    assert "Jan Peeters" not in told.out + told.err
    assert "85.47" not in told.out + told.err
    assert "RuntimeError" in told.err
    assert "test_command.py" in told.err
