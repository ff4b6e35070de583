"""The gate: who acts for which party, which uses of a leg are spent, which conditions are recorded."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    """
    CREATE TABLE actor (
        id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9:._-]{0,79}$'),
        kind text NOT NULL CHECK (kind IN ('person', 'machine')),
        display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 200),
        party text,
        CHECK (kind = 'person' OR party IS NOT NULL)
    )
    """,
    # A citizen's own number, kept apart so that nothing that lists actors can show it.
    """
    CREATE TABLE actor_insz (
        actor text PRIMARY KEY REFERENCES actor,
        insz text NOT NULL UNIQUE
    )
    """,
    """
    CREATE TABLE actor_role (
        actor text NOT NULL REFERENCES actor,
        party text NOT NULL,
        role text NOT NULL,
        valid daterange NOT NULL,
        granted_by text NOT NULL,
        reason text NOT NULL,
        CHECK (granted_by <> actor),
        PRIMARY KEY (actor, party, role, valid)
    )
    """,
    # The primary key is the lock: two exchanges cannot both take the last permitted use.
    """
    CREATE TABLE gate_use (
        agreement text NOT NULL,
        leg text NOT NULL,
        party text NOT NULL,
        period text NOT NULL,
        ordinal int NOT NULL CHECK (ordinal > 0),
        entry uuid NOT NULL,
        PRIMARY KEY (agreement, leg, party, period, ordinal)
    )
    """,
    """
    CREATE TABLE gate_condition (
        agreement text NOT NULL,
        party text NOT NULL,
        code text NOT NULL,
        recorded_at timestamptz NOT NULL,
        recorded_by text NOT NULL,
        evidence text NOT NULL,
        PRIMARY KEY (agreement, party, code)
    )
    """,
    "GRANT SELECT, INSERT ON actor, actor_insz, gate_use TO sluis_app",
    "GRANT SELECT, INSERT, UPDATE ON actor_role TO sluis_app",
    "GRANT SELECT, INSERT, DELETE ON gate_condition TO sluis_app",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
