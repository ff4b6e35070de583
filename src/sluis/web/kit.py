"""The page kit: what the application gives the shell once, and every page reads from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import FastAPI, Request

from sluis.database import Connection, Database
from sluis.kernel.text import Message
from sluis.settings import Settings
from sluis.web.people import Admission, PeopleDirectory, SignedIn


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One entry of the main navigation; without `roles` everyone who is signed in sees it."""

    title: Message
    href: str
    roles: frozenset[str] = frozenset()

    def is_for(self, person: SignedIn) -> bool:
        """Return whether this person sees the entry."""
        return not self.roles or bool(self.roles & person.roles)


@dataclass(frozen=True, slots=True)
class Tile:
    """One piece of work on the start page: what it is, where it is, and how many things wait there."""

    title: Message
    text: Message
    href: str
    count: int | None = None


def _no_tiles(_connection: Connection, _person: SignedIn) -> Sequence[Tile]:
    return ()


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class PageKit:
    """What the shell needs from the application.

    `templates` maps a prefix to a package with a `templates` folder: {"lists": "sluis.lists"} serves
    `lists/exchange.html`. `role_names` gives each role its name for people. `tiles` fills the start page. Paths under
    `machine_prefixes` answer machines: no cookie is read there, so no form token is asked and errors are JSON.
    `admission` decides who the person is whom a door brought; `roles_href` is where somebody without a role is sent.
    """

    settings: Settings
    database: Database
    people: PeopleDirectory
    templates: Mapping[str, str] = field(default_factory=dict)
    navigation: Sequence[NavigationItem] = ()
    tiles: Callable[[Connection, SignedIn], Sequence[Tile]] = _no_tiles
    role_names: Mapping[str, Message] = field(default_factory=dict)
    checkpoint_href: str | None = None
    register_href: str | None = None
    machine_prefixes: tuple[str, ...] = ("/api/",)
    sign_in_href: str = "/aanmelden"
    admission: Admission | None = None
    roles_href: str | None = None
    clock: Callable[[], datetime] = _now

    def is_machine_path(self, path: str) -> bool:
        """Return whether a path answers machines, not people."""
        return path.startswith(self.machine_prefixes)


def remember_kit(app: FastAPI, kit: PageKit) -> None:
    """Keep the kit with the application."""
    app.state.page_kit = kit


def kit_of(request: Request) -> PageKit:
    """Return the kit of the application that the request came to."""
    kit: PageKit = request.app.state.page_kit
    return kit
