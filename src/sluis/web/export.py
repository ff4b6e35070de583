"""Lists to take along: CSV and Excel in which every cell is a text, so that none can run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from rustpy_xlsxwriter import Format, write_worksheets

CSV_TYPE = "text/csv; charset=utf-8"
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WIDTH = 24.0


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Return a CSV that Excel in Belgium opens: semicolons, UTF-8 with its mark; what could run gets an apostrophe."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([_still(cell) for cell in columns])
    writer.writerows([_still(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def as_excel(sheet: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Return a workbook of one sheet whose cells are texts, and stay texts when somebody edits them."""
    records = [dict(zip(columns, row, strict=True)) for row in rows] or [dict.fromkeys(columns, "")]
    file = io.BytesIO()
    write_worksheets(
        [(sheet, records)],
        file,
        column_width={sheet: _WIDTH},
        column_formats={sheet: [Format().set_num_format("@") for _ in columns]},
        ignore_errors={sheet: list(columns)},
    )
    return file.getvalue()


def _still(cell: str) -> str:
    text = cell.replace("\x00", "")
    return f"'{text}" if text.lstrip(" ").startswith(_RUNS) else text
