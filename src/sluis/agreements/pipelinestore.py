"""The SQL of overviews over all agreements: states, when they were entered, how long steps last, what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sluis.agreements.lifecycle import CONCLUDED, OVER
from sluis.database import Connection


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """Where one agreement stands: its state, since when, its parties, and the next version in preparation."""

    agreement: str
    template: str | None
    title: str
    state: str
    entered_at: datetime
    opened_at: datetime
    ends_on: date | None
    next_state: str | None
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeadTime:
    """How long agreements stayed in a state before they left it: how many did, the median and the longest."""

    state: str
    count: int
    median: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is awaited of a party since a day; `due` where the day is fixed by itself."""

    code: str
    agreement: str
    party: str
    since: date
    due: date | None


_PIPELINE = """
    SELECT a.id, a.template, a.title, a.state,
           coalesce((SELECT max(e.happened_at) FROM agreement_event e
                     WHERE e.agreement = a.id AND e.to_state = a.state AND e.from_state IS DISTINCT FROM a.state),
                    a.changed_at),
           a.opened_at, least(a.until, a.last_day), m.state,
           ARRAY(SELECT p.party FROM agreement_party p
                 WHERE p.agreement = a.id AND p.text_hash = a.text_hash ORDER BY p.party)
    FROM agreement a LEFT JOIN agreement_amendment m ON m.agreement = a.id
    WHERE (%(template)s::text IS NULL OR a.template = %(template)s)
      AND (%(state)s::text IS NULL OR a.state = %(state)s)
      AND (%(party)s::text IS NULL OR EXISTS (SELECT FROM agreement_party p
           WHERE p.agreement = a.id AND p.text_hash = a.text_hash AND p.party = %(party)s))
    ORDER BY a.id LIMIT %(most)s OFFSET %(skip)s
"""


def pipeline_rows(
    connection: Connection,
    *,
    template: str | None = None,
    state: str | None = None,
    party: str | None = None,
    most: int = 10_000,
    skip: int = 0,
) -> tuple[PipelineRow, ...]:
    """Return where agreements stand, by id."""
    rows = connection.execute(
        _PIPELINE, {"template": template, "state": state, "party": party, "most": most, "skip": skip}
    )
    return tuple(
        PipelineRow(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], tuple(row[8])) for row in rows
    )


def _pipeline_row(
    agreement: str,
    template: str | None,
    title: str,
    state: str,
    entered_at: datetime,
    opened_at: datetime,
    ends_on: date | None,
    next_state: str | None,
    parties: Sequence[str],
) -> PipelineRow:
    return PipelineRow(agreement, template, title, state, entered_at, opened_at, ends_on, next_state, tuple(parties))


def count_states(connection: Connection, *, template: str | None = None) -> Mapping[str, int]:
    """Return how many agreements there are in each state."""
    rows = connection.execute(
        "SELECT state, count(*) FROM agreement WHERE %(template)s::text IS NULL OR template = %(template)s"
        " GROUP BY state ORDER BY state",
        {"template": template},
    )
    return {row[0]: row[1] for row in rows}


def entered_states(connection: Connection, agreements: Sequence[str]) -> Mapping[str, Mapping[str, datetime]]:
    """Return for each agreement when its first version first came into each state."""
    found: dict[str, dict[str, datetime]] = {}
    for agreement, state, at in connection.execute(
        "SELECT agreement, to_state, min(happened_at) FROM agreement_event"
        " WHERE agreement = ANY(%s) AND version = 1 GROUP BY agreement, to_state",
        (list(agreements),),
    ):
        found.setdefault(agreement, {})[state] = at
    return found


