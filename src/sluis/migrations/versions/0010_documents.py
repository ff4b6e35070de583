"""Documents of agreements: attachments, signed PDFs, the trust list.

All three are only ever added to. A document lies under its own SHA-256, which the database checks too; the trust list
is the sum of its changes, so that it can be read as it stood at any moment.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

MOST_BYTES = 20 * 1024 * 1024


def upgrade() -> None:
    """Make the tables and give the rights."""
    op.execute(f"""
        CREATE TABLE document_content (
            sha256 text PRIMARY KEY,
            content bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND {MOST_BYTES}),
            stored_at timestamptz NOT NULL,
            CHECK (sha256 = encode(sha256(content), 'hex'))
        )
    """)
    op.execute("ALTER TABLE document_content ALTER COLUMN content SET STORAGE EXTERNAL")  # a PDF is compressed already
    op.execute("""
        CREATE TABLE agreement_document (
            agreement text NOT NULL REFERENCES agreement,
            sha256 text NOT NULL REFERENCES document_content,
            kind text NOT NULL CHECK (kind IN ('attachment', 'signed')),
            party text NOT NULL REFERENCES party,
            code text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
            text_hash text NOT NULL REFERENCES agreement_text,
            pages integer NOT NULL CHECK (pages > 0),
            added_at timestamptz NOT NULL,
            added_by text NOT NULL,
            PRIMARY KEY (agreement, sha256, code)
        )
    """)
    op.execute("""
        CREATE TABLE trust_change (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            happened_at timestamptz NOT NULL,
            change text NOT NULL CHECK (change IN ('add', 'remove')),
            kind text NOT NULL CHECK (kind IN ('root', 'intermediate', 'revocations', 'signatory')),
            fingerprint text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
            party text REFERENCES party,
            name text NOT NULL,
            function text,
            content bytea,
            done_by text NOT NULL,
            reason text NOT NULL,
            CHECK ((kind = 'signatory') = (party IS NOT NULL)),
            CHECK (kind = 'signatory' OR change = 'remove' OR fingerprint = encode(sha256(content), 'hex'))
        )
    """)
    op.execute("CREATE INDEX trust_change_subject ON trust_change (kind, fingerprint, party, id)")
    op.execute("GRANT SELECT, INSERT ON document_content, agreement_document, trust_change TO sluis_app")
