"""What the ledger knows about one citizen, under every number that this person has had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sluis.database import Connection
from sluis.gate.store import insz_of
from sluis.kernel.errors import SluisError
from sluis.kernel.insz import Insz
from sluis.ledger.entry import EntryId
from sluis.ledger.persons import PersonSecret
from sluis.ledger.reading import MOST_ENTRIES, PersonalEntry, entries_of_person, issue_receipt
from sluis.ledger.receipt import Receipt

NumbersOf = Callable[[Connection, Insz], Sequence[Insz]]
"""Every number that the person with this number has had; the application supplies it."""


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Entries about the person, newest first, and the entry after which the next page begins."""

    entries: tuple[PersonalEntry, ...]
    next: EntryId | None


def own_numbers(connection: Connection, person: str, numbers_of: NumbersOf) -> tuple[Insz, ...]:
    """Return the numbers of the person who is signed in, the present one first; none for who is no citizen."""
    own = insz_of(connection, person)
    return () if own is None else tuple(dict.fromkeys((own, *numbers_of(connection, own))))


def own_entries(
    connection: Connection,
    numbers: Sequence[Insz],
    *,
    secrets: PersonSecret,
    before: EntryId | None = None,
    most: int,
) -> OwnPage | None:
    """Return a page of the entries about the person; None when there is no entry `before`."""
    merged: dict[EntryId, PersonalEntry] = {}
    try:
        for number in numbers:
            for one in entries_of_person(connection, number, secrets=secrets, before=before, most=most + 1):
                merged[one.recorded.id] = _joined(merged.get(one.recorded.id), one)
    except SluisError:
        return None
    entries = sorted(merged.values(), key=lambda one: (one.recorded.entry.at, one.recorded.id), reverse=True)
    return OwnPage(tuple(entries[:most]), entries[most - 1].recorded.id if len(entries) > most else None)


def own_receipt(
    connection: Connection, entry: EntryId, numbers: Sequence[Insz], *, secrets: PersonSecret
) -> Receipt | None:
    """Return the receipt of an entry about this very person.

    None for an entry about others and for one that does not exist: both are alike to who asks. Raises the ledger's own
    error for an entry about this person that is not in the tree yet.
    """
    for number in numbers:
        try:
            return issue_receipt(connection, entry, insz=number, secrets=secrets)
        except SluisError as error:
            if error.code == "ledger-entry-waits" and _is_about(connection, entry, number, secrets):
                raise
    return None


def _is_about(connection: Connection, entry: EntryId, number: Insz, secrets: PersonSecret) -> bool:
    """Say whether a waiting entry is about the person: it stands among the newest ones."""
    newest = entries_of_person(connection, number, secrets=secrets, most=MOST_ENTRIES)
    return any(one.recorded.id == entry for one in newest)


def _joined(known: PersonalEntry | None, more: PersonalEntry) -> PersonalEntry:
    """Return one entry that is about two numbers of one person as one entry."""
    if known is None:
        return more
    return PersonalEntry(more.recorded, tuple(sorted({*known.groups, *more.groups})))
