"""The pages of agreements: the list, one agreement with its whole life, and its revocation.

A stranger to an agreement sees what stands at an address where nothing is. The other pages: `web_join` (joining in
steps), `web_life` (advice, signing, every other step), `web_papers` (PDFs, documents, receipts, versions).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

import yaml
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from sluis.accession import web_join, web_life, web_papers
from sluis.accession.life import STEPS_OF_LIFE
from sluis.accession.overview import find_page, state_in_words
from sluis.accession.policy import can_read, can_revoke, parties_read_by, party_to_revoke_for
from sluis.accession.reasons import wrong_reason
from sluis.accession.showing import DONE, life_of
from sluis.agreements.actions import revoke_agreement
from sluis.agreements.lifecycle import EVENT_WORDS, IN_FORCE, PUBLISHED, REVOKED
from sluis.agreements.lookup import find_text, title_in_words
from sluis.agreements.store import (
    AgreementRow,
    events,
    list_agreements,
    list_parties,
    read_agreement_row,
    read_text,
)
from sluis.agreements.text import from_canonical, plain
from sluis.agreements.words import in_words
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.gate.store import find_actor
from sluis.kernel.text import Message, msg
from sluis.ledger.numbers import looks_like_insz
from sluis.web.access import require_right
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render

_LONGEST_SEARCH = 100

Reader = Annotated[SignedIn, Depends(require_right("agreements-read"))]
Signatory = Annotated[SignedIn, Depends(require_right("agreements-sign"))]

_STATE_KINDS = {
    **dict.fromkeys(("draft", "completed", "advised", "ended"), "neutral"),
    **dict.fromkeys(("offered", "signing", "signed", "published"), "info"),
    **dict.fromkeys(("notice", "waiting", "suspended"), "warning"),
    "in_force": "success",
}


@dataclass(frozen=True, slots=True)
class _State:
    words: Message
    kind: str


def build_router() -> APIRouter:
    """Return the routes of the pages of agreements; the application includes them."""
    router = APIRouter()
    web_join.add_routes(router)
    web_papers.add_routes(router)
    web_life.add_routes(router)
    router.add_api_route("/overeenkomsten", show_list, methods=["GET"])
    router.add_api_route("/overeenkomsten/{agreement}", show_agreement, methods=["GET"])
    router.add_api_route("/overeenkomsten/{agreement}/tekst.json", download_canonical, methods=["GET"])
    router.add_api_route("/overeenkomsten/{agreement}/tekst.yaml", download_yaml, methods=["GET"])
    router.add_api_route("/overeenkomsten/{agreement}/intrekken", ask_to_revoke, methods=["GET"])
    router.add_api_route("/overeenkomsten/{agreement}/intrekken", revoke, methods=["POST"])
    return router


def show_list(request: Request, person: Reader, zoek: str = "", pagina: int = 1) -> Response:
    """List the agreements of the own party, and all of them for a supervisor."""
    if looks_like_insz(zoek):
        # Not repeated, not kept in the history of the browser: the address is replaced.
        return RedirectResponse("/overeenkomsten?nummer=ja", status_code=303)
    language = language_of(request)
    words = zoek[:_LONGEST_SEARCH]
    with kit_of(request).database.transaction() as connection:
        names = {party.id: party.name for party in list_parties(connection)}
        rows = _readable(connection, person, _today(request))
        found = find_page(rows, names=names, words=words, number=pagina, language=language)
        titles = {
            row.id: title_in_words(find_text(connection, row.text_hash), row.title, language=language)
            for row in found.rows
        }
    return render(
        request,
        "accession/list.html",
        found=found,
        titles=titles,
        names=names,
        states={row.id: _state(row, _today(request)) for row in found.rows},
        words=words,
        has_any=bool(rows),
        number_refused="nummer" in request.query_params,
        may_join=bool({"officer", "dpo"} & person.roles),
        more=f"/overeenkomsten?{urlencode({'zoek': words})}&pagina=",
    )


def show_agreement(request: Request, agreement: str, person: Reader, gedaan: str = "") -> Response:
    """Show an agreement in readable words, where it stands, who must act, what was signed and what happened."""
    today = _today(request)
    with kit_of(request).database.transaction() as connection:
        row = _found(connection, agreement, person, today)
        shown = life_of(connection, row, person, today)
        happened = events(connection, row.id)
        # Who acted is told by name to the colleagues of that person only.
        people = {event.done_by: _who(connection, event.done_by) for event in happened if event.party == person.party}
    return render(
        request,
        "accession/agreement.html",
        row=row,
        state=_state(row, today),
        reading=in_words(shown.text, language=language_of(request)),
        life=shown,
        names=shown.names,
        party_names={party.id: party.name or party.id for party in shown.prepared.parties},
        history=[
            (event, EVENT_WORDS.get(event.event, Message("{event}", (("event", event.event),))), people)
            for event in reversed(happened)
        ],
        revocable=can_revoke(person, row, today),
        done=next((one.done for one in STEPS_OF_LIFE.values() if one.code == gedaan), DONE.get(gedaan)),
        may_join=bool({"officer", "dpo"} & person.roles),
        just_revoked=row.state == REVOKED and "ingetrokken" in request.query_params,
    )


def download_canonical(request: Request, agreement: str, person: Reader) -> Response:
    """Give the canonical text: the bytes whose SHA-256 was signed."""
    row, canonical = _canonical(request, agreement, person)
    return _file(canonical, "application/json", f"{row.id}-{row.text_hash[:12]}.json")


def download_yaml(request: Request, agreement: str, person: Reader) -> Response:
    """Give the same text as YAML, to read and review."""
    row, canonical = _canonical(request, agreement, person)
    written = yaml.safe_dump(plain(from_canonical(canonical)), allow_unicode=True, sort_keys=False, width=110)
    return _file(written.encode(), "application/yaml", f"{row.id}-{row.text_hash[:12]}.yaml")


def ask_to_revoke(request: Request, agreement: str, person: Signatory) -> Response:
    """Ask for the reason of a revocation and tell what it does."""
    return _revocation(request, agreement, person)


def revoke(
    request: Request,
    agreement: str,
    person: Signatory,
    reden: Annotated[str, Form()] = "",
    bevestigd: Annotated[str, Form()] = "",
) -> Response:
    """Take the reason, ask to confirm it, and then revoke at once."""
    reason = reden.strip()
    error = _wrong_reason(reason)
    if error is not None or bevestigd != "ja":
        return _revocation(request, agreement, person, reason=reason, error=error, is_asked=error is None)
    kit, today = kit_of(request), _today(request)
    with kit.database.transaction() as connection:
        row = _found(connection, agreement, person, today)
        party = party_to_revoke_for(person, row, today)
        if party is None:
            raise HTTPException(404)
        if row.state != REVOKED:  # a second click finds it done
            revoke_agreement(connection, agreement=row.id, party=party, by=person.id, at=kit.clock(), reason=reason)
    return RedirectResponse(f"/overeenkomsten/{row.id}?ingetrokken=ja", status_code=303)


def _revocation(
    request: Request,
    agreement: str,
    person: SignedIn,
    *,
    reason: str = "",
    error: Message | None = None,
    is_asked: bool = False,
) -> Response:
    today = _today(request)
    with kit_of(request).database.transaction() as connection:
        row = _found(connection, agreement, person, today)
        text = find_text(connection, row.text_hash)
        names = {party.id: party.name for party in list_parties(connection)}
    party = party_to_revoke_for(person, row, today)
    if party is None:
        raise HTTPException(404)
    if not can_revoke(person, row, today):
        return RedirectResponse(f"/overeenkomsten/{row.id}", status_code=303)
    return render(
        request,
        "accession/revoke.html",
        status_code=422 if error else 200,
        row=row,
        title_words=title_in_words(text, row.title, language=language_of(request)),
        party_name=names.get(party, party),
        others=[names.get(other, other) for other in row.parties if other != party],
        reason=reason,
        error=error,
        is_asked=is_asked,
    )


def _wrong_reason(reason: str) -> Message | None:
    return wrong_reason(reason) if reason else msg("Schrijf waarom u de overeenkomst intrekt.")


def _canonical(request: Request, agreement: str, person: SignedIn) -> tuple[AgreementRow, bytes]:
    with kit_of(request).database.transaction() as connection:
        row = _found(connection, agreement, person, _today(request))
        return row, read_text(connection, row.text_hash)


def _found(connection: Connection, agreement: str, person: SignedIn, today: date) -> AgreementRow:
    row = read_agreement_row(connection, agreement)
    if row is None or not can_read(person, row, today):
        raise HTTPException(404)
    return row


def _readable(connection: Connection, person: SignedIn, today: date) -> list[AgreementRow]:
    parties = parties_read_by(person, today)
    if parties is None:
        return list(list_agreements(connection))
    return list({row.id: row for party in parties for row in list_agreements(connection, party=party)}.values())


def _state(row: AgreementRow, today: date) -> _State:
    """Return the state in words; published is not yet in force before the first day, and no more after the last."""
    if row.state == IN_FORCE and row.in_force_from is not None and today < row.in_force_from:
        return _State(state_in_words(PUBLISHED), "info")
    if row.state == IN_FORCE and row.until is not None and row.until < today:
        return _State(msg("looptijd voorbij"), "neutral")
    return _State(state_in_words(row.state), _STATE_KINDS.get(row.state, "danger"))


def _who(connection: Connection, actor: str) -> str:
    found = find_actor(connection, actor)
    return actor if found is None else found.display_name


def _today(request: Request) -> date:
    return day_of(kit_of(request).clock())


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
