"""No role may put a table of its own in front of ours: not in the schema, not as a temporary one.

A temporary table named `ledger_entry` would take the evidence of a whole connection and vanish with it. PostgreSQL
gives everyone the right to make temporary tables, and before version 15 (and after an upgrade from it) also to make
tables in the schema `public`. Where the owner of the tables is not the owner of the database, its administrator must
take these rights back: a warning says so.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Take both rights from everyone; who owns the tables keeps them."""
    op.execute("""
        DO $$ BEGIN
            REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE WARNING 'Everyone can still make tables here. As the owner of the database: REVOKE TEMPORARY ON '
                'DATABASE ... FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC;';
        END $$
    """)
