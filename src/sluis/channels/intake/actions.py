"""The verbs of the intake: keep an arrival, give a half upload its last name, hand an answer over."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import uuid4

from sluis.app import Installation
from sluis.channels.intake import store
from sluis.channels.intake.agreements import choices, unclear
from sluis.channels.intake.model import (
    FETCHED_FOR,
    LARGEST_FILE,
    MOST_WAITING_BYTES,
    MOST_WAITING_FILES,
    STAGED_FOR,
    Arrival,
    IntakeFile,
    is_partial,
)
from sluis.database import Connection
from sluis.deliveries.store import find_by_key
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.lists.collection import finish_collection, open_answer
from sluis.lists.reasons import reason_as_json

_SECURITY = Clause("AVG", "art. 32")


def keep(house: Installation, connection: Connection, arrival: Arrival, *, at: datetime) -> IntakeFile:
    """Keep a file that came in, sealed before it touches any disk. The very same file again counts once.

    A name that says "not complete yet" is kept aside until it is given its last name (`give_last_name`). Raises
    `SluisError` where the party has too much waiting.
    """
    store.lock_party(connection, arrival.party)
    _check_room(connection, arrival)
    digest = hashlib.sha256(arrival.content).digest()
    if is_partial(arrival.name):
        staged = _staged(connection, arrival.party, arrival.channel, arrival.folder, arrival.name)
        if staged is not None:
            store.delete_staged(connection, staged.id)
        sealed = house.lists.vault.seal(arrival.content)
        return store.insert(connection, arrival, id=uuid4(), digest=digest, at=at, state="staged", ciphertext=sealed)
    return _take(house, connection, arrival, digest=digest, at=at)


def give_last_name(
    house: Installation,
    connection: Connection,
    *,
    party: str,
    channel: str,
    source: tuple[str, str],
    target: tuple[str, str],
    agreement: str | None,
    at: datetime,
) -> IntakeFile | None:
    """Complete a half upload by its last name; None where there is none of that name. Each is (folder, name)."""
    store.lock_party(connection, party)
    staged = _staged(connection, party, channel, *source)
    sealed = None if staged is None else store.content_of(connection, staged.id)
    if staged is None or sealed is None:
        return None
    content = house.lists.vault.open(sealed)
    store.delete_staged(connection, staged.id)
    arrival = Arrival(channel, party, staged.actor, target[0], target[1], agreement, content)
    if is_partial(target[1]):
        return store.insert(
            connection, arrival, id=uuid4(), digest=staged.digest, at=at, state="staged", ciphertext=sealed
        )
    return _take(house, connection, arrival, digest=staged.digest, at=at)


def answer_content(house: Installation, file: IntakeFile, *, at: datetime) -> bytes:
    """Return the encrypted answer to a file; refused where the agreement is no longer in force."""
    if file.exchange is None:
        raise SluisError(
            "file-destroyed",
            msg("Dit bestand is vernietigd."),
            remedy=msg("Begin een nieuwe uitwisseling als de overeenkomst dat nog toelaat."),
        )
    return open_answer(house.lists, file.exchange, party=file.party, at=at)


def collected(house: Installation, file: IntakeFile, *, at: datetime) -> None:
    """The party has its answer: Sluis destroys its own copy and the key, with their evidence.

    The exchange comes first: killed between the two, it is simply told again.
    """
    if file.exchange is not None:
        finish_collection(house.lists, file.exchange, by=file.actor, at=at)
    with house.database.transaction() as connection:
        store.mark_collected(connection, file.id)


def tidy(house: Installation, *, at: datetime) -> int:
    """Collect answers that were fetched a day ago and forget half uploads; return how many answers were collected."""
    with house.database.transaction() as connection:
        store.delete_old_staged(connection, before=at - STAGED_FOR)
        fetched = [
            file
            for file in store.fetched_before(connection, before=at - FETCHED_FOR)
            if not came_back(connection, file)
        ]
    done = 0
    for file in fetched:
        try:
            collected(house, file, at=at)
            done += 1
        except SluisError:
            # It expired, or its agreement can no longer be read: nothing is left to hand over.
            with house.database.transaction() as connection:
                store.mark_collected(connection, file.id)
    return done


def came_back(connection: Connection, file: IntakeFile) -> bool:
    """Return whether the mail with this answer came back: then the party does not have it."""
    delivery = find_by_key(connection, f"intake:{file.id}")
    return delivery is not None and delivery.state != "delivered"


def _take(house: Installation, connection: Connection, arrival: Arrival, *, digest: bytes, at: datetime) -> IntakeFile:
    if arrival.agreement is None:
        known = choices(
            house.lists, connection, party=arrival.party, actor=arrival.actor, channel=arrival.channel, at=at
        )
        reasons = [reason_as_json(unclear(known))]
        return store.insert(
            connection, arrival, id=uuid4(), digest=digest, at=at, state="refused", ciphertext=None, reasons=reasons
        )
    earlier = store.same_file(
        connection, party=arrival.party, channel=arrival.channel, agreement=arrival.agreement, digest=digest
    )
    if earlier is not None:
        return store.insert(
            connection,
            arrival,
            id=uuid4(),
            digest=digest,
            at=at,
            state="double",
            ciphertext=None,
            same_as=earlier.id,
        )
    sealed = house.lists.vault.seal(arrival.content)
    return store.insert(connection, arrival, id=uuid4(), digest=digest, at=at, state="received", ciphertext=sealed)


def _staged(connection: Connection, party: str, channel: str, folder: str, name: str) -> IntakeFile | None:
    return store.find_staged(connection, party=party, channel=channel, folder=folder, name=name)


def _check_room(connection: Connection, arrival: Arrival) -> None:
    files, size = store.waiting(connection, arrival.party)
    if len(arrival.content) > LARGEST_FILE:
        raise SluisError(
            "file-too-large",
            msg("Het bestand is groter dan {mebibytes} MiB.", mebibytes=LARGEST_FILE // 1024**2),
            clause=_SECURITY,
            remedy=msg("Een lijst bevat alleen één kolom met nummers; haal al het andere weg."),
        )
    if files >= MOST_WAITING_FILES or size + len(arrival.content) > MOST_WAITING_BYTES:
        raise SluisError(
            "quota",
            msg("Er wachten te veel bestanden van uw organisatie."),
            clause=_SECURITY,
            remedy=msg("Wacht tot de vorige beantwoord zijn, of verwijder halve bestanden."),
        )
