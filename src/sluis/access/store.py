"""The SQL of access: members, grants, proposals, and the certificates that a person may sign in with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from sluis.access.model import Asked, Certificate, Grant, Member, Proposal
from sluis.database import Connection

_GRANT: LiteralString = """
    SELECT r.id, r.actor, a.display_name, r.party, r.role, r.purpose, lower(r.valid), upper(r.valid) - 1,
           r.granted_by, r.confirmed_by, r.reason, r.withdrawn_at
    FROM actor_role r JOIN actor a ON a.id = r.actor
"""

_MEMBERS: LiteralString = """
    SELECT id, display_name FROM actor WHERE kind = 'person' AND id IN (
        SELECT actor FROM person_identity WHERE party = %(party)s
        UNION SELECT actor FROM actor_role WHERE party = %(party)s)
"""

_COUNT: LiteralString = """
    SELECT count(*) FROM actor WHERE kind = 'person' AND id IN (
        SELECT actor FROM person_identity WHERE party = %(party)s
        UNION SELECT actor FROM actor_role WHERE party = %(party)s)
"""


def list_members(connection: Connection, *, party: str, most: int, skip: int = 0) -> list[Member]:
    """Return the people of a party by name: who signed in for it, and who holds or held a role there."""
    rows = connection.execute(
        _MEMBERS + " ORDER BY display_name, id LIMIT %(most)s OFFSET %(skip)s",
        {"party": party, "most": most, "skip": skip},
    )
    return [Member(*row) for row in rows]


def count_members(connection: Connection, *, party: str) -> int:
    """Return how many people a party has."""
    row = connection.execute(_COUNT, {"party": party}).fetchone()
    assert row is not None
    return int(row[0])


def find_member(connection: Connection, *, party: str, actor: str) -> Member | None:
    """Return one of the people of a party."""
    row = connection.execute(_MEMBERS + " AND id = %(actor)s", {"party": party, "actor": actor}).fetchone()
    return Member(*row) if row else None


def find_account(connection: Connection, actor: str) -> Member | None:
    """Return a person by account, of whatever party."""
    row = connection.execute(
        "SELECT id, display_name FROM actor WHERE kind = 'person' AND id = %s", (actor,)
    ).fetchone()
    return Member(*row) if row else None


def party_of_identity(connection: Connection, actor: str) -> str | None:
    """Return the party that a person signs in for, whether or not a role was granted yet."""
    row = connection.execute(
        "SELECT party FROM person_identity WHERE actor = %s ORDER BY linked_at DESC LIMIT 1", (actor,)
    ).fetchone()
    return None if row is None else str(row[0])


def name_of(connection: Connection, actor: str) -> str:
    """Return the name of an actor; the word itself where it is none (the operator)."""
    row = connection.execute("SELECT display_name FROM actor WHERE id = %s", (actor,)).fetchone()
    return actor if row is None else str(row[0])


def same_person(connection: Connection, one: str, other: str) -> bool:
    """Return whether two accounts are of one person, as the sign-in provider knows them."""
    row = connection.execute("SELECT same_person(%s, %s)", (one, other)).fetchone()
    return bool(row and row[0])


def roles_at(connection: Connection, *, actor: str, party: str, on: date) -> frozenset[str]:
    """Return the roles that somebody holds at a party on a day, whatever the purpose."""
    rows = connection.execute(
        "SELECT role FROM actor_role WHERE actor = %s AND party = %s AND valid @> %s::date", (actor, party, on)
    )
    return frozenset(row[0] for row in rows)


def holders(connection: Connection, *, party: str, role: str, on: date, most: int = 20) -> list[str]:
    """Return the names of who holds a role at a party on a day: whom to ask."""
    rows = connection.execute(
        "SELECT DISTINCT a.display_name FROM actor_role r JOIN actor a ON a.id = r.actor"
        " WHERE r.party = %s AND r.role = %s AND r.valid @> %s::date ORDER BY 1 LIMIT %s",
        (party, role, on, most),
    )
    return [row[0] for row in rows]


def list_texts(connection: Connection, *, party: str, most: int = 200) -> list[str]:
    """Return the hashes of the texts that count for the agreements of a party, the newest first."""
    rows = connection.execute(
        "SELECT DISTINCT a.text_hash, a.changed_at FROM agreement a JOIN agreement_party p"
        " ON p.agreement = a.id AND p.text_hash = a.text_hash"
        " WHERE p.party = %s AND a.state <> 'ended' ORDER BY a.changed_at DESC LIMIT %s",
        (party, most),
    )
    return [row[0] for row in rows]


def insert_grant(
    connection: Connection, asked: Asked, *, since: date, until: date | None, by: str, second: str | None, at: datetime
) -> UUID | None:
    """Record a grant; None when the very same one holds already."""
    row = connection.execute(
        "INSERT INTO actor_role (actor, party, role, purpose, valid, granted_by, confirmed_by, reason, granted_at)"
        " VALUES (%s, %s, %s, %s, daterange(%s, %s, '[]'), %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
        (asked.actor, asked.party, asked.role, asked.purpose, since, until, by, second, asked.reason, at),
    ).fetchone()
    return None if row is None else row[0]


def find_grant(connection: Connection, grant: UUID) -> Grant | None:
    """Return a grant by its number."""
    row = connection.execute(_GRANT + " WHERE r.id = %s", (grant,)).fetchone()
    return Grant(*row) if row else None


def list_grants_of(connection: Connection, *, actor: str, most: int = 100) -> list[Grant]:
    """Return the grants of one person, the newest first."""
    rows = connection.execute(_GRANT + " WHERE r.actor = %s ORDER BY r.granted_at DESC, r.role LIMIT %s", (actor, most))
    return [Grant(*row) for row in rows]


def list_grants_at(connection: Connection, *, party: str, on: date, most: int = 500) -> list[Grant]:
    """Return the grants of a party that hold on the day or begin later, by person."""
    rows = connection.execute(
        _GRANT + " WHERE r.party = %s AND NOT isempty(r.valid) AND (upper(r.valid) IS NULL OR upper(r.valid) > %s)"
        " ORDER BY a.display_name, r.role, r.purpose LIMIT %s",
        (party, on, most),
    )
    return [Grant(*row) for row in rows]


def end_grant(connection: Connection, grant: UUID, *, on: date, by: str, reason: str, at: datetime) -> bool:
    """End a grant from that day on; it does not hold on the day itself. False when it had ended already."""
    cursor = connection.execute(
        "UPDATE actor_role SET valid = daterange(lower(valid), greatest(%(on)s, lower(valid)), '[)'),"
        " withdrawn_at = %(at)s, withdrawn_by = %(by)s, withdrawn_because = %(reason)s"
        " WHERE id = %(grant)s AND withdrawn_at IS NULL AND NOT isempty(valid)"
        " AND (upper(valid) IS NULL OR upper(valid) > %(on)s)",
        {"grant": grant, "on": on, "by": by, "reason": reason, "at": at},
    )
    return cursor.rowcount == 1


def insert_proposal(connection: Connection, asked: Asked, *, by: str, at: datetime) -> UUID | None:
    """Keep a proposal; None when the same role of the same person waits already."""
    row = connection.execute(
        "INSERT INTO role_proposal (actor, party, role, purpose, since, until, reason, proposed_by, proposed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
        (asked.actor, asked.party, asked.role, asked.purpose, asked.since, asked.until, asked.reason, by, at),
    ).fetchone()
    return None if row is None else row[0]


_PROPOSAL: LiteralString = """
    SELECT p.id, p.actor, p.party, p.role, p.since, p.until, p.reason, p.purpose, a.display_name, p.proposed_by,
           p.proposed_at
    FROM role_proposal p JOIN actor a ON a.id = p.actor WHERE p.decision IS NULL
