"""Everything that Sluis sent or tried to send, with what became of it, and one click to offer it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from sluis.deliveries import store
from sluis.deliveries.actions import redeliver
from sluis.deliveries.model import EVENT_WORDS, STATE_WORDS
from sluis.deliveries.policy import can_redeliver
from sluis.kernel.text import msg
from sluis.web.access import require_right
from sluis.web.kit import kit_of
from sluis.web.languages import translate
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render

Follower = Annotated[SignedIn, Depends(require_right("follow"))]
_PER_PAGE = 25
_KINDS = {"waiting": "neutral", "sending": "info", "delivered": "success", "bounced": "warning", "dead": "danger"}


def add_routes(router: APIRouter, mail_is_set_up: Callable[[], bool]) -> None:
    """Add the routes of deliveries."""

    def show_deliveries(
        request: Request, person: Follower, toestand: str = "", ontvanger: str = "", pagina: int = 1
    ) -> Response:
        """List the deliveries, newest first."""
        return _page(request, state=toestand, receiver=ontvanger, number=pagina, can_mail=mail_is_set_up())

    router.add_api_route("/opvolging/zendingen", show_deliveries, methods=["GET"])
    router.add_api_route("/opvolging/zendingen/{delivery}", show_delivery, methods=["GET"])
    router.add_api_route("/opvolging/zendingen/{delivery}/opnieuw", offer_again, methods=["POST"])


def show_delivery(request: Request, delivery: UUID, person: Follower) -> Response:
    """Show one delivery and what happened to it."""
    with kit_of(request).database.transaction() as connection:
        found = store.find(connection, delivery)
        told = store.events(connection, delivery)
    if found is None:
        raise HTTPException(404)
    return render(
        request,
        "outreach/delivery.html",
        delivery=found,
        told=list(reversed(told)),
        again=can_redeliver(found),
        state_words=STATE_WORDS,
        event_words=EVENT_WORDS,
        kinds=_KINDS,
        offered="opnieuw" in request.query_params,
    )


def offer_again(request: Request, delivery: UUID, person: Follower) -> Response:
    """Offer one delivery again."""
    kit = kit_of(request)
    with kit.database.transaction() as connection:
        redeliver(connection, delivery=delivery, by=person.id, at=kit.clock())
    return RedirectResponse(f"/opvolging/zendingen/{delivery}?opnieuw=ja", status_code=303)


def _page(request: Request, *, state: str, receiver: str, number: int, can_mail: bool) -> Response:
    number = max(1, min(number, 10_000))
    wanted, asked = state if state in STATE_WORDS else None, receiver.strip()[:128]
    with kit_of(request).database.transaction() as connection:
        count, found = store.page(
            connection, state=wanted, receiver=asked or None, most=_PER_PAGE, skip=(number - 1) * _PER_PAGE
        )
        counts = store.counts(connection)
    language = language_of(request)
    return render(
        request,
        "outreach/deliveries.html",
        found=found,
        counts=counts,
        number=number,
        last=max(1, -(-count // _PER_PAGE)),
        more=f"/opvolging/zendingen?{urlencode({'toestand': state, 'ontvanger': asked})}&pagina=",
        states=[("", translate(msg("alle"), language)), *((s, translate(w, language)) for s, w in STATE_WORDS.items())],
        state=wanted or "",
        receiver=asked,
        state_words=STATE_WORDS,
        kinds=_KINDS,
        can_mail=can_mail,
    )
