"""A family's facts through the gate: asked under the payer's agreement, with their evidence, or refused with reasons.

A decision is explained from the facts of its own run; what passes the gate today says whether those facts still hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sluis.agreements.lifecycle import OPEN
from sluis.agreements.store import list_agreements
from sluis.benefits.explanation.words import TABLE_SOURCES
from sluis.benefits.grants.kin import PERSONS
from sluis.benefits.looking import numbers_among
from sluis.benefits.tables import tables_of_rows
from sluis.benefits.whatif.family import Facts, Row, facts_of
from sluis.database import Connection
from sluis.gate.actions import Gate, day_of
from sluis.gate.model import Record, Request
from sluis.kernel.outcome import Reason, Refused, Undecided
from sluis.kernel.text import Message
from sluis.web.people import SignedIn

TEMPLATE: Final = "groeipakket-gegevens"
LEG: Final = "antwoord"
PURPOSE: Final = "groeipakket-dossier"
CHANNEL: Final = "web"

_WITHOUT_PERSON: Final = "organisations"
ASKED: Final = (*(name for name in PERSONS if name not in {"stays", "care_links", "dependency_scores", "debts"}),
                _WITHOUT_PERSON)  # fmt: skip
"""The fact tables that are asked: those that a rule of the Groeipakket reads. The municipal ones are not."""


@dataclass(frozen=True, slots=True)
class FactsToday:
    """What the gate let through: a family's facts today, and the registers that tell something else than then."""

    facts: Facts = field(repr=False)
    changed: tuple[Message, ...]


def ask_family(
    connection: Connection, gate: Gate, *, by: SignedIn, payer: str, frozen: Facts, at: datetime
) -> FactsToday | tuple[Reason, ...]:
    """Ask the facts of everybody in a family, and write the evidence; the reasons where it is refused.

    `frozen` are the facts that the run had. Nothing may be shown before the transaction has committed.
    """
    people = numbers_among([str(row["id"]) for row in frozen["persons"]])
    answer = gate.release(
        connection,
        Request(
            actor=by.id,
            party=payer,
            agreement=agreement_of(connection, payer),
            leg=LEG,
            purpose=PURPOSE,
            items=frozenset(name.replace("_", "-") for name in ASKED if name in frozen.present),
            subjects=people,
            channel=CHANNEL,
            at=at,
            reference=day_of(at),
        ),
    )
    if isinstance(answer, Refused):
        return answer.reasons
    if isinstance(answer, Undecided):
        return answer.missing
    today = read_records(answer.records)
    return _compared(frozen, today, frozenset(record.subject for record in answer.records))


def agreement_of(connection: Connection, payer: str) -> str:
    """Return the payer's agreement about families, one in force first; without any, a code that opens nothing."""
    own = [row for row in list_agreements(connection, party=payer) if row.template == TEMPLATE]
    return next((row.id for row in sorted(own, key=lambda row: row.state not in OPEN)), TEMPLATE)


def read_records(records: Sequence[Record]) -> Facts:
    """Return what the gate let through as facts; a SluisError names a table and column that do not fit."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        for item, value in record.values.items():
            for row in json.loads(value):
                told = rows.setdefault(item.replace("-", "_"), [])
                if row not in told:
                    told.append(row)
    return facts_of(tables_of_rows(rows))


def _compared(frozen: Facts, today: Facts, released: frozenset[str]) -> FactsToday:
    """Put today's rows of whom was released in the place of the frozen ones, and say which registers changed.

    Nothing is asked about the dead: what was known of them stays.
    """
    changed: list[Message] = []
    facts = frozen
    for table in ASKED:
        if table not in frozen.present or table == _WITHOUT_PERSON:
            continue
        others = [row for row in frozen[table] if _about(table, row) not in released]
        then = [row for row in frozen[table] if _about(table, row) in released]
        now = list(today[table])
        if _as_set(then) != _as_set(now):
            changed.append(TABLE_SOURCES[table])
            facts = facts.with_rows(table, [*others, *now])
    known = {row["id"] for row in facts[_WITHOUT_PERSON]}
    fresh = [row for row in today[_WITHOUT_PERSON] if row["id"] not in known]
    if fresh:
        facts = facts.plus(_WITHOUT_PERSON, *fresh)
    return FactsToday(facts, tuple(dict.fromkeys(changed)))


def _about(table: str, row: Row) -> str:
    return next((str(row[column]) for column in PERSONS[table] if row[column]), "")


def _as_set(rows: Iterable[Row]) -> set[tuple[tuple[str, object], ...]]:
    return {tuple(sorted(row.items(), key=lambda each: each[0])) for row in rows}
