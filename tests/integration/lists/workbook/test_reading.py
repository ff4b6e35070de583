"""What a request may look like and how it is read: headings, kinds of cells, dialects, makers."""

from __future__ import annotations

import csv
import io
import random
import re

import openpyxl
import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from sluis.lists.workbook import Limits, RequestColumn, WorkbookFault, make_request, read_request
from sluis.lists.workbook.cells import Cells, exact_number
from sluis.lists.workbook.column import heading_rows
from sluis.lists.workbook.model import LONGEST_TEXT, Refused
from sluis.lists.workbook.parser import SheetReader
from sluis.lists.workbook.plain import plain_cells, plain_strings
from sluis.lists.workbook.reader import read_file
from sluis.lists.workbook.sheet import read_strings
from tests.integration.lists.workbook.hostile import (
    HEAD,
    MAIN,
    NUMBERS,
    PASSWORD,
    SHEET1,
    STRICT,
    STRICT_OFFICE,
    Book,
    cell,
    column,
    encrypted,
    relation,
    standard_encrypted,
    zipped,
)

LIMITS = Limits(rows=5000)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def rows_of(file: bytes, limits: Limits = LIMITS) -> list[tuple[int, str]]:
    return read_file(file, PASSWORD, limits).rows


def texts_of(file: bytes) -> list[str]:
    return [text for _, text in rows_of(file)]


@pytest.mark.parametrize(
    "heading",
    [
        "INSZ",
        "insz",
        "INSZ-nummer kind",
        "INSZ nummer (stand 01/03/2020)",
        "Rijksregisternummer",
        "Rijksregister nr.",
        "RRN",
        "Nationalregisternummer",
        "NISS",
        "N° NISS de l’enfant",
        "Numéro national",
        "Numéro de registre national",
        "national number",
        "SSIN",
        "Kolom1",
        "kinderen 0-25",
        "Nr.",
    ],
)
def test_any_sensible_heading_is_left_out_and_its_row_is_told(heading):
    read = read_file(Book(sheets=(column((heading, *NUMBERS)),)).encrypted(), PASSWORD, LIMITS)
    assert [text for _, text in read.rows] == list(NUMBERS)
    assert read.heading_row == 1


@pytest.mark.parametrize(
    "first", ["85670112345", "85.67.01-123.45", "1.7673003384E10", "8567011234", "INSZ 85670112345", "8567011234X"]
)
def test_a_first_cell_that_could_be_a_number_is_never_taken_for_a_heading(first):
    read = read_file(Book(sheets=(column((first, *NUMBERS)),)).encrypted(), PASSWORD, LIMITS)
    assert read.heading_row is None
    assert read.rows[0] == (1, first)


def test_a_title_above_the_heading_and_blank_rows_are_left_out():
    rows = column(("Kinderen 0 tot 25 jaar",), first=2) + column(("INSZ",), first=5) + column(NUMBERS, first=7)
    read = read_file(Book(sheets=(rows,)).encrypted(), PASSWORD, LIMITS)
    assert (read.heading_row, read.rows[0]) == (5, (7, NUMBERS[0]))


def test_a_word_lower_in_the_list_is_a_row_and_not_a_heading():
    assert heading_rows(["85670112345", "INSZ", "85670112345"]) == 0
    assert heading_rows(["titel", "tekst zonder betekenis", "85670112345"]) == 1


def test_blank_rows_are_skipped_and_numbers_keep_their_place():
    rows = column(("INSZ",)) + column((NUMBERS[0],), first=4) + column(("", "  ", "\u00a0", NUMBERS[1], ""), first=9)
    assert rows_of(Book(sheets=(rows,)).encrypted()) == [(4, NUMBERS[0]), (12, NUMBERS[1])]


def test_the_column_may_stand_anywhere():
    read = read_file(Book(sheets=(column(("INSZ", *NUMBERS), letter="AB", first=3),)).encrypted(), PASSWORD, LIMITS)
    assert (read.column, len(read.rows)) == ("AB", 3)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("17073003384", "17073003384"),
        ("1.7073003384E10", "17073003384"),
        ("1.7073003384E+10", "17073003384"),
        ("17073003384.0", "17073003384"),
        ("17073003384.000000", "17073003384"),
        ("600000196", "600000196"),
        ("0600000196", "600000196"),
        ("17073003384.5", "17073003384.5"),
        ("1.7E400", "1.7E400"),
        ("-5", "-5"),
        ("NaN", "NaN"),
        ("INF", "INF"),
        ("1e999999999999", "1e999999999999"),
        (" 17073003384 ", "17073003384"),
        ("", ""),
        ("１７", "１７"),
        ("1_0", "1_0"),
    ],
)
def test_numbers_are_shown_exactly_and_never_through_a_float(raw, shown):
    assert exact_number(raw) == shown


