"""The verbs of access: appoint, grant, confirm, withdraw. Each writes its entry of the ledger in the same transaction.

What is judged is read in the transaction that changes it: a role that was withdrawn a moment ago grants nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid4

from sluis.access import store
from sluis.access.model import Asked, Certificate, Grant, Granting, Proposal
from sluis.access.policy import (
    SECURITY,
    can_confirm,
    can_withdraw,
    check_reason,
    needs_second,
    refusals,
    second_must_differ,
)
from sluis.agreements.policy import compile_policy
from sluis.agreements.store import find_party, read_text
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.gate.store import Actor, insert_actor
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause, Reason, Refused
from sluis.kernel.text import msg
from sluis.ledger.actions import record
from sluis.ledger.entry import Detail, Entry
from sluis.ledger.numbers import looks_like_insz
from sluis.ledger.persons import PersonSecret
from sluis.web.rights import HEAD

OPERATOR = "operator"
_FINGERPRINT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Evidence:
    """What every verb needs to leave its entry: the secret of the ledger, and where some roles count only."""

    secrets: PersonSecret
    only_at: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of it: the role holds, or it waits for a second pair of eyes."""

    outcome: Literal["granted", "proposed"]
    id: UUID


def appoint_head(
    connection: Connection, asked: Asked, *, name: str, evidence: str, at: datetime, secrets: PersonSecret
) -> None:
    """Let the operator of the installation write down who heads a party, on what evidence.

    A person who never signed in yet is registered by `name`. Raises `SluisError` for an unknown party, a wrong term or
    evidence that is missing.
    """
    if find_party(connection, asked.party) is None:
        raise _mistake("party-unknown", "party")
    if not evidence.strip() or looks_like_insz(evidence) or not asked.since <= asked.until:
        raise _mistake("evidence-missing", "evidence")
    elsewhere = store.party_of_identity(connection, asked.actor)
    if elsewhere not in {None, asked.party}:
        # One account acts for one body; the same person has another one for this body.
        raise _mistake("account-of-another-party", "party")
    insert_actor(connection, Actor(asked.actor, "person", name, None))
    store.insert_grant(
        connection,
        replace(asked, role=HEAD, reason=evidence),
        since=asked.since,
        until=asked.until,
        by=OPERATOR,
        second=None,
        at=at,
    )
    _write(connection, "head-appointed", asked.party, OPERATOR, _told(replace(asked, role=HEAD)), at, secrets)


def grant_role(connection: Connection, asked: Asked, *, by: str, at: datetime, evidence: Evidence) -> Settled | Refused:
    """Grant a role, or propose it where somebody else must look too; a head appoints access managers so."""
    asked = replace(asked, reason=asked.reason.strip())
    reasons = refusals(_situation(connection, asked, by=by, at=at, evidence=evidence))
    if reasons:
        return Refused(reasons)
    if not needs_second(asked.role):
        made = store.insert_grant(connection, asked, since=asked.since, until=asked.until, by=by, second=None, at=at)
        kind: Literal["granted", "proposed"] = "granted"
    else:
        made = store.insert_proposal(connection, asked, by=by, at=at)
        kind = "proposed"
    if made is None:
        return Refused((_there_already(),))
    _write(connection, f"role-{kind}", asked.party, by, _told(asked), at, evidence.secrets)
    return Settled(kind, made)


def confirm_role(
    connection: Connection, proposal: UUID, *, by: str, party: str, at: datetime, evidence: Evidence
) -> Settled | Refused | None:
    """Be the second pair of eyes: the role holds from now, or from its first day. None when nothing waits there."""
    found = _open_proposal(connection, proposal, party)
    if found is None:
        return None
    today = day_of(at)
    asked = replace(found.asked, since=max(found.asked.since, today))
    reasons = [
        *refusals(_situation(connection, asked, by=found.proposed_by, at=at, evidence=evidence)),
        *_second_reasons(connection, found, by=by, today=today),
    ]
    if reasons:
        return Refused(tuple(reasons))
    made = store.insert_grant(
        connection, asked, since=asked.since, until=asked.until, by=found.proposed_by, second=by, at=at
    )
    store.decide_proposal(connection, proposal, decision="confirmed", by=by, at=at)
    if made is None:
        return Refused((_there_already(),))
    details = {**_told(asked), "proposed_by": found.proposed_by}
    _write(connection, "role-granted", party, by, details, at, evidence.secrets)
    return Settled("granted", made)


