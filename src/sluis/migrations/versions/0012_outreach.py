"""Addresses of bodies, campaigns and their mails, the log of contacts, and the daily digest of what people must do.

Nobody is mailed twice for the same thing: the database itself refuses a second mail to a body, or to an address, about
the same offer within the period of the first one, also from another campaign at the same moment. A range over texts is
made for it, because PostgreSQL without extensions excludes by ranges only.
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"

_MAIL = """
    CREATE TABLE outreach_mail (
        campaign uuid NOT NULL REFERENCES outreach_campaign,
        body text NOT NULL REFERENCES party,
        offer text NOT NULL,
        address text NOT NULL,
        language text NOT NULL,
        is_reminder boolean NOT NULL,
        delivery uuid NOT NULL REFERENCES delivery DEFERRABLE INITIALLY DEFERRED,
        sent_at timestamptz NOT NULL,
        quiet tstzrange NOT NULL CHECK (lower(quiet) = sent_at),
        PRIMARY KEY (campaign, body),
        EXCLUDE USING gist (outreach_words(offer, body) WITH &&, quiet WITH &&) WHERE (NOT is_reminder),
        EXCLUDE USING gist (outreach_words(offer, lower(address)) WITH &&, quiet WITH &&) WHERE (NOT is_reminder),
        EXCLUDE USING gist (outreach_words(offer, body) WITH &&, quiet WITH &&) WHERE (is_reminder),
        EXCLUDE USING gist (outreach_words(offer, lower(address)) WITH &&, quiet WITH &&) WHERE (is_reminder)
    )
"""

STATEMENTS = (
    """
    CREATE TABLE outreach_address (
        body text PRIMARY KEY REFERENCES party,
        address text NOT NULL CHECK (length(address) <= 254),
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE outreach_campaign (
        id uuid PRIMARY KEY,
        title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
        offer text NOT NULL,
        is_reminder boolean NOT NULL,
        texts jsonb NOT NULL CHECK (texts ? 'nl'),
        chosen jsonb NOT NULL,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL,
        sent_by text,
        sent_at timestamptz,
        CHECK ((sent_by IS NULL) = (sent_at IS NULL))
    )
    """,
    'CREATE TYPE outreach_word_range AS RANGE (subtype = text, collation = "C")',
    """
    CREATE FUNCTION outreach_words(a text, b text) RETURNS outreach_word_range
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN outreach_word_range(a || ' ' || b, a || ' ' || b, '[]')
    """,
    _MAIL,
    "CREATE INDEX outreach_mail_offer ON outreach_mail (offer, sent_at)",
    "CREATE INDEX outreach_mail_body ON outreach_mail (body, sent_at)",
    """
    CREATE TABLE outreach_contact (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('webinar', 'newsletter', 'call', 'visit', 'letter')),
        day date NOT NULL,
        title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
        note text NOT NULL CHECK (length(note) <= 2000),
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX outreach_contact_day ON outreach_contact (day DESC, id)",
    """
    CREATE TABLE outreach_contact_body (
        contact uuid NOT NULL REFERENCES outreach_contact,
        body text NOT NULL REFERENCES party,
        PRIMARY KEY (contact, body)
    )
    """,
    "CREATE INDEX outreach_contact_body_body ON outreach_contact_body (body)",
    """
    CREATE TABLE worklist_reader (
        actor text PRIMARY KEY REFERENCES actor,
        address text CHECK (length(address) <= 254),
        language text NOT NULL CHECK (language IN ('nl', 'fr', 'en', 'de')),
        wants_digest boolean NOT NULL,
        changed_at timestamptz NOT NULL,
        CHECK (address IS NOT NULL OR NOT wants_digest)
    )
    """,
    """
    CREATE TABLE worklist_digest (
        actor text NOT NULL REFERENCES actor,
        day date NOT NULL,
        open_duties int NOT NULL CHECK (open_duties >= 0),
        delivery uuid REFERENCES delivery DEFERRABLE INITIALLY DEFERRED,
        PRIMARY KEY (actor, day),
        CHECK ((open_duties = 0) = (delivery IS NULL))
    )
    """,
    "GRANT SELECT, INSERT ON outreach_mail, outreach_contact, outreach_contact_body, worklist_digest TO sluis_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON outreach_address, worklist_reader TO sluis_app",
    "GRANT SELECT, INSERT ON outreach_campaign TO sluis_app",
    "GRANT UPDATE (quiet) ON outreach_mail TO sluis_app",
    "GRANT UPDATE (title, offer, is_reminder, texts, chosen, made_by, made_at, sent_by, sent_at)"
    " ON outreach_campaign TO sluis_app",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
