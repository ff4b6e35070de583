"""Hospitals with a maternity ward: where each stands, when it was heard of, alarms of silence, conformance, TLS keys.

Counts and names of fields, nothing of a person.
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"

STATEMENTS = (
    # A maternity ward of the table in the code, and how far its connection is.
    """
    CREATE TABLE birth_hospital (
        code text PRIMARY KEY CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
        party text UNIQUE REFERENCES party,
        supplier text CHECK (length(supplier) BETWEEN 1 AND 80),
        state text NOT NULL
            CHECK (state IN ('none', 'invited', 'agreement', 'testing', 'conformant', 'live', 'silent', 'stopped')),
        since timestamptz NOT NULL,
        births_per_year int CHECK (births_per_year BETWEEN 1 AND 20000),
        life_sign_hours int CHECK (life_sign_hours BETWEEN 1 AND 168)
    )
    """,
    """
    CREATE TABLE birth_hospital_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        hospital text NOT NULL REFERENCES birth_hospital,
        at timestamptz NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        actor text NOT NULL,
        why text NOT NULL CHECK (length(why) <= 300)
    )
    """,
    "CREATE INDEX birth_hospital_event_of ON birth_hospital_event (hospital, id DESC)",
    # The last time that a party was heard of along any door of HL7.
    """
    CREATE TABLE birth_hospital_contact (
        party text PRIMARY KEY,
        last_at timestamptz NOT NULL,
        channel text NOT NULL
    )
    """,
    # Fields that a mapping bears and that were not read, by name.
    """
    CREATE TABLE birth_hospital_not_read (
        party text NOT NULL,
        field text NOT NULL CHECK (length(field) <= 40),
        day date NOT NULL,
        count int NOT NULL,
        PRIMARY KEY (party, field, day)
    )
    """,
    # An alarm of silence. `expected_milli` is the expected number of births since the last one, in thousandths.
    """
    CREATE TABLE birth_hospital_alarm (
        id uuid PRIMARY KEY,
        hospital text NOT NULL REFERENCES birth_hospital,
        kind text NOT NULL CHECK (kind IN ('births', 'life-sign')),
        raised_at timestamptz NOT NULL,
        since timestamptz NOT NULL,
        expected_milli int NOT NULL,
        received int NOT NULL,
        closed_at timestamptz,
        closed_by text,
        closed_why text CHECK (length(closed_why) <= 300),
        CHECK ((closed_at IS NULL) = (closed_by IS NULL))
    )
    """,
    "CREATE UNIQUE INDEX birth_hospital_alarm_open ON birth_hospital_alarm (hospital, kind) WHERE closed_at IS NULL",
    # A run of the conformance test: what a supplier's fifty messages said, by case; fictional people only.
    """
    CREATE TABLE birth_conformance (
        id uuid PRIMARY KEY,
        party text NOT NULL,
        supplier text CHECK (length(supplier) <= 80),
        at timestamptz NOT NULL,
        actor text NOT NULL,
        passed int NOT NULL,
        cases int NOT NULL,
        report jsonb NOT NULL
    )
    """,
    "CREATE INDEX birth_conformance_of ON birth_conformance (party, at DESC)",
    "ALTER TABLE channel_key DROP CONSTRAINT channel_key_kind_check",
    "ALTER TABLE channel_key ADD CONSTRAINT channel_key_kind_check CHECK (kind IN ('ssh', 'smime', 'tls'))",
    # A client certificate stands for one party only: MLLP has no other name to go by.
    "CREATE UNIQUE INDEX channel_key_client ON channel_key (fingerprint) WHERE kind = 'tls' AND removed_at IS NULL",
    "GRANT SELECT, INSERT, UPDATE ON birth_hospital, birth_hospital_contact, birth_hospital_not_read,"
    " birth_hospital_alarm TO sluis_app",
    "GRANT SELECT, INSERT ON birth_hospital_event, birth_conformance TO sluis_app",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
