"""What somebody still has to do, and by when: one type for every slice that knows of open duties.

`sluis.agreements.deadlines.duties` yields those of agreements. Another slice contributes its own (destruction that must
be confirmed, an answer that waits) by giving a `DutySource`; the application wires the sources together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sluis.database import Connection
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message


@dataclass(frozen=True, slots=True)
class Duty:
    """One open duty: what, under which agreement, for which party and role, since when, and its last day.

    `code` is stable ("advice", "signature", "notice-runs", …); `role` is the code of a role, or None where anybody of
    the party may act. `due` is counted in the calendar of the party. `what` is a sentence for that person.
    """

    code: str
    agreement: str
    party: str
    role: str | None
    what: Message
    due: date
    clause: Clause
    since: date

    def is_overdue(self, day: date) -> bool:
        """Return whether the last day has passed."""
        return self.due < day


class DutySource(Protocol):
    """A slice that knows of open duties."""

    def duties(
        self,
        connection: Connection,
        *,
        party: str | None = None,
        role: str | None = None,
        day: date,
        limit: int = 50,
        offset: int = 0,
    ) -> Sequence[Duty]:
        """Return the open duties on the day, the earliest due first; of one party and role where given."""
        ...


def in_order(found: Iterable[Duty]) -> list[Duty]:
    """Return duties as every worklist shows them: the earliest due first, then by agreement, party and code."""
    return sorted(found, key=lambda duty: (duty.due, duty.agreement, duty.party, duty.code, duty.role or ""))


def join_duties(
    sources: Sequence[DutySource],
    connection: Connection,
    *,
    party: str | None = None,
    role: str | None = None,
    day: date,
    limit: int = 50,
    offset: int = 0,
) -> list[Duty]:
    """Return one page of the duties that all sources know; each is asked for no more than the page needs."""
    found: list[Duty] = []
    for source in sources:
        found += source.duties(connection, party=party, role=role, day=day, limit=limit + offset)
    return in_order(found)[offset : offset + limit]
