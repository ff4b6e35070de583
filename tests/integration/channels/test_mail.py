"""Encrypted mail, made and opened with OpenSSL's own `cms`, over real SMTP servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from uuid import UUID

import pytest

from sluis.channels.intake.work import take_up_due
from sluis.channels.mail.certificates import read_certificate
from sluis.channels.mail.identity import MailIdentity, mail_identity
from sluis.channels.mail.incoming import take_in
from sluis.channels.mail.outgoing import EncryptedMail, queue_result
from sluis.channels.registration.actions import register_key
from sluis.deliveries.smtp import MailServer, SmtpChannel
from sluis.deliveries.worker import deliver_due
from tests.integration.channels.clients import MANAGER, agree_key, appoint
from tests.integration.channels.letters import (
    Owner,
    addressed,
    encrypted,
    letter,
    make_owner,
    opened,
    signed,
)
from tests.integration.deliveries.mail_servers import Mailbox, mail_server
from tests.integration.lists.houses import WINGENE, House, request_file
from tests.integration.lists.test_kill import _rows as rows_of

GRIFFIE = "griffie@wingene.example"
SLUIS = "sluis@sluis.example"


@dataclass
class Post:
    """A house with the door of encrypted mail open, a party with a certificate, and a stranger."""

    house: House
    identity: MailIdentity
    channel: EncryptedMail
    mailbox: Mailbox
    griffie: Owner
    stranger: Owner
    sluis: Owner
    certificate: UUID

    def request(self, count: int = 10) -> tuple[bytes, set[str]]:
        asked = self.house.children(with_right=True)[:count]
        content = request_file([*asked, *self.house.children(with_right=False)[:count]])
        return content, {str(number) for number in asked}

    def send(self, mail: bytes) -> str:
        return take_in(self.house.installation, self.identity, mail, at=self.house.clock())

    def work(self) -> int:
        at = self.house.clock()
        return take_up_due(
            self.house.installation,
            clock=self.house.clock,
            settled=lambda connection, file: queue_result(connection, file, at=at),
        )

    def deliver(self) -> list[bytes]:
        """Send what is due and return the mails that the server took."""
        before = len(self.mailbox.mails)
        channels = (self.channel, self.channel.smtp)
        deliver_due(self.house.database, channels, clock=self.house.clock)
        return [bytes(one.content or b"") for one in self.mailbox.mails[before:]]

    def open(self, mail: bytes) -> Message:
        return message_from_bytes(opened(mail, self.griffie, self.sluis.certificate))


@pytest.fixture(scope="session")
def owners(tmp_path_factory: pytest.TempPathFactory) -> tuple[Owner, Owner, Owner]:
    folder = tmp_path_factory.mktemp("certificates")
    return (
        make_owner(folder, GRIFFIE),
        make_owner(folder, "iemand@elders.example"),
        make_owner(folder, SLUIS),
    )


@pytest.fixture
def post(house: House, owners: tuple[Owner, Owner, Owner]) -> Iterator[Post]:
    griffie, stranger, sluis = owners
    agree_key(house)
    appoint(house, WINGENE)
    settings = house.installation.settings.model_copy(
        update={"mail_certificate_file": sluis.certificate, "mail_key_file": sluis.key}
    )
    identity = mail_identity(settings)
    assert identity is not None
    fingerprint, content = read_certificate(griffie.certificate.read_bytes(), address=GRIFFIE, at=house.clock())
    with house.database.transaction() as connection:
        key = register_key(
            connection,
            kind="smime",
            party=WINGENE,
            fingerprint=fingerprint,
            content=content,
            address=GRIFFIE,
            name="griffie",
            evidence="brief van 1 maart 2026",
            by=MANAGER[WINGENE],
            at=house.clock(),
            secrets=house.installation.gate.secret,
        )
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        server = MailServer(host="127.0.0.1", port=port, security="none", sender=SLUIS, timeout_seconds=10)
        channel = EncryptedMail(house.installation, identity, SmtpChannel(server))
        yield Post(house, identity, channel, mailbox, griffie, stranger, sluis, key.id)


@pytest.mark.parametrize("opaque", [False, True], ids=["detached", "opaque"])
def test_a_list_comes_by_encrypted_mail_and_its_answer_goes_back(post: Post, opaque: bool) -> None:
    content, expected = post.request()
    mail = addressed(encrypted(signed(letter(content), post.griffie, opaque=opaque), post.sluis.certificate), GRIFFIE)
    assert post.send(mail) == "taken"
    assert post.work() == 1
    (sent,) = post.deliver()
    assert content[:40] not in sent
    answer = post.open(sent)
    parts = {part.get_filename(): part.get_payload(decode=True) for part in answer.walk() if part.get_filename()}
    assert rows_of(bytes(parts["vraag.antwoord.xlsx"])) == expected  # type: ignore[arg-type]  # an attachment's bytes
    assert json.loads(bytes(parts["ontvangst.json"]))["state"] == "answered"  # type: ignore[arg-type]
    with post.house.database.transaction() as connection:
        assert connection.execute("SELECT channel, state FROM lists_exchange").fetchall() == [
            ("encrypted-mail", "answered")
        ]
