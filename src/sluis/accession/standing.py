"""How an agreement, or its next version, stands when a page asks for a step."""

from __future__ import annotations

from dataclasses import dataclass

from sluis.agreements import lifestore
from sluis.agreements.store import AgreementRow
from sluis.database import Connection


@dataclass(frozen=True, slots=True)
class Standing:
    """An agreement as a step finds it; `state` and `text_hash` are those of what is prepared, where `is_next`."""

    row: AgreementRow
    state: str
    text_hash: str
    is_next: bool


def standing_for(connection: Connection, row: AgreementRow, *, of_next: bool) -> Standing:
    """Return how the agreement stands, or its next version where asked and there is one."""
    pending = lifestore.read_amendment(connection, row.id) if of_next else None
    if pending is not None:
        return Standing(row, pending.state, pending.text_hash, True)
    return Standing(row, row.state, row.text_hash, False)
