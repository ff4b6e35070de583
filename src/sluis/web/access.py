"""Rights of routes: each route names who may use it, and a test reads those names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from sluis.kernel.outcome import Reason
from sluis.web.people import SignedIn
from sluis.web.rights import right_of
from sluis.web.sessions import visitor


class SignInNeededError(Exception):
    """Nobody is signed in; the shell sends the reader to the sign-in page."""


class RoleNeededError(Exception):
    """The person is signed in, and holds none of the roles that the route asks."""

    def __init__(self, roles: frozenset[str]) -> None:
        super().__init__("role needed")
        self.roles = roles


class PageRefusedError(Exception):
    """The page is refused for reasons that the reader may know; the shell shows each with its clause."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__("refused")
        self.reasons = reasons


def public(_request: Request) -> None:
    """Everyone may use the route: `dependencies=[Depends(public)]`."""


def current_person(request: Request) -> SignedIn:
    """Return who is signed in; else the reader is sent to the sign-in page."""
    person = visitor(request)
    if person is None:
        raise SignInNeededError
    return person


def require_role(*roles: str) -> Callable[[Request], SignedIn]:
    """Return a dependency that gives the signed-in person when they hold one of `roles`, else 403."""
    wanted = frozenset(roles)

    def person_with_role(request: Request) -> SignedIn:
        person = current_person(request)
        if not wanted & person.roles:
            raise RoleNeededError(wanted)
        return person

    return name_right(person_with_role, "role: " + " or ".join(sorted(wanted)))


def require_right(code: str) -> Callable[[Request], SignedIn]:
    """Return a dependency that gives the signed-in person when one of their roles has this right, else 403."""
    wanted = right_of(code).roles

    def person_with_right(request: Request) -> SignedIn:
        person = current_person(request)
        if not wanted & person.roles:
            raise RoleNeededError(wanted)
        return person

    return name_right(person_with_right, code)


def name_right(dependency: Callable[..., Any], right: str) -> Callable[..., Any]:
    """Give a dependency the name of the right that it checks, for doors other than the session (a machine's key)."""
    dependency.right = right  # type: ignore[attr-defined] # functions carry attributes; Callable does not say so
    return dependency


name_right(public, "public")
name_right(current_person, "signed in")


@dataclass(frozen=True, slots=True)
class RouteRight:
    """What a route asks of who uses it; `right` is None when it names nothing."""

    path: str
    methods: tuple[str, ...]
    right: str | None


def rights_of(app: FastAPI) -> Iterator[RouteRight]:
    """Yield every route of the application with the right that it names."""
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context, "dependant", None)
        if dependant is not None:
            yield RouteRight(context.path or "", tuple(sorted(context.methods or ())), next(_rights(dependant), None))


def _rights(dependant: Dependant) -> Iterator[str]:
    for dependency in dependant.dependencies:
        right = getattr(dependency.call, "right", None)
        if right is not None:
            yield right
        yield from _rights(dependency)
