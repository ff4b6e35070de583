"""Drafts that are saved at each step, so that two people can work on one of them without overwriting each other.

A sheet holds the answers to a standard agreement: of one draft, or those that a party gives every time. Answers are
only added; each save gets the next version of its sheet, so what somebody read can always be told from what came since.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS = (
    """
    CREATE TABLE accession_sheet (
        id text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 250),
        version int NOT NULL CHECK (version >= 0)
    )
    """,
    """
    CREATE TABLE accession_answer (
        sheet text NOT NULL REFERENCES accession_sheet,
        field text NOT NULL CHECK (length(field) BETWEEN 1 AND 250),
        version int NOT NULL CHECK (version > 0),
        value jsonb NOT NULL,
        saved_by text NOT NULL,
        saved_at timestamptz NOT NULL,
        PRIMARY KEY (sheet, field, version)
    )
    """,
    """
    CREATE TABLE accession_draft (
        agreement text PRIMARY KEY REFERENCES agreement,
        sheet text NOT NULL UNIQUE REFERENCES accession_sheet,
        template text NOT NULL,
        template_hash text NOT NULL,
        party text NOT NULL REFERENCES party,
        mark uuid NOT NULL UNIQUE,
        opened_by text NOT NULL,
        opened_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX accession_draft_party ON accession_draft (party, opened_at DESC)",
    "GRANT SELECT, INSERT ON accession_sheet, accession_answer, accession_draft TO sluis_app",
    "GRANT UPDATE (version) ON accession_sheet TO sluis_app",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
