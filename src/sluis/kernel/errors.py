"""Errors that a person can act on: what happened, why (with the clause) and what to do next."""

from __future__ import annotations

from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message


class SluisError(Exception):
    """A mistake that its maker can mend. `code` is stable, for machines; the messages are for people."""

    def __init__(self, code: str, what: Message, *, remedy: Message, clause: Clause | None = None) -> None:
        super().__init__(str(what))
        self.code = code
        self.what = what
        self.remedy = remedy
        self.clause = clause
