"""An exchange from request to answer: received, read, answered, collected, its copy destroyed.

This is the edge of the slice: it opens the transactions, one per step. Each step ends in a state from which the next
one starts again, so a process that is killed between two leaves nothing half done: the request is still there, or the
answer is.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath, PureWindowsPath
from uuid import UUID, uuid4

from psycopg import DatabaseError, Rollback
from psycopg_pool import PoolTimeout

from sluis.agreements.policy import LegPolicy
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.gate.model import Record, Released, ReleaseStopped
from sluis.gate.succession import scope_territory
from sluis.kernel.insz import Insz
from sluis.kernel.outcome import Reason, Refused
from sluis.ledger.actions import KeysAhead, keys_ahead
from sluis.lists import store
from sluis.lists.answer import answer_columns, answer_rows
from sluis.lists.calm import without_collector
from sluis.lists.keys import KEY_CONDITION, accept_given_key
from sluis.lists.model import Exchange, RowProblem, next_state
from sluis.lists.passage import (
    DEFAULT_DAYS,
    Asker,
    Lists,
    Refusal,
    content_of,
    destroy_files,
    end_refused,
    found,
    key_of,
    leg_of,
    no_such_exchange,
    request_of,
)
from sluis.lists.reasons import no_numbers, too_many, unreadable
from sluis.lists.rows import REPLACED, read_rows
from sluis.lists.workbook import AnswerKey, Limits, WorkbookFault, read_request, write_answer
from sluis.log import redact

# Pools apart: whoever writes waits for a key, and must never take the place of who spins it.
_SPINNERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="answer-key")
_WRITERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="answer-workbook")
_LOOKERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="keys-ahead")

# Fewer are looked up quicker than a thread and a connection are found.
_MANY = 1_000
# How long a release waits for what is looked up ahead of it; whatever is missing then it looks up itself.
_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class SpunAhead:
    """A key of an answer that is being spun in a thread, ahead of the answer; gone with the exchange's last step."""

    password: str = field(repr=False)
    key: Future[AnswerKey] = field(repr=False)

    @staticmethod
    def begin(password: str) -> SpunAhead:
        """Begin to spin."""
        return SpunAhead(password, _SPINNERS.submit(AnswerKey.derive, password))


def receive(lists: Lists, asker: Asker, *, name: str, content: bytes, at: datetime) -> Exchange:
    """Take a request file in, before anything in it is read. The same file again is the same exchange.

    Raises `SluisError` when the gate would refuse the party, actor, channel or agreement: nothing is kept then.
    """
    digest = hashlib.sha256(content).digest()
    with lists.database.transaction() as connection:
        known = store.find_by_digest(connection, agreement=asker.agreement, party=asker.party, digest=digest)
        leg = leg_of(lists, connection, asker.agreement)
        if known is None:
            refused = _refused(lists, connection, asker, leg, at=at)
        else:
            refused = _refused_to_go_on(lists, connection, asker, leg, at=at)
        if refused is None and known is not None:
            return known
        if refused is None:
            return _taken_in(lists, connection, asker, leg, name=name, content=content, digest=digest, at=at)
        lists.gate.record_refusal(
            connection, request_of(asker, leg, at=at, correlation=str(uuid4()), subjects=()), refused.reasons
        )
    raise Refusal(refused.reasons)


def _refused(lists: Lists, connection: Connection, asker: Asker, leg: LegPolicy, *, at: datetime) -> Refused | None:
    """Return the refusals that the gate would give; a key from a file is recorded only where there are none."""
    with connection.transaction() as attempt:
        if asker.key is not None and KEY_CONDITION in leg.conditions:
            _accept_given_key(lists, connection, asker, at=at)
        refused = lists.gate.preview(connection, request_of(asker, leg, at=at, correlation="", subjects=()))
        if refused is not None:
            raise Rollback(attempt)
    return refused


def _refused_to_go_on(
    lists: Lists, connection: Connection, asker: Asker, leg: LegPolicy, *, at: datetime
) -> Refused | None:
    """Return the refusal of who has no role: holding the same file gives nobody the answer that others asked.

    The agreement is not judged here: its one use may be the very exchange that goes on. The next step judges it.
    """
    refused = lists.gate.preview(connection, request_of(asker, leg, at=at, correlation="", subjects=()))
    reasons = () if refused is None else tuple(one for one in refused.reasons if one.code == "actor-without-role")
    return Refused(reasons) if reasons else None


def _taken_in(
    lists: Lists,
    connection: Connection,
    asker: Asker,
    leg: LegPolicy,
    *,
    name: str,
    content: bytes,
    digest: bytes,
    at: datetime,
) -> Exchange:
    """Open the exchange and keep its file; the one that somebody opened at this very moment with the same file."""
    exchange_id = uuid4()
    is_new = store.insert_exchange(
        connection,
        id=exchange_id,
        agreement=asker.agreement,
        party=asker.party,
        channel=asker.channel,
        by=asker.by,
        at=at,
        reference=day_of(at),
        digest=digest,
        name=_bare_name(name),
        collect_before=at + timedelta(days=leg.pickup_days or DEFAULT_DAYS),
    )
    if is_new:
        store.put_file(connection, exchange_id, "request", lists.vault.seal(content), at=at)
        return found(connection, exchange_id)
    known = store.find_by_digest(connection, agreement=asker.agreement, party=asker.party, digest=digest)
    if known is None:
        raise no_such_exchange()  # it was refused just now: sending the file again begins anew
    return known


