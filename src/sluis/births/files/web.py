"""The pages of the local team: new births with what is missing, one file with its timeline, what waits for a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from sluis.agreements.store import list_parties
from sluis.births.files import desk, liststore, store
from sluis.births.files.actions import opened
from sluis.births.files.desk import Opened, Reader, Restricted
from sluis.births.files.model import BENEFIT_WORDS, EVENT_WORDS, WHY_WORDS, BirthFile
from sluis.births.house import RECEIVER, Births
from sluis.births.matching import store as pairs
from sluis.births.model import ABSENCE_WORDS, ITEM_WORDS, Item
from sluis.births.places import WHY_NOWHERE
from sluis.database import Connection
from sluis.gate.actions import BRUSSELS, day_of
from sluis.gate.store import find_actor
from sluis.kernel.nis import municipalities, municipality
from sluis.kernel.text import Message, msg
from sluis.web.access import RoleNeededError, require_right
from sluis.web.kit import Tile, kit_of
from sluis.web.people import SignedIn
from sluis.web.rendering import render
from sluis.web.rights import RIGHTS

PER_PAGE: Final = 25
_MOST_WAITING: Final = 50
_PERIODS: Final[Mapping[str, int | None]] = {"vandaag": 0, "week": 7, "maand": 31, "alles": None}

DOUBT_WORDS: Final[Mapping[str, Message]] = {
    "dates-near": msg("Dezelfde moeder, met geboortedata die dicht bij elkaar liggen."),
    "names-differ": msg("Dezelfde moeder en dag, maar een andere voornaam."),
    "twin-without-name": msg("Een tweeling waarvan nog niet elk kind een naam heeft."),
    "alike": msg("Zonder INSZ te vergelijken: naam en andere gegevens lijken op elkaar."),
}

MayRead = Annotated[SignedIn, Depends(require_right("births-read"))]
MayDecide = Annotated[SignedIn, Depends(require_right("births-decide"))]
MaySeeRestricted = Annotated[SignedIn, Depends(require_right("births-restricted"))]


def build_router(births: Births) -> APIRouter:
    """Return the routes of the local team's pages."""
    router = APIRouter()

    @router.get("/geboorten")
    def show_births(
        request: Request, person: MayRead, periode: str = "vandaag", ontbreekt: str = "", voor: str = ""
    ) -> Response:
        """List the births of the own municipalities, newest first, with what is missing."""
        return _listed(births, request, person, period=periode, incomplete=bool(ontbreekt), before=voor)

    @router.get("/geboorten/beperkt")
    def show_restricted(request: Request, person: MaySeeRestricted, voor: str = "") -> Response:
        """List the files under restricted access; the look is in the ledger."""
        return _listed(births, request, person, period="alles", incomplete=False, before=voor, restricted=True)

    @router.get("/geboorten/te-beslissen")
    def show_waiting(request: Request, person: MayDecide) -> Response:
        """List the files without a municipality, and the newborns that may be one child."""
        return _waiting(births, request, person)

    @router.post("/geboorten/twijfel/{one}/{other}")
    def decide(
        request: Request, person: MayDecide, one: UUID, other: UUID, beslissing: Annotated[str, Form()] = ""
    ) -> Response:
        """Decide whether two newborns are one child."""
        if beslissing not in ("same", "different"):
            raise HTTPException(400)
        decision: desk.Decision = "same" if beslissing == "same" else "different"
        return _done(
            births,
            request,
            person,
            lambda connection, reader, at: desk.decide_pair(
                births, connection, one, other, decision=decision, reader=reader, at=at
            ),
            back="/geboorten/te-beslissen",
        )

    @router.get("/geboorten/dossier/{file}")
    def show_file(request: Request, person: MayRead, file: UUID) -> Response:
        """Show one file: what is known, what is missing, what follows, what happened. The look is in the ledger."""
        return _file(births, request, person, file)

    @router.post("/geboorten/dossier/{file}/gemeente")
    def place(request: Request, person: MayDecide, file: UUID, nis: Annotated[str, Form()] = "") -> Response:
        """Choose the municipality of a file."""
        return _done(
            births,
            request,
            person,
            lambda connection, reader, at: desk.place(births, connection, file, nis=nis, reader=reader, at=at),
            back="/geboorten/te-beslissen",
        )

    @router.post("/geboorten/dossier/{file}/opheffen")
    def lift(request: Request, person: MaySeeRestricted, file: UUID) -> Response:
        """Lift a restriction that the hospital took the reason of back."""
        return _done(
            births,
            request,
            person,
            lambda connection, reader, at: desk.lift(births, connection, file, reader=reader, at=at),
            back=f"/geboorten/dossier/{file}",
        )

    return router


