"""What the pages of the benefits share: the decision that a form asks about, and who may go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Form, Request, Response
from starlette.exceptions import HTTPException

from sluis.benefits import store
from sluis.benefits.explanation.words import benefit_title
from sluis.benefits.policy import can_see_figures, payer_of
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.web.languages import translate
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render

Word = Annotated[str, Form(max_length=100)]
Number = Annotated[int, Form()]


@dataclass(frozen=True)
class Asked:
    """One decision that a reader asks the reasons of."""

    child: str = field(repr=False)
    benefit: str
    month: Month
    run: int


def asked_of(kind: Word, toelage: Word, maand: Word, run: Number) -> Asked:
    """Read a decision from a form."""
    try:
        return Asked(kind, toelage, Month.parse(maand), run)
    except SluisError as fault:
        raise HTTPException(422) from fault


AskedForm = Annotated[Asked, Depends(asked_of)]


def not_found(request: Request) -> Response:
    """A number that nobody has and one of another payer look the same."""
    error = ("nummer", msg("Bij uw uitbetaler is er geen dossier met dit nummer."))
    return render(
        request, "benefits/found.html", status_code=404, people=[], family_name="", given_name="", errors=(error,)
    )


def by_benefit(changes: Sequence[dict[str, Any]]) -> list[tuple[Message, dict[str, int]]]:
    """Return the counts of changes under the title of each benefit."""
    found: dict[str, dict[str, int]] = {}
    for each in changes:
        found.setdefault(each["benefit"], {})[each["change"]] = each["len"]
    return [(benefit_title(benefit), counts) for benefit, counts in found.items()]


def must_see(person: SignedIn) -> None:
    """Refuse whoever may not see figures of runs, as if nothing were there."""
    if not can_see_figures(person):
        raise HTTPException(404)


def must_open(person: SignedIn) -> str:
    """Return the payer whose families this person may open; refuse anyone else as if nothing were there."""
    payer = payer_of(person)
    if payer is None:
        raise HTTPException(404)
    return payer


def own_file(connection: Connection, child: str, payer: str) -> None:
    """Refuse a child of another payer as one that is not there."""
    known = store.find_persons(connection, [child]).get(child)
    if known is None or known.payer != payer:
        raise HTTPException(404)


def name_of(connection: Connection, child: str) -> str:
    """Return the name of a person in the last published run, empty for nobody."""
    known = store.find_persons(connection, [child]).get(child)
    return known.name if known is not None else ""


def in_language(request: Request, sentence: Message) -> str:
    """Return a sentence in the language of the reader."""
    return translate(sentence, language_of(request))
