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
                CREATE ROLE {role} LOGIN;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$
        """)
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
