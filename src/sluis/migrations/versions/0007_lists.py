"""Lists: an exchange and its state, the files that it keeps for a while, the key that the DPOs set."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = (
    """
    CREATE TABLE lists_exchange (
        id uuid PRIMARY KEY,
        agreement text NOT NULL,
        party text NOT NULL,
        state text NOT NULL,
        channel text NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        reference date NOT NULL,
        request_digest bytea NOT NULL,
        request_name text NOT NULL,
        asked int,
        row_problems jsonb NOT NULL DEFAULT '[]',
        reasons jsonb NOT NULL DEFAULT '[]',
        entry uuid,
        released int,
        text_hash text,
        collect_before timestamptz,
        confirm_before date,
        collected_at timestamptz,
        collected_by text,
        confirmed_at timestamptz,
        confirmed_by text
    )
    """,
    "CREATE INDEX lists_exchange_of_party ON lists_exchange (party, created_at DESC)",
    # The same file sent again (a double click, a retry after a cut connection) is the same exchange, as long as the
    # first was not refused.
    """
    CREATE UNIQUE INDEX lists_exchange_once ON lists_exchange (agreement, party, request_digest)
    WHERE state <> 'refused'
    """,
    """
    CREATE TABLE lists_file (
        exchange uuid NOT NULL REFERENCES lists_exchange,
        kind text NOT NULL CHECK (kind IN ('request', 'numbers', 'answer')),
        ciphertext bytea NOT NULL,
        kept_since timestamptz NOT NULL,
        PRIMARY KEY (exchange, kind)
    )
    """,
    """
    CREATE TABLE lists_key (
        agreement text NOT NULL,
        party text NOT NULL,
        sealed bytea NOT NULL,
        proposed_by text NOT NULL,
        proposed_party text NOT NULL,
        proposed_at timestamptz NOT NULL,
        confirmed_by text,
        confirmed_party text,
        confirmed_at timestamptz,
        attempts int NOT NULL DEFAULT 0,
        PRIMARY KEY (agreement, party),
        CHECK (confirmed_party IS NULL OR confirmed_party <> proposed_party)
    )
    """,
    """
    CREATE TABLE lists_reminder (
        exchange uuid NOT NULL REFERENCES lists_exchange,
        ordinal int NOT NULL,
        sent_at timestamptz NOT NULL,
        PRIMARY KEY (exchange, ordinal)
    )
    """,
    "GRANT SELECT, INSERT, UPDATE ON lists_exchange TO sluis_app",
    "GRANT SELECT, INSERT, DELETE ON lists_file TO sluis_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON lists_key TO sluis_app",
    "GRANT SELECT, INSERT ON lists_reminder TO sluis_app",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
