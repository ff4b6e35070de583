"""A delivery, its states as one table of transitions, and what a channel answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from sluis.kernel.text import Message, msg

JsonValue: TypeAlias = "str | int | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
Payload: TypeAlias = Mapping[str, JsonValue]

State = Literal["waiting", "sending", "delivered", "bounced", "dead"]

STATE_WORDS: Mapping[str, Message] = {
    "waiting": msg("wacht"),
    "sending": msg("wordt verstuurd"),
    "delivered": msg("afgeleverd"),
    "bounced": msg("teruggekomen"),
    "dead": msg("opgegeven"),
}

EVENT_WORDS: Mapping[str, Message] = {
    "sent": msg("verstuurd"),
    "refused": msg("geweigerd door de ontvangende kant"),
    "postponed": msg("nu niet gelukt, later opnieuw"),
    "lost": msg("afgebroken tijdens het versturen, later opnieuw"),
    "killed": msg("gestopt"),
    "bounced": msg("teruggekomen"),
    "gave-up": msg("opgegeven"),
    "redelivered": msg("opnieuw aangeboden"),
}


@dataclass(frozen=True, slots=True)
class Transition:
    """From one state, by one event, to another."""

    source: State
    event: str
    target: State


TRANSITIONS: tuple[Transition, ...] = (
    Transition("waiting", "claim", "sending"),
    Transition("sending", "sent", "delivered"),
    Transition("sending", "refused", "bounced"),
    Transition("sending", "postponed", "waiting"),
    Transition("sending", "lost", "waiting"),
    Transition("sending", "gave-up", "dead"),
    Transition("sending", "killed", "dead"),
    Transition("waiting", "killed", "dead"),
    Transition("delivered", "bounced", "bounced"),
    Transition("delivered", "redelivered", "waiting"),
    Transition("bounced", "redelivered", "waiting"),
    Transition("dead", "redelivered", "waiting"),
)

# RFC 5321, 4.5.4.1: retry with growing pauses, and give up after four to five days at the earliest.
PAUSES: tuple[timedelta, ...] = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
LAST_PAUSE = timedelta(days=1)
GIVE_UP_AFTER = timedelta(days=5)
LEASE = timedelta(minutes=10)
"""How long a worker may be busy with one delivery; after that it counts as dead and another takes the row."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something to send to one receiver. `payload` is what the channel understands; it never holds an INSZ."""

    id: UUID
    position: int | None
    key: str
    channel: str
    receiver: str
    agreement: str | None
    ordered: bool
    payload: Payload = field(repr=False)
    state: State
    attempts: int
    queued_at: datetime
    due_at: datetime
    give_up_at: datetime
    changed_at: datetime
    fault: str | None
    killed_at: datetime | None
    kill_reason: str | None


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    """One thing that happened to a delivery."""

    event: str
    happened_at: datetime
    fault: str | None
    done_by: str | None


@dataclass(frozen=True, slots=True)
class Queued:
    """The row of a delivery, and whether this call made it: the same key a second time finds the first."""

    id: UUID
    is_new: bool


@dataclass(frozen=True, slots=True)
class Killed:
    """How many deliveries will not leave any more, and how many were under way at that moment."""

    stopped: int
    under_way: int


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side took it."""


@dataclass(frozen=True, slots=True)
class Bounced:
    """The other side will never take it; `fault` is a short code without anything of a person ("smtp-550-5.1.1")."""

    fault: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """Not now: the other side, or the way to it, does not work."""

    fault: str


Answer = Sent | Bounced | TryLater


class Channel(Protocol):
    """A way out, supplied by the edge. `send` ends within `LEASE`, whatever the other side does."""

    @property
    def code(self) -> str:
        """The name that deliveries call it by ("mail")."""
        ...

    def send(self, delivery: Delivery) -> Answer:
        """Send once and say what came of it."""
        ...


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after this many attempts: growing pauses, then a day each time."""
    return PAUSES[attempts - 1] if 1 <= attempts <= len(PAUSES) else LAST_PAUSE
