"""A small world for the gate's tests: a register and a source over tables of their own, agreements really signed.

The register and the source are doubles of the authentic slice behind the gate's own protocols, so that a test can put
any person anywhere; everything else is the real thing. `tests/integration/authentic` holds the real slice to the same
protocols.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sluis.agreements import store as agreements
from sluis.agreements.model import Agreement
from sluis.agreements.text import canonical, hash_of
from sluis.channels.demo.agreements import body_of, bring_into_force, completed
from sluis.database import Connection, Database
from sluis.gate import store
from sluis.gate.actions import Gate
from sluis.gate.model import Record, Request, SubjectFacts
from sluis.kernel.insz import Insz, check_digits
from sluis.ledger.persons import PersonSecret

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
WINGENE = "gemeente-wingene"
NIS_OF_WINGENE = "37021"


def number(serial: int, *, born: date = date(2015, 6, 1)) -> Insz:
    """Return a well-formed fictitious number."""
    nine = f"{born.year % 100:02}{born.month + 60:02}{born.day:02}{serial:03}"
    return Insz(f"{nine}{check_digits(int(nine), from_2000=born.year >= 2000):02}")


@dataclass
class Population:
    """Who lives where, and who gave a right: what the doubles answer from."""

    facts: dict[Insz, SubjectFacts] = field(default_factory=dict)
    rights: dict[Insz, tuple[str, tuple[Insz, ...]]] = field(default_factory=dict)
    between_portions: Any = None
    portion: int = 50
    code: str = "sociale-toeslag"

    def add(self, insz: Insz, *, born: date = date(2015, 6, 1), nis: str | None = NIS_OF_WINGENE, **rest: Any) -> Insz:
        """Let a person live somewhere; `parents` gives the person a right."""
        self.facts[insz] = SubjectFacts(insz, born, rest.get("died"), nis)
        if parents := rest.get("parents"):
            self.rights[insz] = (rest.get("since", "2025-01-01"), tuple(parents))
        return insz


class Register:
    """The gate's register over a population."""

    def __init__(self, population: Population) -> None:
        self._population = population

    def facts(self, connection: Connection, subjects: Sequence[Insz], reference: date) -> Mapping[Insz, SubjectFacts]:
        known = self._population.facts
        return {subject: known[subject] for subject in subjects if subject in known}

    def count(
        self,
        connection: Connection,
        *,
        territory: frozenset[str] | None,
        age_from: int | None,
        age_to: int | None,
        reference: date,
    ) -> int:
        return sum(territory is None or one.nis in territory for one in self._population.facts.values())


class Source:
    """A source that answers more than it is asked for: what the gate lets through must not depend on its manners."""

    code = "sociale-toeslag"
    items = frozenset({"child-insz", "right-since", "beneficiary-insz", "income"})

    def __init__(self, population: Population) -> None:
        self._population = population

    def read(
        self,
        connection: Connection,
        *,
        subjects: Sequence[Insz],
        items: frozenset[str],
        reference: date,
        since: date | None,
    ) -> Iterator[Sequence[Record]]:
        everyone = list(self._population.rights)
        for start in range(0, len(everyone), self._population.portion):
            if self._population.between_portions is not None:
                self._population.between_portions()
            yield [
                Record(child, parents, {"child-insz": child, "right-since": began, "income": "1"} | _payee(parents))
                for child in everyone[start : start + self._population.portion]
                for began, parents in (self._population.rights[child],)
            ]


def _payee(parents: Sequence[Insz]) -> dict[str, str]:
    return {"beneficiary-insz": parents[0]} if parents else {}


@dataclass
class House:
    """A database with a gate, one agreement in force for Wingene, and an officer who may ask."""

    database: Database
    population: Population
    gate: Gate
    agreement: str
    text_hash: str

    def request(self, *subjects: Insz, **changes: Any) -> Request:
        """Return a request that is in order, with the given parts replaced."""
        values: dict[str, Any] = {
            "actor": "an",
            "party": WINGENE,
            "agreement": self.agreement,
            "leg": "answer",
            "purpose": "automatic-allowance",
            "items": frozenset({"child-insz", "right-since", "beneficiary-insz"}),
            "subjects": subjects,
            "channel": "web",
            "at": AT,
            "reference": DAY,
        }
        return Request(**(values | changes))

    def entries(self, kind: str | None = None) -> int:
        with self.database.transaction() as connection:
            row = connection.execute(
                "SELECT count(*) FROM ledger_entry WHERE %(kind)s::text IS NULL"
                " OR convert_from(canonical, 'UTF8')::jsonb ->> 'kind' = %(kind)s",
                {"kind": kind},
            ).fetchone()
            assert row is not None
            return int(row[0])

    def uses(self) -> int:
        with self.database.transaction() as connection:
            row = connection.execute("SELECT count(*) FROM gate_use").fetchone()
            assert row is not None
            return int(row[0])


def build_house(database: Database, *, change: Any = None, party: str = WINGENE) -> House:
    """Return a house; `change` may alter the agreement's plain text before it is signed."""
    population = Population()
    secret = PersonSecret(b"s" * 32)
    gate = Gate(register=Register(population), sources={Source.code: Source(population)}, secret=secret)
    body = body_of(party)
    agreement = completed(f"toeslag-{party}", body, day=DAY)
    with database.transaction() as connection:
        if change is None:
            text_hash = bring_into_force(connection, agreement, body, signatory="b", at=AT)
        else:
            text_hash = force(connection, change(agreement))
        store.insert_actor(connection, store.Actor("an", "person", "An", None))
        store.insert_role(connection, store.RoleGrant("an", party, "officer", date(2026, 1, 1), None, "dirk", "test"))
    return House(database, population, gate, agreement.id, text_hash)


def force(connection: Connection, agreement: Agreement) -> str:
    """Put a text into force past the verbs: for texts that nobody would sign, which the gate must still obey."""
    digest = hash_of(agreement)
    agreements.add_text(connection, digest=digest, canonical=canonical(agreement), at=AT)
    agreements.add_agreement(
        connection,
        agreement=agreement.id,
        template=None,
        title="test",
        digest=digest,
        in_force_from=DAY,
        until=None,
        state="in_force",
        at=AT,
    )
    return digest
