"""A signed paper counts when all of it is in order; whatever is amiss is named with its clause."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import DummyTimeStamper

from sluis.agreements.documents.pdf import check_shape
from sluis.agreements.documents.printing import agreement_pdf
from sluis.agreements.signatures.demo_pki import DemoPki, Issued
from sluis.agreements.signatures.names import is_same_person
from sluis.agreements.signatures.signing import _sign as sign_at
from sluis.agreements.signatures.signing import sign_pdf
from sluis.agreements.signatures.validation import validate_pdf
from sluis.agreements.signatures.words import validation_in_words
from sluis.agreements.text import hash_of
from sluis.kernel.errors import SluisError
from tests.unit.agreements.samples import an_agreement
from tests.unit.agreements.signatures.samples import (
    MADE,
    NAMES,
    RECEIVED,
    SIGNED,
    body_of,
    certificate_of,
    codes,
    judged,
    pki,
    registered,
    signed_by,
    signed_by_both,
    the_print,
    trusted,
)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """pyHanko tells of every strange file in its log; here every file is strange."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_two_signatures_of_the_right_persons_count() -> None:
    found = validate_pdf(signed_by_both(), trust=trusted(), expected_text_hash=hash_of(an_agreement()), at=RECEIVED)
    assert found.reasons == ()
    assert found.is_valid
    assert [one.parties for one in found.signatures] == [(body_of(name),) for name in NAMES]
    assert [one.signer for one in found.signatures] == ["Jan Janssens (fictief)", "An Peeters (fictief)"]
    assert {one.claimed_at for one in found.signatures} == {SIGNED}
    assert {one.proven_at for one in found.signatures} == {RECEIVED}, "the signer's clock proves nothing"
    assert found == judged(signed_by_both()), "behind the wall and before it the same is found"


def test_one_signature_counts_too() -> None:
    assert judged(signed_by(NAMES[1])).is_valid


def test_a_signature_keeps_the_earlier_one_and_the_paper_byte_for_byte() -> None:
    first = signed_by(NAMES[0])
    assert first.startswith(the_print())
    assert signed_by(NAMES[1], pdf=first).startswith(first)


def test_the_verdict_is_told_in_sentences() -> None:
    good = [str(one) for one in validation_in_words(judged(signed_by_both()))]
    assert good[0] == "Het document is in orde: het is ongewijzigd en elke handtekening telt."
    assert any("An Peeters (fictief), burgemeester" in one and "2026-01-08 15:00" in one for one in good)
    bad = [str(one) for one in validation_in_words(judged(the_print()))]
    assert bad[0] == "Het document telt niet als ondertekend."
    assert any("e-govdecreet" in one for one in bad)


def test_every_reason_has_a_clause_and_a_remedy() -> None:
    from sluis.agreements.signatures import reasons

    for code in reasons._REASONS:
        found = reasons.reason(code, signer="An", day="2026-01-01")
        assert found.clause.article
        assert str(found.remedy).endswith(".")
        assert "{" not in str(found.what)


def test_a_paper_without_a_signature_does_not_count() -> None:
    assert codes(judged(the_print())) >= {"no-signature"}


def test_a_signature_on_another_version_does_not_count() -> None:
    other = an_agreement().model_copy(update={"version": 2})
    assert codes(judged(signed_by_both(), text_hash=hash_of(other))) == {"another-version"}


def test_a_paper_of_another_version_is_not_signed() -> None:
    other = an_agreement().model_copy(update={"version": 2})
    with pytest.raises(SluisError, match="andere versie"):
        signed_by(NAMES[0], agreement=other)


def test_a_certificate_of_an_issuer_that_is_not_on_the_list_does_not_count() -> None:
    stranger = DemoPki.make(at=SIGNED, name="Vreemde")
    issued = stranger.signatory("An Peeters (fictief)")
    pdf = sign_pdf(the_print(), agreement=an_agreement(), signatory=NAMES[1], hand=stranger.key_file(issued), at=SIGNED)
    known = replace(trusted(), signatories=(registered(NAMES[1], issued),))
    assert codes(judged(pdf, trust=known)) == {"certificate-not-trusted"}


def test_an_issuer_that_was_taken_off_the_list_counts_no_more() -> None:
    assert codes(judged(signed_by_both(), trust=replace(trusted(), roots=()))) == {"certificate-not-trusted"}


