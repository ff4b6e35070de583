"""The key to an exchange's files: proposed by the DPO of one party, confirmed by the DPO of the other.

It is kept sealed, opened only to read a request and to write its answer, shown to nobody, and destroyed with the
exchange. The DPOs pass it to each other outside Sluis, as they do today.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from sluis.database import Connection
from sluis.gate.conditions import Condition, record_condition, withdraw_condition
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.ledger.actions import record
from sluis.ledger.entry import Entry
from sluis.ledger.persons import PersonSecret
from sluis.lists import store
from sluis.lists.model import KeyState
from sluis.lists.vault import Vault

KEY_CONDITION = "key-set-by-dpos"
"""The condition of an agreement that a confirmed key meets."""

SHORTEST_KEY = 12
LONGEST_KEY = 255  # what Excel and LibreOffice accept as a password
MOST_ATTEMPTS = 5
_SECRECY = Clause("AVG", "art. 32")


@dataclass(frozen=True, slots=True)
class KeyMismatch:
    """The confirmation differs from the proposal. A value, not an error: the count of attempts must be committed."""

    attempts_left: int

    def as_error(self) -> SluisError:
        """Return what the DPO is told once the attempt is counted."""
        remedy = (
            msg("Bel de andere functionaris en probeer opnieuw; nog {left} pogingen.", left=self.attempts_left)
            if self.attempts_left
            else msg("Het voorstel is vernietigd. Spreek opnieuw een sleutel af en stel die voor.")
        )
        return SluisError(
            "key-differs",
            msg("Dit is niet de sleutel die de andere functionaris voorstelde."),
            clause=_SECRECY,
            remedy=remedy,
        )


def check_key(key: str) -> None:
    """Refuse a key that is too short to protect a list of children, or longer than a workbook can have."""
    fits = SHORTEST_KEY <= len(key) <= LONGEST_KEY and len(set(key)) >= SHORTEST_KEY // 2
    if not fits or key.strip() != key or not key.isprintable():
        raise SluisError(
            "key-unfit",
            msg("Deze sleutel is niet geschikt."),
            clause=_SECRECY,
            remedy=msg(
                "Kies {shortest} tot {longest} tekens, met genoeg verschillende, zonder spatie vooraan of achteraan.",
                shortest=SHORTEST_KEY,
                longest=LONGEST_KEY,
            ),
        )


def set_key(
    connection: Connection,
    *,
    agreement: str,
    party: str,
    own_party: str,
    key: str,
    by: str,
    at: datetime,
    correlation: str,
    vault: Vault,
    secret: PersonSecret,
) -> KeyState | KeyMismatch:
    """Propose the key for `party`'s next exchange, or confirm what the other party's DPO proposed.

    `own_party` is the party whose DPO sets it. A confirmation that differs is counted and tells nothing of the
    key; after five the proposal is destroyed. The caller has checked that `by` is a DPO of `own_party`.
    """
    check_key(key)
    state = store.find_key(connection, agreement=agreement, party=party, lock=True)
    if state is None or (state.proposed_party == own_party and not state.is_set):
        is_kept = store.put_key(
            connection, agreement=agreement, party=party, sealed=vault.seal(key.encode()), by=by, own=own_party, at=at
        )
        if not is_kept:
            raise _set_already()  # proposed and confirmed by others since we looked
        event = "key-proposed"
    elif state.is_set:
        raise _set_already()
    elif state.proposed_by == by:
        # A person who is DPO of both bodies is still one person.
        raise SluisError(
            "key-own-proposal",
            msg("U stelde deze sleutel zelf voor."),
            clause=_SECRECY,
            remedy=msg("Laat de functionaris van de andere partij de sleutel bevestigen."),
        )
    elif not hmac.compare_digest(_open_key(connection, agreement, party, vault).encode(), key.encode()):
        mismatch = _count_failure(connection, agreement=agreement, party=party, state=state)
        if not mismatch.attempts_left:
            _write(
                connection,
                "key-destroyed",
                agreement=agreement,
                party=own_party,
                by=by,
                at=at,
                correlation=correlation,
                secret=secret,
            )
        return mismatch
    else:
        store.confirm_key(connection, agreement=agreement, party=party, by=by, own=own_party, at=at)
        event = "key-confirmed"
        record_condition(
            connection,
            Condition(agreement, party, KEY_CONDITION),
            evidence="key-confirmed",
            by=by,
            at=at,
            correlation=correlation,
            secrets=secret,
        )
    _write(
        connection, event, agreement=agreement, party=own_party, by=by, at=at, correlation=correlation, secret=secret
    )
    found = store.find_key(connection, agreement=agreement, party=party)
    assert found is not None
    return found


def agreed_key(connection: Connection, *, agreement: str, party: str, vault: Vault) -> str | None:
    """Return the key that both DPOs set, to open or write a file and for nothing else; None when it is not set."""
    state = store.find_key(connection, agreement=agreement, party=party)
    return _open_key(connection, agreement, party, vault) if state is not None and state.is_set else None


def destroy_key(
    connection: Connection,
    *,
    agreement: str,
    party: str,
    by: str,
    at: datetime,
    correlation: str,
    secret: PersonSecret,
) -> None:
    """Destroy the key with its exchange; nothing happens when there is none."""
    if store.delete_key(connection, agreement=agreement, party=party):
        _write(
            connection,
            "key-destroyed",
            agreement=agreement,
            party=party,
            by=by,
            at=at,
            correlation=correlation,
            secret=secret,
        )
    withdraw_condition(
        connection, Condition(agreement, party, KEY_CONDITION), by=by, at=at, correlation=correlation, secrets=secret
    )


def accept_given_key(
    connection: Connection,
    *,
    agreement: str,
    party: str,
    by: str,
    at: datetime,
    correlation: str,
    vault: Vault,
    secret: PersonSecret,
) -> None:
    """Let a key from a file of the DPOs' own serve where Sluis keeps none: the command line's password file.

    The key itself is not kept; that it was given, and by whom, is recorded as the condition that it meets.
    """
    if agreed_key(connection, agreement=agreement, party=party, vault=vault) is None:
        record_condition(
            connection,
            Condition(agreement, party, KEY_CONDITION),
            evidence="password-file",
            by=by,
            at=at,
            correlation=correlation,
            secrets=secret,
        )


def _set_already() -> SluisError:
    return SluisError(
        "key-set",
        msg("De sleutel is al gezet door beide functionarissen."),
        remedy=msg("Voer de uitwisseling uit, of laat de sleutel vernietigen en begin opnieuw."),
    )


def _open_key(connection: Connection, agreement: str, party: str, vault: Vault) -> str:
    sealed = store.sealed_key(connection, agreement=agreement, party=party)
    assert sealed is not None  # the caller found the key in this transaction
    return vault.open(sealed).decode()


def _count_failure(connection: Connection, *, agreement: str, party: str, state: KeyState) -> KeyMismatch:
    left = MOST_ATTEMPTS - state.attempts - 1
    if left > 0:
        store.count_attempt(connection, agreement=agreement, party=party)
    else:
        store.delete_key(connection, agreement=agreement, party=party)
    return KeyMismatch(max(left, 0))


def _write(
    connection: Connection,
    event: str,
    *,
    agreement: str,
    party: str,
    by: str,
    at: datetime,
    correlation: str,
    secret: PersonSecret,
) -> None:
    entry = Entry(
        at=at,
        kind=event,
        party=party,
        actor=by,
        correlation=correlation,
        outcome="done",
        details={"agreement": agreement},
    )
    record(connection, entry=entry, subjects={}, secrets=secret)
