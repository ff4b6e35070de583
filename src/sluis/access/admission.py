"""Who a person is here that came by a door: the body by its KBO or OVO number, the account by the provider's number.

One person has one account per body. The provider says who somebody is and for which body they act; what they may do
stands in the grants of that body's access manager and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sluis.access import store
from sluis.access.policy import APPOINTED
from sluis.agreements.store import find_party
from sluis.database import Connection
from sluis.gate.store import Actor, actor_of_insz, insert_actor
from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import msg
from sluis.web.people import Identity, SignedIn

Find = Callable[[Connection, str], SignedIn | None]


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Admits who a door brought; `find` gives the person with the roles of this moment."""

    find: Find

    def admit(self, connection: Connection, identity: Identity, *, at: datetime) -> SignedIn | Reason:
        """Return the person of an identity, known from now on, or why there is none."""
        if identity.organisation is None:
            actor = None if identity.insz is None else actor_of_insz(connection, identity.insz)
            return (None if actor is None else self.find(connection, actor)) or _citizen_unknown()
        party = find_party(connection, identity.organisation)
        if party is None:
            return _organisation_unknown()
        actor = store.actor_of_identity(
            connection, issuer=identity.issuer, subject=identity.subject, party=party.id
        ) or _first_time(connection, identity, party.id, at)
        return self.find(connection, actor) or _organisation_unknown()

    def by_certificate(self, connection: Connection, fingerprint: bytes) -> SignedIn | None:
        """Return the person for whom this client certificate was registered and confirmed."""
        actor = store.actor_of_certificate(connection, fingerprint)
        return None if actor is None else self.find(connection, actor)


def account_of(*, issuer: str, subject: str, party: str) -> str:
    """Return the id of an account: a digest, so that no number of the provider stands in the ledger or an address."""
    return "p-" + sha256("\n".join((issuer, subject, party)).encode()).hexdigest()[:32]


def _first_time(connection: Connection, identity: Identity, party: str, at: datetime) -> str:
    actor = account_of(issuer=identity.issuer, subject=identity.subject, party=party)
    insert_actor(connection, Actor(actor, "person", identity.name, None))
    store.link_identity(connection, issuer=identity.issuer, subject=identity.subject, party=party, actor=actor, at=at)
    return actor


def _organisation_unknown() -> Reason:
    return Reason(
        "organisation-unknown",
        msg("Uw organisatie staat niet in het register van partijen van Sluis."),
        APPOINTED,
        msg("Meld u aan voor een andere organisatie, of laat uw organisatie eerst aansluiten bij Sluis."),
    )


def _citizen_unknown() -> Reason:
    return Reason(
        "citizen-unknown",
        msg("We kunnen uw eigen gegevens hier niet opzoeken met deze aanmelding."),
        Clause("AVG", "artikel 12, lid 2"),
        msg("Vraag uw gegevens bij de partij die ze gebruikt, of meld u aan namens uw organisatie."),
    )
