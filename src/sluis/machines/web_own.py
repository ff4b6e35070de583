"""What is the party's own: its agreements, its evidence, what was sent to it. Read only, in pages."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from sluis.agreements.store import AgreementRow, list_agreements, read_agreement_row, read_text
from sluis.deliveries.model import Delivery
from sluis.deliveries.store import since
from sluis.gate.actions import day_of
from sluis.gate.succession import stands_for
from sluis.ledger.entry import Recorded
from sluis.ledger.reading import entries_of_party, find_entry, issue_receipt, latest_checkpoint
from sluis.machines.guard import MachineRoute, require_machine
from sluis.machines.model import Caller
from sluis.machines.problems import ApiProblem
from sluis.web.kit import kit_of

ReadsAgreements = Annotated[Caller, Depends(require_machine("own agreements", scope="agreements"))]
ReadsLedger = Annotated[Caller, Depends(require_machine("own ledger", scope="ledger"))]
ReadsNotices = Annotated[Caller, Depends(require_machine("own notices", scope="notices"))]
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9:._-]{0,79}$")]


class AgreementOut(BaseModel):
    """An agreement of the party."""

    id: str
    title: str
    state: str = Field(description="Its state, as in the table of an agreement's life.")
    text_hash: str = Field(alias="textHash", description="SHA-256 of the text that counts.")
    in_force_from: str | None = Field(alias="inForceFrom")
    until: str | None
    parties: list[str]


class AgreementPage(BaseModel):
    """A page of agreements. `next` goes into `after` for the next page; null on the last."""

    agreements: list[AgreementOut]
    next: str | None


class EntryOut(BaseModel):
    """An entry of the ledger: what happened, without persons."""

    id: str
    at: str
    kind: str
    party: str
    counterparty: str | None
    actor: str
    correlation: str
    outcome: str
    agreement: str | None
    leg: str | None
    purpose: str | None
    channel: str | None
    items: list[str]
    grounds: list[dict[str, str]]
    details: dict[str, Any]
    subjects: dict[str, int] = Field(description="How many persons per group; who they are is not in the ledger.")


class EntryPage(BaseModel):
    """A page of entries, the newest first. `next` goes into `before`; null on the last."""

    entries: list[EntryOut]
    next: str | None


class Notice(BaseModel):
    """Something that was sent to the party: a key only. What it is about is asked through the gate."""

    id: str
    cursor: int
    key: str
    channel: str
    agreement: str | None
    state: str
    queued_at: str = Field(alias="queuedAt")


class NoticePage(BaseModel):
    """Notices in order, from a cursor on. `cursor` goes into `after` to go on; ask again from 0 to replay them all."""

    notices: list[Notice]
    cursor: int


def build_router() -> APIRouter:
    """Return the routes to what is the party's own."""
    router = APIRouter(route_class=MachineRoute)
    _add_agreements(router)
    _add_ledger(router)
    _add_notices(router)
    return router


def _add_agreements(router: APIRouter) -> None:
    @router.get(
        "/agreements",
        response_model=AgreementPage,
        tags=["agreements"],
        operation_id="listAgreements",
        summary="The party's agreements",
    )
    def list_own(request: Request, caller: ReadsAgreements, limit: Limit = 50, after: Code | None = None) -> Response:
        """List the agreements of the party by id, a page at a time."""
        rows = [row for row in _agreements_of(request, caller) if after is None or row.id > after]
        body = {
            "agreements": [_agreement(row) for row in rows[:limit]],
            "next": rows[limit - 1].id if len(rows) > limit else None,
        }
        return JSONResponse(body)

    @router.get(
        "/agreements/{agreement}",
        response_model=AgreementOut,
        tags=["agreements"],
        operation_id="getAgreement",
        summary="One agreement",
    )
    def get_own(request: Request, caller: ReadsAgreements, agreement: Code) -> Response:
        """Give one agreement of the party; another's looks as if it did not exist."""
        return JSONResponse(_agreement(_own_agreement(request, caller, agreement)))

    @router.get(
        "/agreements/{agreement}/text",
        response_model=dict[str, Any],
        tags=["agreements"],
        operation_id="getAgreementText",
        summary="The exact text",
    )
    def get_text(request: Request, caller: ReadsAgreements, agreement: Code) -> Response:
        """Give the canonical text (RFC 8785): its SHA-256 is `textHash`, byte for byte."""
        row = _own_agreement(request, caller, agreement)
        with kit_of(request).database.transaction() as connection:
            return Response(read_text(connection, row.text_hash), media_type="application/json")


def _agreements_of(request: Request, caller: Caller) -> list[AgreementRow]:
    """Return the agreements in which the party, or a body that went up in it, is a party."""
    found: dict[str, AgreementRow] = {}
    with kit_of(request).database.transaction() as connection:
        for party in stands_for(caller.party, day_of(caller.at)):
            found.update((row.id, row) for row in list_agreements(connection, party=party))
    return [found[name] for name in sorted(found)]


