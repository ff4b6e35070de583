"""A machine of a party, the keys that it may sign with, and what a request of it proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

CHANNEL: Final = "api"
ROLE: Final = "system"
"""The role that a machine holds at its party. A leg that names it may be asked by machines."""

EXCHANGE: Final = "sluis_exchange"
"""The type of the authorisation details (RFC 9396) of a token: one agreement and one purpose."""

BIRTH_SCOPES: Final = frozenset({"births", "system/Bundle.c", "system/Patient.u"})
"""To deliver births: our own word, and what SMART App Launch 2 calls it (create a Bundle, update a Patient)."""

SCOPES: Final = frozenset({"agreements", "ledger", "notices"}) | BIRTH_SCOPES

MOST_KEYS: Final = 5
TOKEN_LIFE: Final = timedelta(minutes=10)
ASSERTION_LIFE: Final = timedelta(minutes=5)
SIGNATURE_LIFE: Final = timedelta(minutes=5)
CLOCK_SKEW: Final = timedelta(seconds=30)
ANSWER_LIFE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Machine:
    """A system of a party. Its id is its client id, and the actor of what it does.

    `until` (included) and `reason` are those of its role, which it gets with its first confirmed key.
    """

    id: str
    party: str
    name: str
    registered_by: str
    registered_at: datetime
    revoked_at: datetime | None = None
    until: date | None = None
    reason: str = "machine"


@dataclass(frozen=True, slots=True)
class MachineKey:
    """A public key of a machine, known by its thumbprint (RFC 7638). Until somebody else confirmed it, it is no key."""

    thumbprint: str
    machine: str
    algorithm: str
    public_key: Mapping[str, str] = field(repr=False)
    added_by: str
    added_at: datetime
    retired_at: datetime | None = None
    confirmed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token is good for: reading what is the party's own, or one agreement for one purpose, or both."""

    scopes: frozenset[str] = frozenset()
    agreement: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it was read: whose, under which key, good for what."""

    machine: str
    thumbprint: str
    grant: Grant
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Signed:
    """The signature of a request that held: the bytes, and what they are about."""

    thumbprint: str
    label: str
    nonce: str
    created: datetime
    signature: bytes = field(repr=False)
    base: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """The machine behind a request, after its token and its signature held."""

    machine: str
    party: str
    grant: Grant
    signed: Signed
    correlation: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much of a party's turn is left. `wait_seconds` is the time until the next turn."""

    limit: int
    left: int
    wait_seconds: int

    @property
    def is_spent(self) -> bool:
        """Whether this request is one too many."""
        return self.left < 0
