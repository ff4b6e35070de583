"""What lists leave open for people: a copy whose destruction is not confirmed yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sluis.agreements.duties import Duty
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.lists import store

_CONFIRMER = "officer"


class ConfirmationDuties:
    """The collected answers of a party whose destruction it still has to confirm."""

    def duties(
        self,
        connection: Connection,
        *,
        party: str | None = None,
        role: str | None = None,
        day: date,
        limit: int = 50,
        offset: int = 0,
    ) -> Sequence[Duty]:
        """Return the open confirmations, the earliest due first."""
        if role not in (None, _CONFIRMER):
            return []
        return [
            Duty(
                code="destruction",
                agreement=agreement,
                party=asker,
                role=_CONFIRMER,
                what=msg("Bevestig dat uw kopie van de lijst van {agreement} vernietigd is.", agreement=agreement),
                due=due,
                clause=Clause("overeenkomst", "bewaring en vernietiging"),
                since=day_of(collected_at),
            )
            for agreement, asker, due, collected_at in store.open_confirmations(
                connection, party=party, most=limit, skip=offset
            )
        ]
