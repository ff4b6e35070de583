"""From the bytes of a file to the one column of a request. Runs in the child process; knows nothing of processes."""

from __future__ import annotations

from typing import Final

from sluis.lists.workbook.column import HEADING_ROWS, request_column
from sluis.lists.workbook.encryption import OLE_MAGIC, decrypt
from sluis.lists.workbook.model import Limits, Refused, RequestColumn
from sluis.lists.workbook.package import ZIP_MAGIC, Package, open_package
from sluis.lists.workbook.parts import find_sheets, is_only_protected, spreadsheet_kind
from sluis.lists.workbook.sheet import read_cells, read_strings

_TEXT_SAMPLE: Final = 4096
_ABOUT_THE_CELLS: Final = {
    "workbook-too-many-rows",
    "workbook-more-columns",
    "workbook-hidden-cells",
    "workbook-merged-cells",
    "workbook-error-cells",
}


def read_file(file: bytes, password: str, limits: Limits) -> RequestColumn:
    """Decrypt, inspect and read; raises `Refused` with the first thing that is wrong, outermost layer first."""
    if not file.startswith(OLE_MAGIC):
        raise Refused(_unencrypted_kind(file, limits))
    try:
        content = decrypt(file, password)
    except (OSError, ValueError, IndexError, AttributeError, TypeError) as broken:
        raise Refused(
            "workbook-damaged"
        ) from broken  # olefile and struct trip over damaged compound files in many ways
    if not content.startswith(ZIP_MAGIC):
        raise Refused("workbook-damaged")
    package = open_package(content, limits)
    kind = spreadsheet_kind(package)
    if kind is not None:
        raise Refused(kind)
    return _read_package(package, limits)


def _unencrypted_kind(file: bytes, limits: Limits) -> str:
    """Name what came instead of an encrypted workbook, so that the remedy fits."""
    if file.startswith(ZIP_MAGIC):
        package = open_package(file, limits)
        kind = spreadsheet_kind(package)
        if kind is not None:
            return kind
        return "workbook-only-protected" if is_only_protected(package) else "workbook-not-encrypted"
    sample = file[:_TEXT_SAMPLE]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "workbook-csv"
    if not sample.strip() or any(byte < 0x20 and byte not in b"\t\r\n\x0c" for byte in sample):
        return "workbook-other-kind"
    return "workbook-other-kind" if sample.lstrip().startswith((b"<", b"%PDF", b"{\\rtf")) else "workbook-csv"


def _read_package(package: Package, limits: Limits) -> RequestColumn:
    sheets = find_sheets(package)
    strings = read_strings(package.read(sheets.strings)) if sheets.strings else []
    first, *others = sheets.parts
    cells = read_cells(package.read(first), strings, most=limits.rows + HEADING_ROWS)
    filled = tuple(position for position, part in enumerate(others, start=2) if _is_filled(package, part, strings))
    if filled:
        raise Refused("workbook-second-sheet", sheets=filled)
    return request_column(cells, limits)


def _is_filled(package: Package, part: str, strings: list[str]) -> bool:
    try:
        read_cells(package.read(part), strings, most=0)
    except Refused as refused:
        if refused.code in _ABOUT_THE_CELLS:
            return True
        raise
    return False
