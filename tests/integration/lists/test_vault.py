"""The key to what is at rest: made once and whole, readable by its owner only, and missed loudly."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from sluis.kernel.errors import SluisError
from sluis.lists.vault import Vault, open_vault


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    path, ready = tmp_path / "keys" / "files.age-identity", threading.Barrier(8)
    vaults: list[Vault] = []

    def start() -> None:
        ready.wait(timeout=20)
        vaults.append(open_vault(path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(vaults) == 8
    assert {vault.open(vaults[0].seal(b"a")) for vault in vaults} == {b"a"}
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_key_is_for_its_owner_only_and_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "files.age-identity"
    vault = open_vault(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.read_text().strip() not in repr(vault)


@pytest.mark.parametrize("content", ["", "AGE-SECRET-KEY-1", "\u00e9"])
def test_a_key_file_that_is_no_key_is_told_and_not_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "files.age-identity"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SluisError) as told:
        open_vault(path)
    assert told.value.code == "vault-key-unreadable"
    assert path.read_text(encoding="utf-8") == content
