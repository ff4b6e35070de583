"""The SQL of the register of laws: laws, what agreements rest on, changes, and what must be looked at after one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg.sql import SQL

from sluis.agreements.grounds import GroundRow, Span, Validity
from sluis.agreements.lawfile import Law
from sluis.agreements.lifecycle import OVER
from sluis.database import Connection

_OVER = sorted(OVER)


@dataclass(frozen=True, slots=True)
class LawRow:
    """A law as the register lists it, with how many agreements that are not over rest on it."""

    id: str
    name: str
    source: str
    note: str | None
    valid_from: date | None
    valid_until: date | None
    agreements: int


@dataclass(frozen=True, slots=True)
class LawChange:
    """A change in a law's validity: what it was, what it became, who recorded it, why, and after which source."""

    id: int
    law: str
    article: str | None
    old: Span
    new: Span
    reason: str
    source: str
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Resting:
    """An agreement that rests on a law, with the text that counts."""

    agreement: str
    state: str
    text_hash: str
    version: int
    party: str


@dataclass(frozen=True, slots=True)
class Flag:
    """An agreement that somebody must look at because a law changed."""

    agreement: str
    change: int
    law: str
    reason: str
    raised_at: datetime


def law_names(connection: Connection) -> list[tuple[str, list[str]]]:
    """Return every law with the names by which texts call it."""
    return [(row[0], row[1]) for row in connection.execute("SELECT id, aliases FROM law ORDER BY id")]


def list_laws(connection: Connection) -> tuple[LawRow, ...]:
    """Return the register."""
    rows = connection.execute(
        "SELECT l.id, l.name, l.source, l.note, l.valid_from, l.valid_until, count(DISTINCT a.id)"
        " FROM law l LEFT JOIN agreement_ground g ON g.law = l.id"
        " LEFT JOIN agreement a ON a.text_hash = g.text_hash AND a.state <> ALL(%s) GROUP BY l.id ORDER BY l.id",
        (_OVER,),
    )
    return tuple(LawRow(*row) for row in rows)


def validities(connection: Connection) -> dict[str, Validity]:
    """Return what the register knows of each law."""
    articles: dict[str, dict[str, Span]] = {}
    for law, article, first, last in connection.execute(
        "SELECT law, article, valid_from, valid_until FROM law_article"
    ):
        articles.setdefault(law, {})[article] = Span(first, last)
    rows = connection.execute("SELECT id, valid_from, valid_until FROM law")
    return {row[0]: Validity(Span(row[1], row[2]), articles.get(row[0], {})) for row in rows}


def add_law(connection: Connection, law: Law) -> bool:
    """Add a law to the register; one that is there stays as it is."""
    row = law.as_row()
    cursor = connection.execute(
        "INSERT INTO law (id, name, aliases, source, note, valid_from, valid_until)"
        " VALUES (%(id)s, %(name)s, %(aliases)s, %(source)s, %(note)s, %(valid_from)s, %(valid_until)s)"
        " ON CONFLICT DO NOTHING",
        row,
    )
    return cursor.rowcount == 1


def set_validity(connection: Connection, *, law: str, article: str | None, days: Span) -> None:
    """Write the days on which a law, or one of its articles, holds."""
    if article is None:
        connection.execute(
            "UPDATE law SET valid_from = %s, valid_until = %s WHERE id = %s", (days.first, days.last, law)
        )
        return
    connection.execute(
        "INSERT INTO law_article (law, article, valid_from, valid_until) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (law, article) DO UPDATE SET valid_from = excluded.valid_from,"
        " valid_until = excluded.valid_until",
        (law, article, days.first, days.last),
    )


def add_change(
    connection: Connection,
    *,
    law: str,
    article: str | None,
    old: Span,
    new: Span,
    reason: str,
    source: str,
    party: str,
    by: str,
    at: datetime,
    entry: UUID,
) -> int:
    """Keep that a law's validity changed; return the number of the change."""
    row = connection.execute(
        "INSERT INTO law_change (law, article, old_from, old_until, new_from, new_until, reason, source, party,"
        " changed_by, changed_at, entry) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (law, article, old.first, old.last, new.first, new.last, reason, source, party, by, at, entry),
    ).fetchone()
    assert row is not None  # RETURNING gives the row
    return int(row[0])


def list_changes(connection: Connection, *, law: str | None = None, most: int = 100) -> tuple[LawChange, ...]:
    """Return the recorded changes, the newest first."""
    rows = connection.execute(
        "SELECT id, law, article, old_from, old_until, new_from, new_until, reason, source, changed_by, changed_at"
        " FROM law_change WHERE %(law)s::text IS NULL OR law = %(law)s ORDER BY id DESC LIMIT %(most)s",
        {"law": law, "most": most},
    )
    return tuple(
        LawChange(row[0], row[1], row[2], Span(row[3], row[4]), Span(row[5], row[6]), *row[7:]) for row in rows
    )


