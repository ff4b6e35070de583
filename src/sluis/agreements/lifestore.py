"""The SQL of what lies beside an agreement's own row: versions, amendments, advices, ends, suspensions, successions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sluis.database import Connection


@dataclass(frozen=True, slots=True)
class Amendment:
    """The next version of an agreement while it is prepared, signed or waiting for its first day."""

    agreement: str
    number: int
    state: str
    text_hash: str
    title: str
    in_force_from: date | None
    until: date | None
    opened_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A text that was published; `replaced_on` is the day from which the next one counted."""

    number: int
    text_hash: str
    valid_from: date | None
    replaced_on: date | None
    published_at: datetime


@dataclass(frozen=True, slots=True)
class AdviceRow:
    """What a data protection officer advised, on the text with this fingerprint (without its advices)."""

    draft_hash: str
    party: str
    verdict: str
    remarks: str | None
    advised_by: str
    advised_at: datetime


@dataclass(frozen=True, slots=True)
class AnnouncedEnd:
    """An end that is known before it comes, with the last day in force."""

    cause: str
    last_day: date
    party: str
    reason: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Suspension:
    """That a party stopped the exchange for a time."""

    party: str
    reason: str
    suspended_by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Succession:
    """That another body stands in for a party after a merger; where it signs anew, `signed_at` says when it did."""

    agreement: str
    predecessor: str
    successor: str
    signs_anew: bool
    since: date
    signed_at: datetime | None


_AMENDMENT = """
    SELECT agreement, number, state, text_hash, title, in_force_from, until, opened_at, changed_at
    FROM agreement_amendment WHERE agreement = %s
"""


def read_amendment(connection: Connection, agreement: str) -> Amendment | None:
    """Return the version that is being prepared, if there is one."""
    row = connection.execute(_AMENDMENT, (agreement,)).fetchone()
    return Amendment(*row) if row else None


def put_amendment(connection: Connection, amendment: Amendment) -> None:
    """Open a next version, or let another text of it count."""
    connection.execute(
        "INSERT INTO agreement_amendment"
        " (agreement, number, state, text_hash, title, in_force_from, until, opened_at, changed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (agreement) DO UPDATE SET state = excluded.state, text_hash = excluded.text_hash,"
        " title = excluded.title, in_force_from = excluded.in_force_from, until = excluded.until,"
        " changed_at = excluded.changed_at",
        (
            amendment.agreement,
            amendment.number,
            amendment.state,
            amendment.text_hash,
            amendment.title,
            amendment.in_force_from,
            amendment.until,
            amendment.opened_at,
            amendment.changed_at,
        ),
    )


def set_amendment_state(connection: Connection, *, agreement: str, state: str, at: datetime) -> None:
    """Write the state that a step of the next version led to."""
    connection.execute(
        "UPDATE agreement_amendment SET state = %s, changed_at = %s WHERE agreement = %s", (state, at, agreement)
    )


def forget_next(connection: Connection, agreement: str) -> None:
    """The next version has become the agreement, or will not come: nothing is in preparation any more."""
    connection.execute("DELETE FROM agreement_amendment WHERE agreement = %s", (agreement,))
    set_next(connection, agreement=agreement, digest=None, first=None, until=None)


def set_next(
    connection: Connection, *, agreement: str, digest: str | None, first: date | None, until: date | None
) -> None:
    """Write which text replaces the present one, and from which day; None: none does."""
    connection.execute(
        "UPDATE agreement SET next_hash = %s, next_from = %s, next_until = %s WHERE id = %s",
        (digest, first, until, agreement),
    )


def add_version(
    connection: Connection, *, agreement: str, number: int, digest: str, valid_from: date | None, at: datetime
) -> None:
    """Keep that a text was published as a version."""
    connection.execute(
        "INSERT INTO agreement_version (agreement, number, text_hash, valid_from, published_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (agreement, number) DO NOTHING",
        (agreement, number, digest, valid_from, at),
    )


def replace_version(connection: Connection, *, agreement: str, digest: str, on: date) -> None:
    """Write from which day a version no longer counts."""
    connection.execute(
        "UPDATE agreement_version SET replaced_on = %s WHERE agreement = %s AND text_hash = %s AND replaced_on IS NULL",
        (on, agreement, digest),
    )


def versions(connection: Connection, agreement: str) -> tuple[Version, ...]:
    """Return every text that was published, the first one first."""
    rows = connection.execute(
        "SELECT number, text_hash, valid_from, replaced_on, published_at FROM agreement_version"
        " WHERE agreement = %s ORDER BY number",
        (agreement,),
    )
    return tuple(Version(*row) for row in rows)


def version_number(connection: Connection, agreement: str) -> int:
    """Return the number of the version that counts now; 1 while none was published."""
    row = connection.execute(
        "SELECT coalesce((SELECT v.number FROM agreement_version v WHERE v.agreement = a.id"
        " AND v.text_hash = a.text_hash ORDER BY v.number DESC LIMIT 1), 1) FROM agreement a WHERE a.id = %s",
        (agreement,),
    ).fetchone()
    return int(row[0]) if row else 1


def add_advice(connection: Connection, *, agreement: str, advice: AdviceRow) -> None:
    """Keep an advice; an older one on the same text stays readable."""
    connection.execute(
        "INSERT INTO agreement_advice (agreement, draft_hash, party, verdict, remarks, advised_by, advised_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            agreement,
            advice.draft_hash,
            advice.party,
            advice.verdict,
            advice.remarks,
            advice.advised_by,
            advice.advised_at,
        ),
    )


