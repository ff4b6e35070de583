"""HL7 v2 over MLLP with TLS, on a real socket: whose message it is, when it is answered, and who is cut off."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sluis.births.hl7.ack import code_in
from sluis.births.hl7.framing import framed
from sluis.births.hl7.message import LARGEST_MESSAGE
from sluis.births.model import Kind
from sluis.channels.mllp.server import Limits
from sluis.channels.registration.actions import remove_key
from sluis.database import Database
from sluis.ledger.numbers import looks_like_insz
from tests.integration.births.ward import (
    AT,
    MOTHER,
    OTHER,
    WARD,
    Authority,
    Door,
    a_notice,
    bytes_of,
    furnish,
    open_door,
    receive,
    send,
)

LIMITS = Limits(connections=6, of_a_party=3, handshake_seconds=1.0, frame_seconds=1.0, idle_seconds=3.0, at_once=4)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority.make(tmp_path_factory.mktemp("pki"))
    made.issue("server", server=True)
    return made


@pytest.fixture
def door(database: Database, authority: Authority, tmp_path: Path) -> Iterator[Door]:
    folder = authority.folder
    house = furnish(
        database,
        tmp_path,
        mllp_port=0,
        mllp_certificate_file=folder / "server.pem",
        mllp_key_file=folder / "server.key",
        mllp_trust_file=folder / "ca.pem",
    )
    with open_door(house, authority, LIMITS) as opened:
        yield opened


@pytest.fixture
def ward(door: Door, authority: Authority) -> Path:
    """The certificate of the hospital, registered."""
    certificate = authority.issue("ward")
    door.register(certificate)
    return certificate


def _count(door: Door, table: str) -> int:
    with door.house.database.transaction() as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def test_a_birth_is_answered_aa_after_it_is_durable_with_its_evidence(door: Door, ward: Path) -> None:
    with door.connect(ward) as line:
        assert code_in(send(line, bytes_of(a_notice()))) == "AA"
        with door.house.database.transaction() as connection:
            kept = connection.execute("SELECT sender, message_id, kind, channel FROM birth_notice").fetchall()
            entry = connection.execute(
                "SELECT count(*) FROM birth_notice n JOIN ledger_entry e ON e.id = n.entry"
            ).fetchone()
        assert kept == [(WARD, "M-1", "birth", "hl7")]
        assert entry == (1,)


def test_the_same_message_again_is_answered_alike_and_kept_once(door: Door, ward: Path) -> None:
    raw = bytes_of(a_notice())
    with door.connect(ward) as line:
        assert [code_in(send(line, raw)) for _ in range(3)] == ["AA"] * 3
    with door.connect(ward) as line:
        assert code_in(send(line, raw)) == "AA"
        other = bytes_of(a_notice()).replace(b"Lotte", b"Marie")
        assert code_in(send(line, other)) == "AE"
    assert _count(door, "birth_notice") == 1


def test_birth_correction_death_and_cancellation_go_over_one_line_in_one_go(door: Door, ward: Path) -> None:
    messages = [
        bytes_of(a_notice(1)),
        bytes_of(a_notice(2, kind=Kind.CORRECTION, death_date=AT.date())),
        bytes_of(a_notice(3, relinquished=True)),
        bytes_of(a_notice(4, kind=Kind.CANCELLATION)),
    ]
    with door.connect(ward) as line:
        line.sendall(b"".join(framed(one) for one in messages))
        answers = b""
        while answers.count(b"\x1c\r") < 4:
            answers += line.recv(65_536)
    assert [answers.index(f"|{mark}\r".encode()) >= 0 for mark in ("M-1", "M-2", "M-3", "M-4")] == [True] * 4
    assert answers.count(b"MSA|AA") == 4


def test_what_is_refused_is_told_by_field_and_kept_without_any_value(door: Door, ward: Path) -> None:
    raw = (
        bytes_of(a_notice()).replace(b"||20261120\r", b"||20261120|F\r", 1) + b"OBX|1|NM|8339-4^Birth weight^LN||3120\r"
    )
    with door.connect(ward) as line:
        answer = send(line, raw).decode()
    assert "MSA|AE|M-1" in answer
    assert "PID-8" in answer
    assert "OBX" in answer
    assert "3120" not in answer
    assert not looks_like_insz(answer)
    assert (_count(door, "birth_notice"), _count(door, "birth_refusal")) == (0, 1)
    with door.house.database.transaction() as connection:
        kept = str(connection.execute("SELECT faults, message_id FROM birth_refusal").fetchall())
    assert "3120" not in kept
    assert str(MOTHER) not in kept


def test_a_hospital_without_an_agreement_is_refused_with_the_clause(door: Door, authority: Authority) -> None:
    certificate = authority.issue("other")
    door.register(certificate, OTHER)
    with door.connect(certificate) as line:
        answer = send(line, bytes_of(a_notice(sender=OTHER)))
    assert code_in(answer) == "AR"
    assert b"art. 8" in answer
    assert _count(door, "birth_notice") == 0


def test_a_message_counts_for_the_party_of_the_certificate_whatever_it_says(door: Door, ward: Path) -> None:
    with door.connect(ward) as line:
        assert code_in(send(line, bytes_of(a_notice(sender=OTHER)))) == "AA"
    with door.house.database.transaction() as connection:
        assert connection.execute("SELECT sender FROM birth_notice").fetchall() == [(WARD,)]


def test_nobody_comes_in_without_a_certificate_of_the_authority_that_is_registered(
    door: Door, authority: Authority, tmp_path: Path
) -> None:
    foreign = Authority.make(tmp_path / "foreign", "Andere instantie").issue("ward")
    for certificate in (None, foreign):
        assert _tried(door, certificate) == b""
    with door.connect(authority.issue("unknown")) as line:
        assert code_in(send(line, bytes_of(a_notice()))) == "AR"
    with socket.create_connection(("127.0.0.1", door.port), timeout=5) as plain:
        plain.sendall(framed(bytes_of(a_notice())))
        assert plain.recv(100)[:1] != b"\x0b"
    assert _count(door, "birth_notice") == 0


def _tried(door: Door, certificate: Path | None) -> bytes:
    """Return what somebody gets to hear, b"" where the line is cut, in the handshake or after it."""
    try:
        with door.connect(certificate) as line:
            return send(line, bytes_of(a_notice()))
    except (ssl.SSLError, ConnectionError):
        return b""


def test_a_removed_certificate_opens_nothing_from_the_next_message_on(door: Door, authority: Authority) -> None:
    certificate = authority.issue("ward")
    key = door.register(certificate)
    with door.connect(certificate) as line:
        assert code_in(send(line, bytes_of(a_notice(1)))) == "AA"
        with door.house.database.transaction() as connection:
            remove_key(
                connection,
                party=WARD,
                key=key.id,
                because="proef",
                by=f"{WARD}-access",
                at=AT,
                secrets=door.house.gate.secret,
            )
        assert code_in(send(line, bytes_of(a_notice(2)))) == "AR"
    assert _count(door, "birth_notice") == 1


@pytest.mark.parametrize(
    "hostile",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 60,
        b"\x0bMSH|^~\\&|A" + b"x" * (LARGEST_MESSAGE + 10),
        b"\x0bMSH|^~\\&|\x0bMSH|^~\\&|\x1c\r",
        b"\x0bMSH|^~\\&|A\x1cB",
        b"\x0bMSH|half",
    ],
    ids=["garbage", "huge", "frame-in-frame", "no-end", "half"],
)
def test_garbage_costs_one_line_and_leaves_nothing(door: Door, ward: Path, hostile: bytes) -> None:
    with door.connect(ward) as line:
        try:
            line.sendall(hostile)
            assert receive(line) == b""
        except (ConnectionError, ssl.SSLError):
            pass
    with door.connect(ward) as line:
        assert code_in(send(line, bytes_of(a_notice()))) == "AA"
    assert _count(door, "birth_refusal") == 0


def test_a_message_that_is_none_gets_a_sentence_and_the_line_goes_on(door: Door, ward: Path) -> None:
    with door.connect(ward) as line:
        for raw in (b"", b"MSH|", b"hello", b"MSH|^~\\&|\xff\xfe\x00", bytes_of(a_notice())[:80]):
            assert code_in(send(line, raw)) in ("AE", "AR")
        assert code_in(send(line, bytes_of(a_notice()))) == "AA"


def test_who_sends_byte_by_byte_is_cut_off_while_the_others_go_on(door: Door, ward: Path) -> None:
    raw = framed(bytes_of(a_notice(9)))
    begun = time.monotonic()
    with door.connect(ward) as slow, door.connect(ward) as line:
        gone = threading.Event()

        def drip() -> None:
            try:
                for byte in raw:
                    slow.sendall(bytes([byte]))
                    time.sleep(0.05)
            except OSError:
                gone.set()

        thread = threading.Thread(target=drip)
        thread.start()
        assert code_in(send(line, bytes_of(a_notice(1)))) == "AA"
        thread.join(20)
        assert gone.is_set()
    assert time.monotonic() - begun < 15
    assert _count(door, "birth_notice") == 1


def test_one_party_and_all_together_have_only_so_many_lines(door: Door, ward: Path) -> None:
    lines = [door.connect(ward) for _ in range(LIMITS.of_a_party)]
    try:
        for number, line in enumerate(lines):
            assert code_in(send(line, bytes_of(a_notice(number)))) == "AA"
        with door.connect(ward) as more:
            assert receive(more) == b""
    finally:
        for line in lines:
            line.close()


def test_many_lines_at_once_lose_nothing_and_double_nothing(door: Door, ward: Path) -> None:
    answers: list[str] = []

    def deliver(first: int) -> None:
        with door.connect(ward, timeout=60) as line:
            for number in range(first, first + 20):
                answers.append(code_in(send(line, bytes_of(a_notice(number // 2)))))

    threads = [threading.Thread(target=deliver, args=(start,)) for start in (0, 20, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == ["AA"] * 60
    assert _count(door, "birth_notice") == 20


def test_while_the_database_is_away_nothing_is_accepted(door: Door, ward: Path) -> None:
    with door.connect(ward) as line:
        assert code_in(send(line, bytes_of(a_notice(1)))) == "AA"
        with door.house.database.owner() as owner:
            owner.execute("ALTER TABLE birth_notice RENAME TO birth_notice_away")
        assert code_in(send(line, bytes_of(a_notice(2)))) == "AR"
        with door.house.database.owner() as owner:
            owner.execute("ALTER TABLE birth_notice_away RENAME TO birth_notice")
        assert code_in(send(line, bytes_of(a_notice(2)))) == "AA"
    assert _count(door, "birth_notice") == 2
