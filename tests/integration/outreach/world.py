"""Opgroeien with its followers, bodies in several stages, and the pages of following and of the worklist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from uuid import uuid4

from fastapi import FastAPI

from sluis.agreements.actions import draft_agreement, publish_agreement, sign_agreement
from sluis.agreements.duties import Duty, in_order
from sluis.agreements.model import Agreement
from sluis.channels.demo.agreements import SENDER, TEMPLATE, body_of, completed
from sluis.database import Connection, Database
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.outreach import campaign_store
from sluis.outreach.campaigns import save_campaign
from sluis.outreach.model import Campaign, Group, Text
from sluis.outreach.web import build_router
from sluis.settings import Settings
from sluis.site import NAVIGATION, ROLE_NAMES, Directory
from sluis.web.kit import PageKit
from sluis.web.shell import create_shell

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TODAY = date(2026, 3, 2)
WINGENE, TIELT, AALTER, GENT = "gemeente-wingene", "gemeente-tielt", "gemeente-aalter", "gemeente-gent"
LINK = "https://sluis.example"

PEOPLE: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("fien", "Fien Volger", SENDER, ("outreach",)),
    ("omer", "Omer Volger", SENDER, ("outreach", "officer")),
    ("an", "An Peeters", WINGENE, ("officer", "signatory")),
    ("els", "Els Claes", AALTER, ("outreach",)),  # granted by the own access manager: counts for nothing
)


@dataclass
class Duties:
    """A slice that knows of duties, as the tests say them."""

    known: list[Duty] = field(default_factory=list)

    def duties(
        self,
        connection: Connection,
        *,
        party: str | None = None,
        role: str | None = None,
        day: date,
        limit: int = 50,
        offset: int = 0,
    ) -> Sequence[Duty]:
        found = [one for one in self.known if party in (None, one.party) and (role is None or one.role in (None, role))]
        return in_order(found)[offset : offset + limit]


@dataclass
class World:
    """What stands behind the pages."""

    database: Database
    at: datetime = NOW
    duties: Duties = field(default_factory=Duties)
    can_mail: bool = True

    def clock(self) -> datetime:
        return self.at

    def directory(self) -> Directory:
        return Directory(self.clock, supervisor="vtc")

    def application(self) -> FastAPI:
        app = create_shell(
            PageKit(
                settings=Settings(environment="demo"),
                database=self.database,
                people=self.directory(),
                templates={"outreach": "sluis.outreach"},
                navigation=NAVIGATION,
                role_names=ROLE_NAMES,
                clock=self.clock,
            )
        )
        app.include_router(
            build_router(duty_sources=(self.duties,), public_address=LINK, mail_is_set_up=lambda: self.can_mail)
        )
        return app

    def set_address(self, body: str, address: str) -> None:
        with self.database.transaction() as connection:
            campaign_store.put_address(connection, body=body, address=address, by="fien", at=self.at)

    def campaign(self, *, title: str = "Uitnodiging", is_reminder: bool = False, **group: str) -> Campaign:
        with self.database.transaction() as connection:
            return save_campaign(
                connection,
                campaign=uuid4(),
                title=title,
                offer=TEMPLATE,
                is_reminder=is_reminder,
                texts={
                    "nl": Text("Wordt {bestuur} partij?", "Beste\n\nKijk op {link}.\n"),
                    "fr": Text("{bestuur} adhère ?", "Bonjour\n\nVoyez {link}.\n"),
                },
                group=Group(**group),  # type: ignore[arg-type]  # words of a test
                by="fien",
                at=self.at,
            )


def a_duty(code: str = "signature", *, party: str = WINGENE, role: str | None = "signatory", due: int = 5) -> Duty:
    return Duty(
        code=code,
        agreement="protocol-1",
        party=party,
        role=role,
        what=msg("Onderteken {agreement}.", agreement=f"protocol-1 ({code})"),
        due=TODAY + timedelta(days=due),
        clause=Clause("e-govdecreet 18 juli 2008", "artikel 8, §1"),
        since=TODAY - timedelta(days=20),
    )


@cache
def text_for(code: str, body: str) -> Agreement:
    """Completing a text takes most of the time of making the world, and it is the same in every test."""
    return completed(code, body_of(body), day=TODAY)


def draft(connection: Connection, body: str, *, at: datetime, code: str | None = None) -> tuple[str, str]:
    done = draft_agreement(connection, agreement=text_for(code or f"st-{body}", body), party=body, by="an", at=at)
    return done.agreement, done.text_hash


def sign(connection: Connection, agreement: str, digest: str, party: str, *, at: datetime) -> None:
    sign_agreement(connection, agreement=agreement, text_hash=digest, party=party, by="x", at=at)


def make_people(database: Database) -> World:
    """The people, and no agreement at all."""
    with database.transaction() as connection:
        for actor, name, party, roles in PEOPLE:
            insert_actor(connection, Actor(actor, "person", name, None))
            for role in roles:
                insert_role(connection, RoleGrant(actor, party, role, date(2026, 1, 1), None, "beheer", "proef"))
    return World(database)


def make_world(database: Database) -> World:
    """Wingene in force, Tielt half signed since long, Aalter a draft of yesterday; all others nothing."""
    world = make_people(database)
    with database.transaction() as connection:
        agreement, digest = draft(connection, WINGENE, at=NOW - timedelta(days=20))
        sign(connection, agreement, digest, WINGENE, at=NOW - timedelta(days=13))
        sign(connection, agreement, digest, SENDER, at=NOW - timedelta(days=11))
        publish_agreement(connection, agreement=agreement, party=SENDER, by="x", at=NOW - timedelta(days=10))
        agreement, digest = draft(connection, TIELT, at=NOW - timedelta(days=60))
        sign(connection, agreement, digest, TIELT, at=NOW - timedelta(days=40))
        draft(connection, AALTER, at=NOW - timedelta(days=1))
    return world
