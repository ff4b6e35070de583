"""The SQL of deliveries: written once, taken by one worker at a time, marked by the one who took it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from sluis.database import Connection
from sluis.deliveries.model import Delivery, DeliveryEvent, Killed, Payload, Queued, State

# The class of the lock that one numberer at a time takes.
_NUMBERING_LOCK = 7510011

_COLUMNS = (
    "id, position, key, channel, receiver, agreement, ordered, payload, state, attempts, queued_at, due_at, give_up_at,"
    " changed_at, fault, killed_at, kill_reason"
)


_CLAIM = f"""
    UPDATE delivery SET state = 'sending', attempts = attempts + 1, claim = %(token)s,
           leased_until = %(lease_until)s, changed_at = %(at)s
    WHERE id = (
        SELECT d.id FROM delivery d
        WHERE d.channel = ANY(%(channels)s) AND d.state = 'waiting' AND d.due_at <= %(at)s
          AND d.position IS NOT NULL
          AND (NOT d.ordered OR NOT EXISTS (
                SELECT FROM delivery b
                WHERE b.receiver = d.receiver AND b.channel = d.channel AND b.ordered
                  AND b.state IN ('waiting', 'sending') AND b.position < d.position))
        ORDER BY d.due_at, d.position
        FOR UPDATE OF d SKIP LOCKED LIMIT 1)
    RETURNING {_COLUMNS}
"""  # noqa: S608 - the columns are ours
_FIND = f"SELECT {_COLUMNS} FROM delivery WHERE "  # noqa: S608 - the columns are ours
_WHERE = (
    " WHERE (%(state)s::text IS NULL OR state = %(state)s) AND (%(receiver)s::text IS NULL OR receiver = %(receiver)s)"
)
_COUNT = "SELECT count(*) FROM delivery" + _WHERE  # noqa: S608 - our own words
_PAGE = f"SELECT {_COLUMNS} FROM delivery" + _WHERE + " ORDER BY written DESC LIMIT %(most)s OFFSET %(skip)s"  # noqa: S608 - ours


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that one worker took, and the token with which only that worker marks it."""

    delivery: Delivery
    token: UUID


def insert(
    connection: Connection,
    *,
    id: UUID,
    key: str,
    channel: str,
    receiver: str,
    agreement: str | None,
    ordered: bool,
    payload: Payload,
    at: datetime,
    give_up_at: datetime,
) -> Queued:
    """Add a delivery, or find the one that has this key; waits for a rival who is just writing the same key."""
    row = connection.execute(
        "INSERT INTO delivery (id, key, channel, receiver, agreement, ordered, payload, state, queued_at, due_at,"
        " give_up_at, changed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, 'waiting', %s, %s, %s, %s)"
        " ON CONFLICT (key) DO NOTHING RETURNING id",
        (id, key, channel, receiver, agreement, ordered, Jsonb(payload), at, at, give_up_at, at),
    ).fetchone()
    if row is not None:
        return Queued(row[0], is_new=True)
    found = connection.execute("SELECT id FROM delivery WHERE key = %s", (key,)).fetchone()
    assert found is not None, "a delivery is never removed"
    return Queued(found[0], is_new=False)


def number(connection: Connection) -> None:
    """Give what was committed since the last time its place in the one order that receivers read in.

    One numberer at a time, until its commit: a later place is never visible before an earlier one. A row that is being
    stopped at this moment is passed over, not waited for: whoever revokes must never be the victim of a deadlock.
    """
    if connection.execute("SELECT FROM delivery WHERE position IS NULL LIMIT 1").fetchone() is None:
        return
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_NUMBERING_LOCK,))
    connection.execute(
        "UPDATE delivery d SET position = n.position FROM ("
        "  SELECT w.id, nextval('delivery_position') AS position"
        "  FROM (SELECT id FROM delivery WHERE position IS NULL ORDER BY written FOR NO KEY UPDATE SKIP LOCKED) w) n"
        " WHERE d.id = n.id"
    )


