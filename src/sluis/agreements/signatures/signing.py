"""Signing the paper of an agreement: PAdES, one field per signatory, each signature beside the earlier ones.

The print has an empty field per signatory; signing fills it and changes nothing else. What is seen of a signature is
set by typst with embedded fonts, as PDF/A asks.
"""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from importlib.resources import files
from io import BytesIO
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import typst
from pyhanko.pdf_utils import layout
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.stamp import StaticStampStyle

from sluis.agreements.documents.faults import refused
from sluis.agreements.documents.paper import BOX_HEIGHT, BOX_WIDTH, Place, places_of
from sluis.agreements.documents.pdf import NOT_READABLE, NotTaken, open_pdf
from sluis.agreements.documents.printable import printable
from sluis.agreements.model import Agreement
from sluis.agreements.signatures.content import text_inside
from sluis.agreements.signatures.hands import Hand
from sluis.agreements.signatures.names import holder_of
from sluis.agreements.signatures.reasons import reason
from sluis.agreements.text import canonical
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg

_BRUSSELS: Final = ZoneInfo("Europe/Brussels")
_STAMP: Final = (files("sluis.agreements.signatures") / "templates" / "stamp.typ").read_bytes()
_PROTOCOL: Final = Clause("e-govdecreet 18 juli 2008", "artikel 8, §1")


def sign_pdf(
    pdf: bytes,
    *,
    agreement: Agreement,
    signatory: str,
    hand: Hand,
    at: datetime,
    timestamper: TimeStamper | None = None,
) -> bytes:
    """Return the PDF with the signature of this signatory of the text; earlier signatures stay as they are.

    `pdf` is the Dutch print of exactly this text, perhaps signed by others already; `signatory` the short name of who
    signs in the text. With a `timestamper` a third party attests the time.
    """
    place = _place(agreement, signatory)
    reader = _our_paper(pdf, agreement)
    try:
        with hand.opened() as signer:
            return _signed(reader, agreement, place, signer, at=at, timestamper=timestamper)
    except SigningError as error:
        raise SluisError(
            "not-signed",
            msg("Het document kon niet ondertekend worden."),
            remedy=msg("Kijk de kaart of de sleutel na, en of u dit document al ondertekende."),
            clause=_PROTOCOL,
        ) from error


def _our_paper(pdf: bytes, agreement: Agreement) -> PdfFileReader:
    try:
        reader = open_pdf(pdf, strict=True)
        text = text_inside(reader)
    except NotTaken as refusal:
        raise refused(refusal.code) from None
    except NOT_READABLE as error:
        raise refused("pdf-damaged") from error
    if text != canonical(agreement):
        raise _wrong_text()
    return reader


def _signed(
    reader: PdfFileReader,
    agreement: Agreement,
    place: Place,
    signer: Signer,
    *,
    at: datetime,
    timestamper: TimeStamper | None,
) -> bytes:
    writer = IncrementalPdfFileWriter.from_reader(reader)
    certificate = signer.signing_cert
    who = holder_of(certificate.subject.native) if certificate is not None else (place.signatory.name or "")
    metadata = PdfSignatureMetadata(
        field_name=place.field_name,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=printable(who),
        reason=str(msg("Ondertekening van de overeenkomst {agreement}", agreement=agreement.id)),
    )
    style = StaticStampStyle(
        background=_Stamp(_stamp(agreement, place, who, at)),
        background_layout=layout.SimpleBoxLayoutRule(
            x_align=layout.AxisAlignment.ALIGN_MIN, y_align=layout.AxisAlignment.ALIGN_MIN
        ),
        border_width=0,
    )
    return asyncio.run(_sign(PdfSigner(metadata, signer, timestamper=timestamper, stamp_style=style), writer, at))


async def _sign(signer: PdfSigner, writer: IncrementalPdfFileWriter, at: datetime) -> bytes:
    """Sign step by step, because only so the time of signing can be given."""
    session = signer.init_signing_session(writer, existing_fields_only=True)
    session.system_time = at
    checked = await session.perform_presign_validation(writer)
    prepared = session.prepare_tbs_document(
        validation_info=checked,
        bytes_reserved=await session.estimate_signature_container_size(checked, tight=False),
    )
    digest, output = prepared.digest_tbs_document()
    done = await prepared.perform_signature(
        document_digest=digest.document_digest, pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=at)
    )
    await done.post_signature_processing(output)
    output.seek(0)
    return bytes(output.read())


def _place(agreement: Agreement, signatory: str) -> Place:
    for place in places_of(agreement):
        if place.signatory.id == signatory:
            return place
    raise SluisError(
        "signatory-not-in-text",
        msg("‘{signatory}’ staat niet als ondertekenaar in deze tekst.", signatory=signatory),
        remedy=msg("Kies uit: {names}.", names=", ".join(one.id for one in agreement.signatories) or "…"),
        clause=_PROTOCOL,
    )


def _wrong_text() -> SluisError:
    why = reason("another-version")
    return SluisError(why.code, why.what, remedy=why.remedy, clause=why.clause)


def _stamp(agreement: Agreement, place: Place, who: str, at: datetime) -> bytes:
    parties = (agreement.party(name) for name in place.signatory.signs_for)
    data = {
        "words": printable(str(msg("Elektronisch ondertekend door"))),
        "name": printable(who),
        "function": printable(place.signatory.function or ""),
        "party": printable(", ".join(party.name or party.id for party in parties if party)),
        "time": f"{at.astimezone(_BRUSSELS):%Y-%m-%d %H:%M:%S %Z}",
        "width": BOX_WIDTH,
        "height": BOX_HEIGHT,
    }
    return typst.compile(
        _STAMP, sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, ignore_system_fonts=True, pdf_tags=False
    )


class _Stamp(PdfContent):
    """A page of another PDF in memory, drawn in the box of the signature."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self._page = page

    def render(self) -> bytes:
        writer = self._ensure_writer
        drawing = writer.import_page_as_xobject(PdfFileReader(BytesIO(self._page)))
        name = f"/Stamp{uuid4().hex}"
        self.resources.xobject[name] = drawing
        self.box = layout.BoxConstraints(width=BOX_WIDTH, height=BOX_HEIGHT)
        return f"{name} Do".encode()