_LEAD = """
    WITH moves AS (
        SELECT e.agreement, e.from_state, e.to_state, e.happened_at,
               lag(e.happened_at) OVER (PARTITION BY e.agreement, e.version ORDER BY e.id) AS entered
        FROM agreement_event e JOIN agreement a ON a.id = e.agreement
        WHERE e.from_state IS DISTINCT FROM e.to_state
          AND (%(template)s::text IS NULL OR a.template = %(template)s)
    )
    SELECT from_state, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY happened_at - entered),
           max(happened_at - entered)
    FROM moves WHERE entered IS NOT NULL AND from_state IS NOT NULL GROUP BY from_state ORDER BY from_state
"""


def lead_times(connection: Connection, *, template: str | None = None) -> tuple[LeadTime, ...]:
    """Return how long agreements stayed in each state that they left."""
    return tuple(LeadTime(*row) for row in connection.execute(_LEAD, {"template": template}))


# `party` stands first in every part, so that a party's own worklist walks indexes only.
_DUE = """
    SELECT * FROM (
        SELECT w.what AS code, w.agreement, w.party,
               (w.since AT TIME ZONE 'Europe/Brussels')::date AS since, NULL::date AS due
        FROM agreement_awaited w
      UNION ALL
        SELECT 'signature-anew', s.agreement, s.successor, min(s.since), NULL
        FROM agreement_succession s JOIN agreement a ON a.id = s.agreement
        WHERE s.signs_anew AND s.signed_at IS NULL AND a.state = ANY(%(concluded)s)
        GROUP BY s.agreement, s.successor
      UNION ALL
        SELECT 'publication', a.id, p.party, (a.changed_at AT TIME ZONE 'Europe/Brussels')::date, NULL
        FROM agreement a JOIN agreement_party p ON p.agreement = a.id AND p.text_hash = a.text_hash
        WHERE a.state = 'signed'
      UNION ALL
        SELECT CASE e.cause WHEN 'notice' THEN 'notice-runs' ELSE 'ground-ends' END, a.id, p.party,
               (e.since AT TIME ZONE 'Europe/Brussels')::date, e.last_day
        FROM agreement_end e JOIN agreement a ON a.id = e.agreement AND a.state = ANY(%(concluded)s)
        JOIN agreement_party p ON p.agreement = a.id AND p.text_hash = a.text_hash
      UNION ALL
        SELECT 'end-near', a.id, p.party, a.until - %(near)s::int, a.until
        FROM agreement a JOIN agreement_party p ON p.agreement = a.id AND p.text_hash = a.text_hash
        WHERE a.state = ANY(%(concluded)s) AND a.until BETWEEN %(day)s AND %(day)s::date + %(near)s::int
          AND (a.next_until IS NULL OR a.next_until <= a.until)
      UNION ALL
        SELECT 'law-changed', a.id, p.party, (min(f.raised_at) AT TIME ZONE 'Europe/Brussels')::date, NULL
        FROM agreement_flag f JOIN agreement a ON a.id = f.agreement AND a.state <> ALL(%(over)s)
        JOIN agreement_party p ON p.agreement = a.id AND p.text_hash = a.text_hash
        WHERE f.cleared_at IS NULL GROUP BY a.id, p.party
      UNION ALL
        SELECT 'offer', o.template, o.party, (o.offered_at AT TIME ZONE 'Europe/Brussels')::date, o.answer_before
        FROM agreement_offer o WHERE o.agreement IS NULL AND o.withdrawn_at IS NULL
    ) AS d
    WHERE (%(party)s::text[] IS NULL OR d.party = ANY(%(party)s)) AND d.since <= %(day)s
    ORDER BY coalesce(d.due, d.since), d.agreement, d.party, d.code LIMIT %(most)s
"""


def due_rows(
    connection: Connection, *, parties: Sequence[str] | None, day: date, near_days: int, most: int
) -> tuple[Due, ...]:
    """Return what is awaited on the day, of one party or of all."""
    rows = connection.execute(
        _DUE,
        {
            "party": None if parties is None else list(parties),
            "day": day,
            "near": near_days,
            "most": most,
            "concluded": list(CONCLUDED),
            "over": sorted(OVER),
        },
    )
    return tuple(Due(*row) for row in rows)
