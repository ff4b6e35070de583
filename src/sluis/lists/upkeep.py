"""What time asks of exchanges: files that nobody collected are destroyed, parties are reminded of their copy.

Deadlines are rows with a day, so this may run at any moment, in any process, twice, or late.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from sluis.gate.actions import day_of
from sluis.kernel.territory import find_body
from sluis.kernel.working_days import add_working_days, calendar_of
from sluis.lists import store
from sluis.lists.model import next_state
from sluis.lists.passage import Lists, destroy_files, forget_key, found
from sluis.lists.reasons import expired, reason_as_json

REMINDER_WORKING_DAYS = 5
"""How many working days pass between two reminders."""

_SLUIS = "machine:sluis:upkeep"


def expire_overdue(lists: Lists, *, at: datetime) -> int:
    """Destroy the files of exchanges that were not collected in time; return how many."""
    with lists.database.transaction() as connection:
        overdue = store.overdue_files(connection, at=at)
    return sum(_expire(lists, exchange_id, at=at) for exchange_id in overdue)


def remind_overdue(lists: Lists, *, at: datetime) -> int:
    """Remind parties that have not confirmed the destruction of their copy; return how many reminders were added.

    The first reminder comes the day after the agreed day, the next ones every five working days, until they confirm.
    """
    sent = 0
    with lists.database.transaction() as connection:
        for exchange_id, reminders, last in store.overdue_confirmations(connection, on=day_of(at)):
            body = find_body(found(connection, exchange_id).party)
            calendar = calendar_of(body.kind if body is not None else "flemish")
            due = reminders == 0 or day_of(at) >= add_working_days(day_of(last), REMINDER_WORKING_DAYS, calendar)
            if due:
                sent += store.insert_reminder(connection, exchange_id, ordinal=reminders + 1, at=at)
    return sent


def _expire(lists: Lists, exchange_id: UUID, *, at: datetime) -> bool:
    with lists.database.transaction() as connection:
        exchange = found(connection, exchange_id, lock=True)
        if exchange.state not in ("received", "read", "answered"):
            return False  # it was collected or refused just before
        store.change_state(
            connection,
            exchange,
            target=next_state(exchange.state, "expire"),
            at=at,
            reasons=Jsonb([reason_as_json(expired())]),
        )
        destroy_files(lists, connection, exchange, at=at, why="expired", by=_SLUIS)
        forget_key(lists, connection, exchange, at=at, by=_SLUIS)
        return True
