"""`POST /hl7`: the same messages and answers as over MLLP, by the token of a hospital's machine.

The body of every answer is an HL7 acknowledgement; the HTTP status says the same for who only looks at that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from psycopg.errors import LockNotAvailable, QueryCanceled
from psycopg_pool import PoolTimeout
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from sluis.births.door import NotAdmitted, Sender, SenderOf
from sluis.births.hl7.ack import Verdict
from sluis.births.hl7.door import CHANNEL, Hl7Door, Reply, answer, reject
from sluis.births.hl7.message import LARGEST_MESSAGE
from sluis.births.house import Delivery
from sluis.births.intake.work import work_now
from sluis.kernel.text import Message, msg
from sluis.log import log
from sluis.web.access import name_right
from sluis.web.kit import kit_of
from sluis.web.languages import translate
from sluis.web.preferences import language_of
from sluis.web.security import accepts_body

MEDIA_TYPE: Final = "application/hl7-v2"
_KINDS: Final = frozenset({MEDIA_TYPE, "application/hl7-v2+er7", "x-application/hl7-v2+er7"})
_PATIENCE_SECONDS: Final = 15.0

_SLOW: Final = msg("Het bericht kwam te traag of niet volledig binnen. Er is niets van bewaard: stuur het opnieuw.")
_LARGE: Final = msg("Het bericht is te groot. Een geboortemelding telt negen gegevens.")
_KIND: Final = msg("Stuur HL7 v2 met Content-Type application/hl7-v2.")
_BUSY: Final = msg("Sluis heeft het nu te druk. Er is niets van het bericht bewaard: stuur het straks opnieuw.")


class Refusal(Exception):
    """A request that is refused before its message is read: the status and the sentence."""

    def __init__(self, status: int, text: Message, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.text, self.headers = status, text, dict(headers or {})


class Hl7Route(APIRoute):
    """A route that reads its body within limits and answers every mistake with an AR."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Any]]:  # type: ignore[override] # a Response, always
        """Return the route's own handler between reading and telling."""
        respond = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                await _read_body(request)
                response: Response = await respond(request)
            except Exception as error:
                refused = await run_in_threadpool(_refused, request, error)
                if refused is None:
                    raise
                response = refused
            return response

        return told


def build_router(door: Hl7Door, sender_of: SenderOf) -> APIRouter:
    """Return the route; `sender_of` tells which hospital's machine speaks."""
    router = APIRouter(route_class=Hl7Route, include_in_schema=False)

    def machine(request: Request) -> Sender:
        return sender_of(request)

    sender = Depends(name_right(machine, "machine: births-deliver"))

    @router.post("/hl7")
    @accepts_body(LARGEST_MESSAGE)
    def take(request: Request, who: Sender = sender) -> Response:
        """Take in one message and answer it after it is durable."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _KINDS:
            raise Refusal(415, _KIND)
        raw: bytes = request.state.body
        delivery = Delivery(
            who.party, who.actor, CHANNEL, who.at, who.correlation, agreement=who.agreement, purpose=who.purpose
        )
        reply = answer(door, raw.strip(b"\x0b\x1c\r\n") + b"\r", delivery)
        response = Response(reply.content, status_code=_status(reply), media_type=MEDIA_TYPE)
        if reply.notices:
            response.background = BackgroundTask(work_now, door.births, reply.notices, at=who.at)
        return response

    return router


async def _read_body(request: Request) -> None:
    try:
        request.state.body = await asyncio.wait_for(request.body(), timeout=_PATIENCE_SECONDS)
    except TimeoutError:
        raise Refusal(408, _SLOW, {"Connection": "close"}) from None
    except ClientDisconnect:
        raise Refusal(400, _SLOW) from None


def _status(reply: Reply) -> int:
    if reply.verdict is Verdict.ACCEPTED:
        return 200
    if "unavailable" in reply.codes:
        return 503
    return 403 if "refused" in reply.codes else 422


def _refused(request: Request, error: Exception) -> Response | None:
    """Return the AR that tells what went wrong; None for what nobody foresaw."""
    headers: Mapping[str, str] = {}
    match error:
        case NotAdmitted():
            status, text, headers = error.status, _both(error), error.headers
        case Refusal():
            status, text, headers = error.status, error.text, error.headers
        case HTTPException(status_code=413):
            status, text = 413, _LARGE
        case HTTPException(status_code=405):
            status, text, headers = 405, _KIND, {"Allow": "POST"}
        case PoolTimeout() | LockNotAvailable() | QueryCanceled():
            log().warning("hl7.busy", kind=type(error).__name__)
            status, text, headers = 503, _BUSY, {"Retry-After": "2"}
        case _:
            return None
    language = language_of(request)
    content = reject(text, at=kit_of(request).clock(), say=lambda sentence: translate(sentence, language))
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers))


def _both(error: NotAdmitted) -> Message:
    return msg("{what} {remedy}", what=error.what, remedy=error.remedy)
