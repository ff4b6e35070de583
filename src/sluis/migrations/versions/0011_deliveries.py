"""Whatever Sluis sends is a row with a state, and each attempt to send it is a row as well.

`position` is given after the commit that wrote the row, by one numberer at a time: who reads past a position once has
seen everything before it. The number of the row itself (`written`) cannot promise that: transactions commit in another
order than they count.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = (
    """
    CREATE TABLE delivery (
        id uuid PRIMARY KEY,
        written bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        position bigint UNIQUE,
        key text NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 200),
        channel text NOT NULL CHECK (channel ~ '^[a-z][a-z0-9-]{0,31}$'),
        receiver text NOT NULL CHECK (length(receiver) BETWEEN 1 AND 128),
        agreement text,
        ordered boolean NOT NULL,
        payload jsonb NOT NULL CHECK (octet_length(payload::text) <= 1048576),
        state text NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'bounced', 'dead')),
        attempts int NOT NULL DEFAULT 0 CHECK (attempts >= 0),
        queued_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        give_up_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        claim uuid,
        leased_until timestamptz,
        fault text CHECK (length(fault) <= 100),
        killed_at timestamptz,
        kill_reason text CHECK (length(kill_reason) <= 1000),
        CHECK ((state = 'sending') = (leased_until IS NOT NULL))
    )
    """,
    "CREATE SEQUENCE delivery_position",
    "CREATE INDEX delivery_unnumbered ON delivery (written) WHERE position IS NULL",
    "CREATE INDEX delivery_due ON delivery (channel, due_at) WHERE state IN ('waiting', 'sending')",
    "CREATE INDEX delivery_line ON delivery (receiver, channel, position)"
    " WHERE ordered AND state IN ('waiting', 'sending')",
    "CREATE INDEX delivery_receiver ON delivery (receiver, position)",
    "CREATE INDEX delivery_agreement ON delivery (agreement) WHERE agreement IS NOT NULL",
    "CREATE INDEX delivery_state ON delivery (state, changed_at)",
    """
    CREATE TABLE delivery_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        delivery uuid NOT NULL REFERENCES delivery,
        event text NOT NULL CHECK (event IN
            ('sent', 'refused', 'postponed', 'lost', 'killed', 'bounced', 'gave-up', 'redelivered')),
        happened_at timestamptz NOT NULL,
        fault text CHECK (length(fault) <= 100),
        done_by text CHECK (length(done_by) <= 128)
    )
    """,
    "CREATE INDEX delivery_event_delivery ON delivery_event (delivery, id)",
    "GRANT SELECT, INSERT ON delivery, delivery_event TO sluis_app",
    "GRANT UPDATE (position, state, attempts, due_at, give_up_at, changed_at, claim, leased_until, fault, killed_at,"
    " kill_reason) ON delivery TO sluis_app",
    "GRANT USAGE ON SEQUENCE delivery_position TO sluis_app",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
