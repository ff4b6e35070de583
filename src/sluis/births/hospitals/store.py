"""The SQL of hospitals: where each stands, what it delivered per day and item, its refusals, its alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from sluis.births.hospitals.model import Alarm, Link, Stage
from sluis.database import Connection

_LINK = "code, state, since, party, supplier, births_per_year, life_sign_hours"
_ALARM = "id, hospital, kind, raised_at, since, expected_milli, received, closed_at, closed_by, closed_why"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a hospital, for its history."""

    at: datetime
    from_stage: Stage
    to_stage: Stage
    actor: str
    why: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that was refused: its id, its faults as they are kept."""

    at: datetime
    channel: str
    message_id: str | None
    faults: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ItemCount:
    """How many newborns of a month have an item, and how many have none, by the reason given ("" where none was)."""

    month: date
    item: str
    delivered: int
    missing: Mapping[str, int]


def links(connection: Connection) -> dict[str, Link]:
    """Return what is kept of every hospital, by its code."""
    rows = connection.execute(f"SELECT {_LINK} FROM birth_hospital")  # noqa: S608 - the columns are ours
    return {row[0]: _link(row) for row in rows}


def find_link(connection: Connection, code: str, *, lock: bool = False) -> Link | None:
    """Return what is kept of a hospital, kept from changing until the commit where asked."""
    asked = f"SELECT {_LINK} FROM birth_hospital WHERE code = %s" + (" FOR UPDATE" if lock else "")  # noqa: S608 - ours
    row = connection.execute(asked, (code,)).fetchone()
    return None if row is None else _link(row)


def link_of_party(connection: Connection, party: str) -> Link | None:
    """Return the hospital of a party."""
    row = connection.execute(
        f"SELECT {_LINK} FROM birth_hospital WHERE party = %s",  # noqa: S608 - the columns are ours
        (party,),
    ).fetchone()
    return None if row is None else _link(row)


def save_link(connection: Connection, link: Link) -> None:
    """Keep a hospital as it stands."""
    connection.execute(
        "INSERT INTO birth_hospital (code, state, since, party, supplier, births_per_year, life_sign_hours)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (code) DO UPDATE SET state = excluded.state,"
        " since = excluded.since, party = excluded.party, supplier = excluded.supplier,"
        " births_per_year = excluded.births_per_year, life_sign_hours = excluded.life_sign_hours",
        (
            link.code,
            str(link.stage),
            link.since,
            link.party,
            link.supplier,
            link.births_per_year,
            link.life_sign_hours,
        ),
    )


def party_is_taken(connection: Connection, party: str, *, but: str) -> bool:
    """Return whether another hospital has this party."""
    row = connection.execute("SELECT 1 FROM birth_hospital WHERE party = %s AND code <> %s", (party, but)).fetchone()
    return row is not None


def add_step(connection: Connection, code: str, step: Step) -> None:
    """Note a step in the history of a hospital."""
    connection.execute(
        "INSERT INTO birth_hospital_event (hospital, at, from_state, to_state, actor, why)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (code, step.at, str(step.from_stage), str(step.to_stage), step.actor, step.why),
    )


def steps(connection: Connection, code: str, *, most: int = 50) -> list[Step]:
    """Return the history of a hospital, newest first."""
    rows = connection.execute(
        "SELECT at, from_state, to_state, actor, why FROM birth_hospital_event WHERE hospital = %s"
        " ORDER BY id DESC LIMIT %s",
        (code, most),
    )
    return [Step(row[0], Stage(row[1]), Stage(row[2]), row[3], row[4]) for row in rows]


def take_turn(connection: Connection) -> bool:
    """Return whether this transaction is the one that looks after the hospitals now."""
    row = connection.execute("SELECT pg_try_advisory_xact_lock(7518002, 1)").fetchone()
    return bool(row and row[0])


def watched_since(connection: Connection, code: str) -> datetime | None:
    """Return since when silence counts: the last step to delivering, or the last alarm that a person closed."""
    row = connection.execute(
        "SELECT greatest((SELECT max(at) FROM birth_hospital_event WHERE hospital = %(code)s AND to_state = 'live'"
        " AND from_state <> 'silent'), (SELECT max(closed_at) FROM birth_hospital_alarm WHERE hospital = %(code)s"
        " AND closed_by <> 'sluis'))",
        {"code": code},
    ).fetchone()
    return None if row is None else row[0]


def births_per_day(connection: Connection, *, since: date) -> dict[str, dict[date, int]]:
    """Return how many births each party reported on each day (of Brussels), corrections and repeats left out."""
    rows = connection.execute(
        "SELECT sender, (received_at AT TIME ZONE 'Europe/Brussels')::date AS day, count(*)::int FROM birth_notice"
        " WHERE kind = 'birth' AND same_as IS NULL AND received_at >= %s::date AT TIME ZONE 'Europe/Brussels'"
        " GROUP BY sender, day",
        (since,),
    )
    found: dict[str, dict[date, int]] = {}
    for sender, day, count in rows:
        found.setdefault(sender, {})[day] = count
    return found


def last_heard(connection: Connection, *, since: datetime) -> dict[str, datetime]:
    """Return when each party was last heard of: a line that it opened, or a message along any door."""
    rows = connection.execute(
        "SELECT party, max(at) FROM (SELECT party, last_at AS at FROM birth_hospital_contact"
        " UNION ALL SELECT sender, max(received_at) FROM birth_notice WHERE received_at >= %(since)s GROUP BY sender"
        " UNION ALL SELECT sender, max(refused_at) FROM birth_refusal WHERE refused_at >= %(since)s GROUP BY sender"
        ") heard GROUP BY party",
        {"since": since},
    )
    return {row[0]: row[1] for row in rows}


def open_alarms(connection: Connection) -> list[Alarm]:
    """Return the alarms that nobody closed, the oldest first."""
    rows = connection.execute(
        f"SELECT {_ALARM} FROM birth_hospital_alarm WHERE closed_at IS NULL ORDER BY raised_at LIMIT 500"  # noqa: S608 - ours
    )
    return [Alarm(*row) for row in rows]


def alarms_of(connection: Connection, code: str, *, most: int = 20) -> list[Alarm]:
    """Return the alarms of a hospital, newest first."""
    rows = connection.execute(
        f"SELECT {_ALARM} FROM birth_hospital_alarm WHERE hospital = %s ORDER BY raised_at DESC LIMIT %s",  # noqa: S608 - ours
        (code, most),
    )
    return [Alarm(*row) for row in rows]


def raise_alarm(connection: Connection, alarm: Alarm) -> bool:
    """Keep an alarm; False where one of its kind is open already."""
    cursor = connection.execute(
        "INSERT INTO birth_hospital_alarm (id, hospital, kind, raised_at, since, expected_milli, received)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (alarm.id, alarm.hospital, alarm.kind, alarm.raised_at, alarm.since, alarm.expected_milli, alarm.received),
    )
    return cursor.rowcount == 1


def close_alarm(connection: Connection, alarm: UUID, *, by: str, why: str, at: datetime) -> bool:
    """Close an alarm; False where it was closed before."""
    cursor = connection.execute(
        "UPDATE birth_hospital_alarm SET closed_at = %s, closed_by = %s, closed_why = %s"
        " WHERE id = %s AND closed_at IS NULL",
        (at, by, why, alarm),
    )
    return cursor.rowcount == 1


def completeness(connection: Connection, *, party: str | None, since: date) -> list[ItemCount]:
    """Return per month and item how many births had it, and why not, over all messages about the newborn.

    A newborn counts in the month of its first message. An item counts as delivered when any message of that hospital
    about it delivered the item.
    """
    rows = connection.execute(
        "WITH newborn AS (SELECT sender, reference, date_trunc('month', min(received_at)"
        " AT TIME ZONE 'Europe/Brussels')::date AS month FROM birth_notice"
        " WHERE same_as IS NULL AND (%(party)s::text IS NULL OR sender = %(party)s) GROUP BY sender, reference"
        " HAVING bool_or(kind = 'birth') AND NOT bool_or(kind = 'cancellation')"
        " AND min(received_at) >= %(since)s::date AT TIME ZONE 'Europe/Brussels'),"
        " said AS (SELECT b.month, b.sender, b.reference, item, bool_or(item = ANY(n.items)) AS has,"
        " max(n.missing ->> item) AS why FROM newborn b JOIN birth_notice n USING (sender, reference)"
        " CROSS JOIN unnest(%(items)s::text[]) item WHERE n.same_as IS NULL GROUP BY 1, 2, 3, 4)"
        " SELECT month, item, has, coalesce(CASE WHEN NOT has THEN why END, ''), count(*)::int FROM said"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, 2",
        {"party": party, "since": since, "items": list(_ITEMS)},
    )
    counts: dict[tuple[date, str], tuple[int, dict[str, int]]] = {}
    for month, item, has, why, count in rows:
        delivered, missing = counts.setdefault((month, item), (0, {}))
        if has:
            counts[month, item] = (delivered + count, missing)
        else:
            missing[why] = missing.get(why, 0) + count
    return [ItemCount(month, item, *found) for (month, item), found in counts.items()]


_ITEMS = (
    "mother-name",
    "mother-birth-date",
    "mother-insz",
    "mother-address",
    "mother-contact",
    "child-name",
    "child-birth-date",
)


def refusals(connection: Connection, party: str, *, most: int, skip: int = 0) -> tuple[int, list[Refusal]]:
    """Return how many messages of a party were refused, and one page of them, newest first."""
    count = connection.execute("SELECT count(*)::int FROM birth_refusal WHERE sender = %s", (party,)).fetchone()
    rows = connection.execute(
        "SELECT refused_at, channel, message_id, faults FROM birth_refusal WHERE sender = %s"
        " ORDER BY refused_at DESC, written DESC LIMIT %s OFFSET %s",
        (party, most, skip),
    )
    return (0 if count is None else int(count[0])), [Refusal(*row) for row in rows]


def not_read(connection: Connection, party: str, *, since: date) -> list[tuple[str, int]]:
    """Return the fields that were not read since a day, with how often."""
    rows = connection.execute(
        "SELECT field, sum(count)::int FROM birth_hospital_not_read WHERE party = %s AND day >= %s"
        " GROUP BY field ORDER BY field LIMIT 200",
        (party, since),
    )
    return [(row[0], row[1]) for row in rows]


def waiting_references(
    connection: Connection, party: str, *, since: date, most: int
) -> list[tuple[str, datetime, tuple[str, ...]]]:
    """Return the hospital's own references of newborns that lack items, with which, newest first."""
    rows = connection.execute(
        "WITH newborn AS (SELECT reference, min(received_at) AS first FROM birth_notice"
        " WHERE sender = %(party)s AND same_as IS NULL AND received_at >= %(since)s GROUP BY reference"
        " HAVING bool_or(kind = 'birth') AND NOT bool_or(kind = 'cancellation'))"
        " SELECT reference, first, lacking FROM newborn b CROSS JOIN LATERAL (SELECT ARRAY("
        " SELECT item FROM unnest(%(items)s::text[]) WITH ORDINALITY t (item, place) WHERE NOT EXISTS ("
        " SELECT FROM birth_notice n WHERE n.sender = %(party)s AND n.reference = b.reference AND item = ANY(n.items))"
        " ORDER BY place) AS lacking) found WHERE lacking <> '{}' ORDER BY first DESC LIMIT %(most)s",
        {"party": party, "since": since, "items": list(_ITEMS), "most": most},
    )
    return [(row[0], row[1], tuple(row[2])) for row in rows]


