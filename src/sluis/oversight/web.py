"""The pages of the ledger: a party's entries, one entry with its receipt, and the newest checkpoint for everyone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from starlette.exceptions import HTTPException

from sluis.agreements.store import list_agreements, list_parties
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.gate.store import find_actor
from sluis.ledger.entry import Recorded
from sluis.ledger.note import Verifier
from sluis.ledger.numbers import looks_like_insz
from sluis.ledger.reading import find_entry, issue_receipt
from sluis.ledger.readstore import canonical_of, leaf_of
from sluis.ledger.tree import leaf_hash
from sluis.ledger.treestore import latest_checkpoint
from sluis.ledger.words import KIND_WORDS
from sluis.oversight.policy import can_read, may_know_actor, parties_read_by
from sluis.oversight.store import read_page
from sluis.oversight.telling import tell, tell_all
from sluis.web.access import public, require_right
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render

PER_PAGE = 25

Reader = Annotated[SignedIn, Depends(require_right("ledger-read"))]


def build_router(*, verifier: Verifier) -> APIRouter:
    """Return the routes of the ledger's pages; `verifier` is the public key of this ledger."""
    router = APIRouter()

    @router.get("/grootboek/controlepunt", dependencies=[Depends(public)])
    def show_checkpoint(request: Request) -> Response:
        """Show everyone the newest signed head of the tree, the public key, and how to check them."""
        with kit_of(request).database.transaction() as connection:
            head = latest_checkpoint(connection)
        return render(request, "oversight/checkpoint.html", head=head, key=str(verifier), origin=verifier.name)

    @router.get("/grootboek/controlepunt.txt", dependencies=[Depends(public)])
    def give_checkpoint(request: Request) -> Response:
        """Give the signed note as it is, for machines and for who keeps it."""
        with kit_of(request).database.transaction() as connection:
            head = latest_checkpoint(connection)
        if head is None:
            raise HTTPException(404)
        return PlainTextResponse(head.note)

    @router.get("/grootboek/sleutel.txt", dependencies=[Depends(public)])
    def give_key() -> Response:
        """Give the public key as `sluis ledger verify-receipt --key` reads it."""
        return PlainTextResponse(f"{verifier}\n")

    router.add_api_route("/grootboek", show_entries, methods=["GET"])
    router.add_api_route("/grootboek/{entry}", show_entry, methods=["GET"])
    router.add_api_route("/grootboek/{entry}/ontvangstbewijs.json", give_receipt, methods=["GET"])
    return router


def show_entries(request: Request, person: Reader, soort: str = "", overeenkomst: str = "", voor: str = "") -> Response:
    """List the entries of the own body, newest first; of all bodies for a supervisor."""
    if looks_like_insz(f"{soort}\n{overeenkomst}\n{voor}"):
        return RedirectResponse("/grootboek", status_code=303)
    language, on = language_of(request), _today(request)
    before = _entry_id(voor) if voor else None
    with kit_of(request).database.transaction() as connection:
        page = read_page(
            connection,
            parties=parties_read_by(person, on),
            kind=soort or None,
            agreement=overeenkomst or None,
            before=before,
            most=PER_PAGE,
        )
        if page is None:
            raise HTTPException(404)
        told = tell_all(
            connection,
            page.entries,
            names=_names(connection),
            language=language,
            actor_of=lambda one: _actor(connection, one, person, on),
        )
        agreements = _agreements(connection, person, on)
    chosen = {name: value for name, value in (("soort", soort), ("overeenkomst", overeenkomst)) if value}
    return render(
        request,
        "oversight/entries.html",
        entries=told,
        kinds=list(KIND_WORDS.items()),
        agreements=agreements,
        kind=soort,
        agreement=overeenkomst,
        is_filtered=bool(chosen),
        older=f"/grootboek?{urlencode({**chosen, 'voor': str(page.next)})}" if page.next else None,
        newest=f"/grootboek?{urlencode(chosen)}" if before else None,
        sees_all=parties_read_by(person, on) is None,
    )


def show_entry(request: Request, entry: str, person: Reader) -> Response:
    """Show one entry: in words, as it was written, and where it stands in the tree."""
    on = _today(request)
    with kit_of(request).database.transaction() as connection:
        recorded = _readable(connection, entry, person, on)
        # The checkpoint first: a leaf that is found after it may be newer than it, never the other way round.
        head = latest_checkpoint(connection)
        leaf = leaf_of(connection, recorded.id)
        canonical = canonical_of(connection, recorded.id) or b""
        told = tell(
            connection,
            recorded,
            names=_names(connection),
            language=language_of(request),
            actor=_actor(connection, recorded, person, on),
        )
    in_tree = leaf is not None and head is not None and leaf.index < head.size
    return render(
        request,
        "oversight/entry.html",
        entry=told,
        recorded=recorded,
        canonical=canonical.decode(),
        leaf_hash=leaf_hash(canonical).hex(),
        index=leaf.index if leaf is not None and in_tree else None,
        head=head if in_tree else None,
    )


def give_receipt(request: Request, entry: str, person: Reader) -> Response:
    """Give the receipt of one entry, to check with the public key alone. It names no person."""
    with kit_of(request).database.transaction() as connection:
        recorded = _readable(connection, entry, person, _today(request))
        content = issue_receipt(connection, recorded.id).to_bytes()
    name = f'attachment; filename="ontvangstbewijs-{recorded.id}.json"'
    return Response(content, media_type="application/json", headers={"Content-Disposition": name})


def _readable(connection: Connection, entry: str, person: SignedIn, on: date) -> Recorded:
    recorded = find_entry(connection, _entry_id(entry))
    if recorded is None or not can_read(person, recorded.entry, on):
        raise HTTPException(404)
    return recorded


def _entry_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HTTPException(404) from None


def _actor(connection: Connection, recorded: Recorded, person: SignedIn, on: date) -> str | None:
    if not may_know_actor(person, recorded.entry, on):
        return None
    found = find_actor(connection, recorded.entry.actor)
    return None if found is None else found.display_name


def _names(connection: Connection) -> Mapping[str, str]:
    return {party.id: party.name for party in list_parties(connection)}


def _agreements(connection: Connection, person: SignedIn, on: date) -> list[str]:
    parties = parties_read_by(person, on)
    chosen = [None] if parties is None else list(parties)
    return sorted({row.id for party in chosen for row in list_agreements(connection, party=party)})


def _today(request: Request) -> date:
    return day_of(kit_of(request).clock())