def claim(connection: Connection, *, channels: Sequence[str], at: datetime, lease_until: datetime) -> Claim | None:
    """Take one delivery that is due; rows that another worker is taking are skipped, not waited for."""
    token = uuid4()
    row = connection.execute(
        _CLAIM,
        {"token": token, "lease_until": lease_until, "at": at, "channels": list(channels)},
    ).fetchone()
    return Claim(Delivery(*row), token) if row else None


def mark(
    connection: Connection, claim: Claim, *, state: State, event: str, fault: str | None, at: datetime, due_at: datetime
) -> bool:
    """Write what came of it; return False where the claim has passed to another worker meanwhile."""
    marked = connection.execute(
        "UPDATE delivery SET state = %s, fault = %s, changed_at = %s, due_at = %s, claim = NULL, leased_until = NULL"
        " WHERE id = %s AND claim = %s",
        (state, fault, at, due_at, claim.delivery.id, claim.token),
    ).rowcount
    if marked:
        add_event(connection, delivery=claim.delivery.id, event=event, fault=fault, at=at)
    return bool(marked)


def is_killed(connection: Connection, delivery: UUID) -> bool:
    """Return whether the agreement of a delivery ended while it was under way; keeps it so until the commit."""
    row = connection.execute("SELECT killed_at FROM delivery WHERE id = %s FOR UPDATE", (delivery,)).fetchone()
    return bool(row and row[0])


def release_lost(connection: Connection, *, at: datetime) -> int:
    """Take back what a worker held longer than a worker lives: to be tried again, or given up; return how many."""
    return connection.execute(
        """
        WITH lost AS (
            SELECT id FROM delivery WHERE state = 'sending' AND leased_until < %(at)s FOR UPDATE SKIP LOCKED),
        freed AS (
            UPDATE delivery d SET
                state = CASE WHEN killed_at IS NULL AND give_up_at > %(at)s THEN 'waiting' ELSE 'dead' END,
                fault = CASE WHEN killed_at IS NULL THEN 'worker-lost' ELSE 'killed' END,
                due_at = %(at)s, changed_at = %(at)s, claim = NULL, leased_until = NULL
            FROM lost WHERE d.id = lost.id RETURNING d.id, d.state, d.fault, d.killed_at)
        INSERT INTO delivery_event (delivery, event, happened_at, fault)
        SELECT id, CASE WHEN state = 'waiting' THEN 'lost' WHEN killed_at IS NULL THEN 'gave-up' ELSE 'killed' END,
               %(at)s, fault FROM freed
        """,
        {"at": at},
    ).rowcount


def kill(connection: Connection, *, agreement: str, reason: str, at: datetime) -> Killed:
    """Stop what waits under an agreement, and mark what is being sent so that it is not tried again."""
    rows = connection.execute(
        """
        WITH meant AS (
            SELECT id FROM delivery WHERE agreement = %(agreement)s AND state IN ('waiting', 'sending')
            AND killed_at IS NULL ORDER BY id FOR UPDATE),
        stopped AS (
            UPDATE delivery SET killed_at = %(at)s, kill_reason = left(%(reason)s, 1000), changed_at = %(at)s,
                   state = CASE state WHEN 'waiting' THEN 'dead' ELSE state END,
                   fault = CASE state WHEN 'waiting' THEN 'killed' ELSE fault END
            WHERE id IN (SELECT id FROM meant)
            RETURNING id, state),
        told AS (
            INSERT INTO delivery_event (delivery, event, happened_at, fault)
            SELECT id, 'killed', %(at)s, NULL FROM stopped)
        SELECT state, count(*) FROM stopped GROUP BY state
        """,
        {"agreement": agreement, "reason": reason, "at": at},
    ).fetchall()
    counts = {str(state): int(count) for state, count in rows}
    return Killed(stopped=counts.get("dead", 0), under_way=counts.get("sending", 0))


def offer_again(connection: Connection, *, delivery: UUID, by: str, at: datetime, give_up_at: datetime) -> None:
    """Let an ended delivery wait again."""
    connection.execute(
        "UPDATE delivery SET state = 'waiting', attempts = 0, due_at = %s, give_up_at = %s, changed_at = %s,"
        " fault = NULL WHERE id = %s",
        (at, give_up_at, at, delivery),
    )
    add_event(connection, delivery=delivery, event="redelivered", fault=None, at=at, by=by)


