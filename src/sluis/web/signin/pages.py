"""The pages of the doors: the provider and back, a passkey, a certificate."""

from __future__ import annotations

import base64
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from sluis.database import Connection
from sluis.kernel.outcome import Reason
from sluis.kernel.text import msg
from sluis.ledger.numbers import looks_like_insz
from sluis.log import log
from sluis.web.access import public
from sluis.web.kit import kit_of
from sluis.web.people import Admission, Identity, SignedIn
from sluis.web.rendering import render
from sluis.web.sessions import attempt_of, remember_attempt, sign_in
from sluis.web.signin import passkeys, store
from sluis.web.signin.certificates import Trust, check_certificate, fingerprint
from sluis.web.signin.claims import read_identity
from sluis.web.signin.failures import SignInFailed, cancelled, certificate_refused, passkey_refused, stale
from sluis.web.signin.provider import Provider
from sluis.web.signin.proxies import shown_certificate
from sluis.web.signin.route import SignInRoute
from sluis.web.store import Door, close_provider_session
from sluis.web.visits import local_path

router = APIRouter(route_class=SignInRoute, dependencies=[Depends(public)])

CALLBACK = "/aanmelden/terug"
_LONGEST_CODE = 4_096
_START = "/start"


def provider_of(request: Request) -> Provider:
    """Return the provider of this installation; 404 where it has none."""
    found: Provider | None = getattr(request.app.state, "provider", None)
    if found is None:
        raise HTTPException(404)
    return found


def _admission(request: Request) -> Admission:
    admission = kit_of(request).admission
    if admission is None:
        raise HTTPException(404)
    return admission


def way_back(wish: str | None) -> str:
    """Return where somebody goes after signing in: a page of ours without a number of a person in its address."""
    path = local_path(wish, _START)
    return _START if len(path) > 1_000 or looks_like_insz(path) else path


def begin_attempt(request: Request, response: Response, kind: str, attempt: store.Attempt) -> None:
    """Bind a sign-in that begins to this browser: its secret is a cookie, the server keeps the hash."""
    kit, secret = kit_of(request), secrets.token_urlsafe(32)
    with kit.database.transaction() as connection:
        store.add_attempt(connection, secret, kind, attempt, at=kit.clock())
    remember_attempt(request, response, secret)


def take_attempt(connection: Connection, request: Request, kind: str) -> store.Attempt:
    """Return the sign-in that this browser began, once; raises `SignInFailed` where there is none."""
    secret = attempt_of(request)
    found = None if secret is None else store.take_attempt(connection, secret, kind, at=kit_of(request).clock())
    if found is None:
        raise stale()
    return found


def _new_attempt(back: str) -> store.Attempt:
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    return store.Attempt(state, nonce, verifier, back)


@router.get("/aanmelden/dienst")
def go_to_provider(request: Request, terug: str = _START) -> Response:
    """Send the person to the sign-in provider."""
    attempt = _new_attempt(way_back(terug))
    address = provider_of(request).begin(state=attempt.state, nonce=attempt.nonce, verifier=attempt.verifier)
    response = RedirectResponse(address, status_code=303)
    begin_attempt(request, response, "provider", attempt)
    return response


@router.get(CALLBACK)
def come_back(request: Request, code: str = "", state: str = "", error: str = "", iss: str = "") -> Response:
    """Take the person back from the provider: each check before anything else, and the attempt counts once."""
    kit, provider = kit_of(request), provider_of(request)
    with kit.database.transaction() as connection:
        attempt = take_attempt(connection, request, "provider")
    if not secrets.compare_digest(attempt.state.encode(), state.encode()) or (iss and iss != provider.issuer):
        raise stale()
    if error or not 0 < len(code) <= _LONGEST_CODE:
        raise cancelled()
    at = kit.clock()
    said = provider.finish(code=code, nonce=attempt.nonce, verifier=attempt.verifier, at=at)
    identity = read_identity(
        said.claims,
        issuer=provider.issuer,
        application=kit.settings.oidc_application,
        may_have_number=kit.settings.oidc_rrn_ground is not None,
    )
    person = _admit(request, identity)
    return _open(request, person, attempt.back, door="provider", narrowed=identity.roles, provider_session=said.session)


