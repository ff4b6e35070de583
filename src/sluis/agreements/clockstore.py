"""The SQL that finds what time is due to change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sluis.agreements.lifecycle import CONCLUDED, OVER
from sluis.database import Connection

_DUE = """
    SELECT a.id FROM agreement a WHERE a.until < %(day)s AND a.state = ANY(%(concluded)s)
        AND (a.next_from IS NULL OR a.next_from > a.until + 1 OR a.next_from <= %(day)s)
    UNION SELECT a.id FROM agreement a WHERE a.last_day < %(day)s AND a.state = ANY(%(concluded)s)
    UNION SELECT a.id FROM agreement a WHERE a.next_from <= %(day)s AND a.state = ANY(%(concluded)s)
    UNION SELECT a.id FROM agreement a WHERE a.state = 'published' AND a.in_force_from <= %(day)s
    UNION SELECT a.id FROM agreement a
        JOIN agreement_party p ON p.agreement = a.id AND p.text_hash = a.text_hash
        WHERE p.party = ANY(%(merged)s) AND a.state <> ALL(%(over)s) AND NOT EXISTS (
            SELECT FROM agreement_succession s WHERE s.agreement = a.id AND s.predecessor = p.party)
    ORDER BY 1 LIMIT %(most)s
"""


def due_agreements(connection: Connection, *, day: date, merged: Sequence[str], most: int) -> list[str]:
    """Return agreements of which a date has come that was not written down yet, by id.

    `merged` are the bodies that are no more on the day.
    """
    rows = connection.execute(
        _DUE,
        {"day": day, "merged": list(merged), "most": most, "concluded": list(CONCLUDED), "over": sorted(OVER)},
    )
    return [row[0] for row in rows]
