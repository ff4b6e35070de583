"""Exchanges of lists: send the request file, follow it, take the answer, confirm that the copies are destroyed.

The slice of lists does the work; the application gives it here as a `ListDoor`, for a slice never imports another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from sluis.machines.evidence import record_step
from sluis.machines.guard import MachineRoute, body_of, require_machine
from sluis.machines.model import Caller
from sluis.machines.once import Once
from sluis.machines.problems import ApiProblem
from sluis.web.security import accepts_body

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UPLOAD_LIMIT_BYTES = 32 * 1024 * 1024
MayExchange = Annotated[Caller, Depends(require_machine("list exchange"))]


class ListState(Protocol):
    """An exchange of lists as its party sees it."""

    @property
    def id(self) -> UUID: ...
    @property
    def agreement(self) -> str: ...
    @property
    def party(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def reference(self) -> date: ...
    @property
    def asked(self) -> int | None: ...
    @property
    def released(self) -> int | None: ...
    @property
    def reasons(self) -> Sequence[Mapping[str, str]]: ...
    @property
    def entry(self) -> UUID | None: ...
    @property
    def collect_before(self) -> datetime | None: ...
    @property
    def confirm_before(self) -> date | None: ...


class ListDoor(Protocol):
    """What the slice of lists can do for a machine; each may be repeated and then changes nothing more."""

    def send(self, *, agreement: str, party: str, by: str, content: bytes, at: datetime) -> ListState:
        """Take a request file in and go as far as is possible now."""
        ...

    def find(self, exchange: UUID, *, party: str) -> ListState:
        """Return an exchange of the party; another's is told from none by nothing."""
        ...

    def page(self, *, party: str, agreement: str, most: int, skip: int) -> Sequence[ListState]:
        """Return exchanges of the party under an agreement, the newest first."""
        ...

    def answer(self, exchange: UUID, *, party: str, at: datetime) -> bytes:
        """Return the encrypted answer; it stays until it is confirmed."""
        ...

    def confirm_receipt(self, exchange: UUID, *, party: str, by: str, at: datetime) -> ListState:
        """Destroy answer and key here: the party has its copy."""
        ...

    def confirm_destruction(self, exchange: UUID, *, party: str, by: str, at: datetime) -> ListState:
        """Record that the party destroyed its copy."""
        ...


class ListOut(BaseModel):
    """An exchange of lists. It holds no number of a person."""

    id: str
    agreement: str
    state: str = Field(description="received, read, refused, answered, collected, expired or closed.")
    created_at: str = Field(alias="createdAt")
    reference: str = Field(description="The day on which age and residence are judged.")
    asked: int | None = Field(description="How many persons were asked, once the file is read.")
    released: int | None = Field(description="About how many persons something was let through.")
    entry: str | None = Field(description="The entry in the ledger of the release.")
    collect_before: str | None = Field(alias="collectBefore")
    confirm_before: str | None = Field(alias="confirmBefore")
    reasons: list[dict[str, str]]


class ListPage(BaseModel):
    """A page of exchanges, the newest first. `next` goes into `skip`; null on the last."""

    exchanges: list[ListOut]
    next: int | None


def build_router(door: ListDoor) -> APIRouter:
    """Return the routes of list exchanges."""
    router = APIRouter(route_class=MachineRoute, tags=["list exchanges"])
    _add_sending(router, door)
    _add_following(router, door)
    _add_ending(router, door)
    return router


def _add_sending(router: APIRouter, door: ListDoor) -> None:
    @router.post(
        "/list-exchanges",
        response_model=ListOut,
        status_code=201,
        operation_id="createListExchange",
        summary="Send a request file",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
            }
        },
    )
    @accepts_body(UPLOAD_LIMIT_BYTES)
    def send_file(request: Request, caller: MayExchange) -> Response:
        """Send the encrypted workbook as the body. The same file again is the same exchange, and goes on where it was.

        The file is encrypted with the key that the data protection officers of both parties set.
        """
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != XLSX or not body_of(request):
            raise ApiProblem("unreadable")
        agreement = caller.grant.agreement or ""

        def work() -> Response:
            found = door.send(
                agreement=agreement, party=caller.party, by=caller.machine, content=body_of(request), at=caller.at
            )
            return JSONResponse(
                _out(found), status_code=201, headers={"Location": f"/api/v1/list-exchanges/{found.id}"}
            )

        return Once(request, caller).repeat(lambda c: record_step(c, request, caller, "list-request"), work)