@given(st.integers(0, 10**15 - 1))
@QUICK
def test_a_whole_number_keeps_every_digit_however_it_is_written(number):
    assert exact_number(str(number)) == str(number)
    assert exact_number(f"{number}.0") == str(number)
    assert exact_number(f"{number:.15E}") == str(number)


def test_every_kind_of_cell_is_read_as_what_it_shows():
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>85670112345</t></si>'
        '<si><r><rPr><b/></rPr><t>856701</t></r><r><t xml:space="preserve"> 12345</t></r>'
        "<rPh sb='0' eb='1'><t>weg</t></rPh></si><si><t>85670112345_x000D_</t></si><si/></sst>"
    )
    cells = [
        '<c r="B1" t="inlineStr"><is><t>INSZ</t></is></c>',
        '<c r="B2" t="s"><v>0</v></c>',
        '<c r="B3" t="s"><v>1</v></c>',
        '<c r="B4" t="s"><v>2</v></c>',
        '<c r="B5" t="s"><v>3</v></c>',
        '<c r="B6"><v>8.5670112345E10</v></c>',
        '<c r="B7" t="n"><v>85670112345</v></c>',
        '<c r="B8" t="str"><v>85670112345</v></c>',
        '<c r="B9" t="inlineStr"><is><r><t>85670</t></r><r><t>112345</t></r></is></c>',
        '<c r="B10" t="b"><v>1</v></c>',
        '<c r="B11" t="d"><v>2020-03-01</v></c>',
        '<c r="B12" s="1"/>',
        '<c r="B13"><v/></c>',
        '<c r="B14" t="inlineStr"><is><t>85670112345 &amp; &#56;</t></is></c>',
    ]
    rows = "".join(f'<row r="{number}">{inner}</row>' for number, inner in enumerate(cells, start=1))
    book = Book(
        sheets=(rows,),
        relations=relation("sharedStrings", "sharedStrings.xml"),
        extra={"xl/sharedStrings.xml": (HEAD + strings).encode()},
    )
    n = "85670112345"
    assert rows_of(book.encrypted()) == [
        (2, n),
        (3, "856701 12345"),
        (4, n + "\r"),
        (6, n),
        (7, n),
        (8, n),
        (9, n),
        (10, "TRUE"),
        (11, "2020-03-01"),
        (14, n + " & 8"),
    ]


def test_a_text_beyond_any_number_is_cut_and_stays_malformed():
    file = Book(sheets=(column(("INSZ", "8" * 40_000, "85670112345" + " " * 40_000 + "x")),)).encrypted()
    assert [len(text) for text in texts_of(file)] == [LONGEST_TEXT, LONGEST_TEXT]
    insz = pytest.importorskip("sluis.kernel.insz")
    assert all(insz.read_insz(text, fictitious=True) is insz.InszFault.MALFORMED for text in texts_of(file))


def test_digits_of_another_script_and_odd_blanks_are_passed_on_as_they_are():
    odd = ["８５６７０１１２３４５", "85\u202f67\u00a001 123 45", "'85670112345"]
    assert texts_of(Book(sheets=(column(("INSZ", *odd)),)).encrypted()) == odd


def test_rows_and_cells_without_references_take_the_next_place():
    rows = (
        '<row><c t="inlineStr"><is><t>INSZ</t></is></c></row><row r="5"><c><v>1</v></c></row><row><c><v>2</v></c></row>'
    )
    assert rows_of(Book(sheets=(rows,)).encrypted()) == [(5, "1"), (6, "2")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "latin-1", "us-ascii"])
