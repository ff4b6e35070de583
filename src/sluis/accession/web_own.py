"""The page of what a body answers every time under a standard agreement that it offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from sluis.accession.actions import (
    Saved,
    lasting_fields,
    own_sheet,
    save_own,
)
from sluis.accession.forms import (
    all_errors,
    form_of,
    given_in,
    grouped,
    number_in,
    shown_of,
)
from sluis.accession.model import Value
from sluis.accession.store import read_sheet
from sluis.agreements.catalogue import offers, template
from sluis.agreements.model import Agreement
from sluis.gate.actions import day_of
from sluis.gate.succession import stands_for
from sluis.web.access import require_right
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render
from sluis.web.security import accepts_body

Given = Annotated[FormData, Depends(form_of)]
Preparer = Annotated[SignedIn, Depends(require_right("agreements-complete"))]


def add_routes(router: APIRouter) -> None:
    """Add the routes of standing answers."""
    router.add_api_route("/toetreden/aanbod/{standard}", show_own, methods=["GET"])
    router.add_api_route("/toetreden/aanbod/{standard}", keep_own, methods=["POST"])


def show_own(request: Request, standard: str, person: Preparer) -> Response:
    """Show what the body answers every time under a standard agreement."""
    return _own_page(request, standard, person)


@accepts_body(512 * 1024)
def keep_own(request: Request, standard: str, person: Preparer, form: Given) -> Response:
    """Keep what the body answers every time."""
    kit, today = kit_of(request), day_of(kit_of(request).clock())
    text, name, body = _our_part(standard, person, today)
    fields = lasting_fields(text, name, language=language_of(request))
    given = given_in(form, fields)
    with kit.database.transaction() as connection:
        saved = save_own(
            connection,
            text,
            party=name,
            body=body,
            given=given,
            seen=number_in(form.get("versie")),
            by=person.id,
            at=kit.clock(),
        )
    if not saved.is_whole:
        return _own_page(request, standard, person, saved=saved, given=given)
    return RedirectResponse(f"/toetreden/aanbod/{standard}?bewaard=ja", status_code=303)


def _own_page(
    request: Request,
    standard: str,
    person: SignedIn,
    *,
    saved: Saved | None = None,
    given: Mapping[str, Value] | None = None,
) -> Response:
    text, name, body = _our_part(standard, person, day_of(kit_of(request).clock()))
    fields = lasting_fields(text, name, language=language_of(request))
    with kit_of(request).database.transaction() as connection:
        sheet = saved.sheet if saved else read_sheet(connection, own_sheet(body, text.id))
        shown = shown_of(connection, fields, sheet, saved, given or {}, ())
    return render(
        request,
        "accession/own.html",
        status_code=422 if saved else 200,
        standard=text,
        title_words=text.title.in_language(language_of(request)),
        groups=grouped(shown),
        errors=all_errors(shown, saved),
        version=sheet.version,
        is_saved="bewaard" in request.query_params and saved is None,
    )


def _our_part(standard: str, person: SignedIn, today: date) -> tuple[Agreement, str, str]:
    if standard not in offers() or person.party is None:
        raise HTTPException(404)
    text = template(standard)
    name = our_name(text, stands_for(person.party, today))
    if name is None:
        raise HTTPException(404)
    return text, name, (text.party(name) or text.parties[0]).body or person.party


def our_name(text: Agreement, own: Sequence[str]) -> str | None:
    """Return which party of a standard agreement one of these bodies is by name; None where it is none."""
    return next((party.id for party in text.parties if party.body is not None and party.body in own), None)
