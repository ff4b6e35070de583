"""A file that came in, and the bounds of what a party may leave with us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

State = Literal["staged", "received", "answered", "refused", "collected", "double"]

LARGEST_FILE = 32 * 1024 * 1024
MOST_WAITING_FILES = 100
MOST_WAITING_BYTES = 128 * 1024 * 1024
"""What one party may have waiting, not yet taken up; one party cannot fill the house for the others."""

STAGED_FOR = timedelta(hours=24)
"""How long a half upload waits for its last name."""

FETCHED_FOR = timedelta(hours=24)
"""How long an answer that was read to its end stays when the party does not remove it: the line may have broken."""

SHOWN_FOR = timedelta(days=30)
"""How long a receipt is shown."""

MOST_SHOWN = 500

RECEIPTS = (".ontvangst.txt", ".ontvangst.json")
PARTIAL = (".part", ".partial", ".filepart", ".tmp", ".uploading")


@dataclass(frozen=True, slots=True)
class IntakeFile:
    """A file that came in: who sent it, under which agreement, what came of it. Its content is kept apart."""

    id: UUID
    channel: str
    party: str
    actor: str
    folder: str
    name: str
    agreement: str | None
    digest: bytes
    size: int
    received_at: datetime
    state: State
    same_as: UUID | None
    exchange: UUID | None
    reasons: tuple[Mapping[str, object], ...]
    answer_name: str | None
    answer_size: int | None
    attempts: int
    settled_at: datetime | None
    fetched_at: datetime | None
    hidden_in: datetime | None
    hidden_out: datetime | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a door hands in."""

    channel: str
    party: str
    actor: str
    folder: str
    name: str
    agreement: str | None
    content: bytes


def is_partial(name: str) -> bool:
    """Return whether a name says that its file is not complete yet."""
    return name.lower().endswith(PARTIAL)
