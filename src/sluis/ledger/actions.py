"""The verbs of the ledger: record what happened, and forget a person.

Nobody here commits: an entry is durable with the transaction of what it tells about, or neither is.
"""

from __future__ import annotations

import re
import secrets as randomness
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Final

from sluis.database import Connection
from sluis.kernel.insz import Insz
from sluis.ledger import store
from sluis.ledger.entry import Entry, EntryId, SubjectSet, canonical_bytes, check_group_names, new_entry_id
from sluis.ledger.persons import (
    PersonKey,
    PersonSecret,
    new_person_key,
    pseudonym,
    pseudonyms,
    single_root,
    subject_set,
    tag_of,
)
from sluis.ledger.tree import EMPTY_ROOT

Subjects = Mapping[str, Sequence[Insz]]
"""The persons of an entry per group, such as "asked" and "released". A number twice in a group counts once."""

KeysAhead = Mapping[Insz, PersonKey]
"""Keys that were looked up a moment before the entry is written; whoever is not among them is looked up then."""

_Unsealed = tuple[EntryId, Entry, Subjects]

# Stands in the canonical bytes where the database fills in the root; random, so that no text can hold it.
_PLACE: Final = randomness.token_hex(32)
_PLACES: Final = re.compile(_PLACE.encode())
_FEW: Final = 32
_LONG: Final = 1_000
_INDEXERS: Final = ThreadPoolExecutor(max_workers=8, thread_name_prefix="ledger-index")
_EMPTY: Final = (0, EMPTY_ROOT.hex())


def record(
    connection: Connection,
    *,
    entry: Entry,
    subjects: Subjects,
    secrets: PersonSecret,
    ahead: KeysAhead = MappingProxyType({}),
) -> EntryId:
    """Write one entry in the caller's transaction and return its number.

    About nobody or one person: one round trip; about a few, a child and its beneficiaries: two. About more: the path
    of `record_many`. The caller resolves replaced INSZ first. Fails, and so fails the transaction, when the evidence
    cannot be written. `ahead` are keys that `keys_ahead` found a moment ago.
    """
    check_group_names(subjects)
    persons = {number for numbers in subjects.values() for number in numbers}
    if 1 < len(persons) <= _FEW:
        return _record_few(connection, entry=entry, subjects=subjects, persons=persons, secrets=secrets)
    if len(persons) > 1:
        return record_many(connection, entries=((entry, subjects),), secrets=secrets, ahead=ahead)[0]
    entry_id = new_entry_id(entry.at)
    places = {name: (1, _PLACE) if numbers else _EMPTY for name, numbers in subjects.items()}
    canonical = canonical_bytes(entry_id, entry, places)
    if not persons:
        store.insert_entry(
            connection,
            entry_id=entry_id,
            at=entry.at,
            party=entry.party,
            counterparty=entry.counterparty,
            canonical=canonical,
        )
        return entry_id
    store.insert_entry_of_one(
        connection,
        entry_id=entry_id,
        at=entry.at,
        party=entry.party,
        counterparty=entry.counterparty,
        canonical=canonical,
        places=[found.start() for found in _PLACES.finditer(canonical)],
        reference=secrets.reference(persons.pop()),
    )
    return entry_id


def _record_few(
    connection: Connection, *, entry: Entry, subjects: Subjects, persons: set[Insz], secrets: PersonSecret
) -> EntryId:
    """Write an entry about a few persons: their keys in one round trip, everything else in a second."""
    keys, made = _find_keys(connection, persons, secrets)
    sealed = _seal(new_entry_id(entry.at), entry, subjects, keys)
    store.insert_entry_of_few(
        connection,
        entry_id=sealed.id,
        at=entry.at,
        party=entry.party,
        counterparty=entry.counterparty,
        canonical=sealed.canonical,
        tags=_tags(subjects, keys),
        sets=sealed.sets,
        made=made,
    )
    return sealed.id


def keys_ahead(connection: Connection, *, numbers: Iterable[Insz], secrets: PersonSecret) -> KeysAhead:
    """Return the keys of those persons who have one, for a `record` that follows at once.

    For a long list, in a thread with a connection of its own while other work is done. Nothing is made or written:
    who has no key yet gets one in the transaction of the entry. Who is erased in between is found by nobody in that
    entry, as if it had been recorded just before. Throw the keys away with the entry: an erased key must not live on.
    """
    return _known_keys(connection, set(numbers), secrets)[0]


def record_many(
    connection: Connection,
    *,
    entries: Iterable[tuple[Entry, Subjects]],
    secrets: PersonSecret,
    ahead: KeysAhead = MappingProxyType({}),
) -> list[EntryId]:
    """Write many entries, or one about many persons, in the caller's transaction; return their numbers in order.

    All persons are looked up in one round trip and everything is loaded by COPY: 20,000 persons of one entry, or
    10,000 entries at once. Memory grows with the batch.
    """
    batch = [(new_entry_id(entry.at), entry, subjects) for entry, subjects in entries]
    for _, _, subjects in batch:
        check_group_names(subjects)
    persons = {number for _, _, subjects in batch for group in subjects.values() for number in group}
    keys = _keys_of(connection, persons, secrets, ahead)
    with _beside(partial(_index, connection, batch, keys), is_long=len(keys) > _LONG):
        sealed = [_seal(entry_id, entry, subjects, keys) for entry_id, entry, subjects in batch]
    store.insert_entries(
        connection, [(one.id, one.entry.at, one.entry.party, one.entry.counterparty, one.canonical) for one in sealed]
    )
    sets = [(one.id, name, joined) for one in sealed for name, joined in one.sets]
    if sets:
        store.insert_subject_sets(connection, sets)
    return [one.id for one in sealed]


