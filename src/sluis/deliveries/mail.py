"""What a mail is as a delivery: a plain text to one address. Nobody can add a header or a second address to it."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sluis.deliveries.model import Delivery, Payload
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

CHANNEL = "mail"
LONGEST_TEXT = 20_000
LONGEST_SUBJECT = 150
_LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# Plain ASCII addresses without quotes or comments: what a register of bodies needs, and nothing to smuggle with.
_ADDRESS = re.compile(
    rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{_LABEL}(?:\.{_LABEL})+"
)
_LONGEST_LOCAL_PART = 64
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def is_address(text: str) -> bool:
    """Return whether a text is one plain mail address."""
    return (
        len(text) <= _LONGEST_ADDRESS
        and _ADDRESS.fullmatch(text) is not None
        and len(text.partition("@")[0]) <= _LONGEST_LOCAL_PART
    )


def mail_payload(*, to: str, subject: str, text: str, language: str) -> Payload:
    """Return a mail as the payload of a delivery; refuse an address or a subject that could carry more than itself."""
    if not is_address(to):
        raise SluisError(
            "mail-address",
            msg("Dit is geen e-mailadres dat Sluis kan gebruiken."),
            remedy=msg("Schrijf één adres zoals dienst@bestuur.example, zonder naam of aanhalingstekens."),
        )
    if not subject.strip() or len(subject) > LONGEST_SUBJECT or _CONTROL.search(subject):
        raise SluisError(
            "mail-subject",
            msg("Het onderwerp moet één regel zijn van ten hoogste {most} tekens.", most=LONGEST_SUBJECT),
            remedy=msg("Maak het onderwerp korter, zonder regeleinden."),
        )
    body = text.replace("\r\n", "\n").replace("\r", "\n")
    if not body.strip() or len(body) > LONGEST_TEXT or _CONTROL_BUT_LINES.search(body):
        raise SluisError(
            "mail-text",
            msg("De tekst van een bericht heeft 1 tot {most} gewone tekens.", most=LONGEST_TEXT),
            remedy=msg("Maak de tekst korter, of haal vreemde tekens weg."),
        )
    return {"to": to, "subject": subject.strip(), "text": body, "language": language}


def message_id(delivery: Delivery, domain: str) -> str:
    """Return the Message-ID: the same for every attempt of one delivery, so that a receiver can drop a double."""
    return f"<sluis.{delivery.id}@{domain}>"


def compose(delivery: Delivery, *, sender: str) -> EmailMessage:
    """Return the mail of a delivery; equal to the byte on every attempt."""
    payload = delivery.payload
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = str(payload["to"])
    message["Subject"] = str(payload["subject"])
    # Whole seconds of the moment of queuing, not of sending: the same on every attempt.
    message["Date"] = format_datetime(delivery.queued_at - timedelta(microseconds=delivery.queued_at.microsecond))
    message["Message-ID"] = message_id(delivery, sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers, please
    message.set_content(str(payload["text"]), subtype="plain", charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = str(payload["language"])
    return message
