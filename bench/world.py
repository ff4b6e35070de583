"""A Sluis to measure: an embedded database, a population, agreements that are not used up, an officer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sluis.agreements import store as agreements
from sluis.agreements.model import Agreement
from sluis.agreements.text import canonical, hash_of, plain
from sluis.app import Installation
from sluis.authentic.names import children_of
from sluis.authentic.population.generate import generate
from sluis.authentic.store import load
from sluis.channels.demo.agreements import body_of, completed
from sluis.database import Database, embedded_url, migrate
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.insz import Insz
from sluis.settings import Settings

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
CITY, NIS = "gemeente-antwerpen", "11002"
AGREEMENT = "bench-antwerpen"


@dataclass(frozen=True)
class World:
    """An installation in which the officer `an` of Antwerpen may ask as often as she likes."""

    house: Installation
    children: list[Insz]


@contextmanager
def world(children: int) -> Iterator[World]:
    """Return a world with at least so many children of 0 to 25 in one city."""
    with tempfile.TemporaryDirectory(prefix="sluis-bench-") as folder:
        home = Path(folder)
        database = Database(embedded_url(home))
        migrate(database.owner_url)
        generate(children=round(children * 1.15), seed=1, out=home / "population", only=(NIS,), reference=DAY)
        with database.owner() as connection:
            load(connection, home / "population", at=AT)
        house = Installation.open(Settings(environment="test", fictitious_insz=True, home=home), database)
        with database.transaction() as connection:
            _settle(unlimited_agreement(), house)
            young = children_of(connection, NIS, born_after=date(2000, 3, 3), most=children)
        try:
            yield World(house, young)
        finally:
            database.close()


def unlimited_agreement() -> Agreement:
    """Return the standard agreement as Antwerpen completes it, but for any number of uses."""
    text = plain(completed(AGREEMENT, body_of(CITY), day=DAY))
    text["legs"]["answer"]["periodicity"] |= {"kind": "unlimited", "times": None}
    return Agreement.model_validate(text, strict=False)


def _settle(agreement: Agreement, house: Installation) -> None:
    digest = hash_of(agreement)
    with house.database.transaction() as connection:
        agreements.add_text(connection, digest=digest, canonical=canonical(agreement), at=AT)
        agreements.add_agreement(
            connection,
            agreement=agreement.id,
            template=None,
            title="bench",
            digest=digest,
            in_force_from=DAY,
            until=None,
            state="in_force",
            at=AT,
        )
        insert_actor(connection, Actor("an", "person", "An", None))
        insert_role(connection, RoleGrant("an", CITY, "officer", date(2026, 1, 1), None, "dirk", "bench"))
