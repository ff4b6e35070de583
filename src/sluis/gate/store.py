"""The gate's own tables: actors and their roles, spent uses, recorded conditions. The only SQL of the gate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sluis.database import Connection
from sluis.gate.model import Standing
from sluis.kernel.insz import Insz

_STANDING = """
SELECT
    (SELECT kind FROM actor WHERE id = %(actor)s AND (kind = 'person' OR party = %(party)s)),
    ARRAY(SELECT role FROM actor_role
          WHERE actor = %(actor)s AND party = %(party)s AND valid @> %(on)s::date
              AND purpose IN ('all', %(purpose)s)),
    (SELECT coalesce(jsonb_agg(jsonb_build_array(leg, party, period)), '[]') FROM gate_use
     WHERE agreement = %(agreement)s AND party = ANY(%(parties)s)),
    (SELECT coalesce(jsonb_agg(jsonb_build_array(party, code)), '[]') FROM gate_condition
     WHERE agreement = %(agreement)s AND party = ANY(%(parties)s))
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded about an actor and an agreement, of all its legs and of the parties asked about."""

    actor_kind: str | None
    roles: frozenset[str]
    uses: tuple[tuple[str, str, str], ...]
    conditions: tuple[tuple[str, str], ...]

    def standing(self, *, leg: str, parties: Sequence[str], period: str) -> Standing:
        """Return what of it counts for one leg, in one period, for a party and those whose agreement it took over."""
        return Standing(
            self.actor_kind,
            self.roles,
            sum(used == leg and party in parties and when == period for used, party, when in self.uses),
            frozenset(code for party, code in self.conditions if party in parties),
        )


def ask_recorded(
    connection: Connection, *, actor: str, party: str, parties: Sequence[str], agreement: str, purpose: str, on: date
) -> Callable[[], Recorded]:
    """Ask what is recorded, and return how to read the answer: in a pipeline several questions go out together.

    `parties` are the party and every body that it succeeded. A role counts that was granted for `purpose` or for all.
    """
    cursor = connection.execute(
        _STANDING,
        {
            "actor": actor, "party": party, "parties": list(parties), "agreement": agreement, "purpose": purpose,
            "on": on,
        },
    )  # fmt: skip

    def read() -> Recorded:
        row = cursor.fetchone()
        assert row is not None  # a SELECT without FROM gives one row
        return Recorded(
            row[0], frozenset(row[1]), tuple(tuple(use) for use in row[2]), tuple(tuple(one) for one in row[3])
        )

    return read


def take_use(
    connection: Connection, *, agreement: str, leg: str, party: str, period: str, ordinal: int, entry: UUID
) -> bool:
    """Take the use with this ordinal; False when another exchange took it first."""
    cursor = connection.execute(
        "INSERT INTO gate_use (agreement, leg, party, period, ordinal, entry) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (agreement, leg, party, period, ordinal, entry),
    )
    return cursor.rowcount == 1


def insert_condition(
    connection: Connection, *, agreement: str, party: str, code: str, at: datetime, by: str, evidence: str
) -> None:
    """Record that a condition holds; recording it again keeps the first record."""
    connection.execute(
        "INSERT INTO gate_condition VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (agreement, party, code, at, by, evidence),
    )


def delete_condition(connection: Connection, *, agreement: str, party: str, code: str) -> bool:
    """Take a recorded condition back: from the next request on it is missing. False when it was not recorded."""
    cursor = connection.execute(
        "DELETE FROM gate_condition WHERE agreement = %s AND party = %s AND code = %s", (agreement, party, code)
    )
    return cursor.rowcount == 1


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or machine that may act; `party` is set for a machine."""

    id: str
    kind: str
    display_name: str
    party: str | None


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role that an access manager granted to an actor at a party, from `since` to `until` (inclusive)."""

    actor: str
    party: str
    role: str
    since: date
    until: date | None
    granted_by: str
    reason: str
    confirmed_by: str | None = None


def insert_actor(connection: Connection, actor: Actor, *, insz: Insz | None = None) -> None:
    """Register an actor; an actor that is there already stays as it is."""
    connection.execute(
        "INSERT INTO actor (id, kind, display_name, party) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (actor.id, actor.kind, actor.display_name, actor.party),
    )
    if insz is not None:
        connection.execute(
            "INSERT INTO actor_insz (actor, insz) VALUES (%s, %s) ON CONFLICT DO NOTHING", (actor.id, insz)
        )


def insz_of(connection: Connection, actor: str) -> Insz | None:
    """Return a citizen's own number, to look up what concerns that citizen and for nothing else."""
    row = connection.execute("SELECT insz FROM actor_insz WHERE actor = %s", (actor,)).fetchone()
    return None if row is None else Insz(row[0])


def actor_of_insz(connection: Connection, number: Insz) -> str | None:
    """Return the account of the citizen with this number."""
    row = connection.execute("SELECT actor FROM actor_insz WHERE insz = %s", (number,)).fetchone()
    return None if row is None else str(row[0])


def insert_role(connection: Connection, grant: RoleGrant) -> None:
    """Record a granted role."""
    connection.execute(
        "INSERT INTO actor_role (actor, party, role, valid, granted_by, reason, confirmed_by)"
        " VALUES (%s, %s, %s, daterange(%s, %s, '[]'), %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            grant.actor, grant.party, grant.role, grant.since, grant.until, grant.granted_by, grant.reason,
            grant.confirmed_by,
        ),
    )  # fmt: skip


def end_role(connection: Connection, *, actor: str, party: str, role: str, on: date) -> int:
    """End a role from that day on; it does not hold on the day itself. Return how many grants ended."""
    return connection.execute(
        "UPDATE actor_role SET valid = daterange(lower(valid), greatest(%s, lower(valid)), '[)')"
        " WHERE actor = %s AND party = %s AND role = %s AND valid @> %s::date",
        (on, actor, party, role, on),
    ).rowcount


def list_actors(connection: Connection, *, most: int = 500) -> list[Actor]:
    """Return the registered actors by name, at most `most`."""
    rows = connection.execute(
        "SELECT id, kind, display_name, party FROM actor ORDER BY display_name, id LIMIT %s", (most,)
    )
    return [Actor(*row) for row in rows]


def find_actor(connection: Connection, actor: str) -> Actor | None:
    """Return an actor by id."""
    row = connection.execute("SELECT id, kind, display_name, party FROM actor WHERE id = %s", (actor,)).fetchone()
    return None if row is None else Actor(*row)


def list_roles(connection: Connection, *, on: date, actor: str | None = None, most: int = 2_000) -> list[RoleGrant]:
    """Return the roles that hold on a day, of one actor or of all."""
    rows = connection.execute(
        "SELECT actor, party, role, lower(valid), upper(valid) - 1, granted_by, reason FROM actor_role"
        " WHERE valid @> %(on)s::date AND (%(actor)s::text IS NULL OR actor = %(actor)s)"
        " ORDER BY actor, party, role LIMIT %(most)s",
        {"on": on, "actor": actor, "most": most},
    )
    return [RoleGrant(*row) for row in rows]
