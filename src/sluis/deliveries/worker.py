"""The worker: takes what is due, hands it to its channel outside any transaction, marks what came of it.

Any number of workers in any number of processes may run: a row is with one of them at a time. Stop one at any moment
and its row is taken over once the lease has run out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sluis.database import Connection, Database
from sluis.deliveries import store
from sluis.deliveries.model import LEASE, Answer, Bounced, Channel, Delivery, Sent, TryLater, pause_after
from sluis.log import log


def deliver_due(
    database: Database, channels: Sequence[Channel], *, clock: Callable[[], datetime], most: int = 200
) -> int:
    """Send what is due on these channels, at most so many; return how many attempts were made."""
    by_code = {channel.code: channel for channel in channels}
    with database.transaction() as connection:
        store.number(connection)
        store.release_lost(connection, at=clock())
    for done in range(most):
        with database.transaction() as connection:
            at = clock()
            claim = store.claim(connection, channels=list(by_code), at=at, lease_until=at + LEASE)
        if claim is None:
            return done
        answer = _send(by_code[claim.delivery.channel], claim.delivery)
        with database.transaction() as connection:
            _mark(connection, claim, answer, at=clock())
    return most


def deliveries_since(connection: Connection, *, receiver: str, after: int = 0, most: int = 100) -> tuple[Delivery, ...]:
    """Return what was sent to a receiver after a position, oldest first; the last one's position is the next cursor.

    Nothing that is committed later gets a place before one that was read here: a receiver that keeps its cursor
    misses nothing and reads nothing twice.
    """
    store.number(connection)
    return store.since(connection, receiver=receiver, after=after, most=min(max(most, 1), 1_000))


def _send(channel: Channel, delivery: Delivery) -> Answer:
    try:
        return channel.send(delivery)
    except Exception as error:
        # A channel that breaks is a fault of ours, not of the receiver; the text of an error may quote a person.
        log().error(
            "delivery.channel-broke", channel=channel.code, delivery=str(delivery.id), kind=type(error).__name__
        )
        return TryLater(f"error-{type(error).__name__}"[:100])


def _mark(connection: Connection, claim: store.Claim, answer: Answer, *, at: datetime) -> None:
    delivery = claim.delivery
    killed = store.is_killed(connection, delivery.id)
    if isinstance(answer, Sent):
        store.mark(connection, claim, state="delivered", event="sent", fault=None, at=at, due_at=at)
    elif isinstance(answer, Bounced):
        store.mark(connection, claim, state="bounced", event="refused", fault=answer.fault[:100], at=at, due_at=at)
    elif killed:
        store.mark(connection, claim, state="dead", event="gave-up", fault="killed", at=at, due_at=at)
    else:
        _postpone(connection, claim, answer, at=at)


def _postpone(connection: Connection, claim: store.Claim, answer: TryLater, *, at: datetime) -> None:
    delivery, fault = claim.delivery, answer.fault[:100]
    # Up to a tenth more, by the delivery's own number: what failed together does not come back together.
    due = at + pause_after(delivery.attempts) * (1 + delivery.id.int % 100 / 1_000)
    if delivery.give_up_at <= at:
        store.mark(connection, claim, state="dead", event="gave-up", fault=fault, at=at, due_at=at)
        log().warning("delivery.dead", channel=delivery.channel, delivery=str(delivery.id), fault=fault)
        return
    due = min(due, max(delivery.give_up_at, at + timedelta(minutes=1)))
    store.mark(connection, claim, state="waiting", event="postponed", fault=fault, at=at, due_at=due)
