"""The pages of an installation: the shell, every slice's routes, who can sign in, the threads beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime
from typing import Protocol

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool

from sluis.access import web as access_pages
from sluis.access.actions import Evidence
from sluis.access.admission import Doorkeeper
from sluis.access.store import party_of_identity
from sluis.accession import web as accession_pages
from sluis.agreements.store import find_party
from sluis.app import Installation, duty_sources
from sluis.authentic.names import children_to_try, numbers_of
from sluis.background import Repeating
from sluis.benefits import web as benefits_pages
from sluis.births.door import NotAdmitted, Sender
from sluis.births.fhir import web as fhir_door
from sluis.births.files import web as births_pages
from sluis.births.hl7 import web as hl7_door
from sluis.births.hl7.door import Hl7Door
from sluis.births.hospitals import web as hospital_pages
from sluis.births.hospitals.web_own import tiles_of as hospital_tiles
from sluis.citizen import web as citizen_pages
from sluis.database import Connection
from sluis.gate import store as actors
from sluis.gate.actions import day_of
from sluis.kernel.insz import Insz
from sluis.kernel.text import Message, msg
from sluis.lists import web as lists_pages
from sluis.lists.door import MachineLists
from sluis.lists.workbook import start_reader
from sluis.machines import web as machines_pages
from sluis.machines import web_systems as systems_pages
from sluis.machines.api import add_api
from sluis.machines.bearer import bearer_of
from sluis.machines.problems import TYPES, ApiProblem
from sluis.outreach import web as outreach_pages
from sluis.outreach.worklist import send_digests
from sluis.oversight import web as oversight_pages
from sluis.register import web as register_pages
from sluis.web import rights
from sluis.web.kit import NavigationItem, PageKit, Tile
from sluis.web.people import SignedIn, SignInChoice
from sluis.web.shell import create_shell, refuse_to_start_without_a_door

ROLE_NAMES: Mapping[str, Message] = rights.ROLE_NAMES


class Directory:
    """The people of this installation, as the page kit asks for them."""

    def __init__(self, clock: Callable[[], datetime], *, supervisor: str, following: str = "opgroeien-regie") -> None:
        self._clock, self._supervisor, self._following = clock, supervisor, following

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
        # Who signed in for a body acts for that one, also before any role was granted.
        party = party_of_identity(connection, person_id) or (grants[0].party if grants else None)
        roles = {grant.role for grant in grants if grant.party == party}
        if party != self._supervisor:
            # Whoever grants it elsewhere gives nothing: that role reads the evidence of every party.
            roles.discard("supervisor")
        if party != self._following:
            # The same: that role sees where every body stands, and writes to them.
            roles.discard("outreach")
            # And that one opens files of families who lost a child or gave it up.
            roles.discard("birth-confidant")
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
    NavigationItem(msg("Geboorten"), "/geboorten", rights.RIGHTS["births-read"].roles),
    NavigationItem(msg("Opvolging"), "/opvolging", frozenset({"outreach"})),
    NavigationItem(msg("Ziekenhuizen"), "/ziekenhuizen", rights.RIGHTS["births-follow"].roles),
    NavigationItem(
        msg("Mijn werk"),
        "/mijn-werk",
        frozenset({"officer", "dpo", "signatory", "access-manager", "supervisor", "outreach"}),
    ),
    NavigationItem(msg("Toegang"), "/toegang", rights.RIGHTS["access-manage"].roles),
    NavigationItem(msg("Mijn gegevens"), "/mijn-gegevens", frozenset({"citizen"})),
    NavigationItem(msg("Mijn Groeipakket"), "/mijn-groeipakket", frozenset({"citizen"})),
)


_WITH_PAGES = (
    "lists",
    "access",
    "accession",
    "oversight",
    "outreach",
    "citizen",
    "register",
    "machines",
    "benefits",
    "births",
)
_DIGEST_SECONDS = 300.0


class Thread(Protocol):
    """Work that goes on beside the pages: started with them, stopped before the database is closed."""

    def start(self) -> object:
        """Begin in the background."""
        ...

    def stop(self) -> object:
        """Let what runs end, and wait no longer than that may take."""
        ...


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(
    house: Installation, *, clock: Callable[[], datetime] = _now, threads: Sequence[Thread] | None = None
) -> FastAPI:
    """Return the application: the shell, every slice's routes, and the threads that live as long as it does.

    Where a worker runs in a process of its own, the pages have no `threads`.
    """
    people = directory_of(house, clock=clock)
    kit = PageKit(
        settings=house.settings,
        database=house.database,
        people=people,
        templates={name: f"sluis.{name}" for name in _WITH_PAGES},
        navigation=NAVIGATION,
        role_names=ROLE_NAMES,
        tiles=_tiles(
            lists_pages.tiles_of(house.lists, clock), benefits_pages.tiles_of, hospital_tiles, _births_tile(clock)
        ),
        checkpoint_href="/grootboek/controlepunt",
        register_href="/register",
        admission=Doorkeeper(people.find),
        roles_href="/mijn-rollen",
        clock=clock,
        machine_prefixes=("/api/", "/fhir", "/hl7"),
    )
    refuse_to_start_without_a_door(kit)
    app = create_shell(kit)
    app.include_router(lists_pages.build_router(house.lists))
    only_at = {"supervisor": house.settings.supervisor, "outreach": house.settings.outreach_party}
    app.include_router(access_pages.build_router(evidence=Evidence(house.keys.persons, only_at)))
    app.include_router(accession_pages.build_router())
    app.include_router(oversight_pages.build_router(verifier=house.keys.verifier))
    app.include_router(register_pages.build_router())
    app.include_router(citizen_pages.build_router(secrets=house.keys.persons, numbers_of=numbers_of))
    grants = house.settings.home / "groeipakket"
    app.include_router(
        benefits_pages.build_router(book=grants, gate=house.gate, secrets=house.keys.persons, numbers_of=numbers_of)
    )
    app.include_router(
        outreach_pages.build_router(
            duty_sources=duty_sources(),
            public_address=house.settings.public_address,
            mail_is_set_up=lambda: bool(house.channels()),
        )
    )
    app.include_router(births_pages.build_router(house.births))
    app.include_router(fhir_door.build_router(house.births, birth_sender))
    hl7 = Hl7Door(house.births, house.settings.hl7_mapping_folder, is_live=house.settings.environment == "production")
    app.include_router(hl7_door.build_router(hl7, birth_sender))
    app.include_router(hospital_pages.build_router())
    app.include_router(machines_pages.build_router(people_to_try=_people_to_try))
    app.include_router(systems_pages.build_router(secrets=house.keys.persons))
    add_api(app, settings=house.settings, gate=house.gate, lists=MachineLists(house.lists))
    app.router.lifespan_context = _with_threads(house, worker_threads(house) if threads is None else threads)
    return app


def _births_tile(clock: Callable[[], datetime]) -> Callable[[Connection, SignedIn], Sequence[Tile]]:
    return lambda connection, person: births_pages.tiles_of(connection, person, at=clock())


def birth_sender(request: Request) -> Sender:
    """Return which hospital's machine delivers, by its token."""
    try:
        found = bearer_of(request)
    except ApiProblem as problem:
        kind = TYPES[problem.kind]
        headers = {"WWW-Authenticate": "Bearer"} if kind.status == 401 else {}
        raise NotAdmitted(kind.status, problem.kind, kind.title, kind.remedy, headers | dict(problem.headers)) from None
    grant = found.grant
    return Sender(found.party, found.machine, found.correlation, found.at, grant.agreement, grant.purpose)


