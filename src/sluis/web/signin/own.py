"""My sign-in: the own sessions with when and by which door, one click to end them, and the own passkeys."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from sluis.kernel.text import Message, msg
from sluis.ledger.numbers import looks_like_insz
from sluis.web.access import current_person
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.rendering import render
from sluis.web.sessions import limits, session_id_of, sign_out
from sluis.web.signin import passkeys, store
from sluis.web.signin.pages import begin_attempt, take_attempt
from sluis.web.signin.route import SignInRoute
from sluis.web.store import close_own_session, close_sessions_of, list_sessions

router = APIRouter(route_class=SignInRoute)
Person = Annotated[SignedIn, Depends(current_person)]

DOOR_WORDS: Mapping[str, Message] = {
    "demo": msg("keuzelijst van de demonstratie"),
    "provider": msg("aanmelddienst"),
    "passkey": msg("passkey"),
    "certificate": msg("certificaat"),
}
_LONGEST_NAME = 80
_OWN = "/mijn-aanmelding"


@router.get(_OWN)
def show_own(request: Request, person: Person) -> Response:
    """Show the own sessions and passkeys."""
    kit = kit_of(request)
    idle, absolute = limits(request)
    with kit.database.transaction() as connection:
        sessions = list_sessions(
            connection, person.id, session_id_of(request) or "", at=kit.clock(), idle=idle, absolute=absolute
        )
        keys = store.list_passkeys(connection, person.id)
    return render(
        request,
        "signin/own.html",
        sessions=sessions,
        keys=keys,
        doors=DOOR_WORDS,
        idle=kit.settings.session_idle_minutes,
        absolute=kit.settings.session_minutes,
        roles_href=kit.roles_href,
        saved="bewaard" in request.query_params,
    )


@router.post(_OWN + "/sessies/{handle}/einde")
def end_one(request: Request, person: Person, handle: UUID) -> Response:
    """End one of the own sessions."""
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        ended = close_own_session(connection, person.id, handle, at=kit.clock())
    if not ended:
        raise HTTPException(404)
    return RedirectResponse(_OWN, status_code=303)


@router.post(_OWN + "/sessies/einde")
def end_all(request: Request, person: Person) -> Response:
    """End every own session, this one too."""
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        close_sessions_of(connection, person.id, at=kit.clock())
    response = RedirectResponse("/afgemeld", status_code=303)
    sign_out(request, response)
    return response


@router.get(_OWN + "/passkey")
def ask_new(request: Request, person: Person) -> Response:
    """Ask the browser to make a passkey."""
    kit, challenge = kit_of(request), secrets.token_bytes(32)
    with kit.database.transaction() as connection:
        known = store.known_credentials(connection, person.id)
    options = passkeys.registration_options(passkeys.Site.of(kit.settings), person, challenge=challenge, known=known)
    attempt = store.Attempt("", base64.b64encode(challenge).decode(), "", _OWN, person.id)
    response = render(request, "signin/passkey_new.html", options=options)
    begin_attempt(request, response, "passkey-new", attempt)
    return response


@router.post(_OWN + "/passkey")
def take_new(
    request: Request, person: Person, antwoord: Annotated[str, Form()] = "", naam: Annotated[str, Form()] = ""
) -> Response:
    """Keep the passkey that the device made, for who is signed in and began this."""
    kit = kit_of(request)
    name = naam.strip()[:_LONGEST_NAME]
    if not name or not name.isprintable() or looks_like_insz(name):
        name = "Passkey"
    with kit.database.transaction() as connection:
        attempt = take_attempt(connection, request, "passkey-new")
    if attempt.person != person.id:
        raise HTTPException(403)
    made = passkeys.check_new(passkeys.Site.of(kit.settings), antwoord, challenge=base64.b64decode(attempt.nonce))
    with kit.database.transaction() as connection:
        store.add_passkey(
            connection,
            credential=made.credential,
            actor=person.id,
            public_key=made.public_key,
            uses=made.uses,
            name=name,
            at=kit.clock(),
        )
    return RedirectResponse(_OWN + "?bewaard=ja", status_code=303)


@router.post(_OWN + "/passkeys/{passkey}/intrekken")
def withdraw(request: Request, person: Person, passkey: UUID) -> Response:
    """Let one of the own passkeys open nothing any more."""
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        withdrawn = store.withdraw_passkey(connection, person.id, passkey, at=kit.clock())
    if not withdrawn:
        raise HTTPException(404)
    return RedirectResponse(_OWN, status_code=303)
