"""The FHIR door over HTTP: births come in, profiles and capabilities go out; nothing of a person is ever read back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from psycopg.errors import LockNotAvailable, QueryCanceled
from psycopg_pool import PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from sluis.births.door import NotAdmitted, Sender, SenderOf
from sluis.births.fhir import outcome
from sluis.births.fhir.canonical import KINDS, outward, take_inward
from sluis.births.fhir.names import EVENTS
from sluis.births.fhir.passage import (
    GateRefused,
    Result,
    UnknownNewborn,
    VersionConflict,
    note_refusal,
    take_bundle,
    take_correction,
    version_in,
)
from sluis.births.fhir.profiles import capability, find_definition, search_definitions, smart_configuration
from sluis.births.fhir.reading import Asked
from sluis.births.fhir.walk import NotJson, parse
from sluis.births.house import Births
from sluis.births.model import Fault, Unfit
from sluis.gate.actions import day_of
from sluis.kernel.text import Message, msg
from sluis.log import log
from sluis.web.access import name_right, public
from sluis.web.kit import kit_of
from sluis.web.preferences import language_of
from sluis.web.security import accepts_body

LIMIT_BYTES: Final = 256 * 1024
_PATIENCE_SECONDS: Final = 15.0
_KINDS: Final = frozenset({"application/fhir+json", "application/json"})
_UNFIT_STATUS: Final[Mapping[str, int]] = {"message-id-reused": 409, "structure": 400}


class Refusal(Exception):
    """A request that is refused before it is read: status, code and sentence."""

    def __init__(self, status: int, code: str, text: Message, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.text, self.headers = status, code, text, dict(headers or {})


class FhirRoute(APIRoute):
    """A route that reads its body within limits and answers every mistake with an OperationOutcome."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Any]]:  # type: ignore[override] # a Response, always
        """Return the route's own handler between reading and telling."""
        respond = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                await _read_body(request)
                response: Response = await respond(request)
            except Exception as error:
                told = await run_in_threadpool(_told, request, error)
                if told is None:
                    raise
                response = told
            return _with_addresses(response, _address(request))

        return answer


def _address(request: Request) -> str:
    return kit_of(request).settings.public_address


def _with_addresses(response: Response, address: str) -> Response:
    """Return an answer whose names of profiles and codes are addresses that open."""
    response.body = outward(bytes(response.body), address)
    response.headers["Content-Length"] = str(len(response.body))
    return response


async def _read_body(request: Request) -> None:
    try:
        request.state.body = await asyncio.wait_for(request.body(), timeout=_PATIENCE_SECONDS)
    except TimeoutError:
        raise Refusal(408, "too-slow", _SLOW, {"Connection": "close"}) from None
    except ClientDisconnect:
        raise Refusal(400, "not-json", _SLOW) from None


_SLOW: Final = msg("Het bericht kwam te traag of niet volledig binnen. Er is niets van bewaard: stuur het opnieuw.")
_CONFLICT: Final = msg(
    "Deze geboorte is intussen gewijzigd: uw versie is niet meer de laatste. Verbeter uitgaande van wat u het laatst"
    " meldde, met de versie uit de laatste ETag."
)
_UNKNOWN: Final = msg("Uw ziekenhuis meldde geen geboorte met dit adres.")
_LARGE: Final = msg("Het bericht is te groot. Een geboortemelding telt negen gegevens.")
_BUSY: Final = msg("Sluis heeft het nu te druk. Er is niets van het bericht bewaard: stuur het straks opnieuw.")
_VERB: Final = msg("Dit kan niet op dit adres: Sluis neemt geboorten aan en geeft er geen terug.")


