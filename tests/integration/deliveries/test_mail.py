"""Mail through real SMTP servers: taken, refused, cut off, slow, and with a certificate that nobody trusts."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import pytest

from sluis.database import Database
from sluis.deliveries import store
from sluis.deliveries.actions import queue_delivery
from sluis.deliveries.bounces import note_bounce
from sluis.deliveries.mail import mail_payload
from sluis.deliveries.model import Bounced, Delivery, Sent, TryLater
from sluis.deliveries.smtp import MailServer, SmtpChannel
from sluis.deliveries.worker import deliver_due
from sluis.settings import Settings
from tests.integration.deliveries.mail_servers import Mailbox, bare_server, mail_server, make_certificate

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
SENDER = "sluis@opgroeien.example"


def channel(port: int, **words: Any) -> SmtpChannel:
    settled: dict[str, Any] = {"host": "localhost", "security": "none", "sender": SENDER, "timeout_seconds": 5.0}
    return SmtpChannel(MailServer(port=port, **(settled | words)))


def a_mail(to: str = "dienst@wingene.example", **words: str) -> Delivery:
    text = {
        "subject": "Wordt u partij? ✓ Één vraag",
        "text": "Beste\n\n.Een punt vooraan.\nTot later.\n",
        "language": "nl",
    }
    return Delivery(
        id=uuid4(),
        position=1,
        key="k",
        channel="mail",
        receiver="gemeente-wingene",
        agreement=None,
        ordered=False,
        payload=mail_payload(to=to, **(text | words)),
        state="sending",
        attempts=1,
        queued_at=NOON,
        due_at=NOON,
        give_up_at=NOON + timedelta(days=5),
        changed_at=NOON,
        fault=None,
        killed_at=None,
        kill_reason=None,
    )


def test_a_mail_arrives_whole_with_one_identity_on_every_attempt() -> None:
    mailbox, mail = Mailbox(), a_mail()
    with mail_server(mailbox) as port:
        assert channel(port).send(mail) == Sent()
        assert channel(port).send(mail) == Sent()
    first, second = (envelope.original_content or b"" for envelope in mailbox.mails)
    assert first == second, "a double can be recognised as one"
    read = message_from_bytes(first, policy=default)
    assert read["Message-ID"] == f"<sluis.{mail.id}@opgroeien.example>"
    assert (read["From"], read["To"]) == (SENDER, "dienst@wingene.example")
    assert read["Subject"] == "Wordt u partij? ✓ Één vraag"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Content-Language"] == "nl"
    assert read.get_content().replace("\r\n", "\n") == "Beste\n\n.Een punt vooraan.\nTot later.\n"
    assert mailbox.receivers == ["dienst@wingene.example"] * 2


@pytest.mark.parametrize(
    ("rcpt", "data", "answer"),
    [
        ("550 5.1.1 dienst@wingene.example: no such user", "250 OK", Bounced("smtp-550-5.1.1")),
        ("450 4.2.1 mailbox busy", "250 OK", TryLater("smtp-450-4.2.1")),
        ("250 OK", "554 5.7.1 looks like spam to me", Bounced("smtp-554-5.7.1")),
        ("250 OK", "451 try again", TryLater("smtp-451")),
        ("421 4.3.2 closing", "250 OK", TryLater("smtp-421-4.3.2")),
    ],
)
def test_what_the_server_says_decides_and_its_sentence_is_not_kept(
    rcpt: str, data: str, answer: Bounced | TryLater
) -> None:
    with mail_server(Mailbox(rcpt=rcpt, data=data)) as port:
        assert channel(port).send(a_mail()) == answer


def test_a_server_that_is_not_there_is_tried_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = int(once.getsockname()[1])
    assert channel(port).send(a_mail()) == TryLater("smtp-unreachable")


def test_a_line_that_is_cut_in_the_middle_of_the_text_is_tried_later() -> None:
    def cut(line: socket.socket, _stop: Event) -> None:
        line.sendall(b"220 hello\r\n")
        for answer in (b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n"):
            line.recv(4096)
            line.sendall(answer)
        line.recv(16)

    with bare_server(cut) as port:
        assert channel(port).send(a_mail()) == TryLater("smtp-cut-off")


@pytest.mark.parametrize("drips", [b"", b"2", b"220-wait\r\n"])
def test_a_server_that_is_slow_or_drips_for_ever_is_left_in_time(drips: bytes) -> None:
    def drip(line: socket.socket, stop: Event) -> None:
        while not stop.wait(0.1):
            line.sendall(drips)

    with bare_server(drip) as port:
        began = time.monotonic()
        answer = channel(port, timeout_seconds=0.7).send(a_mail())
        assert isinstance(answer, TryLater)
        assert time.monotonic() - began < 4


def test_a_server_that_says_what_is_no_smtp_is_tried_later() -> None:
    def babble(line: socket.socket, _stop: Event) -> None:
        with suppress(OSError):
            line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with bare_server(babble) as port:
        assert isinstance(channel(port).send(a_mail()), TryLater)


def test_mail_leaves_encrypted_under_a_certificate_that_is_checked(tmp_path: Path) -> None:
    tls, trusted = make_certificate(tmp_path)
    _, foreign = make_certificate(tmp_path, "elders.example")
    mailbox = Mailbox()
    with mail_server(mailbox, starttls=tls) as port:
        assert channel(port, security="starttls", ca_file=trusted).send(a_mail()) == Sent()
        assert channel(port, security="starttls", ca_file=foreign).send(a_mail()) == TryLater("smtp-tls")
    with mail_server(mailbox, tls=tls) as port:
        assert channel(port, security="tls", ca_file=trusted).send(a_mail()) == Sent()
        assert channel(port, security="tls", ca_file=foreign).send(a_mail()) == TryLater("smtp-tls")
    assert len(mailbox.mails) == 2


def test_a_server_without_encryption_gets_nothing_in_the_clear() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        assert channel(port, security="starttls").send(a_mail()) == TryLater("smtp-not-offered")
    assert mailbox.mails == []


def test_a_wrong_password_is_a_fault_of_ours_and_not_of_the_receiver(tmp_path: Path) -> None:
    tls, trusted = make_certificate(tmp_path)
    mailbox = Mailbox()
    with mail_server(mailbox, starttls=tls, password="juist") as port:
        words = {"security": "starttls", "ca_file": trusted, "user": "sluis"}
        wrong = channel(port, password="fout", **words).send(a_mail())
        assert isinstance(wrong, TryLater)
        assert wrong.fault.startswith("smtp-535")
        assert channel(port, password="juist", **words).send(a_mail()) == Sent()


def test_the_settings_name_the_server_and_the_file_with_its_password(tmp_path: Path) -> None:
    assert MailServer.from_settings(Settings(environment="test")) is None
    secret = tmp_path / "wachtwoord"
    secret.write_text("geheim-123\n")
    server = MailServer.from_settings(
        Settings(
            environment="test", smtp_host="mail.example", smtp_from=SENDER, smtp_user="sluis", smtp_password_file=secret
        )
    )
    assert server is not None
    assert (server.port, server.security, server.password) == (587, "starttls", "geheim-123")
    assert "geheim" not in repr(server)
    with pytest.raises(ValueError, match="SLUIS_SMTP_FROM"):
        Settings(environment="test", smtp_host="mail.example")
    with pytest.raises(ValueError, match="encrypted"):
        Settings(environment="production", smtp_host="mail.example", smtp_from=SENDER, smtp_security="none")


def test_two_workers_and_a_server_that_stumbles_bring_every_mail_exactly_once(database: Database) -> None:
    """One mail in three is put off at first; after the pause every body has its mail, and none has two."""
    bodies = [f"dienst@gemeente-{n}.example" for n in range(30)]
    with database.transaction() as connection:
        for number, address in enumerate(bodies):
            payload = mail_payload(to=address, subject="Vraag", text="Beste", language="nl")
            queue_delivery(
                connection, key=f"c:{number}", channel="mail", receiver=f"b{number}", payload=payload, at=NOON
            )
    count = iter(range(10_000))

    class Stumbling(Mailbox):
        async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
            if next(count) < 30 and address.removeprefix("dienst@gemeente-")[0] in "369":
                return "451 4.7.1 grey"
            return await super().handle_RCPT(server, session, envelope, address, options)

    mailbox = Stumbling()
    with mail_server(mailbox) as port, ThreadPoolExecutor(2) as pool:
        for at in (NOON, NOON + timedelta(minutes=2)):

            def work(_: int, at: datetime = at) -> int:
                return deliver_due(database, [channel(port)], clock=lambda: at)

            list(pool.map(work, range(2)))
    assert sorted(mailbox.receivers) == sorted(bodies)


def queued(database: Database) -> UUID:
    with database.transaction() as connection:
        return queue_delivery(
            connection,
            key="k",
            channel="mail",
            receiver="gemeente-wingene",
            payload=mail_payload(to="weg@wingene.example", subject="Vraag", text="Beste", language="nl"),
            at=NOON,
        ).id


def report(delivery: UUID, *, action: str = "failed", status: str = "5.1.1", envelope: bool = False) -> bytes:
    """A delivery status notification as a mail server writes it (RFC 3464)."""
    envid = f"Original-Envelope-Id: {delivery}\n" if envelope else ""
    original = "" if envelope else f"Message-ID: <sluis.{delivery}@opgroeien.example>\n"
    return (
        "From: MAILER-DAEMON@relay.example\nTo: sluis@opgroeien.example\nSubject: Undelivered Mail\n"
        "MIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="grens"\n\n'
        "--grens\nContent-Type: text/plain\n\nI'm sorry.\n"
        f"--grens\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n{envid}\n"
        f"Final-Recipient: rfc822; weg@wingene.example\nAction: {action}\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 550 no such user\n\n"
        f"--grens\nContent-Type: text/rfc822-headers\n\nSubject: Vraag\n{original}\n--grens--\n"
    ).encode()


@pytest.mark.parametrize("envelope", [False, True])
def test_a_mail_that_comes_back_later_is_marked_once(database: Database, envelope: bool) -> None:
    delivery = queued(database)
    with mail_server(Mailbox()) as port:
        deliver_due(database, [channel(port)], clock=lambda: NOON)
    with database.transaction() as connection:
        assert note_bounce(connection, content=report(delivery, action="delayed"), at=NOON) is None
        assert note_bounce(connection, content=report(uuid4()), at=NOON) is None
        assert note_bounce(connection, content=report(delivery, envelope=envelope), at=NOON) == delivery
        assert note_bounce(connection, content=report(delivery, envelope=envelope), at=NOON) is None
        found = store.find(connection, delivery)
    assert found is not None
    assert (found.state, found.fault) == ("bounced", "dsn-5.1.1")
