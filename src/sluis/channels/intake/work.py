"""The worker of the intake: takes up what came in, once, takes it through the gate, and writes what came of it.

A file is held by the lock of its row while it is worked on, not by a mark with a time: of a worker that is killed the
database lets the lock go, and the next worker begins at once. Beginning again is safe: the same file is the same
exchange.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from sluis.app import Installation
from sluis.channels.intake import store
from sluis.channels.intake.model import IntakeFile, State
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import msg
from sluis.lists.collection import open_answer
from sluis.lists.exchange import run
from sluis.lists.model import Exchange
from sluis.lists.passage import Asker, Refusal
from sluis.lists.reasons import reason_as_json
from sluis.log import log

Settled = Callable[[Connection, IntakeFile], object]
"""What a door does when a file is settled, in the same transaction: mail queues its answer."""

_PAUSES = (5, 30, 120, 600, 1800, 3600)
_MOST_ATTEMPTS = 24
_SECURITY = Clause("AVG", "art. 32")


@dataclass(frozen=True, slots=True)
class _Outcome:
    state: State
    exchange: Exchange | None
    reasons: tuple[object, ...]
    answer: int | None = None


def take_up_due(
    house: Installation, *, clock: Callable[[], datetime], most: int = 50, settled: Settled | None = None
) -> int:
    """Take up what is due, at most so many; return how many were settled or postponed."""
    for done in range(most):
        with house.database.transaction() as connection:
            claimed = store.claim(connection, at=clock())
            if claimed is None:
                return done
            _take_up(house, connection, *claimed, at=clock(), settled=settled)
    return most


def _take_up(
    house: Installation,
    connection: Connection,
    file: IntakeFile,
    sealed: bytes,
    *,
    at: datetime,
    settled: Settled | None,
) -> None:
    """Work on one file. The exchange's own transactions commit apart; this one holds the row, and tells last."""
    try:
        outcome = _worked(house, file, house.lists.vault.open(sealed), at=at)
    except Exception as error:
        # The database, the disk, a mistake of ours: later again. A text of an error may quote a row of the list.
        log().error("intake.failed", file=str(file.id), kind=type(error).__name__, attempts=file.attempts + 1)
        if file.attempts + 1 < _MOST_ATTEMPTS:
            pause = _PAUSES[min(file.attempts, len(_PAUSES) - 1)]
            store.postpone(connection, file.id, due_at=at + timedelta(seconds=pause))
            return
        outcome = _Outcome("refused", None, (reason_as_json(_ours()),))
    store.lock_party(connection, file.party)
    store.settle(
        connection,
        file.id,
        state=outcome.state,
        at=at,
        exchange=None if outcome.exchange is None else outcome.exchange.id,
        reasons=outcome.reasons,
        answer_name=_answer_name(connection, file) if outcome.state == "answered" else None,
        answer_size=outcome.answer,
    )
    done = store.find(connection, file.id)
    if settled is not None and done is not None:
        settled(connection, done)


def _worked(house: Installation, file: IntakeFile, content: bytes, *, at: datetime) -> _Outcome:
    assert file.agreement is not None  # without one it was refused on arrival
    asker = Asker(file.agreement, file.party, file.actor, file.channel)
    try:
        exchange = run(house.lists, asker, name=file.name, content=content, at=at)
        if exchange.state == "answered":
            size = len(open_answer(house.lists, exchange.id, party=file.party, at=at))
            return _Outcome("answered", exchange, (), size)
        if exchange.state in ("collected", "closed"):
            return _Outcome("collected", exchange, ())
        return _Outcome("refused", exchange, tuple(dict(reason) for reason in exchange.reasons))
    except Refusal as refusal:
        return _Outcome("refused", None, tuple(reason_as_json(reason) for reason in refusal.reasons))
    except SluisError as error:
        reason = Reason(error.code, error.what, error.clause or _SECURITY, error.remedy)
        return _Outcome("refused", None, (reason_as_json(reason),))


def _answer_name(connection: Connection, file: IntakeFile) -> str:
    """Return the name of the answer: that of the question, numbered where an answer of that name still lies there."""
    stem = PurePosixPath(file.name).stem[:100]
    taken = store.answer_names(connection, party=file.party, channel=file.channel, folder=file.folder)
    name, number = f"{stem}.antwoord.xlsx", 1
    while name in taken:
        number += 1
        name = f"{stem}.antwoord-{number}.xlsx"
    return name


def _ours() -> Reason:
    return Reason(
        "not-handled",
        msg("Sluis kon dit bestand door een eigen fout niet behandelen. Er is niets vrijgegeven."),
        _SECURITY,
        msg("Stuur het bestand later opnieuw, of verwittig de beheerder van Sluis."),
    )