def refuse_proposal(
    connection: Connection, proposal: UUID, *, by: str, party: str, at: datetime, evidence: Evidence
) -> Refused | bool:
    """Say no to a proposal; who proposed it takes it back in the same way. False when nothing waits there."""
    found = _open_proposal(connection, proposal, party)
    if found is None:
        return False
    roles = store.roles_at(connection, actor=by, party=party, on=day_of(at))
    same = store.same_person(connection, by, found.asked.actor)
    if not can_confirm(roles) or same:
        return Refused((_not_yours(),))
    store.decide_proposal(connection, proposal, decision="refused", by=by, at=at)
    details = {**_told(found.asked), "proposed_by": found.proposed_by}
    _write(connection, "role-proposal-refused", party, by, details, at, evidence.secrets)
    return True


def withdraw_role(
    connection: Connection, grant: UUID, *, by: str, party: str, reason: str, at: datetime, evidence: Evidence
) -> Refused | Grant | None:
    """Take a role away: it opens nothing from the next click on. None when it is not there or ended already."""
    found = store.find_grant(connection, grant)
    if found is None or found.party != party:
        return None
    today = day_of(at)
    if not can_withdraw(found.role, store.roles_at(connection, actor=by, party=party, on=today)):
        return Refused((_not_yours(),))
    asked = Asked(found.actor, party, found.role, today, today, reason, found.purpose)
    bad = check_reason(_bare(asked, by=by, today=today))
    if bad is not None:
        return Refused((bad,))
    if not store.end_grant(connection, grant, on=today, by=by, reason=reason.strip(), at=at):
        return None
    details = {"person": found.actor, "role": found.role, "purpose": found.purpose}
    _write(connection, "role-withdrawn", party, by, details, at, evidence.secrets)
    return found


def withdraw_head(
    connection: Connection, *, actor: str, party: str, evidence: str, at: datetime, secrets: PersonSecret
) -> bool:
    """Let the operator end the term of a head; False when that person heads nothing there."""
    today, ended = day_of(at), False
    for grant in store.list_grants_of(connection, actor=actor):
        if grant.role == HEAD and grant.party == party and grant.withdrawn_at is None:
            ended |= store.end_grant(connection, grant.id, on=today, by=OPERATOR, reason=evidence, at=at)
    if ended:
        _write(connection, "head-withdrawn", party, OPERATOR, {"person": actor, "role": HEAD}, at, secrets)
    return ended


def register_certificate(
    connection: Connection, *, fingerprint: str, actor: str, party: str, by: str, at: datetime, evidence: Evidence
) -> Refused | UUID:
    """Note the fingerprint of a certificate for a person of the party; it opens nothing before somebody confirms it.

    Else an access manager could sign in as somebody with more roles: by a certificate of their own.
    """
    digest = _fingerprint(fingerprint)
    today = day_of(at)
    reasons = []
    if digest is None:
        reasons.append(_no_fingerprint())
    if not can_confirm(store.roles_at(connection, actor=by, party=party, on=today)):
        reasons.append(_not_yours())
    if store.same_person(connection, by, actor) or store.find_member(connection, party=party, actor=actor) is None:
        reasons.append(_not_yours())
    if reasons or digest is None:
        return Refused(tuple(reasons))
    made = store.insert_certificate(connection, fingerprint=digest, actor=actor, party=party, by=by, at=at)
    if made is None:
        return Refused((_certificate_known(),))
    details = {"person": actor, "fingerprint": digest.hex()}
    _write(connection, "certificate-registered", party, by, details, at, evidence.secrets)
    return made


def confirm_certificate(
    connection: Connection, certificate: UUID, *, by: str, at: datetime, evidence: Evidence
) -> Refused | Certificate | None:
    """Confirm a certificate: its owner, signed in by another door, or another access manager or the head."""
    found = store.lock_certificate(connection, certificate)
    if found is None or found.confirmed_by is not None:
        return None
    if store.same_person(connection, by, found.added_by):
        return Refused(tuple(filter(None, (second_must_differ(is_same=True),))))
    if by != found.actor and not can_confirm(store.roles_at(connection, actor=by, party=found.party, on=day_of(at))):
        return Refused((_not_yours(),))
    store.confirm_certificate(connection, certificate, by=by, at=at)
    details = {"person": found.actor, "fingerprint": found.fingerprint}
    _write(connection, "certificate-confirmed", found.party, by, details, at, evidence.secrets)
    return found


def withdraw_certificate(
    connection: Connection, certificate: UUID, *, by: str, at: datetime, evidence: Evidence
) -> Refused | Certificate | None:
    """Let a certificate open nothing any more: its owner, or an access manager or the head of the party."""
    found = store.lock_certificate(connection, certificate)
    if found is None:
        return None
    roles = store.roles_at(connection, actor=by, party=found.party, on=day_of(at))
    if by != found.actor and not can_confirm(roles):
        return Refused((_not_yours(),))
    store.withdraw_certificate(connection, certificate, at=at)
    details = {"person": found.actor, "fingerprint": found.fingerprint}
    _write(connection, "certificate-withdrawn", found.party, by, details, at, evidence.secrets)
    return found