def advices(connection: Connection, agreement: str) -> tuple[AdviceRow, ...]:
    """Return every advice ever given on the agreement, also on texts that changed since, oldest first."""
    rows = connection.execute(
        "SELECT draft_hash, party, verdict, remarks, advised_by, advised_at FROM agreement_advice"
        " WHERE agreement = %s ORDER BY id",
        (agreement,),
    )
    return tuple(AdviceRow(*row) for row in rows)


def announce_end(connection: Connection, *, agreement: str, end: AnnouncedEnd) -> None:
    """Keep when and why the agreement will end; the earliest of its announced ends counts."""
    connection.execute(
        "INSERT INTO agreement_end (agreement, cause, last_day, party, reason, since)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (agreement, cause) DO UPDATE SET"
        " last_day = excluded.last_day, party = excluded.party, reason = excluded.reason, since = excluded.since",
        (agreement, end.cause, end.last_day, end.party, end.reason, end.since),
    )
    count_announced(connection, [agreement])


def withdraw_end(connection: Connection, *, agreement: str, cause: str) -> None:
    """Take an announced end back: the law holds on after all."""
    connection.execute("DELETE FROM agreement_end WHERE agreement = %s AND cause = %s", (agreement, cause))
    count_announced(connection, [agreement])


def count_announced(connection: Connection, agreements: Sequence[str]) -> None:
    """Write the earliest announced end into the rows that the gate reads."""
    connection.execute(
        "UPDATE agreement a SET last_day = (SELECT min(e.last_day) FROM agreement_end e WHERE e.agreement = a.id)"
        " WHERE a.id = ANY(%s)",
        (list(agreements),),
    )


def announced_ends(connection: Connection, agreement: str) -> tuple[AnnouncedEnd, ...]:
    """Return the ends that were announced, the earliest first."""
    rows = connection.execute(
        "SELECT cause, last_day, party, reason, since FROM agreement_end WHERE agreement = %s ORDER BY last_day, cause",
        (agreement,),
    )
    return tuple(AnnouncedEnd(*row) for row in rows)


def suspend(connection: Connection, *, agreement: str, suspension: Suspension) -> bool:
    """Keep that a party suspends; False when it already does."""
    cursor = connection.execute(
        "INSERT INTO agreement_suspension (agreement, party, reason, suspended_by, since)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (agreement, suspension.party, suspension.reason, suspension.suspended_by, suspension.since),
    )
    return cursor.rowcount == 1


def lift(connection: Connection, *, agreement: str, parties: Sequence[str]) -> int:
    """Take the suspensions of these parties away; return how many there were."""
    return connection.execute(
        "DELETE FROM agreement_suspension WHERE agreement = %s AND party = ANY(%s)", (agreement, list(parties))
    ).rowcount


def suspensions(connection: Connection, agreement: str) -> tuple[Suspension, ...]:
    """Return which parties suspend the agreement now."""
    rows = connection.execute(
        "SELECT party, reason, suspended_by, since FROM agreement_suspension"
        " WHERE agreement = %s ORDER BY since, party",
        (agreement,),
    )
    return tuple(Suspension(*row) for row in rows)


def add_succession(connection: Connection, succession: Succession, *, at: datetime) -> bool:
    """Keep who stands in for a party; False when that was kept before."""
    cursor = connection.execute(
        "INSERT INTO agreement_succession (agreement, predecessor, successor, signs_anew, since, recorded_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            succession.agreement,
            succession.predecessor,
            succession.successor,
            succession.signs_anew,
            succession.since,
            at,
        ),
    )
    return cursor.rowcount == 1


def successor_signed(connection: Connection, *, agreement: str, successor: str, at: datetime) -> None:
    """Keep that the new body signed for every body that went up in it."""
    connection.execute(
        "UPDATE agreement_succession SET signed_at = %s WHERE agreement = %s AND successor = %s AND signed_at IS NULL",
        (at, agreement, successor),
    )


def successions(connection: Connection, agreement: str) -> tuple[Succession, ...]:
    """Return who stands in for which party of the agreement."""
    rows = connection.execute(
        "SELECT agreement, predecessor, successor, signs_anew, since, signed_at FROM agreement_succession"
        " WHERE agreement = %s ORDER BY since, predecessor",
        (agreement,),
    )
    return tuple(Succession(*row) for row in rows)


def await_all(connection: Connection, *, agreement: str, what: str, parties: Iterable[str], at: datetime) -> None:
    """Keep whose advice or signature is awaited; one that was awaited before stays so since then."""
    connection.execute(
        "INSERT INTO agreement_awaited (agreement, party, what, since)"
        " SELECT %s, one, %s, %s FROM unnest(%s::text[]) AS one ON CONFLICT DO NOTHING",
        (agreement, what, at, sorted(parties)),
    )


def came(connection: Connection, *, agreement: str, what: str, party: str) -> None:
    """An awaited advice or signature has come."""
    connection.execute(
        "DELETE FROM agreement_awaited WHERE agreement = %s AND what = %s AND party = %s", (agreement, what, party)
    )


def await_nothing(connection: Connection, agreement: str) -> None:
    """The text changed, or nothing more will come of it."""
    connection.execute("DELETE FROM agreement_awaited WHERE agreement = %s", (agreement,))


def entries_of(connection: Connection, agreement: str) -> tuple[tuple[str, UUID, datetime], ...]:
    """Return the events of an agreement that have evidence in the ledger: event, entry and moment, oldest first."""
    rows = connection.execute(
        "SELECT event, entry, happened_at FROM agreement_event WHERE agreement = %s AND entry IS NOT NULL ORDER BY id",
        (agreement,),
    )
    return tuple((row[0], row[1], row[2]) for row in rows)
