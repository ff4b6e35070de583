"""A list exchange and its life: one table of transitions, from which the documentation's diagram is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg

State = Literal["received", "read", "refused", "answered", "collected", "expired", "closed"]
FileKind = Literal["request", "numbers", "answer"]

STATE_NAMES: Mapping[State, Message] = {
    "received": msg("ontvangen"),
    "read": msg("gelezen"),
    "refused": msg("geweigerd"),
    "answered": msg("beantwoord"),
    "collected": msg("opgehaald"),
    "expired": msg("vervallen"),
    "closed": msg("afgesloten"),
}


@dataclass(frozen=True, slots=True)
class Transition:
    """One permitted step in the life of an exchange."""

    source: State
    event: str
    target: State


TRANSITIONS: tuple[Transition, ...] = (
    Transition("received", "read", "read"),
    Transition("received", "refuse", "refused"),
    Transition("read", "refuse", "refused"),
    Transition("read", "answer", "answered"),
    Transition("answered", "collect", "collected"),
    Transition("answered", "expire", "expired"),
    Transition("received", "expire", "expired"),
    Transition("read", "expire", "expired"),
    Transition("collected", "confirm-destruction", "closed"),
)


def next_state(state: State, event: str) -> State:
    """Return the state after an event; an event that the table does not have for this state is an error."""
    for transition in TRANSITIONS:
        if transition.source == state and transition.event == event:
            return transition.target
    raise SluisError(
        "exchange-state",
        msg("Deze stap kan niet meer: de uitwisseling is {state}.", state=STATE_NAMES[state]),
        remedy=msg("Ververs de bladzijde om te zien hoever de uitwisseling staat."),
    )


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row of the request that was not used, or needs attention: its number in the sheet and a stable code."""

    row: int
    code: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange as its party sees it. It holds no number of a person: those are in the sealed files only."""

    id: UUID
    agreement: str
    party: str
    state: State
    channel: str
    created_by: str
    created_at: datetime
    changed_at: datetime
    reference: date
    request_name: str
    asked: int | None
    row_problems: tuple[RowProblem, ...]
    reasons: tuple[Mapping[str, str], ...]
    entry: UUID | None
    released: int | None
    text_hash: str | None
    collect_before: datetime | None
    confirm_before: date | None
    collected_at: datetime | None
    collected_by: str | None
    confirmed_at: datetime | None
    confirmed_by: str | None
    request_digest: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class KeyState:
    """How far the key of an agreement's next exchange is; never the key itself."""

    proposed_party: str
    proposed_by: str
    confirmed_party: str | None
    attempts: int

    @property
    def is_set(self) -> bool:
        """Whether both DPOs have set it."""
        return self.confirmed_party is not None
