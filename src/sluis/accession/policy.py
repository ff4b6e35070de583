"""Who may read an agreement on a page, and who may revoke it there."""

from __future__ import annotations

from datetime import date

from sluis.agreements.lifecycle import can_do
from sluis.agreements.store import AgreementRow
from sluis.gate.succession import stands_for
from sluis.web.people import SignedIn

SUPERVISOR, SIGNATORY = "supervisor", "signatory"
READERS = ("officer", "dpo", SIGNATORY, "access-manager", SUPERVISOR)


def parties_read_by(person: SignedIn, on: date) -> tuple[str, ...] | None:
    """Return the bodies whose agreements the person may read; None: all of them."""
    if SUPERVISOR in person.roles:
        return None
    return () if person.party is None else stands_for(person.party, on)


def can_read(person: SignedIn, row: AgreementRow, on: date) -> bool:
    """Return whether the person is of a party of the agreement, or a supervisor."""
    parties = parties_read_by(person, on)
    return parties is None or not set(parties).isdisjoint(row.parties)


def party_to_revoke_for(person: SignedIn, row: AgreementRow, on: date) -> str | None:
    """Return the party for which this signatory may revoke: the own one, or one that it absorbed; None for nobody."""
    if SIGNATORY not in person.roles or person.party is None:
        return None
    return next((party for party in stands_for(person.party, on) if party in row.parties), None)


def can_revoke(person: SignedIn, row: AgreementRow, on: date) -> bool:
    """Return whether the button belongs on the page now."""
    return party_to_revoke_for(person, row, on) is not None and can_do(row.state, "revoke", who="signatory")
