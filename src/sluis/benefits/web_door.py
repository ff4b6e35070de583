"""Opening a family's file for a payer's officer: the own file only, and only when the gate lets its facts through."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fastapi import Request

from sluis.benefits.files import family_of_run
from sluis.benefits.tables import FactTables
from sluis.benefits.through_the_gate import FactsToday, ask_family
from sluis.benefits.web_parts import name_of, own_file
from sluis.benefits.whatif.family import facts_of
from sluis.gate.actions import Gate
from sluis.web.access import PageRefusedError
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn


@dataclass(frozen=True, slots=True)
class OpenedFamily:
    """A family whose facts passed the gate: as they were when the run decided, and as they are today."""

    name: str = field(repr=False)
    then: FactTables = field(repr=False)
    today: FactsToday


@dataclass(frozen=True)
class FamilyDoor:
    """The book with the frozen facts of every run, and the gate through which today's facts come."""

    book: Path
    gate: Gate

    def open(self, request: Request, person: SignedIn, *, payer: str, child: str, run: int) -> OpenedFamily:
        """Return the family of a child; a file of another payer is not there, and a refusal shows its clauses.

        The evidence, of a refusal too, has been committed when this returns or raises.
        """
        kit = kit_of(request)
        with kit.database.transaction() as connection:
            own_file(connection, child, payer)
            name = name_of(connection, child)
        then = family_of_run(self.book, run=run, child=child)
        with kit.database.transaction() as connection:
            answer = ask_family(connection, self.gate, by=person, payer=payer, frozen=facts_of(then), at=kit.clock())
        if not isinstance(answer, FactsToday):
            raise PageRefusedError(*answer)
        return OpenedFamily(name, then, answer)
