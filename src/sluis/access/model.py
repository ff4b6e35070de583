"""Grants of roles as values: what is asked, what holds, what waits for a second pair of eyes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sluis.web.rights import ALL_PURPOSES

LONGEST_REASON: Final = 500
LONGEST_TERM_YEARS: Final = 5
"""Our own limit, no law's: a grant that nobody looks at again is a grant that nobody decided."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A role that somebody wants to grant: from `since` to `until`, both included, for a purpose or for all."""

    actor: str
    party: str
    role: str
    since: date
    until: date
    reason: str
    purpose: str = ALL_PURPOSES


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that was granted, and its end where it ended before its time."""

    id: UUID
    actor: str
    name: str = field(repr=False)
    party: str
    role: str
    purpose: str
    since: date | None
    until: date | None
    granted_by: str
    confirmed_by: str | None
    reason: str
    withdrawn_at: datetime | None

    def holds_on(self, day: date) -> bool:
        """Return whether the role counts on the day."""
        return self.since is not None and self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A heavy role that waits until somebody else of the party confirms it."""

    id: UUID
    asked: Asked
    name: str = field(repr=False)
    proposed_by: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A person of a party: somebody who signed in for it, or holds or held a role there."""

    id: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A client certificate by which a person may sign in; only its fingerprint is known."""

    id: UUID
    actor: str
    name: str = field(repr=False)
    party: str
    fingerprint: str
    added_by: str
    confirmed_by: str | None


@dataclass(frozen=True, slots=True)
class Granting:
    """All that a decision about a grant looks at.

    `by_roles` are the roles of who grants, at the party, on the day; `same_person` tells whether the receiver is
    another account of who grants; `purposes` are those of the party's agreements; `only_at` names the one party where
    a role counts.
    """

    asked: Asked
    by: str
    by_party: str | None
    by_roles: frozenset[str]
    same_person: bool
    is_member: bool
    purposes: frozenset[str]
    today: date
    only_at: tuple[tuple[str, str], ...] = ()
