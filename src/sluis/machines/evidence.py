"""The signature of a request as evidence: kept in the transaction of the entry that holds its hash."""

from __future__ import annotations

from fastapi import Request

from sluis.database import Connection
from sluis.ledger.actions import record
from sluis.ledger.entry import Entry
from sluis.machines import store
from sluis.machines.actions import key_mark
from sluis.machines.guard import door_of
from sluis.machines.model import CHANNEL, Caller
from sluis.machines.secret import InstallationKey

_CONTEXT = b"signature-base"


def evidence_of(connection: Connection, request: Request, caller: Caller) -> dict[str, str]:
    """Keep the signature in this transaction; return what the entry tells of it: its hash, and which key."""
    signed, key = caller.signed, door_of(request).key
    digest = store.keep_signature(
        connection,
        machine=caller.machine,
        thumbprint=signed.thumbprint,
        signature=signed.signature,
        sealed_base=key.seal(signed.base, _CONTEXT, signed.thumbprint.encode()),
        at=caller.at,
    )
    return {"signature": digest, "key": key_mark(signed.thumbprint)}


def record_step(connection: Connection, request: Request, caller: Caller, step: str) -> None:
    """Write that a signed request asked for a step, in the transaction that claims it."""
    entry = Entry(
        at=caller.at,
        kind="machine-request",
        party=caller.party,
        actor=caller.machine,
        correlation=caller.correlation,
        outcome="done",
        channel=CHANNEL,
        details={"step": step, **evidence_of(connection, request, caller)},
    )
    record(connection, entry=entry, subjects={}, secrets=door_of(request).secrets)


def signed_base(kept: store.KeptSignature, key: InstallationKey) -> bytes | None:
    """Return what a kept signature was put under, for whoever must check it (an auditor, a judge)."""
    return key.open(kept.sealed_base, _CONTEXT, kept.thumbprint.encode())
