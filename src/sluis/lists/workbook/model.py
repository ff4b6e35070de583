"""What a reading asks and gives: limits, the one column of a request, or a fault. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass, field

from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message

MEBIBYTE = 1024 * 1024

LONGEST_TEXT = 100
"""Cells are cut here. An INSZ with every mark is far shorter, and the kernel calls anything over 64 malformed, so the
cut never makes a wrong cell right; `test_a_cut_cell_is_still_malformed` holds the two together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one reading may cost. `rows` comes from the municipality: its number of 0-25 year olds."""

    rows: int
    file_bytes: int = 32 * MEBIBYTE
    inflated_bytes: int = 192 * MEBIBYTE
    entries: int = 1000
    memory_bytes: int = 768 * MEBIBYTE
    cpu_seconds: int = 15
    wall_seconds: float = 25.0


@dataclass(frozen=True, slots=True)
class RequestColumn:
    """The filled cells under the heading, as (row number in the sheet from 1, text): blank rows are left out.

    `column` is the letter of the one filled column, `heading_row` the row of its heading or None.
    """

    rows: list[tuple[int, str]] = field(repr=False)
    column: str
    heading_row: int | None


@dataclass(frozen=True, slots=True)
class WorkbookFault:
    """Why a file was not read: a stable code, what and remedy in words, and where. Never a value from the file."""

    code: str
    what: Message
    remedy: Message
    clause: Clause | None = None
    rows: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    sheets: tuple[int, ...] = ()


class Refused(Exception):
    """Ends a reading, from deep within a parser, with the code of a fault. Carries places only, never a value."""

    def __init__(
        self,
        code: str,
        *,
        rows: tuple[int, ...] = (),
        columns: tuple[str, ...] = (),
        sheets: tuple[int, ...] = (),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.rows = rows
        self.columns = columns
        self.sheets = sheets
