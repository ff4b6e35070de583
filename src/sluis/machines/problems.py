"""Errors of the API as RFC 9457 problem details: a stable type with a page of its own, the clause, what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from fastapi import Response
from fastapi.responses import JSONResponse

from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import Message, msg
from sluis.web.languages import Language, translate

PAGES = "/problemen"
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem: its status, what it is, and what its reader does next."""

    status: int
    title: Message
    remedy: Message
    clause: Clause | None = None


_SECURITY = Clause("AVG", "art. 32")
_MINIMAL = Clause("AVG", "art. 5, lid 1, c)")
_EGOV = Clause("Decreet 18 juli 2008 betreffende het elektronische bestuurlijke gegevensverkeer", "art. 8, § 1")

TYPES: Mapping[str, ProblemType] = {
    "invalid-input": ProblemType(
        422,
        msg("Uw vraag heeft een vorm die we niet aannemen."),
        msg("Vergelijk ze met de beschrijving van de API; „errors” zegt welk veld het is."),
    ),
    "unreadable": ProblemType(
        400, msg("We kunnen uw vraag niet lezen."), msg("Stuur geldige JSON in UTF-8, met het juiste Content-Type.")
    ),
    "number-in-address": ProblemType(
        400,
        msg("In het adres of in een kopregel staat iets dat op een nummer van een persoon lijkt."),
        msg("Zet nummers van personen alleen in de inhoud van de vraag. Adressen komen in logboeken terecht."),
        _MINIMAL,
    ),
    "correlation-unfit": ProblemType(
        400,
        msg("Het kenmerk van de vraag is te lang, heeft andere tekens of lijkt op een nummer van een persoon."),
        msg("Gebruik als x-correlation-id een UUID, of hoogstens 128 letters, cijfers en leestekens zonder spaties."),
        _MINIMAL,
    ),
    "token-missing": ProblemType(
        401,
        msg("Er is geen toegangsbewijs bij uw vraag."),
        msg("Vraag er een met de sleutel van uw systeem, en stuur het mee als: Authorization: Bearer …"),
        _SECURITY,
    ),
    "token-invalid": ProblemType(
        401,
        msg("Dit toegangsbewijs geldt niet, of niet meer."),
        msg("Vraag een nieuw. Lukt dat niet, dan is uw systeem of zijn sleutel ingetrokken."),
        _SECURITY,
    ),
    "token-too-narrow": ProblemType(
        403,
        msg("Dit toegangsbewijs dient niet voor deze vraag."),
        msg("Vraag een toegangsbewijs met de scope, of met de overeenkomst en het doel, die bij deze vraag horen."),
        _SECURITY,
    ),
    "signature-missing": ProblemType(
        401,
        msg("Uw vraag is niet ondertekend."),
        msg('Onderteken ze volgens RFC 9421, met dezelfde sleutel als uw toegangsbewijs en met tag="sluis-api".'),
        _SECURITY,
    ),
    "signature-invalid": ProblemType(
        401,
        msg("De handtekening van uw vraag klopt niet, of is te oud."),
        msg("Onderteken @method, @target-uri, authorization en (bij inhoud) content-digest, met created en nonce."),
        _SECURITY,
    ),
    "replayed": ProblemType(
        401,
        msg("Deze ondertekende vraag is al eens gesteld."),
        msg("Onderteken elke vraag opnieuw, met een nieuwe nonce. Bij herhaling blijft de Idempotency-Key dezelfde."),
        _SECURITY,
    ),
    "too-many-requests": ProblemType(
        429,
        msg("De systemen van uw organisatie stellen te veel vragen na elkaar."),
        msg("Wacht zo lang als Retry-After zegt, en vraag het dan opnieuw."),
    ),
    "too-large": ProblemType(413, msg("Wat u stuurde is te groot."), msg("Stuur minder. Er is niets van bewaard.")),
    "too-slow": ProblemType(
        408, msg("Uw vraag kwam te traag binnen en is afgebroken."), msg("Stuur ze opnieuw. Er is niets van bewaard.")
    ),
    "not-found": ProblemType(
        404,
        msg("Dit bestaat niet, of is niet van uw organisatie."),
        msg("Kijk het adres na in de beschrijving van de API."),
    ),
    "method-not-allowed": ProblemType(
        405, msg("Dit kan niet op dit adres."), msg("Gebruik een van de methodes die in Allow staan.")
    ),
    "idempotency-key-missing": ProblemType(
        400,
        msg("Bij deze opdracht hoort een Idempotency-Key."),
        msg("Stuur een nieuwe UUID mee, en dezelfde als u de opdracht herhaalt."),
    ),
    "idempotency-key-reused": ProblemType(
        422,
        msg("Deze Idempotency-Key hoort bij een andere opdracht."),
        msg("Gebruik voor elke nieuwe opdracht een nieuwe UUID."),
    ),
    "refused": ProblemType(
        403,
        msg("De sluis laat dit niet door."),
        msg("„reasons” zegt voor elke reden waar ze staat en wat u kunt doen."),
        _EGOV,
    ),
    "undecided": ProblemType(
        409,
        msg("Hierover kan nu niet beslist worden."),
        msg("„reasons” zegt wat ontbreekt en wie het levert."),
        _EGOV,
    ),
    "wrong-state": ProblemType(
        409, msg("Deze stap kan nu niet."), msg("Vraag de toestand op: die zegt hoever het staat.")
    ),
    "busy": ProblemType(
        503, msg("Het is nu te druk."), msg("Wacht zo lang als Retry-After zegt, en vraag het dan opnieuw.")
    ),
    "failed": ProblemType(422, msg("Dit is niet gelukt."), msg("„detail” zegt waarom, en wat u kunt doen.")),
}

