"""Conditions of an agreement as recorded facts: a decision attached, citizens informed, a key set by the DPOs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sluis.database import Connection
from sluis.gate import store
from sluis.ledger.actions import record
from sluis.ledger.entry import Entry
from sluis.ledger.persons import PersonSecret


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of an agreement, for one party."""

    agreement: str
    party: str
    code: str


def record_condition(
    connection: Connection,
    condition: Condition,
    *,
    evidence: str,
    by: str,
    at: datetime,
    correlation: str,
    secrets: PersonSecret,
) -> None:
    """Record that a condition holds, on what evidence; the gate counts it from the next request on."""
    store.insert_condition(
        connection,
        agreement=condition.agreement,
        party=condition.party,
        code=condition.code,
        at=at,
        by=by,
        evidence=evidence,
    )
    _write(connection, "condition-recorded", condition, by=by, at=at, correlation=correlation, secrets=secrets)


def withdraw_condition(
    connection: Connection, condition: Condition, *, by: str, at: datetime, correlation: str, secrets: PersonSecret
) -> None:
    """Take a recorded condition back, from the next request on; nothing happens when it was not recorded."""
    if store.delete_condition(connection, agreement=condition.agreement, party=condition.party, code=condition.code):
        _write(connection, "condition-withdrawn", condition, by=by, at=at, correlation=correlation, secrets=secrets)


def _write(
    connection: Connection,
    kind: str,
    condition: Condition,
    *,
    by: str,
    at: datetime,
    correlation: str,
    secrets: PersonSecret,
) -> None:
    entry = Entry(
        at=at,
        kind=kind,
        party=condition.party,
        actor=by,
        correlation=correlation,
        outcome="done",
        details={"agreement": condition.agreement, "condition": condition.code},
    )
    record(connection, entry=entry, subjects={}, secrets=secrets)