def test_a_sheet_in_another_known_encoding_is_read_the_same(encoding):
    declared = {"utf-16-le": "utf-16", "utf-8-sig": "utf-8", "latin-1": "iso-8859-1"}.get(encoding, encoding)
    sheet = Book().parts()[SHEET1].decode().replace('encoding="UTF-8"', f'encoding="{declared}"')
    content = ("\ufeff" if encoding == "utf-16-le" else "").encode("utf-16-le") + sheet.encode(encoding)
    assert texts_of(encrypted(zipped(Book().parts() | {SHEET1: content}))) == list(NUMBERS)


def test_a_strict_workbook_is_read_as_rightly_as_any_other():
    assert texts_of(Book(main=STRICT, office=STRICT_OFFICE).encrypted()) == list(NUMBERS)


def test_prefixed_elements_comments_and_sections_are_read_as_xml_means_them():
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><!-- <x:sheetData> --><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr">'
        "<x:is><x:t><![CDATA[856701]]>12345</x:t></x:is></x:c></x:row><!-- <row> --></x:sheetData></x:worksheet>"
    )
    assert texts_of(Book().with_sheet(sheet)) == ["85670112345"]


def test_plain_names_filters_tables_and_protection_are_no_reason_to_refuse():
    names = (
        '<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">Blad1!$A$1:$A$9'
        "</definedName>"
        "<definedName name=\"_xlnm.Print_Titles\">'Mijn blad'!$1:$1</definedName>"
        '<definedName name="oud">#REF!</definedName></definedNames>'
    )
    book = Book(
        around={
            "in-workbook": names,
            "before-sheets": '<workbookProtection lockStructure="1"/>',
            "before-rows": '<cols><col min="1" max="1" width="20" hidden="0"/></cols>',
            "after-rows": '<sheetProtection sheet="1"/><autoFilter ref="A1:A4"/>'
            '<mergeCells><mergeCell ref="A1:C1"/></mergeCells>'
            '<conditionalFormatting sqref="A1"><cfRule type="expression"><formula>A1=1</formula></cfRule>'
            "</conditionalFormatting>",
        },
        sheet_relations=relation("printerSettings", "../printerSettings/p.bin"),
        extra={"xl/printerSettings/p.bin": b"x"},
    )
    assert texts_of(book.encrypted()) == list(NUMBERS)


def test_empty_further_sheets_are_fine():
    assert texts_of(Book(sheets=(column(NUMBERS), "", cell("B2", "", ' s="3"'))).encrypted()) == list(NUMBERS)


def test_exactly_as_many_rows_as_the_limit_are_read_and_one_more_is_not():
    file = Book(sheets=(column(("INSZ", *["1"] * 50)),)).encrypted()
    assert len(rows_of(file, Limits(rows=50))) == 50
    with pytest.raises(Refused, match="workbook-too-many-rows"):
        rows_of(file, Limits(rows=49))


@pytest.mark.parametrize("password", [PASSWORD, "Zoë’s sléutel €", "🔑" * 20, " spatie ", "x" * 255])
def test_any_password_that_excel_takes_opens_the_file(password):
    for file in (Book().encrypted(password), make_request(NUMBERS, password)):
        assert isinstance(read_request(file, password, limits=LIMITS), RequestColumn)


def test_standard_encryption_of_libreoffice_and_excel_2007_is_read():
    file = standard_encrypted(Book().zipped(), PASSWORD)
    assert texts_of(file) == list(NUMBERS)
    with pytest.raises(Refused, match="workbook-wrong-password"):
        read_file(file, "anders", LIMITS)
    with pytest.raises(Refused, match="workbook-default-password"):
        read_file(standard_encrypted(Book().zipped(), "VelvetSweatshop"), PASSWORD, LIMITS)


# Other makers

_cells = st.one_of(
    st.integers(0, 10**11 - 1),
    st.from_regex(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}", fullmatch=True),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), max_size=30).filter(
        lambda text: not text.startswith("=") and not re.search("_x[0-9A-Fa-f]{4}_", text)
    ),
    st.none(),
)


@given(st.lists(_cells, min_size=1, max_size=30))
@QUICK
def test_what_openpyxl_writes_is_read_back(values):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "INSZ"
    for row, value in enumerate(values, start=2):
        sheet.cell(row, 1, value)
        sheet.cell(row, 1).data_type = "n" if isinstance(value, int) else "s"
    file = io.BytesIO()
    book.save(file)
    expected = [
        (row, str(value)) for row, value in enumerate(values, start=2) if value is not None and str(value).strip()
    ]
    content = encrypted(file.getvalue())
    if expected:
        assert rows_of(content) == expected
    else:
        with pytest.raises(Refused, match="workbook-empty"):
            rows_of(content)


