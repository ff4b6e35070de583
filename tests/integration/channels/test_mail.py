"""Encrypted mail, made and opened with OpenSSL's own `cms`, over real SMTP servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP
from pathlib import Path
from uuid import UUID

import pytest

from sluis.channels.intake.work import take_up_due
from sluis.channels.mail.certificates import read_certificate
from sluis.channels.mail.identity import MailIdentity, mail_identity
from sluis.channels.mail.incoming import read_folder, take_in
from sluis.channels.mail.outgoing import SENTENCE, EncryptedMail, queue_result
from sluis.channels.registration.actions import register_key, remove_key
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
        return [_bytes(one.content) for one in self.mailbox.mails[before:]]

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
    assert rows_of(bytes(parts["vraag.antwoord.xlsx"])) == expected
    assert json.loads(bytes(parts["ontvangst.json"]))["state"] == "answered"
    with post.house.database.transaction() as connection:
        assert connection.execute("SELECT channel, state FROM lists_exchange").fetchall() == [
            ("encrypted-mail", "answered")
        ]


def test_whatever_is_not_encrypted_signed_and_known_gets_one_same_sentence(post: Post) -> None:
    content, _ = post.request()
    entity, ours, griffie, stranger = letter(content), post.sluis.certificate, post.griffie, post.stranger
    right = encrypted(signed(entity, griffie), ours)
    altered = bytearray(addressed(encrypted(signed(entity, griffie, opaque=True), ours), GRIFFIE))
    altered[len(altered) // 2] ^= 1
    hostile = {
        "plain": addressed(entity, GRIFFIE),
        "signed only": addressed(signed(entity, griffie), GRIFFIE),
        "encrypted only": addressed(encrypted(entity, ours), GRIFFIE),
        "signed by a stranger": addressed(encrypted(signed(entity, stranger), ours), GRIFFIE),
        "a stranger's own": addressed(encrypted(signed(entity, stranger), ours), stranger.address),
        "under another's name": addressed(right, stranger.address),
        "encrypted to another": addressed(encrypted(signed(entity, griffie), stranger.certificate), GRIFFIE),
        "a weak digest": addressed(encrypted(signed(entity, griffie, digest="sha1"), ours), GRIFFIE),
        "an old cipher": addressed(encrypted(signed(entity, griffie), ours, cipher="-des3"), GRIFFIE),
        "a byte changed": bytes(altered),
        "signed around": addressed(signed(encrypted(entity, ours), griffie), GRIFFIE),
        "no workbook": addressed(encrypted(signed(b"Content-Type: text/plain\r\n\r\nhallo", griffie), ours), GRIFFIE),
        "two workbooks": addressed(encrypted(signed(_two(content), griffie), ours), GRIFFIE),
        "a mail within": addressed(encrypted(signed(_nested(content), griffie), ours), GRIFFIE),
        "nested deeply": addressed(encrypted(signed(_deep(content), griffie), ours), GRIFFIE),
        "nonsense": addressed(b"Content-Type: application/pkcs7-mime\r\n\r\n" + b"\x30\x80" * 500, GRIFFIE),
        "not base64": addressed(
            b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff\xfe", GRIFFIE
        ),
    }
    sentences: set[bytes] = set()
    for what, mail in hostile.items():
        assert post.send(mail) == "refused", what
        post.house.clock.forward(days=1)  # one sentence a day and address
        sent = post.deliver()
        assert len(sent) == 1, what
        sentences.add(bytes(message_from_bytes(sent[0]).get_payload(decode=True) or b""))
    assert len(sentences) == 1
    assert str(SENTENCE)[:30].encode() in next(iter(sentences))
    with post.house.database.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM channel_file").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM lists_exchange").fetchone() == (0,)


def test_nobody_is_told_twice_a_day_and_no_machine_ever(post: Post) -> None:
    for number in range(5):
        assert post.send(addressed(b"\r\nhallo", GRIFFIE, message_id=f"<{number}@example>")) == "refused"
    assert len(post.deliver()) == 1
    for more in ("Auto-Submitted: auto-replied\r\n", "Return-Path: <>\r\n", "List-Id: <lijst.example>\r\n"):
        assert post.send(addressed(b"\r\nhallo", "robot@example.org", more=more)) == "refused"
    assert post.deliver() == []
    for nobody in ("", "geen adres", '"<script>"@x', "a@b@c"):
        assert post.send(addressed(b"\r\nhallo", nobody)) == "ignored"


def test_a_replay_in_any_envelope_is_answered_once(post: Post) -> None:
    content, _ = post.request()
    inner = signed(letter(content), post.griffie)
    mail = addressed(encrypted(inner, post.sluis.certificate), GRIFFIE)
    assert post.send(mail) == "taken"
    assert post.send(mail) == "seen"
    assert post.send(addressed(encrypted(inner, post.sluis.certificate), GRIFFIE, message_id="<2@example>")) == "seen"
    assert post.work() == 1
    assert post.send(mail) == "seen"
    assert post.work() == 0
    assert len(post.deliver()) == 1
    assert post.deliver() == []


def test_a_removed_certificate_opens_nothing_and_gets_no_answer(post: Post) -> None:
    content, _ = post.request()
    assert post.send(addressed(encrypted(signed(letter(content), post.griffie), post.sluis.certificate), GRIFFIE))
    post.work()
    with post.house.database.transaction() as connection:
        remove_key(
            connection,
            party=WINGENE,
            key=post.certificate,
            because="verloren",
            by=MANAGER[WINGENE],
            at=post.house.clock(),
            secrets=post.house.installation.gate.secret,
        )
    assert post.deliver() == []
    again = addressed(encrypted(signed(letter(content, "x.xlsx"), post.griffie), post.sluis.certificate), GRIFFIE)
    assert post.send(again) == "refused"


def test_after_a_revocation_no_answer_leaves_any_more(post: Post) -> None:
    content, _ = post.request()
    assert post.send(addressed(encrypted(signed(letter(content), post.griffie), post.sluis.certificate), GRIFFIE))
    post.work()
    post.house.revoke()
    assert post.deliver() == []


def test_a_refusal_is_told_encrypted_with_its_reasons_and_without_a_number(post: Post) -> None:
    number = str(post.house.children()[0])
    entity = letter(f"INSZ\r\n{number}\r\n".encode())
    assert post.send(addressed(encrypted(signed(entity, post.griffie), post.sluis.certificate), GRIFFIE)) == "taken"
    post.work()
    (sent,) = post.deliver()
    clear = opened(sent, post.griffie, post.sluis.certificate)
    receipt = next(
        part.get_payload(decode=True) for part in post.open(sent).walk() if part.get_filename() == "ontvangst.json"
    )
    assert json.loads(bytes(receipt))["reasons"]
    assert number.encode() not in clear


def test_a_maildir_is_read_once_also_by_two_and_what_is_read_is_thrown_away(post: Post, tmp_path: Path) -> None:
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
    content, _ = post.request()
    mail = addressed(encrypted(signed(letter(content), post.griffie), post.sluis.certificate), GRIFFIE)
    (tmp_path / "new" / "1").write_bytes(mail)
    (tmp_path / "cur" / "2").write_bytes(mail)
    (tmp_path / "tmp" / "3").write_bytes(mail[:100])
    (tmp_path / "new" / "link").symlink_to(post.sluis.key)
    with ThreadPoolExecutor(4) as pool:
        at = post.house.clock()
        reads = [pool.submit(read_folder, post.house.installation, post.identity, tmp_path, at=at) for _ in range(4)]
        assert sum(read.result() for read in reads) >= 1
    read_folder(post.house.installation, post.identity, tmp_path, at=at)
    assert [path.name for path in sorted(tmp_path.glob("*/*"))] == ["link", "3"]
    assert post.sluis.key.exists()
    assert post.work() == 1
    assert len(post.deliver()) == 1


def test_the_mail_server_that_refuses_for_now_gets_the_answer_later(post: Post) -> None:
    content, _ = post.request()
    post.send(addressed(encrypted(signed(letter(content), post.griffie), post.sluis.certificate), GRIFFIE))
    post.work()
    post.mailbox.data = "451 later"
    assert post.deliver() == []
    post.mailbox.data = "250 OK"
    post.house.clock.forward(hours=1)
    assert len(post.deliver()) == 1


def _bytes(content: object) -> bytes:
    assert isinstance(content, bytes)
    return content


def _two(content: bytes) -> bytes:
    message = EmailMessage(policy=SMTP)
    message.set_content("twee")
    for name in ("een.xlsx", "twee.xlsx"):
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def _nested(content: bytes) -> bytes:
    inner, outer = EmailMessage(policy=SMTP), EmailMessage(policy=SMTP)
    inner.set_content("binnen")
    inner.add_attachment(content, maintype="application", subtype="octet-stream", filename="a.xlsx")
    outer.set_content("buiten")
    outer.add_attachment(inner)
    return outer.as_bytes()


def _deep(content: bytes, depth: int = 40) -> bytes:
    entity = letter(content)
    for level in range(depth):
        mark = f"b{level}"
        head = f'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="{mark}"\r\n\r\n--{mark}\r\n'.encode()
        entity = head + entity + f"\r\n--{mark}--\r\n".encode()
    return entity