def _people_to_try(connection: Connection, day: date) -> Sequence[Insz]:
    """Return fictional children, for a sandbox that asks about them."""
    return children_to_try(connection, born_after=day.replace(year=day.year - 20, day=1), most=3)


def _tiles(*found: Callable[[Connection, SignedIn], Sequence[Tile]]) -> Callable[[Connection, SignedIn], list[Tile]]:
    """Return what gives the pieces of work of several slices, in their order."""
    return lambda connection, person: [tile for each in found for tile in each(connection, person)]


def directory_of(house: Installation, *, clock: Callable[[], datetime] = _now) -> Directory:
    """Return the people of an installation."""
    settings = house.settings
    return Directory(clock, supervisor=settings.supervisor, following=settings.outreach_party)


def make_digests(house: Installation, *, at: datetime, at_any_hour: bool = False) -> int:
    """Queue today's digest for everyone who wants it and has something to do; return how many."""
    return send_digests(
        house.database,
        duty_sources(),
        directory_of(house, clock=lambda: at).find,
        link=house.settings.public_address,
        at=at,
        at_any_hour=at_any_hour,
    )


def worker_threads(house: Installation) -> tuple[Thread, ...]:
    """Return what a worker does: the tree of the ledger, what time asks for, mail that leaves, digests."""
    digests = Repeating(lambda: make_digests(house, at=_now()), every_seconds=_DIGEST_SECONDS, name="digests")
    return (house.sequencer(), house.upkeep(), house.courier(), house.ward(), digests)


def _with_threads(
    house: Installation, threads: Sequence[Thread]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        start_reader()
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            await run_in_threadpool(thread.stop)
        house.database.close()

    return lifespan
