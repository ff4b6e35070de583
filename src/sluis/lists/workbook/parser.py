"""The strict parser of worksheets and shared strings: streaming, both namespaces, nothing silently skipped.

Built on expat with document type definitions forbidden, so no entity of any kind is ever expanded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from sluis.lists.workbook.cells import LAST_COLUMN, LAST_ROW, TRUE, Cells, cell_text, column_number, unescape
from sluis.lists.workbook.model import Refused
from sluis.lists.workbook.parts import MAIN, STRICT

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_DEEPEST: Final = 64
_ELSEWHERE_IS_A_TRICK: Final = {"row", "c", "v", "is", "f"}


def _forbid_dtd(*_: object) -> None:
    raise Refused("workbook-dtd")


class _Reader:
    """Walks one part: `path` holds the local names of the open elements, "" for those of another namespace."""

    root: str

    def __init__(self) -> None:
        self.path: list[str] = []
        self.namespace = ""
        self.text: list[str] | None = None
        self.skipped = 0

    def run(self, content: bytes) -> None:
        """Parse the whole part; raises `Refused`."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _forbid_dtd
        parser.EntityDeclHandler = _forbid_dtd
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(content, True)
        except (expat.ExpatError, ValueError, LookupError, ImportError, OSError) as broken:
            raise Refused("workbook-damaged") from broken

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self.skipped:
            self.skipped += 1
        else:
            namespace, _, local = name.rpartition(" ")
            if not self.path:
                if namespace not in {MAIN, STRICT} or local != self.root:
                    raise Refused("workbook-damaged")
                self.namespace = namespace
            if not self.start(local if namespace == self.namespace else "", attributes):
                self.skipped = 1
                return
            self.path.append(local)
        if len(self.path) + self.skipped > _DEEPEST:
            raise Refused("workbook-damaged")

    def _end(self, name: str) -> None:
        if self.skipped:
            self.skipped -= 1
        else:
            self.end(self.path.pop())

    def _characters(self, text: str) -> None:
        if self.text is not None and not self.skipped:
            self.text.append(text)

    def start(self, local: str, attributes: dict[str, str]) -> bool:
        """Take an opened element; False skips it with all that is in it."""
        raise NotImplementedError

    def end(self, local: str) -> None:
        """Take a closed element."""
        raise NotImplementedError

    def inside(self, *path: str) -> bool:
        """Say whether the open elements are exactly these."""
        return len(self.path) == len(path) and all(map(str.__eq__, self.path, path))


class StringReader(_Reader):
    """Gives each shared string to `keep`."""

    root = "sst"

    def __init__(self, keep: Callable[[str], None]) -> None:
        super().__init__()
        self.keep = keep
        self.shown: list[str] = []

    def start(self, local: str, attributes: dict[str, str]) -> bool:
        if local == "si" and self.inside("sst"):
            self.shown = []
        elif local == "t" and (self.inside("sst", "si") or self.inside("sst", "si", "r")):
            self.text = []
        return local in {"sst", "si", "r", "t"}

    def end(self, local: str) -> None:
        if local == "t" and self.text is not None:
            self.shown.append(unescape("".join(self.text)))
            self.text = None
        elif local == "si":
            self.keep("".join(self.shown))


class SheetReader(_Reader):
    """Adds the filled cells of a worksheet to `cells`, and what stands in the way of reading them."""

    root = "worksheet"

    def __init__(self, cells: Cells, strings: list[str]) -> None:
        super().__init__()
        self.cells = cells
        self.strings = strings
        self.row = self.column = 0
        self.kind = ""
        self.value: str | None = None
        self.shown: list[str] = []

    def start(self, local: str, attributes: dict[str, str]) -> bool:
        if self.path[:2] == ["worksheet", "sheetData"]:
            return self._start_in_rows(local, attributes)
        if local in _ELSEWHERE_IS_A_TRICK or (local == "sheetData" and not self.inside("worksheet")):
            raise Refused("workbook-damaged")
        if local == "col" and attributes.get("hidden") in TRUE:
            first, last = _whole(attributes.get("min", "")), _whole(attributes.get("max", ""))
            last = min(last, LAST_COLUMN)
            self.cells.hidden_columns[first : last + 1] = b"\1" * max(0, last + 1 - first)
        elif local == "mergeCell":
            self._merge(attributes.get("ref", ""))
        return local in {"worksheet", "sheetData", "cols", "col", "mergeCells", "mergeCell"}

    def _start_in_rows(self, local: str, attributes: dict[str, str]) -> bool:
        depth = len(self.path)
        if local == "row" and depth == 2:
            self._start_row(attributes)
        elif local == "c" and depth == 3:
            self._start_cell(attributes)
        elif local == "f" and depth == 4:
            self.cells.formula_rows.append(self.row)
            return False
        elif (local == "v" and depth == 4) or (local == "t" and self.path[4:] in (["is"], ["is", "r"])):
            self.text = []
        elif not ((local == "is" and depth == 4) or (local == "r" and self.path[4:] == ["is"])):
            if local in {"extLst", "rPh", "phoneticPr", "rPr"}:
                return False
            raise Refused("workbook-damaged")
        return True

    def _start_row(self, attributes: dict[str, str]) -> None:
        row = _whole(attributes["r"]) if "r" in attributes else self.row + 1
        if not self.row < row <= LAST_ROW:
            raise Refused("workbook-damaged")
        self.row, self.column = row, 0
        if attributes.get("hidden") in TRUE:
            self.cells.hidden_rows.add(row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        column = self.column + 1
        if "r" in attributes:
            reference = _REFERENCE.fullmatch(attributes["r"])
            if reference is None or int(reference[2]) != self.row:
                raise Refused("workbook-damaged")
            column = column_number(reference[1])
        if not self.column < column <= LAST_COLUMN:
            raise Refused("workbook-damaged")
        self.column, self.kind = column, attributes.get("t", "")
        self.value, self.shown = None, []

    def end(self, local: str) -> None:
        if local in {"v", "t"} and self.text is not None:
            text = "".join(self.text)
            self.text = None
            if local == "v":
                self.value = text
            else:
                self.shown.append(unescape(text))
        elif local == "c":
            self._end_cell()

    def _end_cell(self) -> None:
        if self.kind == "e":
            self.cells.error_rows.append(self.row)
        elif self.kind == "inlineStr":
            self.cells.add(self.row, self.column, "".join(self.shown) or (self.value or ""))
        elif self.value is not None:
            self.cells.add(self.row, self.column, cell_text(self.kind, self.value, self.strings))
        elif self.shown:
            raise Refused("workbook-damaged")

    def _merge(self, reference: str) -> None:
        first, _, last = reference.replace("$", "").partition(":")
        corners = [_REFERENCE.fullmatch(corner) for corner in (first, last or first)]
        if corners[0] is None or corners[1] is None:
            raise Refused("workbook-damaged")
        if corners[0][2] != corners[1][2]:
            self.cells.tall_merges.append(int(corners[0][2]))


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and int(text)):
        raise Refused("workbook-damaged")
    return int(text)
