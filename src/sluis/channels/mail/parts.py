"""What a signed mail brings: its one workbook. Bounded: few parts, not nested deeply, at most as large as a list."""

from __future__ import annotations

import unicodedata
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from sluis.channels.intake.model import LARGEST_FILE
from sluis.channels.sftp.paths import is_fit

_MOST_PARTS = 20
_DEEPEST = 3
_NAME = "vraag.xlsx"


def workbook_of(content: bytes) -> tuple[str, bytes] | None:
    """Return the name and content of the one attachment; None where there is none, more than one, or too much."""
    message = BytesParser(policy=compat32).parsebytes(content)
    found: list[tuple[str, bytes]] = []
    if not _collect(message, found, depth=0, budget=[_MOST_PARTS]):
        return None
    return found[0] if len(found) == 1 and len(found[0][1]) <= LARGEST_FILE else None


def _collect(part: Message, found: list[tuple[str, bytes]], *, depth: int, budget: list[int]) -> bool:
    budget[0] -= 1
    if budget[0] < 0 or depth > _DEEPEST:
        return False
    if part.get_content_maintype() == "message":
        return False  # a mail within the mail is not what a list comes in
    if part.is_multipart():
        children = part.get_payload()
        return isinstance(children, list) and all(
            isinstance(one, Message) and _collect(one, found, depth=depth + 1, budget=budget) for one in children
        )
    if part.get_content_maintype() == "text" and part.get_filename() is None:
        return True
    body = part.get_payload(decode=True)
    if isinstance(body, bytes):
        found.append((_name(part), body))
    return True


def _name(part: Message) -> str:
    try:
        name = unicodedata.normalize("NFC", str(part.get_filename() or _NAME)).rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
    except (ValueError, LookupError):
        return _NAME
    return name if is_fit(name) else _NAME
