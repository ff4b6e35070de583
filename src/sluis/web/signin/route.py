"""How a sign-in that failed is told: as a page with its sentence, its remedy and the status that it has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from sluis.log import log
from sluis.web.errors import mistake_response
from sluis.web.sessions import remember_attempt
from sluis.web.signin.failures import SignInFailed


class SignInRoute(APIRoute):
    """Turns `SignInFailed` into its page, and takes the cookie of the attempt back."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Any]]:  # type: ignore[override] # a Response, always
        """Return the route's own handler with failures turned into pages."""
        respond = super().get_route_handler()

        async def respond_or_tell(request: Request) -> Response:
            try:
                return await respond(request)
            except SignInFailed as failed:
                log().info("sign-in-failed", code=failed.code)
                response = await run_in_threadpool(mistake_response, request, failed, status=failed.status)
                remember_attempt(request, response, None)
                return response

        return respond_or_tell
