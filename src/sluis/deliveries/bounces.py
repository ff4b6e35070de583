"""Mail that comes back: reads a delivery status notification (RFC 3464) and marks the delivery that it is about.

Only a report that names one of our own identities counts, and only a permanent failure: a warning that a mail is
delayed changes nothing. Whatever else lands in the mailbox is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from uuid import UUID

from sluis.database import Connection
from sluis.deliveries.actions import mark_bounced

LARGEST_REPORT = 1_048_576
_MOST_PARTS = 50
_UUID = r"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"
_ENVELOPE = re.compile(_UUID)
_MESSAGE_ID = re.compile(rf"<?sluis\.{_UUID}@")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a report says: which delivery failed for good, and with which status."""

    delivery: UUID
    fault: str


def read_bounce(content: bytes) -> Bounce | None:
    """Return what a mail reports about one of our deliveries; None where it is no report of a failure for good."""
    if len(content) > LARGEST_REPORT:
        return None
    parts = list(_parts(message_from_bytes(content, policy=compat32)))
    report = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    fields = _fields(report) if report is not None else []
    failed = next((block for block in fields if block.get("action", "").lower() == "failed"), None)
    if failed is None:
        return None
    delivery = _named_by_envelope(fields) or _named_by_headers(parts)
    status = _STATUS.match(failed.get("status", ""))
    return Bounce(delivery, f"dsn-{status[0]}" if status else "dsn") if delivery is not None else None


def note_bounce(connection: Connection, *, content: bytes, at: datetime) -> UUID | None:
    """Mark the delivery that a mail reports about as come back; return it, or None where nothing was marked."""
    bounce = read_bounce(content)
    if bounce is None or not mark_bounced(connection, delivery=bounce.delivery, fault=bounce.fault, at=at):
        return None
    return bounce.delivery


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= _MOST_PARTS:
            return
        yield part


def _fields(report: Message) -> list[dict[str, str]]:
    """Return the blocks of a report, first about the message and then about each receiver, as names and values."""
    payload = report.get_payload()
    blocks = payload if isinstance(payload, list) else []
    return [
        {name.lower(): " ".join(str(value).split()) for name, value in block.items()}
        for block in blocks[:_MOST_PARTS]
        if isinstance(block, Message)
    ]


def _named_by_envelope(fields: list[dict[str, str]]) -> UUID | None:
    found = _ENVELOPE.fullmatch(fields[0].get("original-envelope-id", "").lower()) if fields else None
    return UUID(found[1]) if found else None


def _named_by_headers(parts: list[Message]) -> UUID | None:
    """Return the delivery whose Message-ID stands in the mail, or the headers of it, that the report carries."""
    for part in parts[1:]:
        named = str(part.get("Message-ID", ""))
        if part.get_content_type() == "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            named = str(message_from_bytes(raw if isinstance(raw, bytes) else b"", policy=compat32)["Message-ID"])
        if found := _MESSAGE_ID.match(named.strip().lower()):
            return UUID(found[1])
    return None
