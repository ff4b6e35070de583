"""The pages of the Groeipakket: runs with their figures, files of families, what is open, and reasons.

A file is asked for by POST, so that no number of a person stands in an address; each look at a file leaves an entry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.exceptions import HTTPException

from sluis.benefits import store, web_recovery, web_whatif
from sluis.benefits.explanation import Teller, discreet, discreet_changes
from sluis.benefits.explanation.words import benefit_title
from sluis.benefits.figures import bars, doubt_in_words, on_the_map
from sluis.benefits.files import Reasons, child_files, family_of_run, month_of, reasons_of
from sluis.benefits.letters import Letter, Party, letter_pdf
from sluis.benefits.letters.wording import month_in_words
from sluis.benefits.looking import look
from sluis.benefits.money.accounts import PAYERS, WITHOUT_CHOICE
from sluis.benefits.policy import can_see_figures, payer_of
from sluis.benefits.tables import FactTables
from sluis.benefits.web_door import FamilyDoor
from sluis.benefits.web_parts import (
    Asked,
    AskedForm,
    Word,
    by_benefit,
    in_language,
    must_open,
    must_see,
    name_of,
    not_found,
    own_file,
)
from sluis.database import Connection
from sluis.gate.actions import Gate, day_of
from sluis.gate.store import insz_of
from sluis.kernel.insz import Insz, InszFault, read_insz
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.ledger.persons import PersonSecret
from sluis.web.access import require_right
from sluis.web.kit import Tile, kit_of
from sluis.web.languages import translate
from sluis.web.map import HEXAGON, drawing_size
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render

PER_PAGE: Final = 25

Officer = Annotated[SignedIn, Depends(require_right("benefits-read"))]
Citizen = Annotated[SignedIn, Depends(require_right("own-data"))]
NumbersOf = Callable[[Connection, Insz], Sequence[Insz]]
"""Every number that the person with this number has had; the application supplies it."""


def build_router(*, book: Path, gate: Gate, secrets: PersonSecret, numbers_of: NumbersOf) -> APIRouter:
    """Return the routes; `book` is the directory of the book of grants, for the reasons of a decision."""
    door = FamilyDoor(book, gate)
    pages = _Pages(book, door, secrets, numbers_of)
    router = APIRouter()
    for path, page, method in (
        ("/groeipakket", pages.home, "GET"),
        ("/groeipakket/runs/{run}", pages.run, "GET"),
        ("/groeipakket/open", pages.open_cases, "GET"),
        ("/groeipakket/open/gevraagd", pages.mark_asked, "POST"),
        ("/groeipakket/dossier", pages.find, "POST"),
        ("/groeipakket/uitleg", pages.why, "POST"),
        ("/groeipakket/brief", pages.letter, "POST"),
        ("/mijn-groeipakket", pages.mine, "GET"),
        ("/mijn-groeipakket/uitleg", pages.own_why, "POST"),
        ("/mijn-groeipakket/brief", pages.own_letter, "POST"),
    ):
        router.add_api_route(path, page, methods=[method])
    web_recovery.add_routes(router, book=book, secrets=secrets)
    web_whatif.add_routes(router, book=book, door=door, secrets=secrets, numbers_of=numbers_of)
    return router


def tiles_of(connection: Connection, person: SignedIn) -> Sequence[Tile]:
    """Return the piece of work of who may see the Groeipakket: what is open of the latest run."""
    if not can_see_figures(person) or "officer" not in person.roles:
        return ()
    latest = next(iter(store.list_runs(connection, most=1)), None)
    counts = store.open_counts(connection, latest.run, payer=payer_of(person)) if latest is not None else []
    text = msg("Wat beslist is, waarom, en wat nog ontbreekt.")
    return (Tile(msg("Groeipakket"), text, "/groeipakket", sum(count for *_, count in counts) if latest else None),)


class _Pages:
    def __init__(self, book: Path, door: FamilyDoor, secrets: PersonSecret, numbers_of: NumbersOf) -> None:
        self._book, self._door, self._secrets, self._numbers_of = book, door, secrets, numbers_of
        self._teller = Teller(with_receipts=True)

    def home(self, request: Request, person: Officer) -> Response:
        """Show the runs, and the way to a file."""
        must_see(person)
        with kit_of(request).database.transaction() as connection:
            runs = store.list_runs(connection, most=36)
        return render(
            request,
            "benefits/home.html",
            runs=[(run, month_in_words(month_of(run.month))) for run in runs],
            may_open=payer_of(person) is not None,
            errors=(),
        )

    def run(self, request: Request, run: int, person: Officer) -> Response:
        """Show the figures of one run."""
        must_see(person)
        with kit_of(request).database.transaction() as connection:
            found = store.find_run(connection, run)
        if found is None:
            raise HTTPException(404)
        told = found.overview
        return render(
            request,
            "benefits/run.html",
            run=found,
            month=month_in_words(month_of(found.month)),
            benefits=[{**each, "title": benefit_title(each["benefit"])} for each in told["benefits"]],
            bars=bars([(benefit_title(each["benefit"]), each["amount_cents"]) for each in told["benefits"]]),
            changes=by_benefit(told["changes"]),
            payers=[{**each, "name": PAYERS.get(each["payer"] or "", "")} for each in told["payers"]],
            drawn=on_the_map(told["municipalities"], day_of(kit_of(request).clock())),
            map_size=drawing_size(),
            hexagon=HEXAGON,
            statement=told["statement"],
        )

    def open_cases(self, request: Request, person: Officer, run: int = 0, wat: str = "", pagina: int = 1) -> Response:
        """Show what could not be decided, or only provisionally, by what is missing."""
        must_see(person)
        payer, page = payer_of(person), max(1, min(pagina, 10_000))
        with kit_of(request).database.transaction() as connection:
            latest = next(iter(store.list_runs(connection, most=1)), None)
            chosen = run or (latest.run if latest else 0)
            counts = store.open_counts(connection, chosen, payer=payer)
            cases: list[store.OpenCase] = []
            more = False
            if wat and payer is not None:
                cases, more = store.open_cases(
                    connection, chosen, doubt=wat[:2000], payer=payer, page=page, per_page=PER_PAGE
                )
            people = store.find_persons(connection, [case.line.child for case in cases])
        return render(
            request,
            "benefits/open.html",
            run=chosen,
            counts=[
                (benefit_title(benefit), status, doubt, doubt_in_words(doubt), count)
                for benefit, status, doubt, count in counts
            ],
            what=wat,
            whom=doubt_in_words(wat) if wat else (),
            cases=[(case, people.get(case.line.child), benefit_title(case.line.benefit)) for case in cases],
            may_open=payer is not None,
            page_number=page,
            last_page=page + more,
            month_of=month_of,
        )

    def mark_asked(self, request: Request, person: Officer, asked: AskedForm, wat: Annotated[str, Form()]) -> Response:
        """Write that somebody was asked for what is missing, and show the queue again."""
        payer = must_open(person)
        kit = kit_of(request)
        at = kit.clock()
        with kit.database.transaction() as connection:
            own_file(connection, asked.child, payer)
            month = asked.month.year * 12 + asked.month.month - 1
            fresh = store.insert_question(
                connection, child=asked.child, benefit=asked.benefit, month=month, lacks=wat[:2000], by=person.id, at=at
            )
            if fresh:
                self._look(connection, request, person, [asked.child], kind="fact-asked")
        return self.open_cases(request, person, asked.run, wat)

    def find(
        self, request: Request, person: Officer, nummer: Word = "", familienaam: Word = "", voornaam: Word = "",
        bekend: Annotated[int, Form()] = 0,
    ) -> Response:  # fmt: skip
        """Open the file of a family by number, or show who has that name; a file of another payer is not there."""
        payer, kit = must_open(person), kit_of(request)
        number = read_insz(nummer, fictitious=kit.settings.fictitious_insz) if nummer else None
        with kit.database.transaction() as connection:
            if number is not None and not isinstance(number, InszFault):
                return self._file(connection, request, person, number, payer, bekend or None)
            named = len(familienaam.strip()) > 1 and number is None
            people = (
                store.search_persons(
                    connection, family_name=familienaam.strip(), given_name=voornaam.strip(), payer=payer
                )
                if named
                else []
            )
        wrong = not named
        return render(
            request,
            "benefits/found.html",
            status_code=422 if wrong else 200,
            people=people,
            family_name=familienaam,
            given_name=voornaam,
            errors=(("nummer", msg("Geef een rijksregisternummer, of minstens twee letters van de familienaam.")),)
            if wrong
            else (),
        )

    def _file(
        self, connection: Connection, request: Request, person: SignedIn, number: Insz, payer: str, at_run: int | None
    ) -> Response:
        numbers = self._numbers_of(connection, number)
        children = sorted({child for each in numbers for child in store.children_of_file(connection, each)})
        known = store.find_persons(connection, [*numbers, *children])
        mine = [each for each in known.values() if each.payer == payer]
        if not mine or not children:
            return not_found(request)
        lines = store.lines_of_children(connection, children, at_run=at_run)
        people = store.find_persons(connection, [*children, *{line.payee for line in lines if line.payee}])
        self._look(connection, request, person, children, kind="file-consulted")
        runs = store.list_runs(connection, most=24)
        return self._shown(request, "benefits/file.html", lines, people, runs, number=number, at_run=at_run)

    def _shown(
        self,
        request: Request,
        template: str,
        lines: Sequence[store.Line],
        people: dict[str, store.Person],
        runs: Sequence[store.PublishedRun],
        *,
        number: Insz | None = None,
        at_run: int | None = None,
    ) -> Response:
        run = next((each for each in runs if at_run in (None, each.run)), None)
        now = month_of(run.month) if run is not None else Month.of(day_of(kit_of(request).clock()))
        return render(
            request,
            template,
            files=child_files(lines, people, now=now),
            people=people,
            runs=[(each, month_in_words(month_of(each.month))) for each in runs],
            latest=run.run if run is not None else 0,
            in_words=month_in_words,
            number=number,
            at_run=at_run,
        )

    def why(self, request: Request, person: Officer, asked: AskedForm) -> Response:
        """Show why something was decided, when the gate lets the family's facts through."""
        opened = self._door.open(request, person, payer=must_open(person), child=asked.child, run=asked.run)
        reasons = self._reasons(asked, opened.then)
        return self._why(
            request, asked, reasons, opened.name, letter="/groeipakket/brief", changed=opened.today.changed
        )

    def letter(self, request: Request, person: Officer, asked: AskedForm) -> Response:
        """Give the letter about a decision as PDF."""
        payer = must_open(person)
        opened = self._door.open(request, person, payer=payer, child=asked.child, run=asked.run)
        with kit_of(request).database.transaction() as connection:
            self._look(connection, request, person, [asked.child], kind="letter-made")
        return self._letter(request, asked, payer, opened.then)

    def mine(self, request: Request, person: Citizen) -> Response:
        """Show the reader the own grants, and those that are paid to the reader."""
        with kit_of(request).database.transaction() as connection:
            numbers = self._own_numbers(connection, person)
            children = store.children_paid_to(connection, numbers)
            lines = [
                line
                for line in store.lines_of_children(connection, children)
                if line.payee in numbers or line.child in numbers
            ]
            people = store.find_persons(connection, [*children, *numbers])
            runs = store.list_runs(connection, most=24)
        return self._shown(request, "benefits/mine.html", lines, people, runs)

    def _own_numbers(self, connection: Connection, person: SignedIn) -> list[Insz]:
        own = insz_of(connection, person.id)
        return [] if own is None else list(dict.fromkeys((own, *self._numbers_of(connection, own))))

    def own_why(self, request: Request, person: Citizen, asked: AskedForm) -> Response:
        """Show the reader why, without facts of others."""
        name = self._own(request, person, asked, kind="own-reasons-read")
        reasons = self._reasons(asked, family_of_run(self._book, run=asked.run, child=asked.child))
        changes = discreet_changes(reasons.told, reasons.changes)
        closed = Reasons(discreet(reasons.told), changes, reasons.next_change)
        return self._why(request, asked, closed, name, letter="/mijn-groeipakket/brief")

    def own_letter(self, request: Request, person: Citizen, asked: AskedForm) -> Response:
        """Give the reader the own letter."""
        self._own(request, person, asked, kind="own-letter-made")
        return self._letter(request, asked, None, family_of_run(self._book, run=asked.run, child=asked.child))

    def _own(self, request: Request, person: SignedIn, asked: Asked, *, kind: str) -> str:
        """Return the name of the child when the decision is the reader's own, and note it; else it is not there."""
        with kit_of(request).database.transaction() as connection:
            numbers = self._own_numbers(connection, person)
            if asked.child not in store.children_paid_to(connection, numbers):
                raise HTTPException(404)
            lines = store.lines_of_children(connection, [asked.child])
            if not any(
                line.benefit == asked.benefit and (line.payee in numbers or line.child in numbers) for line in lines
            ):
                raise HTTPException(404)
            self._look(connection, request, person, [asked.child], kind=kind)
            return name_of(connection, asked.child)

    def _reasons(self, asked: Asked, tables: FactTables) -> Reasons:
        return reasons_of(tables, child=asked.child, month=asked.month, benefit=asked.benefit, teller=self._teller)

    def _why(
        self,
        request: Request,
        asked: Asked,
        reasons: Reasons,
        name: str,
        *,
        letter: str,
        changed: Sequence[Message] = (),
    ) -> Response:
        return render(
            request,
            "benefits/why.html",
            asked=asked,
            told=reasons.told,
            changes=reasons.changes,
            next_change=reasons.next_change,
            name=name,
            month=month_in_words(asked.month),
            in_words=month_in_words,
            letter=letter,
            changed=changed,
        )

    def _letter(self, request: Request, asked: Asked, payer: str | None, tables: FactTables) -> Response:
        kit, language = kit_of(request), language_of(request)
        reasons, at = self._reasons(asked, tables), kit_of(request).clock()
        with kit.database.transaction() as connection:
            payee = next((each.payee for each in reasons.told.payees if each.kind == "person"), asked.child)
            people = store.find_persons(connection, [asked.child, payee])
        child = people.get(asked.child)
        sender = payer or (child.payer if child is not None and child.payer else WITHOUT_CHOICE)
        to = people.get(payee)
        reader = to.name if to is not None and to.name else in_language(request, msg("aan de begunstigde"))
        child_name = (
            child.given_name if child is not None and child.given_name else in_language(request, msg("uw kind"))
        )
        pdf = letter_pdf(
            Letter(
                told=reasons.told,
                sender=Party(PAYERS.get(sender, sender)),
                reader=Party(reader),
                child_name=child_name,
                reference=f"GP-{asked.run}-{asked.benefit}-{asked.month}",
                written_on=day_of(at),
                changes=reasons.changes,
            ),
            lambda sentence: translate(sentence, language),
            language=language,
            at=at.astimezone(UTC),
        )
        name = f'attachment; filename="groeipakket-{asked.benefit}-{asked.month}.pdf"'
        return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": name})

    def _look(
        self, connection: Connection, request: Request, person: SignedIn, children: Sequence[str], *, kind: str
    ) -> None:
        look(connection, person, children, kind=kind, at=kit_of(request).clock(), secrets=self._secrets)
