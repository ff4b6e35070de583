"""The empty places for signatures in the Dutch print, so that any reading program can sign in the right box.

They are added after typst, which has no forms, as a second revision of the file. The bytes depend on the print alone:
what pyHanko would draw by chance or from the clock is fixed here.
"""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field, ensure_sig_flags

from sluis.agreements.documents.paper import places_of, signature_pages
from sluis.agreements.model import Agreement
from sluis.kernel.text import msg


class _SameEachTime(IncrementalPdfFileWriter):
    """Writes no time of change and no random number; the print has its date already."""

    def _update_meta(self) -> None:
        """Leave the metadata as the print has them."""


def with_signature_fields(pdf: bytes, agreement: Agreement) -> bytes:
    """Return the print with an empty field for each signatory of the text, on its last pages."""
    writer = _SameEachTime(BytesIO(pdf))
    list.__setitem__(writer._document_id, 1, generic.ByteStringObject(sha256(pdf).digest()[:16]))
    pages = int(writer.root["/Pages"]["/Count"])
    for place in places_of(agreement):
        who = place.signatory.name or place.signatory.id
        spec = SigFieldSpec(
            place.field_name,
            on_page=pages - signature_pages(agreement) + place.page,
            box=place.rectangle,
            readable_field_name=str(msg("Handtekening van {name}", name=who)),
            empty_field_appearance=True,
        )
        append_signature_field(writer, spec)
    ensure_sig_flags(writer)  # readers add to the file, and do not write it anew
    output = BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]  # pyHanko leaves the sink untyped
    return output.getvalue()
