"""The canonical text inside the paper of an agreement."""

from __future__ import annotations

from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from sluis.agreements.documents.model import ATTACHMENT

_LONGEST: Final = 4 * 1024 * 1024


def text_inside(reader: PdfFileReader) -> bytes | None:
    """Return the canonical text as the first revision of the PDF carries it; None where there is none."""
    first = reader.get_historical_resolver(0)
    names = first.root.get("/Names", generic.DictionaryObject())
    files = names.get("/EmbeddedFiles", generic.DictionaryObject()).get("/Names", generic.ArrayObject())
    for at in range(0, len(files) - 1, 2):
        if str(files[at]) == ATTACHMENT:
            stream = files[at + 1]["/EF"]["/F"]
            data = stream.data if isinstance(stream, generic.StreamObject) else b""
            return bytes(data) if len(data) <= _LONGEST else None
    return None
