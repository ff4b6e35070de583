"""For each party a signed receipt of what happened to an agreement, and when: proof to take home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sluis.agreements import lifestore, store
from sluis.agreements.steps import found
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.ledger.reading import issue_receipt
from sluis.ledger.receipt import Receipt

_MOST = 200


@dataclass(frozen=True, slots=True)
class PartyReceipt:
    """The receipt of one event for one party: the entry of the ledger, its place, and the signed checkpoint."""

    party: str
    event: str
    at: datetime
    entry: UUID
    receipt: Receipt


def receipts_of(
    connection: Connection, agreement: str, *, party: str | None = None, event: str | None = None
) -> Sequence[PartyReceipt]:
    """Return the receipts of an agreement's newest events for each of its parties, oldest first; at most 200 events.

    `event` is a word of the table of transitions ("revoke", "suspend"). An entry that the ledger has not signed yet
    raises `SluisError` "ledger-entry-waits": ask again after a second.
    """
    state = found(store.read_state(connection, agreement))
    parties = sorted(store.parties_of(connection, agreement, state.text_hash) | state.signed_anew)
    if party is not None and party not in parties:
        raise SluisError(
            "not-a-party",
            msg("‘{party}’ is geen partij van deze overeenkomst.", party=party),
            remedy=msg("De partijen zijn: {parties}.", parties=", ".join(parties) or "…"),
        )
    wanted = [one for one in lifestore.entries_of(connection, agreement) if event in (None, one[0])][-_MOST:]
    receipts = [(one, issue_receipt(connection, one[1])) for one in wanted]
    return [
        PartyReceipt(for_whom, name, at, entry, receipt)
        for (name, entry, at), receipt in receipts
        for for_whom in parties
        if party in (None, for_whom)
    ]
