"""The pages on which the DPOs of both parties set the key of a list; officers see only whether it is set."""

from __future__ import annotations

import secrets
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.lists import overview
from sluis.lists.keys import MOST_ATTEMPTS, KeyMismatch, destroy_key, set_key
from sluis.lists.overview import DPO, KeyView
from sluis.lists.passage import Lists
from sluis.lists.web_route import Dpo, Reader, back_to, page_number, party_of
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.rendering import render

PER_PAGE = 25

# No letter that is read wrong over the telephone or in another typeface; 20 of these are 98 bits.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def suggest_key() -> str:
    """Return a strong key that two people can read to each other: four groups of five."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def add_key_routes(router: APIRouter, lists: Lists) -> None:
    """Add the overview of the keys and the page of one key."""

    @router.get("/lijsten/sleutels")
    def show_keys(request: Request, person: Reader, pagina: str = "1") -> Response:
        """Show how far the keys are that concern the person's party."""
        kit, party = kit_of(request), party_of(person)
        at = kit.clock()
        with kit.database.transaction() as connection:
            views = overview.key_views(lists, connection, party=party, at=at)
            if DPO not in person.roles:
                views = [view for view in views if view.side == "receiver"]
            last = max(1, -(-len(views) // PER_PAGE))
            number = page_number(pagina, last)
            shown = views[(number - 1) * PER_PAGE : number * PER_PAGE]
            shown = [overview.with_need(lists, connection, view, at=at) for view in shown]
        return render(request, "lists/keys.html", views=shown, number=number, last=last, is_dpo=DPO in person.roles)

    @router.get("/lijsten/sleutels/{agreement}/{of}")
    def show_key(request: Request, person: Dpo, agreement: str, of: str) -> Response:
        """Show how far one key is, and the form to set it; never the key."""
        return _key_page(request, lists, person, agreement, of)

    @router.post("/lijsten/sleutels/{agreement}/{of}")
    def set_the_key(
        request: Request, person: Dpo, agreement: str, of: str, sleutel: Annotated[str, Form()] = ""
    ) -> Response:
        """Propose the key, or confirm what the other party's DPO proposed."""
        kit = kit_of(request)
        view = _view(request, lists, person, agreement, of)
        if view.stage == "spent":
            return RedirectResponse(_address(view), status_code=303)
        try:
            with kit.database.transaction() as connection:
                outcome = set_key(
                    connection,
                    agreement=agreement,
                    party=of,
                    own_party=view.voice_of(party_of(person)),
                    key=sleutel,
                    by=person.id,
                    at=kit.clock(),
                    correlation=str(uuid4()),
                    vault=lists.vault,
                    secret=lists.gate.secret,
                )
        except SluisError as error:
            if error.code != "key-unfit":
                raise
            return _key_page(request, lists, person, agreement, of, error=error)
        if isinstance(outcome, KeyMismatch):
            # The attempt is counted: the transaction above has committed.
            return _key_page(request, lists, person, agreement, of, error=outcome.as_error())
        return RedirectResponse(_address(view), status_code=303)

    @router.post("/lijsten/sleutels/{agreement}/{of}/vernietigen")
    def destroy_the_key(request: Request, person: Dpo, agreement: str, of: str) -> Response:
        """Destroy a key that should not be used; the DPOs begin again."""
        kit = kit_of(request)
        view = _view(request, lists, person, agreement, of)
        with kit.database.transaction() as connection:
            destroy_key(
                connection,
                agreement=agreement,
                party=of,
                by=person.id,
                at=kit.clock(),
                correlation=str(uuid4()),
                secret=lists.gate.secret,
            )
        return RedirectResponse(_address(view), status_code=303)

    @router.get("/lijsten/sleutels/{agreement}/{of}/vernietigen")
    def back_to_key(request: Request, person: Dpo, agreement: str, of: str) -> Response:
        """Lead from the address of a step to its page."""
        return back_to(request, _address(_view(request, lists, person, agreement, of)))


def _address(view: KeyView) -> str:
    return f"/lijsten/sleutels/{view.agreement}/{view.party}"


def _view(request: Request, lists: Lists, person: SignedIn, agreement: str, of: str) -> KeyView:
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        found = overview.key_view(lists, connection, agreement=agreement, of=of, party=party_of(person), at=kit.clock())
    if found is None:
        raise SluisError(
            "key-unknown",
            msg("Deze sleutel bestaat niet, of uw organisatie heeft er niets mee te maken."),
            remedy=msg("Kies een sleutel op de bladzijde met uw sleutels."),
        )
    return found


def _key_page(
    request: Request, lists: Lists, person: SignedIn, agreement: str, of: str, *, error: SluisError | None = None
) -> Response:
    view = _view(request, lists, person, agreement, of)
    proposes = view.stage in ("unset", "own")
    return render(
        request,
        "lists/key.html",
        status_code=422 if error else 200,
        view=view,
        error=error,
        # Made for this answer only: it is nowhere kept until the DPO sends it.
        suggestion=suggest_key() if proposes else "",
        attempts_left=MOST_ATTEMPTS - (view.state.attempts if view.state is not None else 0),
    )
