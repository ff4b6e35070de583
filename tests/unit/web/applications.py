"""A small application in the shell: what a slice would add, so that the shell's promises can be tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, FastAPI, Form, Request, Response, UploadFile

from sluis.database import Connection, Database
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import msg
from sluis.settings import Settings
from sluis.web.access import PageRefusedError, public, require_role
from sluis.web.kit import NavigationItem, PageKit, Tile
from sluis.web.people import SignedIn
from sluis.web.rendering import render
from sluis.web.security import accepts_body
from sluis.web.shell import create_shell
from tests.unit.web.people import FictionalPeople

UPLOAD_LIMIT_BYTES = 4 * 1024 * 1024
router = APIRouter()


@router.get("/proef/lijsten")
def lists(request: Request, person: Annotated[SignedIn, Depends(require_role("officer"))]) -> Response:
    return render(request, "proef/upload.html", size=None, error=None)


@router.post("/proef/lijsten")
@accepts_body(UPLOAD_LIMIT_BYTES)
def receive_list(
    request: Request, file: UploadFile, person: Annotated[SignedIn, Depends(require_role("officer"))]
) -> Response:
    size = len(file.file.read())
    if size == 0:
        return render(request, "proef/upload.html", status_code=422, size=None, error=msg("Het bestand is leeg."))
    return render(request, "proef/upload.html", size=size, error=None)


@router.get("/proef/geweigerd", dependencies=[Depends(public)])
def refused() -> Response:
    raise PageRefusedError(
        Reason("not-in-force", msg("De overeenkomst is nog niet in werking."), Clause("AVG", "art. 6"), msg("Wacht."))
    )


@router.get("/proef/fout", dependencies=[Depends(public)])
def mistaken() -> Response:
    raise SluisError("proef", msg("Het bestand is niet versleuteld."), remedy=msg("Sla het op met een wachtwoord."))


@router.get("/proef/kapot", dependencies=[Depends(public)])
def broken() -> Response:
    raise RuntimeError("Key (insz)=(85.47.30-033.28) of Jan Peeters already exists")


@router.post("/proef/formulier", dependencies=[Depends(public)])
def form(number: Annotated[int, Form()]) -> Response:
    return Response(str(number), media_type="text/plain")


@router.post("/api/proef", dependencies=[Depends(public)])
def machine(body: dict[str, int]) -> dict[str, int]:
    return body


def _tiles(_connection: Connection, person: SignedIn) -> Sequence[Tile]:
    return [Tile(msg("Lijsten"), msg("Antwoorden die klaarliggen om op te halen."), "/proef/lijsten", 3)]


def make_kit(
    database: Database,
    *,
    environment: Literal["production", "demo", "test"] = "demo",
    clock: Callable[[], datetime] | None = None,
) -> PageKit:
    return PageKit(
        settings=Settings(environment=environment),
        database=database,
        people=FictionalPeople(),
        templates={"proef": "tests.unit.web"},
        navigation=(
            NavigationItem(msg("Start"), "/proef", frozenset({"officer"})),
            NavigationItem(msg("Lijsten"), "/proef/lijsten", frozenset({"officer"})),
        ),
        role_names={"officer": msg("Ambtenaar"), "citizen": msg("Burger")},
        tiles=_tiles,
        clock=clock or (lambda: datetime.now(UTC)),
    )


def make_application(
    database: Database,
    *,
    environment: Literal["production", "demo", "test"] = "demo",
    clock: Callable[[], datetime] | None = None,
) -> FastAPI:
    app = create_shell(make_kit(database, environment=environment, clock=clock))
    app.include_router(router)
    return app
