"""The SQL of the trust list: only its changes are kept, and only ever added."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sluis.database import Connection

_MOST_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class TrustChange:
    """One change of the list: what was added or removed, by whom and why."""

    happened_at: datetime
    change: Literal["add", "remove"]
    kind: Literal["root", "intermediate", "revocations", "signatory"]
    fingerprint: str
    party: str | None
    name: str
    function: str | None
    content: bytes | None = field(repr=False)
    done_by: str
    reason: str


_COLUMNS = "happened_at, change, kind, fingerprint, party, name, function, content, done_by, reason"


def add_change(connection: Connection, change: TrustChange) -> None:
    """Keep a change."""
    connection.execute(
        f"INSERT INTO trust_change ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",  # noqa: S608 - constant
        (
            change.happened_at,
            change.change,
            change.kind,
            change.fingerprint,
            change.party,
            change.name,
            change.function,
            change.content,
            change.done_by,
            change.reason,
        ),
    )


def standing(connection: Connection, *, at: datetime) -> tuple[TrustChange, ...]:
    """Return what stands on the list at a moment, oldest first: added by then, and not removed since."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM ("  # noqa: S608 - constant
        f" SELECT DISTINCT ON (kind, fingerprint, party) id, {_COLUMNS} FROM trust_change"
        " WHERE happened_at <= %s ORDER BY kind, fingerprint, party, id DESC) last"
        " WHERE change = 'add' ORDER BY happened_at, id",
        (at,),
    )
    return tuple(_change(row) for row in rows)


def changes(connection: Connection) -> tuple[TrustChange, ...]:
    """Return the changes of the list, newest first, at most 1,000."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM trust_change ORDER BY id DESC LIMIT %s",  # noqa: S608 - constant
        (_MOST_LISTED,),
    )
    return tuple(_change(row) for row in rows)


def _change(row: tuple[object, ...]) -> TrustChange:
    values = list(row)
    values[7] = bytes(row[7]) if isinstance(row[7], (bytes, memoryview)) else None
    return TrustChange(*values)  # type: ignore[arg-type]  # the columns are the fields, in their order
