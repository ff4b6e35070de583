"""Work that repeats in a thread of its own, started and stopped where the process starts and stops."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

from sluis.log import log


class Repeating:
    """Does one thing every so many seconds until it is stopped; a fault is logged and the next turn still comes."""

    def __init__(self, work: Callable[[], object], *, every_seconds: float, name: str) -> None:
        self._work, self._every, self._name = work, every_seconds, name
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def stop(self, *, wait_seconds: float = 10.0) -> None:
        """Let the running turn end, and wait no longer than told."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(wait_seconds)

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            try:
                self._work()
            except Exception as error:
                # Whatever it was, the next turn must come. A database error may quote a row: only its kind is told.
                log().warning("background.failed", work=self._name, kind=type(error).__name__)
