"""Is a hospital silent? A sequential test on its daily counts, and its life sign. Pure.

The score is the cumulative sum (Page, 1954) of the evidence that births come at a tenth of their usual rate: each day
adds 0.9 times the births that were expected and takes off ln 10 for each that came; it never falls below zero. A day
counts when it is over, by the calendar of Belgium; what came in the day that runs only takes off.

Births are chance: a ward with three a day has a day without any every three weeks. No test on births alone can tell
silence within a day there, so there are two: this one, and the life sign that a hospital's system promises to give.
docs/decisions/births-silence.md has the figures of a simulated year; tests/unit/births/hospitals/test_silence.py makes
them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

SLOWED_TO: Final = 0.1
"""The share of its usual rate at which a silent hospital still delivers: one message type that goes on is enough."""

ALARM: Final = 8.0
"""The score at which an alarm is raised."""

WATCH: Final = 4.0
"""The score at which the page shows that a hospital is quiet; nobody is called."""

MOST_DAYS: Final = 60

_FALL: Final = math.log(1 / SLOWED_TO)
_RISE: Final = 1 - SLOWED_TO


@dataclass(frozen=True, slots=True)
class Quiet:
    """How quiet a hospital is: the score, since which day, and what was expected and received since."""

    score: float
    since: date | None
    expected: float
    received: int

    @property
    def is_alarm(self) -> bool:
        """Whether the evidence is enough to raise an alarm."""
        return self.score >= ALARM

    @property
    def is_watched(self) -> bool:
        """Whether the hospital is quiet enough to be shown as such."""
        return self.score >= WATCH


def score_after(score: float, *, expected: float, received: int) -> float:
    """Return the score after one day."""
    return max(0.0, score + _RISE * expected - _FALL * received)


def judge(received: Mapping[date, int], expected_on: Callable[[date], float], *, first: date, today: date) -> Quiet:
    """Return how quiet a hospital is on `today`, from the days since `first` (60 at most)."""
    score, since, expected, count = 0.0, None, 0.0, 0
    day = max(first, today - timedelta(days=MOST_DAYS))
    while day <= today:
        came = received.get(day, 0)
        due = expected_on(day) if day < today else 0.0
        score = score_after(score, expected=due, received=came)
        if score == 0.0:
            since, expected, count = None, 0.0, 0
        else:
            since, expected, count = since or day, expected + due, count + came
        day += timedelta(days=1)
    return Quiet(score, since, expected, count)


def days_to_alarm(births_per_year: int) -> float:
    """Return after how many days of silence the alarm comes for a ward of this size, on average."""
    return ALARM / _RISE / (births_per_year / 365.25)


def missed_life_sign(last: datetime | None, *, hours: int | None, live_since: datetime, at: datetime) -> bool:
    """Return whether a hospital that promised a life sign every so many hours gave none."""
    return hours is not None and at - max(last or live_since, live_since) > timedelta(hours=hours)


def rate_of(received: Sequence[int]) -> int | None:
    """Return births a year as a hospital's own history says, None where four weeks are not there yet."""
    if len(received) < 28:
        return None
    return max(1, round(sum(received) / len(received) * 365.25))
