"""Notifications of birth: what came in, the newborn that it is about, the family's file, and who may see it.

Names, numbers, addresses and dates of death are sealed by the installation's key; what stands open is what pages sort
and count by. A mother is found again by a derived tag that nobody can turn back without the installation's secret.
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"

STATEMENTS = (
    # A message as it was taken in, one row per newborn; durable before anything is acknowledged.
    """
    CREATE TABLE birth_notice (
        id uuid PRIMARY KEY,
        written bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        sender text NOT NULL,
        message_id text NOT NULL CHECK (length(message_id) BETWEEN 1 AND 200),
        kind text NOT NULL CHECK (kind IN ('birth', 'correction', 'cancellation')),
        reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 120),
        replaces text CHECK (length(replaces) BETWEEN 1 AND 120),
        sent_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        channel text NOT NULL,
        actor text NOT NULL,
        agreement text NOT NULL,
        text_hash text NOT NULL,
        items text[] NOT NULL,
        missing jsonb NOT NULL,
        raw_digest bytea NOT NULL CHECK (octet_length(raw_digest) = 32),
        content_mark bytea NOT NULL CHECK (octet_length(content_mark) = 32),
        same_as uuid REFERENCES birth_notice,
        entry uuid NOT NULL,
        sealed bytea NOT NULL CHECK (octet_length(sealed) <= 65536),
        worked_at timestamptz,
        attempts int NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL,
        UNIQUE (sender, message_id)
    )
    """,
    "CREATE INDEX birth_notice_due ON birth_notice (due_at) WHERE worked_at IS NULL",
    "CREATE INDEX birth_notice_of_newborn ON birth_notice (sender, reference)",
    "CREATE INDEX birth_notice_content ON birth_notice (sender, content_mark)",
    "CREATE INDEX birth_notice_received ON birth_notice (received_at)",
    # A message that was refused: which fields and why, never what stood in them.
    """
    CREATE TABLE birth_refusal (
        id uuid PRIMARY KEY,
        written bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        sender text NOT NULL,
        actor text NOT NULL,
        channel text NOT NULL,
        message_id text CHECK (length(message_id) <= 200),
        raw_digest bytea NOT NULL CHECK (octet_length(raw_digest) = 32),
        faults jsonb NOT NULL,
        entry uuid NOT NULL,
        refused_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX birth_refusal_of_sender ON birth_refusal (sender, refused_at DESC)",
    # The family's file: one per child, whatever number of hospitals and messages told of it.
    """
    CREATE TABLE birth_file (
        id uuid PRIMARY KEY,
        opened_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        version int NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'cancelled', 'merged')),
        merged_into uuid REFERENCES birth_file,
        birth_date date,
        nis text,
        nis_by text NOT NULL CHECK (nis_by IN ('address', 'register', 'person', 'nobody')),
        nis_why text CHECK (length(nis_why) <= 60),
        restricted boolean NOT NULL,
        restriction_lifted_at timestamptz,
        restriction_lifted_by text,
        is_known boolean NOT NULL,
        missing text[] NOT NULL,
        agreement text NOT NULL,
        text_hash text NOT NULL,
        clause_on date NOT NULL,
        sealed bytea NOT NULL,
        CHECK ((state = 'merged') = (merged_into IS NOT NULL))
    )
    """,
    "CREATE INDEX birth_file_of_team ON birth_file (nis, opened_at DESC) WHERE state = 'open'",
    "CREATE INDEX birth_file_opened ON birth_file (opened_at DESC)",
    # One newborn as one hospital told of it: what all its messages together say.
    """
    CREATE TABLE birth_newborn (
        id uuid PRIMARY KEY,
        sender text NOT NULL,
        reference text NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'born', 'cancelled')),
        birth_date date,
        mother_tag bytea CHECK (octet_length(mother_tag) = 32),
        version int NOT NULL,
        changed_at timestamptz NOT NULL,
        file uuid REFERENCES birth_file,
        sealed bytea NOT NULL,
        CHECK (state <> 'waiting' OR file IS NULL)
    )
    """,
    "CREATE INDEX birth_newborn_of_mother ON birth_newborn (mother_tag) WHERE mother_tag IS NOT NULL",
    "CREATE INDEX birth_newborn_born ON birth_newborn (birth_date) WHERE state = 'born'",
    "CREATE INDEX birth_newborn_of_file ON birth_newborn (file)",
    """
    CREATE TABLE birth_reference (
        sender text NOT NULL,
        reference text NOT NULL,
        newborn uuid NOT NULL REFERENCES birth_newborn,
        PRIMARY KEY (sender, reference)
    )
    """,
    "CREATE INDEX birth_reference_of_newborn ON birth_reference (newborn)",
    # Two newborns that may be one child: what the comparison says, and what a person decided.
    """
    CREATE TABLE birth_pair (
        one uuid NOT NULL REFERENCES birth_newborn ON DELETE CASCADE,
        other uuid NOT NULL REFERENCES birth_newborn ON DELETE CASCADE,
        verdict text NOT NULL CHECK (verdict IN ('same', 'doubt', 'different')),
        why text NOT NULL CHECK (length(why) <= 60),
        weight int NOT NULL,
        decided text CHECK (decided IN ('same', 'different')),
        decided_by text,
        decided_at timestamptz,
        PRIMARY KEY (one, other),
        CHECK (one < other),
        CHECK ((decided IS NULL) = (decided_by IS NULL))
    )
    """,
    "CREATE INDEX birth_pair_other ON birth_pair (other)",
    "CREATE INDEX birth_pair_doubt ON birth_pair (one) WHERE verdict = 'doubt' AND decided IS NULL",
    # What happened to a file, for its timeline: names of items, never values.
    """
    CREATE TABLE birth_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        file uuid NOT NULL REFERENCES birth_file,
        at timestamptz NOT NULL,
        kind text NOT NULL CHECK (length(kind) <= 40),
        notice uuid REFERENCES birth_notice,
        actor text,
        items text[] NOT NULL DEFAULT '{}'
    )
    """,
    "CREATE INDEX birth_event_of_file ON birth_event (file, id)",
    # What follows from a birth: proposed, or held back by care.
    """
    CREATE TABLE birth_proposal (
        file uuid NOT NULL REFERENCES birth_file,
        benefit text NOT NULL CHECK (length(benefit) <= 60),
        mode text NOT NULL CHECK (mode IN ('on-request', 'automatic')),
        state text NOT NULL CHECK (state IN ('proposed', 'held', 'withdrawn')),
        why text NOT NULL CHECK (length(why) <= 60),
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (file, benefit)
    )
    """,
    # Which local team works where, and who works in it.
    """
    CREATE TABLE birth_team (
        code text PRIMARY KEY CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
        municipalities text[] NOT NULL,
        members text[] NOT NULL
    )
    """,
    "GRANT SELECT, INSERT, UPDATE ON birth_notice, birth_file, birth_proposal TO sluis_app",
    "GRANT SELECT, INSERT ON birth_refusal, birth_event TO sluis_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON birth_newborn, birth_reference, birth_pair, birth_team TO sluis_app",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
