"""The secrets of a ledger are made once, for their owner's eyes only."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sluis.kernel.errors import SluisError
from sluis.ledger.keys import ledger_keys, make_keys, public_key_file, read_verifier
from sluis.settings import Settings


def test_the_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    settings = Settings(environment="production", home=tmp_path / "home")
    assert make_keys(settings)
    for file in (tmp_path / "home" / "keys").iterdir():
        private = "PRIVATE" in file.read_text() or file.suffix == ".secret"
        assert stat.S_IMODE(file.stat().st_mode) == (0o600 if private else 0o644)
    assert stat.S_IMODE((tmp_path / "home" / "keys").stat().st_mode) == 0o700


def test_keys_that_are_there_are_kept(tmp_path: Path) -> None:
    settings = Settings(environment="production", home=tmp_path)
    make_keys(settings)
    first = ledger_keys(settings)
    assert not make_keys(settings)
    again = ledger_keys(settings)
    assert (str(again.verifier), again.persons) == (str(first.verifier), first.persons)
    assert read_verifier(public_key_file(settings)) == first.verifier


def test_production_never_makes_keys_by_itself(tmp_path: Path) -> None:
    with pytest.raises(SluisError, match="sleutelbestand"):
        ledger_keys(Settings(environment="production", home=tmp_path))
    assert not list(tmp_path.iterdir())


def test_many_processes_at_the_first_use_end_with_one_pair(tmp_path: Path) -> None:
    settings = Settings(environment="demo", home=tmp_path)
    with ThreadPoolExecutor(16) as pool:
        keys = list(pool.map(lambda _: ledger_keys(settings), range(32)))
    assert len({str(one.verifier) for one in keys}) == 1
    assert len({one.persons.secret for one in keys}) == 1
    assert sorted(file.name for file in (tmp_path / "keys").iterdir()) == [
        "ledger-person.secret",
        "ledger-public.key",
        "ledger-signing.key",
    ]


def test_keys_may_lie_elsewhere(tmp_path: Path) -> None:
    made = Settings(environment="production", home=tmp_path / "one")
    make_keys(made)
    folder = tmp_path / "one" / "keys"
    moved = Settings(
        environment="production",
        home=tmp_path / "two",
        ledger_signing_key_file=folder / "ledger-signing.key",
        ledger_person_secret_file=folder / "ledger-person.secret",
    )
    assert str(ledger_keys(moved).verifier) == str(ledger_keys(made).verifier)


@pytest.mark.parametrize("content", [b"", b"PRIVATE+KEY+x", b"\xff\xfe", b"00" * 31, b"zz" * 32])
def test_a_damaged_key_is_told_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    settings = Settings(environment="demo", home=tmp_path)
    make_keys(settings)
    for name in ("ledger-signing.key", "ledger-person.secret"):
        file = tmp_path / "keys" / name
        before = file.read_bytes()
        file.write_bytes(content)
        with pytest.raises(SluisError, match="beschadigd"):
            ledger_keys(settings)
        assert file.read_bytes() == content
        file.write_bytes(before)


def test_a_public_key_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("not a key")
    with pytest.raises(SluisError, match="publieke sleutel"):
        read_verifier(tmp_path / "key")
    with pytest.raises(SluisError, match="sleutelbestand"):
        read_verifier(tmp_path / "absent")
