"""A house with real parts for the pages of the lists: a population, a signed agreement, people of both parties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from fastapi import FastAPI

from sluis.agreements.actions import draft_agreement, publish_agreement, revoke_agreement, sign_agreement
from sluis.app import Installation
from sluis.authentic.population.generate import generate
from sluis.authentic.store import load
from sluis.database import Database
from sluis.gate.conditions import Condition, record_condition
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.insz import Insz
from sluis.lists.workbook import make_request
from sluis.settings import Settings
from sluis.site import create_app
from tests.unit.agreements.samples import an_agreement

WINGENE, TIELT, OPGROEIEN = "gemeente-wingene", "gemeente-tielt", "opgroeien-regie"
AGREEMENT = "sociale-toeslag-wingene-2026"
KEY = "tulp-regen-brug-9241"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHILDREN = 300

PEOPLE = (
    ("wingene-officer", "An Verhulst", WINGENE, "officer"),
    ("wingene-colleague", "Bea Lemmens", WINGENE, "officer"),
    ("wingene-dpo", "Bram Claeys", WINGENE, "dpo"),
    ("tielt-officer", "Els Vermeulen", TIELT, "officer"),
    ("tielt-dpo", "Frank Goossens", TIELT, "dpo"),
    ("opgroeien-dpo", "Jan Mertens", OPGROEIEN, "dpo"),
    ("supervisor", "Mieke Jacobs", "vtc", "supervisor"),
)


class Clock:
    """The time of the house under test."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **length: int) -> None:
        self.at += timedelta(**length)


@dataclass(frozen=True)
class House:
    """The installation, the application in front of it, and its clock."""

    installation: Installation
    app: FastAPI
    clock: Clock

    @property
    def database(self) -> Database:
        return self.installation.database

    def children(self, *, nis: str = "37021", with_right: bool | None = None) -> list[Insz]:
        """Return numbers in force of the 0 to 25 year olds who live there on the first day of the test."""
        with self.database.transaction() as connection:
            rows = connection.execute(
                "SELECT r.person, EXISTS (SELECT FROM authentic_entitlements e WHERE e.person = r.person"
                " AND e.benefit = 'sociale_toeslag' AND daterange(e.valid_from, e.valid_to, '[]')"
                " && daterange('2025-01-01', %(on)s, '[]'))"
                " FROM authentic_residences r WHERE r.nis = %(nis)s AND r.valid_from <= %(on)s"
                " AND (r.valid_to IS NULL OR r.valid_to >= %(on)s) AND r.born > '2000-03-02' AND r.died IS NULL"
                " ORDER BY r.person",
                {"nis": nis, "on": START.date()},
            ).fetchall()
        return [Insz(row[0]) for row in rows if with_right is None or row[1] == with_right]

    def revoke(self) -> None:
        with self.database.transaction() as connection:
            revoke_agreement(
                connection, agreement=AGREEMENT, party=WINGENE, by="wingene-dpo", at=self.clock(), reason="proef"
            )


def make_population(folder: Path) -> Path:
    """Write a population of Wingene and return its folder."""
    generate(children=CHILDREN, seed=7, out=folder, only=["Wingene"], reference=date(2026, 3, 1))
    return folder


def _settings(home: Path) -> Settings:
    return Settings(environment="test", fictitious_insz=True, home=home)


def furnish(database: Database, home: Path, population: Path) -> None:
    """Load the population, the people and the agreement: only the key is still to be set."""
    with database.owner() as connection:
        load(connection, population, at=START)
    _settle(Installation.open(_settings(home), database))


def open_house(database: Database, home: Path) -> House:
    """Return the house in a furnished database."""
    settings = _settings(home)
    house, clock = Installation.open(settings, database), Clock()
    return House(house, create_app(house, clock=clock), clock)


def _settle(house: Installation) -> None:
    at = START - timedelta(days=30)
    with house.database.transaction() as connection:
        for actor, name, party, role in PEOPLE:
            insert_actor(connection, Actor(actor, "person", name, None))
            insert_role(connection, RoleGrant(actor, party, role, at.date(), None, "access-manager", "proef"))
        draft = draft_agreement(connection, agreement=an_agreement(), party=WINGENE, by="wingene-dpo", at=at)
        for party in (WINGENE, OPGROEIEN):
            sign_agreement(
                connection, agreement=AGREEMENT, text_hash=draft.text_hash, party=party, by=f"{party}-signatory", at=at
            )
        publish_agreement(connection, agreement=AGREEMENT, party=WINGENE, by="wingene-dpo", at=at)
        record_condition(
            connection,
            Condition(AGREEMENT, WINGENE, "decision-attached"),
            evidence="collegebesluit",
            by="wingene-dpo",
            at=at,
            correlation="proef",
            secrets=house.gate.secret,
        )


def request_file(numbers: Sequence[str], *, key: str = KEY) -> bytes:
    """Return a request as a municipality would send it."""
    return make_request(numbers, key)