"""


def _proposal(row: tuple[Any, ...]) -> Proposal:
    return Proposal(row[0], Asked(*row[1:8]), row[8], row[9], row[10])


def list_proposals(connection: Connection, *, party: str, most: int = 100) -> list[Proposal]:
    """Return what waits for a second pair of eyes at a party, the oldest first."""
    rows = connection.execute(_PROPOSAL + " AND p.party = %s ORDER BY p.proposed_at LIMIT %s", (party, most))
    return [_proposal(row) for row in rows]


def list_proposals_of(connection: Connection, *, actor: str, most: int = 50) -> list[Proposal]:
    """Return what waits for one person."""
    rows = connection.execute(_PROPOSAL + " AND p.actor = %s ORDER BY p.proposed_at LIMIT %s", (actor, most))
    return [_proposal(row) for row in rows]


def lock_proposal(connection: Connection, proposal: UUID) -> Proposal | None:
    """Return an open proposal and keep others from deciding it meanwhile."""
    row = connection.execute(_PROPOSAL + " AND p.id = %s FOR UPDATE OF p", (proposal,)).fetchone()
    return _proposal(row) if row else None


def decide_proposal(connection: Connection, proposal: UUID, *, decision: str, by: str, at: datetime) -> None:
    """Write down what was decided."""
    connection.execute(
        "UPDATE role_proposal SET decision = %s, decided_by = %s, decided_at = %s WHERE id = %s AND decision IS NULL",
        (decision, by, at, proposal),
    )


def insert_certificate(
    connection: Connection, *, fingerprint: bytes, actor: str, party: str, by: str, at: datetime
) -> UUID | None:
    """Register a certificate for a person; None when it is registered already, for this person or another."""
    row = connection.execute(
        "INSERT INTO person_certificate (fingerprint, actor, party, added_by, added_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING id",
        (fingerprint, actor, party, by, at),
    ).fetchone()
    return None if row is None else row[0]


_CERTIFICATE: LiteralString = """
    SELECT c.id, c.actor, a.display_name, c.party, encode(c.fingerprint, 'hex'), c.added_by, c.confirmed_by
    FROM person_certificate c JOIN actor a ON a.id = c.actor WHERE c.withdrawn_at IS NULL
