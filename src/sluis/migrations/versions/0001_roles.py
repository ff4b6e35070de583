"""The two roles beside the owner: the one that serves and the one that may destroy a person's key."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the roles. Roles belong to the server, not to the database, so they may be there already."""
    for role in ("sluis_app", "sluis_keeper"):
        op.execute(f"""
            DO $$ BEGIN
                -- Looked for first: an owner who may not make roles can use those that an administrator made.
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} LOGIN;
                END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$
        """)
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
