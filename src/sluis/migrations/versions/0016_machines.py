"""Machines of parties: their keys, what must count once, signatures as evidence, answers kept a day, limits."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"

STATEMENTS = (
    """
    CREATE TABLE machine (
        id text PRIMARY KEY REFERENCES actor,
        party text NOT NULL,
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
        registered_by text NOT NULL,
        registered_at timestamptz NOT NULL,
        revoked_by text,
        revoked_at timestamptz,
        CHECK ((revoked_by IS NULL) = (revoked_at IS NULL))
    )
    """,
    "CREATE INDEX machine_party ON machine (party)",
    # A key is known by its RFC 7638 thumbprint, and serves one machine only: of two, nobody could tell who signed.
    """
    CREATE TABLE machine_key (
        thumbprint text PRIMARY KEY CHECK (thumbprint ~ '^[A-Za-z0-9_-]{43}$'),
        machine text NOT NULL REFERENCES machine,
        algorithm text NOT NULL CHECK (algorithm IN ('ES256', 'EdDSA', 'PS256')),
        public_key jsonb NOT NULL,
        added_by text NOT NULL,
        added_at timestamptz NOT NULL,
        retired_by text,
        retired_at timestamptz,
        CHECK (NOT public_key ?| ARRAY['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']),
        CHECK ((retired_by IS NULL) = (retired_at IS NULL))
    )
    """,
    "CREATE INDEX machine_key_machine ON machine_key (machine)",
    # What counts once, until it has expired anyway: the mark of an assertion, the nonce of a signature.
    "CREATE TABLE machine_seen (mark bytea PRIMARY KEY CHECK (octet_length(mark) = 32), until timestamptz NOT NULL)",
    "CREATE INDEX machine_seen_until ON machine_seen (until)",
    # The signature of a request; the entry in the ledger holds its hash. What was signed holds a digest of a body with
    # a number in it, which could be guessed: it is sealed with a key that is not in the database.
    """
    CREATE TABLE machine_signature (
        hash text PRIMARY KEY CHECK (hash ~ '^[0-9a-f]{64}$'),
        machine text NOT NULL REFERENCES machine,
        thumbprint text NOT NULL REFERENCES machine_key,
        signature bytea NOT NULL,
        sealed_base bytea NOT NULL,
        kept_at timestamptz NOT NULL,
        CHECK (hash = encode(sha256(signature), 'hex'))
    )
    """,
    # The answer to a write, for who sends the same again. Sealed with a key that only that request can make.
    """
    CREATE TABLE machine_answer (
        party text NOT NULL,
        mark bytea NOT NULL CHECK (octet_length(mark) = 32),
        body_hash bytea NOT NULL CHECK (octet_length(body_hash) = 32),
        status int,
        sealed bytea,
        until timestamptz NOT NULL,
        PRIMARY KEY (party, mark),
        CHECK ((status IS NULL) = (sealed IS NULL))
    )
    """,
    "CREATE INDEX machine_answer_until ON machine_answer (until)",
    """
    CREATE TABLE machine_rate (
        party text NOT NULL,
        turn bigint NOT NULL,
        used int NOT NULL,
        PRIMARY KEY (party, turn)
    )
    """,
    """
    CREATE TABLE machine_sandbox (
        party text PRIMARY KEY,
        machine text NOT NULL REFERENCES machine,
        agreement text NOT NULL,
        until timestamptz NOT NULL
    )
    """,
    "GRANT SELECT, INSERT ON machine, machine_key, machine_signature TO sluis_app",
    "GRANT UPDATE (revoked_by, revoked_at) ON machine TO sluis_app",
    "GRANT UPDATE (retired_by, retired_at) ON machine_key TO sluis_app",
    "GRANT SELECT, INSERT, DELETE ON machine_seen, machine_sandbox TO sluis_app",
    "GRANT UPDATE (until) ON machine_sandbox TO sluis_app",
    "GRANT SELECT, INSERT, DELETE ON machine_answer TO sluis_app",
    "GRANT UPDATE (status, sealed, body_hash, until) ON machine_answer TO sluis_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON machine_rate TO sluis_app",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
