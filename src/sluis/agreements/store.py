"""The SQL of agreements and parties. Texts, signatures and events are added, never changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sluis.agreements.policy import text_hash
from sluis.agreements.standing import AgreementState
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg

# The classes of the advisory locks on one agreement and on all; migration 0009 has them too, in hold_agreement.
LOCK_CLASS = 7510003
LOCK_CLASS_OF_ALL = 7510004


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """An agreement as the register lists it."""

    id: str
    template: str | None
    title: str
    state: str
    text_hash: str
    in_force_from: date | None
    until: date | None
    parties: tuple[str, ...]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """That a party signed one exact text."""

    party: str
    text_hash: str
    signed_by: str
    signed_at: datetime
    document: str | None = None


@dataclass(frozen=True, slots=True)
class AgreementEvent:
    """One thing that happened to an agreement, or to its next version; `entry` is its evidence in the ledger."""

    event: str
    from_state: str | None
    to_state: str
    text_hash: str
    party: str
    done_by: str
    happened_at: datetime
    reason: str | None
    version: int = 1
    code: str | None = None
    clause: str | None = None
    entry: UUID | None = None


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A body of the register of parties."""

    id: str
    kind: str
    name: str
    kbo: str | None
    ovo: str | None
    language: str
    dpo_contact: str | None


def hold_agreement(connection: Connection, agreement: str) -> AgreementState | None:
    """Return the state and keep it from changing until this transaction ends; None for an unknown agreement.

    Shared with every other release; whoever changes the state waits for them all, and they for it. The transaction
    must be READ COMMITTED (the default): the state is read after the wait.
    """
    return ask_to_hold(connection, agreement)()


def ask_to_hold(connection: Connection, agreement: str) -> Callable[[], AgreementState | None]:
    """Ask to hold the agreement, and return how to read the answer: in a pipeline it goes out with other questions."""
    cursor = connection.execute("SELECT * FROM hold_agreement(%s)", (agreement,))

    def read() -> AgreementState | None:
        row = cursor.fetchone()
        return _state(row) if row else None

    return read


def lock_agreement(connection: Connection, agreement: str) -> AgreementState | None:
    """Return the state and keep every other transaction from using or changing it until this one ends."""
    connection.execute(
        "SELECT pg_advisory_xact_lock_shared(%s, 0), pg_advisory_xact_lock(%s, hashtext(%s))",
        (LOCK_CLASS_OF_ALL, LOCK_CLASS, agreement),
    )
    return read_state(connection, agreement)


def lock_all_agreements(connection: Connection) -> None:
    """Keep every other transaction from using or changing any agreement until this one ends.

    One lock, whatever their number: a lock for each of five thousand would fill the server's table of locks.
    """
    connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", (LOCK_CLASS_OF_ALL,))


def read_state(connection: Connection, agreement: str) -> AgreementState | None:
    """Return the state as it is now, without holding it."""
    row = connection.execute(
        "SELECT state, text_hash, in_force_from, until, last_day, next_hash, next_from, next_until,"
        " ARRAY(SELECT s.successor FROM agreement_succession s WHERE s.agreement = a.id AND s.signed_at IS NOT NULL)"
        " FROM agreement a WHERE id = %s",
        (agreement,),
    ).fetchone()
    return _state(row) if row else None


def _state(row: tuple[Any, ...]) -> AgreementState:
    return AgreementState(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], frozenset(row[8]))


def is_intact(connection: Connection, digest: str) -> bool:
    """Return whether the text that is stored under this hash still has it; computed where the text lies."""
    row = connection.execute(
        "SELECT hash = encode(sha256(canonical), 'hex') FROM agreement_text WHERE hash = %s", (digest,)
    ).fetchone()
    return bool(row and row[0])


def read_text(connection: Connection, digest: str) -> bytes:
    """Return the canonical text with this hash after recomputing it; an altered or absent text is refused."""
    row = connection.execute("SELECT canonical FROM agreement_text WHERE hash = %s", (digest,)).fetchone()
    canonical = bytes(row[0]) if row else b""
    if text_hash(canonical) != digest:
        raise SluisError(
            "text-altered",
            msg("De bewaarde tekst van de overeenkomst is niet de tekst die ondertekend is."),
            remedy=msg("Er wordt niets vrijgegeven. Verwittig de beheerder en de functionarissen van de partijen."),
            clause=Clause("AVG", "artikel 5, lid 1, f)"),
        )
    return canonical


