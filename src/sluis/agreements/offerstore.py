"""The SQL of offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sluis.database import Connection


@dataclass(frozen=True, slots=True)
class Offer:
    """A standard agreement that one body laid before another; `agreement` is the draft that followed from it."""

    id: UUID
    template: str
    template_hash: str
    offered_by: str
    party: str
    made_by: str
    offered_at: datetime
    answer_before: date | None
    agreement: str | None
    opened_at: datetime | None
    withdrawn_at: datetime | None


_OFFER = (
    "SELECT id, template, template_hash, offered_by, party, made_by, offered_at, answer_before, agreement, opened_at,"
    " withdrawn_at FROM agreement_offer"
)


def add_offer(connection: Connection, offer: Offer) -> bool:
    """Keep an offer; False when the same one is open already."""
    cursor = connection.execute(
        "INSERT INTO agreement_offer"
        " (id, template, template_hash, offered_by, party, made_by, offered_at, answer_before)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            offer.id,
            offer.template,
            offer.template_hash,
            offer.offered_by,
            offer.party,
            offer.made_by,
            offer.offered_at,
            offer.answer_before,
        ),
    )
    return cursor.rowcount == 1


def find_offer(connection: Connection, offer: UUID, *, lock: bool = False) -> Offer | None:
    """Return an offer, locked for a change where asked."""
    row = connection.execute(_OFFER + " WHERE id = %s" + (" FOR UPDATE" if lock else ""), (offer,)).fetchone()
    return Offer(*row) if row else None


def list_offers(
    connection: Connection, *, party: str | None = None, only_open: bool = True, most: int = 500
) -> tuple[Offer, ...]:
    """Return the offers to or from a party, or all, the newest first."""
    rows = connection.execute(
        _OFFER + " WHERE (%(party)s::text IS NULL OR party = %(party)s OR offered_by = %(party)s)"
        " AND (NOT %(open)s OR (agreement IS NULL AND withdrawn_at IS NULL))"
        " ORDER BY offered_at DESC, party LIMIT %(most)s",
        {"party": party, "open": only_open, "most": most},
    )
    return tuple(Offer(*row) for row in rows)


def open_draft(connection: Connection, offer: UUID, *, agreement: str, at: datetime) -> None:
    """Write which draft followed from an offer."""
    connection.execute(
        "UPDATE agreement_offer SET agreement = %s, opened_at = %s WHERE id = %s", (agreement, at, offer)
    )


def withdraw(connection: Connection, offer: UUID, *, at: datetime) -> None:
    """Write that an offer was taken back."""
    connection.execute("UPDATE agreement_offer SET withdrawn_at = %s WHERE id = %s", (at, offer))
