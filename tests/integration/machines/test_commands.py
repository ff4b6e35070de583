"""`sluis machines` and `sluis access` from the command line, against a real database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sluis.channels.commands import access, machines, terminal
from sluis.database import Database
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.errors import SluisError
from sluis.settings import settings
from tests.integration.machines.client import new_key

Run = Callable[..., Result]
ISSUER = "https://aanmelden.example/op"


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    values = {
        "SLUIS_DATABASE_URL": database.owner_url,
        "SLUIS_HOME": str(tmp_path / "home"),
        "SLUIS_ENVIRONMENT": "test",
        "SLUIS_OIDC_ISSUER": ISSUER,
        "SLUIS_OIDC_CLIENT_ID": "sluis",
        "SLUIS_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "geheim"),
    }
    (tmp_path / "geheim").write_text("geheim")
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    caches = (settings, terminal.open_database, terminal.installation, terminal.language)
    for cache in caches:
        cache.cache_clear()
    yield lambda command, *words: CliRunner().invoke(command.app, [str(word) for word in words])
    if terminal.installation.cache_info().currsize:
        terminal.installation().database.close()
    for cache in caches:
        cache.cache_clear()


def error_of(result: Result) -> str:
    assert isinstance(result.exception, SluisError), result.output
    return result.exception.code


def done(result: Result) -> str:
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def hire(database: Database, *names: str) -> None:
    with database.transaction() as connection:
        for name in names:
            insert_actor(connection, Actor(name, "person", name.title(), None))
            grant = RoleGrant(name, "gemeente-wingene", "access-manager", date(2026, 1, 1), None, "operator", "p")
            insert_role(connection, grant)


def test_a_machine_lives_its_whole_life_on_the_command_line(run: Run, database: Database, tmp_path: Path) -> None:
    hire(database, "an", "bert")
    first, second, secret = tmp_path / "een.pem", tmp_path / "twee.pem", tmp_path / "geheim.pem"
    first.write_bytes(new_key().as_pem(private=False))
    second.write_bytes(new_key("OKP").as_pem(private=False))
    secret.write_bytes(new_key().as_pem(private=True))
    of = ("--party", "wingene", "--by")
    new = ("register", *of, "an", "--name", "Dossier", "--reason", "toelagen", "--key")
    assert error_of(run(machines, *new, secret)) == "key-private"
    assert error_of(run(machines, *new, tmp_path / "nergens.pem")) == "key-file"
    assert error_of(run(machines, *new, first, "--until", "2020-01-01")) == "machine-term"
    machine, thumbprint = done(run(machines, *new, first)).split()
    assert "… " + thumbprint in done(run(machines, "list", "--party", "wingene"))
    assert error_of(run(machines, "confirm-key", machine, thumbprint, *of, "an")) == "second-is-same"
    assert error_of(run(machines, "confirm-key", machine, thumbprint, "--party", "tielt", "--by", "bert"))
    done(run(machines, "confirm-key", machine, thumbprint, *of, "bert"))
    assert "✓ " + thumbprint in done(run(machines, "list", "--party", "wingene"))
    assert error_of(run(machines, "add-key", machine, *of, "an", "--key", first)) == "key-known"
    added = done(run(machines, "add-key", machine, *of, "bert", "--key", second)).strip()
    assert "… " + added in done(run(machines, "list", "--party", "wingene"))
    done(run(machines, "retire-key", machine, thumbprint, *of, "an"))
    assert "✗ " + thumbprint in done(run(machines, "list", "--party", "wingene"))
    assert error_of(run(machines, "revoke", machine, *of, "niemand")) == "not-access-manager"
    done(run(machines, "revoke", machine, *of, "an"))
    assert "✗ " + machine in done(run(machines, "list", "--party", "wingene"))
    assert error_of(run(machines, "add-key", machine, *of, "an", "--key", second)) == "machine-revoked"


def test_the_key_of_the_api_is_made_once(run: Run) -> None:
    assert done(run(machines, "init")) != done(run(machines, "init"))


def test_the_operator_notes_who_heads_a_party_and_ends_it(run: Run, database: Database) -> None:
    head = ("head", "wingene")
    because = ("--evidence", "besluit van de gemeenteraad van 3 maart 2026")
    assert error_of(run(access, *head, "vo_id:123", *because)) == "person-unknown", "a name is asked of who is new"
    assert error_of(run(access, "head", "nergens", "an", *because)) == "party-unknown"
    assert error_of(run(access, *head, "An!", *because, "--name", "An")) == "person-unknown"
    assert error_of(run(access, *head, "vo_id:123", *because, "--name", "An", "--until", "ooit")) == "day-wrong"
    assert error_of(run(access, *head, "vo_id:123", "--evidence", " ", "--name", "An")) == "evidence-missing"
    done(run(access, *head, "vo_id:123", *because, "--name", "An Claes"))
    listed = done(run(access, "list", "wingene"))
    account = re.search(r"(\S+) · An Claes · head · all", listed)
    assert account is not None, listed
    assert "vo_id" not in account[1]
    done(run(access, *head, "vo_id:123", *because, "--end"))
    assert "An Claes" not in done(run(access, "list", "wingene"))
    assert error_of(run(access, *head, "vo_id:123", *because, "--end")) == "person-unknown"
    with database.transaction() as connection:
        rows = connection.execute("SELECT convert_from(canonical, 'UTF8')::jsonb ->> 'kind' FROM ledger_entry")
        assert sorted(row[0] for row in rows) == ["head-appointed", "head-withdrawn"]
