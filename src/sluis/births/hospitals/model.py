"""A hospital's way to a live connection: its states, the table of steps, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sluis.births.hospitals.maternities import Maternity
from sluis.births.hospitals.silence import Quiet
from sluis.kernel.text import Message, msg


class Stage(StrEnum):
    """How far a hospital is."""

    NONE = "none"
    INVITED = "invited"
    AGREEMENT = "agreement"
    TESTING = "testing"
    CONFORMANT = "conformant"
    LIVE = "live"
    SILENT = "silent"
    STOPPED = "stopped"


STAGES: Final = tuple(Stage)

STAGE_WORDS: Mapping[Stage, Message] = MappingProxyType(
    {
        Stage.NONE: msg("nog niet uitgenodigd"),
        Stage.INVITED: msg("uitgenodigd"),
        Stage.AGREEMENT: msg("overeenkomst in werking"),
        Stage.TESTING: msg("in de proefomgeving"),
        Stage.CONFORMANT: msg("conformiteit geslaagd"),
        Stage.LIVE: msg("levert"),
        Stage.SILENT: msg("stil"),
        Stage.STOPPED: msg("gestopt"),
    }
)

STAGE_KINDS: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.NONE: "neutral",
        Stage.INVITED: "neutral",
        Stage.AGREEMENT: "info",
        Stage.TESTING: "info",
        Stage.CONFORMANT: "info",
        Stage.LIVE: "success",
        Stage.SILENT: "danger",
        Stage.STOPPED: "neutral",
    }
)

STEPS: Mapping[Stage, frozenset[Stage]] = MappingProxyType(
    {
        Stage.NONE: frozenset({Stage.INVITED, Stage.STOPPED}),
        Stage.INVITED: frozenset({Stage.AGREEMENT, Stage.STOPPED}),
        Stage.AGREEMENT: frozenset({Stage.TESTING, Stage.STOPPED}),
        Stage.TESTING: frozenset({Stage.CONFORMANT, Stage.STOPPED}),
        Stage.CONFORMANT: frozenset({Stage.TESTING, Stage.LIVE, Stage.STOPPED}),
        Stage.LIVE: frozenset({Stage.SILENT, Stage.STOPPED}),
        Stage.SILENT: frozenset({Stage.LIVE, Stage.STOPPED}),
        Stage.STOPPED: frozenset({Stage.INVITED}),
    }
)
"""The table of steps. Silence and its end are the clock's; the other steps a person's, or a fact's."""

DELIVERING: Final = frozenset({Stage.LIVE, Stage.SILENT})
BY_A_PERSON: Final = frozenset(
    {Stage.INVITED, Stage.AGREEMENT, Stage.TESTING, Stage.CONFORMANT, Stage.LIVE, Stage.STOPPED}
)


@dataclass(frozen=True, slots=True)
class Link:
    """What is kept of a hospital's connection."""

    code: str
    stage: Stage
    since: datetime
    party: str | None = None
    supplier: str | None = None
    births_per_year: int | None = None
    life_sign_hours: int | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm of silence: why, since when, what was expected and what came."""

    id: UUID
    hospital: str
    kind: str
    raised_at: datetime
    since: datetime
    expected_milli: int
    received: int
    closed_at: datetime | None = None
    closed_by: str | None = None
    closed_why: str | None = None


ALARM_WORDS: Mapping[str, Message] = MappingProxyType(
    {
        "births": msg("Er komen veel minder geboorten dan verwacht."),
        "life-sign": msg("Het beloofde levensteken bleef uit."),
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A hospital on the page: where it stands, how quiet it is, what it delivered."""

    place: Maternity
    link: Link
    quiet: Quiet | None
    births_per_year: int | None
    last_heard: datetime | None
    received_week: int
    alarms: tuple[Alarm, ...]

    @property
    def stage(self) -> Stage:
        """How far it is."""
        return self.link.stage
