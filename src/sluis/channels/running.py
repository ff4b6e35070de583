"""What runs beside a door in its process: the threads that are its own, and the page of its health and metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from sluis.app import Installation
from sluis.background import Repeating
from sluis.channels.intake.actions import tidy
from sluis.channels.intake.work import take_up_due

_INTAKE_SECONDS = 1.0
_TIDY_SECONDS = 300.0


def _now() -> datetime:
    return datetime.now(UTC)


def intake_worker(house: Installation) -> Repeating:
    """Return the thread that takes up what came in."""
    return Repeating(lambda: take_up_due(house, clock=_now), every_seconds=_INTAKE_SECONDS, name="intake")


def tidying(house: Installation) -> Repeating:
    """Return the thread that collects answers that were fetched and forgets half uploads."""
    return Repeating(lambda: tidy(house, at=_now()), every_seconds=_TIDY_SECONDS, name="intake-tidying")


@contextmanager
def beside(house: Installation, process: str, threads: Sequence[Repeating]) -> Iterator[None]:
    """Run threads while the block runs; at its end each finishes its turn, within its time."""
    with ExitStack() as stack:
        stack.callback(house.database.close)
        for thread in threads:
            thread.start()
            stack.callback(thread.stop)
        yield
