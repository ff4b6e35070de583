"""The SQL of pairs of newborns that may be one child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sluis.births.matching.policy import Compared
from sluis.database import Connection


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pair that waits for a person."""

    one: UUID
    other: UUID
    why: str
    weight: int


def put_pairs(connection: Connection, pairs: Mapping[tuple[UUID, UUID], Compared]) -> None:
    """Keep what comparisons say; plainly different pairs are not kept, unless a person decided about them."""
    kept = [(one, other, said) for (one, other), said in pairs.items() if said.verdict != "different"]
    gone = [(one, other) for (one, other), said in pairs.items() if said.verdict == "different"]
    with connection.cursor() as cursor:
        if gone:
            cursor.execute(
                "DELETE FROM birth_pair p USING unnest(%s::uuid[], %s::uuid[]) AS g (one, other)"
                " WHERE p.one = g.one AND p.other = g.other AND p.decided IS NULL",
                ([one for one, _ in gone], [other for _, other in gone]),
            )
        for one, other, said in kept:
            cursor.execute(
                "INSERT INTO birth_pair (one, other, verdict, why, weight) VALUES (%s, %s, %s, %s, %s)"
                " ON CONFLICT (one, other) DO UPDATE SET verdict = excluded.verdict, why = excluded.why,"
                " weight = excluded.weight",
                (one, other, said.verdict, said.why, said.weight),
            )


def delete_undecided(connection: Connection, newborn: UUID, *, but: Sequence[UUID]) -> None:
    """Forget what earlier comparisons said of a newborn, but for these others and for what a person decided."""
    connection.execute(
        "DELETE FROM birth_pair WHERE %(it)s IN (one, other) AND decided IS NULL"
        " AND NOT (one = ANY(%(but)s) AND other = ANY(%(but)s))",
        {"it": newborn, "but": [newborn, *but]},
    )


def same_as(connection: Connection, newborns: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Return every pair of the same child among these newborns and all that hang together with them."""
    rows = connection.execute(
        "WITH RECURSIVE linked (id) AS (SELECT unnest(%s::uuid[]) UNION"
        " SELECT CASE WHEN s.one = l.id THEN s.other ELSE s.one END FROM linked l"
        " JOIN birth_pair s ON l.id IN (s.one, s.other) AND coalesce(s.decided, s.verdict) = 'same')"
        " SELECT s.one, s.other FROM birth_pair s WHERE coalesce(s.decided, s.verdict) = 'same'"
        " AND s.one IN (SELECT id FROM linked) ORDER BY s.one, s.other",
        (list(newborns),),
    )
    return [(row[0], row[1]) for row in rows]


def doubts(connection: Connection, *, most: int) -> list[Doubt]:
    """Return the pairs that wait for a person, both still living."""
    rows = connection.execute(
        "SELECT p.one, p.other, p.why, p.weight FROM birth_pair p JOIN birth_newborn a ON a.id = p.one"
        " JOIN birth_newborn b ON b.id = p.other WHERE p.verdict = 'doubt' AND p.decided IS NULL"
        " AND a.state = 'born' AND b.state = 'born' ORDER BY a.birth_date DESC, p.one, p.other LIMIT %s",
        (most,),
    )
    return [Doubt(*row) for row in rows]


def find_doubt(connection: Connection, one: UUID, other: UUID) -> Doubt | None:
    """Return a pair that waits, kept from changing until the commit."""
    row = connection.execute(
        "SELECT one, other, why, weight FROM birth_pair WHERE one = %s AND other = %s AND verdict = 'doubt'"
        " AND decided IS NULL FOR UPDATE",
        (one, other),
    ).fetchone()
    return None if row is None else Doubt(*row)


def decide(connection: Connection, one: UUID, other: UUID, *, decided: str, by: str, at: datetime) -> None:
    """Write what a person decided about a pair."""
    connection.execute(
        "UPDATE birth_pair SET decided = %s, decided_by = %s, decided_at = %s WHERE one = %s AND other = %s",
        (decided, by, at, one, other),
    )
