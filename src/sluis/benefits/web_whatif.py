"""The what-if pages: a family with other facts, what would be decided, and why. Nothing is kept.

A file is asked for by POST, and who is meant in it by a place in the list: no number of a person in an address. Looking
at a file that way leaves an entry, as every look does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from sluis.benefits import store
from sluis.benefits.explanation import Teller
from sluis.benefits.files import family_of_run, month_of
from sluis.benefits.horizon import last_known
from sluis.benefits.letters.wording import month_in_words
from sluis.benefits.looking import look
from sluis.benefits.web_door import FamilyDoor
from sluis.benefits.web_parts import must_open
from sluis.benefits.whatif import Comparison, Facts, Member, Reader, changed, compare, facts_of, members_of
from sluis.benefits.whatif.changes import NEW_CHILD, Change, children_after
from sluis.benefits.whatif.form import (
    CHOICES_OF_MONTHS,
    INCOME_KINDS,
    LEVELS,
    MOST_CHILDREN,
    PLANS,
    REGIONS,
    Sent,
    Span,
    changes_of,
    made_up,
    span_of,
)
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.gate.store import insz_of
from sluis.kernel.insz import Insz
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.ledger.persons import PersonSecret
from sluis.web.access import current_person, require_right
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.rendering import render

_LONGEST_FIELD: Final = 40
_MADE_UP: Final = {"ouder1": "30.000", "geboren1": "2021-03-01"}
_HOME: Final = "volwassene-1"

Anyone = Annotated[SignedIn, Depends(current_person)]
Officer = Annotated[SignedIn, Depends(require_right("benefits-read"))]
Citizen = Annotated[SignedIn, Depends(require_right("own-data"))]
NumbersOf = Callable[[Connection, Insz], Sequence[Insz]]


async def sent_of(request: Request) -> AsyncIterator[Sent]:
    """Yield the fields of the form, each cut to a length that no field needs."""
    async with request.form() as form:
        yield Sent(_texts(form))


def _texts(form: FormData) -> dict[str, str]:
    return {name: value[:_LONGEST_FIELD] for name, value in form.items() if isinstance(value, str)}


SentForm = Annotated[Sent, Depends(sent_of)]


@dataclass(frozen=True)
class _Family:
    """Whose facts are changed: where the form is sent, whose household it is, what a reader may see of it."""

    action: str
    person: str = field(repr=False)
    facts: Facts = field(repr=False)
    names: dict[str, str] = field(repr=False)
    children: frozenset[str] | None = field(default=None, repr=False)
    """Of whom the reader is told, and in whose household only; None for everybody at home."""

    hidden: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def add_routes(
    router: APIRouter, *, book: Path, door: FamilyDoor, secrets: PersonSecret, numbers_of: NumbersOf
) -> None:
    """Add the what-if pages to the routes of the Groeipakket."""
    pages = _WhatIf(book, door, secrets, numbers_of)
    for path, page, method in (
        ("/wat-als", pages.ask, "GET"),
        ("/wat-als", pages.answer, "POST"),
        ("/groeipakket/wat-als", pages.of_file, "POST"),
        ("/mijn-groeipakket/wat-als", pages.mine, "POST"),
    ):
        router.add_api_route(path, page, methods=[method])


class _WhatIf:
    def __init__(self, book: Path, door: FamilyDoor, secrets: PersonSecret, numbers_of: NumbersOf) -> None:
        self._book, self._door, self._secrets, self._numbers_of = book, door, secrets, numbers_of
        self._teller = Teller()

    def ask(self, request: Request, person: Anyone) -> Response:
        """Show the form with a family that nobody is."""
        del person
        return self._made_up(request, Sent(_MADE_UP), is_sent=False)

    def answer(self, request: Request, person: Anyone, sent: SentForm) -> Response:
        """Show what would be decided for a family that nobody is."""
        del person
        return self._made_up(request, sent, is_sent=True)

    def _made_up(self, request: Request, sent: Sent, *, is_sent: bool) -> Response:
        span = span_of(sent, last_known(Month.of(day_of(kit_of(request).clock()))))
        facts = made_up(sent, span)
        family = _Family("/wat-als", _HOME, facts, {})
        return self._shown(request, sent, span, family, is_sent=is_sent)

    def of_file(self, request: Request, person: Officer, sent: SentForm) -> Response:
        """Show the form of a family's file, or what would be decided for it."""
        payer, child = must_open(person), sent["kind"]
        with kit_of(request).database.transaction() as connection:
            run = _latest(connection)
        opened = self._door.open(request, person, payer=payer, child=child, run=run.run)
        return self._of_family(request, sent, run, child, "/groeipakket/wat-als", opened.today.facts, None)

    def mine(self, request: Request, person: Citizen, sent: SentForm) -> Response:
        """Show the form of the reader's own family, or what would be decided for it."""
        kit = kit_of(request)
        with kit.database.transaction() as connection:
            own = insz_of(connection, person.id)
            numbers = [] if own is None else list(dict.fromkeys((own, *self._numbers_of(connection, own))))
            children = store.children_paid_to(connection, numbers)
            if not children:
                raise HTTPException(404)
            run = _latest(connection)
            look(connection, person, children, kind="what-if-tried", at=kit.clock(), secrets=self._secrets)
        facts = facts_of(family_of_run(self._book, run=run.run, child=children[0]))
        known = {row["id"] for row in facts["persons"]}
        me = next((number for number in numbers if number in known), children[0])
        return self._of_family(request, sent, run, me, "/mijn-groeipakket/wat-als", facts, frozenset(children))

    def _of_family(
        self,
        request: Request,
        sent: Sent,
        run: store.PublishedRun,
        person: str,
        action: str,
        facts: Facts,
        own: frozenset[str] | None,
    ) -> Response:
        span = span_of(sent, last_known(month_of(run.month) + 1))
        with kit_of(request).database.transaction() as connection:
            people = store.find_persons(connection, [row["id"] for row in facts["persons"]])
        told = {*people} if own is None else own | {person}
        names = {one.person: one.name for one in people.values() if one.name and one.person in told}
        hidden = (("kind", person),) if own is None else ()
        family = _Family(action, person, facts, names, own, hidden)
        return self._shown(request, sent, span, family, is_sent="maand" in sent.fields)

    def _shown(self, request: Request, sent: Sent, span: Span, family: _Family, *, is_sent: bool) -> Response:
        home = members_of(family.facts, family.person, span.first.first_day)
        made = changes_of(sent, home, span)
        compared = self._compared(family, home, made, span) if is_sent and not sent.errors else None
        labels = [(member, _label(member, family)) for member in home]
        return render(
            request,
            "benefits/what_if.html",
            status_code=422 if is_sent and sent.errors else 200,
            sent=sent,
            errors=sent.errors if is_sent else (),
            wrong=dict(sent.errors) if is_sent else {},
            action=family.action,
            hidden=family.hidden,
            is_made_up=family.action == "/wat-als",
            home=labels,
            choices=[(str(member.place), label) for member, label in labels],
            span=span,
            months=CHOICES_OF_MONTHS,
            kinds=list(INCOME_KINDS.items()),
            plans=list(PLANS.items()),
            levels=list(LEVELS.items()),
            regions=list(REGIONS.items()),
            most_children=MOST_CHILDREN,
            changes=[each.words for each in made],
            compared=compared,
            labels={NEW_CHILD: msg("het kind dat geboren wordt")} | {member.person: label for member, label in labels},
            in_words=month_in_words,
        )

    def _compared(self, family: _Family, home: tuple[Member, ...], made: Sequence[Change], span: Span) -> Comparison:
        after = changed(family.facts, made)
        children = {member.person for member in home if member.is_child}
        children |= children_after(after, family.person, (span.first + (span.months - 1)).last_day)
        households = None
        if family.children is not None:
            children &= family.children | {NEW_CHILD}
            spells = (*family.facts["households"], *after["households"])
            households = frozenset(row["household"] for row in spells if row["person"] == family.person)
        return compare(
            family.facts,
            after,
            children=children,
            first=span.first,
            months=span.months,
            reader=Reader(self._teller, households),
        )


def _latest(connection: Connection) -> store.PublishedRun:
    run = next(iter(store.list_runs(connection, most=1)), None)
    if run is None:
        raise HTTPException(404)
    return run


def _label(member: Member, family: _Family) -> Message:
    name = family.names.get(member.person, "")
    words = msg("kind") if member.is_child else msg("volwassene")
    if name:
        return msg("{place}. {name} ({kind}, geboren in {year})", place=member.place, name=name, kind=words,
                   year=member.born.year)  # fmt: skip
    return msg("{place}. {kind}, geboren in {year}", place=member.place, kind=words, year=member.born.year)