@pytest.mark.parametrize(
    ("starts", "ends"), [(-90, -1), (1, 90)], ids=["expired before it was signed", "not yet valid"]
)
def test_a_certificate_outside_its_term_does_not_count(starts: int, ends: int) -> None:
    issued = pki().signatory(
        "An Peeters (fictief)", start=SIGNED + timedelta(days=starts), end=SIGNED + timedelta(days=ends)
    )
    known = pki().trust_list(registered(NAMES[1], issued), at=RECEIVED)
    assert codes(judged(signed_by(NAMES[1], issued=issued), trust=known)) == {"certificate-expired"}


def test_a_certificate_that_expired_between_signing_and_receipt_does_not_count() -> None:
    """Without a time stamp nobody can tell that the signature is older than it."""
    issued = pki().signatory("An Peeters (fictief)", end=SIGNED + timedelta(minutes=10))
    known = pki().trust_list(registered(NAMES[1], issued), at=RECEIVED)
    assert codes(judged(signed_by(NAMES[1], issued=issued), trust=known)) == {"certificate-expired"}


def test_a_time_stamp_of_a_trusted_authority_proves_when_it_was_signed() -> None:
    issued = pki().signatory("An Peeters (fictief)", end=SIGNED + timedelta(minutes=10))
    stamps = stamper(pki())
    pdf = sign_pdf(
        the_print(),
        agreement=an_agreement(),
        signatory=NAMES[1],
        hand=pki().key_file(issued),
        at=SIGNED,
        timestamper=stamps,
    )
    known = pki().trust_list(registered(NAMES[1], issued), at=RECEIVED)
    found = judged(pdf, trust=known)
    assert found.is_valid, codes(found)
    assert found.signatures[0].is_time_stamped
    assert found.signatures[0].proven_at == SIGNED


def test_a_time_stamp_of_a_stranger_proves_nothing() -> None:
    issued = pki().signatory("An Peeters (fictief)", end=SIGNED + timedelta(minutes=10))
    pdf = sign_pdf(
        the_print(),
        agreement=an_agreement(),
        signatory=NAMES[1],
        hand=pki().key_file(issued),
        at=SIGNED,
        timestamper=stamper(DemoPki.make(at=SIGNED, name="Vreemde")),
    )
    known = pki().trust_list(registered(NAMES[1], issued), at=RECEIVED)
    assert codes(judged(pdf, trust=known)) == {"certificate-expired"}


def stamper(authority: DemoPki) -> DummyTimeStamper:
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    issued = authority.time_stamper()
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(authority.intermediate.der))
    key = issued.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        tsa_cert=x509.Certificate.load(issued.der),
        tsa_key=keys.PrivateKeyInfo.load(key),
        certs_to_embed=store,
        fixed_dt=SIGNED,
    )


def test_a_revoked_certificate_does_not_count() -> None:
    authority = DemoPki.make(at=SIGNED)
    issued = authority.signatory("An Peeters (fictief)")
    pdf = sign_pdf(
        the_print(), agreement=an_agreement(), signatory=NAMES[1], hand=authority.key_file(issued), at=SIGNED
    )
    person = registered(NAMES[1], issued)
    assert judged(pdf, trust=authority.trust_list(person, at=RECEIVED)).is_valid
    authority.revoke(issued, at=SIGNED - timedelta(days=1))
    found = judged(pdf, trust=authority.trust_list(person, at=RECEIVED))
    assert codes(found) == {"certificate-revoked"}
    assert not found.signatures[0].was_not_revoked


def test_a_revocation_after_receipt_leaves_what_was_received_before_valid() -> None:
    authority = DemoPki.make(at=SIGNED)
    issued = authority.signatory("An Peeters (fictief)")
    pdf = sign_pdf(
        the_print(), agreement=an_agreement(), signatory=NAMES[1], hand=authority.key_file(issued), at=SIGNED
    )
    later = RECEIVED + timedelta(days=10)
    authority.revoke(issued, at=RECEIVED + timedelta(days=5))
    known = authority.trust_list(registered(NAMES[1], issued), at=later)
    assert judged(pdf, trust=known, at=RECEIVED).is_valid
    assert codes(judged(pdf, trust=known, at=later)) == {"certificate-revoked"}


