"""Asking about one person under the agreement and purpose of the token, or what would be refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sluis.agreements.store import read_state
from sluis.database import Connection
from sluis.gate.actions import Gate, day_of
from sluis.gate.model import Released, ReleaseStopped
from sluis.gate.model import Request as Asked
from sluis.kernel.insz import Insz, InszFault, read_insz
from sluis.kernel.outcome import Refused
from sluis.machines.evidence import evidence_of
from sluis.machines.guard import MachineRoute, problem_response, require_machine
from sluis.machines.model import CHANNEL, Caller
from sluis.machines.once import Once
from sluis.machines.problems import ApiProblem, reasons_in
from sluis.web.kit import kit_of
from sluis.web.preferences import language_of

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9:._-]{0,79}$")]
MayAsk = Annotated[Caller, Depends(require_machine("release"))]


class Strict(BaseModel):
    """A body without members that nobody reads."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Subject(Strict):
    """The person concerned. The number stands in a body only, never in an address."""

    insz: str = Field(
        pattern=r"^[0-9]{11}$",
        repr=False,
        description="The national number of the person: eleven digits, with right check digits.",
    )


class Question(Strict):
    """What is asked about one person. Agreement and purpose are those of the token."""

    leg: Code = Field(description="The leg of the agreement that answers.", examples=["answer"])
    items: list[Code] = Field(
        min_length=1, max_length=100, description="The items that are asked; each stands in the leg."
    )
    subject: Subject
    reference: date | None = Field(
        default=None,
        description="The day on which age and residence are judged: within the agreement, today at the latest. "
        "Without it: today.",
    )


class PreviewQuestion(Strict):
    """A question without a person, to know beforehand what would be refused."""

    leg: Code = Field(description="The leg of the agreement that answers.", examples=["answer"])
    items: list[Code] = Field(min_length=1, max_length=100, description="The items that would be asked.")
    reference: date | None = None


class Release(BaseModel):
    """What was let through, with its entry in the ledger."""

    entry: str = Field(description="The entry in the ledger that tells of this release. Ask its receipt there.")
    agreement: str
    text_hash: str = Field(alias="textHash", description="SHA-256 of the signed text under which this was let through.")
    records: list[dict[str, str]] = Field(
        description="The agreed items. Empty when nobody with this number is in scope of the agreement, or when "
        "there is nothing to tell: those look the same."
    )
    replaced: bool = Field(description="Whether the number that was asked was replaced by another one since.")


class Explained(BaseModel):
    """One ground on which something is refused."""

    code: str
    what: str
    clause: str
    remedy: str


class Preview(BaseModel):
    """Whether such a question would be let through."""

    permitted: bool
    reasons: list[Explained]


def build_router(gate: Gate, *, fictitious: bool) -> APIRouter:
    """Return the routes of single releases."""
    router = APIRouter(route_class=MachineRoute, tags=["releases"])

    @router.post("/releases", response_model=Release, operation_id="createRelease", summary="Ask about one person")
    def create_release(request: Request, caller: MayAsk, question: Question) -> Response:
        """Ask the agreed items of one person. Evidence is written before anything is answered, refused or not."""
        number = read_insz(question.subject.insz, fictitious=fictitious)
        if isinstance(number, InszFault):
            raise ApiProblem("invalid-input", errors=[{"field": "body.subject.insz", "rule": number.code}])

        def work(connection: Connection) -> Response:
            asked = asked_by(connection, request, caller, question, (number,))
            outcome = gate.release(connection, asked)
            if isinstance(outcome, Released):
                return _answer(asked, outcome)
            if isinstance(outcome, Refused):
                return problem_response(request, ApiProblem("refused", reasons=outcome.reasons))
            return problem_response(request, ApiProblem("undecided", reasons=outcome.missing))

        def recheck(connection: Connection) -> None:
            """Give nothing of before under an agreement that has ended since; its own use is no reason."""
            refused = gate.preview(connection, _asked(caller, question, (number,), {}))
            reasons = () if refused is None else tuple(one for one in refused.reasons if one.code != "uses-spent")
            if reasons:
                raise ApiProblem("refused", reasons=reasons)

        once = Once(request, caller)
        try:
            return once.do(work, recheck=recheck)
        except ReleaseStopped as stopped:
            with kit_of(request).database.transaction() as connection:
                asked = asked_by(connection, request, caller, question, (number,))
                gate.record_refusal(connection, asked, stopped.reasons, state=read_state(connection, asked.agreement))
            raise ApiProblem("refused", reasons=stopped.reasons) from None

    @router.post(
        "/release-previews",
        response_model=Preview,
        operation_id="previewRelease",
        summary="What would be refused",
    )
    def preview_release(request: Request, caller: MayAsk, question: PreviewQuestion) -> Response:
        """Tell which refusals such a question would meet, before a person is named. Nothing is written or released."""
        with kit_of(request).database.transaction() as connection:
            refused = gate.preview(connection, _asked(caller, question, (), {}))
        reasons = () if refused is None else refused.reasons
        body = {"permitted": not reasons, "reasons": reasons_in(reasons, language_of(request))}
        return JSONResponse(body, headers={"Content-Language": language_of(request)})

    return router


def asked_by(
    connection: Connection, request: Request, caller: Caller, question: Question, subjects: tuple[Insz, ...]
) -> Asked:
    """Return the question for the gate, with its signature kept in this transaction and its hash for the entry."""
    return _asked(caller, question, subjects, evidence_of(connection, request, caller))


def _asked(
    caller: Caller, question: Question | PreviewQuestion, subjects: tuple[Insz, ...], evidence: dict[str, str]
) -> Asked:
    return Asked(
        actor=caller.machine,
        party=caller.party,
        agreement=caller.grant.agreement or "",
        leg=question.leg,
        purpose=caller.grant.purpose or "",
        items=frozenset(question.items),
        subjects=subjects,
        channel=CHANNEL,
        at=caller.at,
        reference=question.reference or day_of(caller.at),
        correlation=caller.correlation,
        evidence=evidence,
    )


def _answer(asked: Asked, released: Released) -> Response:
    return JSONResponse(
        {
            "entry": str(released.entry),
            "agreement": asked.agreement,
            "textHash": released.text_hash,
            "records": [dict(record.values) for record in released.records],
            "replaced": any(record.replaced for record in released.records),
        }
    )
