"""The dashboard of those who follow: where every body stands, on a map and in tables, to search and to take along."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from sluis.agreements.duties import DutySource
from sluis.agreements.lifecycle import STATE_WORDS, STATES
from sluis.agreements.store import list_parties
from sluis.gate.actions import day_of
from sluis.kernel.text import Message
from sluis.outreach import campaign_store, web_bodies, web_campaigns, web_contacts, web_deliveries, web_worklist
from sluis.outreach.following import NEXT_STEP, STUCK_AFTER_WORKING_DAYS, Dashboard, look, standings_of
from sluis.outreach.model import STAGE_KINDS, STAGE_WORDS, STAGES, Group, Stage, Standing
from sluis.outreach.places import places_on
from sluis.outreach.policy import may_open_agreements
from sluis.outreach.web_groups import GroupQuery, group_words
from sluis.web.access import require_right
from sluis.web.export import CSV_TYPE, EXCEL_TYPE, as_csv, as_excel
from sluis.web.kit import kit_of
from sluis.web.languages import Language, translate
from sluis.web.map import HEXAGON, Tile, drawing_size, tiles
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render

PER_PAGE = 25

Follower = Annotated[SignedIn, Depends(require_right("follow"))]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A tile as the page draws it."""

    tile: Tile
    name: str
    short: str
    stage: Stage | None
    href: str | None


def build_router(
    *, duty_sources: Sequence[DutySource], public_address: str, mail_is_set_up: Callable[[], bool]
) -> APIRouter:
    """Return the routes of following and of the worklist; the application includes them."""
    router = APIRouter()
    router.add_api_route("/opvolging", show_dashboard, methods=["GET"])
    router.add_api_route("/opvolging/besturen.csv", download_csv, methods=["GET"])
    router.add_api_route("/opvolging/besturen.xlsx", download_excel, methods=["GET"])
    web_bodies.add_routes(router)
    web_campaigns.add_routes(router, link=public_address)
    web_contacts.add_routes(router)
    web_deliveries.add_routes(router, mail_is_set_up)
    web_worklist.add_routes(router, duty_sources)
    return router


def show_dashboard(request: Request, person: Follower, asked: Annotated[GroupQuery, Depends()]) -> Response:
    """Show where every body of the chosen group stands."""
    kit, group = kit_of(request), asked.group
    at = kit.clock()
    day = day_of(at)
    with kit.database.transaction() as connection:
        board = look(connection, group, at=at, day=day)
        names = {party.id: party.name for party in list_parties(connection)}
        reached = campaign_store.last_contacts(connection)
    page = max(1, min(asked.pagina, max(1, -(-len(board.standings) // PER_PAGE))))
    return render(
        request,
        "outreach/dashboard.html",
        board=board,
        drawn=_drawn(board, group, day),
        map_size=drawing_size(),
        hexagon=HEXAGON,
        asked=asked,
        choices=group_words(day, language_of(request)),
        rows=board.standings[(page - 1) * PER_PAGE : page * PER_PAGE],
        page_number=page,
        last_page=max(1, -(-len(board.standings) // PER_PAGE)),
        more=f"/opvolging?{_query(asked)}&pagina=",
        query=_query(asked),
        names=names,
        reached=reached,
        stages=STAGES,
        stage_words=STAGE_WORDS,
        stage_kinds=STAGE_KINDS,
        state_words=STATE_WORDS,
        steps=_steps(board),
        next_steps=NEXT_STEP,
        stuck_after=STUCK_AFTER_WORKING_DAYS,
        may_read=may_open_agreements(person.roles),
    )


def download_csv(request: Request, person: Follower, asked: Annotated[GroupQuery, Depends()]) -> Response:
    """Give the chosen bodies as CSV."""
    columns, rows = _exported(request, asked)
    return _file(as_csv(columns, rows), CSV_TYPE, "besturen.csv")


def download_excel(request: Request, person: Follower, asked: Annotated[GroupQuery, Depends()]) -> Response:
    """Give the chosen bodies as a workbook."""
    columns, rows = _exported(request, asked)
    return _file(as_excel("besturen", columns, rows), EXCEL_TYPE, "besturen.xlsx")


def _exported(request: Request, asked: GroupQuery) -> tuple[list[str], list[list[str]]]:
    kit, language = kit_of(request), language_of(request)
    with kit.database.transaction() as connection:
        found = standings_of(connection, asked.group, day=day_of(kit.clock()))
        addresses = campaign_store.addresses(connection)
    columns = [
        "bestuur",
        "code",
        "nis",
        "gemeente",
        "provincie",
        "stand",
        "toestand",
        "overeenkomst",
        "sinds",
        "e-mail",
    ]
    return columns, [_exported_row(one, addresses.get(one.place.id, ""), language) for one in found]


def _exported_row(one: Standing, address: str, language: Language) -> list[str]:
    place, latest = one.place, max(one.holdings, key=lambda held: held.since, default=None)
    since = one.since.date().isoformat() if one.since is not None else ""
    state = "" if latest is None else translate(STATE_WORDS.get(latest.state, Message(latest.state)), language)
    agreement = "" if latest is None else latest.agreement
    stage = translate(STAGE_WORDS[one.stage], language)
    return [
        place.name, place.id, place.nis, place.municipality, place.province, stage, state, agreement, since, address,
    ]  # fmt: skip


def _steps(board: Dashboard) -> list[tuple[Message, int, int | None, int | None, int]]:
    """Return each state with how many stand in it now, and how long those that left it stayed."""
    leads = {lead.state: lead for lead in board.leads}
    found: list[tuple[Message, int, int | None, int | None, int]] = []
    for state in STATES:
        lead, now = leads.get(state), board.pipeline.get(state, 0)
        if now or lead:
            words = STATE_WORDS.get(state, Message(state))
            left = (lead.median, lead.nine_in_ten, lead.count) if lead else (None, None, 0)
            found.append((words, now, *left))
    return found


def _drawn(board: Dashboard, group: Group, day: date) -> list[Drawn]:
    """Return every tile in reading order; one that the filters leave out has no stage and no link."""
    kind = group.kind or "municipality"
    bodies: Mapping[str, str] = {place.nis: place.id for place in places_on(day) if place.kind == kind}
    names = {place.nis: place.municipality for place in places_on(day)}
    found = []
    for tile in sorted(tiles().values(), key=lambda tile: (tile.row, tile.column)):
        stage = board.on_map.get(tile.nis)
        name = names.get(tile.nis, tile.nis)
        href = f"/opvolging/besturen/{bodies[tile.nis]}" if stage is not None and tile.nis in bodies else None
        found.append(Drawn(tile, name, name[:3], stage, href))
    return found


def _query(asked: GroupQuery) -> str:
    return urlencode({name: value for name, value in asked.as_query().items() if value})


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
