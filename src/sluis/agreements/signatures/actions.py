"""Taking in a signed PDF: when all of it is in order, it is kept and counts as the signature of its parties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sluis.agreements.actions import sign_agreement
from sluis.agreements.documents import store as documents
from sluis.agreements.documents.actions import tell
from sluis.agreements.documents.model import DocumentFacts
from sluis.agreements.signatures.model import Validation
from sluis.agreements.signatures.trust import trust_list
from sluis.agreements.signatures.validation import validate_pdf
from sluis.agreements.steps import Done, check_acts, preparing
from sluis.agreements.store import signatures
from sluis.database import Connection
from sluis.kernel.errors import SluisError

_CODE = "ondertekend"


class SignedPdfRefused(SluisError):
    """The signed PDF does not count; the error tells the first reason, `validation` has them all."""

    def __init__(self, validation: Validation) -> None:
        first = validation.reasons[0]
        super().__init__(first.code, first.what, remedy=first.remedy, clause=first.clause)
        self.validation = validation


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a signed PDF led to: the judgement, and a step for each party that had not signed yet."""

    validation: Validation
    signed: tuple[Done, ...]


def accept_signed_pdf(
    connection: Connection,
    *,
    agreement: str,
    pdf: bytes,
    party: str,
    by: str,
    at: datetime,
    reason: str | None = None,
) -> Accepted:
    """Keep a PDF that was signed outside, and let each signature on it count for its party; else change nothing.

    `party` brings it in; the signatures count for whom the trust list says. A party that signed already is passed over.
    `reason` is for a party that signs against the advice of its officer. The checks take about a second, under the lock
    of the agreement: a page first asks `validate_pdf` and then calls this. Raises `SignedPdfRefused`.
    """
    subject = preparing(connection, agreement)
    check_acts(connection, subject, party, at)
    validation = validate_pdf(pdf, trust=trust_list(connection, at=at), expected_text_hash=subject.text_hash, at=at)
    if not validation.is_valid:
        raise SignedPdfRefused(validation)
    facts = DocumentFacts(validation.sha256, len(pdf), validation.pages)
    is_new = documents.add_document(
        connection,
        agreement=agreement,
        text_hash=subject.text_hash,
        kind="signed",
        party=party,
        code=_CODE,
        content=pdf,
        facts=facts,
        by=by,
        at=at,
    )
    if is_new:
        tell(connection, agreement, subject.text_hash, facts, kind="document-signed", party=party, by=by, at=at)
    signed = {one.party for one in signatures(connection, agreement, subject.text_hash)}
    done = [
        sign_agreement(
            connection,
            agreement=agreement,
            text_hash=subject.text_hash,
            party=body,
            by=by,
            signed_by=found.signer,
            document=facts.sha256,
            reason=reason,
            at=at,
        )
        for found in validation.signatures
        for body in found.parties
        if body not in signed
    ]
    return Accepted(validation, tuple(done))