def _own_agreement(request: Request, caller: Caller, agreement: str) -> AgreementRow:
    with kit_of(request).database.transaction() as connection:
        row = read_agreement_row(connection, agreement)
    if row is None or not set(row.parties) & set(stands_for(caller.party, day_of(caller.at))):
        raise ApiProblem("not-found")
    return row


def _agreement(row: AgreementRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "state": row.state,
        "textHash": row.text_hash,
        "inForceFrom": None if row.in_force_from is None else row.in_force_from.isoformat(),
        "until": None if row.until is None else row.until.isoformat(),
        "parties": list(row.parties),
    }


def _add_ledger(router: APIRouter) -> None:
    @router.get(
        "/ledger/entries",
        response_model=EntryPage,
        tags=["ledger"],
        operation_id="listEntries",
        summary="The party's evidence",
    )
    def list_entries(request: Request, caller: ReadsLedger, limit: Limit = 50, before: UUID | None = None) -> Response:
        """List the entries in which the party acts or is the other body, the newest first."""
        if before is not None:
            _own_entry(request, caller, before)
        with kit_of(request).database.transaction() as connection:
            found = entries_of_party(connection, caller.party, before=before, most=limit)
        body = {
            "entries": [_entry(one) for one in found],
            "next": str(found[-1].id) if len(found) == limit else None,
        }
        return JSONResponse(body)

    @router.get(
        "/ledger/entries/{entry}",
        response_model=EntryOut,
        tags=["ledger"],
        operation_id="getEntry",
        summary="One entry",
    )
    def get_entry(request: Request, caller: ReadsLedger, entry: UUID) -> Response:
        """Give one entry of the party."""
        return JSONResponse(_entry(_own_entry(request, caller, entry)))

    @router.get(
        "/ledger/entries/{entry}/receipt",
        response_model=dict[str, Any],
        tags=["ledger"],
        operation_id="getReceipt",
        summary="The receipt of an entry",
    )
    def get_receipt(request: Request, caller: ReadsLedger, entry: UUID) -> Response:
        """Give the proof that the entry is in the ledger; it is checked offline with the ledger's public key.

        An entry is in the signed tree within seconds after its release; until then this says `wrong-state`.
        """
        _own_entry(request, caller, entry)
        with kit_of(request).database.transaction() as connection:
            return Response(issue_receipt(connection, entry).to_bytes(), media_type="application/json")

    @router.get(
        "/ledger/checkpoint",
        tags=["ledger"],
        operation_id="getCheckpoint",
        summary="The newest checkpoint",
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def get_checkpoint(request: Request, caller: ReadsLedger) -> Response:
        """Give the newest signed checkpoint (C2SP signed note), to keep and to compare with later."""
        with kit_of(request).database.transaction() as connection:
            note = latest_checkpoint(connection)
        if note is None:
            raise ApiProblem("not-found")
        return Response(note, media_type="text/plain")


def _own_entry(request: Request, caller: Caller, entry: UUID) -> Recorded:
    with kit_of(request).database.transaction() as connection:
        found = find_entry(connection, entry)
    if found is None or caller.party not in (found.entry.party, found.entry.counterparty):
        raise ApiProblem("not-found")
    return found


def _entry(recorded: Recorded) -> dict[str, Any]:
    entry = recorded.entry
    return {
        "id": str(recorded.id),
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "party": entry.party,
        "counterparty": entry.counterparty,
        "actor": entry.actor,
        "correlation": entry.correlation,
        "outcome": entry.outcome,
        "agreement": None if entry.agreement is None else entry.agreement.id,
        "leg": entry.leg,
        "purpose": entry.purpose,
        "channel": entry.channel,
        "items": list(entry.items),
        "grounds": [{"code": ground.code, "clause": str(ground.clause)} for ground in entry.grounds],
        "details": dict(entry.details),
        "subjects": {name: group.count for name, group in recorded.subjects.items()},
    }


def _add_notices(router: APIRouter) -> None:
    @router.get(
        "/notices",
        response_model=NoticePage,
        tags=["notices"],
        operation_id="listNotices",
        summary="What was sent to the party",
    )
    def list_notices(
        request: Request,
        caller: ReadsNotices,
        limit: Limit = 50,
        after: Annotated[int, Query(ge=0, le=2**53, description="The cursor of the last one that you have.")] = 0,
    ) -> Response:
        """List what was sent to the party after a cursor, in order; the same cursor gives the same notices again."""
        with kit_of(request).database.transaction() as connection:
            found = since(connection, receiver=caller.party, after=after, most=limit)
        notices = [_notice(one) for one in found]
        return JSONResponse({"notices": notices, "cursor": notices[-1]["cursor"] if notices else after})


def _notice(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": str(delivery.id),
        "cursor": delivery.position or 0,
        "key": delivery.key,
        "channel": delivery.channel,
        "agreement": delivery.agreement,
        "state": delivery.state,
        "queuedAt": delivery.queued_at.isoformat(),
    }
