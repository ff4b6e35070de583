"""Pages for who connects a system: how it is done, a sandbox, and a page for each type of problem."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.exceptions import HTTPException

from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.insz import Insz
from sluis.machines.guard import door_of
from sluis.machines.keys import LONGEST_KEY, read_public_key
from sluis.machines.problems import PAGES, TYPES
from sluis.machines.sandbox import LEG, PURPOSE, is_offered, open_sandbox
from sluis.web.access import public
from sluis.web.kit import kit_of
from sluis.web.rendering import render

PAGE = "/koppelen"
SANDBOX = "/koppelen/proefomgeving"
_PEOPLE = 3

PeopleToTry = Callable[[Connection, date], Sequence[Insz]]


def build_router(*, people_to_try: PeopleToTry) -> APIRouter:
    """Return the pages. `people_to_try` gives fictional persons that a sandbox may ask about."""
    router = APIRouter(dependencies=[Depends(public)])

    @router.get(PAGE)
    def show_page(request: Request) -> Response:
        """Tell how a system is connected."""
        return _page(request)

    @router.get(SANDBOX)
    def show_sandbox_form(request: Request) -> Response:
        """Show the same page: the sandbox is opened from there."""
        return _page(request)

    @router.post(SANDBOX)
    def open_one(request: Request, key: Annotated[str, Form(max_length=LONGEST_KEY * 2)] = "") -> Response:
        """Open a sandbox with the given public key, or with a new pair that is shown once."""
        kit, door = kit_of(request), door_of(request)
        if not is_offered(kit.settings):
            raise HTTPException(404)
        try:
            public_key = read_public_key(key) if key.strip() else None
        except SluisError as error:
            return _page(request, mistake=error)
        at = kit.clock()
        with kit.database.transaction() as connection:
            opened = open_sandbox(
                connection, key=public_key, days=kit.settings.sandbox_days, at=at, secrets=door.secrets
            )
            people = people_to_try(connection, day_of(at))[:_PEOPLE]
        details = [{"type": "sluis_exchange", "agreement": opened.agreement, "purpose": PURPOSE}]
        return render(
            request,
            "machines/sandbox.html",
            opened=opened,
            leg=LEG,
            purpose=PURPOSE,
            details=json.dumps(details, separators=(",", ":")),
            people=people,
            issuer=door.issuer,
        )

    @router.get(PAGES)
    def show_problems(request: Request) -> Response:
        """List the types of problems."""
        return render(request, "machines/problems.html", types=TYPES, one=None)

    @router.get(PAGES + "/{kind}")
    def show_problem(request: Request, kind: str) -> Response:
        """Explain one type of problem: its address is the type itself."""
        if kind == "token":
            return render(request, "machines/problems.html", types=TYPES, one=None)
        if kind not in TYPES:
            raise HTTPException(404)
        return render(request, "machines/problems.html", types={kind: TYPES[kind]}, one=kind)

    return router


def _page(request: Request, *, mistake: SluisError | None = None) -> Response:
    kit = kit_of(request)
    return render(
        request,
        "machines/connect.html",
        status_code=422 if mistake else 200,
        issuer=door_of(request).issuer,
        offers_sandbox=is_offered(kit.settings),
        days=kit.settings.sandbox_days,
        mistake=mistake,
    )
