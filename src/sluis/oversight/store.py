"""The SQL of oversight: the newest entries of some bodies or of all, by kind and agreement. It reads, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

from psycopg import sql

from sluis.database import Connection
from sluis.ledger.entry import EntryId, Recorded, read_canonical
from sluis.ledger.readstore import NEWEST, moment_of

# A filter looks at this many entries at a time: however rare what is sought, a page is never a walk through the whole
# ledger. The reader goes on from there.
WINDOW: Final = 5_000

# Per body two walks down an index. Each body is a parameter of its own: from a joined list of bodies the planner cannot
# see how many entries one has, and sorts them all. An entry between two of the bodies is in the first walk only.
_OF_PARTY: Final[LiteralString] = """
    (SELECT e.canonical, e.at, e.id FROM ledger_entry e
     WHERE e.party = {party} AND (e.at, e.id) < (%(at)s::timestamptz, %(id)s)
     ORDER BY e.at DESC, e.id DESC LIMIT %(window)s)
    UNION ALL
    (SELECT e.canonical, e.at, e.id FROM ledger_entry e
     WHERE e.counterparty = {party} AND e.party <> ALL (%(parties)s::text[])
       AND (e.at, e.id) < (%(at)s::timestamptz, %(id)s)
     ORDER BY e.at DESC, e.id DESC LIMIT %(window)s)
"""
_OF_PARTIES: Final[LiteralString] = """
    SELECT side.canonical, side.at, side.id FROM ({sides}) AS side
    ORDER BY side.at DESC, side.id DESC LIMIT %(window)s
"""
# Numbers of entries begin with their moment, so the primary key is the order of time.
_OF_ALL: Final[LiteralString] = """
    SELECT e.canonical, e.at, e.id FROM ledger_entry e WHERE e.id < %(id)s
    ORDER BY e.id DESC, e.at DESC LIMIT %(window)s
"""
# The last row is where the window ended, with whether it was full.
_FILTERED: Final[LiteralString] = """
    WITH newest AS MATERIALIZED ({window}), read AS (
        SELECT n.canonical, n.at, n.id, convert_from(n.canonical, 'UTF8')::jsonb AS entry FROM newest n
    )
    (SELECT canonical, id, NULL::bigint FROM read
     WHERE (%(kind)s::text IS NULL OR entry->>'kind' = %(kind)s)
       AND (%(agreement)s::text IS NULL OR %(agreement)s IN (
            entry->'agreement'->>'id', entry->'details'->>'agreement', entry->>'correlation'))
     ORDER BY at DESC, id DESC LIMIT %(most)s)
    UNION ALL
    (SELECT NULL::bytea, id, (SELECT count(*) FROM newest) FROM newest ORDER BY at, id LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries, newest first, and the entry after which the next page begins; None when there is no next one."""

    entries: tuple[Recorded, ...]
    next: EntryId | None


def read_page(
    connection: Connection,
    *,
    parties: Sequence[str] | None,
    kind: str | None,
    agreement: str | None,
    before: EntryId | None,
    most: int,
    window: int = WINDOW,
) -> EntryPage | None:
    """Return the entries of these bodies (None: of all) older than `before`; None when there is no such entry."""
    if parties is not None and not parties:
        return EntryPage((), None)
    at: datetime | str = NEWEST[0]
    if before is not None:
        moment = moment_of(connection, before)
        if moment is None:
            return None
        at = moment
    rows = connection.execute(
        _query(parties),
        {
            **{f"party{number}": party for number, party in enumerate(parties or ())},
            "parties": list(parties or ()),
            "kind": kind,
            "agreement": agreement,
            "at": at,
            "id": before or NEWEST[1],
            "most": most + 1,
            "window": window if kind or agreement else most + 1,
        },
    ).fetchall()
    found = [read_canonical(bytes(canonical)) for canonical, _, seen in rows if seen is None]
    ends = [(entry_id, seen) for canonical, entry_id, seen in rows if canonical is None]
    if len(found) > most:
        return EntryPage(tuple(found[:most]), found[most - 1].id)
    window_is_full = bool(kind or agreement) and bool(ends) and ends[0][1] == window
    return EntryPage(tuple(found), ends[0][0] if window_is_full else None)


def _query(parties: Sequence[str] | None) -> sql.Composed:
    """Return the query for all bodies, or for this many."""
    window: sql.Composable = sql.SQL(_OF_ALL)
    if parties is not None:
        placeholders = [sql.Placeholder(f"party{number}") for number in range(len(parties))]
        sides = [sql.SQL(_OF_PARTY).format(party=placeholder) for placeholder in placeholders]
        window = sql.SQL(_OF_PARTIES).format(sides=sql.SQL(" UNION ALL ").join(sides))
    return sql.SQL(_FILTERED).format(window=window)
