"""The only SQL of the benefits: runs and lines of the book as pages need them, and questions that were asked."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import polars as pl
from psycopg import sql

from sluis.benefits.money.accounts import WITHOUT_CHOICE
from sluis.database import Connection

_LINE: Final = (
    "child", "benefit", "payee", "payee_kind", "month", "amount_cents", "status", "doubt", "run", "change",
    "before_cents", "due_cents", "paid_cents",
)  # fmt: skip
_PERSON: Final = ("person", "run", "born", "given_name", "family_name", "payer", "nis")
_MOST_CHILDREN: Final = 40
_ROWS_AT_A_TIME: Final = 200_000
_PUBLISH_LOCK: Final = 7510014  # class of the advisory lock: two publishers of one run wait for each other
_CLAIM_LOCK: Final = 7510015  # class of the advisory lock: two deciders on one claim wait for each other
MOST_FOUND: Final = 25


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """A run as it was published: the month it is for, as year x 12 + month - 1, and the figures of its overview."""

    run: int
    month: int
    manifest: str
    published_at: datetime
    entry: UUID
    lines: int
    overview: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One decided line, as `grants.lines.DECISION` has it."""

    child: str = field(repr=False)
    benefit: str
    payee: str = field(repr=False)
    payee_kind: str
    month: int
    amount_cents: int | None
    status: str
    doubt: str
    run: int
    change: str
    before_cents: int | None
    due_cents: int
    paid_cents: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a file, as the latest run that told something else about them has it."""

    person: str = field(repr=False)
    run: int
    born: date | None = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    payer: str | None
    nis: str | None

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An undecided or provisional line, with whether somebody asked for what is missing."""

    line: Line
    asked_at: datetime | None


_MINE: Final = sql.SQL(
    "(%(payer)s::text IS NULL OR EXISTS (SELECT FROM benefit_person p WHERE p.person = l.child AND p.payer = %(payer)s"
    " AND NOT EXISTS (SELECT FROM benefit_person n WHERE n.person = p.person AND n.run > p.run)))"
)
"""Only the files of one payer; without a payer those of all."""