def _index(connection: Connection, batch: Sequence[_Unsealed], keys: Mapping[Insz, PersonKey]) -> None:
    """Write the rows by which the persons of these entries find them."""
    if keys:
        store.insert_subjects(
            connection, ((entry_id, entry.at, _tags(subjects, keys)) for entry_id, entry, subjects in batch)
        )


@contextmanager
def _beside(work: Callable[[], None], *, is_long: bool) -> Iterator[None]:
    """Do `work` in a thread while the block runs, or after it where a thread is not worth it.

    The work has the connection to itself until the block has ended, well or badly.
    """
    if not is_long:
        yield
        work()
        return
    doing = _INDEXERS.submit(work)
    try:
        yield
    finally:
        wait((doing,))
    doing.result()


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: the entry that tells of it and whether the ledger knew the person at all."""

    entry_id: EntryId
    was_known: bool


def erase_person(keeper: Connection, *, insz: Insz, entry: Entry, secrets: PersonSecret) -> Erased:
    """Destroy a person's keys and write the entry that says so, in one transaction of the role `sluis_keeper`.

    `entry` tells who erased and on what ground; its kind becomes "person-erased" and it names nobody. The tree still
    verifies; the person is found in it no more. What backups still hold: docs/decisions/ledger-persons.md.
    """
    destroyed = store.delete_person_keys(keeper, secrets.reference(insz))
    told = replace(entry, kind="person-erased", outcome="done", details={**entry.details, "keys": destroyed})
    return Erased(record(keeper, entry=told, subjects={}, secrets=secrets), destroyed > 0)


@dataclass(frozen=True, slots=True)
class _Sealed:
    id: EntryId
    entry: Entry
    canonical: bytes
    sets: list[tuple[str, bytes]]


def _keys_of(
    connection: Connection, numbers: set[Insz], secrets: PersonSecret, ahead: KeysAhead
) -> Mapping[Insz, PersonKey]:
    """Return the key of each person (and of whoever else is in `ahead`), made and kept where there was none."""
    others = numbers.difference(ahead)
    if not others:
        return ahead
    keys, made = _find_keys(connection, others, secrets)
    if made:
        store.insert_person_keys(connection, sorted(made))
    return {**ahead, **keys} if ahead else keys


def _find_keys(
    connection: Connection, numbers: set[Insz], secrets: PersonSecret
) -> tuple[dict[Insz, PersonKey], list[tuple[bytes, PersonKey]]]:
    """Return the key of each person, and which of them are new and still to be kept, by reference."""
    keys, unknown = _known_keys(connection, numbers, secrets)
    made = [(reference, new_person_key()) for reference, _ in unknown]
    keys.update((number, key) for (_, number), (_, key) in zip(unknown, made, strict=True))
    return keys, made


def _known_keys(
    connection: Connection, numbers: set[Insz], secrets: PersonSecret
) -> tuple[dict[Insz, PersonKey], list[tuple[bytes, Insz]]]:
    """Return the key of each person who has one, and the reference and number of each who has none."""
    persons = list(numbers)
    references = secrets.references(persons)
    known = store.person_keys(connection, references)
    keys = {
        number: known[reference] for reference, number in zip(references, persons, strict=True) if reference in known
    }
    if len(keys) == len(persons):
        return keys, []
    return keys, [pair for pair in zip(references, persons, strict=True) if pair[0] not in known]


def _seal(entry_id: EntryId, entry: Entry, subjects: Subjects, keys: Mapping[Insz, PersonKey]) -> _Sealed:
    """Turn persons into pseudonyms of this entry, commit to each group, and write the canonical bytes."""
    persons = list({number for numbers in subjects.values() for number in numbers})
    if len(persons) == 1:
        root = single_root(pseudonym(keys[persons[0]], entry_id)).hex()
        alone = {name: (1, root) if numbers else _EMPTY for name, numbers in subjects.items()}
        return _Sealed(entry_id, entry, canonical_bytes(entry_id, entry, alone), [])
    named = dict(zip(persons, pseudonyms([keys[number] for number in persons], entry_id), strict=True))
    commitments: dict[str, SubjectSet] = {}
    sets: list[tuple[str, bytes]] = []
    for name, numbers in subjects.items():
        group = sorted({named[number] for number in numbers})
        commitments[name] = subject_set(group)
        if len(group) > 1:
            sets.append((name, b"".join(group)))
    written = {name: (one.count, one.root.hex()) for name, one in commitments.items()}
    canonical = canonical_bytes(entry_id, entry, written)
    return _Sealed(entry_id, entry, canonical, sets)


def _tags(subjects: Subjects, keys: Mapping[Insz, PersonKey]) -> list[bytes]:
    """Return the tags of an entry's persons, in the order of the index."""
    return sorted([tag_of(keys[number]) for number in {number for group in subjects.values() for number in group}])