def _told(request: Request, error: Exception) -> Response | None:
    """Return the answer that tells what went wrong; None for what nobody foresaw."""
    language = language_of(request)
    status, body, headers = 0, None, None
    match error:
        case Unfit():
            status, body = _unfit_status(error), outcome.of_faults(error.faults, language)
        case GateRefused():
            status, body = 403, outcome.of_reasons(error.reasons, language)
        case NotAdmitted():
            status, headers = error.status, error.headers
            body = outcome.of_one(error.code, error.what, language, remedy=error.remedy)
        case Refusal():
            status, headers = error.status, error.headers
            body = outcome.of_one(error.code, error.text, language)
        case VersionConflict():
            status, body = 412, outcome.of_one("version-conflict", _CONFLICT, language)
        case UnknownNewborn():
            status, body = 404, outcome.of_one("not-found", _UNKNOWN, language)
        case HTTPException(status_code=413):
            status, body = 413, outcome.of_one("too-large", _LARGE, language)
        case PoolTimeout() | LockNotAvailable() | QueryCanceled():
            log().warning("fhir.busy", kind=type(error).__name__)
            status, body, headers = 503, outcome.of_one("busy", _BUSY, language), {"Retry-After": "2"}
    return None if body is None else outcome.response(body, status, headers)


def _unfit_status(unfit: Unfit) -> int:
    """Return 409 for an id used twice, 400 for what is no such resource, 422 for fields that do not fit."""
    codes = {fault.code for fault in unfit.faults}
    return _UNFIT_STATUS.get(min(codes), 422) if len(codes) == 1 else 422


