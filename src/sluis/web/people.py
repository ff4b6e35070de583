"""Who can sign in: the page kit knows people only through the directory that the application supplies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sluis.database import Connection
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


class PeopleDirectory(Protocol):
    """The people of this installation, supplied by the application."""

    def list_people(self, connection: Connection) -> Sequence[SignInChoice]:
        """Return the fictional people that the chooser shows, in the order of display."""
        ...

    def find(self, connection: Connection, person_id: str) -> SignedIn | None:
        """Return the person with the roles that they hold now, or nothing when there is no such person any more."""
        ...
