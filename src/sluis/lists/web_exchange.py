"""The page of one exchange and its steps: read, ask the answer, collect it once, confirm that the copy is destroyed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from sluis.agreements.lifecycle import OPEN
from sluis.agreements.store import read_state
from sluis.database import Connection
from sluis.gate import store as actors
from sluis.gate.actions import day_of
from sluis.kernel.text import Message, msg
from sluis.lists import collection, overview, store
from sluis.lists import exchange as steps
from sluis.lists.handover import HandedOver
from sluis.lists.model import STATE_NAMES, Exchange, RowProblem
from sluis.lists.overview import OFFICER
from sluis.lists.passage import Lists, no_such_exchange
from sluis.lists.reasons import reason_from_json
from sluis.lists.rows import REPLACED, describe
from sluis.lists.web_route import Officer, Reader, back_to, page_number, party_of
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.rendering import render

ROWS_PER_PAGE = 50
_ROWS_SHOWN = 12

# Which step of the course is under way in a state; past the last one means that all are done.
CURRENT_STEP = {"received": 2, "read": 3, "answered": 4, "collected": 5, "closed": 6}


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """The rows with the same problem: what it is, how many there are, and the first of them by number."""

    what: Message
    count: int
    rows: str


@dataclass(frozen=True, slots=True)
class Event:
    """One moment in the life of an exchange; `by` is a person's name."""

    at: datetime
    title: Message
    by: str | None = None


def add_exchange_routes(router: APIRouter, lists: Lists) -> None:
    """Add the page of an exchange and its steps; the last routes of the slice, for their addresses catch the most."""

    @router.get("/lijsten/{exchange}")
    def show_exchange(request: Request, person: Reader, exchange: str, pagina: str = "1") -> Response:
        """Show how far an exchange is, and what to do next."""
        return _exchange_page(request, lists, person, exchange, pagina)

    @router.get("/lijsten/{exchange}/{step}")
    def back_to_exchange(request: Request, person: Reader, exchange: str, step: str) -> Response:
        """Lead from the address of a step to its page: a reload or another language asks for it."""
        return back_to(request, f"/lijsten/{exchange_id(exchange)}")

    @router.post("/lijsten/{exchange}/lezen")
    def read_request(request: Request, person: Officer, exchange: str) -> Response:
        """Read a file that came before the key was set."""
        own = _own(request, person, exchange)
        steps.read(lists, own.id, at=kit_of(request).clock())
        return RedirectResponse(f"/lijsten/{own.id}", status_code=303)

    @router.post("/lijsten/{exchange}/vragen")
    def ask_answer(request: Request, person: Officer, exchange: str) -> Response:
        """Let the request through the gate, now that the officer saw what was read."""
        own = _own(request, person, exchange)
        steps.answer(lists, own.id, by=person.id, at=kit_of(request).clock())
        return RedirectResponse(f"/lijsten/{own.id}", status_code=303)

    @router.post("/lijsten/{exchange}/antwoord")
    def collect_answer(request: Request, person: Officer, exchange: str) -> Response:
        """Hand the answer over, once."""
        own = _own(request, person, exchange)
        if own.state in ("collected", "closed", "expired"):
            return _gone(request, own)
        clock = kit_of(request).clock
        content = collection.open_answer(lists, own.id, party=party_of(person), at=clock())
        return HandedOver(
            content,
            filename=f"antwoord-{own.agreement}-{own.reference}.xlsx",
            afterwards=lambda: collection.finish_collection(lists, own.id, by=person.id, at=clock()),
        )

    @router.post("/lijsten/{exchange}/vernietigd")
    def confirm_destruction(request: Request, person: Officer, exchange: str) -> Response:
        """Take the party's word that its copy is destroyed."""
        own = _own(request, person, exchange)
        at = kit_of(request).clock()
        collection.confirm_destruction(lists, own.id, party=party_of(person), by=person.id, at=at)
        return RedirectResponse(f"/lijsten/{own.id}", status_code=303)


def exchange_id(text: str) -> UUID:
    """Return the id in an address; what is no id is an exchange that does not exist."""
    try:
        return UUID(text)
    except ValueError:
        raise no_such_exchange() from None


