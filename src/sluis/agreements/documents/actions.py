"""Attaching a document to an agreement: the decision of a college or council, a security plan, an annex."""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256

from sluis.agreements.documents import store
from sluis.agreements.documents.inspection import check_attachment
from sluis.agreements.documents.model import DocumentFacts
from sluis.agreements.steps import NOBODY, PROTOCOL, actor_id, check_acts, preparing
from sluis.agreements.store import parties_of
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.ledger.actions import record
from sluis.ledger.entry import AgreementText, Entry

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def attach_document(
    connection: Connection,
    *,
    agreement: str,
    party: str,
    code: str,
    pdf: bytes,
    by: str,
    at: datetime,
    facts: DocumentFacts | None = None,
) -> DocumentFacts:
    """Keep a PDF that belongs to the agreement and return its SHA-256 and pages, for the draft to name.

    `code` is a short name as in the text ("beslissing-wingene"); the name of the uploaded file is not kept, for it may
    name people. Checking takes half a second: who holds locks calls `check_attachment` before and gives its `facts`.
    Raises `SluisError` for what is not a plain PDF; then nothing is kept.
    """
    check_code(code)
    checked = facts if facts is not None and facts == facts_of(pdf, facts.pages) else check_attachment(pdf)
    subject = preparing(connection, agreement)
    check_acts(connection, subject, party, at)
    is_new = store.add_document(
        connection,
        agreement=agreement,
        text_hash=subject.text_hash,
        kind="attachment",
        party=party,
        code=code,
        content=pdf,
        facts=checked,
        by=by,
        at=at,
    )
    if is_new:
        tell(connection, agreement, subject.text_hash, checked, kind="document-attached", party=party, by=by, at=at)
    return checked


def check_code(code: str) -> None:
    """Refuse what is no short name: it stands in addresses and names of files."""
    if not _CODE.fullmatch(code):
        raise SluisError(
            "document-code-wrong",
            msg("De code van een document bestaat uit kleine letters, cijfers en streepjes."),
            remedy=msg("Bijvoorbeeld: beslissing-college."),
            clause=PROTOCOL,
        )


def facts_of(pdf: bytes, pages: int) -> DocumentFacts:
    """Return the facts of a file whose pages were counted."""
    return DocumentFacts(sha256(pdf).hexdigest(), len(pdf), pages)


def tell(
    connection: Connection,
    agreement: str,
    text_hash: str,
    facts: DocumentFacts,
    *,
    kind: str,
    party: str,
    by: str,
    at: datetime,
) -> None:
    """Write the ledger's entry of a document that came in."""
    others = sorted(parties_of(connection, agreement, text_hash) - {party})
    entry = Entry(
        at=at,
        kind=kind,
        party=party,
        counterparty=others[0] if others else None,
        actor=actor_id(by),
        correlation=agreement,
        outcome="done",
        agreement=AgreementText(agreement, text_hash),
        details={"document": facts.sha256, "pages": facts.pages},
    )
    record(connection, entry=entry, subjects={}, secrets=NOBODY)
