"""What a party answers to a standard agreement: fields in steps, and the draft that they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sluis.kernel.text import Message, msg

Value = str | tuple[str, ...]
"""One answer: text as it was written (a day as 2026-01-31, a number in digits), or the codes that were kept."""

Kind = Literal[
    "line",
    "prose",
    "day",
    "count",
    "email",
    "kbo",
    "ovo",
    "nis",
    "choice",
    "subset",
    "processors",
    "evaluations",
    "pdf",
]

STEPS: dict[str, Message] = {
    "gegevens": msg("Uw gegevens"),
    "beperken": msg("Welke gegevens, hoe lang"),
    "gebruik": msg("Gebruik"),
    "bewijsstukken": msg("Beslissing en veiligheid"),
}
OVERVIEW = "overzicht"
STEP_NAMES: tuple[Message, ...] = (msg("Aanbod"), *STEPS.values(), msg("Overzicht"))


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a party may answer: `path` says where it goes in the completion.

    `options` are the codes that may be kept or chosen, with their words; `is_asked` whether the text cannot be signed
    without it.
    """

    path: tuple[str, ...]
    step: str
    kind: Kind
    label: Message
    group: Message | None = None
    hint: Message | None = None
    options: tuple[tuple[str, Message], ...] = ()
    is_asked: bool = False

    @property
    def name(self) -> str:
        """Return its name in forms and in the sheet."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Draft:
    """That `party` prepares `agreement` from a standard agreement; `mark` names the click that opened it."""

    agreement: str
    sheet: str
    template: str
    template_hash: str
    party: str
    mark: UUID
    opened_by: str
    opened_at: datetime
