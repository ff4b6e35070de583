"""The pages of the shell itself: home, start, sign-in of the demo, sign-out, and the design page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from sluis.web.access import current_person, public
from sluis.web.design import examples
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.rendering import render
from sluis.web.sessions import sign_in, sign_out

router = APIRouter()

DEMO_ENVIRONMENTS = frozenset({"demo", "test"})


def local_path(wish: str | None, otherwise: str) -> str:
    """Return a path on this site: `wish` when it is one, for nobody may be sent elsewhere through our address."""
    plain = wish or ""
    is_local = plain.startswith("/") and not plain.startswith(("//", "/\\")) and plain.isprintable()
    return plain if is_local and "\\" not in plain else otherwise


def _demo_only(request: Request) -> None:
    if kit_of(request).settings.environment not in DEMO_ENVIRONMENTS:
        raise HTTPException(404)


@router.get("/", dependencies=[Depends(public)])
def home(request: Request) -> Response:
    """Tell what Sluis is, to everyone."""
    kit = kit_of(request)
    return render(request, "home.html", checkpoint_href=kit.checkpoint_href, register_href=kit.register_href)


@router.get("/start")
def start(request: Request, person: Annotated[SignedIn, Depends(current_person)]) -> Response:
    """Show the work that waits for this person."""
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        tiles = kit.tiles(connection, person)
    return render(request, "start.html", tiles=tiles)


@router.get("/aanmelden", dependencies=[Depends(public), Depends(_demo_only)])
def choose_person(request: Request, terug: str = "/start") -> Response:
    """Offer the fictional people of the demo."""
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        people = kit.people.list_people(connection)
    return render(request, "sign_in.html", people=people, back=local_path(terug, "/start"))


@router.post("/aanmelden", dependencies=[Depends(public), Depends(_demo_only)])
def sign_in_as(request: Request, person: Annotated[str, Form()], terug: Annotated[str, Form()] = "/start") -> Response:
    """Sign in as one of the fictional people."""
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        found = kit.people.find(connection, person)
    if found is None:
        raise HTTPException(422)
    response = RedirectResponse(local_path(terug, "/start"), status_code=303)
    sign_in(request, response, found)
    return response


@router.post("/afmelden", dependencies=[Depends(public)])
def sign_out_here(request: Request) -> Response:
    """End the session on the server."""
    response = RedirectResponse("/", status_code=303)
    sign_out(request, response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@router.get("/ontwerp", dependencies=[Depends(public)])
def design(request: Request) -> Response:
    """Show every token and component."""
    return render(request, "design.html", examples=examples(), with_errors=False)


@router.post("/ontwerp", dependencies=[Depends(public)])
def design_with_errors(request: Request) -> Response:
    """Show what a form looks like when it comes back; nothing that was sent is kept."""
    return render(request, "design.html", status_code=422, examples=examples(), with_errors=True)
