"""Pages for Opgroeien: every hospital with a maternity ward, what it delivers, which one is silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from sluis.births.hospitals import actions, store, web_own
from sluis.births.hospitals.maternities import maternities
from sluis.births.hospitals.model import (
    ALARM_WORDS,
    BY_A_PERSON,
    STAGE_KINDS,
    STAGE_WORDS,
    STAGES,
    STEPS,
    Stage,
    Standing,
)
from sluis.births.hospitals.showing import by_month, reason_words, step_words
from sluis.births.hospitals.silence import days_to_alarm
from sluis.births.model import ITEM_WORDS
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.web.access import require_right
from sluis.web.export import CSV_TYPE, as_csv
from sluis.web.kit import kit_of
from sluis.web.languages import translate
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render

PAGE = "/ziekenhuizen"
PER_PAGE = 25
MONTHS = 6

Follower = Annotated[SignedIn, Depends(require_right("births-follow"))]


def build_router() -> APIRouter:
    """Return the routes of hospitals; the application includes them."""
    router = APIRouter()
    router.add_api_route(PAGE, show_all, methods=["GET"])
    router.add_api_route(PAGE + ".csv", download_all, methods=["GET"])
    router.add_api_route(PAGE + "/volledigheid.csv", download_completeness, methods=["GET"])
    router.add_api_route(PAGE + "/{code}", show_one, methods=["GET"])
    router.add_api_route(PAGE + "/{code}/stap", take_step, methods=["POST"])
    router.add_api_route(PAGE + "/{code}/gegevens", keep_details, methods=["POST"])
    router.add_api_route(PAGE + "/{code}/alarm", close_alarms, methods=["POST"])
    web_own.add_routes(router)
    return router


def show_all(
    request: Request, person: Follower, stand: str = "", leverancier: str = "", zoek: str = "", pagina: int = 1
) -> Response:
    """List every hospital, the silent ones first, with completeness and the state per supplier."""
    kit = kit_of(request)
    at = kit.clock()
    with kit.database.transaction() as connection:
        everyone = actions.standings(connection, at=at)
        counted = store.completeness(connection, party=None, since=_first(day_of(at)))
    chosen = _chosen(everyone, stand, leverancier, zoek)
    last = max(1, -(-len(chosen) // PER_PAGE))
    number = max(1, min(pagina, last))
    query = urlencode({"stand": stand, "leverancier": leverancier, "zoek": zoek})
    language = language_of(request)
    every = ("", translate(msg("alle"), language))
    return render(
        request,
        "births/hospitals/all.html",
        rows=chosen[(number - 1) * PER_PAGE : number * PER_PAGE],
        chosen=chosen,
        number=number,
        last=last,
        more=f"{PAGE}?{query}&pagina=",
        query=query,
        counts=Counter(one.stage for one in everyone),
        suppliers=_suppliers(everyone),
        stage_choices=[every, *((str(one), translate(STAGE_WORDS[one], language)) for one in STAGES)],
        supplier_choices=[every, *((one, one) for one in _suppliers(everyone))],
        stand=stand,
        leverancier=leverancier,
        zoek=zoek,
        stages=STAGES,
        stage_words=STAGE_WORDS,
        stage_kinds=STAGE_KINDS,
        alarms=[one for one in everyone if one.alarms],
        alarm_words=ALARM_WORDS,
        months=by_month(counted),
        item_words=ITEM_WORDS,
        reason_words=reason_words,
    )


def download_all(
    request: Request, person: Follower, stand: str = "", leverancier: str = "", zoek: str = ""
) -> Response:
    """Give the chosen hospitals as CSV."""
    kit, language = kit_of(request), language_of(request)
    with kit.database.transaction() as connection:
        chosen = _chosen(actions.standings(connection, at=kit.clock()), stand, leverancier, zoek)
    columns = [
        "code",
        "ziekenhuis",
        "gemeente",
        "nis",
        "basis",
        "stand",
        "sinds",
        "partij",
        "leverancier",
        "per_jaar",
        "week",
        "gehoord",
    ]
    rows = [
        [
            one.place.code,
            one.place.name,
            one.place.municipality,
            one.place.nis,
            one.place.basis,
            translate(STAGE_WORDS[one.stage], language),
            "" if one.stage is Stage.NONE else one.link.since.date().isoformat(),
            one.link.party or "",
            one.link.supplier or "",
            str(one.births_per_year or ""),
            str(one.received_week),
            one.last_heard.isoformat(timespec="seconds") if one.last_heard else "",
        ]
        for one in chosen
    ]
    return csv_file(columns, rows, "ziekenhuizen.csv")


def download_completeness(request: Request, person: Follower) -> Response:
    """Give per hospital, month and item how many births had the item, and how many not, by reason."""
    kit = kit_of(request)
    rows: list[list[str]] = []
    with kit.database.transaction() as connection:
        for link in store.links(connection).values():
            if link.party is None:
                continue
            for one in store.completeness(connection, party=link.party, since=_first(day_of(kit.clock()))):
                rows += completeness_rows([link.code], one)
    return csv_file(["code", "maand", "gegeven", "toestand", "aantal"], rows, "volledigheid.csv")


def completeness_rows(before: Sequence[str], one: store.ItemCount) -> list[list[str]]:
    """Return the lines of one item of one month."""
    month = one.month.strftime("%Y-%m")
    return [[*before, month, one.item, "delivered", str(one.delivered)]] + [
        [*before, month, one.item, why or "no-reason", str(count)] for why, count in sorted(one.missing.items())
    ]


def csv_file(columns: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> Response:
    """Return a CSV to take along."""
    return Response(
        as_csv(columns, rows), media_type=CSV_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def show_one(request: Request, code: str, person: Follower) -> Response:
    """Show one hospital."""
    return _one(request, code)


def take_step(
    request: Request, code: str, person: Follower, naar: Annotated[str, Form()] = "", reden: Annotated[str, Form()] = ""
) -> Response:
    """Let a hospital take a step."""
    kit = kit_of(request)
    try:
        with kit.database.transaction() as connection:
            to = Stage(naar) if naar in {str(one) for one in BY_A_PERSON} else Stage.NONE
            actions.move(connection, hospital=code, to=to, why=reden, by=person.id, at=kit.clock())
    except SluisError as error:
        return _one(request, code, mistake=error)
    return RedirectResponse(f"{PAGE}/{code}?bewaard=ja", status_code=303)


def keep_details(
    request: Request,
    code: str,
    person: Follower,
    partij: Annotated[str, Form()] = "",
    leverancier: Annotated[str, Form()] = "",
    per_jaar: Annotated[str, Form()] = "",
    levensteken: Annotated[str, Form()] = "",
) -> Response:
    """Keep which party a hospital is, its supplier and what it promised."""
    kit = kit_of(request)
    try:
        with kit.database.transaction() as connection:
            actions.set_details(
                connection,
                hospital=code,
                party=partij.strip() or None,
                supplier=leverancier.strip() or None,
                births_per_year=actions.whole_number(per_jaar, most=20_000),
                life_sign_hours=actions.whole_number(levensteken, most=168),
                by=person.id,
                at=kit.clock(),
            )
    except SluisError as error:
        return _one(request, code, mistake=error)
    return RedirectResponse(f"{PAGE}/{code}?bewaard=ja", status_code=303)


def close_alarms(request: Request, code: str, person: Follower, bevinding: Annotated[str, Form()] = "") -> Response:
    """Close the alarms of a hospital with what was found."""
    kit = kit_of(request)
    try:
        with kit.database.transaction() as connection:
            actions.close(connection, hospital=code, why=bevinding, by=person.id, at=kit.clock())
    except SluisError as error:
        return _one(request, code, mistake=error)
    return RedirectResponse(f"{PAGE}/{code}?bewaard=ja", status_code=303)


def _one(request: Request, code: str, *, mistake: SluisError | None = None) -> Response:
    if code not in maternities():
        raise HTTPException(404)
    kit = kit_of(request)
    at = kit.clock()
    with kit.database.transaction() as connection:
        standing = next(one for one in actions.standings(connection, at=at) if one.place.code == code)
        party = standing.link.party
        counted = store.completeness(connection, party=party, since=_first(day_of(at))) if party else []
        refused, latest = store.refusals(connection, party, most=5) if party else (0, [])
        runs = store.conformance_runs(connection, party) if party else []
        told = store.steps(connection, code)
        alarms = store.alarms_of(connection, code)
    language = language_of(request)
    next_steps = [one for one in STAGES if one in STEPS[standing.stage] & BY_A_PERSON]
    return render(
        request,
        "births/hospitals/one.html",
        status_code=422 if mistake else 200,
        standing=standing,
        mistake=mistake,
        saved="bewaard" in request.query_params,
        base=PAGE,
        choices=[(str(one), translate(STAGE_WORDS[one], language)) for one in next_steps],
        stage_words=STAGE_WORDS,
        stage_kinds=STAGE_KINDS,
        months=by_month(counted),
        item_words=ITEM_WORDS,
        reason_words=reason_words,
        refused=refused,
        latest=latest,
        runs=runs,
        told=told,
        step_words=step_words,
        alarms=alarms,
        alarm_words=ALARM_WORDS,
        days=_tenths(days_to_alarm(standing.births_per_year)) if standing.births_per_year else None,
    )


def _tenths(days: float) -> Decimal:
    return Decimal(round(days * 10)) / 10


def _chosen(everyone: Sequence[Standing], stage: str, supplier: str, words: str) -> list[Standing]:
    asked = words.strip().casefold()
    found = [
        one
        for one in everyone
        if (not stage or str(one.stage) == stage)
        and (not supplier or one.link.supplier == supplier)
        and (not asked or asked in f"{one.place.name} {one.place.municipality} {one.place.code}".casefold())
    ]
    return sorted(found, key=_urgency)


def _urgency(one: Standing) -> tuple[bool, bool, bool]:
    """Return what puts the silent first, then the quiet, then who is on the way, each in the order of their names."""
    return not one.alarms, not (one.quiet is not None and one.quiet.is_watched), one.stage is Stage.NONE


def _suppliers(everyone: Sequence[Standing]) -> Mapping[str, Counter[Stage]]:
    found: dict[str, Counter[Stage]] = {}
    for one in everyone:
        if one.link.supplier:
            found.setdefault(one.link.supplier, Counter())[one.stage] += 1
    return dict(sorted(found.items()))


def _first(today: date) -> date:
    """Return the first day of the oldest month that is shown."""
    months = today.year * 12 + today.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)