def _admit(request: Request, identity: Identity) -> SignedIn:
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        found = _admission(request).admit(connection, identity, at=kit.clock())
    if isinstance(found, Reason):
        raise SignInFailed(found.code, found.what, remedy=found.remedy)
    return found


def _open(
    request: Request,
    person: SignedIn,
    back: str,
    *,
    door: Door,
    narrowed: frozenset[str] | None = None,
    provider_session: str | None = None,
) -> Response:
    """Open the session. Who has no role yet is told whom to ask."""
    roles = person.roles if narrowed is None else person.roles & narrowed
    roles_href = kit_of(request).roles_href
    response = RedirectResponse(back if roles or roles_href is None else roles_href, status_code=303)
    sign_in(request, response, person, door=door, narrowed=narrowed, provider_session=provider_session)
    remember_attempt(request, response, None)
    log().info("signed-in", door=door)
    return response


@router.post("/api/aanmelden/einde")
def end_from_provider(request: Request, logout_token: Annotated[str, Form(max_length=20_000)]) -> Response:
    """End the sessions that a session at the provider opened (back-channel logout)."""
    kit = kit_of(request)
    try:
        session = provider_of(request).check_logout_token(logout_token, at=kit.clock())
    except SignInFailed as failed:
        return Response(status_code=failed.status if failed.status >= 500 else 400)
    with kit.database.transaction() as connection:
        close_provider_session(connection, session, at=kit.clock())
    return Response(status_code=200)


@router.get("/aanmelden/passkey")
def ask_passkey(request: Request, terug: str = _START) -> Response:
    """Ask the browser for a passkey."""
    challenge = secrets.token_bytes(32)
    options = passkeys.sign_in_options(passkeys.Site.of(kit_of(request).settings), challenge=challenge)
    attempt = store.Attempt("", base64.b64encode(challenge).decode(), "", way_back(terug))
    response = render(request, "signin/passkey.html", options=options)
    begin_attempt(request, response, "passkey", attempt)
    return response


@router.post("/aanmelden/passkey")
def take_passkey(request: Request, antwoord: Annotated[str, Form()] = "") -> Response:
    """Sign in with the passkey that the browser answered with."""
    kit, site = kit_of(request), passkeys.Site.of(kit_of(request).settings)
    with kit.database.transaction() as connection:
        attempt = take_attempt(connection, request, "passkey")
    with kit.database.transaction() as connection:
        credential = passkeys.credential_id(antwoord)
        known = store.lock_credential(connection, credential)
        if known is None:
            raise passkey_refused()
        uses = passkeys.check_signature(site, antwoord, known, challenge=base64.b64decode(attempt.nonce))
        store.note_use(connection, credential, uses=uses, at=kit.clock())
        person = kit.people.find(connection, known.actor)
    if person is None:
        raise passkey_refused()
    return _open(request, person, attempt.back, door="passkey")


@router.get("/aanmelden/certificaat")
def ask_certificate(request: Request, terug: str = _START) -> Response:
    """Show whether a client certificate came along, by its fingerprint only."""
    _trust(request)
    found = shown_certificate(request)
    mark = None if found is None else fingerprint(found).hex()
    return render(request, "signin/certificate.html", fingerprint=mark, back=way_back(terug))


@router.post("/aanmelden/certificaat")
def take_certificate(request: Request, terug: Annotated[str, Form()] = _START) -> Response:
    """Sign in with the client certificate that came along."""
    kit, trust = kit_of(request), _trust(request)
    found = shown_certificate(request)
    if found is None:
        raise certificate_refused(msg("Er kwam geen certificaat mee."))
    mark = check_certificate(trust, found, at=kit.clock())
    with kit.database.transaction() as connection:
        person = _admission(request).by_certificate(connection, mark)
    if person is None:
        raise SignInFailed(
            "certificate-unknown",
            msg("Dit certificaat is nog aan niemand toegewezen."),
            remedy=msg("Geef de vingerafdruk van uw certificaat aan de toegangsbeheerder van uw organisatie."),
        )
    return _open(request, person, way_back(terug), door="certificate")


def _trust(request: Request) -> Trust:
    trust = Trust.of(kit_of(request).settings)
    if trust is None:
        raise HTTPException(404)
    return trust
