"""Builds workbooks part by part, so that each can be wrong in exactly one way. Nothing binary is kept."""

from __future__ import annotations

import base64
import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha1

import olefile
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msoffcrypto.method.container.ecma376_encrypted import ECMA376Encrypted
from msoffcrypto.method.ecma376_agile import ECMA376Agile
from msoffcrypto.method.ecma376_standard import ECMA376Standard

PASSWORD = "de afgesproken sleutel"
NUMBERS = ("85670112345", "00600000196", "17673003384")
"""Shaped like numbers and fictitious by their month; this layer does not check them."""

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET1 = "xl/worksheets/sheet1.xml"


def column(texts: Sequence[str], *, letter: str = "A", first: int = 1) -> str:
    """Rows of one inline text each."""
    return "".join(
        f'<row r="{row}"><c r="{letter}{row}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for row, text in enumerate(texts, start=first)
    )


@dataclass(frozen=True)
class Book:
    """A workbook as its parts; `sheets` are the rows (XML) of each sheet."""

    sheets: tuple[str, ...] = (column(("INSZ", *NUMBERS)),)
    states: Mapping[int, str] = field(default_factory=dict)
    around: Mapping[str, str] = field(default_factory=dict)
    """Text to put at places: before-rows, after-rows, in-workbook, before-sheets."""
    types: str = ""
    relations: str = ""
    sheet_relations: str = ""
    package_relations: str = ""
    extra: Mapping[str, bytes] = field(default_factory=dict)
    main: str = MAIN
    office: str = OFFICE
    workbook_type: str = SHEET_TYPE

    def parts(self) -> dict[str, bytes]:
        here = {
            name: self.around.get(name, "") for name in ("before-rows", "after-rows", "in-workbook", "before-sheets")
        }
        listed = "".join(
            f'<sheet name="Blad{n}" sheetId="{n}" r:id="rId{n}"{self._state(n)}/>'
            for n in range(1, len(self.sheets) + 1)
        )
        related = "".join(
            f'<Relationship Id="rId{n}" Type="{self.office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(self.sheets) + 1)
        )
        texts = {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{self.workbook_type}"/>{self.types}</Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{self.office}/officeDocument" Target="xl/workbook.xml"/>{self.package_relations}</Relationships>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}{self.relations}'
            "</Relationships>",
            "xl/workbook.xml": f'<workbook xmlns="{self.main}" xmlns:r="{self.office}">{here["before-sheets"]}'
            f"<sheets>{listed}</sheets>{here['in-workbook']}</workbook>",
        }
        if self.sheet_relations:
            texts["xl/worksheets/_rels/sheet1.xml.rels"] = (
                f'<Relationships xmlns="{PACKAGE}/relationships">{self.sheet_relations}</Relationships>'
            )
        for n, rows in enumerate(self.sheets, start=1):
            before, after = (here["before-rows"], here["after-rows"]) if n == 1 else ("", "")
            texts[f"xl/worksheets/sheet{n}.xml"] = (
                f'<worksheet xmlns="{self.main}" xmlns:r="{self.office}">{before}<sheetData>{rows}</sheetData>'
                f"{after}</worksheet>"
            )
        return {name: (HEAD + text).encode() for name, text in texts.items()} | dict(self.extra)

    def _state(self, number: int) -> str:
        return f' state="{self.states[number]}"' if number in self.states else ""

    def zipped(self) -> bytes:
        return zipped(self.parts())

    def encrypted(self, password: str = PASSWORD) -> bytes:
        return encrypted(self.zipped(), password)

    def with_part(self, name: str, content: bytes) -> bytes:
        """Encrypted, with one part replaced or added."""
        return encrypted(zipped(self.parts() | {name: content}))

    def with_sheet(self, sheet: str) -> bytes:
        return self.with_part(SHEET1, sheet.encode())


FILLER = ("customXml/item1.xml", b"<filler>" + b"." * 5000 + b"</filler>")
"""Keeps packages over 4 KiB: msoffcrypto-tool cannot write smaller ones."""


