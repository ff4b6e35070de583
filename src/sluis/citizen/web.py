"""The citizen's pages: who received what about me, why and under which text, with a receipt to take home.

The citizen's own number is looked up by the id of the session and never leaves the server: it stands in no address and
is shown masked. Looking at one's own data leaves no entry.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.exceptions import HTTPException

from sluis.agreements.lifecycle import STATE_WORDS
from sluis.agreements.store import list_parties, read_text
from sluis.agreements.text import from_canonical
from sluis.agreements.words import in_words
from sluis.citizen.finding import NumbersOf, own_entries, own_numbers, own_receipt
from sluis.citizen.store import Publication, find_publication, in_tree
from sluis.citizen.telling import tell
from sluis.kernel.text import Message
from sluis.ledger.persons import PersonSecret
from sluis.web.access import public, require_right
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render

PER_PAGE = 20

_DIGEST = re.compile(r"[0-9a-f]{64}")

Citizen = Annotated[SignedIn, Depends(require_right("own-data"))]


def build_router(*, secrets: PersonSecret, numbers_of: NumbersOf) -> APIRouter:
    """Return the routes of the citizen's pages; `numbers_of` gives every number that a person has had."""
    router = APIRouter()

    @router.get("/mijn-gegevens")
    def show_mine(request: Request, person: Citizen, voor: str = "") -> Response:
        """List every use of the reader's data, newest first."""
        before = _entry_id(voor) if voor else None
        with kit_of(request).database.transaction() as connection:
            numbers = own_numbers(connection, person.id, numbers_of)
            page = own_entries(connection, numbers, secrets=secrets, before=before, most=PER_PAGE)
            if page is None:
                raise HTTPException(404)
            register = {party.id: party for party in list_parties(connection)}
            language = language_of(request)
            entries = [tell(connection, one, register=register, language=language) for one in page.entries]
            proven = in_tree(connection, [one.id for one in entries])
        return render(
            request,
            "citizen/mine.html",
            entries=entries,
            proven=proven,
            numbers=numbers,
            older=f"/mijn-gegevens?{urlencode({'voor': str(page.next)})}" if page.next else None,
            is_first=before is None,
        )

    @router.get("/mijn-gegevens/{entry}/ontvangstbewijs.json")
    def give_receipt(request: Request, entry: str, person: Citizen) -> Response:
        """Give the receipt of one entry about the reader; an entry about others looks like one that is not there."""
        entry_id = _entry_id(entry)
        with kit_of(request).database.transaction() as connection:
            numbers = own_numbers(connection, person.id, numbers_of)
            receipt = own_receipt(connection, entry_id, numbers, secrets=secrets)
        if receipt is None:
            raise HTTPException(404)
        name = f'attachment; filename="ontvangstbewijs-{entry_id}.json"'
        return Response(receipt.to_bytes(), media_type="application/json", headers={"Content-Disposition": name})

    router.add_api_route("/mijn-gegevens/tekst/{digest}", show_text, methods=["GET"], dependencies=[Depends(public)])
    router.add_api_route(
        "/mijn-gegevens/tekst/{digest}/tekst.json", give_text, methods=["GET"], dependencies=[Depends(public)]
    )
    return router


def show_text(request: Request, digest: str) -> Response:
    """Show a text that was made known, to everyone, also after it ended."""
    publication, canonical = _published(request, digest)
    reading = in_words(from_canonical(canonical), language=language_of(request))
    state = STATE_WORDS.get(publication.state, Message(publication.state))
    return render(request, "citizen/text.html", reading=reading, publication=publication, state=state, digest=digest)


def give_text(request: Request, digest: str) -> Response:
    """Give the canonical bytes of a text that was made known."""
    publication, canonical = _published(request, digest)
    name = f'attachment; filename="{publication.agreement}-{digest[:12]}.json"'
    return Response(canonical, media_type="application/json", headers={"Content-Disposition": name})


def _published(request: Request, digest: str) -> tuple[Publication, bytes]:
    if not _DIGEST.fullmatch(digest):
        raise HTTPException(404)
    with kit_of(request).database.transaction() as connection:
        publication = find_publication(connection, digest)
        if publication is None:
            raise HTTPException(404)
        return publication, read_text(connection, digest)


def _entry_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HTTPException(404) from None
