"""What every page of this slice shares: who may use it, and which status an error has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.lists.passage import Refusal
from sluis.web.access import PageRefusedError, require_right
from sluis.web.errors import mistake_response
from sluis.web.people import SignedIn

Officer = Annotated[SignedIn, Depends(require_right("lists-exchange"))]
Dpo = Annotated[SignedIn, Depends(require_right("lists-keys"))]
Reader = Annotated[SignedIn, Depends(require_right("lists-read"))]

_STATUS: Mapping[str, int] = {
    "exchange-unknown": 404,
    "agreement-unknown": 404,
    "key-unknown": 404,
    "agreement-not-in-force": 403,
    "exchange-state": 409,
    "key-not-set": 409,
    "key-set": 409,
    "key-own-proposal": 409,
}


class ListsRoute(APIRoute):
    """Gives the slice's errors the status that they mean, and shows every reason of a refusal."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Any]]:  # type: ignore[override] # a Response, always
        """Return the route's own handler with the errors turned into pages."""
        respond = super().get_route_handler()

        async def respond_or_tell(request: Request) -> Response:
            try:
                return await respond(request)
            except Refusal as refusal:
                raise PageRefusedError(*refusal.reasons) from None
            except SluisError as error:
                status = _STATUS.get(error.code)
                if status is None:
                    raise
                return await run_in_threadpool(mistake_response, request, error, status=status)

        return respond_or_tell


def party_of(person: SignedIn) -> str:
    """Return the party for which the person acts; the roles of these pages exist only at a party."""
    assert person.party is not None
    return person.party


def page_number(wish: str, last: int) -> int:
    """Return a page number between 1 and the last one, whatever stands in the address."""
    return min(max(int(wish), 1), last) if wish.isascii() and wish.isdigit() and len(wish) < 10 else 1


def back_to(request: Request, path: str) -> Response:
    """Lead to a page, with the language or scheme that the address asks for."""
    query = request.url.query
    return RedirectResponse(f"{path}?{query}" if query else path, status_code=303)


def no_such_agreement() -> SluisError:
    """Say the same of an unknown agreement and of one between others."""
    return SluisError(
        "agreement-unknown",
        msg("Deze overeenkomst bestaat niet, of uw organisatie is er geen partij in."),
        remedy=msg("Kies een overeenkomst op de bladzijde met uw lijsten."),
    )
