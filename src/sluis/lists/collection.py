"""The answer is handed over once: Sluis then destroys its file and key, and the party confirms that it did so too."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sluis.agreements.lifecycle import OPEN
from sluis.agreements.policy import LegPolicy
from sluis.agreements.store import hold_agreement
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.lists import store
from sluis.lists.model import Exchange, next_state
from sluis.lists.passage import (
    DEFAULT_DAYS,
    Lists,
    content_of,
    destroy_files,
    forget_key,
    found,
    leg_of,
    no_such_exchange,
    write_entry,
)


def open_answer(lists: Lists, exchange_id: UUID, *, party: str, at: datetime) -> bytes:
    """Return the encrypted answer file for the party that asked; it stays until `finish_collection`.

    Raises `SluisError` when the agreement is no longer in force: after a revocation nothing leaves any more, also not
    what was answered before it; also when a notice or a law ended it by that day, told by the clock or not.
    """
    with lists.database.transaction() as connection:
        exchange = found(connection, exchange_id)
        if exchange.party != party:
            raise no_such_exchange()
        if exchange.state != "answered":
            next_state(exchange.state, "collect")
        state = hold_agreement(connection, exchange.agreement)
        if state is None or state.on(day_of(at)).state not in OPEN:
            raise _not_in_force()
        return content_of(lists, connection, exchange, "answer")


def finish_collection(lists: Lists, exchange_id: UUID, *, by: str, at: datetime) -> Exchange:
    """Destroy the answer and the key: the party has its copy. From now on it owes a confirmation of destruction."""
    with lists.database.transaction() as connection:
        exchange = found(connection, exchange_id, lock=True)
        if exchange.state == "collected":
            return exchange
        leg = leg_of(lists, connection, exchange.agreement)
        store.change_state(
            connection,
            exchange,
            target=next_state(exchange.state, "collect"),
            at=at,
            collected_at=at,
            collected_by=by,
            confirm_before=day_of(at) + timedelta(days=_copy_days(leg)),
        )
        destroy_files(lists, connection, exchange, at=at, why="collected", by=by)
        forget_key(lists, connection, exchange, at=at, by=by)
        return found(connection, exchange_id)


def confirm_destruction(lists: Lists, exchange_id: UUID, *, party: str, by: str, at: datetime) -> Exchange:
    """Record that the party destroyed its own copy; the exchange is closed."""
    with lists.database.transaction() as connection:
        exchange = found(connection, exchange_id, lock=True)
        if exchange.party != party:
            raise no_such_exchange()
        if exchange.state == "closed":
            return exchange
        target = next_state(exchange.state, "confirm-destruction")
        store.change_state(connection, exchange, target=target, at=at, confirmed_at=at, confirmed_by=by)
        write_entry(lists, connection, exchange, "copy-destroyed", at=at, by=by)
        return found(connection, exchange_id)


def _not_in_force() -> SluisError:
    return SluisError(
        "agreement-not-in-force",
        msg("De overeenkomst is niet van kracht."),
        remedy=msg("Kijk op de bladzijde van de overeenkomst welke stap ontbreekt, of sluit een nieuwe overeenkomst."),
        clause=Clause("e-govdecreet 18 juli 2008", "art. 8, § 1"),
    )


def _copy_days(leg: LegPolicy) -> int:
    """Return how long the party may keep its copy: the shortest agreed retention of the leg's items."""
    days = [item.retention_days for item in leg.items.values() if item.retention_days is not None]
    return min(days, default=DEFAULT_DAYS)
