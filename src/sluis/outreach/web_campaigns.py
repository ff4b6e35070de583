"""Campaigns on pages: choose a group, write once per language, look at it, send it, see what became of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from sluis.agreements.catalogue import templates
from sluis.deliveries.model import STATE_WORDS
from sluis.gate.actions import day_of
from sluis.kernel.text import Message, msg
from sluis.outreach import campaign_store
from sluis.outreach.campaigns import QUIET, QUIET_REMINDER, receivers, save_campaign, send_campaign, text_for
from sluis.outreach.model import NOT_JOINED, Campaign, Text
from sluis.outreach.places import places_on
from sluis.outreach.policy import LANGUAGES, check_texts, wrong_title
from sluis.outreach.web_groups import as_group, group_words
from sluis.web.access import require_right
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render
from sluis.web.security import accepts_body

Follower = Annotated[SignedIn, Depends(require_right("follow"))]
_PER_PAGE = 25
_LARGEST_FORM = 131_072
_LANGUAGE_NAMES = {"nl": "Nederlands", "fr": "Français", "en": "English", "de": "Deutsch"}

SKIPPED_WORDS = {
    "no-address": msg("geen e-mailadres bekend"),
    "mailed-before": msg("kreeg hierover al een bericht"),
    "too-soon": msg("kreeg hierover net nog een bericht"),
    "same-address": msg("zelfde adres als een ander bestuur in deze groep"),
}


async def posted(request: Request) -> FormData:
    """Return the fields of the form: there are two for each language."""
    return await request.form()


Fields = Annotated[FormData, Depends(posted)]


def add_routes(router: APIRouter, *, link: str) -> None:
    """Add the routes of campaigns; `link` is the address that mails lead to."""

    def show_campaign(request: Request, campaign: UUID, person: Follower) -> Response:
        """Show a campaign: who will get it and what it says, or what became of it."""
        return _campaign_page(request, campaign, link)

    def send(request: Request, campaign: UUID, person: Follower, bevestigd: Annotated[str, Form()] = "") -> Response:
        """Send a campaign that was looked at and confirmed."""
        if bevestigd != "ja":
            return _campaign_page(request, campaign, link, error=msg("Bevestig dat u de berichten nakeek."))
        kit = kit_of(request)
        with kit.database.transaction() as connection:
            at = kit.clock()
            send_campaign(connection, campaign=campaign, link=link, by=person.id, at=at, day=day_of(at))
        return RedirectResponse(f"/opvolging/campagnes/{campaign}?verstuurd=ja", status_code=303)

    router.add_api_route("/opvolging/campagnes", show_campaigns, methods=["GET"])
    router.add_api_route("/opvolging/campagnes/nieuw", write_campaign, methods=["GET"])
    router.add_api_route("/opvolging/campagnes/nieuw", keep_campaign, methods=["POST"])
    router.add_api_route("/opvolging/campagnes/{campaign}", show_campaign, methods=["GET"])
    router.add_api_route("/opvolging/campagnes/{campaign}/wijzigen", change_campaign, methods=["GET"])
    router.add_api_route("/opvolging/campagnes/{campaign}/versturen", send, methods=["POST"])


def show_campaigns(request: Request, person: Follower, pagina: int = 1) -> Response:
    """List the campaigns, newest first."""
    number = max(1, min(pagina, 10_000))
    with kit_of(request).database.transaction() as connection:
        count, found = campaign_store.list_campaigns(connection, most=_PER_PAGE, skip=(number - 1) * _PER_PAGE)
    language = language_of(request)
    return render(
        request,
        "outreach/campaigns.html",
        found=found,
        number=number,
        last=max(1, -(-count // _PER_PAGE)),
        offers={code: text.title.in_language(language) for code, text in templates().items()},
    )


def write_campaign(
    request: Request, person: Follower, provincie: str = "", soort: str = "", stand: str = "", aanbod: str = ""
) -> Response:
    """Show the form of a new campaign, for the group that the dashboard was showing."""
    given = {"kenmerk": str(uuid4()), "provincie": provincie, "soort": soort, "stand": stand, "aanbod": aanbod}
    return _form(request, given, {})


def change_campaign(request: Request, campaign: UUID, person: Follower) -> Response:
    """Show the form again for a campaign that was not sent yet."""
    with kit_of(request).database.transaction() as connection:
        found = campaign_store.find_campaign(connection, campaign)
    if found is None:
        raise HTTPException(404)
    if found.sent_at is not None:
        return RedirectResponse(f"/opvolging/campagnes/{campaign}", status_code=303)
    return _form(request, _fields_of(found), {})


@accepts_body(_LARGEST_FORM)
def keep_campaign(request: Request, person: Follower, fields: Fields) -> Response:
    """Keep a campaign, or show the form again with what is wrong."""
    given = {name: value for name, value in fields.items() if isinstance(value, str)}
    texts = {
        language: Text(given.get(f"onderwerp-{language}", "").strip(), given.get(f"tekst-{language}", ""))
        for language in LANGUAGES
        if given.get(f"onderwerp-{language}", "").strip() or given.get(f"tekst-{language}", "").strip()
    }
    errors: dict[str, Message] = {f"tekst-{language}": wrong for language, wrong in check_texts(texts).items()}
    if (wrong := wrong_title(given.get("titel", ""))) is not None:
        errors["titel"] = wrong
    if given.get("aanbod") not in templates():
        errors["aanbod"] = msg("Kies het aanbod waarover u schrijft.")
    campaign = _uuid(given.get("kenmerk", ""))
    if errors:
        return _form(request, given, errors)
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        save_campaign(
            connection,
            campaign=campaign,
            title=given["titel"],
            offer=given["aanbod"],
            is_reminder=given.get("herinnering") == "ja",
            texts=texts,
            group=as_group(
                provincie=given.get("provincie", ""),
                kind=given.get("soort", ""),
                stage=given.get("stand", ""),
                template=given["aanbod"],
                words="",
            ),
            by=person.id,
            at=kit.clock(),
        )
    return RedirectResponse(f"/opvolging/campagnes/{campaign}", status_code=303)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HTTPException(400) from None


def _fields_of(campaign: Campaign) -> dict[str, str]:
    group = campaign.group
    fields = {
        "kenmerk": str(campaign.id),
        "titel": campaign.title,
        "aanbod": campaign.offer,
        "herinnering": "ja" if campaign.is_reminder else "",
        "provincie": group.province or "",
        "soort": group.kind or "",
        "stand": group.stage or "",
    }
    for language, text in campaign.texts.items():
        fields |= {f"onderwerp-{language}": text.subject, f"tekst-{language}": text.text}
    return fields


def _form(request: Request, given: dict[str, str], errors: dict[str, Message]) -> Response:
    choices = dict(group_words(day_of(kit_of(request).clock()), language_of(request)))
    choices["stand"] = [choice for choice in choices["stand"] if choice[0] in {"", *NOT_JOINED}]
    return render(
        request,
        "outreach/campaign_form.html",
        status_code=422 if errors else 200,
        given=given,
        errors=errors,
        choices=choices | {"aanbod": choices["aanbod"][1:]},
        languages=[(code, _LANGUAGE_NAMES[code]) for code in LANGUAGES],
        quiet_days=QUIET.days,
        reminder_days=QUIET_REMINDER.days,
    )


def _campaign_page(request: Request, campaign: UUID, link: str, *, error: Message | None = None) -> Response:
    kit = kit_of(request)
    at = kit.clock()
    day = day_of(at)
    with kit.database.transaction() as connection:
        found = campaign_store.find_campaign(connection, campaign)
        if found is None:
            raise HTTPException(404)
        group = receivers(connection, found, at=at, day=day) if found.sent_at is None else []
        mails = campaign_store.mails(connection, campaign) if found.sent_at is not None else []
    names = {place.id: place.name for place in places_on(day)}
    chosen = [one for one in group if one.skipped is None]
    previews: dict[str, tuple[str, Text]] = {}
    for one in chosen:
        language, text = text_for(found, one.language, body=one.place.name, link=link)
        previews.setdefault(language, (one.place.name, text))
    return render(
        request,
        "outreach/campaign.html",
        status_code=422 if error else 200,
        campaign=found,
        offer=templates()[found.offer].title.in_language(language_of(request))
        if found.offer in templates()
        else found.offer,
        chosen=chosen,
        skipped=[one for one in group if one.skipped is not None],
        skipped_words=SKIPPED_WORDS,
        previews=previews,
        language_names=_LANGUAGE_NAMES,
        mails=mails,
        names=names,
        state_words=STATE_WORDS,
        error=error,
        just_sent="verstuurd" in request.query_params,
    )