_STATUS_TYPES = {400: "unreadable", 404: "not-found", 405: "method-not-allowed", 413: "too-large", 422: "invalid-input"}
_ERROR_TYPES: Mapping[str, str] = {
    "exchange-unknown": "not-found",
    "agreement-unknown": "not-found",
    "ledger-entry-unknown": "not-found",
    "ledger-entry-waits": "wrong-state",
    "exchange-state": "wrong-state",
    "key-not-set": "wrong-state",
    "file-destroyed": "wrong-state",
    "agreement-not-in-force": "refused",
}


class ApiProblem(Exception):
    """Something to tell the machine that asked."""

    def __init__(
        self,
        kind: str,
        *,
        reasons: Sequence[Reason] = (),
        detail: Message | None = None,
        clause: Clause | None = None,
        remedy: Message | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind, self.reasons, self.errors = kind, tuple(reasons), tuple(errors)
        self.detail, self.clause, self.remedy = detail, clause, remedy
        self.headers = dict(headers or {})


def of_status(status: int) -> ApiProblem:
    """Return the problem of a bare status."""
    return ApiProblem(_STATUS_TYPES.get(status, "unreadable"))


def of_error(error: SluisError) -> ApiProblem:
    """Return the problem of an error that its maker can mend."""
    reasons = getattr(error, "reasons", None)
    if reasons:
        return ApiProblem("refused", reasons=reasons)
    kind = _ERROR_TYPES.get(error.code, "failed")
    return ApiProblem(kind, detail=error.what, clause=error.clause, remedy=error.remedy)


@dataclass(frozen=True, slots=True)
class Told:
    """A problem as it is sent."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


def told(problem: ApiProblem, *, language: Language, public_address: str) -> Told:
    """Return a problem in the asker's language."""
    kind = TYPES[problem.kind]
    clause = problem.clause or (problem.reasons[0].clause if problem.reasons else kind.clause)
    remedy = problem.remedy or (problem.reasons[0].remedy if len(problem.reasons) == 1 else kind.remedy)
    detail = problem.detail or (problem.reasons[0].what if problem.reasons else kind.title)
    body: dict[str, Any] = {
        "type": f"{public_address}{PAGES}/{problem.kind}",
        "title": translate(kind.title, language),
        "status": kind.status,
        "detail": translate(detail, language),
        "instance": f"urn:uuid:{uuid4()}",
        "remedy": translate(remedy, language),
    }
    if clause is not None:
        body["clause"] = str(clause)
    if problem.reasons:
        body["reasons"] = reasons_in(problem.reasons, language)
    if problem.errors:
        body["errors"] = list(problem.errors)
    return Told(kind.status, body, problem.headers)


def reasons_in(reasons: Sequence[Reason], language: Language) -> list[dict[str, str]]:
    """Return reasons as the API writes them."""
    return [
        {
            "code": reason.code,
            "what": translate(reason.what, language),
            "clause": str(reason.clause),
            "remedy": translate(reason.remedy, language),
        }
        for reason in reasons
    ]


def as_response(one: Told) -> Response:
    """Return the answer that tells a problem."""
    headers = dict(one.headers)
    if one.status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    return JSONResponse(dict(one.body), status_code=one.status, headers=headers, media_type=MEDIA_TYPE)
