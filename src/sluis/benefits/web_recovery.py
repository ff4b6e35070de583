"""The page of what is asked back: open claims of a payer's payees, and deciding on a plan or a waiver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response

from sluis.benefits import store
from sluis.benefits.explanation.words import benefit_title
from sluis.benefits.files import month_of
from sluis.benefits.letters.wording import month_in_words
from sluis.benefits.recovery import KINDS, REASONS, Decision, decide_recovery, open_claims, write_decisions_beside
from sluis.benefits.recovery.claims import OpenClaim
from sluis.benefits.web_parts import Word, must_open
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.money import CentsFault, read_cents
from sluis.kernel.text import Message
from sluis.ledger.persons import PersonSecret
from sluis.web.access import require_right
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.rendering import render

PATH: Final = "/groeipakket/terugvorderingen"
Officer = Annotated[SignedIn, Depends(require_right("benefits-recover"))]
Note = Annotated[str, Form(max_length=500)]


def add_routes(router: APIRouter, *, book: Path, secrets: PersonSecret) -> None:
    """Add the page to the routes of the Groeipakket."""
    pages = _Recovery(book, secrets)
    router.add_api_route(PATH, pages.show, methods=["GET"])
    router.add_api_route(PATH, pages.decide, methods=["POST"])


class _Recovery:
    def __init__(self, book: Path, secrets: PersonSecret) -> None:
        self._book, self._secrets = book, secrets

    def show(self, request: Request, person: Officer) -> Response:
        """Show the open claims of the payer, with what was decided on each."""
        return self._shown(request, must_open(person))

    def decide(
        self,
        request: Request,
        person: Officer,
        terugvordering: Word = "",
        soort: Word = "",
        bedrag: Word = "",
        reden: Word = "",
        toelichting: Note = "",
    ) -> Response:
        """Write a decision with its evidence, then show the claims again."""
        payer, kit = must_open(person), kit_of(request)
        cents = read_cents(bedrag)
        if isinstance(cents, CentsFault):
            return self._shown(request, payer, wrong=(terugvordering, cents.what))
        decision = Decision(terugvordering, soort, int(cents), reden, toelichting.strip())
        try:
            with kit.database.transaction() as connection:
                decide_recovery(
                    connection,
                    self._book,
                    decision,
                    party=payer,
                    by=person.id,
                    at=kit.clock(),
                    secrets=self._secrets,
                )
        except SluisError as fault:
            return self._shown(request, payer, wrong=(terugvordering, fault.what))
        return self._shown(request, payer, done=KINDS[decision.kind])

    def _shown(
        self,
        request: Request,
        payer: str,
        *,
        wrong: tuple[str, Message] | None = None,
        done: Message | None = None,
    ) -> Response:
        with kit_of(request).database.transaction() as connection:
            # Also what a crash after an earlier commit left unwritten.
            write_decisions_beside(connection, self._book)
            claims = [claim for claim in open_claims(self._book) if _is_of(connection, claim, payer)]
            decided = store.recoveries_of(connection, [claim.claim for claim in claims])
            names = store.find_persons(
                connection, [each for claim in claims for each in (claim.payee, *(part.child for part in claim.parts))]
            )
        place = next((at for at, claim in enumerate(claims, start=1) if wrong and claim.claim == wrong[0]), 1)
        return render(
            request,
            "benefits/recovery.html",
            status_code=422 if wrong else 200,
            claims=claims,
            decided={claim.claim: [each for each in decided if each.claim == claim.claim] for claim in claims},
            people=names,
            kinds=list(KINDS.items()),
            reasons=[(code, reason.words) for code, reason in REASONS.items()],
            words={code: reason.words for code, reason in REASONS.items()},
            kind_words=KINDS,
            title_of=benefit_title,
            in_words=lambda count: month_in_words(month_of(count)),
            errors=((f"bedrag-{place}", wrong[1]),) if wrong else (),
            done=done,
        )


def _is_of(connection: Connection, claim: OpenClaim, payer: str) -> bool:
    return store.payer_of_payee(connection, claim.payee) == payer