def zipped(parts: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.writestr(*FILLER, compress_type=zipfile.ZIP_STORED)
    return file.getvalue()


def encrypted(package: bytes, password: str = PASSWORD, *, spins: int = 1000) -> bytes:
    """Encrypt with msoffcrypto-tool, not with our own code; few spins keep the tests fast."""
    content: bytes = ECMA376Agile.encrypt(password, io.BytesIO(package), spin_count=spins)
    return content


def cell(reference: str, inner: str, attributes: str = "") -> str:
    row = re.sub("[A-Z]+", "", reference)
    return f'<row r="{row}"><c r="{reference}"{attributes}>{inner}</c></row>'


def relation(kind: str, target: str, *, external: bool = False, number: int = 90) -> str:
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'


def _formula(inner: str, attributes: str = "") -> bytes:
    return Book(sheets=(column(("INSZ", NUMBERS[0])) + cell("A3", inner, attributes),)).encrypted()


def _names(definition: str, **attributes: str) -> bytes:
    given = "".join(f' {name}="{value}"' for name, value in {"name": "naam", **attributes}.items())
    names = f"<definedNames><definedName{given}>{definition}</definedName></definedNames>"
    return Book(around={"in-workbook": names}).encrypted()


def _dtd(declarations: str, use: str = "") -> bytes:
    parts = Book(sheets=(column(("INSZ", *NUMBERS, use)),)).parts()
    sheet = parts[SHEET1].decode().replace("<worksheet", f"<!DOCTYPE worksheet [{declarations}]><worksheet", 1)
    return Book().with_sheet(sheet)


def _laughs() -> str:
    entities = '<!ENTITY a0 "lol">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return entities


def rewritten(package: bytes, change: Callable[[bytearray, list[zipfile.ZipInfo]], None]) -> bytes:
    """A zip with bytes changed by hand."""
    content = bytearray(package)
    change(content, zipfile.ZipFile(io.BytesIO(package)).infolist())
    return bytes(content)


def _renamed(name: str, to: str) -> bytes:
    """Rename an entry in both headers to a name of the same length."""
    assert len(name) == len(to)
    return encrypted(Book(extra={name: b"x"}).zipped().replace(name.encode(), to.encode()))


def _duplicate() -> bytes:
    return _renamed("xl/worksheets/sheet9.xml", SHEET1)


def _overlapping() -> bytes:
    """Two directory entries that share one body: the trick of the better zip bomb."""

    def overlap(content: bytearray, infos: list[zipfile.ZipInfo]) -> None:
        position = content.rindex(b"PK\x01\x02")  # the last entry of the directory: the filler
        struct.pack_into("<I", content, position + 42, infos[0].header_offset)

    return encrypted(rewritten(Book().zipped(), overlap))


def _two_names() -> bytes:
    """The local header says another name than the directory."""

    def differ(content: bytearray, infos: list[zipfile.ZipInfo]) -> None:
        at = infos[4].header_offset + 30
        content[at : at + 3] = b"xx/"

    return encrypted(rewritten(Book().zipped(), differ))


def _bad_checksum() -> bytes:
    def break_it(content: bytearray, infos: list[zipfile.ZipInfo]) -> None:
        info = next(info for info in infos if info.filename == SHEET1)
        struct.pack_into("<I", content, info.header_offset + 14, info.CRC ^ 1)
        directory = content.index(b"PK\x01\x02")
        while content[directory + 46 : directory + 46 + len(SHEET1)] != SHEET1.encode():
            directory = content.index(b"PK\x01\x02", directory + 4)
        struct.pack_into("<I", content, directory + 16, info.CRC ^ 1)

    return encrypted(rewritten(Book().zipped(), break_it))


def _zip_bomb() -> bytes:
    return Book().with_part("xl/media/nul.xml", b"\0" * (64 * 1024 * 1024))


def _nested_zip_bomb() -> bytes:
    inner = zipped({"bomb.bin": b"\0" * (8 * 1024 * 1024)})
    return Book().with_part("xl/embeddings/inner.zip", inner)


def _many_entries() -> bytes:
    return encrypted(zipped(Book().parts() | {f"xl/f{n}.xml": b"" for n in range(1500)}))


def _large_parts() -> bytes:
    """Parts that each deflate no better than a sheet may, and together are more than a workbook may be."""
    noise = random.Random(1).randbytes(64 * 1024) * 4  # beyond deflate's window: does not shrink
    part = noise + b"\0" * (19 * 1024 * 1024)
    return encrypted(zipped(Book().parts() | {f"xl/f{n}.xml": part for n in range(11)}))


def information(file: bytes) -> tuple[bytes, bytes]:
    """The two streams of an encrypted workbook."""
    with olefile.OleFileIO(io.BytesIO(file)) as compound:
        return compound.openstream("EncryptionInfo").read(), compound.openstream("EncryptedPackage").read()


def compound(info: bytes, package: bytes) -> bytes:
    file = io.BytesIO()
    ECMA376Encrypted(package, info).write_to(file)
    return file.getvalue()


def with_information(change: Callable[[str], str]) -> bytes:
    """An encrypted workbook whose descriptor (XML) is changed."""
    info, package = information(Book().encrypted())
    return compound(info[:8] + change(info[8:].decode()).encode(), package)


def with_payload(change: Callable[[bytes], bytes]) -> bytes:
    info, package = information(Book().encrypted())
    return compound(info, change(package))


def _spins(count: int) -> bytes:
    return with_information(lambda xml: re.sub(r'spinCount="\d+"', f'spinCount="{count}"', xml))


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


def _hmac(xml: str) -> str:
    old = re.search(r'encryptedHmacValue="([^"]+)"', xml)
    assert old
    flipped = base64.b64encode(_flip(base64.b64decode(old[1]), 5)).decode()
    return xml.replace(old[1], flipped)


def _renamed_stream(old: str, new: str) -> bytes:
    """A compound file whose stream has another name: how other formats look from outside."""
    content = bytearray(Book().encrypted())
    entry = content.index(old.encode("utf-16-le"))  # a directory entry: 64 bytes of name, then its size with the null
    content[entry : entry + 64] = new.encode("utf-16-le").ljust(64, b"\0")
    struct.pack_into("<H", content, entry + 64, 2 * (len(new) + 1))
    return bytes(content)


def ods(*, password: bool = False) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office/>" if not password else "\x01\x02")
    return file.getvalue()


def xlsb() -> bytes:
    return Book(
        workbook_type="application/vnd.ms-excel.sheet.binary.macroEnabled.main",
        extra={"xl/workbook.bin": b"\x83\x01\0"},
    ).zipped()


MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
VBA = '<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
HIDDEN_COLUMN = '<cols><col min="1" max="3" hidden="1"/></cols>'
PROTECTED = {"after-rows": '<sheetProtection sheet="1" password="CC1A"/>'}
STRUCTURE = {"before-sheets": '<workbookProtection lockStructure="1"/>'}

HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    # not, or not really, encrypted
    "plain workbook": ("workbook-not-encrypted", lambda: Book().zipped()),
    "plain Strict workbook": ("workbook-not-encrypted", lambda: Book(main=STRICT, office=STRICT_OFFICE).zipped()),
    "sheet protected only": ("workbook-only-protected", lambda: Book(around=PROTECTED).zipped()),
    "structure protected only": ("workbook-only-protected", lambda: Book(around=STRUCTURE).zipped()),
    "Excel's default password": ("workbook-default-password", lambda: Book().encrypted("VelvetSweatshop")),
    "another password": ("workbook-wrong-password", lambda: Book().encrypted("iets anders")),
    # other kinds
    "nothing": ("workbook-other-kind", lambda: b""),
    "pdf": ("workbook-other-kind", lambda: b"%PDF-1.7\n1 0 obj"),
    "html named xls": ("workbook-other-kind", lambda: b"<html><table><tr><td>1</td></tr></table>"),
    "noise": ("workbook-other-kind", lambda: bytes(range(256)) * 20),
    "csv": ("workbook-csv", lambda: b"INSZ\r\n85670112345\r\n"),
    "csv with accents in Latin-1": ("workbook-csv", lambda: "numéro;naam\n1;Zoë\n".encode("latin-1")),
    "csv in UTF-16": ("workbook-csv", lambda: "INSZ\n1".encode("utf-16")),
    "ods": ("workbook-ods", ods),
    "ods with password": ("workbook-ods", lambda: ods(password=True)),
    "ods inside the encryption": ("workbook-ods", lambda: encrypted(_padded_ods())),
    "xlsb": ("workbook-xlsb", xlsb),
    "xlsb inside the encryption": ("workbook-xlsb", lambda: encrypted(xlsb())),
    "xls": ("workbook-xls", lambda: _renamed_stream("EncryptedPackage", "Workbook")),
    "xls of Excel 5": ("workbook-xls", lambda: _renamed_stream("EncryptedPackage", "Book")),
    "rights management": (
        "workbook-encryption-unsupported",
        lambda: _renamed_stream("EncryptionInfo", "\x09DRMContent"),
    ),
    "other compound file": ("workbook-other-kind", lambda: _renamed_stream("EncryptedPackage", "WordDocument")),
    "document inside the encryption": (
        "workbook-other-kind",
        lambda: Book(
            workbook_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        ).encrypted(),
    ),
    "zip without a workbook": ("workbook-other-kind", lambda: zipped({"a.txt": b"x"})),
    "xlsm": ("workbook-macros", lambda: Book(workbook_type=MACRO_TYPE).encrypted()),
    "xlsm not encrypted": ("workbook-macros", lambda: Book(workbook_type=MACRO_TYPE).zipped()),
    "macros renamed to xlsx": ("workbook-macros", lambda: Book(extra={"xl/vbaProject.bin": b"vba"}).encrypted()),
    "macros by content type": ("workbook-macros", lambda: Book(types=VBA).encrypted()),
    "macros by relationship": (
        "workbook-macros",
        lambda: Book(relations=relation("vbaProject", "iets.bin"), extra={"xl/iets.bin": b"vba"}).encrypted(),
    ),
    "Excel 4 macro sheet": ("workbook-macros", lambda: Book(extra={"xl/macrosheets/sheet9.xml": b"<x/>"}).encrypted()),
    # hidden and further data
    "hidden sheet": (
        "workbook-hidden-sheet",
        lambda: Book(sheets=(column(NUMBERS), ""), states={2: "hidden"}).encrypted(),
    ),
    "very hidden sheet": (
        "workbook-hidden-sheet",
        lambda: Book(sheets=("", column(NUMBERS)), states={1: "veryHidden"}).encrypted(),
    ),
    "two sheets with data": (
        "workbook-second-sheet",
        lambda: Book(sheets=(column(NUMBERS), column(("x",)))).encrypted(),
    ),
    "data on the second sheet only": ("workbook-second-sheet", lambda: Book(sheets=("", column(NUMBERS))).encrypted()),
    "hidden rows": (
        "workbook-hidden-cells",
        lambda: Book(sheets=(column(NUMBERS).replace('<row r="2"', '<row r="2" hidden="1"'),)).encrypted(),
    ),
    "hidden column": ("workbook-hidden-cells", lambda: Book(around={"before-rows": HIDDEN_COLUMN}).encrypted()),
    "two columns": (
        "workbook-more-columns",
        lambda: Book(sheets=(column(NUMBERS) + cell("C9", "<v>1</v>"),)).encrypted(),
    ),
    "comments": (
        "workbook-extra-content",
        lambda: Book(
            sheet_relations=relation("comments", "../comments1.xml"), extra={"xl/comments1.xml": b"<comments/>"}
        ).encrypted(),
    ),
    "drawing": (
        "workbook-extra-content",
        lambda: Book(
            sheet_relations=relation("drawing", "../drawings/d.xml"), extra={"xl/drawings/d.xml": b"<d/>"}
        ).encrypted(),
    ),
    "pivot cache": (
        "workbook-extra-content",
        lambda: Book(relations=relation("pivotCacheDefinition", "p.xml"), extra={"xl/p.xml": b"<p/>"}).encrypted(),
    ),
    # formulas and reaching out
    "formula": ("workbook-formulas", lambda: _formula("<f>1+1</f>")),
    "formula with a value": ("workbook-formulas", lambda: _formula("<f>1+1</f><v>85670112345</v>")),
    "formula with a text": ("workbook-formulas", lambda: _formula("<f>A2</f><v>85670112345</v>", ' t="str"')),
    "shared formula": ("workbook-formulas", lambda: _formula('<f t="shared" ref="A3:A9" si="0">A2</f><v>1</v>')),
    "shared formula, follower": ("workbook-formulas", lambda: _formula('<f t="shared" si="0"/><v>1</v>')),
    "array formula": ("workbook-formulas", lambda: _formula('<f t="array" ref="A3">A2</f><v>1</v>')),
    "dde in a formula": ("workbook-formulas", lambda: _formula("<f>cmd|' /C calc'!A0</f><v>1</v>")),
    "formula behind a prefix": (
        "workbook-formulas",
        lambda: Book().with_sheet(
            f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:f>1</x:f></x:c></x:row>'
            "</x:sheetData></x:worksheet>"
        ),
    ),
    "formula on an empty second sheet": (
        "workbook-formulas",
        lambda: Book(sheets=(column(NUMBERS), cell("A1", "<f>1</f>"))).encrypted(),
    ),
    "external link": (
        "workbook-external-links",
        lambda: Book(extra={"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}).encrypted(),
    ),
    "external reference": (
        "workbook-external-links",
        lambda: Book(
            around={"in-workbook": '<externalReferences><externalReference r:id="rId1"/></externalReferences>'}
        ).encrypted(),
    ),
    "external relationship": (
        "workbook-external-links",
        lambda: Book(sheet_relations=relation("hyperlink", "https://example.org/", external=True)).encrypted(),
    ),
    "remote template": (
        "workbook-external-links",
        lambda: Book(package_relations=relation("anything", "file:///etc/passwd", external=True)).encrypted(),
    ),
    "data connection": (
        "workbook-connections",
        lambda: Book(extra={"xl/connections.xml": b"<connections/>"}).encrypted(),
    ),
    "query table": (
        "workbook-connections",
        lambda: Book(sheet_relations=relation("queryTable", "../q.xml"), extra={"xl/q.xml": b"<q/>"}).encrypted(),
    ),
    "embedded file": ("workbook-embedded", lambda: Book(extra={"xl/embeddings/oleObject1.bin": b"ole"}).encrypted()),
    "ole object by relationship": (
        "workbook-embedded",
        lambda: Book(sheet_relations=relation("oleObject", "../o.bin"), extra={"xl/o.bin": b"ole"}).encrypted(),
    ),
    "ActiveX": ("workbook-embedded", lambda: Book(extra={"xl/activeX/activeX1.xml": b"<x/>"}).encrypted()),
    "nested zip bomb": ("workbook-embedded", _nested_zip_bomb),
    "name that runs": ("workbook-defined-names", lambda: _names("Blad1!$A$1", name="Auto_Open")),
    "name that runs, built in": ("workbook-defined-names", lambda: _names("Blad1!$A$1", name="_xlnm.Auto_Open")),
    "name with a call": ("workbook-defined-names", lambda: _names("WEBSERVICE(&quot;http://x/&quot;)")),
    "name with dde": ("workbook-defined-names", lambda: _names("cmd|'/c calc'!A0")),
    "name into another file": ("workbook-defined-names", lambda: _names("[1]Blad1!$A$1")),
    "name with a constant": ("workbook-defined-names", lambda: _names("&quot;85670112345&quot;")),
    # XML
    "billion laughs": ("workbook-dtd", lambda: _dtd(_laughs(), "&a9;")),
    "quadratic blowup": ("workbook-dtd", lambda: _dtd(f'<!ENTITY a "{"x" * 100_000}">', "&a;" * 1000)),
    "xxe": ("workbook-dtd", lambda: _dtd('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;")),
    "xxe by parameter": ("workbook-dtd", lambda: _dtd('<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;')),
    "empty dtd": ("workbook-dtd", lambda: _dtd("")),
    "dtd in the workbook part": (
        "workbook-dtd",
        lambda: Book().with_part("xl/workbook.xml", b'<!DOCTYPE w [<!ENTITY a "b">]><w>&a;</w>'),
    ),
    "dtd in the content types": (
        "workbook-dtd",
        lambda: Book().with_part("[Content_Types].xml", b'<!DOCTYPE w [<!ENTITY a "b">]><w>&a;</w>'),
    ),
    "dtd in a relationship part": (
        "workbook-dtd",
        lambda: Book().with_part("xl/_rels/x.rels", b'<!DOCTYPE w [<!ENTITY a "b">]><w>&a;</w>'),
    ),
    "dtd in the descriptor": (
        "workbook-dtd",
        lambda: with_information(lambda xml: xml.replace("<encryption", f"<!DOCTYPE e [{_laughs()}]><encryption", 1)),
    ),
    "unknown entity": ("workbook-damaged", lambda: Book(sheets=(column(("&nbsp;",)),)).encrypted()),
    "sheet cut short": (
        "workbook-damaged",
        lambda: Book().with_sheet(Book().parts()[SHEET1].decode().replace("</worksheet>", "")),
    ),
    "sheet in another namespace": ("workbook-damaged", lambda: Book().with_sheet('<worksheet xmlns="urn:x"/>')),
    "sheet nested a thousand deep": (
        "workbook-damaged",
        lambda: Book(around={"after-rows": "<x>" * 1000 + "</x>" * 1000}).encrypted(),
    ),
    "sheet in an unknown encoding": (
        "workbook-damaged",
        lambda: Book().with_sheet('<?xml version="1.0" encoding="ebcdic-cp-be"?><worksheet/>'),
    ),
    "rows in rows": (
        "workbook-damaged",
        lambda: Book(sheets=(f'<row r="1">{column(NUMBERS)}</row>',)).encrypted(),
    ),
    "rows behind an unknown element": (
        "workbook-damaged",
        lambda: Book(sheets=(f"<choice>{column(NUMBERS)}</choice>",)).encrypted(),
    ),
    "rows twice": ("workbook-damaged", lambda: Book(sheets=(column(NUMBERS) * 2,)).encrypted()),
    "row zero": ("workbook-damaged", lambda: Book(sheets=(column(NUMBERS, first=0),)).encrypted()),
    "row beyond the last": ("workbook-damaged", lambda: Book(sheets=(column(("1",), first=1_048_577),)).encrypted()),
    "column beyond the last": ("workbook-damaged", lambda: Book(sheets=(column(("1",), letter="XFE"),)).encrypted()),
    "cell of another row": (
        "workbook-damaged",
        lambda: Book(sheets=('<row r="1"><c r="A2"><v>1</v></c></row>',)).encrypted(),
    ),
    "string that is not there": ("workbook-damaged", lambda: _formula("<v>7</v>", ' t="s"')),
    "negative string": ("workbook-damaged", lambda: _formula("<v>-1</v>", ' t="s"')),
    "unknown cell type": ("workbook-damaged", lambda: _formula("<v>7</v>", ' t="z"')),
    "sheet that points nowhere": (
        "workbook-damaged",
        lambda: encrypted(zipped({k: v for k, v in Book().parts().items() if k != SHEET1})),
    ),
    "two main parts": (
        "workbook-damaged",
        lambda: Book(package_relations=relation("officeDocument", "xl/workbook.xml")).encrypted(),
    ),
    # the zip
    "zip bomb": ("workbook-bomb", _zip_bomb),
    "zip bomb, not encrypted": ("workbook-bomb", lambda: zipped({"xl/workbook.xml": b"\0" * (64 * 1024 * 1024)})),
    "many entries": ("workbook-bomb", _many_entries),
    "many large parts": ("workbook-too-large", _large_parts),
    "overlapping entries": ("workbook-package-tricks", _overlapping),
    "duplicate entry": ("workbook-package-tricks", _duplicate),
    "duplicate entry in other case": (
        "workbook-package-tricks",
        lambda: Book(extra={"XL/Workbook.xml": b"<x/>"}).encrypted(),
    ),
    "entry that climbs": ("workbook-package-tricks", lambda: Book(extra={"xl/../../etc/passwd": b"x"}).encrypted()),
    "absolute entry": ("workbook-package-tricks", lambda: Book(extra={"/xl/a.xml": b"x"}).encrypted()),
    "entry with a backslash": ("workbook-package-tricks", lambda: _renamed("xl/a/b.xml", "xl\\a\\b.xml")),
    "entry with a drive": ("workbook-package-tricks", lambda: Book(extra={"C:a.xml": b"x"}).encrypted()),
    "entry with a null": ("workbook-package-tricks", lambda: _renamed("xl/a/b.xml", "xl/a\0b.xml")),
    "two names for one entry": ("workbook-package-tricks", _two_names),
    "something before the zip": ("workbook-damaged", lambda: encrypted(b"MZ" + Book().zipped())),
    "two zips": ("workbook-package-tricks", lambda: encrypted(Book().zipped() + Book().zipped())),
    "wrong checksum": ("workbook-damaged", _bad_checksum),
    "not a zip": ("workbook-damaged", lambda: encrypted(b"x" * 5000)),
    # the encryption
    "huge spin count": ("workbook-encryption-unsupported", lambda: _spins(9_999_999)),
    "absurd spin count": ("workbook-damaged", lambda: _spins(10**12)),
    "negative spin count": (
        "workbook-damaged",
        lambda: with_information(lambda x: x.replace('spinCount="', 'spinCount="-')),
    ),
    "altered payload": ("workbook-altered", lambda: with_payload(lambda p: _flip(p, 100))),
    "altered size": ("workbook-altered", lambda: with_payload(lambda p: struct.pack("<Q", 4097) + p[8:])),
    "size beyond the payload": ("workbook-damaged", lambda: with_payload(lambda p: struct.pack("<Q", 2**60) + p[8:])),
    "size zero": ("workbook-damaged", lambda: with_payload(lambda p: struct.pack("<Q", 0) + p[8:])),
    "payload of no whole blocks": ("workbook-damaged", lambda: with_payload(lambda p: p[:-5])),
    "payload without its end": ("workbook-damaged", lambda: with_payload(lambda p: p[:-4096])),
    "altered HMAC": ("workbook-altered", lambda: with_information(_hmac)),
    "no HMAC": ("workbook-damaged", lambda: with_information(lambda x: re.sub("<dataIntegrity[^>]*/>", "", x))),
    "empty HMAC": (
        "workbook-damaged",
        lambda: with_information(lambda x: re.sub('encryptedHmacKey="[^"]*"', 'encryptedHmacKey=""', x)),
    ),
    "unknown cipher": (
        "workbook-encryption-unsupported",
        lambda: with_information(lambda x: x.replace('cipherAlgorithm="AES"', 'cipherAlgorithm="RC2"')),
    ),
    "unknown hash": ("workbook-encryption-unsupported", lambda: with_information(lambda x: x.replace("SHA512", "MD5"))),
    "block size zero": (
        "workbook-damaged",
        lambda: with_information(lambda x: x.replace('blockSize="16"', 'blockSize="0"')),
    ),
    "salt that is no base64": (
        "workbook-damaged",
        lambda: with_information(lambda x: re.sub('saltValue="[^"]*"', 'saltValue="%%"', x)),
    ),
    "two password keys": (
        "workbook-encryption-unsupported",
        lambda: with_information(lambda x: re.sub("(<keyEncryptor .*</keyEncryptor>)", r"\1\1", x, flags=re.S)),
    ),
    "extensible encryption": (
        "workbook-encryption-unsupported",
        lambda: compound(b"\x03\0\x03\0" + information(Book().encrypted())[0][4:], information(Book().encrypted())[1]),
    ),
    "descriptor of noise": ("workbook-damaged", lambda: compound(b"\4\0\4\0\x40\0\0\0" + b"\xff" * 90, b"\0" * 5008)),
    # sizes and cells
    "no numbers": ("workbook-empty", lambda: Book(sheets=("",)).encrypted()),
    "heading only": ("workbook-empty", lambda: Book(sheets=(column(("INSZ",)),)).encrypted()),
    "blanks only": ("workbook-empty", lambda: Book(sheets=(column(("", "  ", "\u00a0")),)).encrypted()),
    "too many rows": ("workbook-too-many-rows", lambda: Book(sheets=(column(("1",) * 200),)).encrypted()),
    "a million rows": ("workbook-too-many-rows", lambda: Book(sheets=(column(("1",) * 1_048_576),)).encrypted()),
    "merged rows": (
        "workbook-merged-cells",
        lambda: Book(around={"after-rows": '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'}).encrypted(),
    ),
    "error cell": ("workbook-error-cells", lambda: _formula("<v>#REF!</v>", ' t="e"')),
}


def _padded_ods() -> bytes:
    file = io.BytesIO(ods())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("content2.xml", b"." * 5000)
    return file.getvalue()


def standard_encrypted(package: bytes, password: str) -> bytes:
    """Encrypt as Excel 2007 and LibreOffice do: AES-128 in ECB, SHA-1, no integrity."""
    salt, verifier = bytes(range(16)), bytes(range(16, 32))
    key = bytes(ECMA376Standard.makekey_from_password(password, 0x660E, 0x8004, 0x18, 128, 16, salt))

    def locked(data: bytes) -> bytes:
        encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        return encryptor.update(data + b"\0" * (-len(data) % 16)) + encryptor.finalize()

    header = struct.pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0) + "AES\0".encode("utf-16-le")
    rest = struct.pack("<I", 16) + salt + locked(verifier) + struct.pack("<I", 20) + locked(sha1(verifier).digest())
    info = struct.pack("<HHI", 3, 2, 0x24) + struct.pack("<I", len(header)) + header + rest
    return compound(info, struct.pack("<Q", len(package)) + locked(package))
