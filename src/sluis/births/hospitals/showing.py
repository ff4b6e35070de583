"""What the pages of hospitals show alike: completeness per month, reasons, steps of a history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sluis.births.hospitals.actions import CLOCK
from sluis.births.hospitals.model import STAGE_WORDS
from sluis.births.hospitals.store import ItemCount, Step
from sluis.births.model import ABSENCE_WORDS, Absence
from sluis.kernel.text import Message, msg

_NO_REASON = msg("zonder reden")
_OWN_REASONS = {
    "agreement": msg("De overeenkomst is in werking."),
    "first-birth": msg("De eerste geboorte kwam binnen."),
    "alarm": msg("Er is een alarm."),
    "heard-again": msg("Er komen weer geboorten."),
    "conformance": msg("De conformiteitstest is geslaagd."),
    "details": msg("De gegevens zijn aangepast."),
}


def by_month(counted: Sequence[ItemCount]) -> dict[date, list[ItemCount]]:
    """Return the counts per month, the newest month first, the items in the order of the agreement."""
    found: dict[date, list[ItemCount]] = {}
    for one in counted:
        found.setdefault(one.month, []).append(one)
    return dict(sorted(found.items(), reverse=True))


def reason_words(reason: str) -> Message:
    """Return why an item is missing, in words."""
    return ABSENCE_WORDS[Absence(reason)] if reason in {str(one) for one in Absence} else _NO_REASON


def step_words(step: Step) -> tuple[Message, Message | str]:
    """Return what a line of the history says: to which stage, and why; a person's own words stay as they are."""
    why = _OWN_REASONS.get(step.why, step.why) if step.actor == CLOCK or step.why == "details" else step.why
    return STAGE_WORDS[step.to_stage], why
