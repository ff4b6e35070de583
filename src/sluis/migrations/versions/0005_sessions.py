"""Sessions of people who are signed in: only the hash of the cookie is kept, and no personal value."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table; the serving role may end sessions and sweep the old ones away."""
    op.execute("""
        CREATE TABLE session (
            id_hash bytea PRIMARY KEY CHECK (octet_length(id_hash) = 32),
            person text NOT NULL CHECK (person <> ''),
            party text,
            created timestamptz NOT NULL,
            last_seen timestamptz NOT NULL CHECK (last_seen >= created),
            ended timestamptz
        )
    """)
    op.execute("CREATE INDEX session_of_person ON session (person) WHERE ended IS NULL")
    op.execute("CREATE INDEX session_created ON session (created)")
    op.execute("GRANT SELECT, INSERT, DELETE ON session TO sluis_app")
    op.execute("GRANT UPDATE (last_seen, ended) ON session TO sluis_app")
