"""The one column of a request: which it is, where its heading ends, and nothing beside it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from sluis.lists.workbook.cells import Cells, column_letters
from sluis.lists.workbook.model import Limits, Refused, RequestColumn

HEADING_ROWS: Final = 10
"""How far down a heading is looked for: a title, a date and a blank line above it are common."""

_KNOWN: Final = re.compile(
    r"insz|niss|inss|ssin|enss|rijksregister|registrenational|numeronational|nationalnumber|nationalregist|"
    r"nationalregister|nationalnummer|identificatienummer|identificationnumber|identifikationsnummer|"
    r"numerodidentification|bisnummer|bisnumber|numerobis|rrn|nrn|rrnummer"
)
_DIGITS_OF_A_DATE: Final = 8
_DIGITS_WITHOUT_KNOWN_WORD: Final = 5


def request_column(cells: Cells, limits: Limits) -> RequestColumn:
    """Return the one filled column under its heading; raises `Refused` for a second column, no rows or too many."""
    columns = sorted({column for _, column, _ in cells.found})
    if not columns:
        raise Refused("workbook-empty")
    if len(columns) > 1:
        raise Refused("workbook-more-columns", columns=tuple(map(column_letters, columns)))
    rows = [(row, text) for row, _, text in cells.found]
    headings = heading_rows([text for _, text in rows[:HEADING_ROWS]])
    if len(rows) == headings:
        raise Refused("workbook-empty")
    if len(rows) - headings > limits.rows:
        raise Refused("workbook-too-many-rows")
    return RequestColumn(rows[headings:], column_letters(columns[0]), rows[headings - 1][0] if headings else None)


def heading_rows(texts: list[str]) -> int:
    """Return how many of the first filled cells are heading.

    Everything down to a known word for the number, as long as nothing above it could be a number itself; else the
    first cell alone where it has letters and too few digits to be a mistyped number.
    """
    for position, text in enumerate(texts):
        if not _could_head(text, known=True):
            break
        if _KNOWN.search(_letters(text)):
            return position + 1
    return 1 if texts and _could_head(texts[0], known=False) else 0


def _could_head(text: str, *, known: bool) -> bool:
    """A heading has letters; beside a known word it may also have a date, without one hardly any digits."""
    digits = sum(character.isdigit() for character in text)
    most = _DIGITS_OF_A_DATE if known else _DIGITS_WITHOUT_KNOWN_WORD
    return digits <= most and sum(character.isalpha() for character in text) > 1


def _letters(text: str) -> str:
    """Return the letters alone, without case and accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text).casefold() if letter.isalpha())
