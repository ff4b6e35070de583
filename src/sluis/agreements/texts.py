"""How a text is kept: its canonical bytes, who its parties are, what it rests on."""

from __future__ import annotations

from datetime import datetime

from sluis.agreements import store
from sluis.agreements.laws import keep_grounds
from sluis.agreements.model import Agreement
from sluis.agreements.reading import check_agreement
from sluis.agreements.steps import PROTOCOL, check_is_party
from sluis.agreements.text import canonical, hash_of
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg


def keep_text(connection: Connection, agreement: Agreement, *, party: str, at: datetime) -> str:
    """Keep a text that may become an agreement of this party, and return its hash.

    Refuses a text with mistakes, a template, a body that the register does not know, and who is no party.
    """
    check_draft(agreement)
    registered = registered_bodies(connection, agreement)
    check_is_party(party, registered)
    return add_text(connection, agreement, registered, at=at)


def add_text(connection: Connection, agreement: Agreement, registered: frozenset[str], *, at: datetime) -> str:
    """Keep the bytes of a text and what it rests on; return its hash."""
    digest = hash_of(agreement)
    store.add_text(connection, digest=digest, canonical=canonical(agreement), at=at)
    keep_grounds(connection, {digest: agreement})
    return digest


def check_draft(agreement: Agreement) -> None:
    """Refuse a text with mistakes, and one that is still a template."""
    problems = check_agreement(agreement)
    if agreement.is_template or problems:
        what = problems[0].what if problems else msg("Dit is een standaardovereenkomst, geen ingevulde overeenkomst.")
        remedy = problems[0].remedy if problems else msg("Vul ze eerst in: sluis agreements complete.")
        raise SluisError("draft-not-valid", what, remedy=remedy, clause=PROTOCOL)


def registered_bodies(connection: Connection, agreement: Agreement) -> frozenset[str]:
    """Return the registered bodies of the text; a body that the register does not know is refused."""
    bodies: set[str] = set()
    for party in agreement.parties:
        if party.body is None:
            continue
        found = store.find_party(connection, party.body)
        if found is None or found.id != party.body:
            raise SluisError(
                "party-not-registered",
                msg("‘{body}’ staat niet in het register van partijen.", body=party.body),
                remedy=msg("Kies een kenmerk uit het register: sluis agreements parties."),
                clause=PROTOCOL,
            )
        bodies.add(found.id)
    return frozenset(bodies)


def signing_bodies(agreement: Agreement) -> frozenset[str]:
    """Return the registered bodies for which somebody signs."""
    signing = {name for signatory in agreement.signatories for name in signatory.signs_for}
    return frozenset(party.body for party in agreement.parties if party.id in signing and party.body is not None)