def test_without_a_list_of_revocations_nobody_can_tell() -> None:
    assert codes(judged(signed_by_both(), trust=replace(trusted(), revocations=()))) == {"revocation-unknown"}


def test_an_outdated_list_of_revocations_tells_nothing() -> None:
    assert codes(judged(signed_by_both(), at=RECEIVED + timedelta(days=200))) == {"revocation-unknown"}


def test_a_certificate_for_signing_in_does_not_sign_documents() -> None:
    issued = pki().signatory("An Peeters (fictief)", may_sign=False)
    known = pki().trust_list(registered(NAMES[1], issued), at=RECEIVED)
    # pyHanko would refuse to sign with it; other programs do not ask.
    assert codes(judged(raw_signed(the_print(), issued), trust=known)) == {"certificate-unfit"}


def test_a_person_who_is_registered_for_no_party_does_not_count() -> None:
    assert codes(judged(signed_by_both(), trust=replace(trusted(), signatories=()))) == {"signatory-unknown"}


def test_a_signatory_of_another_body_does_not_count() -> None:
    known = replace(trusted(), signatories=(registered(NAMES[0]), registered(NAMES[1], party="gemeente-gent")))
    assert codes(judged(signed_by_both(), trust=known)) == {"signatory-unknown"}


def test_another_person_than_the_text_names_does_not_count() -> None:
    other = replace(registered(NAMES[1]), name="Piet Pieters (fictief)")
    known = replace(trusted(), signatories=(registered(NAMES[0]), other))
    assert codes(judged(signed_by_both(), trust=known)) == {"signatory-not-the-one"}


def test_a_signature_from_the_future_does_not_count() -> None:
    found = judged(signed_by(NAMES[0], at=RECEIVED + timedelta(hours=2)))
    assert codes(found) == {"signed-in-future"}


def test_one_signatory_signs_for_each_party_that_the_text_and_the_list_name() -> None:
    first, second = an_agreement().signatories
    alone = an_agreement().model_copy(
        update={"signatories": (first.model_copy(update={"signs_for": (*first.signs_for, *second.signs_for)}),)}
    )
    pdf = sign_pdf(
        agreement_pdf(alone, at=MADE),
        agreement=alone,
        signatory=first.id,
        hand=pki().key_file(certificate_of(NAMES[0])),
        at=SIGNED,
    )
    both = replace(trusted(), signatories=(registered(NAMES[0]), registered(NAMES[0], party=body_of(NAMES[1]))))
    assert judged(pdf, trust=both, text_hash=hash_of(alone)).signatures[0].parties == (
        body_of(NAMES[0]),
        body_of(NAMES[1]),
    )


def test_a_whole_other_document_with_our_text_attached_does_not_count() -> None:
    """What people see must be what is hashed: an attachment alone proves nothing."""
    other = agreement_pdf(an_agreement().model_copy(update={"version": 3}), at=MADE)
    swapped = incremental(the_print(), lambda writer: show_page_of(writer, other))
    assert codes(judged(raw_signed(swapped, certificate_of(NAMES[0])))) & {
        "altered-before-signing",
        "altered-after-signing",
    }


def show_page_of(writer: IncrementalPdfFileWriter, other: bytes) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader

    page = writer.root["/Pages"]["/Kids"][0]
    while "/Kids" in page:
        page = page["/Kids"][0]
    page["/Contents"] = writer.add_object(
        generic.StreamObject(stream_data=PdfFileReader(BytesIO(other)).root["/Pages"]["/Kids"][1]["/Contents"].data)
    )
    writer.update_container(page)


def test_a_print_with_another_document_behind_it_does_not_count() -> None:
    """A reader follows the last table of contents: that of a second document with no link to the first."""
    second = signed_by(NAMES[0])
    glued = the_print() + second[second.index(b"%PDF") :]
    assert not judged(glued).is_valid


def incremental(pdf: bytes, change: object) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)  # type: ignore[operator]  # a function of the test
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def raw_signed(pdf: bytes, issued: Issued, *, box: tuple[int, int, int, int] | None = None, page: int = 0) -> bytes:
    """Sign as a program that knows nothing of Sluis does: a field of its own, perhaps in the middle of a page."""
    with pki().key_file(issued).opened() as signer:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        append_signature_field(writer, SigFieldSpec("Handtekening1", on_page=page, box=box))
        metadata = PdfSignatureMetadata(field_name="Handtekening1", signer_key_usage={"digital_signature"})
        return asyncio.run(sign_at(PdfSigner(metadata, signer), writer, SIGNED))


