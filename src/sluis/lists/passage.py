"""What every step of an exchange does: find it, find its leg and key, write its evidence, destroy its files."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from sluis.agreements.policy import LegPolicy, Policy
from sluis.agreements.store import read_state
from sluis.database import Connection, Database
from sluis.gate.actions import Gate, day_of
from sluis.gate.model import Request
from sluis.kernel.errors import SluisError
from sluis.kernel.insz import Insz
from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import msg
from sluis.ledger.actions import record
from sluis.ledger.entry import AgreementText, Entry
from sluis.lists import store
from sluis.lists.keys import agreed_key, destroy_key
from sluis.lists.model import Exchange, FileKind, RowProblem, next_state
from sluis.lists.reasons import reason_as_json
from sluis.lists.vault import Vault

DEFAULT_DAYS = 14
"""How long a file waits, and a copy is kept, where an agreement says nothing."""

_SECRECY = Clause("AVG", "art. 32")


@dataclass(frozen=True, slots=True)
class Lists:
    """The slice with what it is built from. Made at the edge."""

    database: Database
    gate: Gate
    vault: Vault
    fictitious: bool


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, for which party, under which agreement, along which channel."""

    agreement: str
    party: str
    by: str
    channel: str
    key: str | None = field(default=None, repr=False)


def answer_leg(policy: Policy) -> LegPolicy:
    """Return the leg that answers a list: the one answer leg that rests on a request leg."""
    legs = [leg for leg in policy.legs.values() if leg.kind == "answer" and leg.answers in policy.legs]
    if len(legs) != 1:
        raise SluisError(
            "no-list-exchange",
            msg("Deze overeenkomst kent geen uitwisseling van lijsten."),
            remedy=msg("Kies een overeenkomst met een vraag en een antwoord."),
        )
    return legs[0]


