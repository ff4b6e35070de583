"""Under which agreement a hospital delivers, and what its information clause says to mothers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sluis.agreements.lifecycle import OPEN
from sluis.agreements.policy import LegPolicy
from sluis.agreements.store import list_agreements, read_state
from sluis.births.house import LEG, Births
from sluis.database import Connection
from sluis.gate.actions import day_of


@dataclass(frozen=True, slots=True)
class BirthAgreement:
    """The agreement under which a party delivers births: its code, the leg, and whether it is in force."""

    code: str
    leg: LegPolicy
    is_open: bool

    @property
    def purpose(self) -> str:
        """The purpose of the leg; the standard text names one."""
        return min(self.leg.purposes)


def agreement_of(births: Births, connection: Connection, party: str, *, at: datetime) -> BirthAgreement | None:
    """Return the agreement under which this party delivers births, one in force before any other; None without one."""
    found = []
    for row in list_agreements(connection, party=party):
        state = read_state(connection, row.id)
        signed = births.gate.leg(connection, row.id, LEG)
        if state is None or signed is None:
            continue
        _, leg = signed
        if leg.kind == "delivery" and party in leg.senders:
            found.append(BirthAgreement(row.id, leg, state.on(day_of(at)).state in OPEN))
    return min(found, key=lambda one: (not one.is_open, one.code), default=None)
