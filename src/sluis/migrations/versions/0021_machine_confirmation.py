"""A key of a machine opens nothing until a second person of its party confirmed it."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"

STATEMENTS = (
    # The term and the reason of the role, which the machine gets with its first confirmed key.
    """
    ALTER TABLE machine
        ADD COLUMN until date,
        ADD COLUMN reason text NOT NULL DEFAULT 'machine' CHECK (length(reason) BETWEEN 1 AND 500)
    """,
    "ALTER TABLE machine_key ADD COLUMN confirmed_by text, ADD COLUMN confirmed_at timestamptz",
    # Keys from before this rule were put in by the operator, on the command line.
    "UPDATE machine_key SET confirmed_by = 'operator', confirmed_at = added_at",
    """
    ALTER TABLE machine_key
        ADD CHECK (confirmed_by <> added_by),
        ADD CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL))
    """,
    # The last word, whatever the code above it does: a second account of the same person is no second person.
    """
    CREATE FUNCTION refuse_own_key() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF same_person(NEW.confirmed_by, NEW.added_by) THEN
            RAISE EXCEPTION 'nobody confirms a key of their own' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END
    $$
    """,
    """
    CREATE TRIGGER machine_key_second_person BEFORE INSERT OR UPDATE OF confirmed_by ON machine_key
        FOR EACH ROW WHEN (NEW.confirmed_by IS NOT NULL) EXECUTE FUNCTION refuse_own_key()
    """,
    "GRANT UPDATE (confirmed_by, confirmed_at) ON machine_key TO sluis_app",
)


def upgrade() -> None:
    """Add who confirmed a key, and what the machine's role will be."""
    for statement in STATEMENTS:
        op.execute(statement)
