"""`sluis mail` and `sluis worklist` from the command line, and the duty that lists leave open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from sluis.channels.commands import mail, terminal, worklist
from sluis.database import Database
from sluis.deliveries import store
from sluis.deliveries.actions import queue_delivery
from sluis.deliveries.mail import mail_payload
from sluis.kernel.errors import SluisError
from sluis.lists.duties import ConfirmationDuties
from sluis.settings import settings
from tests.integration.deliveries.mail_servers import Mailbox, mail_server
from tests.integration.deliveries.test_mail import report
from tests.integration.outreach.world import TIELT, TODAY, WINGENE

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("SLUIS_DATABASE_URL", database.owner_url)
    monkeypatch.setenv("SLUIS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SLUIS_ENVIRONMENT", "test")
    caches = (settings, terminal.open_database, terminal.installation, terminal.language)
    for cache in caches:
        cache.cache_clear()
    yield lambda command, *words: CliRunner().invoke(command.app, [str(word) for word in words])
    if terminal.open_database.cache_info().currsize:
        terminal.open_database().close()
    if terminal.installation.cache_info().currsize:
        terminal.installation().database.close()
    for cache in caches:
        cache.cache_clear()


def a_mail(database: Database) -> UUID:
    with database.transaction() as connection:
        payload = mail_payload(to="weg@wingene.example", subject="s", text="t", language="nl")
        at = datetime.now(UTC) - timedelta(minutes=1)
        return queue_delivery(connection, key="k", channel="mail", receiver=WINGENE, payload=payload, at=at).id


def state_of(database: Database, delivery: UUID) -> str:
    with database.transaction() as connection:
        found = store.find(connection, delivery)
    assert found is not None
    return found.state


def test_mail_is_sent_and_a_maildir_of_returned_mail_is_read(
    run: Run, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = a_mail(database)
    refused = run(mail, "send")
    assert isinstance(refused.exception, SluisError)
    assert refused.exception.code == "mail-not-set-up"
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        for name, value in {"HOST": "localhost", "PORT": port, "SECURITY": "none", "FROM": "a@b.example"}.items():
            monkeypatch.setenv(f"SLUIS_SMTP_{name}", str(value))
        settings.cache_clear()
        terminal.installation().database.close()
        terminal.installation.cache_clear()
        done = run(mail, "send")
    assert done.exit_code == 0, done.output
    assert (len(mailbox.mails), state_of(database, delivery)) == (1, "delivered")
    folder = tmp_path / "maildir"
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    (folder / "new" / "1").write_bytes(report(delivery))
    (folder / "cur" / "2").write_bytes(b"just a letter")
    told = run(mail, "bounce", folder)
    assert told.exit_code == 0, told.output
    assert state_of(database, delivery) == "bounced"
    missing = run(mail, "bounce", tmp_path / "nergens")
    assert isinstance(missing.exception, SluisError)


def test_the_digest_can_be_made_from_a_timer(run: Run) -> None:
    for _ in range(2):
        done = run(worklist, "digest")
        assert done.exit_code == 0, done.output


def test_a_collected_list_is_a_duty_of_the_officer_until_its_destruction_is_confirmed(database: Database) -> None:
    duties = ConfirmationDuties()
    with database.owner() as connection:
        for number, (party, state) in enumerate(((WINGENE, "collected"), (WINGENE, "closed"), (TIELT, "collected"))):
            connection.execute(
                "INSERT INTO lists_exchange (id, agreement, party, state, channel, created_by, created_at, changed_at,"
                " reference, request_digest, request_name, collected_at, confirm_before)"
                " VALUES (gen_random_uuid(), 'st-1', %s, %s, 'web', 'an', now(), now(), %s, %s, 'a.xlsx', %s, %s)",
                (party, state, TODAY, bytes([number]), datetime(2026, 2, 20, 9, tzinfo=UTC), TODAY),
            )
    with database.transaction() as connection:
        (mine,) = duties.duties(connection, party=WINGENE, role="officer", day=TODAY)
        everyone = duties.duties(connection, day=TODAY, limit=1, offset=1)
        assert duties.duties(connection, role="dpo", day=TODAY) == []
    assert (mine.code, mine.agreement, mine.due, mine.since) == ("destruction", "st-1", TODAY, date(2026, 2, 20))
    assert "st-1" in str(mine.what)
    assert len(everyone) == 1