def purposes_of(connection: Connection, party: str) -> frozenset[str]:
    """Return the purposes in the agreements of a party."""
    return frozenset(
        purpose
        for digest in store.list_texts(connection, party=party)
        for leg in compile_policy(read_text(connection, digest)).legs.values()
        for purpose in leg.purposes
    )


def _situation(connection: Connection, asked: Asked, *, by: str, at: datetime, evidence: Evidence) -> Granting:
    today = day_of(at)
    by_roles = store.roles_at(connection, actor=by, party=asked.party, on=today)
    return Granting(
        asked=asked,
        by=by,
        by_party=asked.party if by_roles else None,
        by_roles=by_roles,
        same_person=store.same_person(connection, by, asked.actor),
        is_member=store.find_member(connection, party=asked.party, actor=asked.actor) is not None,
        purposes=purposes_of(connection, asked.party),
        today=today,
        only_at=tuple(evidence.only_at.items()),
    )


def _bare(asked: Asked, *, by: str, today: date) -> Granting:
    return Granting(asked, by, asked.party, frozenset(), False, True, frozenset(), today)


def _open_proposal(connection: Connection, proposal: UUID, party: str) -> Proposal | None:
    found = store.lock_proposal(connection, proposal)
    return found if found is not None and found.asked.party == party else None


def _second_reasons(connection: Connection, found: Proposal, *, by: str, today: date) -> list[Reason]:
    roles = store.roles_at(connection, actor=by, party=found.asked.party, on=today)
    same = any(store.same_person(connection, by, one) for one in (found.proposed_by, found.asked.actor))
    return [
        *([] if can_confirm(roles) else [_not_yours()]),
        *filter(None, (second_must_differ(is_same=same),)),
    ]


def _fingerprint(text: str) -> bytes | None:
    plain = "".join(text.split()).replace(":", "").lower()
    if len(plain) != 2 * _FINGERPRINT_BYTES or not set(plain) <= set("0123456789abcdef"):
        return None
    return bytes.fromhex(plain)


def _told(asked: Asked) -> dict[str, Detail]:
    return {
        "person": asked.actor,
        "role": asked.role,
        "purpose": asked.purpose,
        "since": asked.since.isoformat(),
        "until": asked.until.isoformat(),
    }


def _write(
    connection: Connection,
    kind: str,
    party: str,
    by: str,
    details: Mapping[str, Detail],
    at: datetime,
    secrets: PersonSecret,
) -> None:
    entry = Entry(
        at=at, kind=kind, party=party, actor=by, correlation=str(uuid4()), outcome="done", details=dict(details)
    )
    record(connection, entry=entry, subjects={}, secrets=secrets)


def _not_yours() -> Reason:
    return Reason(
        "not-yours",
        msg("U mag dit niet doen voor deze persoon."),
        SECURITY,
        msg("Vraag het aan een andere toegangsbeheerder of aan de leidend ambtenaar."),
    )


def _there_already() -> Reason:
    return Reason(
        "role-there-already",
        msg("Deze rol is er al, of wacht al op bevestiging."),
        SECURITY,
        msg("Kijk in het overzicht van rollen. Trek de rol eerst in als u iets wilt veranderen."),
    )


def _no_fingerprint() -> Reason:
    return Reason(
        "fingerprint-wrong",
        msg("Dit is geen vingerafdruk van een certificaat."),
        SECURITY,
        msg("Schrijf de 64 tekens (0 tot 9 en a tot f) van de SHA-256-vingerafdruk."),
    )


def _certificate_known() -> Reason:
    return Reason(
        "certificate-known",
        msg("Dit certificaat is al gebruikt of ingetrokken, en telt maar één keer."),
        SECURITY,
        msg("Gebruik een ander certificaat."),
    )


def _mistake(code: str, about: Literal["party", "evidence"]) -> SluisError:
    if about == "party":
        what = msg("Deze partij staat niet in het register.")
        remedy = msg("Geef het id, het OVO-nummer of het KBO-nummer van een partij uit het register.")
    else:
        what = msg("Het bewijs van de aanstelling ontbreekt, of de periode is niet juist.")
        remedy = msg("Noem het besluit van de aanstelling, zonder nummers van personen, en een einde na het begin.")
    return SluisError(code, what, remedy=remedy, clause=Clause(SECURITY.instrument, SECURITY.article))
