"""The verbs of an access manager about machines, each with its entry in the ledger. Nobody here commits.

A machine and each of its keys open nothing until a second person of the party confirmed them.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from sluis.agreements.mergers import exchanging
from sluis.agreements.policy import compile_policy
from sluis.agreements.store import parties_of, read_state, read_text
from sluis.database import Connection
from sluis.gate import store as actors
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.ledger.actions import record
from sluis.ledger.entry import Entry
from sluis.ledger.numbers import looks_like_insz
from sluis.ledger.persons import PersonSecret
from sluis.machines import store
from sluis.machines.keys import PublicKey
from sluis.machines.model import CHANNEL, MOST_KEYS, ROLE, Machine, MachineKey
from sluis.machines.policy import SECURITY, check_confirms, check_ends, check_manages

_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
_REASON = re.compile(r"[^\x00-\x1f\x7f]{1,500}")
_LONGEST_TERM = timedelta(days=5 * 366)
_OPERATOR = "operator"


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
    """Register a machine of a party with its first public key. It opens nothing until `confirm_key`.

    `by` is an access manager of the party. The machine's id is its OAuth client id. Raises `SluisError` for a name or
    reason that does not do, a term that is over, a key that is known, or somebody who is no access manager.
    """
    check_manages(roles_of(connection, by, party=party, at=at))
    machine = _insert(connection, party=party, name=name, by=by, at=at, until=until, reason=reason)
    _put_key(connection, machine, key, by=by, at=at)
    _tell(connection, "machine-registered", machine, by=by, at=at, secrets=secrets, key=key.thumbprint)
    return Registered(machine, key.thumbprint)


def register_fictional(
    connection: Connection, *, party: str, name: str, key: PublicKey, at: datetime, secrets: PersonSecret, reason: str
) -> Registered:
    """Register the machine of a fictional party, which has nobody: the operator's setting stands for both persons."""
    machine = _insert(connection, party=party, name=name, by=reason, at=at, until=None, reason=reason)
    _put_key(connection, machine, key, by=reason, at=at)
    _tell(connection, "machine-registered", machine, by=reason, at=at, secrets=secrets, key=key.thumbprint)
    _let_act(connection, machine, key.thumbprint, added_by=reason, by=_OPERATOR, at=at)
    return Registered(machine, key.thumbprint)


def confirm_key(
    connection: Connection, *, machine: str, thumbprint: str, party: str, by: str, at: datetime, secrets: PersonSecret
) -> None:
    """Be the second pair of eyes: the key counts from the next request on.

    The first key gives the machine its role. Who added the key must still be access manager.
    """
    own = _own(connection, machine, party)
    key = _key_of(connection, own, thumbprint)
    is_same = store.same_person(connection, by, key.added_by)
    check_confirms(roles_of(connection, by, party=party, at=at), is_same=is_same)
    if own.revoked_at is not None or key.retired_at is not None:
        raise _gone()
    if key.confirmed_by is None:
        check_manages(roles_of(connection, key.added_by, party=party, at=at))
        _let_act(connection, own, thumbprint, added_by=key.added_by, by=by, at=at)
        _tell(connection, "machine-key-confirmed", own, by=by, at=at, secrets=secrets, key=thumbprint)


def add_key(
    connection: Connection, *, machine: str, party: str, key: PublicKey, by: str, at: datetime, secrets: PersonSecret
) -> str:
    """Add a second key, so that the machine can change over without a pause; return its thumbprint.

    It counts once somebody else confirmed it: with a key of their own, an access manager would be the machine.
    """
    check_manages(roles_of(connection, by, party=party, at=at))
    own = _own(connection, machine, party)
    if own.revoked_at is not None:
        raise _gone()
    live = [one for one in store.list_keys(connection, machine) if one.retired_at is None]
    if len(live) >= MOST_KEYS:
        raise SluisError(
            "machine-keys",
            msg("Dit systeem heeft al {count} sleutels.", count=MOST_KEYS),
            clause=SECURITY,
            remedy=msg("Trek eerst een oude sleutel in."),
        )
    _put_key(connection, own, key, by=by, at=at)
    _tell(connection, "machine-key-added", own, by=by, at=at, secrets=secrets, key=key.thumbprint)
    return key.thumbprint


