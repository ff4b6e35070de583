"""The SQL of the public register: it only reads, and only what was published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sluis.database import Connection
from sluis.register.model import Listed, Version

# The events of the life of an agreement that make a text known to everyone.
_MADE_KNOWN = ["publish", "publish_at_once", "amend"]

_LISTED = """
    SELECT a.id, a.state, a.changed_at,
           (SELECT array_agg(p.party ORDER BY p.party) FROM agreement_party p
             WHERE p.agreement = a.id AND p.text_hash = newest.text_hash),
           (SELECT array_agg(e.text_hash ORDER BY e.id DESC) FROM agreement_event e
             WHERE e.agreement = a.id AND e.event = ANY(%(made_known)s)),
           (SELECT array_agg(e.happened_at ORDER BY e.id DESC) FROM agreement_event e
             WHERE e.agreement = a.id AND e.event = ANY(%(made_known)s))
    FROM agreement a
    CROSS JOIN LATERAL (
        SELECT e.text_hash FROM agreement_event e
        WHERE e.agreement = a.id AND e.event = ANY(%(made_known)s) ORDER BY e.id DESC LIMIT 1
    ) AS newest
    WHERE a.id > %(after)s
      AND (%(only)s::text IS NULL OR a.id = %(only)s)
      AND (%(states)s::text[] IS NULL OR a.state = ANY(%(states)s))
      AND (%(party)s::text IS NULL OR EXISTS (
          SELECT FROM agreement_party q
          WHERE q.agreement = a.id AND q.text_hash = newest.text_hash AND q.party = %(party)s))
      AND NOT EXISTS (
          SELECT FROM unnest(%(words)s::text[]) AS word
          WHERE strpos(lower(a.title || ' ' || a.id), lower(word)) = 0)
    ORDER BY a.id LIMIT %(most)s
"""


def read_listed(connection: Connection, agreement: str) -> Listed | None:
    """Return an agreement of the register; None where nothing was ever published under this code."""
    rows = read_page(connection, only=agreement, states=None, most=1)
    return rows[0] if rows else None


def read_page(
    connection: Connection,
    *,
    only: str | None = None,
    states: Iterable[str] | None,
    party: str | None = None,
    words: Sequence[str] = (),
    after: str = "",
    most: int,
) -> tuple[Listed, ...]:
    """Return the agreements after a code, by code: in these states, of this party, with all these words in the title.

    `words` are matched in the title and the code, whatever their case; the caller bounds how many there are.
    """
    rows = connection.execute(
        _LISTED,
        {
            "only": only,
            "after": after,
            "made_known": _MADE_KNOWN,
            "states": None if states is None else sorted(states),
            "party": party,
            "words": list(words),
            "most": most,
        },
    )
    return tuple(_listed(row) for row in rows)


def count_published(connection: Connection, *, states: Iterable[str]) -> int:
    """Return how many published agreements are in one of these states."""
    row = connection.execute(
        "SELECT count(*) FROM agreement a WHERE a.state = ANY(%(states)s)"
        " AND EXISTS (SELECT FROM agreement_event e WHERE e.agreement = a.id AND e.event = ANY(%(made_known)s))",
        {"states": sorted(states), "made_known": _MADE_KNOWN},
    ).fetchone()
    return int(row[0]) if row else 0


def _listed(row: tuple[object, ...]) -> Listed:
    code, state, changed_at, parties, hashes, moments = row
    assert isinstance(changed_at, datetime)
    assert isinstance(hashes, list)
    assert isinstance(moments, list)
    return Listed(
        id=str(code),
        state=str(state),
        changed_at=changed_at,
        parties=tuple(parties) if isinstance(parties, list) else (),
        versions=tuple(Version(*one) for one in zip(hashes, moments, strict=True)),
    )
