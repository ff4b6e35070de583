"""The examination of a signed PDF, as the walled-off process does it: plain findings, no judgement on who may sign.

Job: the length of a header, the header as JSON (trust list in hexadecimal, the moment), the PDF. Answer: JSON. pyHanko
checks the mathematics, the chain of certificates, revocation from the lists given, and every change between revisions.
Nothing is fetched from anywhere.
"""

from __future__ import annotations

import asyncio
import json
import struct
from datetime import UTC, datetime
from typing import Any, Final

from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from sluis.agreements.documents import examination
from sluis.agreements.documents.pdf import NOT_READABLE, NotTaken, check_content, open_pdf, pages_of
from sluis.agreements.signatures.content import text_inside
from sluis.agreements.signatures.model import TrustList
from sluis.agreements.signatures.names import holder_of

_LENGTH: Final = struct.Struct("<I")
_MOST_SIGNATURES: Final = 200
# Our print is the first two revisions of a signed file: the text, and the empty fields (documents/fields.py).
_PRINT: Final = 1


def job_of(pdf: bytes, trust: TrustList, *, at: datetime) -> bytes:
    """Return the job for the walled-off process."""
    header = json.dumps(
        {
            "roots": [one.hex() for one in trust.roots],
            "intermediates": [one.hex() for one in trust.intermediates],
            "revocations": [one.hex() for one in trust.revocations],
            "at": at.isoformat(),
        }
    ).encode()
    return b"".join((_LENGTH.pack(len(header)), header, pdf))


_LOOP: list[asyncio.AbstractEventLoop] = []


def warm_up() -> None:
    """Open what the walls will forbid: the event loop has descriptors of its own, and codecs are modules."""
    examination.warm_up()
    b"".decode("idna")
    _LOOP.append(asyncio.new_event_loop())


def answer(job: bytes) -> bytes:
    """Return what was found, or the code of the refusal, as JSON."""
    (length,) = _LENGTH.unpack_from(job)
    known = _Known(json.loads(job[_LENGTH.size : _LENGTH.size + length]))
    try:
        found = _examine(job[_LENGTH.size + length :], known)
    except NotTaken as refusal:
        found = {"refused": refusal.code}
    except MemoryError:
        found = {"refused": "pdf-too-costly"}
    except NOT_READABLE:
        found = {"refused": "pdf-damaged"}
    return json.dumps(found).encode()


def _examine(pdf: bytes, known: _Known) -> dict[str, Any]:
    reader = open_pdf(pdf, strict=True)
    pages = check_content(reader, may_embed=True)
    text = text_inside(reader)
    signatures = list(reader.embedded_regular_signatures)
    if len(signatures) > _MOST_SIGNATURES:
        raise NotTaken("pdf-too-costly")
    made = reader.get_historical_resolver(0).document_meta_view.created
    return {
        "pages": pages,
        "text": text.decode() if text is not None else None,
        "made": made.isoformat() if isinstance(made, datetime) else None,
        "print_startxref": reader.xrefs.get_startxref_for_revision(_PRINT) if reader.total_revisions > _PRINT else None,
        "revisions": reader.total_revisions,
        "changed_only_by_signing": _only_signing(reader),
        "signature_pages": sorted(_visible_on(reader)),
        "signatures": [_signature(one, known, reader, pdf) for one in signatures],
    }


def _only_signing(reader: PdfFileReader) -> bool:
    """Return whether all revisions after the print add nothing but signatures and what belongs to them."""
    if reader.total_revisions <= _PRINT:
        return False
    try:
        found = DEFAULT_DIFF_POLICY.review_file(reader, _PRINT)
    except NOT_READABLE:
        return False
    return isinstance(found, DiffResult) and found.modification_level <= ModificationLevel.FORM_FILLING


def _visible_on(reader: PdfFileReader) -> set[int]:
    """Return the numbers, from 0, of the pages that show a signature."""
    shown: set[int] = set()
    for number, page in enumerate(pages_of(reader)):
        annotations = page.get("/Annots", generic.ArrayObject())
        for at in range(len(annotations)):
            rectangle = annotations[at].get("/Rect", [0, 0, 0, 0])
            left, bottom, right, top = (float(rectangle[side]) for side in range(4))
            if abs(right - left) > 0 and abs(top - bottom) > 0:
                shown.add(number)
    return shown


def _signature(embedded: EmbeddedPdfSignature, known: _Known, reader: PdfFileReader, pdf: bytes) -> dict[str, Any]:
    certificate = embedded.signer_cert
    validity = certificate["tbs_certificate"]["validity"]
    claimed = embedded.self_reported_timestamp
    found: dict[str, Any] = {
        "field": str(embedded.field_name),
        "signer": holder_of(certificate.subject.native),
        "fingerprint": certificate.sha256.hex(),
        "not_before": validity["not_before"].native.isoformat(),
        "not_after": validity["not_after"].native.isoformat(),
        "claimed_at": claimed.isoformat() if claimed is not None and claimed.tzinfo is not None else None,
    }
    try:
        found |= _judged(embedded, known, reader, pdf)
    except NOT_READABLE:
        found |= {"intact": False, "coverage": "UNCLEAR", "trust": "none", "stamped_at": None, "changes": "OTHER"}
    return found


