"""A text looked up by its fingerprint, and its own words for what evidence names by code."""

from __future__ import annotations

from functools import lru_cache

from sluis.agreements.model import Agreement
from sluis.agreements.store import read_text
from sluis.agreements.text import from_canonical
from sluis.database import Connection
from sluis.kernel.errors import SluisError

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
