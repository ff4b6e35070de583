"""A birth file as it is kept, and what may follow from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

from sluis.births.care import may_be_stillborn, may_follow
from sluis.births.folding import Told
from sluis.births.places import By
from sluis.kernel.text import Message, msg

FileState = Literal["open", "cancelled", "merged"]
Mode = Literal["on-request", "automatic"]
ProposalState = Literal["proposed", "held", "withdrawn"]


@dataclass(frozen=True, slots=True)
class BirthFile:
    """One file; `sealed` holds what is known. `missing` are the expected items that are not there or not whole.

    `agreement` and `text_hash` name the text under which the first notice came, `clause_on` its day: the information
    clause to the mother is an annex of that text.
    """

    id: UUID
    opened_at: datetime
    changed_at: datetime
    version: int
    state: FileState
    merged_into: UUID | None
    birth_date: date | None
    nis: str | None
    nis_by: By
    nis_why: str | None
    restricted: bool
    restriction_lifted_at: datetime | None
    restriction_lifted_by: str | None
    is_known: bool
    missing: tuple[str, ...]
    agreement: str
    text_hash: str
    clause_on: date
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileEvent:
    """One thing that happened to a file: `items` are names of items, never values."""

    at: datetime
    kind: str
    notice: UUID | None
    actor: str | None
    items: tuple[str, ...]


EVENT_WORDS: Final = MappingProxyType(
    {
        "opened": msg("Dossier geopend na een geboortemelding"),
        "corrected": msg("Gegevens aangevuld of verbeterd door het ziekenhuis"),
        "unchanged": msg("Nieuwe melding zonder nieuwe gegevens"),
        "joined": msg("Melding van een tweede bron bij dit dossier gevoegd"),
        "parted": msg("Melding uit dit dossier gehaald"),
        "merged": msg("Dossier samengevoegd met een ander dossier van hetzelfde kind"),
        "cancelled": msg("Geboortemelding geannuleerd door het ziekenhuis"),
        "reopened": msg("Geboortemelding opnieuw gedaan"),
        "restricted": msg("Beperkte toegang ingesteld: er volgt niets automatisch"),
        "lifted": msg("Beperkte toegang opgeheven door een vertrouwensmedewerker"),
        "placed": msg("Gemeente gekozen door een medewerker"),
        "consulted": msg("Dossier ingekeken"),
    }
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A benefit that follows from the birth: on request or automatic, proposed or held back, and why."""

    benefit: str
    mode: Mode
    state: ProposalState
    why: str


BENEFIT_WORDS: Final = MappingProxyType(
    {
        "startbedrag": msg("startbedrag geboorte"),
        "basisbedrag": msg("basisbedrag"),
        "sociale_toeslag": msg("sociale toeslag"),
    }
)

WHY_WORDS: Final[MappingProxyType[str, Message]] = MappingProxyType(
    {
        "on-request": msg("Het gezin vraagt het aan (Groeipakketdecreet, artikelen 9 tot 12)."),
        "after-startbedrag": msg("Volgt automatisch op het startbedrag (Groeipakketdecreet, artikel 13)."),
        "tax-data": msg("Wordt automatisch onderzocht op basis van de belastinggegevens."),
        "care": msg("Er volgt niets automatisch: dit dossier staat onder beperkte toegang."),
        "deed-needed": msg(
            "Er volgt niets automatisch. Bij een levenloos geboren kind is er recht als er een akte is na minstens 180"
            " dagen zwangerschap. Die duur en die akte deelt het ziekenhuis niet mee: dat blijft open."
        ),
        "cancelled": msg("Het ziekenhuis annuleerde de geboortemelding."),
    }
)


def proposals_of(told: Told, *, restricted: bool) -> tuple[Proposal, ...]:
    """Return what follows from a birth. The startbedrag is on request; the rest is automatic, after it or by itself."""
    ways: tuple[tuple[str, Mode, str], ...] = (
        ("startbedrag", "on-request", "on-request"),
        ("basisbedrag", "automatic", "after-startbedrag"),
        ("sociale_toeslag", "automatic", "tax-data"),
    )
    if told.state != "born":
        return tuple(Proposal(benefit, mode, "withdrawn", "cancelled") for benefit, mode, _ in ways)
    if may_follow("proposal", restricted=restricted) is None:
        return tuple(Proposal(benefit, mode, "proposed", why) for benefit, mode, why in ways)
    open_question = "deed-needed" if may_be_stillborn(told) else "care"
    return tuple(
        Proposal(benefit, mode, "held", open_question if benefit == "startbedrag" else "care")
        for benefit, mode, _ in ways
    )
