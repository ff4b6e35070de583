"""A text looked up by its fingerprint, its own words for what evidence names by code, and overviews of the lives.

The overviews (`pipeline_rows`, `count_states`, `entered_states`, `lead_times`) are SQL over indexed columns: five
thousand agreements in a few dozen milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sluis.agreements.model import Agreement
from sluis.agreements.pipelinestore import (
    LeadTime,
    PipelineRow,
    count_states,
    entered_states,
    lead_times,
    pipeline_rows,
)
from sluis.agreements.store import read_text
from sluis.agreements.text import from_canonical
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.territory import Continues, MustSignAnew, find_body, succession

__all__ = [
    "LeadTime",
    "PartyNow",
    "PipelineRow",
    "count_states",
    "entered_states",
    "find_text",
    "item_in_words",
    "lead_times",
    "name_of_party",
    "parties_on",
    "pipeline_rows",
    "purpose_in_words",
    "title_in_words",
]

# By the bytes themselves: the database is asked each time, and a text that was altered there is never taken from here.
_parsed = lru_cache(maxsize=256)(from_canonical)


def find_text(connection: Connection, digest: str) -> Agreement | None:
    """Return the text with this hash; None where it is not kept here or is no longer what the hash says."""
    try:
        return _parsed(read_text(connection, digest))
    except SluisError:
        return None


def title_in_words(text: Agreement | None, otherwise: str, *, language: str) -> str:
    """Return the title of a text in the reader's language; its code where the text is not there."""
    return otherwise if text is None else text.title.in_language(language)


def purpose_in_words(text: Agreement | None, code: str, *, language: str) -> str:
    """Return what a purpose says in the text that was in force; the code itself where the text does not know it."""
    purposes = () if text is None else text.purposes
    return next((purpose.text.in_language(language) for purpose in purposes if purpose.code == code), code)


def item_in_words(text: Agreement | None, leg: str | None, name: str, *, language: str) -> str:
    """Return the label of an item on a leg; its code where the text does not know it."""
    found = None if text is None or leg is None else text.legs.get(leg)
    items = () if found is None else found.items
    return next((item.label.in_language(language) for item in items if item.name == name), name)


def name_of_party(text: Agreement | None, body: str) -> str | None:
    """Return the name that the text gives a registered body."""
    parties = () if text is None else text.parties
    return next((party.name for party in parties if party.body == body), None)


@dataclass(frozen=True, slots=True)
class PartyNow:
    """A party of a text on a day: who stands in for it after a merger, and whether that body must sign first."""

    named: str
    body: str
    must_sign: bool


def parties_on(named: Iterable[str], day: date, *, signed_anew: frozenset[str] = frozenset()) -> tuple[PartyNow, ...]:
    """Return who the parties that a text names are on a day: Ruiselede is Wingene since 2025."""
    found = []
    for name in sorted(named):
        body = find_body(name)
        outcome = succession(body, day) if body is not None else None
        stands_in = name if outcome is None or isinstance(outcome, Continues) else outcome.body.id
        must_sign = isinstance(outcome, MustSignAnew) and stands_in not in signed_anew
        found.append(PartyNow(name, stands_in, must_sign))
    return tuple(found)
