"""The pages of joining: choose an offer, answer step by step, read what is missing and who must act."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from sluis.accession.actions import (
    Saved,
    discard_draft,
    fields_for,
    lasting_fields,
    open_draft,
    own_sheet,
    save_own,
    save_step,
    sheetful_of,
    text_in_preparation,
)
from sluis.accession.answers import field_at, tidy
from sluis.accession.model import OVERVIEW, STEP_NAMES, STEPS, Draft, Field, Value
from sluis.accession.policy import OFFICER, can_edit, name_in_text
from sluis.accession.store import Sheet, drafts_of, find_draft, read_sheet
from sluis.agreements import lifestore, store
from sluis.agreements.actions import complete_agreement
from sluis.agreements.catalogue import offers, template
from sluis.agreements.documents.actions import attach_document
from sluis.agreements.documents.inspection import check_attachment
from sluis.agreements.documents.model import MOST_BYTES, DocumentFacts, DocumentRow
from sluis.agreements.documents.store import documents_of
from sluis.agreements.lifecycle import DRAFT, OVER, STATE_WORDS, UNSIGNED
from sluis.agreements.missing import Missing, what_is_missing
from sluis.agreements.model import Agreement
from sluis.agreements.offerstore import Offer, list_offers
from sluis.agreements.store import AgreementRow, list_parties, read_agreement_row
from sluis.agreements.words import in_words
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.gate.store import find_actor
from sluis.gate.succession import stands_for
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
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


async def _form_of(request: Request) -> AsyncIterator[FormData]:
    """Yield the form with its files, which are gone afterwards."""
    async with request.form() as form:
        yield form


Given = Annotated[FormData, Depends(_form_of)]


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as the page shows it: the answer, why it was refused, and what somebody else wrote meanwhile."""

    field: Field
    value: Value
    error: Message | None = None
    theirs: Value | None = None
    theirs_by: str | None = None
    document: DocumentRow | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing: who must act, in which role, and where on our pages if that is the reader."""

    question: Message
    who: str
    role: Message
    href: str | None


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
    router.add_api_route("/toetreden/aanbod/{standard}", show_own, methods=["GET"])
    router.add_api_route("/toetreden/aanbod/{standard}", keep_own, methods=["POST"])
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
        if _our_name(text, own) is not None
    ]
    fitting.sort(key=lambda one: (one.offer is None, not one.is_ready, one.title))
    return render(
        request,
        "accession/offers.html",
        offers=fitting,
        ours=ours,
        drafts=[(draft, template(draft.template).title.in_language(language), STATE_WORDS[row.state], row.state == DRAFT)
                for draft, row in drafts if draft.template in offers()],
        names=names,
        mark=uuid4,
        may_begin=OFFICER in person.roles,
        is_discarded="weggegooid" in request.query_params,
    )  # fmt: skip


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
    checked = _check_files(form)
    with kit.database.transaction() as connection:
        room = _room(connection, agreement, person, today, lock=True)
        whole = fields_for(sheetful_of(connection, room.draft, language=language_of(request)), room.name)
        fields = [one for one in whole if one.step == step]
        given = _given(form, fields)
        if not can_edit(room.state):
            raise HTTPException(404)
        if room.state != DRAFT and form.get("heropen") != "ja":
            errors = {"heropen": msg("Vink aan dat u de tekst opnieuw wilt openen, of laat hem zoals hij is.")}
            saved = Saved(read_sheet(connection, room.draft.sheet), errors, {})
        else:
            files, wrong = _attach(connection, room, fields, checked, by=person.id, at=kit.clock())
            saved = save_step(
                connection,
                room.draft,
                party=room.name,
                given=given | files,
                seen=_number(form.get("versie")),
                by=person.id,
                acting=room.party,
                at=kit.clock(),
            )
            saved = replace(saved, errors={**saved.errors, **wrong})
    if not saved.is_whole:
        return _step_page(request, agreement, step, person, saved=saved, given=given)
    onward = _following(step, whole) if form.get("naar") == "verder" else f"{step}?bewaard=ja"
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


def show_own(request: Request, standard: str, person: Preparer) -> Response:
    """Show what the body answers every time under a standard agreement."""
    return _own_page(request, standard, person)


@accepts_body(512 * 1024)
def keep_own(request: Request, standard: str, person: Preparer, form: Given) -> Response:
    """Keep what the body answers every time."""
    kit, today = kit_of(request), _today(request)
    text, name, body = _our_part(standard, person, today)
    fields = lasting_fields(text, name, language=language_of(request))
    given = _given(form, fields)
    with kit.database.transaction() as connection:
        saved = save_own(
            connection,
            text,
            party=name,
            body=body,
            given=given,
            seen=_number(form.get("versie")),
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
    text, name, body = _our_part(standard, person, _today(request))
    fields = lasting_fields(text, name, language=language_of(request))
    with kit_of(request).database.transaction() as connection:
        sheet = saved.sheet if saved else read_sheet(connection, own_sheet(body, text.id))
        shown = _shown(connection, fields, sheet, saved, given or {}, ())
    return render(
        request,
        "accession/own.html",
        status_code=422 if saved else 200,
        standard=text,
        title_words=text.title.in_language(language_of(request)),
        groups=_grouped(shown),
        errors=_all_errors(shown, saved),
        version=sheet.version,
        is_saved="bewaard" in request.query_params and saved is None,
    )


def _our_part(standard: str, person: SignedIn, today: date) -> tuple[Agreement, str, str]:
    if standard not in offers() or person.party is None:
        raise HTTPException(404)
    text = template(standard)
    name = _our_name(text, stands_for(person.party, today))
    if name is None:
        raise HTTPException(404)
    return text, name, (text.party(name) or text.parties[0]).body or person.party


def _our_name(text: Agreement, own: Sequence[str]) -> str | None:
    return next((party.id for party in text.parties if party.body is not None and party.body in own), None)


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
        shown = _shown(connection, fields, sheet, saved, given or {}, documents)
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
        groups=_grouped(shown),
        registered=registered if step == "gegevens" else {},
        errors=_all_errors(shown, saved),
        conflicts=bool(saved and saved.conflicts),
        version=sheet.version,
        is_editable=can_edit(room.state),
        is_reopening=room.state != DRAFT,
        reopen_error=saved.errors.get("heropen") if saved else None,
        state=STATE_WORDS[room.state],
        is_saved="bewaard" in request.query_params and saved is None,
        previous=_before(step),
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


def gaps_of(
    missing: Sequence[Missing],
    text: Agreement,
    names: Mapping[str, str],
    *,
    agreement: str,
    own: Sequence[Field],
    me: str | None,
    standard: Agreement,
) -> list[Gap]:
    """Return what is missing with who must act, the reader's own things first with a link to where they are filled."""
    found = []
    for one in missing:
        party = text.party(one.who)
        name = (names.get(party.body or "") or party.name or party.id) if party else one.who
        field = field_at(one.path, own, standard) if one.who == me else None
        href = f"/toetreden/{agreement}/{field.step}#{field.name}" if field else None
        role = msg("functionaris voor gegevensbescherming") if one.code == "advice" else msg("dossierbehandelaar")
        found.append((one.who != me, Gap(one.question, name, role, href)))
    return [gap for _, gap in sorted(found, key=lambda pair: pair[0])]


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


