"""The words of following: where a body stands, what a group of bodies is, what a campaign and a contact are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID

from sluis.agreements.lifecycle import ADVISED, COMPLETED, DRAFT, ENDED, IN_FORCE, NOTICE, REVOKED, STATES, SUSPENDED
from sluis.kernel.territory import BodyKind
from sluis.kernel.text import Message, msg

Stage = Literal["none", "preparing", "signing", "running", "suspended", "over"]
STAGES: tuple[Stage, ...] = get_args(Stage)

STAGE_WORDS: Mapping[Stage, Message] = {
    "none": msg("nog niets begonnen"),
    "preparing": msg("in voorbereiding"),
    "signing": msg("aangeboden of ondertekend"),
    "running": msg("van kracht"),
    "suspended": msg("geschorst"),
    "over": msg("gestopt"),
}
STAGE_KINDS: Mapping[Stage, str] = {
    "none": "neutral",
    "preparing": "warning",
    "signing": "info",
    "running": "success",
    "suspended": "danger",
    "over": "neutral",
}
# The furthest first: a body that is in force and also prepares a second agreement counts as in force.
_FURTHEST: tuple[Stage, ...] = ("running", "suspended", "signing", "preparing", "over", "none")
_STAGE_OF: Mapping[str, Stage] = {
    DRAFT: "preparing",
    COMPLETED: "preparing",
    ADVISED: "preparing",
    IN_FORCE: "running",
    NOTICE: "running",
    SUSPENDED: "suspended",
    ENDED: "over",
    REVOKED: "over",
}

NOT_JOINED: frozenset[Stage] = frozenset({"none", "over"})
"""Who may be invited: nothing under way and nothing in force."""

ContactKind = Literal["webinar", "newsletter", "call", "visit", "letter"]
CONTACT_WORDS: Mapping[str, Message] = {
    "webinar": msg("webinar"),
    "newsletter": msg("nieuwsbrief"),
    "call": msg("telefoongesprek"),
    "visit": msg("bezoek"),
    "letter": msg("brief"),
}


def stage_of(state: str) -> Stage:
    """Return the stage that a state of the life cycle belongs to; every other state is on its way to signatures."""
    return _STAGE_OF.get(state, "signing")


def states_of(stage: Stage) -> tuple[str, ...]:
    """Return the states of the life cycle that a stage holds."""
    return tuple(state for state in STATES if stage_of(state) == stage)


def furthest(stages: set[Stage]) -> Stage:
    """Return the furthest of several stages; of none: nothing begun."""
    return next((stage for stage in _FURTHEST if stage in stages), "none")


@dataclass(frozen=True, slots=True)
class Group:
    """Which bodies are meant. None leaves that side open; `words` is a search in names and ids."""

    province: str | None = None
    kind: BodyKind | None = None
    stage: Stage | None = None
    template: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A local authority of today with the municipality that it serves."""

    id: str
    name: str
    kind: BodyKind
    nis: str
    municipality: str
    province: str


@dataclass(frozen=True, slots=True)
class Holding:
    """What a body has of agreements in one state: how many, the latest of them, and since when."""

    body: str
    state: str
    count: int
    agreement: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one body stands."""

    place: Place
    stage: Stage
    holdings: tuple[Holding, ...]

    @property
    def since(self) -> datetime | None:
        """Since when something moved last."""
        return max((holding.since for holding in self.holdings), default=None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An agreement that stands still: in which state, since when, and who must act."""

    agreement: str
    title: str
    state: str
    since: datetime
    working_days: int
    parties: tuple[str, ...]
    actors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lead:
    """How long agreements stayed in a state, in working days: the median and nine in ten of those that left it."""

    state: str
    count: int
    median: int
    nine_in_ten: int


@dataclass(frozen=True, slots=True)
class Text:
    """What a campaign says in one language; `{bestuur}` and `{link}` are filled in per body."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """A mail to a group of bodies about one offer, written once per language."""

    id: UUID
    title: str
    offer: str
    is_reminder: bool
    texts: Mapping[str, Text]
    group: Group
    made_by: str
    made_at: datetime
    sent_by: str | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Mailed:
    """One mail of a campaign and what became of it."""

    body: str
    address: str
    language: str
    sent_at: datetime
    delivery: UUID
    state: str
    fault: str | None
    opened: bool
    joined: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """A webinar, newsletter, call, visit or letter, and the bodies that it was for."""

    id: UUID
    kind: str
    day: date
    title: str
    note: str
    recorded_by: str
    bodies: int
