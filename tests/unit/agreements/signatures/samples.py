"""Signed papers of the sample agreement, and the authority that the tests trust."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache

from sluis.agreements.documents.printing import agreement_pdf
from sluis.agreements.model import Agreement
from sluis.agreements.parties import Signatory
from sluis.agreements.signatures.demo_pki import DemoPki, Issued
from sluis.agreements.signatures.examination import answer, job_of
from sluis.agreements.signatures.model import RegisteredSignatory, TrustList, Validation
from sluis.agreements.signatures.signing import sign_pdf
from sluis.agreements.signatures.validation import judge
from sluis.agreements.text import hash_of
from tests.unit.agreements.samples import an_agreement

MADE = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
SIGNED = datetime(2026, 1, 8, 14, 0, tzinfo=UTC)
RECEIVED = SIGNED + timedelta(hours=1)


@cache
def pki() -> DemoPki:
    return DemoPki.make(at=SIGNED)


@cache
def certificate_of(signatory: str) -> Issued:
    return pki().signatory(str(signatory_of(signatory).name))


def signatory_of(name: str) -> Signatory:
    return next(one for one in an_agreement().signatories if one.id == name)


def body_of(signatory: str) -> str:
    party = an_agreement().party(signatory_of(signatory).signs_for[0])
    assert party is not None
    return str(party.body)


def registered(signatory: str, issued: Issued | None = None, *, party: str | None = None) -> RegisteredSignatory:
    found = signatory_of(signatory)
    fingerprint = (issued or certificate_of(signatory)).fingerprint
    return RegisteredSignatory(party or body_of(signatory), str(found.name), str(found.function), fingerprint)


NAMES = ("opgroeien-regie", "lokaal-bestuur")


@cache
def trusted() -> TrustList:
    return pki().trust_list(*(registered(name) for name in NAMES), at=RECEIVED)


@cache
def the_print() -> bytes:
    return agreement_pdf(an_agreement(), at=MADE)


def signed_by(
    *names: str,
    pdf: bytes | None = None,
    issued: Issued | None = None,
    at: datetime = SIGNED,
    agreement: Agreement | None = None,
) -> bytes:
    """Return the paper signed by these signatories in turn, with the given certificate or their own."""
    paper = pdf or the_print()
    for name in names:
        hand = pki().key_file(issued or certificate_of(name))
        paper = sign_pdf(paper, agreement=agreement or an_agreement(), signatory=name, hand=hand, at=at)
    return paper


@cache
def signed_by_both() -> bytes:
    return signed_by(*NAMES)


def judged(
    pdf: bytes, *, trust: TrustList | None = None, text_hash: str | None = None, at: datetime = RECEIVED
) -> Validation:
    """Judge in this process: the same code as behind the wall, a hundred times over."""
    known = trust or trusted()
    said = json.loads(answer(job_of(pdf, known, at=at)))
    return judge(pdf, said, trust=known, expected_text_hash=text_hash or hash_of(an_agreement()), at=at)


def codes(validation: Validation) -> set[str]:
    return {reason.code for reason in validation.reasons}
