"""Who reads which evidence: a body's people their own body's, a supervisor all of it."""

from __future__ import annotations

from datetime import date

from sluis.gate.succession import stands_for
from sluis.ledger.entry import Entry
from sluis.web.people import SignedIn

SUPERVISOR = "supervisor"
READERS = ("officer", "dpo", "signatory", "access-manager", SUPERVISOR)


def parties_read_by(person: SignedIn, on: date) -> tuple[str, ...] | None:
    """Return the bodies whose entries the person may read, absorbed ones too; None: all of them."""
    if SUPERVISOR in person.roles:
        return None
    return () if person.party is None else stands_for(person.party, on)


def can_read(person: SignedIn, entry: Entry, on: date) -> bool:
    """Return whether a body of this person acts in the entry or is the other body; a supervisor reads all."""
    parties = parties_read_by(person, on)
    return parties is None or not {entry.party, entry.counterparty}.isdisjoint(parties)


def may_know_actor(person: SignedIn, entry: Entry, on: date) -> bool:
    """Return whether the name of who acted may be told: to colleagues and to a supervisor, not to the other body."""
    parties = parties_read_by(person, on)
    return parties is None or entry.party in parties
