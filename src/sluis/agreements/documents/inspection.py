"""Checking a PDF of a stranger before it is kept: nothing of it is read in our own process beyond its outside."""

from __future__ import annotations

import json
from hashlib import sha256

from sluis.agreements.documents.faults import CODES, refused
from sluis.agreements.documents.model import MOST_PAGES, DocumentFacts
from sluis.agreements.documents.pdf import NotTaken, check_shape
from sluis.agreements.documents.walled import Crashed, OutOfTime, Wall, run_walled

_EXAMINATION = "sluis.agreements.documents.examination"


def check_attachment(pdf: bytes, *, wall: Wall | None = None) -> DocumentFacts:
    """Return what the PDF is; raises `SluisError` with a sentence for whatever is not a plain, readable PDF.

    At most 20 MB and 2,000 pages, not encrypted, without scripts, actions, forms that compute or embedded files.
    """
    try:
        check_shape(pdf)
        said = json.loads(run_walled(_EXAMINATION, pdf, wall=wall or Wall()))
    except NotTaken as refusal:
        raise refused(refusal.code) from None
    except OutOfTime:
        raise refused("pdf-too-costly") from None
    except (Crashed, ValueError):
        raise refused("pdf-damaged") from None
    return _facts(said, pdf)


def _facts(said: object, pdf: bytes) -> DocumentFacts:
    """Return the facts; what the walled-off process says is as suspect as the file that it read."""
    if not isinstance(said, dict):
        raise refused("pdf-damaged")
    code, pages = said.get("refused"), said.get("pages")
    if code is not None or not (isinstance(pages, int) and 0 < pages <= MOST_PAGES):
        raise refused(code if code in CODES else "pdf-damaged")
    return DocumentFacts(sha256(pdf).hexdigest(), len(pdf), pages)