def add_text(connection: Connection, *, digest: str, canonical: bytes, at: datetime) -> None:
    """Keep a text; the same text twice is one text."""
    connection.execute(
        "INSERT INTO agreement_text (hash, canonical, stored_at) VALUES (%s, %s, %s) ON CONFLICT (hash) DO NOTHING",
        (digest, canonical, at),
    )


def add_agreement(
    connection: Connection,
    *,
    agreement: str,
    template: str | None,
    title: str,
    digest: str,
    in_force_from: date | None,
    until: date | None,
    state: str,
    at: datetime,
) -> None:
    """Open an agreement on its first text."""
    connection.execute(
        "INSERT INTO agreement (id, template, title, state, text_hash, in_force_from, until, opened_at, changed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (agreement, template, title, state, digest, in_force_from, until, at, at),
    )


def set_text(
    connection: Connection,
    *,
    agreement: str,
    title: str,
    digest: str,
    in_force_from: date | None,
    until: date | None,
    at: datetime,
) -> None:
    """Let another text of the agreement count."""
    connection.execute(
        "UPDATE agreement SET title = %s, text_hash = %s, in_force_from = %s, until = %s, changed_at = %s"
        " WHERE id = %s",
        (title, digest, in_force_from, until, at, agreement),
    )


def set_state(connection: Connection, *, agreement: str, state: str, at: datetime) -> None:
    """Write the state that a transition led to."""
    connection.execute("UPDATE agreement SET state = %s, changed_at = %s WHERE id = %s", (state, at, agreement))


def add_parties(connection: Connection, *, agreement: str, digest: str, parties: frozenset[str]) -> None:
    """Keep who the parties of this text are."""
    for party in sorted(parties):
        connection.execute(
            "INSERT INTO agreement_party (agreement, text_hash, party) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (agreement, digest, party),
        )


def parties_of(connection: Connection, agreement: str, digest: str) -> frozenset[str]:
    """Return the registered parties of a text."""
    rows = connection.execute(
        "SELECT party FROM agreement_party WHERE agreement = %s AND text_hash = %s", (agreement, digest)
    )
    return frozenset(row[0] for row in rows)


def parties_of_many(connection: Connection, texts: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the registered parties of several texts, each by agreement and hash; a text without any is absent."""
    rows = connection.execute(
        "SELECT p.agreement, p.text_hash, array_agg(p.party ORDER BY p.party) FROM agreement_party p"
        " JOIN unnest(%s::text[], %s::text[]) AS t (agreement, text_hash) USING (agreement, text_hash)"
        " GROUP BY p.agreement, p.text_hash",
        ([agreement for agreement, _ in texts], [digest for _, digest in texts]),
    )
    return {(row[0], row[1]): tuple(row[2]) for row in rows}


def add_signature(
    connection: Connection,
    *,
    agreement: str,
    digest: str,
    party: str,
    signed_by: str,
    document: str | None = None,
    at: datetime,
) -> None:
    """Keep that a party signed this text; `document` is the SHA-256 of the signed document, where there is one."""
    connection.execute(
        "INSERT INTO agreement_signature (agreement, text_hash, party, signed_by, document, signed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (agreement, digest, party, signed_by, document, at),
    )


def signatures(connection: Connection, agreement: str, digest: str) -> tuple[Signature, ...]:
    """Return who signed this text, in order."""
    rows = connection.execute(
        "SELECT party, text_hash, signed_by, signed_at, document FROM agreement_signature"
        " WHERE agreement = %s AND text_hash = %s ORDER BY signed_at, party",
        (agreement, digest),
    )
    return tuple(Signature(*row) for row in rows)


_EVENT = "event, from_state, to_state, text_hash, party, done_by, happened_at, reason, version, code, clause, entry"


def add_event(connection: Connection, *, agreement: str, event: AgreementEvent) -> None:
    """Add what happened to the agreement's history."""
    add_events(connection, [(agreement, event)])


def add_events(connection: Connection, happened: Sequence[tuple[str, AgreementEvent]]) -> None:
    """Add what happened to several agreements to their histories."""
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO agreement_event (agreement, {_EVENT})"  # noqa: S608 - the names are constants
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    agreement,
                    event.event,
                    event.from_state,
                    event.to_state,
                    event.text_hash,
                    event.party,
                    event.done_by,
                    event.happened_at,
                    event.reason,
                    event.version,
                    event.code,
                    event.clause,
                    event.entry,
                )
                for agreement, event in happened
            ],
        )


