"""The SQL of the local team's pages: which files, which teams, what waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sluis.births.files.model import BirthFile
from sluis.births.files.store import FILE_COLUMNS, file_from
from sluis.database import Connection


@dataclass(frozen=True, slots=True)
class Team:
    """A local team: the municipalities where it works (NIS codes), and the actors who work in it."""

    code: str
    name: str
    municipalities: tuple[str, ...]
    members: tuple[str, ...]


def teams_of(connection: Connection, actor: str) -> list[Team]:
    """Return the teams in which somebody works."""
    rows = connection.execute(
        "SELECT code, name, municipalities, members FROM birth_team WHERE %s = ANY(members) ORDER BY code LIMIT 50",
        (actor,),
    )
    return [Team(row[0], row[1], tuple(row[2]), tuple(row[3])) for row in rows]


def put_team(connection: Connection, team: Team) -> None:
    """Write a team, new or changed."""
    connection.execute(
        "INSERT INTO birth_team (code, name, municipalities, members) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (code) DO UPDATE SET name = excluded.name, municipalities = excluded.municipalities,"
        " members = excluded.members",
        (team.code, team.name, list(team.municipalities), list(team.members)),
    )


def list_files(
    connection: Connection,
    *,
    municipalities: Sequence[str],
    restricted: bool,
    since: datetime | None,
    incomplete: bool,
    before: tuple[datetime, UUID] | None,
    most: int,
) -> list[BirthFile]:
    """Return the open files of these municipalities, newest first; only those under restriction, or only the others."""
    moment, last = before or (None, None)
    rows = connection.execute(
        f"SELECT {FILE_COLUMNS} FROM birth_file WHERE state = 'open' AND nis = ANY(%(nis)s)"  # noqa: S608 - ours
        " AND restricted = %(restricted)s AND (%(since)s::timestamptz IS NULL OR opened_at >= %(since)s)"
        " AND (NOT %(incomplete)s OR cardinality(missing) > 0)"
        " AND (%(moment)s::timestamptz IS NULL OR (opened_at, id) < (%(moment)s, %(last)s::uuid))"
        " ORDER BY opened_at DESC, id DESC LIMIT %(most)s",
        {
            "nis": list(municipalities),
            "restricted": restricted,
            "since": since,
            "incomplete": incomplete,
            "moment": moment,
            "last": last,
            "most": most,
        },
    )
    return [file_from(row) for row in rows]


def unplaced(connection: Connection, *, restricted: bool, most: int) -> list[BirthFile]:
    """Return the open files of which nobody knows the municipality; those under restriction only where asked."""
    rows = connection.execute(
        f"SELECT {FILE_COLUMNS} FROM birth_file WHERE state = 'open' AND nis IS NULL"  # noqa: S608 - ours
        " AND (NOT restricted OR %s) ORDER BY opened_at LIMIT %s",
        (restricted, most),
    )
    return [file_from(row) for row in rows]


def count_new(connection: Connection, *, municipalities: Sequence[str], since: datetime) -> int:
    """Return how many files came in since a moment, without those under restriction."""
    row = connection.execute(
        "SELECT count(*) FROM birth_file WHERE state = 'open' AND NOT restricted AND nis = ANY(%s) AND opened_at >= %s",
        (list(municipalities), since),
    ).fetchone()
    return 0 if row is None else int(row[0])