def _judged(embedded: EmbeddedPdfSignature, known: _Known, reader: PdfFileReader, pdf: bytes) -> dict[str, Any]:
    status = known.status(embedded, known.at)
    stamped_at = _stamped_at(status, known.at)
    if stamped_at is not None:
        status = known.status(_again(reader, embedded), stamped_at)
    changes, coverage = status.modification_level, status.coverage
    return {
        "intact": bool(status.intact and status.valid) and _is_clean(embedded, pdf),
        "coverage": coverage.name if isinstance(coverage, SignatureCoverageLevel) else "UNCLEAR",
        "is_last": coverage == SignatureCoverageLevel.ENTIRE_FILE,
        "changes": changes.name if changes is not None else "OTHER",
        "changes_permitted": bool(status.docmdp_ok and status.seed_value_ok),
        "trust": _trust(status, embedded, known, stamped_at or known.at, reader),
        "stamped_at": stamped_at.isoformat() if stamped_at is not None else None,
    }


def _is_clean(embedded: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Return whether the place of the signature holds the message and nothing else: no signature covers its own place.

    It is written in hexadecimal, in one case, and filled up with zeros behind the message.
    """
    first, length, second, _ = (int(value) for value in embedded.byte_range)
    place, content = pdf[first + length : second], bytes(embedded.pkcs7_content)
    written = content.hex().encode()
    if place not in {b"<" + written + b">", b"<" + written.upper() + b">"}:
        return False
    return not any(content[_der_length(content) :])


def _der_length(message: bytes) -> int:
    """Return how many bytes the first value of a DER message takes, its head included."""
    if message[1] < 0x80:
        return 2 + message[1]
    digits = message[1] & 0x7F
    return 2 + digits + int.from_bytes(message[2 : 2 + digits], "big")


def _again(reader: PdfFileReader, embedded: EmbeddedPdfSignature) -> EmbeddedPdfSignature:
    return EmbeddedPdfSignature(reader, embedded.sig_field, embedded.fq_name)


def _stamped_at(status: PdfSignatureStatus, moment: datetime) -> datetime | None:
    """Return the time that a trusted third party attests; an untrusted stamp proves nothing and is passed over."""
    stamp = status.timestamp_validity
    if stamp is None or not (stamp.valid and stamp.intact and stamp.trusted) or stamp.timestamp > moment:
        return None
    when: datetime = stamp.timestamp
    return when


def _trust(
    status: PdfSignatureStatus, embedded: EmbeddedPdfSignature, known: _Known, moment: datetime, reader: PdfFileReader
) -> str:
    """Return "trusted", "revoked", "revocation-unknown", "unfit" or "none"."""
    if status.trusted:
        return "trusted"
    if status.revoked:
        return "revoked"
    usage = embedded.signer_cert.key_usage_value
    if usage is not None and "non_repudiation" not in usage.native:
        return "unfit"
    # The same question without revocation: tells a missing list apart from an issuer that is not trusted.
    chained = known.status(_again(reader, embedded), moment, asks_revocation=False)
    return "revocation-unknown" if chained.trusted else "none"


class _Known:
    """What the job says to judge by."""

    def __init__(self, header: dict[str, Any]) -> None:
        self.at = datetime.fromisoformat(header["at"]).astimezone(UTC)
        self.roots, self.others = (
            [one for written in header[kind] for one in load_certs_from_pemder_data(bytes.fromhex(written))]
            for kind in ("roots", "intermediates")
        )
        self.revocations = [bytes.fromhex(written) for written in header["revocations"]]

    def status(
        self, embedded: EmbeddedPdfSignature, moment: datetime, *, asks_revocation: bool = True
    ) -> PdfSignatureStatus:
        """Return what pyHanko finds of this signature, as at this moment; nothing is fetched."""
        context = ValidationContext(
            trust_roots=list(self.roots),
            other_certs=list(self.others),
            crls=list(self.revocations) if asks_revocation else [],
            moment=moment,
            allow_fetching=False,
            revocation_mode="require" if asks_revocation else "soft-fail",
            # A list that was published after the moment also tells whether the certificate was revoked by then.
            retroactive_revinfo=True,
        )
        checked = async_validate_pdf_signature(embedded, signer_validation_context=context)
        found: PdfSignatureStatus = _loop().run_until_complete(checked)
        return found


def _loop() -> asyncio.AbstractEventLoop:
    if not _LOOP:
        warm_up()
    return _LOOP[0]
