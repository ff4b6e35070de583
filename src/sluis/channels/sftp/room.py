"""The room of one party as its client sees it: folders per agreement, files that wait, answers, receipts.

Every verb opens its own transaction and looks first whether the key still opens this door.
"""

from __future__ import annotations

import errno
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sluis.agreements.store import find_party
from sluis.app import Installation
from sluis.channels.intake import actions, store
from sluis.channels.intake.agreements import Choice, agreement_of, choices
from sluis.channels.intake.model import MOST_SHOWN, RECEIPTS, SHOWN_FOR, Arrival, IntakeFile, is_partial
from sluis.channels.intake.receipts import as_json, as_text, receipt_fields
from sluis.channels.registration.model import PartyKey
from sluis.channels.registration.store import key_is_valid
from sluis.channels.sftp.paths import Place, is_fit
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.lists.store import find_exchange
from sluis.web.languages import LANGUAGES, Language, translate

CHANNEL = "sftp"
_CHOICES_FOR_SECONDS = 10.0
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Node:
    """A thing in the room, as a listing shows it."""

    name: str
    mode: int
    size: int
    changed: int

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return stat.S_ISDIR(self.mode)


@dataclass(frozen=True, slots=True)
class _Thing:
    """A node and what is behind it: a row, or the receipt of a row."""

    node: Node
    file: IntakeFile
    kind: str


