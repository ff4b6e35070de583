"""The examination of an attachment, as the walled-off process does it."""

from __future__ import annotations

import importlib
import json
from hashlib import sha256
from typing import Final

from sluis.agreements.documents.pdf import NotTaken, check_content, check_shape, open_pdf

# What pyHanko and cryptography import only when they first need it.
LOADED_LATE: Final = (
    "gzip",
    "lxml.etree",
    "pyhanko.pdf_utils.filters",
    "pyhanko.pdf_utils.metadata.xmp_xml",
    "cryptography.hazmat.backends.openssl.backend",
    "cryptography.hazmat.primitives.asymmetric.rsa",
    "cryptography.hazmat.primitives.asymmetric.padding",
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
)


def warm_up() -> None:
    """Have all modules and codecs that a PDF may ask for: in the walled-off process none can be loaded any more."""
    for module in LOADED_LATE:
        importlib.import_module(module)
    for name in ("ascii", "utf-8", "utf-16", "utf-16-be", "utf-16-le", "latin-1", "cp1252"):
        b"".decode(name)
    try:
        check_shape(b"%PDF-1.7")
    except NotTaken:
        return


def answer(job: bytes) -> bytes:
    """Return the pages and hash of the PDF, or the code of its refusal, as JSON."""
    try:
        pages = check_content(open_pdf(job, strict=False))
    except NotTaken as refusal:
        return json.dumps({"refused": refusal.code}).encode()
    except MemoryError:
        return json.dumps({"refused": "pdf-too-costly"}).encode()
    return json.dumps({"pages": pages, "sha256": sha256(job).hexdigest()}).encode()
