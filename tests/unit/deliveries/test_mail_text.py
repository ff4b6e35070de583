"""Nothing that is written into a mail becomes a header or a second receiver; hostile bounces say nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.deliveries.bounces import read_bounce
from sluis.deliveries.mail import compose, is_address, mail_payload
from sluis.deliveries.model import LAST_PAUSE, PAUSES, Delivery, pause_after
from sluis.kernel.errors import SluisError

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
ID = UUID("0b6ff2f5-5d5e-4a39-8b1a-0a4f2d2f1c11")


def a_delivery(**words: str) -> Delivery:
    payload = mail_payload(**({"to": "a@b.example", "subject": "s", "text": "t", "language": "nl"} | words))
    return Delivery(ID, 1, "k", "mail", "r", None, False, payload, "waiting", 0, AT, AT, AT, AT, None, None, None)


@given(subject=st.text(max_size=200), text=st.text(max_size=400))
def test_whatever_is_written_stays_where_it_was_written(subject: str, text: str) -> None:
    try:
        message = compose(a_delivery(subject=subject, text=text), sender="sluis@o.example")
        content = message.as_bytes()
    except (SluisError, UnicodeEncodeError):
        return  # refused whole
    read = message_from_bytes(content, policy=default)
    assert set(read.keys()) <= {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version",
        "Content-Type", "Content-Transfer-Encoding",
    }  # fmt: skip
    assert read.get_all("To") == ["a@b.example"]
    assert not read.is_multipart()


@pytest.mark.parametrize(
    "subject", ["Vraag\r\nBcc: iedereen@elders.example", "Vraag\nX: y", "Vraag\x00", "a\u2028b", "", "  ", "x" * 151]
)
def test_a_subject_of_more_than_one_line_is_refused(subject: str) -> None:
    with pytest.raises(SluisError):
        a_delivery(subject=subject)


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: c@d.example", "a@b.example,c@d.example", "A <a@b.example>", "a@b", "@b.example", "a@",
        '"a b"@c.example', "a@[127.0.0.1]", "a@b.example>", "a b@c.example", "a@b..example", "é@b.example",
        "a" * 65 + "@b.example", "a@" + "b" * 250 + ".example", "a@-b.example", "a.@b.example", "a@b.example\n",
    ],
)  # fmt: skip
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    assert not is_address(address)
    with pytest.raises(SluisError):
        a_delivery(to=address)


def test_ordinary_addresses_are_taken() -> None:
    assert all(map(is_address, ["dienst@wingene.example", "sociaal.huis+sluis@stad-x.example", "a_b@x1.y.example"]))


@given(st.binary(max_size=400))
def test_no_mail_of_strangers_breaks_the_reader_of_bounces(content: bytes) -> None:
    assert read_bounce(content) is None
    head = b'Content-Type: multipart/report; boundary="g"\n\n--g\nContent-Type: message/delivery-status\n\n'
    assert read_bounce(head + content) is None


def test_a_report_that_names_somebody_else_is_not_ours() -> None:
    head = b'Content-Type: multipart/report; boundary="g"\n\n--g\nContent-Type: message/delivery-status\n\n'
    foreign = b"Original-Envelope-Id: QQ123\n\nAction: failed\nStatus: 5.0.0\n\n--g--\n"
    assert read_bounce(head + foreign) is None


def test_pauses_grow() -> None:
    assert list(PAUSES) == sorted(set(PAUSES))
    assert pause_after(1) == PAUSES[0]
    assert pause_after(len(PAUSES) + 1) == pause_after(1_000_000) == LAST_PAUSE
