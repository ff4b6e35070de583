"""Who can sign in: the page kit knows people only through the directory that the application supplies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sluis.database import Connection
from sluis.kernel.insz import Insz
from sluis.kernel.outcome import Reason
from sluis.kernel.text import Message


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person behind a request. Never holds an INSZ: a citizen is found again by `id`, in the slice that may."""

    id: str
    name: str = field(repr=False)
    party: str | None
    party_name: str | None
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class SignInChoice:
    """One fictional person that the demo's chooser offers."""

    id: str
    name: str
    party_name: str | None
    role_names: tuple[str | Message, ...]
    description: str | Message


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a sign-in provider says that somebody is, and for which body they act.

    `organisation` is a KBO or OVO number and None for a citizen. `roles` are the roles that the provider names, None
    where it names none at all: they narrow what was granted here. `insz` is there only where an agreement allows it.
    """

    issuer: str
    subject: str
    name: str = field(repr=False)
    organisation: str | None
    roles: frozenset[str] | None = None
    insz: Insz | None = field(default=None, repr=False)


class Admission(Protocol):
    """Who a person that came by a door is here, supplied by the application."""

    def admit(self, connection: Connection, identity: Identity, *, at: datetime) -> SignedIn | Reason:
        """Return the person of an identity, known from now on, or why there is none."""
        ...

    def by_certificate(self, connection: Connection, fingerprint: bytes) -> SignedIn | None:
        """Return the person for whom this client certificate was registered and confirmed."""
        ...


class PeopleDirectory(Protocol):
    """The people of this installation, supplied by the application."""

    def list_people(self, connection: Connection) -> Sequence[SignInChoice]:
        """Return the fictional people that the chooser shows, in the order of display."""
        ...

    def find(self, connection: Connection, person_id: str) -> SignedIn | None:
        """Return the person with the roles that they hold now, or nothing when there is no such person any more."""
        ...
