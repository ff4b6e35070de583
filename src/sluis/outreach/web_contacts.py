"""The log of webinars, newsletters, calls, visits and letters: what was done to reach which bodies."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from sluis.gate.actions import day_of
from sluis.kernel.text import Message, msg
from sluis.outreach import campaign_store
from sluis.outreach.following import standings_of
from sluis.outreach.model import CONTACT_WORDS
from sluis.outreach.places import places_on
from sluis.outreach.policy import wrong_kind, wrong_note, wrong_title
from sluis.outreach.web_groups import as_group, group_words
from sluis.web.access import require_right
from sluis.web.kit import kit_of
from sluis.web.languages import translate
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render

Follower = Annotated[SignedIn, Depends(require_right("follow"))]
_PER_PAGE = 25


def add_routes(router: APIRouter) -> None:
    """Add the routes of the log."""
    router.add_api_route("/opvolging/contacten", show_contacts, methods=["GET"])
    router.add_api_route("/opvolging/contacten", take_contact, methods=["POST"])


def show_contacts(request: Request, person: Follower, soort: str = "", bestuur: str = "", pagina: int = 1) -> Response:
    """List the contacts, of a kind or with a body where asked, and offer the form for a new one."""
    return _page(request, kind=soort, body=bestuur, number=pagina)


def take_contact(
    request: Request,
    person: Follower,
    kenmerk: Annotated[UUID, Form()],
    soort: Annotated[str, Form()] = "",
    dag: Annotated[str, Form()] = "",
    titel: Annotated[str, Form()] = "",
    nota: Annotated[str, Form()] = "",
    provincie: Annotated[str, Form()] = "",
    stand: Annotated[str, Form()] = "",
    bestuur: Annotated[str, Form()] = "",
) -> Response:
    """Keep a contact with one body, or with every body of a group; the same form sent twice is one contact."""
    kit = kit_of(request)
    at = kit.clock()
    today = day_of(at)
    day = _day(dag)
    with kit.database.transaction() as connection:
        group = as_group(provincie=provincie, kind="", stage=stand, template="", words="")
        bodies = [bestuur] if bestuur else [one.place.id for one in standings_of(connection, group, day=today)]
        errors = {
            "soort": wrong_kind(soort),
            "dag": msg("Geef een dag, ten laatste vandaag.") if day is None or day > today else None,
            "titel": wrong_title(titel),
            "nota": wrong_note(nota),
            "bestuur": None if set(bodies) <= {one.id for one in places_on(today)} and bodies else _no_body(),
        }
        wrong = {name: error for name, error in errors.items() if error is not None}
        if not wrong and day is not None:
            campaign_store.add_contact(
                connection,
                contact=kenmerk,
                kind=soort,
                day=day,
                title=titel.strip(),
                note=nota.strip(),
                bodies=bodies,
                by=person.id,
                at=at,
            )
    if wrong:
        given = {
            "soort": soort, "dag": dag, "titel": titel[:500], "nota": nota[:3000], "provincie": provincie,
            "stand": stand, "bestuur": bestuur,
        }  # fmt: skip
        return _page(request, given=given, errors=wrong)
    return RedirectResponse("/opvolging/contacten?bewaard=ja", status_code=303)


def _no_body() -> Message:
    return msg("Kies een bestuur of een groep met ten minste één bestuur.")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _page(
    request: Request,
    *,
    kind: str = "",
    body: str = "",
    number: int = 1,
    given: dict[str, str] | None = None,
    errors: dict[str, Message] | None = None,
) -> Response:
    kit, language = kit_of(request), language_of(request)
    today = day_of(kit.clock())
    number = max(1, min(number, 10_000))
    asked_kind = kind if kind in CONTACT_WORDS else None
    with kit.database.transaction() as connection:
        count, found = campaign_store.list_contacts(
            connection, kind=asked_kind, body=body or None, most=_PER_PAGE, skip=(number - 1) * _PER_PAGE
        )
    kinds = [(code, translate(words, language)) for code, words in CONTACT_WORDS.items()]
    return render(
        request,
        "outreach/contacts.html",
        status_code=422 if errors else 200,
        found=found,
        count=count,
        number=number,
        last=max(1, -(-count // _PER_PAGE)),
        more=f"/opvolging/contacten?{urlencode({'soort': kind, 'bestuur': body})}&pagina=",
        kinds=kinds,
        kind_words=CONTACT_WORDS,
        kind=asked_kind or "",
        body=body,
        bodies=[("", translate(msg("een hele groep"), language)), *((one.id, one.name) for one in places_on(today))],
        body_filter=[("", translate(msg("alle"), language)), *((one.id, one.name) for one in places_on(today))],
        choices=group_words(today, language),
        given=given or {"dag": today.isoformat(), "bestuur": body},
        errors=errors or {},
        token=str(uuid4()),
        saved="bewaard" in request.query_params,
    )
