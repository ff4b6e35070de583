"""Error pages: what happened, why, and what to do next; never a stack, never a value of a person."""

from __future__ import annotations

import secrets
import traceback
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message as Sentence
from sluis.kernel.text import msg
from sluis.log import log
from sluis.web.kit import kit_of
from sluis.web.languages import translate
from sluis.web.preferences import language_of
from sluis.web.rendering import render


@dataclass(frozen=True, slots=True)
class ErrorText:
    """The three sentences of an error page."""

    what: Sentence
    why: Sentence
    remedy: Sentence


_ASK_AGAIN = msg("Ga terug naar de vorige pagina en probeer het opnieuw.")

TEXTS: dict[str, ErrorText] = {
    "400": ErrorText(
        msg("We konden uw aanvraag niet lezen"),
        msg("Wat uw browser stuurde, is onvolledig of beschadigd."),
        _ASK_AGAIN,
    ),
    "403": ErrorText(
        msg("U hebt geen toegang tot deze pagina"),
        msg("Deze pagina hoort bij een rol die u nu niet hebt."),
        msg("Vraag de toegangsbeheerder van uw organisatie om de rol, of meld u aan als iemand anders."),
    ),
    "form-refused": ErrorText(
        msg("Dit formulier is niet meer geldig"),
        msg("Het formulier is te oud, of het kwam niet van een pagina van Sluis. Er is niets gewijzigd."),
        msg("Open de pagina opnieuw en vul het formulier nog eens in."),
    ),
    "404": ErrorText(
        msg("Deze pagina bestaat niet"),
        msg("Het adres is fout getypt, of de pagina is weg."),
        msg("Controleer het adres, of begin opnieuw op de startpagina."),
    ),
    "405": ErrorText(
        msg("Dit kan niet op dit adres"),
        msg("Dit adres aanvaardt deze handeling niet."),
        msg("Begin opnieuw op de startpagina."),
    ),
    "413": ErrorText(
        msg("Wat u stuurde is te groot"),
        msg("Elke pagina heeft een grens aan wat ze aanneemt, zodat niemand de dienst kan laten vastlopen."),
        msg("Stuur een kleiner bestand. Er is niets bewaard."),
    ),
    "422": ErrorText(
        msg("Er ontbreekt iets in het formulier"),
        msg("Een veld is leeg of heeft een vorm die we niet kennen."),
        _ASK_AGAIN,
    ),
    "429": ErrorText(
        msg("U doet dit te vaak na elkaar"),
        msg("We beperken hoe vaak dit kan, zodat de dienst voor iedereen blijft werken."),
        msg("Wacht een minuut en probeer het opnieuw."),
    ),
    "500": ErrorText(
        msg("Er ging iets mis bij ons"),
        msg("De fout ligt niet bij u. Er is niets half gedaan: uw vraag is helemaal uitgevoerd, of helemaal niet."),
        msg("Probeer het later opnieuw. Blijft het fout gaan, meld dan het nummer hieronder."),
    ),
}


# The types of the API (sluis.machines.problems), each a page.
_PROBLEMS = {400: "unreadable", 401: "token-missing", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}


def _problem(request: Request, status: int, code: str, what: Sentence, remedy: Sentence) -> Response:
    language = language_of(request)
    body = {
        "type": f"{kit_of(request).settings.public_address}/problemen/{_PROBLEMS.get(status, 'failed')}",
        "status": status,
        "code": code,
        "title": translate(what, language),
        "detail": translate(remedy, language),
    }
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def error_response(
    request: Request,
    status: int,
    *,
    code: str | None = None,
    reference: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return the error page for a status; a machine gets the same sentences as JSON (RFC 9457)."""
    text = TEXTS.get(code or "") or TEXTS.get(str(status)) or TEXTS["400" if status < 500 else "500"]
    if kit_of(request).is_machine_path(request.url.path):
        return _problem(request, status, code or f"http-{status}", text.what, text.remedy)
    return render(
        request, "error.html", status_code=status, headers=headers, text=text, status=status, reference=reference
    )


def mistake_response(request: Request, error: SluisError, *, status: int = 422) -> Response:
    """Return the page for an error that its maker can mend."""
    if kit_of(request).is_machine_path(request.url.path):
        return _problem(request, status, error.code, error.what, error.remedy)
    return render(request, "mistake.html", status_code=status, error=error)


class LastResort:
    """Catches what nobody decided: a reference for the reader, the place (never the message) for the log.

    An exception's message may hold a person's values (PostgreSQL quotes the offending row), so only its class and
    the lines of code are logged.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception as error:
            reference = secrets.token_hex(4)
            frames = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-12:]]
            log().error("unexpected-error", reference=reference, kind=type(error).__name__, at=frames)
            if started:
                raise ConnectionAbortedError("the answer was cut off by an unexpected error") from None
            request = Request(scope)
            # The database may be what failed: this page asks it nothing.
            request.state.visitor = None
            response = await run_in_threadpool(error_response, request, 500, reference=reference)
            await response(scope, receive, send)
