"""The SQL that reads entries: by number, party and person, one page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

from sluis.database import Connection
from sluis.ledger.entry import EntryId, moments_of
from sluis.ledger.tree import Hash

Place = tuple[datetime | str, EntryId]
"""Where a page begins: entries older than this one."""

NEWEST: Final[Place] = ("infinity", EntryId(int=(1 << 128) - 1))
"""Where the first page begins."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """An entry with its place in the tree, and what the database says of it beside its canonical bytes."""

    index: int
    entry_id: EntryId
    at: datetime
    leaf_hash: Hash
    canonical: bytes
    party: str
    counterparty: str | None


def canonical_of(connection: Connection, entry_id: EntryId) -> bytes | None:
    """Return the canonical bytes of an entry; its number says which month to look in."""
    row = connection.execute(
        "SELECT canonical FROM ledger_entry WHERE id = %s AND at >= %s AND at < %s", (entry_id, *moments_of(entry_id))
    ).fetchone()
    return None if row is None else bytes(row[0])


def moment_of(connection: Connection, entry_id: EntryId) -> datetime | None:
    """Return when an entry was."""
    row = connection.execute(
        "SELECT at FROM ledger_entry WHERE id = %s AND at >= %s AND at < %s", (entry_id, *moments_of(entry_id))
    ).fetchone()
    return None if row is None else row[0]


def leaf_of(connection: Connection, entry_id: EntryId) -> Leaf | None:
    """Return an entry with its place in the tree, or None while it has none."""
    row = connection.execute(
        """
        SELECT leaf.index, leaf.entry_id, leaf.at, leaf.leaf_hash, entry.canonical, entry.party, entry.counterparty
        FROM ledger_leaf AS leaf JOIN ledger_entry AS entry ON entry.id = leaf.entry_id AND entry.at = leaf.at
        WHERE leaf.entry_id = %s AND entry.at >= %s AND entry.at < %s
        """,
        (entry_id, *moments_of(entry_id)),
    ).fetchone()
    return None if row is None else Leaf(*row)


def leaves(connection: Connection, begin: int, end: int) -> list[Leaf]:
    """Return the leaves of a range with their entries, in order; what is missing is missing."""
    rows = connection.execute(
        """
        SELECT leaf.index, leaf.entry_id, leaf.at, leaf.leaf_hash, entry.canonical, entry.party, entry.counterparty
        FROM ledger_leaf AS leaf JOIN ledger_entry AS entry ON entry.id = leaf.entry_id AND entry.at = leaf.at
        WHERE leaf.index >= %s AND leaf.index < %s ORDER BY leaf.index
        """,
        (begin, end),
        binary=True,
    )
    return [Leaf(*row) for row in rows]


def subject_sets(connection: Connection, begin: int, end: int) -> Iterator[tuple[int, str, bytes]]:
    """Yield (index of the leaf, group, joined pseudonyms) for a range of leaves, in the order of index and group.

    A few at a time from the server: each may be large.
    """
    with connection.cursor(name="ledger_subject_sets", binary=True) as cursor:
        cursor.itersize = 8
        cursor.execute(
            """
            SELECT leaf.index, subject_set.name, subject_set.pseudonyms
            FROM ledger_leaf AS leaf JOIN ledger_subject_set AS subject_set ON subject_set.entry_id = leaf.entry_id
            WHERE leaf.index >= %s AND leaf.index < %s ORDER BY leaf.index, subject_set.name COLLATE "C"
            """,
            (begin, end),
        )
        yield from cursor


def subject_set_of(connection: Connection, entry_id: EntryId, group: str) -> bytes:
    """Return the joined pseudonyms of one group of an entry."""
    row = connection.execute(
        "SELECT pseudonyms FROM ledger_subject_set WHERE entry_id = %s AND name = %s", (entry_id, group), binary=True
    ).fetchone()
    return b"" if row is None else bytes(row[0])


def groups_with(connection: Connection, names: Sequence[tuple[EntryId, bytes]]) -> dict[EntryId, set[str]]:
    """Return, per entry, the groups of many persons in which the given pseudonym stands."""
    rows = connection.execute(
        """
        SELECT entry_id, name FROM unnest(%s::uuid[], %s::bytea[]) AS given (id, pseudonym)
        JOIN ledger_subject_set ON entry_id = given.id AND position(given.pseudonym IN pseudonyms) > 0
        """,
        ([entry_id for entry_id, _ in names], [name for _, name in names]),
    )
    found: dict[EntryId, set[str]] = {}
    for entry_id, group in rows:
        found.setdefault(entry_id, set()).add(group)
    return found


def canonicals_of_party(connection: Connection, party: str, before: Place, most: int) -> list[bytes]:
    """Return the entries of a body in either part, newest first."""
    rows = connection.execute(
        """
        SELECT canonical FROM (
            (SELECT canonical, at, id FROM ledger_entry
             WHERE party = %(party)s AND (at, id) < (%(at)s::timestamptz, %(id)s)
             ORDER BY at DESC, id DESC LIMIT %(most)s)
            UNION ALL
            (SELECT canonical, at, id FROM ledger_entry
             WHERE counterparty = %(party)s AND party <> counterparty AND (at, id) < (%(at)s::timestamptz, %(id)s)
             ORDER BY at DESC, id DESC LIMIT %(most)s)
        ) AS sides ORDER BY at DESC, id DESC LIMIT %(most)s
        """,
        {"party": party, "at": before[0], "id": before[1], "most": most},
    )
    return [bytes(row[0]) for row in rows]


def canonicals_of_tags(connection: Connection, tags: Sequence[bytes], before: Place, most: int) -> list[bytes]:
    """Return the entries under a person's tags, newest first."""
    rows = connection.execute(
        """
        SELECT entry.canonical
        FROM (SELECT at, entry_id FROM ledger_subject
              WHERE tag = ANY(%(tags)s) AND (at, entry_id) < (%(at)s::timestamptz, %(id)s)
              ORDER BY at DESC, entry_id DESC LIMIT %(most)s) AS found
        JOIN ledger_entry AS entry ON entry.id = found.entry_id AND entry.at = found.at
        ORDER BY found.at DESC, found.entry_id DESC
        """,
        {"tags": list(tags), "at": before[0], "id": before[1], "most": most},
    )
    return [bytes(row[0]) for row in rows]