def test_a_signature_of_another_program_counts_when_it_hides_nothing() -> None:
    assert judged(raw_signed(the_print(), certificate_of(NAMES[0]))).is_valid


def test_a_visible_signature_over_the_text_does_not_count() -> None:
    pdf = raw_signed(the_print(), certificate_of(NAMES[0]), box=(50, 50, 550, 800), page=1)
    assert "covers-text" in codes(judged(pdf))


SHADOWS = {
    "another page": lambda writer: show_page_of(writer, the_print()),
    "a note": lambda writer: add_annotation(writer),  # noqa: PLW0108 - it is defined below
    "another title": lambda writer: writer.root.__setitem__("/Lang", generic.pdf_string("fr")) or writer.update_root(),
}


def add_annotation(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    while "/Kids" in page:
        page = page["/Kids"][0]
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 50, 500, 700))),
            generic.pdf_name("/Contents"): generic.pdf_string("niets hiervan geldt"),
        }
    )
    page["/Annots"] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page)


@pytest.mark.parametrize("change", SHADOWS.values(), ids=list(SHADOWS))
def test_a_paper_that_was_changed_after_signing_does_not_count(change: object) -> None:
    assert "altered-after-signing" in codes(judged(incremental(signed_by_both(), change)))


@pytest.mark.parametrize("change", SHADOWS.values(), ids=list(SHADOWS))
def test_a_paper_that_was_changed_before_signing_does_not_count(change: object) -> None:
    changed = incremental(the_print(), change)
    found = judged(raw_signed(changed, certificate_of(NAMES[0])))
    assert codes(found) & {"altered-before-signing", "altered-after-signing"}


def test_flipping_a_byte_anywhere_never_leaves_a_valid_paper() -> None:
    pdf = signed_by_both()
    for at in range(61, len(pdf), len(pdf) // 12):
        assert not judged(changed_at(pdf, at, 0xFF)).is_valid, at


@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(at=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_flipping_any_bit_never_leaves_a_valid_paper(at: int, bit: int) -> None:
    pdf = signed_by_both()
    assert not judged(changed_at(pdf, at % len(pdf), 1 << bit)).is_valid


@pytest.mark.parametrize("bits", [0x01, 0x20])
def test_the_place_of_a_signature_which_it_cannot_cover_holds_nothing_else(bits: int) -> None:
    """Zeros behind the message, and letters in one case: also there no bit can change."""
    pdf = signed_by_both()
    start = pdf.rindex(b"/Contents <") + len(b"/Contents <")
    end = pdf.index(b">", start)
    letter = next(at for at in range(start, end) if pdf[at : at + 1].isalpha())
    for at in (letter, end - 2) if bits == 0x20 else (end - 2,):
        assert not judged(changed_at(pdf, at, bits)).is_valid


def changed_at(pdf: bytes, at: int, bits: int) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ bits]) + pdf[at + 1 :]


@pytest.mark.parametrize("cut", [1, 7, 1_000, 60_000])
def test_a_paper_that_was_cut_off_does_not_count(cut: int) -> None:
    assert not judged(signed_by_both()[:-cut]).is_valid


@pytest.mark.parametrize("added", [b"x", b"%%EOF", b"PK\x05\x06" + bytes(18)])
def test_a_paper_with_something_behind_it_does_not_count(added: bytes) -> None:
    found = validate_pdf(
        signed_by_both() + added, trust=trusted(), expected_text_hash=hash_of(an_agreement()), at=RECEIVED
    )
    assert not found.is_valid


def test_names_are_compared_as_people_write_them() -> None:
    assert is_same_person("An Peeters", "Peeters An Maria")
    assert is_same_person("José Müller (fictief)", "JOSE MULLER")
    assert not is_same_person("An Peeters", "An Pieters")
    assert not is_same_person("An", "An Peeters")
    assert not is_same_person("", "An Peeters")


def test_the_shape_of_our_own_papers_is_accepted() -> None:
    for pdf in (the_print(), signed_by_both()):
        check_shape(pdf)
