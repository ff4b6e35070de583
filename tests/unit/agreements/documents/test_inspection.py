"""A PDF of a stranger is taken only when it is a plain PDF; each other thing is named with its clause."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from sluis.agreements.documents import faults
from sluis.agreements.documents.examination import answer
from sluis.agreements.documents.inspection import check_attachment
from sluis.agreements.documents.model import MOST_BYTES
from sluis.agreements.documents.walled import Wall
from sluis.kernel.errors import SluisError


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def a_decision(change: Callable[[PdfWriter], object] | None = None, *, pages: int = 2) -> bytes:
    """Return a plain PDF of two empty pages, after this change."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if change is not None:
        change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue().rstrip() + b"\n"


def action(kind: str, **more: str) -> DictionaryObject:
    entries = {NameObject("/S"): NameObject(kind)} | {
        NameObject(f"/{key}"): TextStringObject(value) for key, value in more.items()
    }
    return DictionaryObject(entries)


def open_with(found: DictionaryObject) -> Callable[[PdfWriter], object]:
    return lambda writer: writer.root_object.update({NameObject("/OpenAction"): found})


def deep_in_a_page(writer: PdfWriter) -> None:
    note = {NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action("/Launch", F="cmd.exe")}
    writer.add_annotation(0, DictionaryObject({**note, NameObject("/Rect"): writer.pages[0].mediabox}))


def by_hand(content: bytes, catalog: bytes = b"") -> bytes:
    """Return a PDF of one page, written out: its content, and what more stands in the catalogue."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        content,
    ]
    places, body = [], b"%PDF-1.7\n"
    for number, one in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 5\n0000000000 65535 f \n"
    return body + head + table + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)


NOTHING = b"<</Length 0>>stream\n\nendstream"


def code_of(pdf: bytes) -> str:
    with pytest.raises(SluisError) as refusal:
        check_attachment(pdf)
    assert refusal.value.clause is not None
    assert str(refusal.value.remedy).endswith(".")
    return refusal.value.code


def test_a_plain_pdf_is_taken() -> None:
    facts = check_attachment(a_decision())
    assert (facts.pages, facts.size_bytes) == (2, len(a_decision()))
    assert check_attachment(by_hand(NOTHING)).pages == 1


BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "pdf-missing"),
    "a text": (b"Het college besliste.", "not-a-pdf"),
    "a workbook": (b"PK\x03\x04" + bytes(100), "not-a-pdf"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "not-a-pdf"),
    "a page before the PDF": (b"<html></html>\n" + a_decision(), "pdf-polyglot"),
    "an archive behind the PDF": (a_decision() + b"PK\x05\x06" + bytes(18), "pdf-polyglot"),
    "an archive with the PDF in its end": (
        b"%PDF-1.7\nPK\x05\x06" + bytes(16) + len(a_decision()).to_bytes(2, "little") + a_decision(),
        "pdf-polyglot",
    ),
    "a program behind the PDF": (a_decision() + b"\nMZ" + bytes(300), "pdf-polyglot"),
    "half a PDF": (a_decision()[: len(a_decision()) // 2], "pdf-damaged"),
    "only a head and an end": (b"%PDF-1.7\nstartxref\n9\n%%EOF\n", "pdf-damaged"),
    "too large": (b"%PDF-1.7" + bytes(MOST_BYTES), "pdf-too-large"),
    "a password": (a_decision(lambda writer: writer.encrypt("geheim")), "pdf-encrypted"),
    "no password to open": (a_decision(lambda writer: writer.encrypt("", "baas")), "pdf-encrypted"),
    "a script": (a_decision(open_with(action("/JavaScript", JS="app.alert(1)"))), "pdf-active"),
    "a program that starts": (a_decision(open_with(action("/Launch", F="cmd.exe"))), "pdf-active"),
    "a form that is sent": (a_decision(open_with(action("/SubmitForm", F="https://x.example"))), "pdf-active"),
    "a script under another spelling": (
        by_hand(NOTHING, b"/OpenAction<</S/Java#53cript/#4a#53(x)>>"),
        "pdf-active",
    ),
    "an action in a link": (a_decision(deep_in_a_page), "pdf-active"),
    "a hidden file": (a_decision(lambda writer: writer.add_attachment("x.exe", b"MZ")), "pdf-embedded-files"),
    "no pages": (a_decision(pages=0), "pdf-no-pages"),
}


@pytest.mark.parametrize(("pdf", "code"), BAD.values(), ids=list(BAD))
def test_each_other_file_is_refused_for_what_it_is(pdf: bytes, code: str) -> None:
    assert code_of(pdf) == code


def test_a_script_of_an_older_revision_is_found_too() -> None:
    from pyhanko.pdf_utils.generic import NullObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(BytesIO(a_decision(open_with(action("/JavaScript", JS="x")))))
    writer.root["/OpenAction"] = NullObject()
    writer.update_root()
    output = BytesIO()
    writer.write(output)
    assert answer(output.getvalue()) == b'{"refused": "pdf-active"}'


def bomb() -> bytes:
    """Return a PDF whose one page unpacks to 300 mebibytes."""
    packed = zlib.compressobj(9)
    data = b"".join(packed.compress(bytes(1024 * 1024)) for _ in range(300)) + packed.flush()
    return by_hand(b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(data), data))


def test_a_bomb_ends_in_its_own_process() -> None:
    with pytest.raises(SluisError) as refusal:
        check_attachment(bomb(), wall=Wall(cpu_seconds=10, wall_seconds=20, memory_bytes=128 * 1024 * 1024))
    assert refusal.value.code in {"pdf-too-costly", "pdf-damaged"}


def test_work_that_takes_too_long_is_ended() -> None:
    with pytest.raises(SluisError) as refusal:
        check_attachment(a_decision(), wall=Wall(wall_seconds=0.05))
    assert refusal.value.code == "pdf-too-costly"


def test_every_fault_has_a_sentence_a_clause_and_a_remedy() -> None:
    for code in faults.CODES:
        found = faults.reason(code)
        assert str(found.what).endswith(".")
        assert found.clause.article
        assert "{" not in str(found.what)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 10**6), bits=st.integers(1, 255))
def test_no_flipped_byte_brings_the_examination_down(at: int, bits: int) -> None:
    pdf = a_decision()
    place = at % len(pdf)
    said = answer(pdf[:place] + bytes([pdf[place] ^ bits]) + pdf[place + 1 :])
    assert said.startswith((b'{"pages"', b'{"refused"'))
