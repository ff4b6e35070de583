"""The pages of the lists: an overview, a request, the exchange that it opens, and the keys of the DPOs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.lists import exchange as steps
from sluis.lists import overview, store
from sluis.lists.model import STATE_NAMES, Exchange, KeyState
from sluis.lists.overview import CHANNEL, DPO, OFFICER
from sluis.lists.passage import Asker, Lists
from sluis.lists.web_exchange import add_exchange_routes
from sluis.lists.web_keys import add_key_routes
from sluis.lists.web_route import ListsRoute, Officer, Reader, no_such_agreement, page_number, party_of
from sluis.web.kit import NavigationItem, Tile, kit_of
from sluis.web.people import SignedIn
from sluis.web.rendering import render
from sluis.web.security import accepts_body

UPLOAD_LIMIT_BYTES = 20_000_000
PER_PAGE = 20

# Exchanges in these states wait for somebody of the party.
UNDER_WAY = ("received", "read", "answered", "collected")

NAVIGATION = (
    NavigationItem(msg("Lijsten"), "/lijsten", frozenset({OFFICER, DPO})),
    NavigationItem(msg("Sleutels"), "/lijsten/sleutels", frozenset({DPO})),
)


def build_router(lists: Lists) -> APIRouter:
    """Return the routes of this slice."""
    router = APIRouter(route_class=ListsRoute)
    _add_overview(router, lists)
    _add_request(router, lists)
    add_key_routes(router, lists)
    add_exchange_routes(router, lists)
    return router


def tiles_of(lists: Lists, clock: Callable[[], datetime]) -> Callable[[Connection, SignedIn], Sequence[Tile]]:
    """Return what the start page shows of this slice: the work that waits for the person."""

    def tiles(connection: Connection, person: SignedIn) -> Sequence[Tile]:
        if person.party is None:
            return ()
        found: list[Tile] = []
        if OFFICER in person.roles:
            states = store.count_by_state(connection, party=person.party)
            waiting = sum(states.get(state, 0) for state in UNDER_WAY)
            text = msg("Vraag een lijst, haal het antwoord op en bevestig dat uw kopie vernietigd is.")
            found.append(Tile(msg("Lijsten"), text, "/lijsten", waiting))
        if DPO in person.roles:
            count = overview.count_to_confirm(lists, connection, party=person.party, at=clock())
            text = msg("Spreek met de functionaris van de andere partij de sleutel van een lijst af.")
            found.append(Tile(msg("Sleutels"), text, "/lijsten/sleutels", count))
        return found

    return tiles


@dataclass(frozen=True, slots=True)
class Line:
    """One exchange in the overview."""

    exchange: Exchange
    state: Message
    reminders: int
    key: KeyState | None


def _add_overview(router: APIRouter, lists: Lists) -> None:
    @router.get("/lijsten")
    def show_overview(request: Request, person: Reader, pagina: str = "1") -> Response:
        """Show the party's exchanges, what waits for whom, and where a new one can begin."""
        kit, party = kit_of(request), party_of(person)
        at = kit.clock()
        with kit.database.transaction() as connection:
            last = max(1, -(-store.count_exchanges(connection, party=party) // PER_PAGE))
            page = page_number(pagina, last)
            found = store.list_exchanges(connection, party=party, most=PER_PAGE, skip=(page - 1) * PER_PAGE)
            lines = [_line(connection, one) for one in found]
            open_now = overview.openings(lists, connection, party=party, by=person.id, at=at)
            is_officer, is_dpo = OFFICER in person.roles, DPO in person.roles
            to_confirm = overview.count_to_confirm(lists, connection, party=party, at=at) if is_dpo else 0
        return render(
            request,
            "lists/overview.html",
            lines=lines,
            openings=open_now if is_officer else [one.for_onlooker() for one in open_now],
            to_confirm=to_confirm,
            is_officer=is_officer,
            number=page,
            last=last,
        )


def _line(connection: Connection, exchange: Exchange) -> Line:
    waits_for_key = exchange.state in ("received", "read")
    return Line(
        exchange,
        STATE_NAMES[exchange.state],
        store.count_reminders(connection, exchange.id) if exchange.state == "collected" else 0,
        store.find_key(connection, agreement=exchange.agreement, party=exchange.party) if waits_for_key else None,
    )


def _add_request(router: APIRouter, lists: Lists) -> None:
    @router.get("/lijsten/nieuw/{agreement}")
    def show_request(request: Request, person: Officer, agreement: str) -> Response:
        """Explain which file is expected, and offer to send it."""
        return _request_page(request, lists, person, agreement)

    @router.post("/lijsten/nieuw/{agreement}")
    @accepts_body(UPLOAD_LIMIT_BYTES)
    def receive_request(request: Request, person: Officer, agreement: str, file: UploadFile | None = None) -> Response:
        """Take the file in, read it, and lead to the page that shows what was read."""
        content = b"" if file is None else file.file.read()
        if file is None or not content:
            return _request_page(request, lists, person, agreement, error=msg("Kies een bestand dat niet leeg is."))
        at = kit_of(request).clock()
        asker = Asker(agreement, party_of(person), person.id, CHANNEL)
        exchange = steps.receive(lists, asker, name=file.filename or "", content=content, at=at)
        try:
            steps.read(lists, exchange.id, at=at)
        except SluisError as error:
            # The file is in, sealed: it can be read as soon as the DPOs set the key, and its page says so.
            if error.code != "key-not-set":
                raise
        return RedirectResponse(f"/lijsten/{exchange.id}", status_code=303)


def _request_page(
    request: Request, lists: Lists, person: SignedIn, agreement: str, *, error: Message | None = None
) -> Response:
    kit, party = kit_of(request), party_of(person)
    at = kit.clock()
    with kit.database.transaction() as connection:
        found = overview.opening(lists, connection, agreement, party=party, by=person.id, at=at)
        if found is None:
            raise no_such_agreement()
        most = _cap(lists, connection, found, party=party, on=day_of(at))
    return render(
        request,
        "lists/request.html",
        status_code=422 if error else 200,
        opening=found,
        leg=found.leg,
        most=most,
        error=error,
        megabytes=UPLOAD_LIMIT_BYTES // 1_000_000,
    )


def _cap(lists: Lists, connection: Connection, found: overview.Opening, *, party: str, on: date) -> int | None:
    if not found.is_open or found.leg is None:
        return None
    return overview.most_children(lists, connection, found.leg, party=party, on=on)
