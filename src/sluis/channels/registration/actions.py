"""The verbs: register a key or certificate of a party, and remove it. Each leaves its entry in the ledger."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sluis.agreements.store import find_party
from sluis.channels.registration import store
from sluis.channels.registration.model import CHANNELS, Kind, PartyKey
from sluis.database import Connection
from sluis.gate import store as actors
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.ledger.actions import record
from sluis.ledger.entry import Entry
from sluis.ledger.numbers import looks_like_insz
from sluis.ledger.persons import PersonSecret

MACHINE_ROLE = "officer"
"""The role that the machine gets: it asks what an officer of the party may ask, and nothing else."""

_SECURITY = Clause("AVG", "art. 32")
_MANAGER = "access-manager"


def register_key(
    connection: Connection,
    *,
    kind: Kind,
    party: str,
    fingerprint: str,
    content: bytes,
    name: str,
    evidence: str,
    by: str,
    at: datetime,
    secrets: PersonSecret,
    address: str | None = None,
) -> PartyKey:
    """Let a machine of the party come in by this key. Only the party's access manager can.

    `evidence` says how it was made sure that the key is the party's (a signed letter, a meeting). `name` is what the
    party calls the machine.
    """
    _check_manager(connection, party=party, by=by, on=day_of(at))
    if find_party(connection, party) is None:
        raise unknown_key()
    _check_words(name, evidence)
    actor = f"machine:{CHANNELS[kind]}:{party}:{uuid4().hex[:8]}"
    actors.insert_actor(connection, actors.Actor(actor, "machine", name, party))
    grant = actors.RoleGrant(actor, party, MACHINE_ROLE, day_of(at), None, by, evidence)
    actors.insert_role(connection, grant)
    key = PartyKey(uuid4(), kind, party, actor, fingerprint, content, address, name, evidence, at, by)
    if not store.insert_key(connection, key):
        raise SluisError(
            "key-known",
            msg("Deze sleutel is al geregistreerd."),
            clause=_SECURITY,
            remedy=msg("Maak voor elke machine een eigen sleutelpaar."),
        )
    _write(connection, "channel-key-added", key, by=by, at=at, secrets=secrets)
    return key


def remove_key(
    connection: Connection, *, party: str, key: UUID, because: str, by: str, at: datetime, secrets: PersonSecret
) -> PartyKey:
    """Let a key open nothing from the next request on, and end the role of its machine."""
    _check_manager(connection, party=party, by=by, on=day_of(at))
    found = next((one for one in store.list_keys(connection, party=party) if one.id == key), None)
    if found is None or not store.remove_key(connection, key=key, by=by, because=because[:500], at=at):
        raise unknown_key()
    if not store.has_key_of_actor(connection, found.actor):
        actors.end_role(connection, actor=found.actor, party=party, role=MACHINE_ROLE, on=day_of(at))
    _write(connection, "channel-key-removed", found, by=by, at=at, secrets=secrets)
    return found


def unknown_key() -> SluisError:
    """Return the one error for a key that is not there and for one of another party."""
    return SluisError(
        "key-unknown-here",
        msg("Deze sleutel bestaat niet, of is niet van uw organisatie."),
        remedy=msg("Kies een sleutel uit de lijst van uw organisatie."),
    )


def _check_manager(connection: Connection, *, party: str, by: str, on: date) -> None:
    roles = actors.list_roles(connection, on=on, actor=by)
    if not any(grant.role == _MANAGER and grant.party == party for grant in roles):
        raise SluisError(
            "not-access-manager",
            msg("Alleen de toegangsbeheerder van een partij registreert of verwijdert haar sleutels."),
            clause=_SECURITY,
            remedy=msg("Vraag het aan de toegangsbeheerder van uw organisatie."),
        )


def _check_words(*texts: str) -> None:
    if any(not text.strip() or len(text) > 500 or not text.isprintable() or looks_like_insz(text) for text in texts):
        raise SluisError(
            "key-words",
            msg("Geef een naam en een bewijs in gewone tekens, zonder nummer van een persoon."),
            remedy=msg("Schrijf bijvoorbeeld de naam van de server, en de datum van de ondertekende brief."),
        )


def _write(connection: Connection, kind: str, key: PartyKey, *, by: str, at: datetime, secrets: PersonSecret) -> None:
    entry = Entry(
        at=at,
        kind=kind,
        party=key.party,
        actor=by,
        correlation=str(key.id),
        outcome="done",
        channel=CHANNELS[key.kind],
        details={"machine": key.actor},
    )
    record(connection, entry=entry, subjects={}, secrets=secrets)
