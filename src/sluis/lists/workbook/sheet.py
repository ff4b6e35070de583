"""A worksheet's filled cells and the shared strings: the short way where the part is plain, else the strict parser.

calamine and openpyxl are not used to read: they hide formulas behind cached values, turn numbers into floats, see no
sheets in Strict files, and would read another file than the one that was inspected. They are the oracles of the tests.
See docs/decisions/workbook-reading.md.
"""

from __future__ import annotations

from sluis.lists.workbook.cells import Cells
from sluis.lists.workbook.parser import SheetReader, StringReader
from sluis.lists.workbook.plain import plain_cells, plain_strings


def read_strings(content: bytes) -> list[str]:
    """Return the shared strings, rich text joined, phonetic guides left out."""
    strings = plain_strings(content)
    if strings is None:
        strings = []
        StringReader(strings.append).run(content)
    return strings


def read_cells(content: bytes, strings: list[str], *, most: int) -> Cells:
    """Return the filled cells of a worksheet, at most `most`; raises `Refused`."""
    cells = Cells(most)
    outside_the_rows = plain_cells(content, strings, cells)
    SheetReader(cells, strings).run(content if outside_the_rows is None else outside_the_rows)
    cells.check()
    return cells
