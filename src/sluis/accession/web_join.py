"""The pages of joining: choose an offer, answer step by step, read what is missing and who must act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from sluis.accession import web_own
from sluis.accession.actions import (
    Saved,
    discard_draft,
    fields_for,
    open_draft,
    save_step,
    sheetful_of,
    text_in_preparation,
)
from sluis.accession.forms import (
    all_errors,
    attach,
    before,
    check_files,
    following,
    form_of,
    gaps_of,
    given_in,
    grouped,
    number_in,
    shown_of,
)
from sluis.accession.model import OVERVIEW, STEP_NAMES, STEPS, Draft, Value
from sluis.accession.policy import OFFICER, can_edit, name_in_text
from sluis.accession.store import drafts_of, find_draft, read_sheet
from sluis.agreements import lifestore, store
from sluis.agreements.actions import complete_agreement
from sluis.agreements.catalogue import offers, template
from sluis.agreements.documents.model import MOST_BYTES
from sluis.agreements.documents.store import documents_of
from sluis.agreements.lifecycle import DRAFT, OVER, STATE_WORDS, UNSIGNED
from sluis.agreements.missing import what_is_missing
from sluis.agreements.model import Agreement
from sluis.agreements.offerstore import Offer, list_offers
from sluis.agreements.store import AgreementRow, list_parties, read_agreement_row
from sluis.agreements.words import in_words
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.gate.succession import stands_for
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.web.access import require_right
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render
from sluis.web.security import accepts_body

Preparer = Annotated[SignedIn, Depends(require_right("agreements-complete"))]
Officer = Annotated[SignedIn, Depends(require_right("agreements-prepare"))]

_BODY_LIMIT = 2 * MOST_BYTES + 4 * 1024 * 1024
"""Two documents on one page, and room so that one a little too large is told so beside its field."""


Given = Annotated[FormData, Depends(form_of)]


@dataclass(frozen=True, slots=True)
class _Room:
    """A draft as this person may work on it: `name` is the party of the text for which the person answers."""

    draft: Draft
    row: AgreementRow
    state: str
    is_next: bool
    text: Agreement
    standard: Agreement
    name: str
    party: str


def add_routes(router: APIRouter) -> None:
    """Add the routes of joining."""
    router.add_api_route("/toetreden", show_offers, methods=["GET"])
    router.add_api_route("/toetreden", begin, methods=["POST"])
    web_own.add_routes(router)
    router.add_api_route("/toetreden/{agreement}", resume, methods=["GET"])
    router.add_api_route("/toetreden/{agreement}/weggooien", ask_to_discard, methods=["GET"])
    router.add_api_route("/toetreden/{agreement}/weggooien", discard, methods=["POST"])
    router.add_api_route("/toetreden/{agreement}/overzicht", show_overview, methods=["GET"])
    router.add_api_route("/toetreden/{agreement}/overzicht", finish, methods=["POST"])
    router.add_api_route("/toetreden/{agreement}/{step}", show_step, methods=["GET"])
    router.add_api_route("/toetreden/{agreement}/{step}", keep_step, methods=["POST"])


def show_offers(request: Request, person: Preparer) -> Response:
    """Show what is offered to the body, its drafts, and the standing answers of a body that offers."""
    today = _today(request)
    with kit_of(request).database.transaction() as connection:
        own = () if person.party is None else stands_for(person.party, today)
        me = store.find_party(connection, person.party) if person.party else None
        to_me = {one.template: one for party in own for one in list_offers(connection, party=party) if one.party in own}
        drafts = [
            (draft, row)
            for party in own
            for draft in drafts_of(connection, party)
            if (row := read_agreement_row(connection, draft.agreement)) is not None and row.state in UNSIGNED
        ]
        names = {party.id: party.name for party in list_parties(connection)}
    language = language_of(request)
    fitting = [
        _card(text, to_me.get(code), language, names)
        for code, text in ((code, template(code)) for code in offers())
        if me is not None and text.offer is not None and me.kind in text.offer.kinds
    ]
    ours = [
        (code, text.title.in_language(language))
        for code, text in ((code, template(code)) for code in offers())
        if web_own.our_name(text, own) is not None
    ]
    fitting.sort(key=lambda one: (one.offer is None, not one.is_ready, one.title))
    return render(
        request,
        "accession/offers.html",
        offers=fitting,
        ours=ours,
        drafts=[
            (draft, template(draft.template).title.in_language(language), STATE_WORDS[row.state], row.state == DRAFT)
            for draft, row in drafts
            if draft.template in offers()
        ],
        names=names,
        mark=uuid4,
        may_begin=OFFICER in person.roles,
        is_discarded="weggegooid" in request.query_params,
    )


@dataclass(frozen=True, slots=True)
class _Card:
    code: str
    title: str
    text: str
    by: str
    is_ready: bool
    offer: Offer | None


def _card(text: Agreement, offer: Offer | None, language: str, names: Mapping[str, str]) -> _Card:
    assert text.offer is not None
    giver = text.party(text.offer.by)
    by = (names.get(giver.body or "") or giver.name or giver.id) if giver else text.offer.by
    is_ready = giver is not None and giver.body is not None
    return _Card(text.id, text.title.in_language(language), text.offer.text, by, is_ready, offer)


def begin(
    request: Request, person: Officer, standaard: Annotated[str, Form()], kenmerk: Annotated[UUID, Form()]
) -> Response:
    """Open a draft on the chosen offer, filled in as far as the register reaches."""
    kit = kit_of(request)
    if person.party is None:
        raise HTTPException(404)
    with kit.database.transaction() as connection:
        draft = open_draft(
            connection, standard=standaard, party=person.party, mark=kenmerk, by=person.id, at=kit.clock()
        )
    return RedirectResponse(f"/toetreden/{draft.agreement}/gegevens", status_code=303)


def resume(request: Request, agreement: str, person: Preparer) -> Response:
    """Go on with a draft where it stands."""
    with kit_of(request).database.transaction() as connection:
        room = _room(connection, agreement, person, _today(request))
    return RedirectResponse(f"/toetreden/{room.draft.agreement}/{OVERVIEW}", status_code=303)


def show_step(request: Request, agreement: str, step: str, person: Preparer) -> Response:
    """Show the fields of one step with what was answered."""
    if step not in STEPS:
        raise HTTPException(404)
    return _step_page(request, agreement, step, person)


@accepts_body(_BODY_LIMIT)
def keep_step(request: Request, agreement: str, step: str, person: Preparer, form: Given) -> Response:
    """Keep what was answered, tell per field what cannot stand or what somebody else changed, and go on."""
    if step not in STEPS:
        raise HTTPException(404)
    kit, today = kit_of(request), _today(request)
    checked = check_files(form)
    with kit.database.transaction() as connection:
        room = _room(connection, agreement, person, today, lock=True)
        whole = fields_for(sheetful_of(connection, room.draft, language=language_of(request)), room.name)
        fields = [one for one in whole if one.step == step]
        given = given_in(form, fields)
        if not can_edit(room.state):
            raise HTTPException(404)
        if room.state != DRAFT and form.get("heropen") != "ja":
            errors = {"heropen": msg("Vink aan dat u de tekst opnieuw wilt openen, of laat hem zoals hij is.")}
            saved = Saved(read_sheet(connection, room.draft.sheet), errors, {})
        else:
            files, wrong = attach(
                connection, room.draft.agreement, room.party, fields, checked, by=person.id, at=kit.clock()
            )
            saved = save_step(
                connection,
                room.draft,
                party=room.name,
                given=given | files,
                seen=number_in(form.get("versie")),
                by=person.id,
                acting=room.party,
                at=kit.clock(),
            )
            saved = replace(saved, errors={**saved.errors, **wrong})
    if not saved.is_whole:
        return _step_page(request, agreement, step, person, saved=saved, given=given)
    onward = following(step, whole) if form.get("naar") == "verder" else f"{step}?bewaard=ja"
    return RedirectResponse(f"/toetreden/{agreement}/{onward}", status_code=303)


def show_overview(request: Request, agreement: str, person: Preparer) -> Response:
    """Show the whole draft in readable words, what is missing, and who must act."""
    return _overview(request, agreement, person)


def finish(request: Request, agreement: str, person: Officer) -> Response:
    """Say that the text is complete: from then on the data protection officers advise on it."""
    kit, today = kit_of(request), _today(request)
    try:
        with kit.database.transaction() as connection:
            room = _room(connection, agreement, person, today)
            complete_agreement(connection, agreement=agreement, party=room.party, by=person.id, at=kit.clock())
    except SluisError as error:
        return _overview(request, agreement, person, refusal=error)
    return RedirectResponse(f"/overeenkomsten/{agreement}?gedaan=complete", status_code=303)


def ask_to_discard(request: Request, agreement: str, person: Officer) -> Response:
    """Ask whether the draft may go."""
    with kit_of(request).database.transaction() as connection:
        room = _room(connection, agreement, person, _today(request))
    if not _is_discardable(room):
        raise HTTPException(404)
    return render(
        request, "accession/discard.html", room=room, title_words=room.text.title.in_language(language_of(request))
    )


def discard(request: Request, agreement: str, person: Officer) -> Response:
    """Throw the draft away."""
    kit, today = kit_of(request), _today(request)
    with kit.database.transaction() as connection:
        room = _room(connection, agreement, person, today)
        if not _is_discardable(room):
            raise HTTPException(404)
        discard_draft(connection, room.draft, party=room.party, by=person.id, at=kit.clock())
    return RedirectResponse("/toetreden?weggegooid=ja", status_code=303)


def _step_page(
    request: Request,
    agreement: str,
    step: str,
    person: SignedIn,
    *,
    saved: Saved | None = None,
    given: Mapping[str, Value] | None = None,
) -> Response:
    language = language_of(request)
    with kit_of(request).database.transaction() as connection:
        room = _room(connection, agreement, person, _today(request))
        made = sheetful_of(connection, room.draft, language=language)
        own = fields_for(made, room.name)
        fields = [one for one in own if one.step == step]
        sheet = saved.sheet if saved else read_sheet(connection, room.draft.sheet)
        documents = documents_of(connection, agreement)
        shown = shown_of(connection, fields, sheet, saved, given or {}, documents)
        registered = made.registered.get(room.name, {})
    return render(
        request,
        "accession/step.html",
        status_code=(409 if saved.conflicts and not saved.errors else 422) if saved else 200,
        room=room,
        step=step,
        step_names=STEP_NAMES,
        number=list(STEPS).index(step) + 2,
        title_words=room.text.title.in_language(language),
        heading=STEPS[step],
        groups=grouped(shown),
        registered=registered if step == "gegevens" else {},
        errors=all_errors(shown, saved),
        conflicts=bool(saved and saved.conflicts),
        version=sheet.version,
        is_editable=can_edit(room.state),
        is_reopening=room.state != DRAFT,
        reopen_error=saved.errors.get("heropen") if saved else None,
        state=STATE_WORDS[room.state],
        is_saved="bewaard" in request.query_params and saved is None,
        previous=before(step),
    )


def _overview(request: Request, agreement: str, person: SignedIn, *, refusal: SluisError | None = None) -> Response:
    language = language_of(request)
    with kit_of(request).database.transaction() as connection:
        room = _room(connection, agreement, person, _today(request))
        made = sheetful_of(connection, room.draft, language=language)
        own = fields_for(made, room.name)
        missing = what_is_missing(room.text)
        names = {party.id: party.name for party in list_parties(connection)}
    gaps = gaps_of(missing, room.text, names, agreement=agreement, own=own, me=room.name, standard=room.standard)
    return render(
        request,
        "accession/overview.html",
        status_code=422 if refusal else 200,
        room=room,
        title_words=room.text.title.in_language(language),
        step_names=STEP_NAMES,
        gaps=gaps,
        is_complete=all(one.code == "advice" for one in missing),
        advice_waits=any(one.code == "advice" for one in missing),
        reading=in_words(room.text, language=language),
        may_complete=OFFICER in person.roles and room.state == DRAFT,
        state=STATE_WORDS[room.state],
        is_editable=can_edit(room.state),
        is_discardable=_is_discardable(room) and OFFICER in person.roles,
        steps=[(name, STEPS[name]) for name in STEPS],
        refusal=refusal,
    )


def _room(connection: Connection, agreement: str, person: SignedIn, today: date, *, lock: bool = False) -> _Room:
    draft = find_draft(connection, agreement)
    row = read_agreement_row(connection, agreement) if draft is not None else None
    if draft is None or row is None or draft.template not in offers() or row.state in OVER:
        raise HTTPException(404)
    standard = template(draft.template)
    name = name_in_text(person, draft, standard, today)
    if name is None or person.party is None:
        raise HTTPException(404)
    if lock:
        store.lock_agreement(connection, agreement)
    pending = lifestore.read_amendment(connection, agreement)
    state = store.read_state(connection, agreement)
    assert state is not None
    own = stands_for(person.party, today)
    party = next((one for one in own if one in row.parties), person.party)
    return _Room(
        draft,
        row,
        pending.state if pending else state.state,
        pending is not None,
        text_in_preparation(connection, agreement),
        standard,
        name,
        party,
    )


def _is_discardable(room: _Room) -> bool:
    assert room.standard.offer is not None
    return room.state == DRAFT and not room.is_next and room.name == room.standard.offer.to


def _today(request: Request) -> date:
    return day_of(kit_of(request).clock())