def leaves_beyond_checkpoints(connection: Connection) -> int:
    """Return how many leaves no checkpoint covers; a sequencer writes both at once, so there are none."""
    return _number(
        connection,
        "SELECT count(*) FROM ledger_leaf WHERE index >= (SELECT coalesce(max(size), 0) FROM ledger_checkpoint)",
    )


def waiting(connection: Connection) -> int:
    """Return how many entries have no leaf yet."""
    return _number(
        connection,
        """
        SELECT count(*) FROM ledger_entry AS entry
        WHERE NOT EXISTS (SELECT FROM ledger_leaf AS leaf WHERE leaf.entry_id = entry.id AND leaf.at = entry.at)
        """,
    )


def tiles_within(connection: Connection, size: int) -> int:
    """Return how many tiles there are over the first `size` leaves."""
    return _number(
        connection,
        "SELECT count(*) FROM ledger_tile WHERE (index + 1) * (256::numeric ^ (level + 1)) <= %s",
        size,
    )


def index_rows_within(connection: Connection, size: int) -> int:
    """Return how many rows lead persons to the first `size` entries."""
    return _number(
        connection,
        """
        SELECT count(*) FROM ledger_subject AS subject
        WHERE EXISTS (SELECT FROM ledger_leaf AS leaf
                      WHERE leaf.entry_id = subject.entry_id AND leaf.at = subject.at AND leaf.index < %s)
        """,
        size,
    )


def _number(connection: Connection, query: LiteralString, *parameters: object) -> int:
    row = connection.execute(query, parameters).fetchone()
    return int(row[0]) if row else 0
