"""The ledger: entries by month, the tree over them, and the keys under which persons can be found or forgotten.

Nothing here is ever changed. `sluis_app` may read and insert; `sluis_keeper` may destroy a person's key and write the
entry that says so. A trigger refuses changes even to the owner, so that a slip of an administrator is loud.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_PARTITIONED = ("ledger_entry", "ledger_subject")
_INSERT_ONLY = (*_PARTITIONED, "ledger_subject_set", "ledger_leaf", "ledger_tile", "ledger_checkpoint")
_ENTRY_COLUMNS = "id, at, party, counterparty, canonical"

_TABLES = r"""
CREATE TABLE ledger_person_key (
    reference bytea NOT NULL CHECK (octet_length(reference) = 32),
    key bytea NOT NULL CHECK (octet_length(key) = 32),
    tag bytea NOT NULL CHECK (octet_length(tag) = 32),
    -- Not on the reference alone: two transactions that meet the same new person at once each make a key and neither
    -- waits for the other. Both keys are that person's; see docs/decisions/ledger-persons.md.
    PRIMARY KEY (reference, key)
);
CREATE TABLE ledger_entry (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    party text NOT NULL,
    counterparty text,
    canonical bytea NOT NULL,
    leaf_hash bytea NOT NULL GENERATED ALWAYS AS (sha256('\x00'::bytea || canonical)) STORED,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX ledger_entry_xid ON ledger_entry (xid);
CREATE INDEX ledger_entry_party ON ledger_entry (party, at, id);
CREATE INDEX ledger_entry_counterparty ON ledger_entry (counterparty, at, id) WHERE counterparty IS NOT NULL;
CREATE TABLE ledger_subject (
    tag bytea NOT NULL CHECK (octet_length(tag) = 32),
    at timestamptz NOT NULL,
    entry_id uuid NOT NULL,
    PRIMARY KEY (tag, at, entry_id)
) PARTITION BY RANGE (at);
CREATE TABLE ledger_subject_set (
    entry_id uuid NOT NULL,
    name text NOT NULL,
    pseudonyms bytea NOT NULL CHECK (octet_length(pseudonyms) % 32 = 0),
    PRIMARY KEY (entry_id, name)
);
CREATE TABLE ledger_leaf (
    index bigint PRIMARY KEY CHECK (index >= 0),
    entry_id uuid NOT NULL UNIQUE,
    at timestamptz NOT NULL,
    leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32)
);
CREATE TABLE ledger_tile (
    level smallint NOT NULL CHECK (level >= 0),
    index bigint NOT NULL CHECK (index >= 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    hashes bytea NOT NULL CHECK (octet_length(hashes) = 256 * 32),
    PRIMARY KEY (level, index)
);
CREATE TABLE ledger_checkpoint (
    size bigint PRIMARY KEY CHECK (size > 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    note text NOT NULL,
    at timestamptz NOT NULL
);
-- Hashes do not compress: do not try.
ALTER TABLE ledger_subject_set ALTER COLUMN pseudonyms SET STORAGE EXTERNAL;
ALTER TABLE ledger_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
"""

# What follows from a key: the one-step key derivation of NIST SP 800-56C Rev. 2 with SHA-256. Held equal to that of
# the cryptography package, and to ours, by tests/integration/ledger/test_recording.py.
_DERIVED = r"""
CREATE FUNCTION ledger_derived(key bytea, purpose bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN sha256('\x00000001'::bytea || key || purpose)
"""

_PARTITIONS = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is insert-only: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- Make the months from `first_day` on; what stands in the default partition already keeps its month there.
CREATE FUNCTION ledger_make_months(first_day date, months int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    parent text;
    first timestamp;
    first_moment timestamptz;
    next_moment timestamptz;
    made int := 0;
    occupied boolean;
    child text;
BEGIN
    FOREACH parent IN ARRAY ARRAY['ledger_entry', 'ledger_subject'] LOOP
        FOR month IN 0 .. months - 1 LOOP
            first := date_trunc('month', first_day::timestamp) + make_interval(months => month);
            first_moment := first AT TIME ZONE 'UTC';
            next_moment := (first + interval '1 month') AT TIME ZONE 'UTC';
            child := parent || to_char(first, '_YYYY_MM');
            EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE at >= $1 AND at < $2)', parent || '_default')
                INTO occupied USING first_moment, next_moment;
            IF to_regclass(child) IS NULL AND NOT occupied THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                               child, parent, first_moment, next_moment);
                EXECUTE format('CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                               'FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', child);
                made := made + 1;
            END IF;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
"""


def upgrade() -> None:
    """Make the tables, their months for two years, and the rights."""
    op.execute(_TABLES)
    op.execute(_DERIVED)
    op.execute(_PARTITIONS)
    for table in _PARTITIONED:
        op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")
    for table in (*_INSERT_ONLY, *(f"{table}_default" for table in _PARTITIONED)):
        op.execute(
            f"CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
        )
    op.execute("SELECT ledger_make_months('2026-01-01', 24)")
    op.execute("REVOKE ALL ON FUNCTION ledger_make_months FROM PUBLIC")
    for table in (*_INSERT_ONLY, "ledger_person_key"):
        op.execute(f"GRANT SELECT ON {table} TO sluis_app")
        # The number of the transaction is the database's to say, never the application's.
        columns = f"({_ENTRY_COLUMNS})" if table == "ledger_entry" else ""
        op.execute(f"GRANT INSERT {columns} ON {table} TO sluis_app")
    op.execute("GRANT SELECT (reference), DELETE ON ledger_person_key TO sluis_keeper")
    op.execute(f"GRANT INSERT ({_ENTRY_COLUMNS}) ON ledger_entry TO sluis_keeper")
