"""Settings come from who runs Sluis and from nobody else, and a wrong one is told without what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sluis.kernel.errors import SluisError
from sluis.settings import settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("ENVIRONMENT", "FICTITIOUS_INSZ", "DATABASE_URL", "PORT"):
        monkeypatch.delenv(f"SLUIS_{name}", raising=False)
    monkeypatch.setenv("SLUIS_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def refused() -> SluisError:
    with pytest.raises(SluisError) as told:
        settings()
    return told.value


def test_the_file_that_the_demo_left_is_read(home: Path) -> None:
    (home / "sluis.env").write_text("SLUIS_ENVIRONMENT=demo\nSLUIS_FICTITIOUS_INSZ=True\n")
    assert (settings().environment, settings().fictitious_insz) == ("demo", True)


def test_what_the_environment_says_counts_for_more_than_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "sluis.env").write_text("SLUIS_ENVIRONMENT=demo\n")
    monkeypatch.setenv("SLUIS_ENVIRONMENT", "production")
    assert settings().environment == "production"


def test_a_file_that_everyone_can_write_is_not_read(home: Path) -> None:
    file = home / "sluis.env"
    file.write_text("SLUIS_ENVIRONMENT=demo\n")
    file.chmod(0o666)
    assert refused().code == "settings-of-another"


def test_fictitious_numbers_are_refused_in_production_also_by_half(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "sluis.env").write_text("SLUIS_ENVIRONMENT=demo\nSLUIS_FICTITIOUS_INSZ=True\n")
    monkeypatch.setenv("SLUIS_ENVIRONMENT", "production")
    told = refused()
    assert told.code == "settings-wrong"
    assert "SLUIS_FICTITIOUS_INSZ" in str(told)


def test_a_wrong_setting_is_named_and_its_value_is_not_repeated(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUIS_PORT", "hunter2")
    (home / "sluis.env").write_text("SLUIS_DATABASE_ULR=postgresql://owner:hunter3@db/sluis\n")
    told = refused()
    assert "port" in str(told)
    assert "hunter" not in str(told)