def test_rich_text_of_openpyxl_is_joined():
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = CellRichText("8567", TextBlock(InlineFont(b=True), "0112345"))
    file = io.BytesIO()
    book.save(file)
    assert texts_of(encrypted(file.getvalue())) == ["85670112345"]


@pytest.mark.parametrize(("heading", "as_numbers"), [("INSZ", False), ("INSZ", True), (None, False), (None, True)])
def test_requests_that_we_make_are_read_back_by_us_and_by_calamine(heading, as_numbers):
    numbers = [str(10**10 + 7 * step) for step in range(500)]
    file = make_request(numbers, PASSWORD, heading=heading, as_numbers=as_numbers)
    read = read_request(file, PASSWORD, limits=LIMITS)
    assert isinstance(read, RequestColumn)
    assert [text for _, text in read.rows] == numbers
    assert read.heading_row == (1 if heading else None)


# The short way and the strict parser

_inline = st.text(alphabet="0123456789. -_xABé\u00a0&", max_size=12)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 4),
            st.sampled_from(["A", "A", "A", "B", "XFD"]),
            st.sampled_from(["", ' s="1"', ' t="n"', ' t="s"', ' t="str"', ' t="inlineStr"', ' t="e"', ' t="b"']),
            _inline,
            st.sampled_from(["", ' hidden="1"', ' hidden="false"', ' spans="1:1"']),
        ),
        max_size=12,
    )
)
@settings(max_examples=300, deadline=None)
def test_the_short_way_and_the_strict_parser_read_the_same(rows):
    strings = ["85670112345", "é _x0041_"]
    written, row = [], 0
    for step, letters, kind, plain, style in rows:
        row += step
        text = str(len(plain) % 2) if 't="s"' in kind else plain.replace("&", "&amp;")
        inner = f"<is><t>{text}</t></is>" if "inlineStr" in kind else f"<v>{text}</v>"
        written.append(f'<row r="{row}"{style}><c r="{letters}{row}"{kind}>{inner}</c></row>')
    content = (HEAD + f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(written)}</sheetData></worksheet>').encode()
    strict, short = Cells(1000), Cells(1000)
    SheetReader(strict, strings).run(content)
    if plain_cells(content, strings, short) is not None:
        assert (short.found, short.hidden_rows) == (strict.found, strict.hidden_rows)


def test_the_short_way_is_taken_for_the_sheets_of_the_usual_makers():
    for file in (make_request(NUMBERS, PASSWORD), make_request(NUMBERS, PASSWORD, as_numbers=True)):
        package = parts_seen_by_others(file)
        assert plain_cells(package[SHEET1], [], Cells(100)) is not None
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row, number in enumerate(NUMBERS, start=1):
        sheet.cell(row, 1, number)
    made = io.BytesIO()
    book.save(made)
    package = parts_seen_by_others(encrypted(made.getvalue()))
    assert plain_cells(package[SHEET1], [], Cells(100)) is not None
    shared = (
        f'<sst xmlns="{MAIN}" count="2" uniqueCount="2"><si><t>1</t></si><si><t xml:space="preserve">2 </t></si></sst>'
    )
    assert plain_strings((HEAD + shared).encode()) == ["1", "2 "]


def parts_seen_by_others(file: bytes) -> dict[str, bytes]:
    """The parts of an encrypted workbook, opened by msoffcrypto and zipfile; calamine must see a workbook in it too."""
    import zipfile

    import msoffcrypto

    opened = msoffcrypto.OfficeFile(io.BytesIO(file))
    opened.load_key(password=PASSWORD, verify_password=True)
    plain = io.BytesIO()
    opened.decrypt(plain, verify_integrity=True)
    assert python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(plain.getvalue())).sheet_names
    with zipfile.ZipFile(plain) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@given(st.lists(_inline, max_size=10))
@QUICK
def test_shared_strings_are_the_same_either_way(texts):
    escaped = [text.replace("&", "&amp;") for text in texts]
    items = "".join(f'<si><t xml:space="preserve">{text}</t></si>' for text in escaped)
    content = (HEAD + f'<sst xmlns="{MAIN}" count="{len(texts)}">{items}</sst>').encode()
    prefixed = content.replace(b"</sst>", b"<!-- --></sst>")
    assert read_strings(content) == read_strings(prefixed)