def _given(form: FormData, fields: Sequence[Field]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for field in fields:
        if field.kind == "pdf":
            continue
        sent = [one for one in form.getlist(field.name) if isinstance(one, str)]
        if sent or field.kind == "subset":
            found[field.name] = tidy(field, sent)
    return found


def _check_files(form: FormData) -> dict[str, tuple[bytes, DocumentFacts | Message]]:
    """Check every file that came, before any lock is taken: each is looked at in a process of its own."""
    found: dict[str, tuple[bytes, DocumentFacts | Message]] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile) and value.filename:
            content = value.file.read()
            try:
                found[name] = (content, check_attachment(content))
            except SluisError as error:
                clause = str(error.clause or "")
                found[name] = (
                    b"",
                    msg("{what} ({clause}) {remedy}", what=error.what, clause=clause, remedy=error.remedy),
                )
    return found


def _attach(
    connection: Connection,
    room: _Room,
    fields: Sequence[Field],
    checked: Mapping[str, tuple[bytes, DocumentFacts | Message]],
    *,
    by: str,
    at: datetime,
) -> tuple[dict[str, Value], dict[str, Message]]:
    kept: dict[str, Value] = {}
    wrong: dict[str, Message] = {}
    for field in fields:
        if field.kind != "pdf" or field.name not in checked:
            continue
        content, facts = checked[field.name]
        if not isinstance(facts, DocumentFacts):
            wrong[field.name] = facts
            continue
        code = {"decision": "beslissing", "security_plan": "veiligheidsplan"}[field.path[2]]
        attach_document(
            connection,
            agreement=room.draft.agreement,
            party=room.party,
            code=code,
            pdf=content,
            facts=facts,
            by=by,
            at=at,
        )
        kept[field.name] = facts.sha256
    return kept, wrong


