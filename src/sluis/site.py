"""The pages of an installation: the shell, every slice's routes, who can sign in, the threads beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from sluis.accession import web as accession_pages
from sluis.agreements.store import find_party
from sluis.app import Installation
from sluis.authentic.names import numbers_of
from sluis.citizen import web as citizen_pages
from sluis.database import Connection
from sluis.gate import store as actors
from sluis.gate.actions import day_of
from sluis.kernel.text import Message, msg
from sluis.lists import web as lists_pages
from sluis.lists.workbook import start_reader
from sluis.oversight import web as oversight_pages
from sluis.register import web as register_pages
from sluis.web.kit import NavigationItem, PageKit
from sluis.web.people import SignedIn, SignInChoice
from sluis.web.shell import create_shell, refuse_to_start_without_a_door

ROLE_NAMES: Mapping[str, Message] = {
    "officer": msg("dossierbehandelaar"),
    "dpo": msg("functionaris voor gegevensbescherming"),
    "signatory": msg("ondertekenaar"),
    "access-manager": msg("toegangsbeheerder"),
    "supervisor": msg("toezichthouder"),
    "citizen": msg("burger"),
}


class Directory:
    """The people of this installation, as the page kit asks for them."""

    def __init__(self, clock: Callable[[], datetime], *, supervisor: str) -> None:
        self._clock, self._supervisor = clock, supervisor

    def list_people(self, connection: Connection) -> Sequence[SignInChoice]:
        """Return the fictional people of the demo, with the roles that they hold now."""
        grants: dict[str, list[actors.RoleGrant]] = {}
        for grant in actors.list_roles(connection, on=day_of(self._clock())):
            grants.setdefault(grant.actor, []).append(grant)
        return [
            SignInChoice(
                id=actor.id,
                name=actor.display_name,
                party_name=_party_name(connection, grants[actor.id][0].party) if actor.id in grants else None,
                role_names=tuple(_role_name(grant.role) for grant in grants.get(actor.id, ()))
                or (ROLE_NAMES["citizen"],),
                description="",
            )
            for actor in actors.list_actors(connection)
            if actor.kind == "person"
        ]

    def find(self, connection: Connection, person_id: str) -> SignedIn | None:
        """Return the person with the roles of this moment: a role withdrawn is gone on the next click."""
        actor = actors.find_actor(connection, person_id)
        if actor is None or actor.kind != "person":
            return None
        grants = actors.list_roles(connection, on=day_of(self._clock()), actor=person_id)
        party = grants[0].party if grants else None
        roles = {grant.role for grant in grants if grant.party == party}
        if party != self._supervisor:
            # Whoever grants it elsewhere gives nothing: that role reads the evidence of every party.
            roles.discard("supervisor")
        if actors.insz_of(connection, person_id) is not None:
            roles.add("citizen")
        return SignedIn(
            id=actor.id,
            name=actor.display_name,
            party=party,
            party_name=None if party is None else _party_name(connection, party),
            roles=frozenset(roles),
        )


def _party_name(connection: Connection, party: str) -> str:
    registered = find_party(connection, party)
    return registered.name if registered is not None else party


def _role_name(role: str) -> Message | str:
    return ROLE_NAMES.get(role, role)


NAVIGATION: tuple[NavigationItem, ...] = (
    NavigationItem(msg("Lijsten"), "/lijsten", frozenset({"officer", "dpo"})),
    NavigationItem(msg("Sleutels"), "/lijsten/sleutels", frozenset({"dpo"})),
    NavigationItem(msg("Overeenkomsten"), "/overeenkomsten", frozenset({"officer", "dpo", "signatory", "supervisor"})),
    NavigationItem(
        msg("Grootboek"), "/grootboek", frozenset({"officer", "dpo", "signatory", "access-manager", "supervisor"})
    ),
    NavigationItem(msg("Mijn gegevens"), "/mijn-gegevens", frozenset({"citizen"})),
)


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(house: Installation, *, clock: Callable[[], datetime] = _now) -> FastAPI:
    """Return the application: the shell, every slice's routes, and the threads that live as long as it does."""
    kit = PageKit(
        settings=house.settings,
        database=house.database,
        people=Directory(clock, supervisor=house.settings.supervisor),
        templates={name: f"sluis.{name}" for name in ("lists", "accession", "oversight", "citizen", "register")},
        navigation=NAVIGATION,
        role_names=ROLE_NAMES,
        tiles=lists_pages.tiles_of(house.lists, clock),
        checkpoint_href="/grootboek/controlepunt",
        register_href="/register",
        clock=clock,
    )
    refuse_to_start_without_a_door(kit)
    app = create_shell(kit)
    app.include_router(lists_pages.build_router(house.lists))
    app.include_router(accession_pages.build_router())
    app.include_router(oversight_pages.build_router(verifier=house.keys.verifier))
    app.include_router(register_pages.build_router())
    app.include_router(citizen_pages.build_router(secrets=house.keys.persons, numbers_of=numbers_of))
    app.router.lifespan_context = _with_threads(house)
    return app


def _with_threads(house: Installation) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        threads = (house.sequencer(), house.upkeep())
        start_reader()
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            await run_in_threadpool(thread.stop)
        house.database.close()

    return lifespan
