"""What came in through SFTP and mail, and the keys and certificates by which parties come in."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"

STATEMENTS = (
    # A key of a party: its SSH key or its S/MIME certificate. Never a private one.
    """
    CREATE TABLE channel_key (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('ssh', 'smime')),
        party text NOT NULL,
        actor text NOT NULL REFERENCES actor,
        fingerprint text NOT NULL CHECK (length(fingerprint) BETWEEN 40 AND 100),
        content bytea NOT NULL CHECK (octet_length(content) <= 16384),
        address text CHECK (length(address) <= 254),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
        evidence text NOT NULL CHECK (length(evidence) BETWEEN 1 AND 500),
        added_at timestamptz NOT NULL,
        added_by text NOT NULL,
        removed_at timestamptz,
        removed_by text,
        removed_because text CHECK (length(removed_because) <= 500),
        CHECK ((kind = 'smime') = (address IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX channel_key_once ON channel_key (party, kind, fingerprint) WHERE removed_at IS NULL",
    # A mail address and a certificate stand for one party only.
    "CREATE UNIQUE INDEX channel_key_certificate ON channel_key (fingerprint)"
    " WHERE kind = 'smime' AND removed_at IS NULL",
    "CREATE INDEX channel_key_address ON channel_key (address) WHERE removed_at IS NULL",
    # A file that came in. Its content is sealed and stays only until it was taken in.
    """
    CREATE TABLE channel_file (
        id uuid PRIMARY KEY,
        written bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        channel text NOT NULL CHECK (channel IN ('sftp', 'encrypted-mail')),
        party text NOT NULL,
        actor text NOT NULL,
        folder text NOT NULL CHECK (length(folder) <= 200),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 160),
        agreement text,
        digest bytea NOT NULL CHECK (octet_length(digest) = 32),
        size int NOT NULL CHECK (size >= 0),
        received_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('staged', 'received', 'answered', 'refused', 'collected', 'double')),
        same_as uuid REFERENCES channel_file,
        exchange uuid,
        reasons jsonb NOT NULL DEFAULT '[]',
        answer_name text CHECK (length(answer_name) <= 200),
        answer_size int,
        attempts int NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL,
        settled_at timestamptz,
        fetched_at timestamptz,
        hidden_in timestamptz,
        hidden_out timestamptz,
        ciphertext bytea,
        CHECK ((ciphertext IS NOT NULL) = (state IN ('staged', 'received'))),
        CHECK ((state = 'double') = (same_as IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX channel_file_once ON channel_file (party, channel, coalesce(agreement, ''), digest)"
    " WHERE state IN ('received', 'answered', 'collected')",
    "CREATE UNIQUE INDEX channel_file_staged ON channel_file (party, channel, folder, name) WHERE state = 'staged'",
    "CREATE UNIQUE INDEX channel_file_answer ON channel_file (party, channel, folder, answer_name)"
    " WHERE state = 'answered'",
    "CREATE INDEX channel_file_due ON channel_file (due_at) WHERE state = 'received'",
    "CREATE INDEX channel_file_of_party ON channel_file (party, channel, received_at DESC)",
    # A mail that was seen: the same one again is answered no second time.
    """
    CREATE TABLE channel_mail (
        digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
        party text,
        outcome text NOT NULL CHECK (outcome IN ('taken', 'refused')),
        file uuid REFERENCES channel_file,
        seen_at timestamptz NOT NULL
    )
    """,
    # How often an address was answered that nothing could be told: at most once a day.
    """
    CREATE TABLE channel_mail_told (
        address_hash bytea NOT NULL CHECK (octet_length(address_hash) = 32),
        day date NOT NULL,
        PRIMARY KEY (address_hash, day)
    )
    """,
    "GRANT SELECT, INSERT ON channel_key, channel_mail, channel_mail_told TO sluis_app",
    "GRANT DELETE ON channel_mail_told TO sluis_app",
    "GRANT UPDATE (removed_at, removed_by, removed_because) ON channel_key TO sluis_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON channel_file TO sluis_app",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
