"""Grants for the pages: what each run of a book decided, with both time axes, and who a payer's files are about.

A copy of the book of grants, published run by run. Lines are only ever added: what holds is the line of the latest run,
and what was known at an earlier run is still there. Numbers are compared byte by byte (collation C).
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"

ID = 'text COLLATE "C" NOT NULL'
PARTITIONS = 16

STATEMENTS = (
    """
    CREATE TABLE benefit_run (
        run integer PRIMARY KEY CHECK (run > 0),
        month integer NOT NULL,
        manifest text NOT NULL CHECK (length(manifest) = 64),
        published_at timestamptz NOT NULL,
        published_by text NOT NULL,
        entry uuid NOT NULL,
        lines bigint NOT NULL,
        overview jsonb NOT NULL
    )
    """,
    f"""
    CREATE TABLE benefit_line (
        child {ID},
        benefit text NOT NULL,
        payee {ID},
        payee_kind text NOT NULL,
        month integer NOT NULL,
        amount_cents bigint,
        status text NOT NULL CHECK (status IN ('final', 'provisional', 'undecided')),
        doubt text NOT NULL,
        run integer NOT NULL REFERENCES benefit_run DEFERRABLE INITIALLY DEFERRED,
        change text NOT NULL,
        before_cents bigint,
        due_cents bigint NOT NULL,
        paid_cents bigint NOT NULL
    ) PARTITION BY HASH (child)
    """,
    *(
        f"CREATE TABLE benefit_line_{at:02} PARTITION OF benefit_line"
        f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {at})"
        for at in range(PARTITIONS)
    ),
    "CREATE INDEX benefit_line_child ON benefit_line (child, month, run)",
    "CREATE INDEX benefit_line_payee ON benefit_line (payee, child) WHERE payee <> ''",
    "CREATE INDEX benefit_line_open ON benefit_line (run, doubt, child) WHERE status <> 'final'",
    f"""
    CREATE TABLE benefit_person (
        person {ID},
        run integer NOT NULL REFERENCES benefit_run DEFERRABLE INITIALLY DEFERRED,
        born date,
        given_name text NOT NULL,
        family_name text NOT NULL,
        payer text,
        nis text,
        PRIMARY KEY (person, run)
    )
    """,
    "CREATE INDEX benefit_person_name ON benefit_person (lower(family_name), lower(given_name))",
    f"""
    CREATE TABLE benefit_question (
        child {ID},
        benefit text NOT NULL,
        month integer NOT NULL,
        lacks text NOT NULL,
        asked_by text NOT NULL,
        asked_at timestamptz NOT NULL,
        PRIMARY KEY (child, benefit, month, lacks)
    )
    """,
    "GRANT SELECT, INSERT ON benefit_run, benefit_line, benefit_person, benefit_question TO sluis_app",
)


def upgrade() -> None:
    """Make the tables; the application adds and reads, and changes nothing."""
    for statement in STATEMENTS:
        op.execute(statement)
