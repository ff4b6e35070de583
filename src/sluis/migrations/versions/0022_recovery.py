"""Decisions of people on what is asked back: plans and waivers, each with its reason, its clause and its entry."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Make the table; decisions are only ever added."""
    op.execute("""
        CREATE TABLE benefit_recovery (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            claim text COLLATE "C" NOT NULL,
            kind text NOT NULL CHECK (kind IN ('plan', 'waiver')),
            cents bigint NOT NULL CHECK (cents >= 0),
            reason text NOT NULL,
            clause text NOT NULL,
            note text NOT NULL CHECK (length(note) <= 500),
            party text NOT NULL REFERENCES party,
            decided_by text NOT NULL,
            decided_at timestamptz NOT NULL,
            entry uuid NOT NULL
        )
    """)
    op.execute("CREATE INDEX benefit_recovery_claim ON benefit_recovery (claim, id)")
    op.execute("GRANT SELECT, INSERT ON benefit_recovery TO sluis_app")
