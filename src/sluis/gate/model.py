"""What goes into the gate and what comes out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from sluis.database import Connection
from sluis.kernel.insz import Insz
from sluis.kernel.outcome import Reason


@dataclass(frozen=True, slots=True)
class Request:
    """One use of a leg of an agreement.

    `actor` is the internal id of a person or machine, never a national number. `reference` is the day on which
    category, age and territory are judged; `at` is the moment of asking (aware, UTC). `correlation` is the asker's own
    mark of the request, at most 128 printable characters; without one it gets a UUID. `evidence` are further details of
    its entry: the hash of the signature under which a machine asked.
    """

    actor: str
    party: str
    agreement: str
    leg: str
    purpose: str
    items: frozenset[str]
    subjects: Sequence[Insz] = field(repr=False)
    channel: str
    at: datetime
    reference: date
    correlation: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is recorded about a request's actor and agreement when it arrives.

    `actor_kind` is None for an actor that nobody registered. `roles` are those that the party's access manager
    granted and that hold at that moment. `uses` counts answered uses of the leg in the running period.
    """

    actor_kind: str | None
    roles: frozenset[str]
    uses: int
    conditions: frozenset[str]


class SubjectFacts(NamedTuple):
    """What decides whether a person is within a leg's subjects. `insz` is the number in force (an old one resolves).

    A tuple, because a list has tens of thousands of them.
    """

    insz: Insz
    born: date
    died: date | None
    nis: str | None

    def __repr__(self) -> str:
        """Show nothing of the person."""
        return "SubjectFacts()"


class Record(NamedTuple):
    """One row of an answer: the subject asked about, the other persons that the row names, the values by item.

    A source names the subject by the number in force; the gate turns that into the number that was asked and notes in
    `replaced` that the two differ. A tuple, because a list has tens of thousands of them.
    """

    subject: Insz
    others: tuple[Insz, ...]
    values: Mapping[str, str]
    replaced: bool = False

    def __repr__(self) -> str:
        """Show nothing of the person."""
        return f"Record(items={sorted(self.values)})"


class SubjectRegister(Protocol):
    """The register that knows where persons live and when they were born."""

    def facts(self, connection: Connection, subjects: Sequence[Insz], reference: date) -> Mapping[Insz, SubjectFacts]:
        """Return the facts per number asked; an unknown number is absent."""
        ...

    def count(
        self,
        connection: Connection,
        *,
        territory: frozenset[str] | None,
        age_from: int | None,
        age_to: int | None,
        reference: date,
    ) -> int:
        """Return how many living persons of these ages (completed years, inclusive) live there on that day."""
        ...


class Source(Protocol):
    """A slice that can supply items. It reads the items that it is given and no others."""

    @property
    def code(self) -> str:
        """The name by which legs refer to this source."""
        ...

    @property
    def items(self) -> frozenset[str]:
        """The items that it can supply; a request for another one is undecided."""
        ...

    def read(
        self,
        connection: Connection,
        *,
        subjects: Sequence[Insz],
        items: frozenset[str],
        reference: date,
        since: date | None,
    ) -> Iterable[Sequence[Record]]:
        """Return the records of the subjects in portions, in a stable order.

        A fact counts when it holds on `reference`; with `since`, when it held on any day from then to `reference`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Released:
    """What the gate let through: hand it out only after the transaction that wrote `entry` has committed."""

    entry: UUID
    text_hash: str
    records: tuple[Record, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A delivery that the gate let in, as an agreement provides. Keep it in the transaction that wrote `entry`."""

    entry: UUID
    text_hash: str


class ReleaseStopped(Exception):
    """The agreement ceased to be in force while a release was running: nothing of it may leave.

    It is an exception so that it ends the transaction; the edge then records the refusal in a new one.
    """

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__("the agreement ceased to be in force while the release was running")
        self.reasons = reasons
