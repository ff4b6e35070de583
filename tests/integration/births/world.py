"""Two fictional hospitals with their agreements in force, their machines, and the births that they tell of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pyrage.x25519

from sluis.births.files import store as files
from sluis.births.files.actions import opened
from sluis.births.files.model import BirthFile
from sluis.births.folding import Told
from sluis.births.house import Births, Delivery
from sluis.births.intake.actions import Receipt, receive
from sluis.births.intake.work import work_now
from sluis.births.model import Absence, Address, Child, Contact, Item, Kind, Mother, Name, Notice
from sluis.channels.demo.births import settle_hospital
from sluis.database import Database
from sluis.gate.actions import Gate
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.ledger.persons import PersonSecret
from sluis.lists.vault import Vault
from tests.integration.gate.house import AT, DAY, Population, Register, number

NORTH, SOUTH = "ziekenhuis-noord", "ziekenhuis-zuid"
MOTHER = number(402, born=date(1994, 5, 6))
BORN = DAY - timedelta(days=1)


def mother(**changes: Any) -> Mother:
    """Return a mother of whom everything is told."""
    whole = Mother(
        Name("Vermeersch", "Lotte"),
        date(1994, 5, 6),
        MOTHER,
        Address(street="Kerkstraat", number="4", postal_code="8750", city="Wingene", country="BE"),
        Contact("+32470000001", "lotte@example.org"),
    )
    return replace(whole, **changes)


def notice(
    message: str,
    *,
    reference: str = "baby-1",
    sender: str = NORTH,
    kind: Kind = Kind.BIRTH,
    minutes: int = 0,
    by: Mother | None = None,
    given: str | None = "Nore",
    born: date | None = BORN,
    missing: dict[Item, Absence] | None = None,
    replaces: str | None = None,
    **child: Any,
) -> Notice:
    """Return a notice of a birth, whole unless told otherwise."""
    return Notice(
        message_id=message,
        sender=sender,
        kind=kind,
        reference=reference,
        sent_at=AT + timedelta(minutes=minutes),
        mother=mother() if by is None else by,
        child=Child(Name("Vermeersch", given), born, **child),
        missing=missing or {},
        replaces=replaces,
    )


@dataclass
class World:
    """The slice over a database, with its hospitals."""

    database: Database
    births: Births
    population: Population
    at: datetime = AT
    seen: list[Receipt] = field(default_factory=list)

    def take_in(self, *notices: Notice, **changes: Any) -> Receipt:
        """Take one message in and commit, without working it."""
        values: dict[str, Any] = {
            "party": notices[0].sender,
            "actor": f"{notices[0].sender}-epd",
            "channel": "fhir",
            "at": self.at,
        }
        with self.database.transaction() as connection:
            receipt = receive(
                self.births,
                connection,
                delivery=Delivery(**(values | changes)),
                notices=notices,
                raw_digest=hashlib.sha256(notices[0].message_id.encode()).digest(),
            )
        self.seen.append(receipt)
        return receipt

    def tell(self, *notices: Notice, **changes: Any) -> Receipt:
        """Take one message in and work it at once, as the doors do."""
        receipt = self.take_in(*notices, **changes)
        work_now(self.births, receipt.notices, at=self.at)
        return receipt

    def files(self, *, all_of_them: bool = False) -> list[BirthFile]:
        """Return the files, merged ones only where asked."""
        with self.database.transaction() as connection:
            rows = connection.execute("SELECT id FROM birth_file ORDER BY birth_date, id").fetchall()
            found = files.files_in(connection, [row[0] for row in rows])
        return [file for file in found.values() if all_of_them or file.state != "merged"]

    def told(self, file: BirthFile) -> Told:
        """Return what a file knows."""
        return opened(self.births, file.sealed)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.database.transaction() as connection:
            return connection.execute(sql, values).fetchall()

    def entries(self, kind: str) -> list[dict[str, Any]]:
        """Return the entries of a kind, as they stand in the ledger."""
        rows = self.rows("SELECT canonical FROM ledger_entry ORDER BY at, id")
        return [found for (text,) in rows if (found := json.loads(bytes(text)))["kind"] == kind]

    def kinds_of(self, file: UUID) -> list[str]:
        """Return the timeline of a file by its kinds, oldest first."""
        with self.database.transaction() as connection:
            return [event.kind for event in reversed(files.events_of(connection, file))]


def build_world(database: Database, hospitals: Sequence[str] = (NORTH, SOUTH)) -> World:
    """Return the world in an empty database."""
    population = Population()
    population.add(MOTHER, born=date(1994, 5, 6))
    gate = Gate(register=Register(population), sources={}, secret=PersonSecret(b"s" * 32))
    births = Births(database, gate, Vault(pyrage.x25519.Identity.generate()), fictitious=True)
    since = datetime(2026, 1, 1, tzinfo=UTC).date()
    with database.transaction() as connection:
        for hospital in hospitals:
            settle_hospital(connection, hospital, f"AZ {hospital} (fictief)", day=DAY, at=AT, secrets=gate.secret)
            insert_actor(connection, Actor(f"{hospital}-epd", "machine", "EPD", hospital))
            insert_role(connection, RoleGrant(f"{hospital}-epd", hospital, "system", since, None, "toegang", "test"))
    return World(database, births, population)
