"""The filled cells of a sheet while they are read, and what a cell shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from sluis.lists.workbook.model import LONGEST_TEXT, Refused

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
TRUE: Final = {"1", "true", "on"}

_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_PLACES_KEPT: Final = 20
_DIGITS_SHOWN: Final = 30


@dataclass(slots=True)
class Cells:
    """The cells that hold something, in the order of the file: row from 1, column from 1, text."""

    most: int
    found: list[tuple[int, int, str]] = field(default_factory=list, repr=False)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: bytearray = field(default_factory=lambda: bytearray(LAST_COLUMN + 1))
    tall_merges: list[int] = field(default_factory=list)
    error_rows: list[int] = field(default_factory=list)
    formula_rows: list[int] = field(default_factory=list)

    def add(self, row: int, column: int, text: str) -> None:
        """Keep a filled cell; more than `most` end the reading, as columns where there are several, else as rows."""
        self.extend([(row, column, text)])

    def extend(self, cells: list[tuple[int, int, str]]) -> None:
        """Keep the filled ones of these cells."""
        self.found += [
            cell if len(cell[2]) <= LONGEST_TEXT else (cell[0], cell[1], cell[2][:LONGEST_TEXT])
            for cell in cells
            if cell[2] and not cell[2].isspace()
        ]
        if len(self.found) > self.most:
            self.check()
            columns = sorted({column for _, column, _ in self.found})
            if len(columns) > 1:
                raise Refused("workbook-more-columns", columns=tuple(map(column_letters, columns)))
            raise Refused("workbook-too-many-rows")

    def check(self) -> None:
        """Raise `Refused` for cells that no list may have."""
        for code, rows in (
            ("workbook-formulas", self.formula_rows),
            ("workbook-error-cells", self.error_rows),
            ("workbook-merged-cells", self.tall_merges),
        ):
            if rows:
                raise Refused(code, rows=tuple(sorted(set(rows))[:_PLACES_KEPT]))
        filled = {column for _, column, _ in self.found}
        hidden = {column for column in filled if self.hidden_columns[column]}
        rows_with_text = {row for row, _, _ in self.found}.intersection(self.hidden_rows) if self.hidden_rows else set()
        if hidden or rows_with_text:
            raise Refused(
                "workbook-hidden-cells",
                rows=tuple(sorted(rows_with_text)[:_PLACES_KEPT]),
                columns=tuple(map(column_letters, sorted(hidden))),
            )


def column_letters(number: int) -> str:
    """Return the letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def cell_text(kind: str, raw: str, strings: list[str]) -> str:
    """Return what a cell of type `kind` (the attribute t) shows: numbers exactly, truth values as words."""
    if kind in {"", "n"}:
        return exact_number(raw)
    if kind == "s":
        index = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 9 else -1
        if not 0 <= index < len(strings):
            raise Refused("workbook-damaged")
        return strings[index]
    if kind == "b":
        return {"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE", "": ""}.get(raw.strip(), raw)
    if kind in {"str", "inlineStr", "d"}:
        return raw
    raise Refused("workbook-damaged")


def exact_number(raw: str) -> str:
    """Return the digits of a number cell without float: `1.7073003384E10` is 17073003384. Other text stays as it is."""
    if raw.isdigit() and raw.isascii() and raw[0] != "0":
        return raw
    text = raw.strip()
    if not _NUMBER.fullmatch(text):
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if number.adjusted() < _DIGITS_SHOWN and number == number.to_integral_value():
        return str(int(number))
    return text


def unescape(text: str) -> str:
    """Undo the `_xHHHH_` of ST_Xstring, under which Excel stores characters that XML has no place for."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