def hold_publishing(connection: Connection, run: int) -> None:
    """Wait until nobody else publishes this run; held until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_PUBLISH_LOCK, run))


def find_run(connection: Connection, run: int) -> PublishedRun | None:
    """Return a run, or None when it was not published."""
    row = connection.execute(
        "SELECT run, month, manifest, published_at, entry, lines, overview FROM benefit_run WHERE run = %s", (run,)
    ).fetchone()
    return None if row is None else PublishedRun(*row)


def list_runs(connection: Connection, *, most: int = 120) -> list[PublishedRun]:
    """Return the published runs, newest first."""
    rows = connection.execute(
        "SELECT run, month, manifest, published_at, entry, lines, overview FROM benefit_run ORDER BY run DESC LIMIT %s",
        (most,),
    )
    return [PublishedRun(*row) for row in rows]


def insert_run(
    connection: Connection,
    *,
    run: int,
    month: int,
    manifest: str,
    at: datetime,
    by: str,
    entry: UUID,
    lines: int,
    overview: Mapping[str, Any],
) -> None:
    """Write that a run was published."""
    connection.execute(
        "INSERT INTO benefit_run (run, month, manifest, published_at, published_by, entry, lines, overview)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (run, month, manifest, at, by, entry, lines, json.dumps(overview)),
    )


def copy_lines(connection: Connection, decisions: pl.DataFrame) -> None:
    """Load the lines of a run."""
    _copy(connection, "benefit_line", _LINE, decisions)


def copy_persons(connection: Connection, persons: pl.DataFrame) -> None:
    """Load the persons of a run who are new or about whom something else is told."""
    _copy(connection, "benefit_person", _PERSON, persons)


def latest_persons(connection: Connection) -> pl.DataFrame:
    """Return what is known of everybody: the row of the latest run."""
    rows = connection.execute(
        "SELECT DISTINCT ON (person) person, born, given_name, family_name, payer, nis FROM benefit_person"
        " ORDER BY person, run DESC"
    ).fetchall()
    schema = {"person": pl.String, "born": pl.Date, "given_name": pl.String, "family_name": pl.String}
    return pl.DataFrame(rows, schema={**schema, "payer": pl.String, "nis": pl.String}, orient="row")


def _copy(connection: Connection, table: str, columns: Sequence[str], frame: pl.DataFrame) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, NULL '\\N')").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor().copy(statement) as copy:
        for part in frame.select(columns).iter_slices(_ROWS_AT_A_TIME):
            buffer = io.BytesIO()
            part.write_csv(buffer, include_header=False, null_value="\\N")
            copy.write(buffer.getbuffer())


def lines_of_children(connection: Connection, children: Sequence[str], *, at_run: int | None = None) -> list[Line]:
    """Return the lines that hold about these children, as known at a run or now, the newest month first.

    Bounded: of at most 40 children.
    """
    statement = sql.SQL(
        "SELECT DISTINCT ON (child, month, benefit, payee, payee_kind) {columns} FROM benefit_line"
        " WHERE child = ANY(%s) AND (%s::int IS NULL OR run <= %s)"
        " ORDER BY child, month DESC, benefit, payee, payee_kind, run DESC LIMIT 40000"
    ).format(columns=_columns(_LINE))
    rows = connection.execute(statement, (list(children)[:_MOST_CHILDREN], at_run, at_run))
    return [Line(*row) for row in rows]


def _columns(names: Sequence[str], *, of: str = "") -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(of, name) if of else sql.Identifier(name) for name in names)


def children_of_file(connection: Connection, person: str) -> list[str]:
    """Return the children of the file that somebody is in: own rights, and those of whoever else is paid for them."""
    rows = connection.execute(
        "WITH own AS (SELECT DISTINCT child FROM benefit_line WHERE payee = %(person)s OR child = %(person)s),"
        " payees AS (SELECT DISTINCT payee FROM benefit_line WHERE child IN (SELECT child FROM own) AND payee <> ''"
        " AND payee_kind = 'person')"
        " SELECT DISTINCT child FROM benefit_line WHERE payee IN (SELECT payee FROM payees)"
        " UNION SELECT child FROM own LIMIT 40",
        {"person": person},
    )
    return sorted(str(row[0]) for row in rows)


def children_paid_to(connection: Connection, persons: Sequence[str]) -> list[str]:
    """Return the children for whom one of these numbers is or was paid, and the numbers that are a child themselves."""
    rows = connection.execute(
        "SELECT DISTINCT child FROM benefit_line WHERE payee = ANY(%(own)s) OR child = ANY(%(own)s) LIMIT 40",
        {"own": list(persons)},
    )
    return sorted(str(row[0]) for row in rows)


def find_persons(connection: Connection, numbers: Sequence[str]) -> dict[str, Person]:
    """Return what is known of these persons now."""
    rows = connection.execute(
        sql.SQL(
            "SELECT DISTINCT ON (person) {columns} FROM benefit_person WHERE person = ANY(%s) ORDER BY person, run DESC"
        ).format(columns=_columns(_PERSON)),
        (list(numbers),),
    )
    return {row[0]: Person(*row) for row in rows}


def search_persons(connection: Connection, *, family_name: str, given_name: str, payer: str) -> list[Person]:
    """Return the persons of a payer by name (its beginning), at most 25, by name."""
    rows = connection.execute(
        sql.SQL(
            "SELECT {columns} FROM benefit_person p"
            " WHERE lower(family_name) LIKE %s AND lower(given_name) LIKE %s AND payer = %s"
            " AND NOT EXISTS (SELECT FROM benefit_person n WHERE n.person = p.person AND n.run > p.run)"
            " ORDER BY lower(family_name), lower(given_name), person LIMIT %s"
        ).format(columns=_columns(_PERSON)),
        (_beginning(family_name), _beginning(given_name), payer, MOST_FOUND),
    )
    return [Person(*row) for row in rows]


def _beginning(words: str) -> str:
    escaped = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped + "%"


def open_counts(connection: Connection, run: int, *, payer: str | None) -> list[tuple[str, str, str, int]]:
    """Return benefit, status, doubt and number of lines of a run that are not final, the most first; at most 200."""
    rows = connection.execute(
        sql.SQL(
            "SELECT l.benefit, l.status, l.doubt, count(*) FROM benefit_line l"
            " WHERE l.run = %(run)s AND l.status <> 'final' AND {mine}"
            " GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 3 LIMIT 200"
        ).format(mine=_MINE),
        {"run": run, "payer": payer},
    )
    return [(str(row[0]), str(row[1]), str(row[2]), int(row[3])) for row in rows]


def open_cases(
    connection: Connection, run: int, *, doubt: str, payer: str | None, page: int, per_page: int
) -> tuple[list[OpenCase], bool]:
    """Return a page of the lines of a run with one doubt, and whether there are more."""
    rows = connection.execute(
        sql.SQL(
            "SELECT {columns}, q.asked_at FROM benefit_line l"
            " LEFT JOIN benefit_question q ON q.child = l.child AND q.benefit = l.benefit AND q.month = l.month"
            " AND q.lacks = l.doubt"
            " WHERE l.run = %(run)s AND l.status <> 'final' AND l.doubt = %(doubt)s AND {mine}"
            " ORDER BY l.child, l.benefit, l.payee LIMIT %(most)s OFFSET %(skip)s"
        ).format(columns=_columns(_LINE, of="l"), mine=_MINE),
        {"run": run, "doubt": doubt, "payer": payer, "most": per_page + 1, "skip": (page - 1) * per_page},
    ).fetchall()
    found = [OpenCase(Line(*row[:-1]), row[-1]) for row in rows[:per_page]]
    return found, len(rows) > per_page


def insert_question(
    connection: Connection, *, child: str, benefit: str, month: int, lacks: str, by: str, at: datetime
) -> bool:
    """Write that somebody was asked for what is missing; False when that stood there already."""
    row = connection.execute(
        "INSERT INTO benefit_question (child, benefit, month, lacks, asked_by, asked_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING 1",
        (child, benefit, month, lacks, by, at),
    ).fetchone()
    return row is not None


@dataclass(frozen=True, slots=True)
class Recovery:
    """A decision on a claim, as it was written."""

    claim: str
    kind: str
    cents: int
    reason: str
    clause: str
    note: str = field(repr=False)
    by: str
    at: datetime


def hold_claim(connection: Connection, claim: str) -> None:
    """Wait until nobody else decides on this claim; held until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_CLAIM_LOCK, claim))


