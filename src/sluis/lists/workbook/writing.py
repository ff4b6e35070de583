"""Writing workbooks: every cell is a text, so none can run, and the file is encrypted before it leaves memory.

`write_answer` makes answers, `make_request` makes requests for the demo, the tests and the bench.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rustpy_xlsxwriter import Format, write_worksheets

from sluis.lists.workbook.encryption import AnswerKey, encrypt

_SHEET_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,30}")
_COLUMN_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_NOT_IN_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL: Final = 32_767
_SHORT: Final = 100
_WIDTH: Final = 16.0


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """One column set: names that need no translation (`insz_kind`), and rows of text, in the order of the columns."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Sequence[str]]


def write_answer(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    password: str | None = None,
    key: AnswerKey | None = None,
    sheet: str = "antwoord",
) -> bytes:
    """Return an encrypted workbook with one sheet: `columns` in the first row, then `rows`, all as text.

    The key is given, or spun from the password here; spinning takes 50 ms, which can pass while a database answers.

    Dates are written as ISO text (2020-03-01): the same in every language, and no cell holds anything but text.
    Raises ValueError for a row of another length, a value that is not text, or a name that is not plain.
    """
    if key is None:
        key = AnswerKey.derive(password or "")
    return encrypt(workbook([AnswerSheet(sheet, tuple(columns), rows)]), key)


def write_answer_sheets(sheets: Sequence[AnswerSheet], *, password: str) -> bytes:
    """Return an encrypted workbook with a sheet per column set."""
    return encrypt(workbook(sheets), AnswerKey.derive(password))


def workbook(sheets: Sequence[AnswerSheet]) -> bytes:
    """Return the workbook before encryption; it must not leave memory like this."""
    for sheet in sheets:
        if not _SHEET_NAME.fullmatch(sheet.name) or not all(map(_COLUMN_NAME.fullmatch, sheet.columns)):
            raise ValueError("Names of sheets and columns are lower case letters, digits and underscores.")
    names = [sheet.name for sheet in sheets]
    file = io.BytesIO()
    write_worksheets(
        [(sheet.name, list(_records(sheet)) or [dict.fromkeys(sheet.columns)]) for sheet in sheets],
        file,
        column_width=dict.fromkeys(names, _WIDTH),
        # "@": a cell that someone edits stays text too.
        column_formats={sheet.name: [Format().set_num_format("@") for _ in sheet.columns] for sheet in sheets},
        # Excel marks digits that are stored as text; here they are so on purpose.
        ignore_errors={sheet.name: list(sheet.columns) for sheet in sheets},
    )
    return file.getvalue()


def _records(sheet: AnswerSheet) -> Iterator[dict[str, str]]:
    columns = sheet.columns
    for row in sheet.rows:
        try:
            whole = "".join(row)
        except TypeError:
            raise ValueError("Every value of a row is a text.") from None
        if not (whole.isascii() and len(whole) < _SHORT):
            for value in row:
                _check(value)
        yield dict(zip(columns, row, strict=True))


def _check(text: str) -> None:
    """Refuse what no cell can hold. Control characters and what looks like `_x0041_` the writer escapes itself."""
    if len(text) > _LONGEST_CELL or _NOT_IN_XML.search(text):
        raise ValueError("A cell holds at most 32,767 characters, all of which XML has a place for.")


def make_request(
    numbers: Iterable[str], password: str, *, heading: str | None = "INSZ", as_numbers: bool = False
) -> bytes:
    """Return a request as a municipality would send it: one column, under `heading` or none, as text or as numbers."""
    values: Iterable[str | float] = (int(number) for number in numbers) if as_numbers else numbers
    column = list(values)
    first: str | float
    first, rest = (heading, column) if heading is not None else (column[0], column[1:])
    file = io.BytesIO()
    write_worksheets([("Blad1", [{str(first): value} for value in rest])], file)
    return encrypt(file.getvalue(), AnswerKey.derive(password))