def _add_following(router: APIRouter, door: ListDoor) -> None:
    @router.get(
        "/list-exchanges", response_model=ListPage, operation_id="listListExchanges", summary="The party's exchanges"
    )
    def list_exchanges(
        request: Request,
        caller: MayExchange,
        limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
        skip: Annotated[int, Query(ge=0, le=1_000_000, description="How many to pass over.")] = 0,
    ) -> Response:
        """List the exchanges of the party under the token's agreement."""
        found = door.page(party=caller.party, agreement=caller.grant.agreement or "", most=limit + 1, skip=skip)
        body = {
            "exchanges": [_out(one) for one in found[:limit]],
            "next": skip + limit if len(found) > limit else None,
        }
        return JSONResponse(body)

    @router.get(
        "/list-exchanges/{exchange}",
        response_model=ListOut,
        operation_id="getListExchange",
        summary="How far an exchange is",
    )
    def get_exchange(request: Request, caller: MayExchange, exchange: UUID) -> Response:
        """Give the state of an exchange, with the reasons of a refusal."""
        return JSONResponse(_out(_own(door, caller, exchange)))

    @router.get(
        "/list-exchanges/{exchange}/answer",
        operation_id="getListAnswer",
        summary="The answer file",
        responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
    )
    def get_answer(request: Request, caller: MayExchange, exchange: UUID) -> Response:
        """Give the encrypted answer. It stays until you confirm that you have it whole."""
        own = _own(door, caller, exchange)
        return Response(door.answer(own.id, party=caller.party, at=caller.at), media_type=XLSX)


def _add_ending(router: APIRouter, door: ListDoor) -> None:
    @router.post(
        "/list-exchanges/{exchange}/collection",
        response_model=ListOut,
        operation_id="confirmListAnswer",
        summary="Confirm that you have the answer",
    )
    def confirm_receipt(request: Request, caller: MayExchange, exchange: UUID) -> Response:
        """Confirm that the answer file is yours and whole: Sluis destroys its own copy and the key."""
        own = _own(door, caller, exchange)
        return Once(request, caller).repeat(
            lambda c: record_step(c, request, caller, "list-collection"),
            lambda: JSONResponse(
                _out(door.confirm_receipt(own.id, party=caller.party, by=caller.machine, at=caller.at))
            ),
        )

    @router.post(
        "/list-exchanges/{exchange}/destruction",
        response_model=ListOut,
        operation_id="confirmListDestruction",
        summary="Confirm that your copy is destroyed",
    )
    def confirm_destruction(request: Request, caller: MayExchange, exchange: UUID) -> Response:
        """Confirm that your own copy is destroyed: the exchange is closed."""
        own = _own(door, caller, exchange)
        return Once(request, caller).repeat(
            lambda c: record_step(c, request, caller, "list-destruction"),
            lambda: JSONResponse(
                _out(door.confirm_destruction(own.id, party=caller.party, by=caller.machine, at=caller.at))
            ),
        )


def _own(door: ListDoor, caller: Caller, exchange: UUID) -> ListState:
    """Return an exchange of the party under the token's agreement; any other looks like none."""
    found = door.find(exchange, party=caller.party)
    if found.agreement != caller.grant.agreement:
        raise ApiProblem("not-found")
    return found


def _out(found: ListState) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "agreement": found.agreement,
        "state": found.state,
        "createdAt": found.created_at.isoformat(),
        "reference": found.reference.isoformat(),
        "asked": found.asked,
        "released": found.released,
        "entry": None if found.entry is None else str(found.entry),
        "collectBefore": None if found.collect_before is None else found.collect_before.isoformat(),
        "confirmBefore": None if found.confirm_before is None else found.confirm_before.isoformat(),
        "reasons": [dict(reason) for reason in found.reasons],
    }
