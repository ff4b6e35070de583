"""Pages for the hospital itself: what was refused and why, what is still missing, the conformance test."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, File, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from sluis.births.hl7.mapping import mapping_for
from sluis.births.hospitals import store
from sluis.births.hospitals.cases import GROUP_WORDS, cases_of
from sluis.births.hospitals.conformance import as_json, examples, judge_file, rows_of
from sluis.births.hospitals.showing import by_month, reason_words
from sluis.births.intake.actions import fault_from_json
from sluis.births.model import ABSENCE_WORDS, ITEM_WORDS, Item
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.web.access import require_right
from sluis.web.export import CSV_TYPE, as_csv
from sluis.web.kit import Tile, kit_of
from sluis.web.languages import translate
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render
from sluis.web.rights import right_of
from sluis.web.security import accepts_body

PAGE = "/mijn-ziekenhuis"
PER_PAGE = 25
LARGEST_UPLOAD = 2_000_000
_MONTHS = 6
_SHOWN_DAYS = 62
_MOST_LACKING = 200
_MOST_ROWS = 5_000

Member = Annotated[SignedIn, Depends(require_right("births-hospital"))]


def tiles_of(connection: Connection, person: SignedIn) -> Sequence[Tile]:
    """Return the piece of work of who works at a hospital that is followed, and of who follows them."""
    if "outreach" in person.roles:
        silent = len(store.open_alarms(connection))
        text = msg("Wie geboorten meldt, hoe volledig, en wie stil is.")
        return (Tile(msg("Ziekenhuizen"), text, "/ziekenhuizen", silent),)
    if not right_of("births-hospital").roles & person.roles or person.party is None:
        return ()
    if store.link_of_party(connection, person.party) is None:
        return ()
    text = msg("Wat geweigerd werd en waarom, en wat nog ontbreekt.")
    return (Tile(msg("Mijn ziekenhuis"), text, PAGE),)


def add_routes(router: APIRouter) -> None:
    """Add the routes of a hospital's own pages."""
    router.add_api_route(PAGE, show_own, methods=["GET"])
    router.add_api_route(PAGE + "/geweigerd.csv", download_refused, methods=["GET"])
    router.add_api_route(PAGE + "/ontbrekend.csv", download_lacking, methods=["GET"])
    router.add_api_route(PAGE + "/conformiteit", show_test, methods=["GET"])
    router.add_api_route(PAGE + "/conformiteit", take_test, methods=["POST"])
    router.add_api_route(PAGE + "/conformiteit/voorbeelden.hl7", download_examples, methods=["GET"])
    router.add_api_route(PAGE + "/conformiteit/{run}.csv", download_report, methods=["GET"])
    router.add_api_route(PAGE + "/conformiteit/{run}.json", download_report_json, methods=["GET"])
    router.add_api_route(PAGE + "/conformiteit/{run}", show_report, methods=["GET"])


