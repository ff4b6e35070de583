"""A small world for the pages: Wingene and Opgroeien regie with an agreement in force, people, children, evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx
from fastapi import FastAPI

from sluis.accession.web import build_router as accession_pages
from sluis.agreements.actions import Done, draft_agreement, publish_agreement, sign_agreement
from sluis.agreements.model import Agreement
from sluis.citizen.web import build_router as citizen_pages
from sluis.database import Connection, Database
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.insz import Insz
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.ledger.actions import Subjects, record
from sluis.ledger.entry import AgreementText, Entry, Ground, Outcome
from sluis.ledger.note import Signer
from sluis.ledger.persons import PersonSecret
from sluis.ledger.sequencer import Sequencer
from sluis.oversight.web import build_router as oversight_pages
from sluis.register.web import build_router as register_pages
from sluis.settings import Settings
from sluis.site import ROLE_NAMES, Directory
from sluis.web.kit import NavigationItem, PageKit
from sluis.web.shell import create_shell
from tests.serving import live_server
from tests.unit.agreements.samples import an_agreement

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WINGENE, OPGROEIEN, AALTER = "gemeente-wingene", "opgroeien-regie", "gemeente-aalter"
SUPERVISOR_BODY = "vtc"

# Fictitious numbers: month + 60.
AMINA, OLD_AMINA = Insz("10721500101"), Insz("10721500297")
BART, CHILD = Insz("90653100156"), Insz("15680100113")

PEOPLE: tuple[tuple[str, str, str | None, tuple[str, ...], Insz | None], ...] = (
    ("noor", "Noor Verlinden", WINGENE, ("officer",), None),
    ("an", "An Peeters", WINGENE, ("signatory",), None),
    ("tom", "Tom Wouters", OPGROEIEN, ("dpo",), None),
    ("els", "Els Claes", AALTER, ("officer", "signatory"), None),
    ("vera", "Vera Toezicht", SUPERVISOR_BODY, ("supervisor",), None),
    ("amina", "Amina El Idrissi", None, (), AMINA),
    ("bart", "Bart Maes", None, (), BART),
)


@dataclass
class World:
    """The served application with what stands behind it; `at` is the moment that its clock shows."""

    database: Database
    at: datetime = NOW
    signer: Signer = field(default_factory=lambda: Signer.generate("sluis.example/ledger"))
    secret: PersonSecret = field(default_factory=lambda: PersonSecret(bytes(range(32))))

    def clock(self) -> datetime:
        return self.at

    def application(self) -> FastAPI:
        app = create_shell(
            PageKit(
                settings=Settings(environment="demo"),
                database=self.database,
                people=Directory(self.clock, supervisor="vtc"),
                templates={name: f"sluis.{name}" for name in ("accession", "oversight", "citizen", "register")},
                navigation=(
                    NavigationItem(msg("Overeenkomsten"), "/overeenkomsten", frozenset({"officer", "signatory"})),
                    NavigationItem(msg("Grootboek"), "/grootboek", frozenset({"officer", "dpo", "supervisor"})),
                    NavigationItem(msg("Mijn gegevens"), "/mijn-gegevens", frozenset({"citizen"})),
                ),
                role_names=ROLE_NAMES,
                checkpoint_href="/grootboek/controlepunt",
                clock=self.clock,
            )
        )
        app.include_router(accession_pages())
        app.include_router(oversight_pages(verifier=self.signer.verifier))
        app.include_router(register_pages())
        app.include_router(citizen_pages(secrets=self.secret, numbers_of=numbers_of))
        return app

    def sequence(self) -> None:
        Sequencer(self.database, self.signer, clock=self.clock).run_once()

    def write(
        self,
        *,
        subjects: Subjects,
        outcome: Outcome = "permitted",
        kind: str = "release",
        party: str = WINGENE,
        counterparty: str | None = OPGROEIEN,
        items: Sequence[str] = ("child-insz", "right-since", "beneficiary-insz"),
        agreement: AgreementText | None = None,
        grounds: Sequence[Ground] = (),
        actor: str = "noor",
    ) -> UUID:
        """Record one entry, a minute after the one before."""
        self.at += timedelta(minutes=1)
        entry = Entry(
            at=self.at,
            kind=kind,
            party=party,
            counterparty=counterparty,
            actor=actor,
            correlation="proef",
            outcome=outcome,
            agreement=agreement,
            leg="answer",
            purpose="automatic-allowance",
            channel="web",
            items=tuple(items),
            grounds=tuple(grounds),
        )
        with self.database.transaction() as connection:
            return record(connection, entry=entry, subjects=subjects, secrets=self.secret)


REFUSED = (
    Ground("agreement-not-in-force", Clause("e-govdecreet 18 juli 2008", "art. 8, § 1")),
    Ground("purpose-not-agreed", Clause("protocol", "artikel 1")),
)


def numbers_of(connection: Connection, insz: Insz) -> Sequence[Insz]:
    return (insz, OLD_AMINA) if insz == AMINA else (insz,)


def add_people(connection: Connection) -> None:
    for actor, name, party, roles, insz in PEOPLE:
        insert_actor(connection, Actor(actor, "person", name, None), insz=insz)
        for role in roles:
            assert party is not None
            insert_role(connection, RoleGrant(actor, party, role, date(2026, 1, 1), None, "beheer", "proef"))


def bring_into_force(connection: Connection, agreement: Agreement, *, at: datetime = NOW) -> Done:
    done = draft_agreement(connection, agreement=agreement, party=WINGENE, by="an", at=at)
    for party, by in ((WINGENE, "an"), (OPGROEIEN, "jan")):
        sign_agreement(connection, agreement=done.agreement, text_hash=done.text_hash, party=party, by=by, at=at)
    return publish_agreement(connection, agreement=done.agreement, party=OPGROEIEN, by="jan", at=at)


def make_world(database: Database) -> tuple[World, Done]:
    """Return the world with people and one agreement in force."""
    world = World(database)
    with database.transaction() as connection:
        add_people(connection)
        done = bring_into_force(connection, an_agreement())
    return world, done


@contextmanager
def signed_in(app: FastAPI, person: str | None) -> Iterator[httpx.Client]:
    """Return a client that is signed in as this person; as nobody for None."""
    headers = {"accept-language": "nl"}
    with (
        live_server(app) as address,
        httpx.Client(base_url=address, headers=headers, follow_redirects=True, timeout=60) as client,
    ):
        if person is not None:
            client.get("/aanmelden")
            answer = client.post(
                "/aanmelden",
                data={"person": person, "_sleutel": token_on(client, "/aanmelden")},
                follow_redirects=False,
            )
            assert answer.status_code == 303, answer.text
        yield client


def token_on(client: httpx.Client, path: str) -> str:
    page = client.get(path).text
    return page.split('name="_sleutel" value="', 1)[1].split('"', 1)[0]
