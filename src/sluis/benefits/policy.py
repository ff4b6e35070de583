"""Who may look at what: a payer's own files, the figures of all payers, and everybody at what is their own."""

from __future__ import annotations

from typing import Final

from sluis.benefits.money.accounts import PAYERS
from sluis.web.people import SignedIn

REGISTERS: Final = ("vutg", "opgroeien-regie")
"""Who sees the figures of all payers, and no family's file."""


def payer_of(person: SignedIn) -> str | None:
    """Return the payer whose files this person may open; None for everybody else."""
    return person.party if person.party in PAYERS else None


def can_see_figures(person: SignedIn) -> bool:
    """Return whether the person may see the figures of runs: a payer its own queue, the agency all of them."""
    return payer_of(person) is not None or person.party in REGISTERS
