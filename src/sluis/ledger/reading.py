"""What parties, persons and auditors read from the ledger: entries, receipts, the newest checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.insz import Insz
from sluis.kernel.text import msg
from sluis.ledger import readstore, treestore
from sluis.ledger.entry import EntryId, Recorded, read_canonical
from sluis.ledger.persons import PersonSecret, pseudonym, single_root, tag_of
from sluis.ledger.receipt import Membership, Person, Receipt
from sluis.ledger.store import all_person_keys
from sluis.ledger.tiles import TileRoots
from sluis.ledger.tree import HASH_BYTES, RangeRoots, inclusion_proof, leaf_hash

MOST_ENTRIES: Final = 500


@dataclass(frozen=True, slots=True)
class PersonalEntry:
    """An entry about a person and the groups in which that person stands ("asked", "released")."""

    recorded: Recorded
    groups: tuple[str, ...]


def find_entry(connection: Connection, entry_id: EntryId) -> Recorded | None:
    """Return one entry, also one that is not in the tree yet."""
    canonical = readstore.canonical_of(connection, entry_id)
    return None if canonical is None else read_canonical(canonical)


def entries_of_party(
    connection: Connection, party: str, *, before: EntryId | None = None, most: int = 50
) -> list[Recorded]:
    """Return the entries in which a body acts or is the other body, newest first; `before` continues a page."""
    rows = readstore.canonicals_of_party(connection, party, _start(connection, before), min(most, MOST_ENTRIES))
    return [read_canonical(canonical) for canonical in rows]


def entries_of_person(
    connection: Connection, insz: Insz, *, secrets: PersonSecret, before: EntryId | None = None, most: int = 50
) -> list[PersonalEntry]:
    """Return the entries about a person, alone or among thousands, newest first; none once the person is erased.

    The caller has made sure that it is that person who asks, and asks for each number that the person has had.
    """
    keys = all_person_keys(connection, secrets.reference(insz))
    if not keys:
        return []
    rows = readstore.canonicals_of_tags(
        connection, [tag_of(key) for key in keys], _start(connection, before), min(most, MOST_ENTRIES)
    )
    found = [read_canonical(canonical) for canonical in rows]
    names = {one.id: [pseudonym(key, one.id) for key in keys] for one in found}
    among_many = readstore.groups_with(
        connection, [(entry_id, name) for entry_id, known in names.items() for name in known]
    )
    return [PersonalEntry(one, _groups(one, names[one.id], among_many.get(one.id, set()))) for one in found]


def issue_receipt(
    connection: Connection, entry_id: EntryId, *, insz: Insz | None = None, secrets: PersonSecret | None = None
) -> Receipt:
    """Return the receipt of an entry under the newest checkpoint; with `insz` and `secrets`, of a person in it.

    Reads a few rows however large the tree; for a person among many also that group's pseudonyms. Raises `SluisError`
    for an entry that is unknown or not in the tree yet, and for a person who is not in it.
    """
    # The checkpoint first: a leaf that is found after it may be newer than it, never the other way round.
    head = treestore.latest_checkpoint(connection)
    leaf = readstore.leaf_of(connection, entry_id)
    if leaf is None or head is None or leaf.index >= head.size:
        if readstore.canonical_of(connection, entry_id) is None:
            raise SluisError(
                "ledger-entry-unknown",
                msg("Deze inschrijving staat niet in het grootboek."),
                remedy=msg("Controleer het nummer van de inschrijving."),
            )
        raise SluisError(
            "ledger-entry-waits",
            msg("De inschrijving is bewaard en komt binnen enkele seconden in het ondertekende grootboek."),
            remedy=msg("Vraag het ontvangstbewijs straks opnieuw."),
        )
    proof = inclusion_proof(leaf.index, head.size, TileRoots(treestore.tile_reader(connection)))
    person = _person(connection, leaf.canonical, insz, secrets) if insz is not None and secrets is not None else None
    return Receipt(leaf.canonical, leaf.index, proof, head.note, person)


def latest_checkpoint(connection: Connection) -> str | None:
    """Return the newest signed checkpoint as a note, for auditors to keep and compare."""
    head = treestore.latest_checkpoint(connection)
    return None if head is None else head.note


def _start(connection: Connection, before: EntryId | None) -> readstore.Place:
    if before is None:
        return readstore.NEWEST
    at = readstore.moment_of(connection, before)
    if at is None:
        raise SluisError(
            "ledger-entry-unknown",
            msg("Deze inschrijving staat niet in het grootboek."),
            remedy=msg("Controleer het nummer van de inschrijving."),
        )
    return at, before


def _groups(recorded: Recorded, names: list[bytes], among_many: set[str]) -> tuple[str, ...]:
    alone = {single_root(name) for name in names}
    return tuple(
        group
        for group, subjects in sorted(recorded.subjects.items())
        if group in among_many or (subjects.count == 1 and subjects.root in alone)
    )


def _person(connection: Connection, canonical: bytes, insz: Insz, secrets: PersonSecret) -> Person:
    recorded = read_canonical(canonical)
    for key in all_person_keys(connection, secrets.reference(insz)):
        name = pseudonym(key, recorded.id)
        groups = {
            group: place
            for group, subjects in recorded.subjects.items()
            if (place := _membership(connection, recorded, group, subjects.count, name)) is not None
        }
        if groups:
            return Person(name, groups)
    raise SluisError(
        "ledger-person-not-in-entry",
        msg("Deze inschrijving gaat niet over deze persoon."),
        remedy=msg("Kies een inschrijving uit het eigen overzicht."),
    )


def _membership(connection: Connection, recorded: Recorded, group: str, count: int, name: bytes) -> Membership | None:
    if count < 2:
        return Membership(0, ()) if count and recorded.subjects[group].root == single_root(name) else None
    joined = readstore.subject_set_of(connection, recorded.id, group)
    members = [joined[start : start + HASH_BYTES] for start in range(0, len(joined), HASH_BYTES)]
    if name not in members:
        return None
    index = members.index(name)
    roots = RangeRoots([leaf_hash(member) for member in members])
    return Membership(index, inclusion_proof(index, len(members), roots))