def _shown(
    connection: Connection,
    fields: Sequence[Field],
    sheet: Sheet,
    saved: Saved | None,
    given: Mapping[str, Value],
    documents: Sequence[DocumentRow],
) -> list[Shown]:
    by_hash = {one.sha256: one for one in documents}
    found = []
    for field in fields:
        kept = sheet.answers.get(field.name, tuple(code for code, _ in field.options) if field.kind == "subset" else "")
        error = saved.errors.get(field.name) if saved else None
        theirs = saved.conflicts.get(field.name) if saved else None
        value = given.get(field.name, kept) if saved else kept
        by = _name_of(connection, sheet.saved_by.get(field.name)) if theirs is not None else None
        document = by_hash.get(kept) if field.kind == "pdf" and isinstance(kept, str) else None
        found.append(Shown(field, value, error, _words_of(field, theirs), by, document))
    return found


def _words_of(field: Field, value: Value | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    words = {code: str(words) for code, words in field.options}
    return ", ".join(words.get(one, one) for one in value)


def _grouped(shown: Sequence[Shown]) -> list[tuple[Message | None, list[Shown]]]:
    groups: list[tuple[Message | None, list[Shown]]] = []
    for one in shown:
        if not groups or groups[-1][0] != one.field.group:
            groups.append((one.field.group, []))
        groups[-1][1].append(one)
    return groups


def _all_errors(shown: Sequence[Shown], saved: Saved | None) -> list[tuple[str, Message]]:
    found = [("heropen", saved.errors["heropen"])] if saved and "heropen" in saved.errors else []
    for one in shown:
        if one.error is not None:
            found.append((one.field.name, one.error))
        elif one.theirs is not None:
            found.append((one.field.name, msg("{label} Iemand anders wijzigde dit intussen.", label=one.field.label)))
    return found


def _name_of(connection: Connection, actor: str | None) -> str | None:
    found = find_actor(connection, actor) if actor else None
    return found.display_name if found else actor


def _following(step: str, fields: Sequence[Field]) -> str:
    """Return the next step in which this party has something to answer, else the overview."""
    names = list(STEPS)
    filled = {field.step for field in fields}
    return next((name for name in names[names.index(step) + 1 :] if name in filled), OVERVIEW)


def _before(step: str) -> str | None:
    names = list(STEPS)
    return names[names.index(step) - 1] if names.index(step) else None


def _number(text: object) -> int:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _today(request: Request) -> date:
    return day_of(kit_of(request).clock())


__all__ = ["Gap", "Shown", "add_routes", "gaps_of"]
