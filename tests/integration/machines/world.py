"""A Sluis with its API: an agreement that machines may use, children in Wingene, and machines of several parties."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from sluis.agreements import store as agreements
from sluis.agreements.model import Agreement
from sluis.app import Installation
from sluis.database import Connection, Database
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.insz import Insz
from sluis.ledger.keys import ledger_keys
from sluis.lists.passage import Lists
from sluis.lists.vault import open_vault
from sluis.machines.actions import confirm_key, register_machine
from sluis.machines.keys import described
from sluis.settings import Settings
from sluis.site import create_app
from tests.integration.gate.house import AT, WINGENE, House, build_house, number
from tests.integration.machines.client import System, new_key
from tests.serving import live_server

ISSUER = "https://sluis.example"
AGREEMENT = "toeslag-gemeente-wingene"
TIELT = "gemeente-tielt"
RELEASES = "/api/v1/releases"


class Clock:
    """The time of the house under test."""

    def __init__(self, at: datetime = AT) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **length: int) -> None:
        self.at += timedelta(**length)


def manager(connection: Connection, party: str, *, second: bool = False) -> str:
    """Return an access manager of a party, or the second one."""
    name = f"toegang-{2 if second else 1}-{party}"
    insert_actor(connection, Actor(name, "person", name.title(), None))
    insert_role(connection, RoleGrant(name, party, "access-manager", date(2026, 1, 1), None, "operator", "proef"))
    return name


def for_machines(agreement: Agreement) -> Agreement:
    """Return the text with the door that machines use: as often as needed, by systems, along the API."""
    unlimited = {"kind": "unlimited", "times": None}
    legs = {
        name: leg.model_copy(
            update={
                "channels": ("api", "web"),
                "roles": ("system", "officer"),
                "periodicity": leg.periodicity.model_copy(update=unlimited),
            }
        )
        for name, leg in agreement.legs.items()
    }
    return agreement.model_copy(update={"legs": legs})


@dataclass
class World:
    """The house with its application, its clock and who speaks to it."""

    house: House
    app: FastAPI
    installation: Installation
    clock: Clock
    http: httpx.Client
    issuer: str = ISSUER
    children: dict[str, Insz] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.house.database

    def system(
        self, *, party: str = WINGENE, kind: str = "EC", http: httpx.Client | None = None, confirmed: bool = True
    ) -> System:
        """Return a registered machine of a party, that a second person confirmed."""
        key = new_key(kind)
        with self.database.transaction() as connection:
            registered = register_machine(
                connection,
                party=party,
                name="Sociaal dossier",
                key=described(key),
                by=manager(connection, party),
                at=self.clock(),
                secrets=self.house.gate.secret,
            )
            if confirmed:
                self.confirm(connection, registered.machine.id, registered.thumbprint, party=party)
        return System(http or self.http, self.issuer, registered.machine.id, key, self.clock)

    def confirm(self, connection: Connection, machine: str, thumbprint: str, *, party: str = WINGENE) -> None:
        """Be the second pair of eyes."""
        confirm_key(
            connection,
            machine=machine,
            thumbprint=thumbprint,
            party=party,
            by=manager(connection, party, second=True),
            at=self.clock(),
            secrets=self.house.gate.secret,
        )

    def asking(self, **values: Any) -> System:
        """Return a machine of Wingene with a token for its agreement."""
        self.clock.forward(seconds=1)
        system = self.system(**values)
        system.sign_in(agreement=AGREEMENT, scope="agreements ledger notices")
        return system

    def question(self, child: str = "with-right", **changes: Any) -> dict[str, Any]:
        items = ["child-insz", "right-since", "beneficiary-insz"]
        return {"leg": "answer", "items": items, "subject": {"insz": self.children[child]}} | changes

    def details(self, kind: str) -> list[dict[str, Any]]:
        """Return the entries of a kind, as they stand in the ledger."""
        with self.database.transaction() as connection:
            rows = connection.execute(
                "SELECT convert_from(canonical, 'UTF8')::jsonb FROM ledger_entry"
                " WHERE convert_from(canonical, 'UTF8')::jsonb ->> 'kind' = %s ORDER BY at, id",
                (kind,),
            )
            return [row[0] for row in rows]


def build_world(database: Database, home: Path, **settings: Any) -> World:
    """Return the world in an empty database."""
    house = build_house(database, change=for_machines)
    with database.transaction() as connection:
        agreements.add_parties(
            connection, agreement=AGREEMENT, digest=house.text_hash, parties=frozenset({WINGENE, "opgroeien-regie"})
        )
    values: dict[str, Any] = {
        "environment": "test",
        "fictitious_insz": True,
        "home": home,
        "public_url": ISSUER,
    } | settings
    made = Settings(**values)
    keys = ledger_keys(made)
    vault = open_vault(home / "keys" / "files.age-identity")
    lists = Lists(database=database, gate=house.gate, vault=vault, fictitious=True)
    installation = Installation(settings=made, database=database, keys=keys, gate=house.gate, lists=lists)
    clock = Clock()
    app = create_app(installation, clock=clock)
    world = World(house, app, installation, clock, httpx.Client(), issuer=made.public_address)
    people = house.population
    parent = people.add(number(401, born=datetime(1985, 3, 3, tzinfo=UTC).date()))
    world.children = {
        "with-right": people.add(number(101), parents=(parent,)),
        "without-right": people.add(number(103)),
        "elsewhere": people.add(number(105), nis="44021", parents=(parent,)),
        "unknown": number(107),
    }
    return world


@contextmanager
def open_world(database: Database, home: Path, **settings: Any) -> Iterator[World]:
    """Yield the world with a client in front of it."""
    world = build_world(database, home, **settings)
    world.http.close()
    # Served for real, behind an address that is not the public one: as behind a proxy.
    with live_server(world.app) as address, httpx.Client(base_url=address, timeout=30) as client:
        world.http = client
        yield world
