"""The whole life of an agreement: advice, offers, suspension, notice, amendment, mergers, changes of law.

What happened stays insert-only (advices, versions, changes of law). What only says how things stand now, and is told
in the history as well, may be taken away again: an announced end, a suspension, an amendment in preparation.
"""

from __future__ import annotations

import json

from alembic import op

from sluis.agreements.lawfile import registered_laws

revision = "0009"
down_revision = "0008"

LOCK_CLASS = 7510003
# One lock for all agreements together: a change of law takes it alone, every hold and every step takes a share.
LOCK_CLASS_OF_ALL = 7510004

STATEMENTS = (
    """
    ALTER TABLE agreement
        ADD COLUMN last_day date,
        ADD COLUMN next_hash text REFERENCES agreement_text,
        ADD COLUMN next_from date,
        ADD COLUMN next_until date
    """,
    """
    ALTER TABLE agreement_event
        ADD COLUMN version int NOT NULL DEFAULT 1 CHECK (version > 0),
        ADD COLUMN code text,
        ADD COLUMN clause text,
        ADD COLUMN entry uuid
    """,
    "ALTER TABLE agreement_signature ADD COLUMN document text CHECK (document ~ '^[0-9a-f]{64}$')",
    # Every text that was published, and until when it counted. Texts themselves are never removed.
    """
    CREATE TABLE agreement_version (
        agreement text NOT NULL REFERENCES agreement,
        number int NOT NULL CHECK (number > 0),
        text_hash text NOT NULL REFERENCES agreement_text,
        valid_from date,
        replaced_on date,
        published_at timestamptz NOT NULL,
        PRIMARY KEY (agreement, number)
    )
    """,
    # The next version while it is being prepared and signed; at most one at a time.
    """
    CREATE TABLE agreement_amendment (
        agreement text PRIMARY KEY REFERENCES agreement,
        number int NOT NULL CHECK (number > 1),
        state text NOT NULL,
        text_hash text NOT NULL REFERENCES agreement_text,
        title text NOT NULL,
        in_force_from date,
        until date,
        opened_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE agreement_advice (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        agreement text NOT NULL REFERENCES agreement,
        draft_hash text NOT NULL CHECK (draft_hash ~ '^[0-9a-f]{64}$'),
        party text NOT NULL REFERENCES party,
        verdict text NOT NULL CHECK (verdict IN ('favourable', 'with-remarks', 'unfavourable')),
        remarks text,
        advised_by text NOT NULL,
        advised_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX agreement_advice_agreement ON agreement_advice (agreement, draft_hash)",
    # Whose advice or signature is awaited now, so that a worklist need not read texts.
    """
    CREATE TABLE agreement_awaited (
        agreement text NOT NULL REFERENCES agreement,
        party text NOT NULL REFERENCES party,
        what text NOT NULL CHECK (what IN ('advice', 'signature')),
        since timestamptz NOT NULL,
        PRIMARY KEY (agreement, what, party)
    )
    """,
    "CREATE INDEX agreement_awaited_party ON agreement_awaited (party, since)",
    # An end that is known before it comes: a notice that runs, a law that ends.
    """
    CREATE TABLE agreement_end (
        agreement text NOT NULL REFERENCES agreement,
        cause text NOT NULL CHECK (cause IN ('notice', 'ground-gone')),
        last_day date NOT NULL,
        party text NOT NULL REFERENCES party,
        reason text,
        since timestamptz NOT NULL,
        PRIMARY KEY (agreement, cause)
    )
    """,
    """
    CREATE TABLE agreement_suspension (
        agreement text NOT NULL REFERENCES agreement,
        party text NOT NULL REFERENCES party,
        reason text NOT NULL,
        suspended_by text NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (agreement, party)
    )
    """,
    """
    CREATE TABLE agreement_succession (
        agreement text NOT NULL REFERENCES agreement,
        predecessor text NOT NULL REFERENCES party,
        successor text NOT NULL REFERENCES party,
        signs_anew boolean NOT NULL,
        since date NOT NULL,
        recorded_at timestamptz NOT NULL,
        signed_at timestamptz,
        PRIMARY KEY (agreement, predecessor)
    )
    """,
    "CREATE INDEX agreement_succession_successor ON agreement_succession (successor)",
    """
    CREATE TABLE agreement_offer (
        id uuid PRIMARY KEY,
        template text NOT NULL,
        template_hash text NOT NULL CHECK (template_hash ~ '^[0-9a-f]{64}$'),
        offered_by text NOT NULL REFERENCES party,
        party text NOT NULL REFERENCES party,
        made_by text NOT NULL,
        offered_at timestamptz NOT NULL,
        answer_before date,
        agreement text REFERENCES agreement,
        opened_at timestamptz,
        withdrawn_at timestamptz
    )
    """,
    """
    CREATE UNIQUE INDEX agreement_offer_once ON agreement_offer (template, offered_by, party)
        WHERE agreement IS NULL AND withdrawn_at IS NULL
    """,
    "CREATE INDEX agreement_offer_party ON agreement_offer (party, offered_at)",
    # What a text rests on, as far as it can carry the communication; derived from the text when it is kept.
    """
    CREATE TABLE law (
        id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
        name text NOT NULL,
        aliases text[] NOT NULL,
        source text NOT NULL,
        note text,
        valid_from date,
        valid_until date
    )
    """,
    """
    CREATE TABLE law_article (
        law text NOT NULL REFERENCES law,
        article text NOT NULL,
        valid_from date,
        valid_until date,
        PRIMARY KEY (law, article)
    )
    """,
    """
    CREATE TABLE law_change (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        law text NOT NULL REFERENCES law,
        article text,
        old_from date,
        old_until date,
        new_from date,
        new_until date,
        reason text NOT NULL,
        source text NOT NULL,
        party text NOT NULL REFERENCES party,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL,
        entry uuid NOT NULL
    )
    """,
    """
    CREATE TABLE agreement_ground (
        text_hash text NOT NULL REFERENCES agreement_text,
        code text NOT NULL,
        instrument text NOT NULL,
        article text,
        law text REFERENCES law,
        carries text[] NOT NULL,
        status text NOT NULL,
        valid_from date,
        valid_until date,
        PRIMARY KEY (text_hash, code)
    )
    """,
    "CREATE INDEX agreement_ground_law ON agreement_ground (law)",
    """
    CREATE TABLE agreement_flag (
        agreement text NOT NULL REFERENCES agreement,
        law_change bigint NOT NULL REFERENCES law_change,
        raised_at timestamptz NOT NULL,
        cleared_at timestamptz,
        cleared_by text,
        PRIMARY KEY (agreement, law_change)
    )
    """,
    "CREATE INDEX agreement_flag_open ON agreement_flag (agreement) WHERE cleared_at IS NULL",
    "CREATE INDEX agreement_template ON agreement (template, state)",
    "CREATE INDEX agreement_text_hash ON agreement (text_hash)",
    "CREATE INDEX agreement_changed ON agreement (changed_at DESC, id)",
    "CREATE INDEX agreement_until ON agreement (until) WHERE state NOT IN ('ended', 'revoked')",
    "CREATE INDEX agreement_last_day ON agreement (last_day) WHERE last_day IS NOT NULL",
    "CREATE INDEX agreement_next_from ON agreement (next_from) WHERE next_from IS NOT NULL",
    "CREATE INDEX agreement_event_entered ON agreement_event (agreement, to_state, happened_at)",
    "DROP FUNCTION hold_agreement(text)",
    # Still volatile, and still more than one statement: the last takes a fresh snapshot after the waits (0003).
    f"""
    CREATE FUNCTION hold_agreement(wanted text)
    RETURNS TABLE (
        state text, text_hash text, in_force_from date, until date,
        last_day date, next_hash text, next_from date, next_until date, signed_anew text[]
    )
    LANGUAGE plpgsql VOLATILE STRICT AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared({LOCK_CLASS_OF_ALL}, 0);
        PERFORM pg_advisory_xact_lock_shared({LOCK_CLASS}, hashtext(wanted));
        RETURN QUERY
            SELECT a.state, a.text_hash, a.in_force_from, a.until, a.last_day, a.next_hash, a.next_from, a.next_until,
                   ARRAY(SELECT s.successor FROM agreement_succession s
                         WHERE s.agreement = a.id AND s.signed_at IS NOT NULL ORDER BY s.successor)
            FROM agreement a WHERE a.id = wanted;
    END $$
    """,
    "GRANT UPDATE (last_day, next_hash, next_from, next_until) ON agreement TO sluis_app",
    "GRANT SELECT, INSERT ON agreement_version, agreement_advice, agreement_succession, agreement_offer TO sluis_app",
    "GRANT SELECT, INSERT ON law, law_article, law_change, agreement_ground, agreement_flag TO sluis_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON agreement_amendment, agreement_end TO sluis_app",
    "GRANT SELECT, INSERT, DELETE ON agreement_suspension, agreement_awaited TO sluis_app",
    "GRANT UPDATE (replaced_on) ON agreement_version TO sluis_app",
    "GRANT UPDATE (signed_at) ON agreement_succession TO sluis_app",
    "GRANT UPDATE (agreement, opened_at, withdrawn_at) ON agreement_offer TO sluis_app",
    "GRANT UPDATE (valid_from, valid_until) ON law, law_article TO sluis_app",
    "GRANT UPDATE (law) ON agreement_ground TO sluis_app",
    "GRANT UPDATE (cleared_at, cleared_by) ON agreement_flag TO sluis_app",
)


def upgrade() -> None:
    """Make the tables, fill the register of laws, and give the rights."""
    for statement in STATEMENTS:
        op.execute(statement)
    _keep_versions()
    _fill_laws()


def _keep_versions() -> None:
    """Agreements that were published before have one version: their text."""
    op.execute("""
        INSERT INTO agreement_version (agreement, number, text_hash, valid_from, published_at)
        SELECT a.id, 1, a.text_hash, a.in_force_from, min(e.happened_at)
        FROM agreement a JOIN agreement_event e ON e.agreement = a.id AND e.event = 'publish'
        GROUP BY a.id
    """)


def _fill_laws() -> None:
    laws = json.dumps([law.as_row() for law in registered_laws()], ensure_ascii=False)
    op.get_bind().exec_driver_sql(
        """
        INSERT INTO law (id, name, aliases, source, note, valid_from, valid_until)
        SELECT id, name, aliases, source, note, valid_from, valid_until
        FROM jsonb_to_recordset(%s::jsonb) AS l (
            id text, name text, aliases text[], source text, note text, valid_from date, valid_until date
        )
        """,
        (laws,),
    )
