"""The pages of an agreement's life: every step asked, explained and confirmed; advice; signing; amending."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from sluis.accession import web_sign
from sluis.accession.actions import draft_of_text, text_in_preparation
from sluis.accession.life import CAUSES, STEPS_OF_LIFE, Asked, LifeStep, notice_ends_on
from sluis.accession.policy import can_take, check_take, party_of
from sluis.accession.reasons import wrong_reason
from sluis.accession.standing import standing_for
from sluis.accession.store import find_draft
from sluis.accession.web_papers import found_for
from sluis.agreements import lifestore, store
from sluis.agreements.advice import Verdict, advise_agreement
from sluis.agreements.amendments import amend_agreement
from sluis.agreements.documents.store import documents_of
from sluis.agreements.phrases import VERDICTS
from sluis.agreements.store import list_parties
from sluis.agreements.text import draft_hash, from_canonical
from sluis.agreements.words import in_words
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.web.access import require_right
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render

Actor = Annotated[SignedIn, Depends(require_right("agreements-act"))]
Adviser = Annotated[SignedIn, Depends(require_right("agreements-advise"))]
Officer = Annotated[SignedIn, Depends(require_right("agreements-prepare"))]

_VERDICTS: tuple[Verdict, ...] = ("favourable", "with-remarks", "unfavourable")
_LONGEST_REMARKS = 20_000


def add_routes(router: APIRouter) -> None:
    """Add the routes of life."""
    router.add_api_route("/overeenkomsten/{agreement}/stap/{step}", ask_step, methods=["GET"])
    router.add_api_route("/overeenkomsten/{agreement}/stap/{step}", take_step, methods=["POST"])
    router.add_api_route("/overeenkomsten/{agreement}/advies", ask_advice, methods=["GET"])
    router.add_api_route("/overeenkomsten/{agreement}/advies", give_advice, methods=["POST"])
    web_sign.add_routes(router)
    router.add_api_route("/overeenkomsten/{agreement}/wijzigen", ask_to_amend, methods=["GET"])
    router.add_api_route("/overeenkomsten/{agreement}/wijzigen", amend, methods=["POST"])


_ABOUT_NEXT = frozenset({"complete", "offer", "publish", "withdraw", "advise", "sign"})


def ask_step(request: Request, agreement: str, step: str, person: Actor) -> Response:
    """Say what a step does, and ask why where it must be said."""
    return _step_page(request, agreement, _known(step), person)


def take_step(
    request: Request,
    agreement: str,
    step: str,
    person: Actor,
    reden: Annotated[str, Form()] = "",
    oorzaak: Annotated[str, Form()] = "",
    bevestigd: Annotated[str, Form()] = "",
) -> Response:
    """Take the reason, ask to confirm it, and then take the step."""
    known, reason = _known(step), reden.strip()
    error = wrong_reason(reason) if known.needs_reason else None
    cause_error = msg("Kies waarom de overeenkomst eindigt.") if known.asks_cause and oorzaak not in CAUSES else None
    if error or cause_error or bevestigd != "ja":
        is_asked = not error and not cause_error
        return _step_page(
            request,
            agreement,
            known,
            person,
            reason=reason,
            cause=oorzaak,
            errors=(error, cause_error),
            is_asked=is_asked,
        )
    kit, today = kit_of(request), _today(request)
    with kit.database.transaction() as connection:
        row = found_for(connection, agreement, person, today)
        standing = standing_for(connection, row, of_next=known.code in _ABOUT_NEXT)
        party = check_take(person, known.code, row, standing.state, today, is_next=standing.is_next)
        known.do(connection, Asked(row.id, party, person.id, kit.clock(), reason, oorzaak))
    return RedirectResponse(f"/overeenkomsten/{row.id}?gedaan={known.code}", status_code=303)


def ask_advice(request: Request, agreement: str, person: Adviser) -> Response:
    """Show the exact text and ask the advice of the officer on it."""
    return _advice_page(request, agreement, person)


def give_advice(
    request: Request,
    agreement: str,
    person: Adviser,
    versie: Annotated[str, Form()] = "",
    oordeel: Annotated[str, Form()] = "",
    opmerkingen: Annotated[str, Form()] = "",
) -> Response:
    """Keep the advice, dated and on exactly the version that was read."""
    remarks = opmerkingen.strip()
    verdict = next((one for one in _VERDICTS if one == oordeel), None)
    errors = _wrong_advice(verdict, remarks)
    if verdict is None or errors:
        return _advice_page(request, agreement, person, verdict=oordeel, remarks=remarks, errors=errors)
    kit, today = kit_of(request), _today(request)
    try:
        with kit.database.transaction() as connection:
            row = found_for(connection, agreement, person, today)
            standing = standing_for(connection, row, of_next=True)
            party = check_take(person, "advise", row, standing.state, today, is_next=standing.is_next)
            advise_agreement(
                connection, agreement=row.id, version=versie, party=party, verdict=verdict,
                remarks=remarks or None, by=person.id, name=person.name, at=kit.clock(),
            )  # fmt: skip
    except SluisError as error:
        return _advice_page(request, agreement, person, verdict=oordeel, remarks=remarks, refusal=error)
    return RedirectResponse(f"/overeenkomsten/{row.id}?gedaan=advise", status_code=303)


def _wrong_advice(verdict: Verdict | None, remarks: str) -> dict[str, Message]:
    errors: dict[str, Message] = {}
    if verdict is None:
        errors["oordeel"] = msg("Kies uw oordeel.")
    if verdict in ("with-remarks", "unfavourable") and not remarks:
        errors["opmerkingen"] = msg("Schrijf uw opmerkingen: een advies dat niet zonder meer gunstig is, zegt waarom.")
    elif 0 < len(remarks) < 3:
        errors["opmerkingen"] = msg("Schrijf ten minste drie tekens.")
    elif len(remarks) > _LONGEST_REMARKS:
        errors["opmerkingen"] = msg("Maak dit korter: ten hoogste {most} tekens.", most=_LONGEST_REMARKS)
    return errors


def _advice_page(
    request: Request,
    agreement: str,
    person: SignedIn,
    *,
    verdict: str = "",
    remarks: str = "",
    errors: dict[str, Message] | None = None,
    refusal: SluisError | None = None,
) -> Response:
    language, today = language_of(request), _today(request)
    with kit_of(request).database.transaction() as connection:
        row = found_for(connection, agreement, person, today)
        standing = standing_for(connection, row, of_next=True)
        if not can_take(person, "advise", row, standing.state, today, is_next=standing.is_next):
            return RedirectResponse(f"/overeenkomsten/{row.id}", status_code=303)
        text = from_canonical(store.read_text(connection, standing.text_hash))
        documents = documents_of(connection, row.id)
    return render(
        request,
        "accession/advice.html",
        status_code=422 if errors or refusal else 200,
        row=row,
        title_words=text.title.in_language(language),
        version=draft_hash(text),
        verdicts=[(code, VERDICTS[code]) for code in _VERDICTS],
        verdict=verdict,
        remarks=remarks,
        errors=errors or {},
        refusal=refusal,
        reading=in_words(text, language=language),
        documents=[one for one in documents if one.kind == "attachment"],
    )


def ask_to_amend(request: Request, agreement: str, person: Officer) -> Response:
    """Ask why the text must change."""
    return _amend_page(request, agreement, person)


def amend(request: Request, agreement: str, person: Officer, reden: Annotated[str, Form()] = "") -> Response:
    """Open the next version on the text of now; the steps of joining then change it."""
    reason = reden.strip()
    error = wrong_reason(reason)
    if error is not None:
        return _amend_page(request, agreement, person, reason=reason, error=error)
    kit, today = kit_of(request), _today(request)
    with kit.database.transaction() as connection:
        row = found_for(connection, agreement, person, today)
        party = check_take(person, "propose", row, row.state, today)
        at = kit.clock()
        text = text_in_preparation(connection, row.id)
        if find_draft(connection, row.id) is None:
            draft_of_text(connection, text, party=party, mark=uuid4(), by=person.id, at=at)
        if lifestore.read_amendment(connection, row.id) is None:
            amend_agreement(
                connection,
                agreement=text.model_copy(update={"advices": ()}),
                party=party,
                by=person.id,
                at=at,
                reason=reason,
            )
    return RedirectResponse(f"/toetreden/{row.id}/beperken", status_code=303)


def _amend_page(
    request: Request, agreement: str, person: SignedIn, *, reason: str = "", error: Message | None = None
) -> Response:
    today = _today(request)
    with kit_of(request).database.transaction() as connection:
        row = found_for(connection, agreement, person, today)
        if not can_take(person, "propose", row, row.state, today):
            return RedirectResponse(f"/overeenkomsten/{row.id}", status_code=303)
        text = text_in_preparation(connection, row.id)
        pending = lifestore.read_amendment(connection, row.id)
    if pending is not None:
        return RedirectResponse(f"/toetreden/{row.id}", status_code=303)
    return render(
        request,
        "accession/amend.html",
        status_code=422 if error else 200,
        row=row,
        title_words=text.title.in_language(language_of(request)),
        reason=reason,
        error=error,
    )


def _step_page(
    request: Request,
    agreement: str,
    step: LifeStep,
    person: SignedIn,
    *,
    reason: str = "",
    cause: str = "",
    errors: tuple[Message | None, Message | None] = (None, None),
    is_asked: bool = False,
) -> Response:
    today = _today(request)
    with kit_of(request).database.transaction() as connection:
        row = found_for(connection, agreement, person, today)
        standing = standing_for(connection, row, of_next=step.code in _ABOUT_NEXT)
        if not can_take(person, step.code, row, standing.state, today, is_next=standing.is_next):
            return RedirectResponse(f"/overeenkomsten/{row.id}", status_code=303)
        text = from_canonical(store.read_text(connection, standing.text_hash))
        names = {party.id: party.name for party in list_parties(connection)}
    party = party_of(person, row, today)
    name = next(key for key, one in STEPS_OF_LIFE.items() if one is step)
    has_reason = is_asked or not step.needs_reason
    return render(
        request,
        "accession/life_step.html",
        status_code=422 if any(errors) else 200,
        row=row,
        step=step,
        path=f"/overeenkomsten/{row.id}/stap/{name}",
        title_words=text.title.in_language(language_of(request)),
        party_name=names.get(party or "", party),
        reason=reason,
        cause=cause,
        causes=list(CAUSES.items()),
        cause_words=CAUSES.get(cause),
        error=errors[0],
        cause_error=errors[1],
        is_asked=has_reason and not any(errors),
        last_day=notice_ends_on(text, today) if step.code == "give_notice" else None,
    )


def _known(step: str) -> LifeStep:
    if step not in STEPS_OF_LIFE:
        raise HTTPException(404)
    return STEPS_OF_LIFE[step]


def _today(request: Request) -> date:
    return day_of(kit_of(request).clock())