def payer_of_payee(connection: Connection, payee: str) -> str:
    """Return the payer of somebody who was paid, as the last run knew it; who made no choice is paid by Fons."""
    known = find_persons(connection, [payee]).get(payee)
    return known.payer if known is not None and known.payer else WITHOUT_CHOICE


def insert_recovery(
    connection: Connection,
    *,
    claim: str,
    kind: str,
    cents: int,
    reason: str,
    clause: str,
    note: str,
    party: str,
    by: str,
    at: datetime,
    entry: UUID,
) -> None:
    """Write a decision on a claim."""
    connection.execute(
        "INSERT INTO benefit_recovery (claim, kind, cents, reason, clause, note, party, decided_by, decided_at, entry)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (claim, kind, cents, reason, clause, note, party, by, at, entry),
    )


def recoveries(connection: Connection) -> list[tuple[int, str, str, int]]:
    """Return every decision in its order: number, claim, kind and cents."""
    rows = connection.execute("SELECT id, claim, kind, cents FROM benefit_recovery ORDER BY id")
    return [(int(row[0]), str(row[1]), str(row[2]), int(row[3])) for row in rows]


def recoveries_of(connection: Connection, claims: Sequence[str]) -> list[Recovery]:
    """Return the decisions on these claims, the newest first; at most 500."""
    rows = connection.execute(
        "SELECT claim, kind, cents, reason, clause, note, decided_by, decided_at FROM benefit_recovery"
        " WHERE claim = ANY(%s) ORDER BY id DESC LIMIT 500",
        (list(claims),),
    )
    return [Recovery(*row) for row in rows]
