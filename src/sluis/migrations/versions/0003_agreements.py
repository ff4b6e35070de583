"""Parties, agreements, their texts and signatures, and everything that happened to them.

Texts, signatures and events are only ever added: the application's role has no right to change or remove them. The
hash of a text is checked by the database too, so a row whose text was altered cannot even be written.
"""

from __future__ import annotations

import json

from alembic import op

from sluis.kernel.territory import bodies

revision = "0003"
down_revision = "0002"

# The class of the advisory locks on agreements; `store.py` takes the same one for changes.
LOCK_CLASS = 7510003

# Numbers of the two agencies as far as they could be read; Opgroeien regie's stay open until its DPO gives them.
AGENCIES = (
    {"id": "opgroeien-regie", "kind": "agency", "name": "Opgroeien regie", "kbo": None, "ovo": None, "dpo": None},
    {
        "id": "vutg",
        "kind": "agency",
        "name": "Agentschap Uitbetaling Groeipakket (VUTG)",
        "kbo": "0692793497",
        "ovo": "OVO008643",
        "dpo": "dpo@vutg.be",
    },
)


def upgrade() -> None:
    """Make the tables, fill the register of parties, and give the rights."""
    _make_tables()
    _make_hold()
    _fill_parties()
    op.execute("GRANT SELECT, INSERT ON party, agreement, agreement_text, agreement_party TO sluis_app")
    op.execute("GRANT SELECT, INSERT ON agreement_signature, agreement_event TO sluis_app")
    op.execute("GRANT UPDATE (dpo_contact, language) ON party TO sluis_app")
    op.execute("GRANT UPDATE (title, state, text_hash, in_force_from, until, changed_at) ON agreement TO sluis_app")


def _make_tables() -> None:
    op.execute("""
        CREATE TABLE party (
            id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
            kind text NOT NULL,
            name text NOT NULL,
            kbo text UNIQUE CHECK (kbo ~ '^[01][0-9]{9}$'),
            ovo text UNIQUE CHECK (ovo ~ '^OVO[0-9]{6}$'),
            language text NOT NULL DEFAULT 'nl' CHECK (language IN ('nl', 'fr', 'en', 'de')),
            dpo_contact text,
            valid_from date,
            valid_until date
        )
    """)
    op.execute("""
        CREATE TABLE agreement_text (
            hash text PRIMARY KEY CHECK (hash ~ '^[0-9a-f]{64}$'),
            canonical bytea NOT NULL,
            stored_at timestamptz NOT NULL,
            CHECK (hash = encode(sha256(canonical), 'hex'))
        )
    """)
    op.execute("""
        CREATE TABLE agreement (
            id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
            template text,
            title text NOT NULL,
            state text NOT NULL,
            text_hash text NOT NULL REFERENCES agreement_text,
            in_force_from date,
            until date,
            opened_at timestamptz NOT NULL,
            changed_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX agreement_state ON agreement (state)")
    op.execute("""
        CREATE TABLE agreement_party (
            agreement text NOT NULL REFERENCES agreement,
            text_hash text NOT NULL REFERENCES agreement_text,
            party text NOT NULL REFERENCES party,
            PRIMARY KEY (agreement, text_hash, party)
        )
    """)
    op.execute("CREATE INDEX agreement_party_party ON agreement_party (party)")
    op.execute("""
        CREATE TABLE agreement_signature (
            agreement text NOT NULL REFERENCES agreement,
            text_hash text NOT NULL REFERENCES agreement_text,
            party text NOT NULL REFERENCES party,
            signed_by text NOT NULL,
            signed_at timestamptz NOT NULL,
            PRIMARY KEY (agreement, text_hash, party)
        )
    """)
    op.execute("""
        CREATE TABLE agreement_event (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            agreement text NOT NULL REFERENCES agreement,
            event text NOT NULL,
            from_state text,
            to_state text NOT NULL,
            text_hash text NOT NULL REFERENCES agreement_text,
            party text NOT NULL REFERENCES party,
            done_by text NOT NULL,
            happened_at timestamptz NOT NULL,
            reason text
        )
    """)
    op.execute("CREATE INDEX agreement_event_agreement ON agreement_event (agreement, id)")


def _make_hold() -> None:
    # Volatile, and two statements inside: the second takes a fresh snapshot after the wait for the lock. One plain
    # SELECT that locks and reads would read the state of before the wait, and a revocation would slip through.
    op.execute(f"""
        CREATE FUNCTION hold_agreement(wanted text)
        RETURNS TABLE (state text, text_hash text, in_force_from date, until date)
        LANGUAGE plpgsql VOLATILE STRICT AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock_shared({LOCK_CLASS}, hashtext(wanted));
            RETURN QUERY
                SELECT a.state, a.text_hash, a.in_force_from, a.until FROM agreement a WHERE a.id = wanted;
        END $$
    """)


def _fill_parties() -> None:
    authorities = [
        {
            "id": body.id,
            "kind": body.kind,
            "name": body.name,
            "kbo": body.kbo,
            "ovo": body.ovo,
            "valid_from": body.began_on.isoformat() if body.began_on else None,
            "valid_until": body.ended_on.isoformat() if body.ended_on else None,
        }
        for body in bodies()
    ]
    # One JSON value instead of 600 statements.
    parties = json.dumps([*authorities, *AGENCIES], ensure_ascii=False)
    op.get_bind().exec_driver_sql(
        """
        INSERT INTO party (id, kind, name, kbo, ovo, dpo_contact, valid_from, valid_until)
        SELECT id, kind, name, kbo, ovo, dpo, valid_from, valid_until
        FROM jsonb_to_recordset(%s::jsonb) AS p (
            id text, kind text, name text, kbo text, ovo text, dpo text, valid_from date, valid_until date
        )
        """,
        (parties,),
    )
