"""With LibreOffice: the requests that it makes are read, and the answers that we write open in it as texts only."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from sluis.lists.workbook import AnswerSheet, Limits, RequestColumn, WorkbookFault, read_request, write_answer
from sluis.lists.workbook.cells import Cells
from sluis.lists.workbook.encryption import decrypt
from sluis.lists.workbook.plain import plain_cells, plain_strings
from sluis.lists.workbook.writing import workbook, write_answer_sheets
from tests.integration.lists.workbook.hostile import NUMBERS, PASSWORD, SHEET1, encrypted, with_payload

XLSX = "Calc MS Excel 2007 XML"
LIMITS = Limits(rows=1000)
TEXTS: list[list[Any]] = [["text", text] for text in ("INSZ", *NUMBERS)]


def _store(path: Path, sheets: list[dict[str, Any]], name: str = XLSX, **more: Any) -> dict[str, Any]:
    return {"do": "store", "url": path.as_uri(), "filter": name, "sheets": sheets, **more}


def _column(cells: list[list[Any]], **more: Any) -> dict[str, Any]:
    return {"name": "Blad", "cells": [[0, row, kind, value] for row, (kind, value) in enumerate(cells)], **more}


def test_requests_saved_by_libreoffice_with_a_password_are_read(office, tmp_path):
    texts, numbers = tmp_path / "teksten.xlsx", tmp_path / "getallen.xlsx"
    as_numbers: list[list[Any]] = [["text", "Rijksregisternummer"], *(["number", int(number)] for number in NUMBERS)]
    answers = office(
        _store(texts, [_column(TEXTS)], password=PASSWORD), _store(numbers, [_column(as_numbers)], password=PASSWORD)
    )
    assert answers == [None, None]
    for file, expected in ((texts, list(NUMBERS)), (numbers, [str(int(number)) for number in NUMBERS])):
        read = read_request(file.read_bytes(), PASSWORD, limits=LIMITS)
        assert isinstance(read, RequestColumn)
        assert [text for _, text in read.rows] == expected
        assert read.heading_row == 1
        wrong = read_request(file.read_bytes(), "anders", limits=LIMITS)
        assert isinstance(wrong, WorkbookFault)
        assert wrong.code == "workbook-wrong-password"


def test_libreoffice_sheets_go_the_short_way(office, tmp_path):
    path = tmp_path / "open.xlsx"
    office(_store(path, [_column(TEXTS)]))
    with zipfile.ZipFile(path) as archive:
        strings = plain_strings(archive.read("xl/sharedStrings.xml"))
        assert strings == ["INSZ", *NUMBERS]
        assert plain_cells(archive.read(SHEET1), strings, Cells(100)) is not None


@pytest.mark.parametrize(
    ("code", "sheets"),
    [
        ("workbook-formulas", [_column([*TEXTS, ["formula", "=1+1"]])]),
        ("workbook-formulas", [_column([*TEXTS, ["formula", '=HYPERLINK("http://example.org";"x")']])]),
        ("workbook-hidden-sheet", [_column(TEXTS), {"name": "weg", "cells": [], "visible": False}]),
        ("workbook-second-sheet", [_column(TEXTS), {"name": "twee", "cells": [[1, 1, "text", "x"]]}]),
        ("workbook-hidden-cells", [_column(TEXTS, hidden_rows=[2])]),
        ("workbook-more-columns", [{"name": "a", "cells": [[0, 0, "text", "1"], [3, 5, "text", "Jan"]]}]),
    ],
)
def test_what_libreoffice_puts_beside_a_list_is_refused(office, tmp_path, code, sheets):
    path = tmp_path / "vraag.xlsx"
    office(_store(path, sheets, password=PASSWORD))
    said = read_request(path.read_bytes(), PASSWORD, limits=LIMITS)
    assert isinstance(said, WorkbookFault)
    assert said.code == code


@pytest.mark.parametrize(
    ("code", "name", "more"),
    [
        ("workbook-not-encrypted", XLSX, {}),
        ("workbook-xls", "MS Excel 97", {}),
        ("workbook-ods", "calc8", {}),
        ("workbook-ods", "calc8", {"odf_password": PASSWORD}),
        ("workbook-csv", "Text - txt - csv (StarCalc)", {}),
        ("workbook-macros", "Calc MS Excel 2007 VBA XML", {}),
        ("workbook-other-kind", "HTML (StarCalc)", {}),
        ("workbook-other-kind", "MS Excel 2003 XML", {}),
    ],
)
def test_other_formats_of_libreoffice_are_named_for_what_they_are(office, tmp_path, code, name, more):
    path = tmp_path / "vraag.iets"
    assert office(_store(path, [_column(TEXTS)], name, **more)) == [None]
    said = read_request(path.read_bytes(), PASSWORD, limits=LIMITS)
    assert isinstance(said, WorkbookFault)
    assert said.code == code


COLUMNS = ("insz_kind", "recht_sinds", "insz_begunstigde")


def test_libreoffice_opens_an_answer_with_the_password_only_and_shows_texts(office, tmp_path):
    path = tmp_path / "antwoord.xlsx"
    rows = [("00600000196", "2020-03-01", "85670112345"), ("00600000196", "2020-03-01", "17673003384")]
    path.write_bytes(write_answer(COLUMNS, rows, password=PASSWORD, sheet="sociale_toeslag"))
    shown, closed = office(
        {"do": "read", "url": path.as_uri(), "password": PASSWORD},
        {"do": "read", "url": path.as_uri(), "password": "anders"},
    )
    assert closed is None or "error" in closed
    (sheet,) = shown
    assert sheet["name"] == "sociale_toeslag"
    assert sheet["rows"] == [list(row) for row in (COLUMNS, *rows)]
    assert (sheet["running"], sheet["numbers"], sheet["links"]) == (0, 0, 0)


def test_libreoffice_does_not_open_an_answer_that_was_altered(office, tmp_path):
    altered = tmp_path / "antwoord.xlsx"
    altered.write_bytes(with_payload(lambda payload: payload[:2000] + bytes([payload[2000] ^ 1]) + payload[2001:]))
    (shown,) = office({"do": "read", "url": altered.as_uri(), "password": PASSWORD})
    assert shown is None or "error" in shown


@pytest.fixture
def naughty(shared) -> list[str]:
    payloads = (shared / "data" / "csv_injection_payloads.txt").read_text(encoding="utf-8").splitlines()
    strings = json.loads((shared / "data" / "blns.json").read_text(encoding="utf-8"))
    own = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "'x",
        "_x003D_1",
        "00123",
        "1E5",
        "2020-03-01",
        "http://a.be/",
    ]
    own += ["mailto:a@b.be", "TRUE", "#REF!", "{=1}", '=HYPERLINK("http://a.be")', "=cmd|'/C calc'!A0", "1/2", "50%"]
    return [text for text in [*payloads, *strings, *own] if text and "\ufffe" not in text]


def test_nothing_that_is_written_can_run_or_turn_into_a_number_in_libreoffice(office, tmp_path, naughty):
    path = tmp_path / "antwoord.xlsx"
    path.write_bytes(write_answer(("tekst", "rij"), [(text, "x") for text in naughty], password=PASSWORD))
    ((sheet,),) = office({"do": "read", "url": path.as_uri(), "password": PASSWORD})
    assert (sheet["running"], sheet["numbers"], sheet["links"]) == (0, 0, 0)
    for text, (shown, _) in zip(naughty, sheet["rows"][1:], strict=True):
        # Line ends are LibreOffice's own; every other character is the one that was written.
        assert shown.replace("\r\n", "\n").replace("\r", "\n") == text.replace("\r\n", "\n").replace("\r", "\n")


def test_nothing_that_is_written_can_run_or_turn_into_a_number_in_openpyxl(naughty):
    file = decrypt(write_answer(("tekst", "rij"), [(text, "x") for text in naughty], password=PASSWORD), PASSWORD)
    sheet = openpyxl.load_workbook(io.BytesIO(file)).active
    assert sheet is not None
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    assert [unescape(str(cell.value)) for cell in cells] == naughty
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        sheet_xml = archive.read(SHEET1).decode()
        assert not [name for name in archive.namelist() if "rels" in name and "sheet" in name]
    assert "<f" not in sheet_xml
    assert sheet_xml.count("<c ") == sheet_xml.count('t="inlineStr"')


def test_each_column_set_gets_a_sheet_of_its_own(office, tmp_path):
    path = tmp_path / "antwoord.xlsx"
    sheets = [
        AnswerSheet("sociale_toeslag", COLUMNS, [("1", "2020-03-01", "2")]),
        AnswerSheet("zorgtoeslag", ("insz_kind",), [("3",)]),
        AnswerSheet("leeg", ("insz_kind", "recht_sinds"), []),
    ]
    path.write_bytes(write_answer_sheets(sheets, password=PASSWORD))
    (shown,) = office({"do": "read", "url": path.as_uri(), "password": PASSWORD})
    assert [sheet["name"] for sheet in shown] == ["sociale_toeslag", "zorgtoeslag", "leeg"]
    assert [len(sheet["rows"]) for sheet in shown] == [2, 2, 1]
    assert encrypted(workbook(sheets))