class Room:
    """One session's view of its party's room."""

    def __init__(self, house: Installation, key: PartyKey, clock: Callable[[], datetime]) -> None:
        self._house, self._key, self._clock = house, key, clock
        self._choices: tuple[float, tuple[Choice, ...]] = (-_CHOICES_FOR_SECONDS, ())
        self._language: Language | None = None

    @property
    def party(self) -> str:
        """Whose room this is."""
        return self._key.party

    def list_folder(self, place: Place) -> list[Node]:
        """Return what lies in a folder; an unknown one is an error."""
        with self._house.database.transaction() as connection:
            self._check_key(connection)
            if place.is_root:
                return [_folder("in"), _folder("out")]
            folder = self._folder_of(connection, place)
            if folder is None:
                raise FileNotFoundError(errno.ENOENT, "no such folder")
            codes = [] if folder else self._folders(connection)
            if place.side == "out":
                # Only those with something in them: `get out/*` then takes all there is.
                codes = [code for code in codes if any(True for _ in self._things(connection, "out", code))]
            things = [thing.node for thing in self._things(connection, place.side, folder)]
            return [_folder(code) for code in codes] + things

    def look(self, place: Place) -> Node:
        """Return one thing; an unknown one is an error."""
        with self._house.database.transaction() as connection:
            self._check_key(connection)
            if self._folder_of(connection, place) is not None:
                return _folder(place.name or place.side or "/")
            return self._thing(connection, place).node

    def read(self, place: Place) -> tuple[bytes, IntakeFile | None]:
        """Return the content of an answer (with its row, to be told when it was read) or of a receipt."""
        with self._house.database.transaction() as connection:
            self._check_key(connection)
            thing = self._thing(connection, place)
            if thing.kind in RECEIPTS:
                return self._receipt(connection, thing.file, thing.kind), None
        if thing.kind != "answer":
            # What a party sent is its own, and still nobody reads it back here: a stolen key must not open old lists.
            raise PermissionError(errno.EACCES, "what was sent cannot be read back")
        return self._answer(thing.file), thing.file

    def check_upload(self, place: Place) -> None:
        """Refuse a name that cannot be uploaded, before a byte of it comes."""
        with self._house.database.transaction() as connection:
            self._check_key(connection)
            self._check_target(connection, place)

    def upload(self, place: Place, content: bytes) -> IntakeFile:
        """Keep a complete upload; when this returns it is on disk, sealed."""
        with self._house.database.transaction() as connection:
            self._check_key(connection)
            self._check_target(connection, place)
            agreement = agreement_of(place.name, place.folder, self._known(connection))
            key = self._key
            arrival = Arrival(CHANNEL, key.party, key.actor, place.folder, place.name, agreement, content)
            return self._with_errors(lambda: actions.keep(self._house, connection, arrival, at=self._clock()))

    def rename(self, source: Place, target: Place) -> None:
        """Give a half upload its last name; whatever else lies here keeps its name."""
        with self._house.database.transaction() as connection:
            self._check_key(connection)
            if source.side != "in" or not is_partial(source.name):
                raise PermissionError(errno.EACCES, "only an upload that is not complete yet can be renamed")
            self._check_target(connection, target)
            agreement = agreement_of(target.name, target.folder, self._known(connection))
            done = self._with_errors(
                lambda: actions.give_last_name(
                    self._house,
                    connection,
                    party=self.party,
                    channel=CHANNEL,
                    source=(source.folder, source.name),
                    target=(target.folder, target.name),
                    agreement=agreement,
                    at=self._clock(),
                )
            )
        if done is None:
            raise FileNotFoundError(errno.ENOENT, "no such file")

    def remove(self, place: Place) -> None:
        """Remove an answer (the party has it: Sluis destroys its copy), a receipt, or a half upload."""
        with self._house.database.transaction() as connection:
            self._check_key(connection)
            if place.name.endswith(RECEIPTS):
                # Both receipts of a file go together; the second of the two finds its work done.
                with suppress(FileNotFoundError):
                    store.hide(connection, self._thing(connection, place).file.id, side=place.side, at=self._clock())
                return
            thing = self._thing(connection, place)
            if thing.kind == "staged":
                store.delete_staged(connection, thing.file.id)
                return
        if thing.kind != "answer":
            raise PermissionError(errno.EACCES, "this file is being handled")
        self._with_errors(lambda: actions.collected(self._house, thing.file, at=self._clock()))

    def was_fetched(self, file: IntakeFile) -> None:
        """Note that an answer was read to its end."""
        with self._house.database.transaction() as connection:
            store.mark_fetched(connection, file.id, at=self._clock())

    def is_folder(self, place: Place) -> bool:
        """Return whether there is a folder of this name: a party may ask to make one that is there already."""
        with self._house.database.transaction() as connection:
            self._check_key(connection)
            return self._folder_of(connection, place) is not None

    def _check_key(self, connection: Connection) -> None:
        if not key_is_valid(connection, self._key.id):
            raise PermissionError(errno.EACCES, "this key opens nothing any more")

    def _check_target(self, connection: Connection, place: Place) -> None:
        if place.side != "in" or not place.name:
            raise PermissionError(errno.EACCES, "files are put into in/")
        if self._folder_of(connection, place) is not None:
            raise IsADirectoryError(errno.EISDIR, "this is a folder")
        if not is_fit(place.name):
            raise PermissionError(errno.EACCES, "this name cannot be used")
        if place.folder and place.folder not in self._folders(connection):
            raise FileNotFoundError(errno.ENOENT, "no such folder")

    def _known(self, connection: Connection) -> tuple[Choice, ...]:
        since, known = self._choices
        if time.monotonic() - since > _CHOICES_FOR_SECONDS:
            key = self._key
            known = choices(
                self._house.lists, connection, party=key.party, actor=key.actor, channel=CHANNEL, at=self._clock()
            )
            self._choices = (time.monotonic(), known)
        return known

    def _folders(self, connection: Connection) -> list[str]:
        return [one.code for one in self._known(connection)]

    def _folder_of(self, connection: Connection, place: Place) -> str | None:
        """Return the folder that a place is: "" for a side itself; None where it is no folder."""
        if place.is_root or not place.name:
            return ""
        return place.name if not place.folder and place.name in self._folders(connection) else None

    def _thing(self, connection: Connection, place: Place) -> _Thing:
        for thing in self._things(connection, place.side, place.folder):
            if thing.node.name == place.name:
                return thing
        raise FileNotFoundError(errno.ENOENT, "no such file")

    def _things(self, connection: Connection, side: str, folder: str) -> Iterator[_Thing]:
        """Yield what lies in a folder; of several files of one name the newest is seen."""
        since = self._clock() - SHOWN_FOR
        rows = store.shown(connection, party=self.party, channel=CHANNEL, since=since, most=MOST_SHOWN)
        seen: set[str] = set()
        for file in rows:
            if file.folder != folder:
                continue
            for thing in self._of_row(connection, file, side):
                if thing.node.name not in seen:
                    seen.add(thing.node.name)
                    yield thing

    def _of_row(self, connection: Connection, file: IntakeFile, side: str) -> Iterator[_Thing]:
        if side == "in":
            if file.state in ("staged", "received"):
                yield _thing(file, file.name, file.size, file.state)
            if file.state != "staged" and file.hidden_in is None:
                yield from self._receipts(connection, file, file.name)
            return
        if file.state == "answered" and file.answer_name is not None:
            yield _thing(file, file.answer_name, file.answer_size or 0, "answer")
        if file.state in ("answered", "refused", "collected") and file.hidden_out is None:
            yield from self._receipts(connection, file, file.answer_name or file.name)

    def _receipts(self, connection: Connection, file: IntakeFile, name: str) -> Iterator[_Thing]:
        for ending in RECEIPTS:
            yield _thing(file, f"{name}{ending}", len(self._receipt(connection, file, ending)), ending)

    def _receipt(self, connection: Connection, file: IntakeFile, ending: str) -> bytes:
        told = file
        if file.same_as is not None:
            told = store.find(connection, file.same_as) or file
        exchange = None if told.exchange is None else find_exchange(connection, told.exchange)
        fields = receipt_fields(told, exchange, self._speaks(connection))
        if told is not file:
            fields |= {"file": file.name, "same_as": str(told.id), "first_name": told.name}
        return as_json(fields) if ending.endswith(".json") else as_text(fields)

    def _speaks(self, connection: Connection) -> Language:
        party = find_party(connection, self.party) if self._language is None else None
        if party is not None:
            self._language = next((known for known in LANGUAGES if known == party.language), None)
        return self._language or "nl"

    def _answer(self, file: IntakeFile) -> bytes:
        content: bytes = self._with_errors(lambda: actions.answer_content(self._house, file, at=self._clock()))
        return content

    def _with_errors(self, verb: Callable[[], _T]) -> _T:
        """Do something; an error that a person can mend becomes one that a client shows, in the party's language."""
        try:
            return verb()
        except SluisError as error:
            spoken = self._language or "nl"
            code = errno.EDQUOT if error.code in ("quota", "file-too-large") else errno.EACCES
            raise OSError(code, f"{translate(error.what, spoken)} {translate(error.remedy, spoken)}") from None


def _folder(name: str) -> Node:
    return Node(name, stat.S_IFDIR | 0o750, 0, 0)


def _thing(file: IntakeFile, name: str, size: int, kind: str) -> _Thing:
    changed = int((file.settled_at or file.received_at).timestamp())
    return _Thing(Node(name, stat.S_IFREG | 0o640, size, changed), file, kind)
