"""One body: where it stands, how it is written to, and everything that was done to reach it, on one line of time."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from sluis.agreements.lifecycle import STATE_WORDS
from sluis.database import Connection
from sluis.deliveries.model import STATE_WORDS as DELIVERY_WORDS
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.outreach import campaign_store, store
from sluis.outreach.addresses import LARGEST_FILE, Fault, import_addresses, set_address
from sluis.outreach.following import standings_of
from sluis.outreach.model import CONTACT_WORDS, STAGE_KINDS, STAGE_WORDS, Group, Standing
from sluis.outreach.places import places_on
from sluis.outreach.policy import LANGUAGES, may_open_agreements
from sluis.web.access import require_right
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.rendering import render
from sluis.web.security import accepts_body

Follower = Annotated[SignedIn, Depends(require_right("follow"))]
_MOST_CONTACTS = 100


def add_routes(router: APIRouter) -> None:
    """Add the routes of bodies and their addresses."""
    router.add_api_route("/opvolging/adressen", ask_for_file, methods=["GET"])
    router.add_api_route("/opvolging/adressen", take_file, methods=["POST"])
    router.add_api_route("/opvolging/besturen/{body}", show_body, methods=["GET"])
    router.add_api_route("/opvolging/besturen/{body}/adres", change_address, methods=["POST"])


def show_body(request: Request, body: str, person: Follower) -> Response:
    """Show one body."""
    return _body_page(request, person, body)


def change_address(
    request: Request,
    body: str,
    person: Follower,
    adres: Annotated[str, Form()] = "",
    taal: Annotated[str, Form()] = "nl",
) -> Response:
    """Keep the address and the language in which a body is written to."""
    kit = kit_of(request)
    try:
        with kit.database.transaction() as connection:
            at = kit.clock()
            _standing(connection, body, request)
            set_address(connection, body=body, address=adres, by=person.id, at=at, day=day_of(at))
            if taal in LANGUAGES:
                store.set_language(connection, body=body, language=taal)
    except SluisError as error:
        return _body_page(request, person, body, address=adres[:300], error=error.what)
    return RedirectResponse(f"/opvolging/besturen/{body}?bewaard=ja", status_code=303)


def ask_for_file(request: Request, person: Follower) -> Response:
    """Show how many bodies have an address, which have none, and the form for a file."""
    return _addresses_page(request, ())


@accepts_body(LARGEST_FILE + 4_096)
def take_file(request: Request, person: Follower, bestand: Annotated[UploadFile | None, File()] = None) -> Response:
    """Keep the addresses of a CSV file, or tell on which lines it is wrong."""
    content = b"" if bestand is None else bestand.file.read(LARGEST_FILE + 1)
    if not content or len(content) > LARGEST_FILE:
        return _addresses_page(request, (), error=msg("Kies een CSV-bestand van ten hoogste 1 MB."))
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        at = kit.clock()
        done = import_addresses(connection, content=content, by=person.id, at=at, day=day_of(at))
    if done.faults:
        return _addresses_page(request, done.faults)
    return RedirectResponse(f"/opvolging/adressen?bewaard={done.kept}", status_code=303)


def _addresses_page(request: Request, faults: tuple[Fault, ...], *, error: Message | None = None) -> Response:
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        known = campaign_store.addresses(connection)
    places = places_on(day_of(kit.clock()))
    kept = request.query_params.get("bewaard", "")
    return render(
        request,
        "outreach/addresses.html",
        status_code=422 if faults or error else 200,
        faults=faults,
        error=error,
        with_address=sum(place.id in known for place in places),
        without=[place for place in places if place.id not in known],
        count=len(places),
        kept=int(kept) if kept.isascii() and kept.isdigit() and len(kept) < 6 else None,
    )


def _body_page(
    request: Request, person: SignedIn, body: str, *, address: str | None = None, error: Message | None = None
) -> Response:
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        standing = _standing(connection, body, request)
        known = campaign_store.addresses(connection).get(body, "")
        language = store.languages(connection, [body]).get(body, "nl")
        line = _timeline(connection, body)
    place = standing.place
    sibling = next((one for one in places_on(day_of(kit.clock())) if one.nis == place.nis and one.id != place.id), None)
    return render(
        request,
        "outreach/body.html",
        status_code=422 if error else 200,
        standing=standing,
        sibling=sibling,
        address=known if address is None else address,
        has_address=bool(known),
        language_now=language,
        error=error,
        line=line,
        stage_words=STAGE_WORDS,
        stage_kinds=STAGE_KINDS,
        state_words=STATE_WORDS,
        saved="bewaard" in request.query_params,
        may_read=may_open_agreements(person.roles),
    )


def _standing(connection: Connection, body: str, request: Request) -> Standing:
    day = day_of(kit_of(request).clock())
    found = next((one for one in standings_of(connection, Group(words=body), day=day) if one.place.id == body), None)
    if found is None:
        raise HTTPException(404)
    return found


def _timeline(
    connection: Connection, body: str
) -> list[tuple[datetime, bool, Message | str, Message | str, str | None]]:
    """Return what was done to reach a body, latest first: moment, whole day or not, title, text, where more is."""
    found: list[tuple[datetime, bool, Message | str, Message | str, str | None]] = []
    for at, title, campaign, state in campaign_store.mails_to(connection, body):
        words = DELIVERY_WORDS.get(state, Message(state))
        found.append((at, False, msg("Bericht: {title}", title=title), words, f"/opvolging/campagnes/{campaign}"))
    _, contacts = campaign_store.list_contacts(connection, kind=None, body=body, most=_MOST_CONTACTS, skip=0)
    for contact in contacts:
        noon = datetime.combine(contact.day, time(12), UTC)
        words = msg("{kind}: {title}", kind=CONTACT_WORDS[contact.kind], title=contact.title)
        found.append((noon, True, words, contact.note, None))
    return sorted(found, key=lambda one: one[0], reverse=True)