def build_router(births: Births, sender_of: SenderOf) -> APIRouter:
    """Return the routes; `sender_of` tells which hospital's machine speaks."""
    router = APIRouter(route_class=FhirRoute, prefix="/fhir", include_in_schema=False)

    def machine(request: Request) -> Sender:
        return sender_of(request)

    sender = Depends(name_right(machine, "machine: births-deliver"))

    @router.post("")
    @accepts_body(LIMIT_BYTES)
    def take(request: Request, who: Sender = sender) -> Response:
        """Take in a transaction or message Bundle."""
        body = _body(request)
        asked, results = take_bundle(births, who, _resource(births, who, request, "Bundle"), body)
        return _answer(asked, results)

    @router.post("/$process-message")
    @accepts_body(LIMIT_BYTES)
    def process_message(request: Request, who: Sender = sender) -> Response:
        """Take in a message Bundle, as FHIR messaging calls it."""
        body = _body(request)
        bundle = _resource(births, who, request, "Bundle")
        if bundle.get("type") != "message":
            unfit = Unfit(
                (
                    Fault(
                        "Bundle.type",
                        "structure",
                        msg("$process-message neemt alleen een Bundle van het type message."),
                    ),
                )
            )
            note_refusal(births, who, unfit, body)
            raise unfit
        asked, results = take_bundle(births, who, bundle, body)
        return _answer(asked, results)

    @router.put("/Patient/{newborn}")
    @accepts_body(LIMIT_BYTES)
    def correct(request: Request, newborn: str, who: Sender = sender) -> Response:
        """Put a whole Patient in the place of what was told of a child; `If-Match` names the version."""
        body = _body(request)
        given = request.headers.get("if-match")
        version = None if given is None else version_in(given)
        if version is None:
            raise Refusal(
                428,
                "version-required",
                msg(
                    'Zeg met If-Match welke versie u verbetert, als W/"3". U vindt ze in ETag van het vorige antwoord.'
                ),
            )
        resource = _resource(births, who, request, "Patient")
        result = take_correction(births, who, _number(newborn), resource, body, version=version)
        headers = {} if result.version is None else {"ETag": f'W/"{result.version}"'}
        ok = outcome.issue("informational", "ok", severity="information") | {"code": "informational"}
        return outcome.response({"resourceType": "OperationOutcome", "issue": [ok]}, 200, headers)

    _add_definitions(router)

    @router.api_route("/{rest:path}", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
    def nothing_else(rest: str, who: Sender = sender) -> Response:
        """Say that births come in only, to whoever has a token."""
        raise Refusal(405, "not-supported", _VERB, {"Allow": "POST"})

    return router


def _add_definitions(router: APIRouter) -> None:
    everyone = [Depends(public)]

    @router.get("/metadata", dependencies=everyone)
    def metadata(request: Request) -> Response:
        """Give the CapabilityStatement."""
        return outcome.response(capability(_address(request)), 200)

    @router.get("/.well-known/smart-configuration", dependencies=everyone)
    def smart(request: Request) -> Response:
        """Give the configuration of SMART App Launch, for backend services."""
        found = smart_configuration(_address(request))
        return Response(json.dumps(found), media_type="application/json")

    def definition(request: Request, name: str) -> Response:
        """Give a profile, value set, code system or example."""
        kind = request.url.path.split("/")[2]
        found = find_definition(kind, name, on=_today(request))
        if found is None:
            raise Refusal(404, "not-found", msg("Dit profiel of deze codelijst bestaat hier niet."))
        return outcome.response(found, 200)

    def search(request: Request, url: str | None = None) -> Response:
        """Give all definitions of a kind, or those with one canonical, as a searchset Bundle."""
        kind = request.url.path.split("/")[2]
        return outcome.response(search_definitions(kind, _address(request), url=url, on=_today(request)), 200)

    for kind in KINDS:
        router.add_api_route(f"/{kind}", search, methods=["GET"], dependencies=everyone, name=f"{kind} search")
        router.add_api_route(f"/{kind}/{{name}}", definition, methods=["GET"], dependencies=everyone, name=kind)


def _today(request: Request) -> date:
    return day_of(kit_of(request).clock())


def _body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _KINDS:
        raise Refusal(415, "media-type", msg("Stuur FHIR als JSON, met Content-Type application/fhir+json."))
    body: bytes = request.state.body
    return body


def _resource(births: Births, who: Sender, request: Request, kind: str) -> dict[str, Any]:
    """Return the resource in a body; what is none is refused, with its evidence."""
    body: bytes = request.state.body
    try:
        found = parse(body)
        if found.get("resourceType") != kind:
            raise NotJson(Message(_EXPECTED.text, (("kind", kind),)))
    except NotJson as error:
        unfit = Unfit((Fault(kind, "structure", error.text),))
        note_refusal(births, who, unfit, body)
        raise unfit from None
    take_inward(found, _address(request))
    return found


_EXPECTED: Final = msg("Hier hoort een resource van het type {kind}.", kind="…")


def _number(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UnknownNewborn from None


def _answer(asked: Asked, results: list[Result]) -> Response:
    """Return the answer to a Bundle: of the same type as FHIR asks, without anything of a person."""
    return outcome.response(_message(asked) if asked.type == "message" else _transaction(asked, results), 200)


def _transaction(asked: Asked, results: list[Result]) -> dict[str, Any]:
    """Return an answer per entry, in the order of asking; what is not a child of its own went along with it."""
    of_entry = {one.entry: one for one in results}
    entries = []
    for index in range(asked.entries):
        one = of_entry.get(index)
        response: dict[str, Any] = {"status": "200 OK" if one is None else one.status}
        if one is not None and one.newborn is not None:
            response |= {"location": f"Patient/{one.newborn}/_history/{one.version}", "etag": f'W/"{one.version}"'}
        entries.append({"response": response})
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}


def _message(asked: Asked) -> dict[str, Any]:
    header: dict[str, Any] = {
        "resourceType": "MessageHeader",
        "id": str(uuid4()),
        "eventCoding": {"system": EVENTS, "code": "birth-response"},
        "source": {"name": "Sluis", "endpoint": "urn:sluis:fhir"},
        "response": {"identifier": asked.header or asked.message_id, "code": "ok"},
    }
    if asked.endpoint is not None:
        header["destination"] = [{"endpoint": asked.endpoint}]
    at = max(meant.notice.sent_at for meant in asked.meant).astimezone(UTC)
    return {
        "resourceType": "Bundle",
        "type": "message",
        "timestamp": at.isoformat(timespec="seconds"),
        "entry": [{"resource": header}],
    }
