"""Alembic's entry: one line of revisions for the whole system, run with the owner's rights."""

from __future__ import annotations

import psycopg
from alembic import context
from sqlalchemy import create_engine, pool

url: str = context.config.attributes["owner_url"]
engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=pool.NullPool)
with engine.connect() as connection:
    # Two installers at once would make the same roles twice: the second waits.
    connection.exec_driver_sql("SELECT pg_advisory_lock(7510001)")
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
