"""A payer's world: people in the copy of the authentic sources, agreements really signed, the real gate and source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from sluis.authentic.family import FamilyFactsSource
from sluis.authentic.source import AuthenticRegister
from sluis.channels.demo.grants import settle_payers
from sluis.database import Database
from sluis.gate.actions import Gate
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.insz import Insz
from tests.integration.benefits.test_publishing import AT, SECRET


def gate_over(facts: Path) -> Gate:
    """Return the gate with the real register and the real source over a folder of facts."""
    source = FamilyFactsSource(facts)
    return Gate(register=AuthenticRegister(), sources={source.code: source}, secret=SECRET)


def settle(database: Database, people: Mapping[Insz, date], *, officers: Mapping[str, str]) -> None:
    """Let people live in Tielt, bring the payers' agreements into force, and give officers (name: payer) their role."""
    with database.owner() as connection:
        for person, born in people.items():
            connection.execute("INSERT INTO authentic_persons (insz, born) VALUES (%s, %s)", (person, born))
            connection.execute(
                "INSERT INTO authentic_residences (person, region, nis, valid_from, born)"
                " VALUES (%s, 'VL', '37018', %s, %s)",
                (person, born, born),
            )
    with database.transaction() as connection:
        settle_payers(connection, at=AT)
        for name, payer in officers.items():
            insert_actor(connection, Actor(name.lower(), "person", name, None))
            role = RoleGrant(name.lower(), payer, "officer", date(2020, 1, 1), None, "beheer", "proef")
            insert_role(connection, role)
