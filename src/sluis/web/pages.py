"""The pages of the shell itself: home, start, sign-in of the demo, sign-out, and the design page."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from sluis.kernel.errors import SluisError
from sluis.settings import Settings
from sluis.web.access import current_person, public
from sluis.web.design import examples
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.rendering import render
from sluis.web.sessions import sign_in, sign_out
from sluis.web.signin.certificates import Trust
from sluis.web.signin.provider import Provider
from sluis.web.visits import local_path

router = APIRouter()

DEMO_ENVIRONMENTS = frozenset({"demo", "test"})


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


def has_real_door(settings: Settings) -> bool:
    """Return whether somebody can sign in here without the chooser; a passkey alone is no first door."""
    return settings.oidc_issuer is not None or settings.certificate_trust_file is not None


@router.get("/aanmelden", dependencies=[Depends(public)])
def choose_door(request: Request, terug: str = "/start") -> Response:
    """Offer the doors of this installation; in the demo also its fictional people."""
    kit, settings = kit_of(request), kit_of(request).settings
    is_demo = settings.environment in DEMO_ENVIRONMENTS
    if not is_demo and not has_real_door(settings):
        raise HTTPException(404)
    with kit.database.transaction() as connection:
        people = kit.people.list_people(connection) if is_demo else ()
    back = local_path(terug, "/start")
    doors = {
        "provider": settings.oidc_issuer is not None,
        "passkey": kit.admission is not None,
        "certificate": Trust.of(settings) is not None,
    }
    return render(
        request, "sign_in.html", people=people, back=back, back_query=quote(back), is_demo=is_demo, doors=doors
    )


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
    response = RedirectResponse("/afgemeld", status_code=303)
    sign_out(request, response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@router.get("/afgemeld", dependencies=[Depends(public)])
def say_goodbye(request: Request) -> Response:
    """Say that the session ended, and offer to end the one at the provider.

    A link, not a redirect: the content security policy lets no form of ours end up at another site.
    """
    return render(request, "signin/goodbye.html", provider_href=_goodbye_at_provider(request))


def _goodbye_at_provider(request: Request) -> str | None:
    provider: Provider | None = getattr(request.app.state, "provider", None)
    if provider is None:
        return None
    try:
        return provider.goodbye(kit_of(request).settings.public_address + "/afgemeld")
    except SluisError:
        # The session here has ended; that the provider does not answer changes nothing about it.
        return None


@router.get("/ontwerp", dependencies=[Depends(public)])
def design(request: Request) -> Response:
    """Show every token and component."""
    return render(request, "design.html", examples=examples(), with_errors=False)


@router.post("/ontwerp", dependencies=[Depends(public)])
def design_with_errors(request: Request) -> Response:
    """Show what a form looks like when it comes back; nothing that was sent is kept."""
    return render(request, "design.html", status_code=422, examples=examples(), with_errors=True)