def retire_key(
    connection: Connection, *, machine: str, thumbprint: str, party: str, by: str, at: datetime, secrets: PersonSecret
) -> None:
    """Retire a key: from the next request on it signs nothing, and no token that it got opens anything.

    A key that waits for its confirmation is refused in the same way.
    """
    check_ends(roles_of(connection, by, party=party, at=at))
    own = _own(connection, machine, party)
    if _key_of(connection, own, thumbprint).retired_at is None:
        store.retire(connection, thumbprint, by=by, at=at)
        _tell(connection, "machine-key-retired", own, by=by, at=at, secrets=secrets, key=thumbprint)


def revoke_machine(
    connection: Connection, *, machine: str, party: str, by: str, at: datetime, secrets: PersonSecret
) -> None:
    """Revoke a machine with all its keys and tokens, from the next request on and for good."""
    check_ends(roles_of(connection, by, party=party, at=at))
    _revoke(connection, _own(connection, machine, party), by=by, at=at, secrets=secrets)


def revoke_fictional(
    connection: Connection, *, machine: str, party: str, by: str, at: datetime, secrets: PersonSecret
) -> None:
    """Revoke the machine of a fictional party whose days are over."""
    _revoke(connection, _own(connection, machine, party), by=by, at=at, secrets=secrets)


def roles_of(connection: Connection, actor: str, *, party: str, at: datetime) -> frozenset[str]:
    """Return the roles that somebody holds at a party at this moment."""
    return frozenset(
        grant.role for grant in actors.list_roles(connection, on=day_of(at), actor=actor) if grant.party == party
    )


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


def _insert(
    connection: Connection, *, party: str, name: str, by: str, at: datetime, until: date | None, reason: str
) -> Machine:
    name, reason = name.strip(), reason.strip()
    if not _NAME.fullmatch(name) or looks_like_insz(name):
        raise SluisError(
            "machine-name",
            msg("Geef het systeem een naam van hoogstens 80 tekens, zonder nummer van een persoon."),
            remedy=msg("Kies een naam waaraan uw collega's het systeem herkennen."),
        )
    if not _REASON.fullmatch(reason) or looks_like_insz(reason):
        raise SluisError(
            "machine-reason",
            msg("De reden ontbreekt, is te lang of bevat een nummer van een persoon."),
            clause=SECURITY,
            remedy=msg("Schrijf in hoogstens 500 tekens waarvoor het systeem dient."),
        )
    today = day_of(at)
    if until is not None and not today <= until <= today + _LONGEST_TERM:
        raise _term_wrong()
    machine = Machine(f"machine-{uuid4()}", party, name, by, at, until=until, reason=reason)
    actors.insert_actor(connection, actors.Actor(machine.id, "machine", name, party))
    store.insert_machine(connection, machine)
    return machine


def _let_act(
    connection: Connection, machine: Machine, thumbprint: str, *, added_by: str, by: str, at: datetime
) -> None:
    """Let a key count, and give the machine its role with the first one; a role that ended is not given again."""
    store.confirm(connection, thumbprint, by=by, at=at)
    if not store.has_held_a_role(connection, machine.id):
        today = day_of(at)
        if machine.until is not None and machine.until < today:
            raise _term_wrong()
        actors.insert_role(
            connection,
            actors.RoleGrant(
                machine.id, machine.party, ROLE, today, machine.until, added_by, machine.reason, confirmed_by=by
            ),
        )


def _revoke(connection: Connection, own: Machine, *, by: str, at: datetime, secrets: PersonSecret) -> None:
    if own.revoked_at is None:
        store.revoke(connection, own.id, by=by, at=at)
        _tell(connection, "machine-revoked", own, by=by, at=at, secrets=secrets)


def _key_of(connection: Connection, machine: Machine, thumbprint: str) -> MachineKey:
    for one in store.list_keys(connection, machine.id):
        if one.thumbprint == thumbprint:
            return one
    raise SluisError(
        "machine-key-unknown",
        msg("Dit systeem heeft zo'n sleutel niet."),
        remedy=msg("Kies een sleutel uit de lijst van het systeem."),
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
        "key-known", what, clause=SECURITY, remedy=msg("Maak een nieuw sleutelpaar: elke sleutel dient één systeem.")
    )


def _term_wrong() -> SluisError:
    return SluisError(
        "machine-term",
        msg("De laatste dag is niet juist, of al voorbij."),
        clause=SECURITY,
        remedy=msg("Kies een dag vanaf vandaag, hoogstens vijf jaar later."),
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
