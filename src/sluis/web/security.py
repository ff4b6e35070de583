"""What holds for every page: headers, forms of our own pages only, and a limit on what may be sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sluis.web.errors import error_response
from sluis.web.kit import kit_of
from sluis.web.sessions import TOKEN_FIELD, TOKEN_HEADER, token_is_right

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FORM_LIMIT_BYTES = 64 * 1024
_NUL = "\x00"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
_HSTS = "max-age=63072000; includeSubDomains"
_STATIC_CACHE = "public, max-age=31536000, immutable"

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])


class FormRefusedError(Exception):
    """A form came without the token of this visit, or from another site."""


def accepts_body(max_bytes: int) -> Callable[[Endpoint], Endpoint]:
    """Let one route take more than a form's size: put it directly above the function, below `@router.post`."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.max_body_bytes = max_bytes  # type: ignore[attr-defined] # functions carry attributes
        return endpoint

    return mark


async def check_form(request: Request) -> None:
    """Refuse an unsafe request whose form does not carry this session's token. Runs before every route."""
    if request.method in SAFE_METHODS or kit_of(request).is_machine_path(request.url.path):
        return
    form = await request.form()
    if not token_is_right(request, request.headers.get(TOKEN_HEADER) or form.get(TOKEN_FIELD)):
        raise FormRefusedError
    if any(_NUL in text for pair in form.multi_items() for text in pair if isinstance(text, str)):
        raise HTTPException(400)


def comes_from_elsewhere(headers: Headers) -> bool:
    """Return whether the browser says that another site sent this request.

    Our own Referrer-Policy makes `Origin: null` of our own forms, so that alone says nothing; the token then decides.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    if origin is None or origin == "null":
        return False
    return urlsplit(origin).netloc != headers.get("host")


class SecurityHeaders:
    """Outermost: every answer carries the headers, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", _HSTS)
                kept = scope["path"].startswith("/static/") and b"v=" in scope["query_string"]
                # Not one page is worth the risk of personal data in a shared computer's cache.
                headers.setdefault("Cache-Control", _STATIC_CACHE if kept else "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class PlainAddresses:
    """Refuses an address with a NUL in it: no page has one, and the database takes none."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (_NUL in scope["path"] or b"%00" in scope["query_string"]):
            # Nothing of the address is looked at any more, nor is a session.
            plain = {**scope, "path": "/", "raw_path": b"/", "query_string": b""}
            response = await run_in_threadpool(error_response, Request(plain), 400)
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)


class OwnForms:
    """Refuses unsafe requests that another site made a browser send."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            request = Request(scope)
            machine = kit_of(request).is_machine_path(scope["path"])
            if not machine and comes_from_elsewhere(request.headers):
                response = await run_in_threadpool(error_response, request, 403, code="form-refused")
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)


class BodyLimit:
    """Stops reading at the route's limit: by the announced length at once, else while it comes in."""

    def __init__(self, app: ASGIApp, *, routes_of: FastAPI) -> None:
        self.app = app
        self._routes_of = routes_of
        self._limits: list[tuple[re.Pattern[str], int]] | None = None

    def _limit(self, path: str) -> int:
        if self._limits is None:
            self._limits = [
                (compile_path(context.path or "")[0], limit)
                for context in iter_route_contexts(self._routes_of.routes)
                if (limit := getattr(context.endpoint, "max_body_bytes", None)) is not None
            ]
        return max((limit for pattern, limit in self._limits if pattern.match(path)), default=FORM_LIMIT_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > limit:
            response = await run_in_threadpool(error_response, Request(scope), 413)
            await response(scope, receive, send)
            return
        came = 0

        async def receive_limited() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_limited, send)