def show_own(request: Request, person: Member, pagina: int = 1) -> Response:
    """Show what of this hospital was refused, what is missing and what was not read."""
    kit, party = kit_of(request), _party(person)
    at = kit.clock()
    number = max(1, min(pagina, 1_000))
    with kit.database.transaction() as connection:
        link = store.link_of_party(connection, party)
        count, refused = store.refusals(connection, party, most=PER_PAGE, skip=(number - 1) * PER_PAGE)
        lacking = store.waiting_references(
            connection, party, since=at - timedelta(days=_SHOWN_DAYS), most=_MOST_LACKING
        )
        counted = store.completeness(connection, party=party, since=_since(day_of(at)))
        unread = store.not_read(connection, party, since=day_of(at) - timedelta(days=30))
        heard = store.last_heard(connection, since=at - timedelta(days=120)).get(party)
    return render(
        request,
        "births/hospitals/own.html",
        link=link,
        count=count,
        refused=[(one, [fault_from_json(dict(fault)) for fault in one.faults]) for one in refused],
        number=number,
        last=max(1, -(-count // PER_PAGE)),
        more=f"{PAGE}?pagina=",
        lacking=lacking,
        shown_days=_SHOWN_DAYS,
        months=by_month(counted),
        item_words=ITEM_WORDS,
        reason_words=reason_words,
        item_of=Item,
        unread=unread,
        heard=heard,
    )


def download_refused(request: Request, person: Member) -> Response:
    """Give what was refused as CSV: one line per field."""
    kit, language = kit_of(request), language_of(request)
    with kit.database.transaction() as connection:
        _, refused = store.refusals(connection, _party(person), most=_MOST_ROWS)
    rows = [
        [one.at.isoformat(timespec="seconds"), one.channel, one.message_id or "", fault.path, fault.code,
         translate(fault.text, language)]
        for one in refused
        for fault in (fault_from_json(dict(kept)) for kept in one.faults)
    ]  # fmt: skip
    return _file(["moment", "kanaal", "bericht", "veld", "code", "uitleg"], rows, "geweigerd.csv")


def download_lacking(request: Request, person: Member) -> Response:
    """Give which newborns lack which items as CSV, by the hospital's own references."""
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        lacking = store.waiting_references(
            connection, _party(person), since=kit.clock() - timedelta(days=_SHOWN_DAYS), most=_MOST_ROWS
        )
    rows = [[reference, at.date().isoformat(), item] for reference, at, items in lacking for item in items]
    return _file(["referentie", "gemeld_op", "gegeven"], rows, "ontbrekend.csv")


def show_test(request: Request, person: Member) -> Response:
    """Show the fifty cases and where to hand in the messages."""
    return _test(request, person)


@accepts_body(LARGEST_UPLOAD + 100_000)
def take_test(request: Request, person: Member, bestand: Annotated[UploadFile, File()]) -> Response:
    """Judge a file of messages and keep the report."""
    kit, party = kit_of(request), _party(person)
    at = kit.clock()
    raw = bestand.file.read(LARGEST_UPLOAD + 1)
    if not raw.strip() or len(raw) > LARGEST_UPLOAD:
        return _test(request, person, mistake=_unfit_file())
    mapping = mapping_for(party, on=day_of(at), folder=kit.settings.hl7_mapping_folder)
    report = judge_file(raw, mapping, at=at, sender=party)
    run = uuid4()
    with kit.database.transaction() as connection:
        link = store.link_of_party(connection, party)
        store.insert_conformance(
            connection,
            id=run,
            party=party,
            supplier=None if link is None else link.supplier,
            at=at,
            actor=person.id,
            passed=report.passed,
            cases=len(report.results),
            report=as_json(report),
        )
    return RedirectResponse(f"{PAGE}/conformiteit/{run}", status_code=303)


def download_examples(request: Request, person: Member) -> Response:
    """Give the fifty messages of today as the standard mapping reads them."""
    content = examples(day_of(kit_of(request).clock()), sender=_party(person))
    headers = {"Content-Disposition": 'attachment; filename="voorbeelden.hl7"'}
    return Response(content, media_type="application/hl7-v2", headers=headers)


def show_report(request: Request, run: UUID, person: Member) -> Response:
    """Show the report of a run."""
    report, at = _report(request, run, person)
    return render(
        request,
        "births/hospitals/report.html",
        report=report,
        rows=sorted(rows_of(report), key=lambda row: row[2]),
        at=at,
        run=run,
        base=PAGE,
    )


def download_report(request: Request, run: UUID, person: Member) -> Response:
    """Give the report as CSV."""
    report, _ = _report(request, run, person)
    language = language_of(request)
    rows = [
        [
            code,
            translate(words, language),
            "ok" if passed else "fout",
            " | ".join(translate(one, language) for one in findings),
        ]
        for code, words, passed, findings in rows_of(report)
    ]
    return _file(["geval", "waarover", "uitslag", "bevindingen"], rows, "conformiteit.csv")


def download_report_json(request: Request, run: UUID, person: Member) -> Response:
    """Give the report as JSON, for who keeps it with the delivery."""
    report, _ = _report(request, run, person)
    headers = {"Content-Disposition": 'attachment; filename="conformiteit.json"'}
    return Response(json.dumps(report, ensure_ascii=False, indent=2), media_type="application/json", headers=headers)


def _test(request: Request, person: Member, *, mistake: SluisError | None = None) -> Response:
    kit, party = kit_of(request), _party(person)
    with kit.database.transaction() as connection:
        runs = store.conformance_runs(connection, party)
    return render(
        request,
        "births/hospitals/conformance.html",
        status_code=422 if mistake else 200,
        cases=cases_of(day_of(kit.clock()), sender=party),
        group_words=GROUP_WORDS,
        item_words=ITEM_WORDS,
        absence_words=ABSENCE_WORDS,
        runs=runs,
        mistake=mistake,
        base=PAGE,
    )


def _report(request: Request, run: UUID, person: Member) -> tuple[dict[str, Any], datetime]:
    with kit_of(request).database.transaction() as connection:
        report = store.conformance_report(connection, run, _party(person))
        runs = {found: at for found, at, _, _ in store.conformance_runs(connection, _party(person), most=200)}
    if report is None or run not in runs:
        raise HTTPException(404)
    return dict(report), runs[run]


def _party(person: SignedIn) -> str:
    return person.party or ""


def _since(today: date) -> date:
    months = today.year * 12 + today.month - _MONTHS
    return date(months // 12, months % 12 + 1, 1)


def _file(columns: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> Response:
    return Response(
        as_csv(columns, rows), media_type=CSV_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _unfit_file() -> SluisError:
    return SluisError(
        "conformance-file",
        msg("Dit bestand is leeg of groter dan {most} MB.", most=LARGEST_UPLOAD // 1_000_000),
        remedy=msg("Zet de vijftig berichten na elkaar in één bestand."),
    )
