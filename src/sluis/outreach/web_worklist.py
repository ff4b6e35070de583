"""My work: what waits for the person who is signed in, and whether it comes by mail once a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from sluis.agreements.duties import DutySource
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message
from sluis.outreach import worklist_store
from sluis.outreach.worklist import ask_for_digest, open_tasks
from sluis.web.access import current_person
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render

Person = Annotated[SignedIn, Depends(current_person)]
_PER_PAGE = 25
_LAST_PAGE = 40


def add_routes(router: APIRouter, sources: Sequence[DutySource]) -> None:
    """Add the routes of the worklist, over the duties of these slices."""

    def show(request: Request, person: Person, pagina: int = 1) -> Response:
        """Show what waits for this person, the earliest day first."""
        return _page(request, person, sources, number=pagina)

    def choose_digest(
        request: Request,
        person: Person,
        adres: Annotated[str, Form()] = "",
        taal: Annotated[str, Form()] = "nl",
        overzicht: Annotated[str, Form()] = "",
    ) -> Response:
        """Keep whether and where this person wants the daily digest."""
        kit = kit_of(request)
        try:
            with kit.database.transaction() as connection:
                ask_for_digest(
                    connection,
                    person=person.id,
                    address=adres,
                    language=taal,
                    wants=overzicht == "ja",
                    at=kit.clock(),
                )
        except SluisError as error:
            return _page(request, person, sources, number=1, given=(adres[:300], taal, overzicht), error=error.what)
        return RedirectResponse("/mijn-werk?bewaard=ja", status_code=303)

    router.add_api_route("/mijn-werk", show, methods=["GET"])
    router.add_api_route("/mijn-werk/overzicht", choose_digest, methods=["POST"])


def _page(
    request: Request,
    person: SignedIn,
    sources: Sequence[DutySource],
    *,
    number: int,
    given: tuple[str, str, str] | None = None,
    error: Message | None = None,
) -> Response:
    kit = kit_of(request)
    number = max(1, min(number, _LAST_PAGE))
    with kit.database.transaction() as connection:
        day = day_of(kit.clock())
        more, tasks = open_tasks(connection, sources, person, day=day, most=_PER_PAGE, skip=(number - 1) * _PER_PAGE)
        reader = worklist_store.find_reader(connection, person.id)
    if given is not None:
        address, language, wants = given[0], given[1], given[2] == "ja"
    elif reader is not None:
        address, language, wants = reader.address or "", reader.language, reader.wants_digest
    else:
        address, language, wants = "", language_of(request), False
    return render(
        request,
        "outreach/worklist.html",
        status_code=422 if error else 200,
        tasks=tasks,
        number=number,
        more=more,
        address=address,
        digest_language=language,
        wants=wants,
        error=error,
        saved="bewaard" in request.query_params,
    )
