"""A hospital that is silent is work for who follows the hospitals: it stands in "Mijn werk" and in the daily mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sluis.agreements.duties import Duty
from sluis.births.hospitals import store
from sluis.births.hospitals.maternities import maternities
from sluis.births.house import RECEIVER
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg

_ROLE: Final = "outreach"


class SilenceDuties:
    """The alarms that nobody closed."""

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
        """Return the open alarms of silence, the oldest first; due on the day on which they are raised."""
        if role not in (None, _ROLE) or party not in (None, RECEIVER):
            return []
        alarms = store.open_alarms(connection)[offset : offset + limit]
        return [
            Duty(
                code="silence",
                agreement=alarm.hospital,
                party=RECEIVER,
                role=_ROLE,
                what=msg("{hospital} is stil. Bel, en noteer wat u vond.", hospital=_name(alarm.hospital)),
                due=day_of(alarm.raised_at),
                clause=Clause("overeenkomst geboorten", "elke geboorte wordt gemeld"),
                since=day_of(alarm.since),
            )
            for alarm in alarms
        ]


def _name(code: str) -> str:
    place = maternities().get(code)
    return code if place is None else place.name
