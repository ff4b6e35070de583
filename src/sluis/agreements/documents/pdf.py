"""Looking inside a PDF of a stranger: what it is, how many pages it has, and that nothing in it can act.

Runs in the walled-off process of `walled.py`, and in tests. The parser is pyHanko's own, the same one that judges
signatures, so that both see the same file. Every revision and every object is looked at, not only what is shown.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from sluis.agreements.documents.model import MOST_BYTES, MOST_PAGES

_MOST_OBJECTS: Final = 250_000
_MOST_VALUES: Final = 5_000_000

# Keys that hold an action, a script or a form that computes, and the kinds of action and annotation that act.
_ACTIVE_KEYS: Final = frozenset({"/JS", "/JavaScript", "/AA", "/XFA", "/RichMediaContent", "/RichMediaSettings"})
_ACTIVE_KINDS: Final = frozenset(
    {
        *("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/ResetForm", "/Rendition", "/Movie", "/Sound"),
        *("/GoToR", "/GoToE", "/Hide", "/SetOCGState", "/Trans", "/GoTo3DView", "/RichMedia", "/3D", "/Screen"),
        *("/RichMediaExecute",),
    }
)
_EMBEDDED_KEYS: Final = frozenset({"/EmbeddedFiles", "/EF", "/RF", "/Collection"})
_END: Final = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z")
_ZIP_END: Final = b"PK\x05\x06"
_OTHER_KINDS: Final = ((257, b"ustar"), (32_769, b"CD001"), (34_817, b"CD001"), (36_865, b"CD001"))

# A parser may raise anything on hostile bytes (a flipped byte found zlib.error); all of it is a damaged file.
NOT_READABLE: Final = Exception


class NotTaken(Exception):
    """The file is refused; `code` is one of `faults.CODES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_shape(pdf: bytes) -> None:
    """Refuse by the outside alone: size, the first and last bytes, and what the file could also be taken for."""
    if not pdf:
        raise NotTaken("pdf-missing")
    if len(pdf) > MOST_BYTES:
        raise NotTaken("pdf-too-large")
    if not re.match(rb"%PDF-[12]\.\d", pdf):
        raise NotTaken("pdf-polyglot" if re.search(rb"%PDF-[12]\.\d", pdf[:1024]) else "not-a-pdf")
    if _is_archive_too(pdf) or any(pdf[at : at + len(mark)] == mark for at, mark in _OTHER_KINDS):
        raise NotTaken("pdf-polyglot")
    if not _END.search(pdf[-2_048:]):
        raise NotTaken("pdf-polyglot" if b"%%EOF" in pdf else "pdf-damaged")


def _is_archive_too(pdf: bytes) -> bool:
    """Return whether an unpacker would find the end of a ZIP directory in the last 64 KiB."""
    start = max(0, len(pdf) - 65_557)
    at = pdf.find(_ZIP_END, start)
    while at >= 0:
        record = pdf[at : at + 22]
        if len(record) == 22:
            (comment,) = struct.unpack_from("<H", record, 20)
            entries, size, offset = struct.unpack_from("<HII", record, 10)
            if at + 22 + comment <= len(pdf) and (entries == 0 or size + offset <= at):
                return True
        at = pdf.find(_ZIP_END, at + 1)
    return False


def open_pdf(pdf: bytes, *, strict: bool) -> PdfFileReader:
    """Return the parsed file; raises `NotTaken` where it is encrypted, or not a PDF after all."""
    check_shape(pdf)
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=strict)
        encrypted = reader.encrypted
    except NOT_READABLE as error:
        raise NotTaken("pdf-damaged") from error
    if encrypted:
        raise NotTaken("pdf-encrypted")
    return reader


def check_content(reader: PdfFileReader, *, may_embed: bool = False) -> int:
    """Return the number of pages after looking at every object of every revision; raises `NotTaken`."""
    try:
        for revision in range(reader.total_revisions):
            _Look(reader.get_historical_resolver(revision), may_embed=may_embed).at_all()
        return len(pages_of(reader))
    except NotTaken:
        raise
    except NOT_READABLE as error:
        raise NotTaken("pdf-damaged") from error


def pages_of(reader: PdfFileReader) -> list[generic.DictionaryObject]:
    """Return the pages in order; the content of each must be there and decode."""
    found: list[generic.DictionaryObject] = []
    seen: set[int] = set()
    waiting: list[object] = [reader.root["/Pages"]]
    while waiting:
        node = waiting.pop(0)
        if not isinstance(node, generic.DictionaryObject) or id(node) in seen:
            raise NotTaken("pdf-damaged")
        seen.add(id(node))
        if "/Kids" in node:
            waiting[:0] = [_resolved(kid) for kid in node["/Kids"]]
        else:
            found.append(node)
            _check_page(node)
        if len(found) > MOST_PAGES or len(seen) > 2 * MOST_PAGES:
            raise NotTaken("pdf-too-many-pages")
    if not found:
        raise NotTaken("pdf-no-pages")
    return found


def _check_page(page: generic.DictionaryObject) -> None:
    if page.get("/Type") != "/Page":
        raise NotTaken("pdf-damaged")
    content = page.get("/Contents")
    for part in content if isinstance(content, generic.ArrayObject) else [content]:
        stream = _resolved(part)
        if isinstance(stream, generic.StreamObject):
            _ = stream.data


def _resolved(value: object) -> object:
    return value.get_object() if isinstance(value, generic.IndirectObject) else value


class _Look:
    """Looks at every object of one revision once, however deep it is nested."""

    def __init__(self, revision: HistoricalResolver, *, may_embed: bool) -> None:
        self.revision, self.may_embed = revision, may_embed
        self.values = 0

    def at_all(self) -> None:
        references = self.revision.explicit_refs_in_revision()
        if len(references) > _MOST_OBJECTS:
            raise NotTaken("pdf-too-costly")
        self._at(self.revision.trailer_view)
        for reference in references:
            self._at(self.revision.get_object(reference))

    def _at(self, value: object) -> None:
        waiting = [value]
        while waiting:
            one = waiting.pop()
            self.values += 1
            if self.values > _MOST_VALUES:
                raise NotTaken("pdf-too-costly")
            if isinstance(one, generic.DictionaryObject):
                self._check(one)
                waiting += [inner for inner in _values(one) if isinstance(inner, (dict, list))]
            elif isinstance(one, generic.ArrayObject):
                waiting += [inner for inner in list.__iter__(one) if isinstance(inner, (dict, list))]

    def _check(self, found: generic.DictionaryObject) -> None:
        keys = {str(key) for key in dict.keys(found)}
        if keys & _ACTIVE_KEYS or {_name(found, "/S"), _name(found, "/Subtype")} & _ACTIVE_KINDS:
            raise NotTaken("pdf-active")
        if not self.may_embed and (keys & _EMBEDDED_KEYS or _name(found, "/Type") in {"/EmbeddedFile", "/Filespec"}):
            raise NotTaken("pdf-embedded-files")


def _values(found: generic.DictionaryObject) -> Iterator[object]:
    # As they are written: a reference is not followed, since every object is looked at by itself.
    return iter(dict.values(found))


def _name(found: generic.DictionaryObject, key: str) -> str | None:
    value = dict.get(found, key)
    if isinstance(value, generic.IndirectObject):
        value = value.get_object()
    return str(value) if isinstance(value, generic.NameObject) else None
