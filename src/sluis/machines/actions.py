"""The verbs of an access manager about machines, each with its entry in the ledger. Nobody here commits.

Who may do this is checked where it is asked (the pages of the access managers, the command line); here is what is done.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sluis.agreements.mergers import exchanging
from sluis.agreements.policy import compile_policy
from sluis.agreements.store import parties_of, read_state, read_text
from sluis.database import Connection
from sluis.gate import store as actors
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg
from sluis.ledger.actions import record
from sluis.ledger.entry import Entry
from sluis.ledger.numbers import looks_like_insz
from sluis.ledger.persons import PersonSecret
from sluis.machines import store
from sluis.machines.keys import PublicKey
from sluis.machines.model import CHANNEL, MOST_KEYS, ROLE, Machine, MachineKey

_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
_CLAUSE = Clause("AVG", "art. 32")


@dataclass(frozen=True, slots=True)
class Registered:
    """A machine that was registered, with the thumbprint of its first key."""

    machine: Machine
    thumbprint: str


def register_machine(
    connection: Connection,
    *,
    party: str,
    name: str,
    key: PublicKey,
    by: str,
    at: datetime,
    secrets: PersonSecret,
    until: date | None = None,
    reason: str = "machine",
) -> Registered:
    """Register a machine of a party with its first public key, and let it act as a system of that party.

    `by` is the access manager. The machine's id is its OAuth client id.
    """
    name = name.strip()
    if not _NAME.fullmatch(name) or looks_like_insz(name):
        raise SluisError(
            "machine-name",
            msg("Geef het systeem een naam van hoogstens 80 tekens, zonder nummer van een persoon."),
            remedy=msg("Kies een naam waaraan uw collega's het systeem herkennen."),
        )
    machine = Machine(f"machine-{uuid4()}", party, name, by, at)
    actors.insert_actor(connection, actors.Actor(machine.id, "machine", name, party))
    actors.insert_role(connection, actors.RoleGrant(machine.id, party, ROLE, day_of(at), until, by, reason))
    store.insert_machine(connection, machine)
    _put_key(connection, machine, key, by=by, at=at)
    _tell(connection, "machine-registered", machine, by=by, at=at, secrets=secrets, key=key.thumbprint)
    return Registered(machine, key.thumbprint)


def add_key(
    connection: Connection, *, machine: str, party: str, key: PublicKey, by: str, at: datetime, secrets: PersonSecret
) -> str:
    """Add a second key, so that the machine can change over without a pause; return its thumbprint."""
    own = _own(connection, machine, party)
    if own.revoked_at is not None:
        raise _gone()
    live = [one for one in store.list_keys(connection, machine) if one.retired_at is None]
    if len(live) >= MOST_KEYS:
        raise SluisError(
            "machine-keys",
            msg("Dit systeem heeft al {count} sleutels.", count=MOST_KEYS),
            clause=_CLAUSE,
            remedy=msg("Trek eerst een oude sleutel in."),
        )
    _put_key(connection, own, key, by=by, at=at)
    _tell(connection, "machine-key-added", own, by=by, at=at, secrets=secrets, key=key.thumbprint)
    return key.thumbprint


def retire_key(
    connection: Connection, *, machine: str, thumbprint: str, party: str, by: str, at: datetime, secrets: PersonSecret
) -> None:
    """Retire a key: from the next request on it signs nothing, and no token that it got opens anything."""
    own = _own(connection, machine, party)
    known = {one.thumbprint: one for one in store.list_keys(connection, machine)}
    if thumbprint not in known:
        raise SluisError(
            "machine-key-unknown",
            msg("Dit systeem heeft zo'n sleutel niet."),
            remedy=msg("Kies een sleutel uit de lijst van het systeem."),
        )
    if known[thumbprint].retired_at is None:
        store.retire(connection, thumbprint, by=by, at=at)
        _tell(connection, "machine-key-retired", own, by=by, at=at, secrets=secrets, key=thumbprint)


def revoke_machine(
    connection: Connection, *, machine: str, party: str, by: str, at: datetime, secrets: PersonSecret
) -> None:
    """Revoke a machine with all its keys and tokens, from the next request on and for good."""
    own = _own(connection, machine, party)
    if own.revoked_at is None:
        store.revoke(connection, machine, by=by, at=at)
        _tell(connection, "machine-revoked", own, by=by, at=at, secrets=secrets)


def may_get_token(connection: Connection, *, party: str, agreement: str, purpose: str, at: datetime) -> bool:
    """Return whether this party's machines may have a token for this agreement and purpose.

    An unknown agreement and one of others are the same. The gate judges each request anew, all of it.
    """
    state = read_state(connection, agreement)
    if state is None or not state.is_open_on(day_of(at)):
        return False
    now = state.on(day_of(at))
    policy = compile_policy(read_text(connection, now.text_hash))
    named = parties_of(connection, agreement, now.text_hash) | {
        body for leg in policy.legs.values() for body in leg.receivers
    }
    return party in named | exchanging(policy.legs) and any(
        purpose in leg.purposes and CHANNEL in leg.channels for leg in policy.legs.values()
    )


def _own(connection: Connection, machine: str, party: str) -> Machine:
    found = store.find_machine(connection, machine, lock=True)
    if found is None or found.party != party:
        raise SluisError(
            "machine-unknown",
            msg("Dit systeem bestaat niet, of is niet van uw organisatie."),
            remedy=msg("Kies een systeem uit de lijst van uw organisatie."),
        )
    return found


def _put_key(connection: Connection, machine: Machine, key: PublicKey, *, by: str, at: datetime) -> None:
    row = MachineKey(key.thumbprint, machine.id, key.algorithm, key.jwk, by, at)
    if not store.insert_key(connection, row):
        raise _refused(msg("Deze sleutel is al eens geregistreerd."))


def _refused(what: Message) -> SluisError:
    return SluisError(
        "key-known", what, clause=_CLAUSE, remedy=msg("Maak een nieuw sleutelpaar: elke sleutel dient één systeem.")
    )


def _gone() -> SluisError:
    return SluisError(
        "machine-revoked",
        msg("Dit systeem is ingetrokken."),
        remedy=msg("Registreer het opnieuw, met een nieuwe sleutel."),
    )


def _tell(
    connection: Connection,
    kind: str,
    machine: Machine,
    *,
    by: str,
    at: datetime,
    secrets: PersonSecret,
    key: str | None = None,
) -> None:
    """Write what was done. A thumbprint is written as its hash in hexadecimal, which no number can hide in."""
    details = {"machine": machine.id} | ({} if key is None else {"key": key_mark(key)})
    entry = Entry(
        at=at,
        kind=kind,
        party=machine.party,
        actor=by,
        correlation=str(uuid4()),
        outcome="done",
        details=details,
    )
    record(connection, entry=entry, subjects={}, secrets=secrets)


def key_mark(thumbprint: str) -> str:
    """Return a key's thumbprint as evidence names it: the same 32 bytes in hexadecimal."""

    return urlsafe_b64decode(thumbprint + "=").hex()
