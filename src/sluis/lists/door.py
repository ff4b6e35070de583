"""What a machine can do with lists: the steps of this slice as the API asks for them, given to it by `site.py`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sluis.kernel.errors import SluisError
from sluis.lists import collection, store
from sluis.lists.exchange import run
from sluis.lists.model import Exchange
from sluis.lists.passage import Asker, Lists, found, no_such_exchange

CHANNEL = "api"


@dataclass(frozen=True, slots=True)
class MachineLists:
    """The steps of an exchange for a machine of a party; each may be repeated and then changes nothing more."""

    lists: Lists

    def send(self, *, agreement: str, party: str, by: str, content: bytes, at: datetime) -> Exchange:
        """Take a request in and go as far as possible: as far as its answer, once the officers set the key."""
        try:
            return run(self.lists, Asker(agreement, party, by, CHANNEL), name="", content=content, at=at)
        except SluisError as error:
            if error.code != "key-not-set":
                raise
        with self.lists.database.transaction() as connection:
            digest = hashlib.sha256(content).digest()
            kept = store.find_by_digest(connection, agreement=agreement, party=party, digest=digest)
        if kept is None:
            raise no_such_exchange()
        return kept

    def find(self, exchange: UUID, *, party: str) -> Exchange:
        """Return an exchange of the party; another's is told from none by nothing."""
        with self.lists.database.transaction() as connection:
            own = found(connection, exchange)
        if own.party != party:
            raise no_such_exchange()
        return own

    def page(self, *, party: str, agreement: str, most: int, skip: int) -> Sequence[Exchange]:
        """Return exchanges of the party under an agreement, the newest first."""
        with self.lists.database.transaction() as connection:
            return store.list_exchanges(connection, party=party, agreement=agreement, most=most, skip=skip)

    def answer(self, exchange: UUID, *, party: str, at: datetime) -> bytes:
        """Return the encrypted answer; it stays until its receipt is confirmed."""
        return collection.open_answer(self.lists, exchange, party=party, at=at)

    def confirm_receipt(self, exchange: UUID, *, party: str, by: str, at: datetime) -> Exchange:
        """Destroy answer and key here: the party has its copy."""
        if self.find(exchange, party=party).state == "closed":
            return self.find(exchange, party=party)
        return collection.finish_collection(self.lists, exchange, by=by, at=at)

    def confirm_destruction(self, exchange: UUID, *, party: str, by: str, at: datetime) -> Exchange:
        """Record that the party destroyed its copy."""
        return collection.confirm_destruction(self.lists, exchange, party=party, by=by, at=at)