def offer_again_since(
    connection: Connection, *, receiver: str, after: int, by: str, at: datetime, give_up_at: datetime
) -> int:
    """Let every ended delivery of a receiver after a position wait again, but those that were stopped."""
    return connection.execute(
        """
        WITH meant AS (
            SELECT id FROM delivery WHERE receiver = %(receiver)s AND position > %(after)s AND killed_at IS NULL
            AND state IN ('delivered', 'bounced', 'dead') ORDER BY id FOR UPDATE),
        again AS (
            UPDATE delivery SET state = 'waiting', attempts = 0, due_at = %(at)s, give_up_at = %(give_up_at)s,
                   changed_at = %(at)s, fault = NULL
            WHERE id IN (SELECT id FROM meant) RETURNING id)
        INSERT INTO delivery_event (delivery, event, happened_at, done_by)
        SELECT id, 'redelivered', %(at)s, %(by)s FROM again
        """,
        {"receiver": receiver, "after": after, "by": by, "at": at, "give_up_at": give_up_at},
    ).rowcount


def come_back(connection: Connection, *, delivery: UUID, fault: str, at: datetime) -> bool:
    """Mark as bounced what had been delivered or is being sent; the claim of a sender does not count any more."""
    marked = connection.execute(
        "UPDATE delivery SET state = 'bounced', fault = %s, changed_at = %s, claim = NULL, leased_until = NULL"
        " WHERE id = %s AND state IN ('delivered', 'sending')",
        (fault, at, delivery),
    ).rowcount
    if marked:
        add_event(connection, delivery=delivery, event="bounced", fault=fault, at=at)
    return bool(marked)


def add_event(
    connection: Connection, *, delivery: UUID, event: str, fault: str | None, at: datetime, by: str | None = None
) -> None:
    """Add what happened to the history of a delivery."""
    connection.execute(
        "INSERT INTO delivery_event (delivery, event, happened_at, fault, done_by) VALUES (%s, %s, %s, %s, %s)",
        (delivery, event, at, fault, by),
    )


def find(connection: Connection, delivery: UUID, *, lock: bool = False) -> Delivery | None:
    """Return one delivery, kept from changing until the transaction ends where asked."""
    row = connection.execute(_FIND + "id = %s" + (" FOR UPDATE" if lock else ""), (delivery,)).fetchone()
    return Delivery(*row) if row else None


def find_by_key(connection: Connection, key: str) -> Delivery | None:
    """Return the delivery that has this key."""
    row = connection.execute(_FIND + "key = %s", (key,)).fetchone()
    return Delivery(*row) if row else None


def events(connection: Connection, delivery: UUID, *, most: int = 200) -> tuple[DeliveryEvent, ...]:
    """Return what happened to a delivery, oldest first."""
    rows = connection.execute(
        "SELECT event, happened_at, fault, done_by FROM delivery_event WHERE delivery = %s ORDER BY id LIMIT %s",
        (delivery, most),
    )
    return tuple(DeliveryEvent(*row) for row in rows)


def since(connection: Connection, *, receiver: str, after: int, most: int) -> tuple[Delivery, ...]:
    """Return the deliveries to a receiver after a position, in the one order, at most so many."""
    rows = connection.execute(
        _FIND + "receiver = %s AND position > %s ORDER BY position LIMIT %s",
        (receiver, after, most),
    )
    return tuple(Delivery(*row) for row in rows)


def page(
    connection: Connection, *, state: str | None, receiver: str | None, most: int, skip: int
) -> tuple[int, tuple[Delivery, ...]]:
    """Return how many deliveries there are in a state, to a receiver, and one page of them, newest first."""
    asked = {"state": state, "receiver": receiver, "most": most, "skip": skip}
    row = connection.execute(_COUNT, asked).fetchone()
    rows = connection.execute(_PAGE, asked)
    return (int(row[0]) if row else 0), tuple(Delivery(*one) for one in rows)


def counts(connection: Connection) -> dict[str, int]:
    """Return how many deliveries are in each state."""
    return {
        str(state): int(n) for state, n in connection.execute("SELECT state, count(*) FROM delivery GROUP BY state")
    }
