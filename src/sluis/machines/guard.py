"""The door of the API: whose request it is, whether it is fresh, whether there is room, and the answer signed.

Every route of the API has the class `MachineRoute`: it reads the whole body within a limit and a time, turns every
mistake into a problem, and signs what goes out. `require_machine` names the right and gives the caller.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from psycopg.errors import LockNotAvailable, QueryCanceled, SerializationFailure
from psycopg_pool import PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.gate.policy import is_mark
from sluis.kernel.errors import SluisError
from sluis.ledger.numbers import looks_like_insz
from sluis.ledger.persons import PersonSecret
from sluis.log import log
from sluis.machines import store
from sluis.machines.keys import key_of
from sluis.machines.model import CLOCK_SKEW, SIGNATURE_LIFE, Allowance, Caller
from sluis.machines.problems import ApiProblem, as_response, of_error, of_status, told
from sluis.machines.secret import InstallationKey
from sluis.machines.signing import Answered, NotSigned, Sent, claimed, sign_answer, verify
from sluis.machines.tokens import LONGEST_TOKEN, NotProven, read_token
from sluis.web.access import name_right
from sluis.web.kit import kit_of
from sluis.web.preferences import language_of
from sluis.web.security import FORM_LIMIT_BYTES

VERSION = "1.0.0"
TURN_SECONDS = 60
_PATIENCE_SECONDS = 10.0
_FIELD = re.compile(r"[A-Za-z]{1,40}")
# Whoever sends slower than this over a whole body is cut off.
_SLOWEST_BYTES_PER_SECOND = 256 * 1024


@dataclass(frozen=True, slots=True)
class Door:
    """What the door is built from. `issuer` is the address at which everyone reaches us: tokens are for it."""

    key: InstallationKey
    secrets: PersonSecret = field(repr=False)
    issuer: str
    per_minute: int
    patience_seconds: float = _PATIENCE_SECONDS


def remember_door(app: Any, door: Door) -> None:  # noqa: ANN401 - an application, whose state takes anything
    """Keep the door with the application."""
    app.state.machine_door = door


def door_of(request: Request) -> Door:
    """Return the door of the application that the request came to."""
    door: Door = request.app.state.machine_door
    return door


def require_machine(right: str, *, scope: str | None = None) -> Callable[[Request], Caller]:
    """Return a dependency that gives the machine behind a signed request whose token has what the route asks.

    `scope` is one of the party's own things to read; without it, the token must name an agreement and a purpose.
    """

    def machine_with_right(request: Request) -> Caller:
        caller = identify(request)
        grant = caller.grant
        if (scope is not None and scope not in grant.scopes) or (scope is None and grant.agreement is None):
            raise ApiProblem("token-too-narrow")
        return caller

    return name_right(machine_with_right, f"machine: {right}")


def identify(request: Request) -> Caller:
    """Return whose request this is: its token, its key and its signature hold, and it was not asked before."""
    kit, door = kit_of(request), door_of(request)
    at = kit.clock()
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise ApiProblem("token-missing")
    try:
        token = read_token(text[: LONGEST_TOKEN + 1], door.key, issuer=door.issuer, at=at)
    except NotProven:
        raise _token_invalid() from None
    headers = fields_of(request)
    try:
        claim = claimed(headers, at=at)
    except NotSigned as error:
        raise ApiProblem("signature-missing" if error.why == "missing" else "signature-invalid") from None
    if claim.key_id != token.thumbprint:
        raise ApiProblem("signature-invalid")
    with kit.database.transaction() as connection:
        found = store.find_live_key(connection, token.thumbprint, on=day_of(at))
        if found is None or found[1].id != token.machine:
            raise _token_invalid()
        key, machine = found
        try:
            signed = verify(sent_of(request), body_of(request), claim, key_of(key.public_key))
        except NotSigned:
            raise ApiProblem("signature-invalid") from None
        until = signed.created + SIGNATURE_LIFE + 2 * CLOCK_SKEW
        is_first = store.see_once(connection, "nonce", machine.id, signed.nonce, until=until)
        allowance = count(connection, door, party=machine.party, at=at) if is_first else None
    request.state.signed = signed
    if allowance is None:
        raise ApiProblem("replayed")
    request.state.allowance = allowance
    if allowance.is_spent:
        raise ApiProblem("too-many-requests", headers={"Retry-After": str(allowance.wait_seconds)})
    return Caller(machine.id, machine.party, token.grant, signed, correlation_of(request), at)


def count(connection: Connection, door: Door, *, party: str, at: datetime) -> Allowance:
    """Count one request of a party and return what is left of its minute, over all processes."""
    turn, into = divmod(int(at.timestamp()), TURN_SECONDS)
    used = store.count_use(connection, party=party, turn=turn)
    return Allowance(door.per_minute, door.per_minute - used, TURN_SECONDS - into)


def _token_invalid() -> ApiProblem:
    return ApiProblem("token-invalid", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


def correlation_of(request: Request) -> str:
    """Return the mark of this request: the sender's own where it may stand in evidence, else one of ours."""
    if not hasattr(request.state, "correlation"):
        given = request.headers.get("x-correlation-id", "")
        request.state.correlation = given if given and is_mark(given) else str(uuid4())
        request.state.correlation_is_unfit = bool(given) and not is_mark(given)
    mark: str = request.state.correlation
    return mark


