"""The SQL of the citizen's pages: which texts were made known, and which of the own entries are in the tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sluis.database import Connection
from sluis.ledger.entry import EntryId


@dataclass(frozen=True, slots=True)
class Publication:
    """That a text was made known: of which agreement, when, and what became of that agreement."""

    agreement: str
    published_at: datetime
    state: str
    is_current: bool


def find_publication(connection: Connection, digest: str) -> Publication | None:
    """Return when the text with this hash was made known; None for a draft, which is nobody else's to read."""
    row = connection.execute(
        "SELECT event.agreement, event.happened_at, agreement.state, agreement.text_hash = event.text_hash"
        " FROM agreement_event AS event JOIN agreement ON agreement.id = event.agreement"
        " WHERE event.text_hash = %s AND event.event IN ('publish', 'publish_at_once') ORDER BY event.id LIMIT 1",
        (digest,),
    ).fetchone()
    return None if row is None else Publication(*row)


def in_tree(connection: Connection, entries: Sequence[EntryId]) -> frozenset[EntryId]:
    """Return which of these entries the newest checkpoint covers."""
    rows = connection.execute(
        "SELECT entry_id FROM ledger_leaf WHERE entry_id = ANY(%s)"
        " AND index < coalesce((SELECT max(size) FROM ledger_checkpoint), 0)",
        (list(entries),),
    )
    return frozenset(row[0] for row in rows)
