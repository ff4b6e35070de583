"""The five payers of the Groeipakket in the register of parties.

Their names are those that the agency uses. Their KBO numbers stood in none of the sources: they stay open until they
give them, and nothing stands in their place.
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"

_PAYERS = (
    ("fons", "Fons"),
    ("infino", "Infino"),
    ("kidslife", "KidsLife Vlaanderen"),
    ("myfamily", "MyFamily"),
    ("parentia", "Parentia"),
)


def upgrade() -> None:
    """Add the payers; one that an installation registered itself stays as it is."""
    rows = ", ".join(f"('{code}', 'other', '{name}')" for code, name in _PAYERS)
    op.execute(f"INSERT INTO party (id, kind, name) VALUES {rows} ON CONFLICT DO NOTHING")
