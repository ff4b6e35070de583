"""What following reads of agreements: counts, standings, lead times, what stands still. Reading only.

A body that a merger absorbed is counted as its successor, as `agreement_succession` says. Each question is one
statement over all agreements: the dashboard over five thousand of them asks four.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sluis.database import Connection
from sluis.outreach.model import Holding


@dataclass(frozen=True, slots=True)
class Stay:
    """How many agreements entered a state on one day and left it on another."""

    state: str
    entered: date
    left: date
    count: int


@dataclass(frozen=True, slots=True)
class Still:
    """An agreement in a state since a moment, with its parties and those who have not signed its text."""

    agreement: str
    title: str
    state: str
    since: datetime
    parties: tuple[str, ...]
    unsigned: tuple[str, ...]
    suspended_by: tuple[str, ...]
    anew: tuple[str, ...]


# The latest agreement of a body in a state, without sorting: the moment in microseconds before its id, and the largest.
_HOLDINGS = """
    SELECT body, state, count(*)::int, substr(max(stamped), 21), max(changed_at) FROM (
        SELECT coalesce(s.successor, p.party) COLLATE "C" AS body, a.state COLLATE "C" AS state, a.changed_at,
               lpad((extract(epoch FROM a.changed_at) * 1000000)::bigint::text, 20, '0') || a.id COLLATE "C" AS stamped
        FROM agreement a
        JOIN agreement_party p ON p.agreement = a.id AND p.text_hash = a.text_hash
        JOIN party b ON b.id = p.party AND b.kind IN ('municipality', 'ocmw')
        LEFT JOIN agreement_succession s ON s.agreement = a.id AND s.predecessor = p.party
        WHERE %(template)s::text IS NULL OR a.template = %(template)s
    ) held
    GROUP BY body, state
"""

# The agreements that count: of one standard agreement where asked, and with one of these bodies where asked.
_WITHIN = """
    (%(template)s::text IS NULL OR a.template = %(template)s)
    AND (%(bodies)s::text[] IS NULL OR EXISTS (
        SELECT FROM agreement_party p LEFT JOIN agreement_succession s
            ON s.agreement = p.agreement AND s.predecessor = p.party
        WHERE p.agreement = a.id AND p.text_hash = a.text_hash
          AND coalesce(s.successor, p.party) = ANY(%(bodies)s)))
"""

_PIPELINE = f"SELECT a.state, count(*)::int FROM agreement a WHERE {_WITHIN} GROUP BY a.state"  # noqa: S608 - our own

# A stay begins with the event that led into a state and ends with the one that led out; only the first text counts:
# an amendment has a preparation of its own.
_STAYS = f"""
    SELECT from_state, entered::date, left_at::date, count(*)::int FROM (
        SELECT e.from_state, e.happened_at AS left_at,
               lag(e.happened_at) OVER (PARTITION BY e.agreement ORDER BY e.id) AS entered
        FROM agreement_event e JOIN agreement a ON a.id = e.agreement
        WHERE e.version = 1 AND e.from_state IS DISTINCT FROM e.to_state AND {_WITHIN}
    ) moved
    WHERE entered IS NOT NULL AND from_state = ANY(%(states)s)
    GROUP BY 1, 2, 3
"""  # noqa: S608 - our own

_STILL = f"""
    WITH still AS (
        SELECT a.id, a.title, a.state, a.text_hash, count(*) OVER () AS of_all,
               coalesce((SELECT max(e.happened_at) FROM agreement_event e
                         WHERE e.agreement = a.id AND e.to_state = a.state
                           AND e.from_state IS DISTINCT FROM e.to_state), a.opened_at) AS since
        FROM agreement a
        WHERE a.state = ANY(%(states)s) AND {_WITHIN}
    ), oldest AS (SELECT * FROM still WHERE since < %(before)s ORDER BY since, id LIMIT %(most)s)
    SELECT (SELECT count(*) FROM still WHERE since < %(before)s)::int, o.id, o.title, o.state, o.since,
        ARRAY(SELECT p.party FROM agreement_party p WHERE p.agreement = o.id AND p.text_hash = o.text_hash
              ORDER BY p.party),
        ARRAY(SELECT p.party FROM agreement_party p WHERE p.agreement = o.id AND p.text_hash = o.text_hash
              AND NOT EXISTS (SELECT FROM agreement_signature g WHERE g.agreement = o.id
                  AND g.text_hash = o.text_hash AND g.party = p.party) ORDER BY p.party),
        ARRAY(SELECT u.party FROM agreement_suspension u WHERE u.agreement = o.id ORDER BY u.party),
        ARRAY(SELECT c.successor FROM agreement_succession c
              WHERE c.agreement = o.id AND c.signs_anew AND c.signed_at IS NULL ORDER BY c.successor)
    FROM oldest o ORDER BY o.since, o.id
"""  # noqa: S608 - our own


def holdings(connection: Connection, *, template: str | None) -> list[Holding]:
    """Return what each party has of agreements, per state."""
    return [Holding(*row) for row in connection.execute(_HOLDINGS, {"template": template})]


def pipeline(connection: Connection, *, template: str | None, bodies: Sequence[str] | None) -> dict[str, int]:
    """Return how many agreements stand in each state; of these bodies only, or of all parties."""
    rows = connection.execute(_PIPELINE, {"template": template, "bodies": bodies})
    return {str(state): int(count) for state, count in rows}


def stays(
    connection: Connection, *, template: str | None, bodies: Sequence[str] | None, states: Sequence[str]
) -> list[Stay]:
    """Return how long agreements stayed in these states, as pairs of days."""
    rows = connection.execute(_STAYS, {"template": template, "bodies": bodies, "states": list(states)})
    return [Stay(*row) for row in rows]


def standing_still(
    connection: Connection,
    *,
    template: str | None,
    bodies: Sequence[str] | None,
    states: Sequence[str],
    before: datetime,
    most: int,
) -> tuple[int, list[Still]]:
    """Return how many agreements have been in one of these states since before a moment, and the oldest of them."""
    rows = connection.execute(
        _STILL, {"template": template, "bodies": bodies, "states": list(states), "before": before, "most": most}
    ).fetchall()
    found = [Still(*row[1:5], *(tuple(one) for one in row[5:])) for row in rows]
    return (int(rows[0][0]) if rows else 0), found


def languages(connection: Connection, bodies: Sequence[str]) -> dict[str, str]:
    """Return the language in which each body is written to."""
    rows = connection.execute("SELECT id, language FROM party WHERE id = ANY(%s)", (list(bodies),))
    return {str(body): str(language) for body, language in rows}


def set_language(connection: Connection, *, body: str, language: str) -> None:
    """Write down in which language a body is written to."""
    connection.execute("UPDATE party SET language = %s WHERE id = %s", (language, body))
