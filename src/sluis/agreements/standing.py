"""How an agreement stands on a day: what the gate goes by, whether or not the clock has written it down yet.

Everything that time does to an agreement is already a date in its row: the first and the last day of its text, the day
on which a notice or a law ends it, the day from which an amended text counts. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sluis.agreements.lifecycle import CONCLUDED, ENDED, IN_FORCE, OPEN, PUBLISHED, WAITING


@dataclass(frozen=True, slots=True)
class AgreementState:
    """The stored state, the text that counts and the days on which it holds, and the dates that are still to come.

    `last_day` is the last day in force by a notice or by law; `next_hash` the text that replaces this one from
    `next_from`; `signed_anew` the bodies of a merger that signed after it.
    """

    state: str
    text_hash: str
    in_force_from: date | None
    until: date | None
    last_day: date | None = None
    next_hash: str | None = None
    next_from: date | None = None
    next_until: date | None = None
    signed_anew: frozenset[str] = frozenset()

    @property
    def ends_on(self) -> date | None:
        """The last day in force, by the term or by what ends it earlier; None: no end is known."""
        return min((day for day in (self.until, self.last_day) if day is not None), default=None)

    def on(self, day: date) -> AgreementState:
        """Return how the agreement stands on a day that is not before what was stored: the clock's work, done ahead."""
        if self.state not in CONCLUDED:
            return self
        now = self._with_text_of(day)
        if now.ends_on is not None and now.ends_on < day:
            return replace(now, state=ENDED)
        begins = now.in_force_from is not None and now.in_force_from <= day
        return replace(now, state=IN_FORCE) if now.state == PUBLISHED and begins else now

    def is_open_on(self, day: date) -> bool:
        """Return whether the gate may open under this agreement on the day."""
        return self.on(day).state in OPEN

    def takes_next_on(self, day: date) -> bool:
        """Return whether the amended text counts by that day: it begins before the agreement ends without it."""
        if self.next_hash is None or self.next_from is None or self.next_from > day:
            return False
        return self.ends_on is None or self.next_from <= self.ends_on + timedelta(days=1)

    def _with_text_of(self, day: date) -> AgreementState:
        if not self.takes_next_on(day):
            return self
        # A body of a merger that the new text names signs for itself: nothing waits any more.
        state = IN_FORCE if self.state == WAITING else self.state
        return AgreementState(
            state,
            self.next_hash or self.text_hash,
            self.next_from,
            self.next_until,
            self.last_day,
            signed_anew=self.signed_anew,
        )
