"""What the public register shows: an agreement that was published, with every text that ever was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sluis.agreements.lifecycle import OPEN
from sluis.agreements.model import Agreement

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Version:
    """One published text of an agreement."""

    text_hash: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """An agreement of the register: its state, and its published texts, the newest first."""

    id: str
    state: str
    changed_at: datetime
    parties: tuple[str, ...]
    versions: tuple[Version, ...]

    @property
    def text_hash(self) -> str:
        """The text that counts: the one that was published last."""
        return self.versions[0].text_hash

    @property
    def published_at(self) -> datetime:
        """When the text that counts was published."""
        return self.versions[0].published_at


@dataclass(frozen=True, slots=True)
class Entry:
    """One agreement of the register with the text that counts; `None` where that text is no longer what was signed."""

    listed: Listed
    text: Agreement | None


def is_in_force(entry: Entry, day: date) -> bool:
    """Return whether data may pass under this agreement on this day, as far as its state and its days say."""
    if entry.text is None or entry.listed.state not in OPEN:
        return False
    begins, ends = entry.text.term.in_force_from, entry.text.term.until
    return (begins is None or begins <= day) and (ends is None or day <= ends)
