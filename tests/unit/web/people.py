"""A directory of fictional people, as the application would supply it."""

from __future__ import annotations

from collections.abc import Sequence

from sluis.database import Connection
from sluis.web.people import SignedIn, SignInChoice

OFFICER = SignedIn("officer", "Noor Verlinden", "0207.504.093", "Stad Sluisbeke", frozenset({"officer"}))
CITIZEN = SignedIn("citizen", "Amina El Idrissi", None, None, frozenset({"citizen"}))


class FictionalPeople:
    """Two people, in memory."""

    def list_people(self, connection: Connection) -> Sequence[SignInChoice]:
        return [
            SignInChoice("officer", OFFICER.name, OFFICER.party_name, ("Ambtenaar",), "Wisselt lijsten uit."),
            SignInChoice("citizen", CITIZEN.name, None, ("Burger",), "Bekijkt eigen gegevens."),
        ]

    def find(self, connection: Connection, person_id: str) -> SignedIn | None:
        return {person.id: person for person in (OFFICER, CITIZEN)}.get(person_id)
