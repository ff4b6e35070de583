"""The SQL of documents. They are added, never changed, and lie under their own SHA-256."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sluis.agreements.documents.model import DocumentFacts, DocumentRow, Kind
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg

_MOST_LISTED = 500

_ROW = """
    SELECT d.agreement, d.sha256, d.kind, d.party, d.code, d.text_hash, d.pages, octet_length(c.content), d.added_at
    FROM agreement_document d JOIN document_content c USING (sha256)
"""


def add_document(
    connection: Connection,
    *,
    agreement: str,
    text_hash: str,
    kind: Kind,
    party: str,
    code: str,
    content: bytes,
    facts: DocumentFacts,
    by: str,
    at: datetime,
) -> bool:
    """Keep a document of an agreement; return whether it is new: the same file twice is one document."""
    connection.execute(
        "INSERT INTO document_content (sha256, content, stored_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (facts.sha256, content, at),
    )
    added = connection.execute(
        "INSERT INTO agreement_document"
        " (agreement, sha256, kind, party, code, text_hash, pages, added_at, added_by)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (agreement, facts.sha256, kind, party, code, text_hash, facts.pages, at, by),
    )
    return added.rowcount == 1


def dated(connection: Connection, text_hash: str) -> datetime | None:
    """Return when a text came in: the date of its paper, so that every print of it is the same file."""
    row = connection.execute("SELECT stored_at FROM agreement_text WHERE hash = %s", (text_hash,)).fetchone()
    return row[0] if row else None


def documents_of(connection: Connection, agreement: str, *, text_hash: str | None = None) -> tuple[DocumentRow, ...]:
    """Return the documents of an agreement, or only those of one text, newest first, at most 500."""
    rows = connection.execute(
        _ROW
        + " WHERE d.agreement = %(agreement)s AND (%(text)s::text IS NULL OR d.text_hash = %(text)s)"
        + " ORDER BY d.added_at DESC, d.code, d.sha256 LIMIT %(most)s",
        {"agreement": agreement, "text": text_hash, "most": _MOST_LISTED},
    )
    return tuple(DocumentRow(*row) for row in rows)


def document_of(connection: Connection, *, agreement: str, document: str) -> tuple[DocumentRow, bytes] | None:
    """Return a document of the agreement by its SHA-256, with its bytes after recomputing that; None if it has none."""
    row = connection.execute(
        _ROW + " WHERE d.agreement = %s AND d.sha256 = %s ORDER BY d.added_at LIMIT 1", (agreement, document)
    ).fetchone()
    if row is None:
        return None
    content = connection.execute("SELECT content FROM document_content WHERE sha256 = %s", (document,)).fetchone()
    stored = bytes(content[0]) if content else b""
    if sha256(stored).hexdigest() != document:
        raise SluisError(
            "document-altered",
            msg("Het bewaarde document is niet het document dat opgeladen werd."),
            remedy=msg("Verwittig de beheerder en de functionarissen van de partijen."),
            clause=Clause("AVG", "artikel 5, lid 1, f)"),
        )
    return DocumentRow(*row), stored
