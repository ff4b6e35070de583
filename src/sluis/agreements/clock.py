"""The clock of agreements: brings terms, notices, laws, mergers and amended texts into effect, once.

The gate does not depend on it: it judges by the same dates. Running late, twice, or in two processes does no harm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sluis.agreements import clockstore
from sluis.agreements.effects import catch_up
from sluis.agreements.steps import day_of
from sluis.database import Connection, Database
from sluis.kernel.territory import MustSignAnew, PassesTo, bodies, succession

BATCH = 200
"""How many agreements one transaction brings up to date: each holds a lock of its own until it ends."""


@dataclass(frozen=True, slots=True)
class Advanced:
    """How many agreements were looked at, the states they came to, and whether more may be waiting."""

    agreements: int
    states: Mapping[str, int]
    more: bool


def advance_agreements(connection: Connection, *, at: datetime, most: int = BATCH) -> Advanced:
    """Write down what time did to at most `most` agreements; call it again, in a new transaction, while `more`.

    Agreements that another process is busy with wait for it, and are then found up to date.
    """
    day = day_of(at)
    due = clockstore.due_agreements(connection, day=day, merged=_merged(at), most=most)
    states: Counter[str] = Counter()
    for agreement in due:
        states.update(done.state for done in catch_up(connection, agreement, at=at))
    return Advanced(len(due), dict(states), len(due) == most)


def bring_agreements_up_to_date(database: Database, *, at: datetime) -> int:
    """Advance every agreement that is due, a batch in each transaction; return how many there were.

    An agreement that cannot be brought up to date stops the run with its error; what came before it stands.
    """
    count = 0
    while True:
        with database.transaction() as connection:
            done = advance_agreements(connection, at=at)
        count += done.agreements
        if not done.more:
            return count


def _merged(at: datetime) -> list[str]:
    """Return the bodies that were gone by the day, and whose agreements another body takes over or must sign."""
    day = day_of(at)
    return [
        body.id
        for body in bodies()
        if body.ended_on is not None
        and body.ended_on < day
        and isinstance(succession(body, day), PassesTo | MustSignAnew)
    ]