"""


def list_certificates(connection: Connection, *, party: str, most: int = 200) -> list[Certificate]:
    """Return the certificates in use at a party."""
    rows = connection.execute(_CERTIFICATE + " AND c.party = %s ORDER BY c.added_at LIMIT %s", (party, most))
    return [Certificate(*row) for row in rows]


def list_certificates_of(connection: Connection, *, actor: str, most: int = 20) -> list[Certificate]:
    """Return the certificates of one person."""
    rows = connection.execute(_CERTIFICATE + " AND c.actor = %s ORDER BY c.added_at LIMIT %s", (actor, most))
    return [Certificate(*row) for row in rows]


def lock_certificate(connection: Connection, certificate: UUID) -> Certificate | None:
    """Return a certificate by its number and keep others from changing it meanwhile."""
    row = connection.execute(_CERTIFICATE + " AND c.id = %s FOR UPDATE OF c", (certificate,)).fetchone()
    return Certificate(*row) if row else None


def confirm_certificate(connection: Connection, certificate: UUID, *, by: str, at: datetime) -> None:
    """Let the certificate count."""
    connection.execute(
        "UPDATE person_certificate SET confirmed_by = %s, confirmed_at = %s WHERE id = %s", (by, at, certificate)
    )


def withdraw_certificate(connection: Connection, certificate: UUID, *, at: datetime) -> None:
    """Let the certificate count no more."""
    connection.execute("UPDATE person_certificate SET withdrawn_at = %s WHERE id = %s", (at, certificate))


def actor_of_certificate(connection: Connection, fingerprint: bytes) -> str | None:
    """Return whose confirmed certificate this is."""
    row = connection.execute(
        "SELECT actor FROM person_certificate WHERE fingerprint = %s AND confirmed_by IS NOT NULL"
        " AND withdrawn_at IS NULL",
        (fingerprint,),
    ).fetchone()
    return None if row is None else str(row[0])


def link_identity(connection: Connection, *, issuer: str, subject: str, party: str, actor: str, at: datetime) -> None:
    """Remember who a provider's person is at a party; what is known stays."""
    connection.execute(
        "INSERT INTO person_identity VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (issuer, subject, party, actor, at),
    )


def actor_of_identity(connection: Connection, *, issuer: str, subject: str, party: str) -> str | None:
    """Return the account of a provider's person at a party."""
    row = connection.execute(
        "SELECT actor FROM person_identity WHERE issuer = %s AND subject = %s AND party = %s", (issuer, subject, party)
    ).fetchone()
    return None if row is None else str(row[0])