def _accept_given_key(lists: Lists, connection: Connection, asker: Asker, *, at: datetime) -> None:
    accept_given_key(
        connection,
        agreement=asker.agreement,
        party=asker.party,
        by=asker.by,
        at=at,
        correlation=str(uuid4()),
        vault=lists.vault,
        secret=lists.gate.secret,
    )


def read(
    lists: Lists,
    exchange_id: UUID,
    *,
    at: datetime,
    key: str | None = None,
    meanwhile: Callable[[str], object] | None = None,
) -> Exchange:
    """Open the request in a child process and sort its rows; the file itself is destroyed, the numbers stay sealed.

    `key` stands in where the DPOs' key is not kept by Sluis (the command line). A file that cannot be read, or asks
    for more children than the municipality has, ends the exchange in state refused, with every reason. `meanwhile` is
    called with the password when the child begins, since this process has nothing else to do then.
    """
    with lists.database.transaction() as connection:
        exchange = found(connection, exchange_id)
        if exchange.state != "received":
            return exchange
        content = content_of(lists, connection, exchange, "request")
        password = key_of(lists, connection, exchange, key)
        most = _most_children(lists, connection, exchange)
    if meanwhile is not None:
        meanwhile(password)
    # The slow part, in a process of its own: no transaction waits for it.
    column = read_request(content, password, limits=Limits(rows=2 * most + 1000))
    if isinstance(column, WorkbookFault):
        return _refuse(lists, exchange, (unreadable(column),), at=at)
    rows = read_rows(column.rows, fictitious=lists.fictitious)
    if not rows.numbers or len(rows.numbers) > most:
        reason = too_many(len(rows.numbers), most) if rows.numbers else no_numbers()
        return _refuse(lists, exchange, (reason,), at=at, problems=rows.problems)
    with lists.database.transaction() as connection:
        moved = store.change_state(
            connection,
            exchange,
            target=next_state(exchange.state, "read"),
            at=at,
            asked=len(rows.numbers),
            row_problems=store.problems_json(rows.problems),
        )
        if moved:
            numbers = f"{','.join(rows.numbers)}\n{','.join(map(str, rows.numbers.values()))}"
            destroy_files(lists, connection, exchange, at=at, why="read")
            store.put_file(connection, exchange.id, "numbers", lists.vault.seal(numbers.encode()), at=at)
        return found(connection, exchange_id)


def answer(
    lists: Lists, exchange_id: UUID, *, by: str, at: datetime, key: str | None = None, spun: SpunAhead | None = None
) -> Exchange:
    """Let the request through the gate and keep the encrypted answer: release, evidence and answer in one commit.

    `spun` is a key that was spun while the request was read; it serves when it is this exchange's key.
    """
    try:
        with without_collector(), lists.database.transaction() as connection:
            exchange = found(connection, exchange_id, lock=True)
            if exchange.state != "read":
                return exchange
            # The key is spun and the workbook written in threads of their own while the database answers: on a long
            # list that is time won. Both stay in memory until the evidence stands beside them.
            password = key_of(lists, connection, exchange, key)
            if spun is None or not hmac.compare_digest(spun.password.encode(), password.encode()):
                spun = SpunAhead.begin(password)
            numbers = _numbers(lists, connection, exchange)
            looking = _LOOKERS.submit(_keys_ahead, lists, numbers) if len(numbers) > _MANY else None
            leg = leg_of(lists, connection, exchange.agreement)
            asker = Asker(exchange.agreement, exchange.party, by, exchange.channel)
            request = request_of(asker, leg, at=at, correlation=str(exchange.id), subjects=tuple(numbers))
            writing: list[Future[bytes]] = []
            outcome = lists.gate.release(
                connection,
                replace(request, reference=exchange.reference),
                prepare=lambda records: writing.append(_WRITERS.submit(_written, records, leg, spun.key)),
                ahead=lambda: _found_ahead(looking),
            )
            if isinstance(outcome, Released):
                _keep_answer(lists, connection, exchange, outcome, leg, numbers, at=at, workbook=writing[0].result())
            else:
                reasons = outcome.reasons if isinstance(outcome, Refused) else outcome.missing
                end_refused(lists, connection, exchange, reasons, at=at)
            return found(connection, exchange_id)
    except ReleaseStopped as stopped:
        if {reason.code for reason in stopped.reasons} == {"uses-spent"}:
            # Another exchange took the use that this one counted on. Whether one is left the gate decides anew.
            return answer(lists, exchange_id, by=by, at=at, key=key)
        # That transaction is undone, evidence and all; what happened is written in one of its own.
        with lists.database.transaction() as connection:
            exchange = found(connection, exchange_id, lock=True)
            if exchange.state == "read":
                lists.gate.record_refusal(connection, request, stopped.reasons)
                end_refused(lists, connection, exchange, stopped.reasons, at=at)
            return found(connection, exchange_id)