def problem_groups(problems: Sequence[RowProblem]) -> list[ProblemGroup]:
    """Return the problems by kind, the most frequent first, each with the numbers of its first rows."""
    ordered = sorted(problems, key=lambda one: (one.code, one.row))
    groups = [(code, [one.row for one in rows]) for code, rows in groupby(ordered, key=lambda one: one.code)]
    groups.sort(key=lambda group: (-len(group[1]), group[0]))
    return [ProblemGroup(describe(code), len(rows), _first_rows(rows)) for code, rows in groups]


def _first_rows(rows: Sequence[int]) -> str:
    """Return row numbers as a reader writes them ("3, 5–9, 12"), an ellipsis where there are more."""
    spans: list[list[int]] = []
    for row in rows:
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    shown = [str(first) if first == last else f"{first}–{last}" for first, last in spans[:_ROWS_SHOWN]]
    return ", ".join(shown) + (", …" if len(spans) > _ROWS_SHOWN else "")


def _find(connection: Connection, person: SignedIn, exchange: str) -> Exchange:
    """Return an exchange of the person's own party; another party's is told from none by nothing."""
    found = store.find_exchange(connection, exchange_id(exchange))
    if found is None or found.party != person.party:
        raise no_such_exchange()
    return found


def _own(request: Request, person: SignedIn, exchange: str) -> Exchange:
    with kit_of(request).database.transaction() as connection:
        return _find(connection, person, exchange)


def _exchange_page(request: Request, lists: Lists, person: SignedIn, exchange: str, wish: str) -> Response:
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        own = _find(connection, person, exchange)
        state = read_state(connection, own.agreement)
        digest = own.text_hash or (state.text_hash if state is not None else "")
        titles = overview.titles_of(connection, digest)
        reminders = store.list_reminders(connection, own.id)
        key = store.find_key(connection, agreement=own.agreement, party=own.party)
        events = _events(connection, own, reminders)
    unused = [one for one in own.row_problems if one.code != REPLACED]
    last = max(1, -(-len(unused) // ROWS_PER_PAGE))
    number = page_number(wish, last)
    shown = unused[(number - 1) * ROWS_PER_PAGE : number * ROWS_PER_PAGE]
    return render(
        request,
        "lists/exchange.html",
        exchange=own,
        titles=titles,
        state_name=STATE_NAMES[own.state],
        current_step=CURRENT_STEP.get(own.state),
        reasons=[reason_from_json(kept) for kept in own.reasons],
        key_is_set=key is not None and key.is_set,
        events=events,
        reminders=reminders,
        groups=problem_groups(unused),
        unused=len(unused),
        rows=[(one.row, describe(one.code)) for one in shown],
        replaced=[one.row for one in own.row_problems if one.code == REPLACED][:ROWS_PER_PAGE],
        number=number,
        last=last,
        is_officer=OFFICER in person.roles,
        is_in_force=state is not None and state.on(day_of(kit.clock())).state in OPEN,
        is_late=own.confirm_before is not None and day_of(kit.clock()) > own.confirm_before,
    )


def _events(connection: Connection, exchange: Exchange, reminders: Sequence[datetime]) -> list[Event]:
    """Return what happened to an exchange, oldest first."""
    events = [Event(exchange.created_at, msg("Bestand ontvangen"), _name(connection, exchange.created_by))]
    turn = {
        "read": msg("Bestand nagekeken"),
        "answered": msg("Antwoord klaar"),
        "refused": msg("Geweigerd"),
        "expired": msg("Vervallen"),
    }.get(exchange.state)
    if turn is not None:
        events.append(Event(exchange.changed_at, turn))
    if exchange.collected_at is not None:
        events.append(Event(exchange.collected_at, msg("Antwoord opgehaald"), _name(connection, exchange.collected_by)))
    events += [Event(sent, msg("Herinnering: bevestig de vernietiging van uw kopie")) for sent in reminders]
    if exchange.confirmed_at is not None:
        title = msg("Vernietiging van de kopie bevestigd")
        events.append(Event(exchange.confirmed_at, title, _name(connection, exchange.confirmed_by)))
    return sorted(events, key=lambda event: event.at)


def _name(connection: Connection, actor: str | None) -> str | None:
    found = None if actor is None else actors.find_actor(connection, actor)
    return found.display_name if found is not None else actor


def _gone(request: Request, exchange: Exchange) -> Response:
    with kit_of(request).database.transaction() as connection:
        collected_by = _name(connection, exchange.collected_by)
    return render(request, "lists/gone.html", status_code=410, exchange=exchange, collected_by=collected_by)
