"""What a reader chose about the pages: the language and light or dark. Kept in a cookie, never in a session."""

from __future__ import annotations

from typing import Literal, get_args
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response

from sluis.ledger.numbers import looks_like_insz
from sluis.web.languages import LANGUAGES, Language
from sluis.web.sessions import is_secure

Scheme = Literal["auto", "light", "dark"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)

LANGUAGE_PARAMETER = "taal"
SCHEME_PARAMETER = "weergave"
_LANGUAGE_COOKIE = "sluis_taal"
_SCHEME_COOKIE = "sluis_weergave"
_YEAR_SECONDS = 365 * 24 * 3600


def _accepted(header: str) -> Language | None:
    """Return the first of our languages in an Accept-Language header, by its weights."""
    wishes: list[tuple[float, int, str]] = []
    for position, part in enumerate(header.split(",")[:20]):
        tag, _, weight = part.partition(";")
        try:
            q = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            q = 0.0
        wishes.append((-q, position, tag.strip().lower().partition("-")[0]))
    spoken = (known for q, _, tag in sorted(wishes) if q < 0 for known in LANGUAGES if tag == known)
    return next(spoken, None)


def language_of(request: Request) -> Language:
    """Return the reader's language: `?taal=`, else the cookie, else what the browser asks, else Dutch."""
    for wish in (request.query_params.get(LANGUAGE_PARAMETER), request.cookies.get(_LANGUAGE_COOKIE)):
        if wish in LANGUAGES:
            return wish
    return _accepted(request.headers.get("accept-language", "")) or "nl"


def scheme_of(request: Request) -> Scheme:
    """Return light or dark as the reader chose; `auto` follows the device."""
    for wish in (request.query_params.get(SCHEME_PARAMETER), request.cookies.get(_SCHEME_COOKIE)):
        if wish in SCHEMES:
            return wish
    return "auto"


def remember_preferences(request: Request, response: Response) -> None:
    """Keep what this request's address chose."""
    choices = (
        (LANGUAGE_PARAMETER, _LANGUAGE_COOKIE, LANGUAGES),
        (SCHEME_PARAMETER, _SCHEME_COOKIE, SCHEMES),
    )
    for parameter, cookie, allowed in choices:
        wish = request.query_params.get(parameter)
        if wish is not None and wish in allowed:
            response.set_cookie(
                cookie, wish, max_age=_YEAR_SECONDS, httponly=True, secure=is_secure(request), samesite="lax", path="/"
            )


def address_with(request: Request, parameter: str, value: str) -> str:
    """Return the address of this same page with one preference changed.

    What looks like a national number in the address is not repeated: the page would hold it, and the next address.
    """
    kept = [(name, old) for name, old in parse_qsl(request.url.query) if name != parameter]
    kept = [(name, old) for name, old in kept if not looks_like_insz(f"{name} {old}")]
    path = "/" if looks_like_insz(request.url.path) else request.url.path
    return f"{path}?{urlencode([*kept, (parameter, value)])}"
