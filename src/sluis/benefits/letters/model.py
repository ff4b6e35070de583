"""What a letter is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sluis.benefits.explanation.model import Explanation
from sluis.benefits.explanation.otherwise import Otherwise


@dataclass(frozen=True, slots=True)
class Party:
    """Who writes or who is written to: a name, the lines of an address as far as they are known, where to ask."""

    name: str = field(repr=False)
    address: tuple[str, ...] = field(default=(), repr=False)
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Appeal:
    """The way against a decision, as far as the sources tell it; what is None is said to be open in every letter.

    Sources: Groeipakketdecreet art. 115 (first the Geschillencommissie, the court within three months); Bestuursdecreet
    art. II.21 (without these mentions the term starts four months later). Not found: the address of the commission, the
    term to go to it, the name of the court.
    """

    commission_address: tuple[str, ...] | None = None
    commission_months: int | None = None
    court: str | None = None
    court_months: int = 3
    later_months: int = 4

    @property
    def is_complete(self) -> bool:
        """Whether everything that art. II.21 asks for is known: with whom, and within which term."""
        return None not in (self.commission_address, self.commission_months, self.court)


APPEAL: Final = Appeal()


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter about one decision. `child_name` is the name of the child, else how the file names it."""

    told: Explanation
    sender: Party
    reader: Party
    child_name: str = field(repr=False)
    reference: str
    written_on: date
    changes: tuple[Otherwise, ...] = ()
    appeal: Appeal = APPEAL
