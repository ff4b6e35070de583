"""An outcome is a value with its clause: permitted, refused, undecided. Exceptions are for what nobody decided."""

from __future__ import annotations

from dataclasses import dataclass

from sluis.kernel.text import Message


@dataclass(frozen=True, slots=True)
class Clause:
    """Where a rule stands: the instrument ("protocol", "AVG", "e-govdecreet 18 juli 2008") and its article."""

    instrument: str
    article: str

    def __str__(self) -> str:
        return f"{self.instrument}, {self.article}"


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground for a refusal: a stable code for machines, a sentence, its clause and what to do next."""

    code: str
    what: Message
    clause: Clause
    remedy: Message


@dataclass(frozen=True, slots=True)
class Refused:
    """Not let through, with every reason at once."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """Not decided: the reasons name what is missing and who must supply it."""

    missing: tuple[Reason, ...]