def run(lists: Lists, asker: Asker, *, name: str, content: bytes, at: datetime) -> Exchange:
    """Take an exchange as far as its answer; started again with the same file, it goes on where it was."""
    exchange = receive(lists, asker, name=name, content=content, at=at)
    spun: list[SpunAhead] = []
    if exchange.state == "received":
        exchange = read(
            lists, exchange.id, at=at, key=asker.key, meanwhile=lambda password: spun.append(SpunAhead.begin(password))
        )
    if exchange.state == "read":
        exchange = answer(lists, exchange.id, by=asker.by, at=at, key=asker.key, spun=spun[0] if spun else None)
    return exchange


def _most_children(lists: Lists, connection: Connection, exchange: Exchange) -> int:
    """Return the cap of a request: how many persons of the agreed ages live in the party's territory."""
    scope = leg_of(lists, connection, exchange.agreement).subjects
    return lists.gate.register.count(
        connection,
        territory=scope_territory(scope, exchange.party, exchange.reference),
        age_from=scope.age_from,
        age_to=scope.age_to,
        reference=exchange.reference,
    )


def _numbers(lists: Lists, connection: Connection, exchange: Exchange) -> dict[Insz, int]:
    """Return the sealed numbers with their rows: a line of the ones and a line of the others."""
    numbers, rows = (
        line.split(",") for line in content_of(lists, connection, exchange, "numbers").decode().split("\n")
    )
    return dict(zip(map(Insz, numbers), map(int, rows), strict=True))


def _keys_ahead(lists: Lists, numbers: Mapping[Insz, int]) -> KeysAhead:
    """Look the persons' keys in the ledger up through a connection of its own, while register and source answer."""
    with lists.database.transaction() as connection:
        return keys_ahead(connection, numbers=numbers, secrets=lists.gate.secret)


def _found_ahead(looking: Future[KeysAhead] | None) -> KeysAhead:
    """Return what was found; nothing where it did not come in time, since the release can look for itself."""
    if looking is None or looking.cancel():
        return {}
    try:
        return looking.result(timeout=_PATIENCE_SECONDS)
    except (FutureTimeout, DatabaseError, PoolTimeout):
        return {}


def _written(records: Sequence[Record], leg: LegPolicy, key: Future[AnswerKey]) -> bytes:
    return write_answer(answer_columns(leg), answer_rows(records, leg), key=key.result())


def _keep_answer(
    lists: Lists,
    connection: Connection,
    exchange: Exchange,
    released: Released,
    leg: LegPolicy,
    numbers: Mapping[Insz, int],
    *,
    at: datetime,
    workbook: bytes,
) -> None:
    """Seal the answer workbook and move the exchange on, in the transaction of the release."""
    destroy_files(lists, connection, exchange, at=at, why="answered", told=False)
    store.put_file(connection, exchange.id, "answer", lists.vault.seal(workbook), at=at)
    replaced = {row.subject for row in released.records if row.replaced}
    notes = [RowProblem(line, REPLACED) for number, line in numbers.items() if number in replaced]
    store.change_state(
        connection,
        exchange,
        target=next_state(exchange.state, "answer"),
        at=at,
        entry=released.entry,
        released=len({row.subject for row in released.records}),
        text_hash=released.text_hash,
        row_problems=store.problems_json(sorted([*exchange.row_problems, *notes], key=lambda problem: problem.row)),
        collect_before=at + timedelta(days=leg.pickup_days or DEFAULT_DAYS),
    )


def _refuse(
    lists: Lists,
    exchange: Exchange,
    reasons: Sequence[Reason],
    *,
    at: datetime,
    problems: Sequence[RowProblem] = (),
) -> Exchange:
    """End an exchange whose file cannot be used; the file is destroyed and the reasons stay."""
    with lists.database.transaction() as connection:
        current = found(connection, exchange.id, lock=True)
        if current.state == "received":
            leg = leg_of(lists, connection, exchange.agreement)
            asker = Asker(exchange.agreement, exchange.party, exchange.created_by, exchange.channel)
            request = request_of(asker, leg, at=at, correlation=str(exchange.id), subjects=())
            lists.gate.record_refusal(connection, request, reasons)
            end_refused(lists, connection, current, reasons, at=at, problems=problems)
        return found(connection, exchange.id)


def _bare_name(name: str) -> str:
    """Return a file's name without any path, as short as a table cell; it is shown, never used to open anything."""
    bare = PureWindowsPath(PurePosixPath(name).name).name
    printable = "".join(character for character in bare if character.isprintable())
    return redact(printable)[:80] or "request.xlsx"
