"""The list of agreements: found by words, one page at a time."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sluis.agreements.lifecycle import STATE_WORDS
from sluis.agreements.store import AgreementRow
from sluis.kernel.text import Message
from sluis.web.languages import Language, translate

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found; `number` and `last` count pages from 1."""

    rows: tuple[AgreementRow, ...]
    count: int
    number: int
    last: int


def state_in_words(state: str) -> Message:
    """Return the state of an agreement in words."""
    return STATE_WORDS.get(state, Message("{state}", (("state", state),)))


def find_page(
    rows: Sequence[AgreementRow], *, names: Mapping[str, str], words: str, number: int, language: Language
) -> Found:
    """Return the rows that hold every word (title, code, parties, state), the last changed first."""
    wanted = _plain(words).split()
    found = [row for row in rows if all(word in _described(row, names, language) for word in wanted)]
    found.sort(key=lambda row: (row.changed_at, row.id), reverse=True)
    last = max(1, -(-len(found) // PER_PAGE))
    shown = min(max(number, 1), last)
    return Found(tuple(found[(shown - 1) * PER_PAGE : shown * PER_PAGE]), len(found), shown, last)


def _described(row: AgreementRow, names: Mapping[str, str], language: Language) -> str:
    parties = " ".join(f"{party} {names.get(party, '')}" for party in row.parties)
    return _plain(f"{row.title} {row.id} {row.template} {translate(state_in_words(row.state), language)} {parties}")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