# Damage

SMALL = Book(sheets=(column(("INSZ", *NUMBERS)),))


def outcome(file: bytes) -> str | list[str]:
    """The code of the fault, or the texts; anything else that is raised is a bug of ours."""
    try:
        return texts_of(file)
    except Refused as refused:
        return refused.code


def test_no_beginning_of_a_file_is_read_as_a_list():
    whole = encrypted(SMALL.zipped(), spins=1)
    for length in [*range(0, 600), *range(600, len(whole), 13)]:
        said = outcome(whole[:length])
        assert isinstance(said, str) or said == list(NUMBERS), length
        if len(whole) - length > 512:
            assert isinstance(said, str), length


def test_no_beginning_of_a_package_is_read_as_a_list():
    package = SMALL.zipped()
    for length in range(1, len(package), 41):
        cut = package[:length] + b"\0" * max(0, 4096 - length)
        assert isinstance(outcome(encrypted(cut, spins=1)), str), length


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_random_damage_to_the_file_is_noticed_or_harmless(seed):
    chance = random.Random(seed)
    content = bytearray(encrypted(SMALL.zipped(), spins=1))
    for _ in range(chance.choice([1, 1, 2, 8])):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    said = outcome(bytes(content))
    assert isinstance(said, str) or said == list(NUMBERS)


@given(st.integers(0, 2**32))
@settings(max_examples=250, deadline=None)
def test_random_damage_inside_the_encryption_ends_in_a_fault_or_a_list_and_nothing_else(seed):
    chance = random.Random(seed)
    content = bytearray(SMALL.zipped())
    for _ in range(chance.choice([1, 1, 2, 8])):
        content[chance.randrange(len(content) - 5300)] ^= 1 << chance.randrange(8)
    assert outcome(encrypted(bytes(content), spins=1))


@given(
    st.sampled_from(["xl/workbook.xml", SHEET1, "[Content_Types].xml", "xl/_rels/workbook.xml.rels"]),
    st.integers(0, 2**32),
)
@settings(max_examples=250, deadline=None)
def test_random_damage_to_the_xml_ends_in_a_fault_or_a_list_and_nothing_else(part, seed):
    chance = random.Random(seed)
    content = bytearray(SMALL.parts()[part])
    for _ in range(chance.choice([1, 2, 8])):
        at = chance.randrange(len(content))
        content[at : at + chance.choice([0, 1, 5])] = chance.choice(
            [b"", b"<", b">", b"&", b'"', b"\xff", b"</c>", b"<f>", b"9"]
        )
    said = outcome(encrypted(zipped(SMALL.parts() | {part: bytes(content)}), spins=1))
    assert said
    if isinstance(said, list):
        assert b"<f" not in content or b"<f>" not in bytes(content)


# The samples from elsewhere

EXPECTED = {
    "poi__protect.xlsx": "workbook-default-password",
    "poi__SimpleStrict.xlsx": "workbook-not-encrypted",
    "poi__TwoSheetsOneHidden.xlsx": "workbook-not-encrypted",
    "msoffcrypto__example_password.xlsx": "workbook-more-columns",  # opened with its password, and read
}


def test_the_samples_end_as_their_manifest_says(shared):
    folder = shared / "data" / "xlsx"
    with (folder / "MANIFEST.csv").open(encoding="utf-8") as manifest:
        samples = list(csv.DictReader(manifest))
    assert {sample["file"] for sample in samples} == set(EXPECTED)
    for sample in samples:
        said = read_request((folder / sample["file"]).read_bytes(), sample["password"] or "x", limits=LIMITS)
        assert (said.code if isinstance(said, WorkbookFault) else type(said).__name__) == EXPECTED[sample["file"]]


def test_the_samples_that_came_unencrypted_are_judged_by_what_is_in_them(shared):
    folder = shared / "data" / "xlsx"
    assert outcome(encrypted((folder / "poi__SimpleStrict.xlsx").read_bytes())) == "workbook-second-sheet"
    assert outcome(encrypted((folder / "poi__TwoSheetsOneHidden.xlsx").read_bytes())) == "workbook-hidden-sheet"
