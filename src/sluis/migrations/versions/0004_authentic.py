"""What the exchange needs of the authentic sources: persons, residences, parentage, payees, rights, names, old numbers.

`valid_to` is inclusive; null means that it still goes on. The tables are a copy that is replaced as a whole by
`sluis.authentic.store.load`, which builds each anew from this definition: no other table may refer to them. Numbers
are compared byte by byte (collation C), which needs no locale and is the fastest.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

INSZ = 'text COLLATE "C" NOT NULL'

TABLES = (
    f"""CREATE TABLE authentic_persons (
        insz {INSZ} CHECK (length(insz) = 11),
        born date NOT NULL,
        died date,
        CONSTRAINT authentic_persons_pkey PRIMARY KEY (insz) INCLUDE (born, died)
    )""",
    # Birth and death stand beside each stay: who asks where someone lived asks for the age too, and 20,000 numbers
    # touch as many pages of each index that is read. One index less is half the time.
    f"""CREATE TABLE authentic_residences (
        person {INSZ},
        region text NOT NULL,
        nis text COLLATE "C",
        register text,
        valid_from date NOT NULL,
        valid_to date,
        born date NOT NULL,
        died date,
        CHECK (valid_to >= valid_from)
    )""",
    "CREATE INDEX authentic_residences_person"
    " ON authentic_residences (person) INCLUDE (valid_from, valid_to, nis, born, died)",
    "CREATE INDEX authentic_residences_nis ON authentic_residences (nis, born) INCLUDE (died, valid_from, valid_to)",
    f"""CREATE TABLE authentic_parentage (
        child {INSZ},
        parent {INSZ},
        kind text NOT NULL,
        valid_from date NOT NULL,
        valid_to date
    )""",
    "CREATE INDEX authentic_parentage_child ON authentic_parentage (child)",
    "CREATE INDEX authentic_parentage_parent ON authentic_parentage (parent)",
    f"""CREATE TABLE authentic_beneficiaries (
        child {INSZ},
        person {INSZ},
        role text NOT NULL,
        valid_from date NOT NULL,
        valid_to date
    )""",
    "CREATE INDEX authentic_beneficiaries_child"
    " ON authentic_beneficiaries (child) INCLUDE (person, role, valid_from, valid_to)",
    "CREATE INDEX authentic_beneficiaries_person ON authentic_beneficiaries (person)",
    f"""CREATE TABLE authentic_entitlements (
        person {INSZ},
        benefit text NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        CHECK (valid_to >= valid_from)
    )""",
    "CREATE INDEX authentic_entitlements_person"
    " ON authentic_entitlements (person, benefit) INCLUDE (valid_from, valid_to)",
    f"""CREATE TABLE authentic_names (
        person {INSZ},
        given_name text NOT NULL,
        family_name text NOT NULL,
        CONSTRAINT authentic_names_pkey PRIMARY KEY (person)
    )""",
    f"""CREATE TABLE authentic_insz_replacements (
        old {INSZ},
        new {INSZ},
        since date NOT NULL,
        CONSTRAINT authentic_insz_replacements_pkey PRIMARY KEY (old) INCLUDE (new)
    )""",
    "CREATE INDEX authentic_insz_replacements_new ON authentic_insz_replacements (new)",
    """CREATE TABLE authentic_load (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        loaded_at timestamptz NOT NULL,
        manifest jsonb NOT NULL
    )""",
)

READ_BY_THE_APPLICATION = (
    "authentic_persons",
    "authentic_residences",
    "authentic_parentage",
    "authentic_beneficiaries",
    "authentic_entitlements",
    "authentic_names",
    "authentic_insz_replacements",
    "authentic_load",
)


def upgrade() -> None:
    """Make the tables; the application may read them and nothing else."""
    for statement in TABLES:
        op.execute(statement)
    for table in READ_BY_THE_APPLICATION:
        op.execute(f"GRANT SELECT ON {table} TO sluis_app")
