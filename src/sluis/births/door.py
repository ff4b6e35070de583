"""The port through which doors over HTTP learn which hospital's machine speaks; the site wires it to the machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastapi import Request

from sluis.kernel.text import Message


@dataclass(frozen=True, slots=True)
class Sender:
    """The machine behind a request whose token holds now, and the agreement and purpose where its token names them."""

    party: str
    actor: str
    correlation: str
    at: datetime
    agreement: str | None = None
    purpose: str | None = None


class NotAdmitted(Exception):
    """A request without a token that holds: the HTTP status, a stable code, and sentences."""

    def __init__(
        self, status: int, code: str, what: Message, remedy: Message, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.what, self.remedy = status, code, what, remedy
        self.headers = dict(headers or {})


class SenderOf(Protocol):
    """Tells whose request this is, or raises `NotAdmitted`."""

    def __call__(self, request: Request) -> Sender:
        """Return the sender."""
        ...
