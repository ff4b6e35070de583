"""The verbs of deliveries. Nobody here commits; each takes the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sluis.database import Connection
from sluis.deliveries import store
from sluis.deliveries.model import GIVE_UP_AFTER, Killed, Payload, Queued
from sluis.deliveries.policy import check_payload, check_redeliver
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg


def queue_delivery(
    connection: Connection,
    *,
    key: str,
    channel: str,
    receiver: str,
    payload: Payload,
    at: datetime,
    agreement: str | None = None,
    ordered: bool = False,
) -> Queued:
    """Write down that something must be sent; it leaves after the caller's transaction commits.

    `key` makes it one: a second call with the same key, even at the same moment in another process, finds the first
    row and changes nothing. `receiver` is the id of a party or a person; with `ordered` its deliveries on this channel
    leave one after the other, and one that was given up does not hold up the next. `agreement` ties it to an
    agreement, held by the caller (`hold_agreement`), so that it dies with it.
    """
    check_payload(payload, key)
    return store.insert(
        connection,
        id=uuid4(),
        key=key,
        channel=channel,
        receiver=receiver,
        agreement=agreement,
        ordered=ordered,
        payload=payload,
        at=at,
        give_up_at=at + GIVE_UP_AFTER,
    )


def kill_deliveries(connection: Connection, *, agreement: str, reason: str, at: datetime) -> Killed:
    """Let nothing more leave under this agreement: for a suspension, a revocation or an end.

    What waits is dead at once. What a worker is sending at this very moment cannot be called back: it is counted as
    `under_way`, is not tried a second time, and ends as delivered only if it truly arrived. Queue what must still be
    told about the end itself (a receipt, a notice) without an agreement.
    """
    return store.kill(connection, agreement=agreement, reason=reason, at=at)


def redeliver(connection: Connection, *, delivery: UUID, by: str, at: datetime) -> None:
    """Offer one delivery again, with the same identity: who has it already can drop the double."""
    found = store.find(connection, delivery, lock=True)
    if found is None:
        raise unknown_delivery()
    check_redeliver(found)
    store.offer_again(connection, delivery=delivery, by=by, at=at, give_up_at=at + GIVE_UP_AFTER)


def redeliver_since(connection: Connection, *, receiver: str, after: int, by: str, at: datetime) -> int:
    """Offer a receiver everything after a position again, in order, but what was stopped; return how many."""
    return store.offer_again_since(
        connection, receiver=receiver, after=after, by=by, at=at, give_up_at=at + GIVE_UP_AFTER
    )


def mark_bounced(connection: Connection, *, delivery: UUID, fault: str, at: datetime) -> bool:
    """Note that a delivery came back after it had been taken; return whether there was one to note it of."""
    return store.come_back(connection, delivery=delivery, fault=fault, at=at)


def unknown_delivery() -> SluisError:
    """Return the error for a delivery that is not there."""
    return SluisError(
        "delivery-unknown",
        msg("Er is geen zending met dit kenmerk."),
        remedy=msg("Kies een zending uit de lijst."),
    )