class Refusal(SluisError):
    """The gate refused before a file was read; all reasons are in it."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        first = reasons[0]
        super().__init__(first.code, first.what, remedy=first.remedy, clause=first.clause)
        self.reasons = tuple(reasons)


def found(connection: Connection, exchange_id: UUID, *, lock: bool = False) -> Exchange:
    """Return the exchange with this number, locked for a change where asked; an unknown one is an error."""
    exchange = store.find_exchange(connection, exchange_id, lock=lock)
    if exchange is None:
        raise no_such_exchange()
    return exchange


def no_such_exchange() -> SluisError:
    """Return the one error for an exchange that is unknown and for one of another party: nobody learns which."""
    return SluisError(
        "exchange-unknown",
        msg("Deze uitwisseling bestaat niet, of is niet van uw organisatie."),
        remedy=msg("Kies een uitwisseling uit de lijst van uw organisatie."),
    )


def leg_of(lists: Lists, connection: Connection, agreement: str) -> LegPolicy:
    """Return the answering leg of the agreement, compiled from its signed text."""
    state = read_state(connection, agreement)
    if state is None:
        raise SluisError(
            "agreement-unknown",
            msg("Er is geen overeenkomst met deze code."),
            remedy=msg("Kijk de code na op de bladzijde van uw overeenkomsten, of met ‘sluis agreements list’."),
        )
    return answer_leg(lists.gate.policy(connection, agreement, state.text_hash))


def request_of(asker: Asker, leg: LegPolicy, *, at: datetime, correlation: str, subjects: Sequence[Insz]) -> Request:
    """Return the question for the gate: all that the leg offers, about these subjects, on the day of the moment."""
    return Request(
        actor=asker.by,
        party=asker.party,
        agreement=asker.agreement,
        leg=leg.name,
        purpose=min(leg.purposes, default=""),
        items=frozenset(leg.items),
        subjects=subjects,
        channel=asker.channel,
        at=at,
        reference=day_of(at),
        correlation=correlation,
    )


def content_of(lists: Lists, connection: Connection, exchange: Exchange, kind: FileKind) -> bytes:
    """Return a kept file, opened; one that was destroyed is an error."""
    sealed = store.get_file(connection, exchange.id, kind)
    if sealed is None:
        raise SluisError(
            "file-destroyed",
            msg("Dit bestand is vernietigd."),
            remedy=msg("Begin een nieuwe uitwisseling als de overeenkomst dat nog toelaat."),
        )
    return lists.vault.open(sealed)


def key_of(lists: Lists, connection: Connection, exchange: Exchange, given: str | None) -> str:
    """Return the key of both DPOs; one that is given on the command line must be the same where both are there."""
    agreed = agreed_key(connection, agreement=exchange.agreement, party=exchange.party, vault=lists.vault)
    if agreed is not None and given is not None and not hmac.compare_digest(agreed.encode(), given.encode()):
        raise SluisError(
            "key-differs",
            msg("Dit is niet de sleutel die de functionarissen van beide partijen zetten."),
            clause=_SECRECY,
            remedy=msg("Gebruik het bestand met de afgesproken sleutel, of laat de functionarissen een nieuwe zetten."),
        )
    key = agreed or given
    if key is None:
        raise SluisError(
            "key-not-set",
            msg("De sleutel van het bestand is nog niet gezet door de functionarissen van beide partijen."),
            clause=_SECRECY,
            remedy=msg("Vraag uw functionaris voor gegevensbescherming om de sleutel te zetten of te bevestigen."),
        )
    return key


def end_refused(
    lists: Lists,
    connection: Connection,
    exchange: Exchange,
    reasons: Sequence[Reason],
    *,
    at: datetime,
    problems: Sequence[RowProblem] | None = None,
) -> None:
    """End the exchange as refused: keep the reasons, destroy the files with their entry."""
    kept = exchange.row_problems if problems is None else problems
    store.change_state(
        connection,
        exchange,
        target=next_state(exchange.state, "refuse"),
        at=at,
        reasons=Jsonb([reason_as_json(reason) for reason in reasons]),
        row_problems=store.problems_json(kept),
    )
    destroy_files(lists, connection, exchange, at=at, why="refused")


def destroy_files(
    lists: Lists,
    connection: Connection,
    exchange: Exchange,
    *,
    at: datetime,
    why: str,
    by: str | None = None,
    told: bool = True,
) -> None:
    """Destroy what is kept for an exchange, with an entry that says which files and why.

    Not `told`: the sealed numbers that an answer replaces; the release's own entry tells of those.
    """
    kinds = store.delete_files(connection, exchange.id)
    if kinds and told:
        write_entry(
            lists,
            connection,
            exchange,
            "file-destroyed",
            at=at,
            by=by or exchange.created_by,
            files=",".join(kinds),
            why=why,
        )


def forget_key(lists: Lists, connection: Connection, exchange: Exchange, *, at: datetime, by: str) -> None:
    """Destroy the key of this exchange, with its entry."""
    destroy_key(
        connection,
        agreement=exchange.agreement,
        party=exchange.party,
        by=by,
        at=at,
        correlation=str(exchange.id),
        secret=lists.gate.secret,
    )


def write_entry(
    lists: Lists, connection: Connection, exchange: Exchange, kind: str, *, at: datetime, by: str, **details: str
) -> None:
    """Write the entry of a step that released nothing; both parties find it in their ledgers."""
    state = read_state(connection, exchange.agreement)
    digest = exchange.text_hash or (state.text_hash if state is not None else None)
    entry = Entry(
        at=at,
        kind=kind,
        party=exchange.party,
        counterparty=_sender(lists, connection, exchange),
        actor=by,
        correlation=str(exchange.id),
        outcome="done",
        agreement=None if digest is None else AgreementText(exchange.agreement, digest),
        channel=exchange.channel,
        details=details,
    )
    record(connection, entry=entry, subjects={}, secrets=lists.gate.secret)


def _sender(lists: Lists, connection: Connection, exchange: Exchange) -> str | None:
    """Return the party that answers, so that it finds in its own ledger what became of its data."""
    try:
        return min(leg_of(lists, connection, exchange.agreement).senders, default=None)
    except SluisError:
        return None  # a text that can no longer be read must not keep a file from being destroyed
