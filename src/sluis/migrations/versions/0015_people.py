"""Sign-in, access managers and the roles that they grant."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENTS = (
    # Sessions: by which door, known to its owner under a name that opens nothing, narrowed by what the door said.
    """
    ALTER TABLE session
        ADD COLUMN handle uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
        ADD COLUMN door text NOT NULL DEFAULT 'demo' CHECK (door IN ('demo', 'provider', 'passkey', 'certificate')),
        ADD COLUMN narrowed text[],
        ADD COLUMN provider_session bytea
    """,
    "CREATE INDEX session_provider ON session (provider_session) WHERE provider_session IS NOT NULL",
    # A sign-in that was begun: one use, short, bound to one browser. The identifier itself is not kept.
    """
    CREATE TABLE sign_in_attempt (
        id_hash bytea PRIMARY KEY CHECK (octet_length(id_hash) = 32),
        kind text NOT NULL CHECK (kind IN ('provider', 'passkey', 'passkey-new')),
        state text NOT NULL,
        nonce text NOT NULL,
        verifier text NOT NULL,
        back text NOT NULL CHECK (length(back) <= 2000),
        person text,
        begun timestamptz NOT NULL
    )
    """,
    "CREATE INDEX sign_in_attempt_begun ON sign_in_attempt (begun)",
    # Who a provider's person is here. One person may act for several bodies: each is an actor of its own.
    """
    CREATE TABLE person_identity (
        issuer text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 300),
        subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 300),
        party text NOT NULL,
        actor text NOT NULL REFERENCES actor,
        linked_at timestamptz NOT NULL,
        PRIMARY KEY (issuer, subject, party)
    )
    """,
    "CREATE INDEX person_identity_actor ON person_identity (actor)",
    "CREATE INDEX person_identity_party ON person_identity (party)",
    """
    CREATE TABLE person_passkey (
        credential bytea PRIMARY KEY CHECK (octet_length(credential) BETWEEN 1 AND 1023),
        id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
        actor text NOT NULL REFERENCES actor,
        public_key bytea NOT NULL,
        uses bigint NOT NULL,
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
        added_at timestamptz NOT NULL,
        used_at timestamptz,
        withdrawn_at timestamptz
    )
    """,
    "CREATE INDEX person_passkey_actor ON person_passkey (actor)",
    # Only the fingerprint: a certificate of an eID holds a number of the national register.
    """
    CREATE TABLE person_certificate (
        fingerprint bytea PRIMARY KEY CHECK (octet_length(fingerprint) = 32),
        id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
        actor text NOT NULL REFERENCES actor,
        party text NOT NULL,
        added_by text NOT NULL,
        added_at timestamptz NOT NULL,
        confirmed_by text,
        confirmed_at timestamptz,
        withdrawn_at timestamptz,
        CHECK (confirmed_by <> added_by),
        CHECK (added_by <> actor)
    )
    """,
    "CREATE INDEX person_certificate_actor ON person_certificate (actor)",
    """
    CREATE FUNCTION same_person(one text, other text) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT one = other OR EXISTS (
            SELECT FROM person_identity a JOIN person_identity b USING (issuer, subject)
            WHERE a.actor = one AND b.actor = other)
    $$
    """,
    # Roles: for a purpose or for all, with who confirmed, and an end that names who and why. A grant that ended on the
    # day it began is an empty range: it may stand there more than once.
    """
    ALTER TABLE actor_role
        DROP CONSTRAINT actor_role_pkey,
        ADD COLUMN id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        ADD COLUMN purpose text NOT NULL DEFAULT 'all' CHECK (length(purpose) BETWEEN 1 AND 200),
        ADD COLUMN granted_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN confirmed_by text,
        ADD COLUMN withdrawn_at timestamptz,
        ADD COLUMN withdrawn_by text,
        ADD COLUMN withdrawn_because text,
        ADD CHECK (confirmed_by <> granted_by AND confirmed_by <> actor)
    """,
    """
    CREATE UNIQUE INDEX actor_role_once ON actor_role (actor, party, role, purpose, valid) WHERE NOT isempty(valid)
    """,
    "CREATE INDEX actor_role_party ON actor_role (party)",
    # A role of which a second pair of eyes must say yes first.
    """
    CREATE TABLE role_proposal (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        actor text NOT NULL REFERENCES actor,
        party text NOT NULL,
        role text NOT NULL,
        purpose text NOT NULL,
        since date NOT NULL,
        until date,
        reason text NOT NULL,
        proposed_by text NOT NULL CHECK (proposed_by <> actor),
        proposed_at timestamptz NOT NULL,
        decided_by text CHECK (decided_by <> actor),
        decided_at timestamptz,
        decision text CHECK (decision IN ('confirmed', 'refused')),
        CHECK (decision IS DISTINCT FROM 'confirmed' OR decided_by <> proposed_by),
        CHECK ((decision IS NULL) = (decided_by IS NULL))
    )
    """,
    """
    CREATE UNIQUE INDEX role_proposal_open ON role_proposal (actor, party, role, purpose) WHERE decision IS NULL
    """,
    "CREATE INDEX role_proposal_party ON role_proposal (party) WHERE decision IS NULL",
    # The last word, whatever the code above it does: nobody gives a role to another account of the same person.
    """
    CREATE FUNCTION refuse_own_grant() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF same_person(NEW.granted_by, NEW.actor) OR same_person(NEW.confirmed_by, NEW.actor)
            OR same_person(NEW.confirmed_by, NEW.granted_by) THEN
            RAISE EXCEPTION 'nobody grants a role to themselves' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END
    $$
    """,
    """
    CREATE TRIGGER actor_role_not_to_oneself BEFORE INSERT ON actor_role
        FOR EACH ROW EXECUTE FUNCTION refuse_own_grant()
    """,
    "GRANT SELECT, INSERT, DELETE ON sign_in_attempt TO sluis_app",
    "GRANT SELECT, INSERT ON person_identity, person_passkey, person_certificate, role_proposal TO sluis_app",
    "GRANT UPDATE (uses, used_at, withdrawn_at) ON person_passkey TO sluis_app",
    "GRANT UPDATE (confirmed_by, confirmed_at, withdrawn_at) ON person_certificate TO sluis_app",
    "GRANT UPDATE (decided_by, decided_at, decision) ON role_proposal TO sluis_app",
    # A role that was granted can end, and nothing else of it can change.
    "REVOKE UPDATE ON actor_role FROM sluis_app",
    "GRANT UPDATE (valid, withdrawn_at, withdrawn_by, withdrawn_because) ON actor_role TO sluis_app",
)


def upgrade() -> None:
    """Make the tables and widen those of sessions and roles."""
    for statement in STATEMENTS:
        op.execute(statement)
