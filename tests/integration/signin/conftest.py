"""The whole application with a real sign-in provider beside it; each test has people of its own making."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sluis.access import store
from sluis.access.admission import account_of
from sluis.agreements.store import find_party
from sluis.app import Installation
from sluis.database import Database
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.settings import Settings
from sluis.site import create_app
from tests.identity import CLIENT, IdentityProvider, identity_provider, need_node
from tests.integration.signin.people import PEOPLE, TIELT_KBO, WINGENE_KBO
from tests.serving import free_port, fresh_database, live_server
from tests.unit.web.visits import Visit


class Clock:
    """The time of the application; the provider lives in real time, so it begins now."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True)
class Doors:
    """The application as served, its provider and its clock."""

    address: str
    house: Installation
    provider: IdentityProvider
    clock: Clock

    @property
    def database(self) -> Database:
        return self.house.database


@pytest.fixture(scope="session")
def served(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    need_node()
    folder, port = tmp_path_factory.mktemp("doors"), free_port()
    address, clock = f"http://localhost:{port}", Clock()
    with (
        fresh_database(server_url, template) as database,
        identity_provider(folder, port=free_port(), public_address=address, people=PEOPLE) as provider,
    ):
        settings = settings_for(folder, provider, address)
        house = Installation.open(settings, database)
        with live_server(create_app(house, clock=clock), port=port):
            yield Doors(address, house, provider, clock)


def settings_for(folder: Path, provider: IdentityProvider, address: str, **others: object) -> Settings:
    return Settings.model_validate(
        {
            "environment": "test",
            "fictitious_insz": True,
            "home": folder,
            "public_url": address,
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_key_file": provider.client_key_file,
            "oidc_scopes": "openid profile vo sluis",
            **others,
        }
    )


@pytest.fixture
def doors(served: Doors) -> Iterator[Doors]:
    served.clock.ahead = timedelta(0)
    yield served
    served.clock.ahead = timedelta(0)


@pytest.fixture
def client(doors: Doors) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=doors.address, timeout=20) as made:
        yield made


@pytest.fixture
def visit(client: httpx.Client) -> Visit:
    return Visit(client)


def account(doors: Doors, login: str) -> str:
    """Return the account of a person of the provider at the body that they act for."""
    told = PEOPLE[login]
    party = {WINGENE_KBO: "gemeente-wingene", TIELT_KBO: "gemeente-tielt"}[str(told["vo_orgcode"])]
    return account_of(issuer=doors.provider.issuer, subject=f"vo_id:{told['vo_id']}", party=party)


def known(doors: Doors, login: str, *roles: str) -> str:
    """Let a person be known here with these roles, as if granted long ago; return the account."""
    told, actor = PEOPLE[login], account(doors, login)
    with doors.database.transaction() as connection:
        party = find_party(connection, str(told["vo_orgcode"]))
        assert party is not None
        insert_actor(connection, Actor(actor, "person", f"{told['given_name']} {told['family_name']}", None))
        store.link_identity(
            connection,
            issuer=doors.provider.issuer,
            subject=f"vo_id:{told['vo_id']}",
            party=party.id,
            actor=actor,
            at=doors.clock(),
        )
        for role in roles:
            insert_role(connection, RoleGrant(actor, party.id, role, date(2026, 1, 1), None, "operator", "proef"))
    return actor


@pytest.fixture(autouse=True)
def _nobody_known(served: Doors) -> None:
    """Begin each test without people: an owner of the tables may clear them, the application may not."""
    with served.database.owner() as connection:
        connection.execute("TRUNCATE session, sign_in_attempt, actor CASCADE")