def events(connection: Connection, agreement: str) -> tuple[AgreementEvent, ...]:
    """Return the history of the agreement, oldest first."""
    rows = connection.execute(
        f"SELECT {_EVENT} FROM agreement_event WHERE agreement = %s ORDER BY id",  # noqa: S608 - constants
        (agreement,),
    )
    return tuple(AgreementEvent(*row) for row in rows)


_LIST = """
    SELECT a.id, a.template, a.title, a.state, a.text_hash, a.in_force_from, a.until,
           coalesce(array_agg(p.party ORDER BY p.party) FILTER (WHERE p.party IS NOT NULL), '{}'), a.changed_at
    FROM agreement a LEFT JOIN agreement_party p ON p.agreement = a.id AND p.text_hash = a.text_hash
"""


def list_agreements(connection: Connection, *, party: str | None = None) -> tuple[AgreementRow, ...]:
    """Return the agreements, or those of one party, by id."""
    rows = connection.execute(
        _LIST
        + " WHERE %(party)s::text IS NULL OR EXISTS (SELECT FROM agreement_party q"
        + " WHERE q.agreement = a.id AND q.text_hash = a.text_hash AND q.party = %(party)s)"
        + " GROUP BY a.id ORDER BY a.id",
        {"party": party},
    )
    return tuple(_agreement_row(row) for row in rows)


def read_agreement_row(connection: Connection, agreement: str) -> AgreementRow | None:
    """Return one agreement as the register lists it."""
    row = connection.execute(_LIST + " WHERE a.id = %s GROUP BY a.id", (agreement,)).fetchone()
    return _agreement_row(row) if row else None


def _agreement_row(row: tuple[object, ...]) -> AgreementRow:
    values = list(row)
    values[7] = tuple(row[7]) if isinstance(row[7], list) else ()
    return AgreementRow(*values)  # type: ignore[arg-type]  # the columns of _LIST are the fields, in their order


_PARTY = "SELECT id, kind, name, kbo, ovo, language, dpo_contact FROM party"


def find_party(connection: Connection, word: str) -> PartyRow | None:
    """Return the party with this id, OVO code or KBO number (dots allowed)."""
    row = connection.execute(
        _PARTY + " WHERE id = lower(%(word)s) OR ovo = upper(%(word)s) OR kbo = replace(%(word)s, '.', '')",
        {"word": word.strip()},
    ).fetchone()
    return PartyRow(*row) if row else None


def list_parties(connection: Connection) -> tuple[PartyRow, ...]:
    """Return the whole register of parties, by id."""
    return tuple(PartyRow(*row) for row in connection.execute(_PARTY + " ORDER BY id"))


def list_living_parties(connection: Connection, *, kind: str, day: date) -> tuple[PartyRow, ...]:
    """Return the bodies of a kind that exist on the day, by id."""
    rows = connection.execute(
        _PARTY + " WHERE kind = %(kind)s AND coalesce(valid_from <= %(day)s, true)"
        " AND coalesce(valid_until >= %(day)s, true) ORDER BY id",
        {"kind": kind, "day": day},
    )
    return tuple(PartyRow(*row) for row in rows)


def add_party(connection: Connection, party: PartyRow) -> None:
    """Add a body to the register; one that is there already stays as it is."""
    connection.execute(
        "INSERT INTO party (id, kind, name, kbo, ovo, language, dpo_contact) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (party.id, party.kind, party.name, party.kbo, party.ovo, party.language, party.dpo_contact),
    )
