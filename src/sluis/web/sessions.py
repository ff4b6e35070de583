"""A session is a random 256-bit cookie; the server knows only its hash and ends it by itself."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import replace
from datetime import timedelta

from fastapi import Request, Response

from sluis.web.kit import PageKit, kit_of
from sluis.web.people import SignedIn
from sluis.web.store import Door, add_session, close_session, find_session

_SESSION = "sluis_sessie"
_VISIT = "sluis_bezoek"
_ATTEMPT = "sluis_aanmelding"
TOKEN_FIELD = "_sleutel"  # noqa: S105 - the name of a form field, not a secret
TOKEN_HEADER = "X-Sluis-Sleutel"  # noqa: S105 - the name of a header, not a secret


def is_secure(request: Request) -> bool:
    """Return whether cookies must carry Secure: always in production, elsewhere when the page came over https."""
    return kit_of(request).settings.environment == "production" or request.url.scheme == "https"


def _name(request: Request, name: str) -> str:
    # The __Host- prefix makes the browser refuse a cookie that another host or path set; it needs https.
    return f"__Host-{name}" if is_secure(request) else name


def _set(request: Request, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    response.set_cookie(
        _name(request, name), value, max_age=seconds, httponly=True, secure=is_secure(request), samesite="lax", path="/"
    )


def session_id_of(request: Request) -> str | None:
    """Return the session cookie. A machine door has none: a cookie there is not looked at."""
    if kit_of(request).is_machine_path(request.url.path):
        return None
    return request.cookies.get(_name(request, _SESSION)) or None


def limits(request: Request) -> tuple[timedelta, timedelta]:
    """Return after how long a session ends: without use, and in all."""
    settings = kit_of(request).settings
    return timedelta(minutes=settings.session_idle_minutes), timedelta(minutes=settings.session_minutes)


def sign_in(
    request: Request,
    response: Response,
    person: SignedIn,
    *,
    door: Door = "demo",
    narrowed: frozenset[str] | None = None,
    provider_session: str | None = None,
) -> None:
    """Start a session of its own for `person`: a cookie from before signing in is worth nothing after it.

    `narrowed` keeps only those of the person's roles, for as long as the session lives.
    """
    kit: PageKit = kit_of(request)
    at = kit.clock()
    fresh = secrets.token_urlsafe(32)
    old = session_id_of(request)
    with kit.database.transaction() as connection:
        if old is not None:
            close_session(connection, old, at=at)
        add_session(
            connection,
            fresh,
            person=person.id,
            party=person.party,
            at=at,
            door=door,
            narrowed=narrowed,
            provider_session=provider_session,
        )
    _set(request, response, _SESSION, fresh, seconds=int(limits(request)[1].total_seconds()))
    response.delete_cookie(_name(request, _VISIT), path="/", secure=is_secure(request), httponly=True)


def remember_attempt(request: Request, response: Response, value: str | None) -> None:
    """Set the cookie that binds a sign-in to this browser, or take it back with None."""
    if value is None:
        response.delete_cookie(_name(request, _ATTEMPT), path="/", secure=is_secure(request), httponly=True)
    else:
        _set(request, response, _ATTEMPT, value, seconds=600)


def attempt_of(request: Request) -> str | None:
    """Return the secret of the sign-in that this browser began."""
    return request.cookies.get(_name(request, _ATTEMPT)) or None


def sign_out(request: Request, response: Response) -> None:
    """End the session on the server and take the cookie back."""
    kit = kit_of(request)
    session_id = session_id_of(request)
    if session_id is not None:
        with kit.database.transaction() as connection:
            close_session(connection, session_id, at=kit.clock())
    response.delete_cookie(_name(request, _SESSION), path="/", secure=is_secure(request), httponly=True)


def visitor(request: Request) -> SignedIn | None:
    """Return who sent the request, looked up once; nobody when there is no living session."""
    if not hasattr(request.state, "visitor"):
        request.state.visitor = _look_up(request)
    found: SignedIn | None = request.state.visitor
    return found


def _look_up(request: Request) -> SignedIn | None:
    session_id = session_id_of(request)
    if session_id is None:
        return None
    kit = kit_of(request)
    idle, absolute = limits(request)
    with kit.database.transaction() as connection:
        held = find_session(connection, session_id, at=kit.clock(), idle=idle, absolute=absolute)
        person = None if held is None else kit.people.find(connection, held.person)
    if held is None or person is None or held.narrowed is None:
        return person
    return replace(person, roles=person.roles & held.narrowed)


def _token(secret: str) -> str:
    # One way: who reads the form's token does not learn the cookie.
    return hmac.new(secret.encode(), b"sluis form", hashlib.sha256).hexdigest()


def form_token(request: Request) -> str:
    """Return the token that every form carries, bound to the session or, before signing in, to the visit."""
    secret = session_id_of(request) or _visit(request)
    return _token(secret)


def _visit(request: Request) -> str:
    known = request.cookies.get(_name(request, _VISIT)) or getattr(request.state, "new_visit", None)
    if known is None:
        known = request.state.new_visit = secrets.token_urlsafe(32)
    return str(known)


def remember_visit(request: Request, response: Response) -> None:
    """Set the visit cookie when a form on this page needs it; a page without a form sets none."""
    fresh = getattr(request.state, "new_visit", None)
    if fresh is not None:
        _set(request, response, _VISIT, fresh)


def token_is_right(request: Request, given: object) -> bool:
    """Return whether a form's token belongs to one of the cookies that came with it."""
    secret = session_id_of(request) or request.cookies.get(_name(request, _VISIT))
    # A comparison in equal time takes plain ASCII only, and a token is nothing else.
    is_text = isinstance(given, str) and given.isascii()
    return bool(secret) and is_text and hmac.compare_digest(_token(str(secret)), str(given))