def add_grounds(connection: Connection, texts: Iterable[tuple[str, Sequence[GroundRow]]]) -> None:
    """Keep what texts rest on."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO agreement_ground"
            " (text_hash, code, instrument, article, law, carries, status, valid_from, valid_until)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [
                (
                    digest,
                    ground.code,
                    ground.instrument,
                    ground.article,
                    ground.law,
                    sorted(ground.carries),
                    ground.status,
                    ground.span.first,
                    ground.span.last,
                )
                for digest, grounds in texts
                for ground in grounds
            ],
        )


def grounds_of(connection: Connection, digests: Sequence[str]) -> Mapping[str, list[GroundRow]]:
    """Return what each text rests on."""
    found: dict[str, list[GroundRow]] = {}
    for row in connection.execute(
        "SELECT text_hash, code, instrument, article, law, carries, status, valid_from, valid_until"
        " FROM agreement_ground WHERE text_hash = ANY(%s) ORDER BY text_hash, code",
        (list(digests),),
    ):
        ground = GroundRow(row[1], row[2], row[3], row[4], frozenset(row[5]), row[6], Span(row[7], row[8]))
        found.setdefault(row[0], []).append(ground)
    return found


def texts_without_grounds(connection: Connection, *, most: int) -> list[str]:
    """Return texts of agreements that are not over of which it was never kept what they rest on."""
    rows = connection.execute(
        "SELECT DISTINCT a.text_hash FROM agreement a WHERE a.state <> ALL(%s)"
        " AND NOT EXISTS (SELECT FROM agreement_ground g WHERE g.text_hash = a.text_hash) LIMIT %s",
        (_OVER, most),
    )
    return [row[0] for row in rows]


def unnamed_instruments(connection: Connection) -> list[str]:
    """Return the instruments that texts name and the register does not know."""
    rows = connection.execute("SELECT DISTINCT instrument FROM agreement_ground WHERE law IS NULL ORDER BY 1")
    return [row[0] for row in rows]


def name_instrument(connection: Connection, *, instrument: str, law: str) -> None:
    """Let every ground that names this instrument rest on the law."""
    connection.execute("UPDATE agreement_ground SET law = %s WHERE law IS NULL AND instrument = %s", (law, instrument))


def resting_on(connection: Connection, law: str, *, after: str, most: int) -> list[Resting]:
    """Return the next agreements, by id, that are not over and rest on the law."""
    rows = connection.execute(
        "SELECT a.id, a.state, a.text_hash,"
        " coalesce((SELECT max(v.number) FROM agreement_version v"
        "   WHERE v.agreement = a.id AND v.text_hash = a.text_hash), 1),"
        " (SELECT min(p.party) FROM agreement_party p WHERE p.agreement = a.id AND p.text_hash = a.text_hash)"
        " FROM agreement a WHERE a.id > %s AND a.state <> ALL(%s)"
        " AND EXISTS (SELECT FROM agreement_ground g WHERE g.text_hash = a.text_hash AND g.law = %s)"
        " ORDER BY a.id LIMIT %s",
        (after, _OVER, law, most),
    )
    return [Resting(*row) for row in rows]


def end_many(connection: Connection, agreements: Sequence[str], *, state: str, at: datetime) -> None:
    """Write the state of agreements that end together."""
    connection.execute(
        "UPDATE agreement SET state = %s, changed_at = %s, next_hash = NULL, next_from = NULL, next_until = NULL"
        " WHERE id = ANY(%s)",
        (state, at, list(agreements)),
    )
    for table in (SQL("agreement_amendment"), SQL("agreement_awaited")):
        connection.execute(SQL("DELETE FROM {} WHERE agreement = ANY(%s)").format(table), (list(agreements),))


def announce_many(connection: Connection, ends: Sequence[tuple[str, date, str]], *, reason: str, at: datetime) -> None:
    """Announce of several agreements on which day their ground ends: agreement, last day, party."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO agreement_end (agreement, cause, last_day, party, reason, since)"
            " VALUES (%s, 'ground-gone', %s, %s, %s, %s) ON CONFLICT (agreement, cause) DO UPDATE SET"
            " last_day = excluded.last_day, party = excluded.party, reason = excluded.reason, since = excluded.since",
            [(agreement, last_day, party, reason, at) for agreement, last_day, party in ends],
        )


def withdraw_many(connection: Connection, agreements: Sequence[str]) -> None:
    """Take back that the ground of these agreements ends."""
    connection.execute(
        "DELETE FROM agreement_end WHERE agreement = ANY(%s) AND cause = 'ground-gone'", (list(agreements),)
    )


def raise_flags(connection: Connection, agreements: Sequence[str], *, change: int, at: datetime) -> None:
    """Keep that somebody must look at these agreements because of a change of law."""
    connection.execute(
        "INSERT INTO agreement_flag (agreement, law_change, raised_at)"
        " SELECT one, %s, %s FROM unnest(%s::text[]) AS one ON CONFLICT DO NOTHING",
        (change, at, list(agreements)),
    )


def clear_flags(connection: Connection, agreement: str, *, by: str, at: datetime) -> int:
    """Keep that the agreement was looked at; return how many flags that cleared."""
    return connection.execute(
        "UPDATE agreement_flag SET cleared_at = %s, cleared_by = %s WHERE agreement = %s AND cleared_at IS NULL",
        (at, by, agreement),
    ).rowcount


def open_flags(
    connection: Connection, *, party: str | None = None, most: int = 100, offset: int = 0
) -> tuple[Flag, ...]:
    """Return the agreements that somebody must still look at, the longest waiting first."""
    rows = connection.execute(
        "SELECT f.agreement, f.law_change, c.law, c.reason, f.raised_at FROM agreement_flag f"
        " JOIN law_change c ON c.id = f.law_change JOIN agreement a ON a.id = f.agreement"
        " WHERE f.cleared_at IS NULL AND a.state <> ALL(%(over)s) AND (%(party)s::text IS NULL OR EXISTS ("
        "   SELECT FROM agreement_party p WHERE p.agreement = a.id AND p.text_hash = a.text_hash"
        "   AND p.party = %(party)s))"
        " ORDER BY f.raised_at, f.agreement LIMIT %(most)s OFFSET %(offset)s",
        {"over": _OVER, "party": party, "most": most, "offset": offset},
    )
    return tuple(Flag(*row) for row in rows)