def tiles_of(connection: Connection, person: SignedIn, *, at: datetime) -> Sequence[Tile]:
    """Return the tile of a local team's member: the births that came in today."""
    if person.party != RECEIVER or not person.roles & RIGHTS["births-read"].roles:
        return ()
    reader = desk.reader_of(connection, person.id, sees_restricted=False)
    new = liststore.count_new(connection, municipalities=sorted(reader.municipalities), since=_begin(at, 0))
    text = msg("Vandaag binnengekomen bij uw lokaal team.")
    return (Tile(title=msg("Geboorten"), text=text, href="/geboorten", count=new),)


def _reader(connection: Connection, person: SignedIn) -> Reader:
    if person.party != RECEIVER:
        raise RoleNeededError(RIGHTS["births-read"].roles)
    return desk.reader_of(connection, person.id, sees_restricted=bool(person.roles & RIGHTS["births-restricted"].roles))


def _listed(
    births: Births,
    request: Request,
    person: SignedIn,
    *,
    period: str,
    incomplete: bool,
    before: str,
    restricted: bool = False,
) -> Response:
    at, period = kit_of(request).clock(), period if period in _PERIODS else "vandaag"
    days = _PERIODS[period]
    with births.database.transaction() as connection:
        reader = _reader(connection, person)
        files = liststore.list_files(
            connection,
            municipalities=sorted(reader.municipalities),
            restricted=restricted,
            since=None if days is None else _begin(at, days),
            incomplete=incomplete,
            before=_cursor(connection, before),
            most=PER_PAGE + 1,
        )
        seen = desk.open_all(births, connection, files[:PER_PAGE], reader=reader, at=at)
    chosen = {"periode": period, **({"ontbreekt": "ja"} if incomplete else {})}
    path = "/geboorten/beperkt" if restricted else "/geboorten"
    older = {**({} if restricted else chosen), "voor": str(files[PER_PAGE - 1].id)} if len(files) > PER_PAGE else None
    return render(
        request,
        "births/births.html",
        rows=[_row(one, day_of(at)) for one in seen],
        teams=reader.teams,
        period=period,
        incomplete=incomplete,
        restricted=restricted,
        sees_restricted=reader.sees_restricted,
        older=f"{path}?{urlencode(older)}" if older else None,
        newest=f"{path}?{urlencode(chosen)}" if before else None,
    )


def _file(births: Births, request: Request, person: SignedIn, number: UUID) -> Response:
    at = kit_of(request).clock()
    try:
        with births.database.transaction() as connection:
            reader = _reader(connection, person)
            seen = desk.look(births, connection, number, reader=reader, at=at)
            if seen is None:
                raise HTTPException(404)
            file = seen.file
            events = [
                (event.at, EVENT_WORDS[event.kind], _in_words(event.items), _name_of(connection, event.actor))
                for event in store.events_of(connection, file.id)
            ]
            proposals = store.proposals_in(connection, file.id)
            senders = {row.sender for row in store.newborns_of_file(connection, file.id)}
            names = {party.id: party.name for party in list_parties(connection)}
    except Restricted:
        return render(request, "births/restricted.html", status_code=403)
    return render(
        request,
        "births/file.html",
        row=_row(seen, day_of(at)),
        told=seen.told,
        items=_items(seen),
        events=events,
        proposals=[(BENEFIT_WORDS[one.benefit], one, WHY_WORDS[one.why]) for one in proposals],
        senders=sorted(names.get(sender, sender) for sender in senders),
        why_nowhere=WHY_NOWHERE.get(file.nis_why or ""),
        may_lift=reader.sees_restricted and file.restricted and not seen.told.is_delicate,
        places=_places(day_of(at)) if file.nis is None else [],
    )