def insert_conformance(
    connection: Connection,
    *,
    id: UUID,
    party: str,
    supplier: str | None,
    at: datetime,
    actor: str,
    passed: int,
    cases: int,
    report: Mapping[str, Any],
) -> None:
    """Keep a run of the conformance test."""
    connection.execute(
        "INSERT INTO birth_conformance (id, party, supplier, at, actor, passed, cases, report)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (id, party, supplier, at, actor, passed, cases, Jsonb(dict(report))),
    )


def has_passed(connection: Connection, party: str, *, since: datetime) -> bool:
    """Return whether a party passed every case of the conformance test since a moment."""
    row = connection.execute(
        "SELECT 1 FROM birth_conformance WHERE party = %s AND at >= %s AND passed = cases LIMIT 1", (party, since)
    ).fetchone()
    return row is not None


def conformance_runs(connection: Connection, party: str, *, most: int = 10) -> list[tuple[UUID, datetime, int, int]]:
    """Return the runs of a party, newest first: id, moment, cases passed, cases."""
    rows = connection.execute(
        "SELECT id, at, passed, cases FROM birth_conformance WHERE party = %s ORDER BY at DESC LIMIT %s",
        (party, most),
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def conformance_report(connection: Connection, run: UUID, party: str) -> Mapping[str, Any] | None:
    """Return the report of a run of a party."""
    row = connection.execute(
        "SELECT report FROM birth_conformance WHERE id = %s AND party = %s", (run, party)
    ).fetchone()
    return None if row is None else row[0]


def _link(row: Sequence[Any]) -> Link:
    return Link(row[0], Stage(row[1]), *row[2:])
