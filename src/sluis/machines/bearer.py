"""A machine by its token alone, for what only comes in: hospitals' births (SMART Backend Services).

A token alone releases nothing (`guard.identify` asks a signature as well). To deliver into the lock under one's own
agreement it is enough: what a thief of ten minutes could do is deliver a message, which leaves its evidence, and read
nothing. Standard patient systems sign assertions and no requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import Request

from sluis.gate.actions import day_of
from sluis.machines import store
from sluis.machines.guard import check_address, correlation_of, count, door_of
from sluis.machines.model import BIRTH_SCOPES, Grant
from sluis.machines.problems import ApiProblem
from sluis.machines.tokens import LONGEST_TOKEN, NotProven, read_token
from sluis.web.kit import kit_of

_INVALID: Final = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


@dataclass(frozen=True, slots=True)
class Bearer:
    """The machine behind a token that holds now."""

    machine: str
    party: str
    grant: Grant
    correlation: str
    at: datetime


def bearer_of(request: Request) -> Bearer:
    """Return whose token this is; its scope must be one to deliver births, or it names an agreement and a purpose."""
    check_address(request)
    kit, door = kit_of(request), door_of(request)
    at = kit.clock()
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise ApiProblem("token-missing")
    try:
        token = read_token(text[: LONGEST_TOKEN + 1], door.key, issuer=door.issuer, at=at)
    except NotProven:
        raise ApiProblem("token-invalid", headers=_INVALID) from None
    with kit.database.transaction() as connection:
        found = store.find_live_key(connection, token.thumbprint, on=day_of(at))
        if found is None or found[1].id != token.machine:
            raise ApiProblem("token-invalid", headers=_INVALID)
        machine = found[1]
        allowance = count(connection, door, party=machine.party, at=at)
    if allowance.is_spent:
        raise ApiProblem("too-many-requests", headers={"Retry-After": str(allowance.wait_seconds)})
    if token.grant.agreement is None and not token.grant.scopes & BIRTH_SCOPES:
        raise ApiProblem("token-too-narrow")
    return Bearer(machine.id, machine.party, token.grant, correlation_of(request), at)
