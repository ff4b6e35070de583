"""A sandbox: a fictional party with an agreement in force over fictional people, for who wants to try the API.

Only where a setting allows it, and never in production. After some days its machine is revoked and its agreement ends;
what it did stays in the evidence, as everything does.
"""

from __future__ import annotations

import hashlib
import json
import secrets as randomness
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey

from sluis.agreements import store as agreements
from sluis.agreements.catalogue import example_completion, template
from sluis.agreements.completion import Completion, complete
from sluis.agreements.lifecycle import ENDED, IN_FORCE
from sluis.agreements.model import Agreement
from sluis.agreements.reading import read_part
from sluis.agreements.text import canonical
from sluis.database import Connection, Database
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.ledger.actions import record
from sluis.ledger.entry import AgreementText, Entry
from sluis.ledger.persons import PersonSecret
from sluis.machines import store
from sluis.machines.actions import register_fictional, revoke_fictional
from sluis.machines.guard import TURN_SECONDS
from sluis.machines.keys import PublicKey, described
from sluis.machines.model import CHANNEL, ROLE
from sluis.settings import Settings

LEG, PURPOSE = "answer", "automatic-allowance"
_MOST_SANDBOXES = 500
_BY = "sandbox"
_TEMPLATE = "sociale-toeslag-lijst"


@dataclass(frozen=True, slots=True)
class Opened:
    """A sandbox as it is shown, once: the private key is not kept."""

    party: str
    machine: str
    agreement: str
    thumbprint: str
    until: datetime
    private_pem: str | None = field(repr=False, default=None)


def is_offered(settings: Settings) -> bool:
    """Return whether this installation has sandboxes."""
    return settings.environment != "production" and (settings.sandbox or settings.environment in ("demo", "test"))


def open_sandbox(
    connection: Connection, *, key: PublicKey | None, days: int, at: datetime, secrets: PersonSecret
) -> Opened:
    """Make a fictional party with a machine and an agreement in force; without a key, one is made and shown once."""
    if store.count_sandboxes(connection) >= _MOST_SANDBOXES:
        raise SluisError(
            "sandboxes-full",
            msg("Er zijn nu te veel proefpartijen."),
            remedy=msg("Probeer het morgen opnieuw: ze worden na enkele dagen opgeruimd."),
        )
    pem = None
    if key is None:
        private = ec.generate_private_key(ec.SECP256R1())
        key = described(ECKey(private, private))
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    until = at + timedelta(days=days)
    party = f"proef-{_letters(10)}"
    agreements.add_party(
        connection, agreements.PartyRow(party, "sandbox", f"Proefpartij {party[-4:]} (fictief)", None, None, "nl", None)
    )
    registered = register_fictional(
        connection, party=party, name="Proefsysteem", key=key, at=at, secrets=secrets, reason=_BY
    )
    agreement, digest = _agree(connection, party, at=at, until=day_of(until))
    store.insert_sandbox(connection, store.Sandbox(party, registered.machine.id, agreement, until))
    _tell(connection, "sandbox-opened", party, AgreementText(agreement, digest), at=at, secrets=secrets)
    return Opened(party, registered.machine.id, agreement, key.thumbprint, until, pem)


def tidy(database: Database, *, at: datetime, secrets: PersonSecret) -> int:
    """Remove what no longer counts, and close the sandboxes whose time is over; return how many."""
    with database.transaction() as connection:
        store.remove_expired(connection, at=at, turn=int(at.timestamp()) // TURN_SECONDS - 1)
        overdue = store.take_overdue_sandboxes(connection, at=at)
        for one in overdue:
            revoke_fictional(connection, machine=one.machine, party=one.party, by=_BY, at=at, secrets=secrets)
            state = agreements.lock_agreement(connection, one.agreement)
            agreements.set_state(connection, agreement=one.agreement, state=ENDED, at=at)
            text = None if state is None else AgreementText(one.agreement, state.text_hash)
            _tell(connection, "sandbox-closed", one.party, text, at=at, secrets=secrets)
    return len(overdue)


def _letters(count: int) -> str:
    """Return random letters: no number of a person can come about in them."""
    return "".join(randomness.choice("abcdefghijkmnopqrstuvwxyz") for _ in range(count))


def _agree(connection: Connection, party: str, *, at: datetime, until: date) -> tuple[str, str]:
    """Put the sandbox's text into force past the verbs: nobody signs for a party that does not exist."""
    code = f"{party}-toeslag"
    text = _text(code, party, day=day_of(at), until=until)
    digest = hashlib.sha256(text).hexdigest()
    agreements.add_text(connection, digest=digest, canonical=text, at=at)
    agreements.add_agreement(
        connection,
        agreement=code,
        template=None,
        title="Proefovereenkomst (fictief)",
        digest=digest,
        in_force_from=day_of(at),
        until=until,
        state=IN_FORCE,
        at=at,
    )
    agreements.add_parties(connection, agreement=code, digest=digest, parties=frozenset({party}))
    return code, digest


def _text(code: str, party: str, *, day: date, until: date) -> bytes:
    """Return the standard agreement as a sandbox has it: for systems, along the API, as often as is needed."""
    completion, problems = read_part(Completion, example_completion(_TEMPLATE))
    made = complete(template(_TEMPLATE), completion) if isinstance(completion, Completion) else problems
    if not isinstance(made, Agreement):
        raise TypeError("the example of the standard agreement is complete")
    text: dict[str, Any] = json.loads(canonical(made))
    text |= {"id": code, "title": dict.fromkeys(text["title"], "Proefovereenkomst (fictief)")}
    text["term"] |= {"in_force_from": day.isoformat(), "until": until.isoformat()}
    for one in text["parties"]:
        if one["id"] == "lokaal-bestuur":
            one |= {"body": party, "name": "Proefpartij (fictief)"}
    for leg in text["legs"].values():
        leg |= {"channels": [CHANNEL], "roles": [ROLE]}
        leg["periodicity"] = {"kind": "unlimited", "reason": "Om de API te proberen."}
        leg["subjects"]["territory"] = "everywhere"
    text["legs"][LEG]["facts_from"] = date(day.year - 1, 1, 1).isoformat()
    return rfc8785.dumps(text)


def _tell(
    connection: Connection, kind: str, party: str, text: AgreementText | None, *, at: datetime, secrets: PersonSecret
) -> None:
    entry = Entry(at=at, kind=kind, party=party, actor=_BY, correlation=str(uuid4()), outcome="done", agreement=text)
    record(connection, entry=entry, subjects={}, secrets=secrets)