def _waiting(births: Births, request: Request, person: SignedIn) -> Response:
    at = kit_of(request).clock()
    with births.database.transaction() as connection:
        reader = _reader(connection, person)
        unplaced = desk.open_all(
            births,
            connection,
            liststore.unplaced(connection, restricted=reader.sees_restricted, most=_MOST_WAITING),
            reader=reader,
            at=at,
        )
        doubts, shown = [], []
        for doubt in pairs.doubts(connection, most=_MOST_WAITING):
            both = _both(births, connection, doubt, reader)
            if both is not None:
                doubts.append((doubt, DOUBT_WORDS[doubt.why], [_row(one, day_of(at)) for one in both]))
                shown += [one.file for one in both]
        desk.open_all(births, connection, shown, reader=reader, at=at)
    return render(
        request,
        "births/waiting.html",
        unplaced=[(_row(one, day_of(at)), WHY_NOWHERE.get(one.file.nis_why or "")) for one in unplaced],
        doubts=doubts,
        places=_places(day_of(at)),
    )


def _both(births: Births, connection: Connection, doubt: pairs.Doubt, reader: Reader) -> list[Opened] | None:
    """Return the two files of a doubt, where one is the reader's and neither is closed to them."""
    rows = [store.find_newborn(connection, one) for one in (doubt.one, doubt.other)]
    files = [store.find_file(connection, row.file) for row in rows if row is not None and row.file is not None]
    known = [file for file in files if file is not None]
    if len(known) != 2 or not any(reader.may_open(file) for file in known):
        return None
    if any(file.restricted for file in known) and not reader.sees_restricted:
        return None
    return [Opened(file, opened(births, file.sealed)) for file in known]


def _done(
    births: Births,
    request: Request,
    person: SignedIn,
    act: Callable[[Connection, Reader, datetime], None],
    *,
    back: str,
) -> Response:
    try:
        with births.database.transaction() as connection:
            act(connection, _reader(connection, person), kit_of(request).clock())
    except Restricted:
        return render(request, "births/restricted.html", status_code=403)
    return RedirectResponse(back, status_code=303)


def _row(seen: Opened, day: date) -> dict[str, object]:
    file, told = seen.file, seen.told
    mother, child = told.mother.name, told.child.name
    return {
        "id": file.id,
        "href": f"/geboorten/dossier/{file.id}",
        "mother": " ".join(part for part in (mother.given, mother.family) if part) if mother else None,
        "child": " ".join(part for part in (child.given, child.family) if part) if child and child.given else None,
        "birth_date": file.birth_date,
        "opened_at": file.opened_at,
        "place": _place(file, day),
        "missing": [ITEM_WORDS[Item(name)] for name in file.missing],
        "is_known": file.is_known,
        "restricted": file.restricted,
        "state": file.state,
        "agreement": file.agreement,
        "text_hash": file.text_hash,
        "clause_on": file.clause_on,
    }


def _items(seen: Opened) -> list[tuple[Message, Message | None]]:
    """Return the missing items, each with the reason that the hospital gave."""
    why = seen.told.missing
    return [
        (ITEM_WORDS[Item(name)], ABSENCE_WORDS[why[Item(name)]] if Item(name) in why else None)
        for name in seen.file.missing
    ]


def _place(file: BirthFile, day: date) -> str | None:
    found = None if file.nis is None else municipality(file.nis, day)
    return file.nis if found is None else found.name


def _places(day: date) -> list[tuple[str, str]]:
    return sorted(((one.nis, one.name) for one in municipalities(day)), key=lambda one: one[1])


def _in_words(items: Sequence[str]) -> list[Message]:
    return [ITEM_WORDS[Item(name)] for name in items]


def _name_of(connection: Connection, actor: str | None) -> str | None:
    found = None if actor is None else find_actor(connection, actor)
    return None if found is None else found.display_name


def _cursor(connection: Connection, before: str) -> tuple[datetime, UUID] | None:
    try:
        number = UUID(before) if before else None
    except ValueError:
        raise HTTPException(404) from None
    file = None if number is None else store.find_file(connection, number)
    return None if file is None else (file.opened_at, file.id)


def _begin(at: datetime, days: int) -> datetime:
    """Return the first moment of the day in Flanders, so many days ago."""
    return datetime.combine(day_of(at) - timedelta(days=days), time.min, tzinfo=BRUSSELS)
