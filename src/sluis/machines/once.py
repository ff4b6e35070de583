"""A write happens once however often it is sent: same key and same body, same answer; for a day, in any process.

The answer may hold personal data, so it is sealed with a key that is derived from the request itself: only who sends
the same request again can have it opened. The database keeps a mark of the key, a mark of the body and the sealed
bytes.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable

from fastapi import Request, Response

from sluis.database import Connection
from sluis.machines import store
from sluis.machines.guard import body_of, door_of
from sluis.machines.model import ANSWER_LIFE, Caller
from sluis.machines.problems import ApiProblem
from sluis.web.kit import kit_of

_KEY = re.compile(r'"?([!#-~]{8,128})"?')
_KEPT_HEADERS = ("content-type", "content-language", "location")

Recheck = Callable[[Connection], None]


class Once:
    """One write of one caller under its idempotency key."""

    def __init__(self, request: Request, caller: Caller) -> None:
        matched = _KEY.fullmatch(request.headers.get("idempotency-key", ""))
        if matched is None:
            raise ApiProblem("idempotency-key-missing")
        self._kit, self._key, self._caller = kit_of(request), door_of(request).key, caller
        told = (caller.party.encode(), matched[1].encode())
        what = f"{request.method} {request.url.path}?{request.url.query}".encode()
        self._mark = self._key.mark(b"idempotency", *told)
        self._body_hash = self._key.mark(b"body", *told, what, body_of(request))
        self._context = (b"answer", *told, what, body_of(request))

    def begin(self, connection: Connection) -> Response | None:
        """Claim the key in this transaction: None when the work is to be done, else the answer that was given."""
        at = self._caller.at
        if store.begin_answer(
            connection,
            party=self._caller.party,
            mark=self._mark,
            body_hash=self._body_hash,
            at=at,
            until=at + ANSWER_LIFE,
        ):
            return None
        kept = store.find_answer(connection, party=self._caller.party, mark=self._mark)
        if kept is None or kept.body_hash != self._body_hash:
            raise ApiProblem("idempotency-key-reused")
        if kept.sealed is None:
            return None
        opened = self._key.open(kept.sealed, *self._context)
        assert opened is not None  # the body's mark is the same, so its key is
        return _unpacked(opened)

    def finish(self, connection: Connection, response: Response) -> Response:
        """Keep the answer in this transaction, and return it."""
        sealed = self._key.seal(_packed(response), *self._context)
        store.finish_answer(
            connection, party=self._caller.party, mark=self._mark, status=response.status_code, sealed=sealed
        )
        return response

    def do(self, work: Callable[[Connection], Response], *, recheck: Recheck | None = None) -> Response:
        """Do the work and keep its answer in one transaction; or give the answer of before, if `recheck` allows it."""
        with self._kit.database.transaction() as connection:
            given = self.begin(connection)
            if given is None:
                return self.finish(connection, work(connection))
            if recheck is not None:
                recheck(connection)
            return given

    def repeat(self, first: Callable[[Connection], object], work: Callable[[], Response]) -> Response:
        """Do work that has transactions of its own and may itself be repeated, as after a crash; keep its answer.

        `first` is done in the transaction that claims the key.
        """
        with self._kit.database.transaction() as connection:
            given = self.begin(connection)
            if given is not None:
                return given
            first(connection)
        response = work()
        with self._kit.database.transaction() as connection:
            return self.finish(connection, response)


def _packed(response: Response) -> bytes:
    headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
    body = b64encode(bytes(response.body)).decode()
    return json.dumps({"status": response.status_code, "headers": headers, "body": body}).encode()


def _unpacked(packed: bytes) -> Response:
    kept = json.loads(packed)
    headers = {**kept["headers"], "Idempotency-Replayed": "true"}
    return Response(b64decode(kept["body"]), status_code=kept["status"], headers=headers)
