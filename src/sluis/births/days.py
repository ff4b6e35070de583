"""Which days cannot be right, whatever the door: one rule for HL7 v2 and FHIR. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from sluis.births.model import Item, Kind
from sluis.kernel.text import Message, msg

MOST_DAYS_OLD: Final = 92
"""Older than this, a child is not a newborn: an admission of somebody else was sent."""


def wrong_days(
    kind: Kind, *, born: date | None, died: date | None, mother: date | None, today: date
) -> Iterator[tuple[Item, Message]]:
    """Yield each day that cannot be right, by its item, with the sentence."""
    if born is not None and born > today + timedelta(days=1):
        yield Item.CHILD_BIRTH_DATE, msg("Deze dag ligt in de toekomst.")
    if born is not None and kind is Kind.BIRTH and born < today - timedelta(days=MOST_DAYS_OLD):
        yield Item.CHILD_BIRTH_DATE, msg("Dit is geen pasgeborene: de geboortedag is te lang geleden.")
    if died is not None and (
        died > today + timedelta(days=1)
        or died.year < today.year - 30
        or (born is not None and died + timedelta(days=1) < born)
    ):
        yield Item.CHILD_DEATH_DATE, msg("De dag van overlijden kan niet juist zijn.")
    if mother is not None and not date(today.year - 75, 1, 1) <= mother <= date(today.year - 9, 12, 31):
        yield Item.MOTHER_BIRTH_DATE, msg("De geboortedag van de moeder kan niet juist zijn.")