def fields_of(request: Request) -> dict[str, str]:
    """Return the fields of a request, those that came more than once joined as RFC 9110 says."""
    joined: dict[str, str] = {}
    for name, value in request.headers.items():
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def sent_of(request: Request) -> Sent:
    """Return the request as its sender signed it: at our public address, whatever proxy stands before us."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope.get("query_string", b"")
    target = raw.split(b"?")[0].decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
    return Sent(request.method, door_of(request).issuer + target, fields_of(request))


def body_of(request: Request) -> bytes:
    """Return the body, read before."""
    body: bytes = request.state.body
    return body


class MachineRoute(APIRoute):
    """A route of the API."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Any]]:  # type: ignore[override] # a Response, always
        """Return the route's own handler between reading and signing."""
        respond = super().get_route_handler()
        limit = getattr(self.endpoint, "max_body_bytes", FORM_LIMIT_BYTES)

        async def answer(request: Request) -> Response:
            try:
                check_address(request)
                await read_body(request, limit)
                response: Response = await respond(request)
            except Exception as error:
                problem = problem_of(error)
                if problem is None:
                    raise
                response = problem_response(request, problem)
            return await run_in_threadpool(finished, request, response)

        return answer


async def read_body(request: Request, limit: int) -> None:
    """Read the whole body within its time: who sends byte by byte is cut off."""
    seconds = door_of(request).patience_seconds + limit / _SLOWEST_BYTES_PER_SECOND
    try:
        request.state.body = await asyncio.wait_for(request.body(), timeout=seconds)
    except TimeoutError:
        raise ApiProblem("too-slow", headers={"Connection": "close"}) from None
    except ClientDisconnect:
        raise ApiProblem("unreadable") from None


def check_address(request: Request) -> None:
    """Refuse what could bring a person's number into a log: in the address, or in a field that is echoed or kept."""
    correlation_of(request)
    address = unquote(f"{request.url.path} {request.url.query}")
    if looks_like_insz(address) or looks_like_insz(request.headers.get("idempotency-key", "")):
        raise ApiProblem("number-in-address")
    if request.state.correlation_is_unfit:
        raise ApiProblem("correlation-unfit")


def problem_of(error: Exception) -> ApiProblem | None:
    """Return the problem that an exception is for who asked; None for what nobody decided."""
    if isinstance(error, ApiProblem):
        return error
    if isinstance(error, SluisError):
        return of_error(error)
    if isinstance(error, RequestValidationError):
        return ApiProblem("invalid-input", errors=[_mistake(one) for one in error.errors()[:20]])
    if isinstance(error, HTTPException):
        return of_status(error.status_code)
    if isinstance(error, PoolTimeout | LockNotAvailable | QueryCanceled | SerializationFailure):
        log().warning("api-busy", kind=type(error).__name__)
        return ApiProblem("busy", headers={"Retry-After": "2"})
    return None


def _mistake(error: Mapping[str, Any]) -> dict[str, str]:
    """Say which field is wrong and by which rule; nothing of what was sent, for a field's name may be a number too."""
    places = [one if isinstance(one, str) and _FIELD.fullmatch(one) else "…" for one in error["loc"]]
    return {"field": ".".join(places)[:120], "rule": str(error["type"])}


def problem_response(request: Request, problem: ApiProblem) -> Response:
    """Return the problem in the asker's language."""
    language = language_of(request)
    response = as_response(told(problem, language=language, public_address=door_of(request).issuer))
    response.headers["Content-Language"] = language
    return response


def finished(request: Request, response: Response) -> Response:
    """Put on an answer what every answer has: version, mark, what is left, and our signature."""
    kit, door = kit_of(request), door_of(request)
    response.headers["API-Version"] = VERSION
    response.headers["X-Correlation-ID"] = correlation_of(request)
    allowance: Allowance | None = getattr(request.state, "allowance", None)
    if allowance is not None:
        response.headers["RateLimit-Policy"] = f'"party";q={allowance.limit};w={TURN_SECONDS}'
        response.headers["RateLimit"] = f'"party";r={max(allowance.left, 0)};t={allowance.wait_seconds}'
    signed = getattr(request.state, "signed", None)
    body = bytes(response.body)
    try:
        answer = Answered(response.status_code, dict(response.headers), sent_of(request))
        response.headers.update(sign_answer(door.key, answer, body, signed=signed, at=kit.clock()))
    except Exception as error:
        # An address that nobody can sign over gets its problem unsigned; every other answer is signed or not given.
        if signed is not None:
            raise
        log().warning("api-answer-unsigned", kind=type(error).__name__)
    return response
