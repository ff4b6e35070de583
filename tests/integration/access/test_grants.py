"""Granting, confirming and withdrawing, against a real database: what is held whatever somebody tries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from sluis.access import store
from sluis.access.actions import (
    Evidence,
    Settled,
    appoint_head,
    confirm_certificate,
    confirm_role,
    grant_role,
    refuse_proposal,
    register_certificate,
    withdraw_certificate,
    withdraw_head,
    withdraw_role,
)
from sluis.access.model import Asked, Grant
from sluis.database import Connection, Database
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Refused
from sluis.ledger.persons import PersonSecret

AT = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
TODAY, LATER = date(2026, 10, 5), date(2027, 10, 4)
SECRETS = PersonSecret(b"s" * 32)
EVIDENCE = Evidence(SECRETS, {"supervisor": "vtc", "outreach": "opgroeien-regie"})
WINGENE, TIELT = "gemeente-wingene", "gemeente-tielt"
PRINT = "ab" * 32


@dataclass
class Town:
    """Wingene: a head, two access managers, and people without a role."""

    connection: Connection

    def person(self, name: str, *, party: str = WINGENE, subject: str | None = None) -> str:
        insert_actor(self.connection, Actor(name, "person", name.title(), None))
        store.link_identity(
            self.connection, issuer="i", subject=subject or f"vo_id:{name}", party=party, actor=name, at=AT
        )
        return name

    def hold(self, name: str, role: str, party: str = WINGENE) -> None:
        insert_role(self.connection, RoleGrant(name, party, role, date(2026, 1, 1), None, "operator", "proef"))

    def roles(self, name: str, *, on: date = TODAY, party: str = WINGENE) -> frozenset[str]:
        return store.roles_at(self.connection, actor=name, party=party, on=on)

    def grant(self, asked: Asked, by: str = "manager") -> Settled | Refused:
        return grant_role(self.connection, asked, by=by, at=AT, evidence=EVIDENCE)

    def confirm(self, proposal: UUID, by: str) -> Settled | Refused | None:
        return confirm_role(self.connection, proposal, by=by, party=WINGENE, at=AT, evidence=EVIDENCE)

    def entries(self) -> list[str]:
        rows = self.connection.execute("SELECT convert_from(canonical, 'UTF8')::jsonb ->> 'kind' FROM ledger_entry")
        return sorted(row[0] for row in rows)


@pytest.fixture
def town(database: Database):
    with database.transaction() as connection:
        made = Town(connection)
        for name in ("head", "manager", "second", "an", "bert"):
            made.person(name)
        made.hold("head", "head")
        made.hold("manager", "access-manager")
        made.hold("second", "access-manager")
        yield made


def asked(actor: str = "an", role: str = "social-worker", **others: Any) -> Asked:
    return replace(Asked(actor, WINGENE, role, TODAY, LATER, "nodig voor het werk"), **others)


def codes(done: object) -> set[str]:
    assert isinstance(done, Refused), done
    return {reason.code for reason in done.reasons}


def test_a_light_role_holds_at_once_and_leaves_one_entry(town: Town) -> None:
    done = town.grant(asked())
    assert isinstance(done, Settled)
    assert done.outcome == "granted"
    assert town.roles("an") == {"social-worker"}
    assert town.entries() == ["role-granted"]


@pytest.mark.parametrize("role", ["officer", "dpo", "signatory", "system"])
def test_a_heavy_role_waits_until_somebody_else_confirms(town: Town, role: str) -> None:
    done = town.grant(asked(role=role))
    assert isinstance(done, Settled)
    assert (done.outcome, town.roles("an")) == ("proposed", frozenset())
    assert codes(town.confirm(done.id, "manager")) == {"second-is-same"}
    assert "second-is-same" in codes(town.confirm(done.id, "an"))
    assert "not-yours" in codes(town.confirm(done.id, "bert"))
    assert isinstance(town.confirm(done.id, "second"), Settled)
    assert town.roles("an") == {role}
    assert town.confirm(done.id, "head") is None, "a proposal is decided once"
    assert town.entries() == ["role-granted", "role-proposed"]


def test_the_head_is_a_second_pair_of_eyes_and_anybody_may_say_no(town: Town) -> None:
    one, other = town.grant(asked(role="dpo")), town.grant(asked(role="signatory"))
    assert isinstance(one, Settled)
    assert isinstance(other, Settled)
    assert isinstance(town.confirm(one.id, "head"), Settled)
    refused = refuse_proposal(town.connection, other.id, by="manager", party=WINGENE, at=AT, evidence=EVIDENCE)
    assert refused is True
    assert town.confirm(other.id, "head") is None
    assert town.roles("an") == {"dpo"}


@pytest.mark.parametrize("role", ["officer", "social-worker", "outreach", "access-manager"])
def test_nobody_grants_themselves_anything(town: Town, role: str) -> None:
    assert "own-grant" in codes(town.grant(asked("manager", role)))
    assert "own-grant" in codes(town.grant(asked("head", role), by="head"))


def test_two_accounts_of_one_person_are_one_person(town: Town) -> None:
    town.person("manager-bis", party=TIELT, subject="vo_id:manager")
    town.hold("manager-bis", "social-worker", WINGENE)
    assert codes(town.grant(asked("manager-bis"))) == {"own-grant"}
    # Nor is the other account a second pair of eyes.
    town.hold("manager-bis", "access-manager", WINGENE)
    done = town.grant(asked(role="dpo"))
    assert isinstance(done, Settled)
    assert codes(town.confirm(done.id, "manager-bis")) == {"second-is-same"}


def test_the_database_itself_refuses_what_the_code_would_let_through(database: Database, town: Town) -> None:
    town.person("manager-bis", party=TIELT, subject="vo_id:manager")
    for grant in (
        RoleGrant("manager", WINGENE, "dpo", TODAY, None, "manager", "trucje"),
        RoleGrant("manager-bis", WINGENE, "dpo", TODAY, None, "manager", "trucje"),
    ):
        with pytest.raises(psycopg.errors.CheckViolation), town.connection.transaction():
            insert_role(town.connection, grant)
    for column in ("actor", "role", "party", "granted_by", "purpose", "confirmed_by"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), town.connection.transaction():
            town.connection.execute(f"UPDATE actor_role SET {column} = {column}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), town.connection.transaction():
        town.connection.execute("DELETE FROM actor_role")


def test_only_the_head_appoints_access_managers_and_nothing_else(town: Town) -> None:
    assert codes(town.grant(asked(role="access-manager"))) == {"not-your-role-to-grant"}
    assert isinstance(town.grant(asked(role="access-manager"), by="head"), Settled)
    assert town.roles("an") == {"access-manager"}
    assert codes(town.grant(asked("bert", "social-worker"), by="head")) == {"not-your-role-to-grant"}
    assert codes(town.grant(asked("bert", "head"), by="head")) == {"not-your-role-to-grant"}
    assert codes(town.grant(asked("bert", "access-manager", purpose="iets"), by="head")) == {"purpose-unknown"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"role": "koning"}, "role-unknown"),
        ({"role": "citizen"}, "role-unknown"),
        ({"role": "supervisor"}, "role-unknown"),
        ({"role": "outreach"}, "role-unknown"),
        ({"actor": "niemand"}, "not-of-the-party"),
        ({"purpose": "een-ander-doel"}, "purpose-unknown"),
        ({"since": date(2026, 10, 4)}, "term-wrong"),
        ({"until": date(2026, 10, 4)}, "term-wrong"),
        ({"until": date(9999, 12, 31)}, "term-wrong"),
        ({"since": date(9999, 2, 1), "until": date(9999, 12, 31)}, None),
        ({"reason": "  "}, "reason-missing"),
        ({"reason": "x" * 501}, "reason-missing"),
        ({"reason": "dossier 85.07.30-033.28"}, "reason-missing"),
        ({"reason": "a\x07b"}, "reason-missing"),
    ],
    ids=str,
)
def test_each_rule_of_a_grant_is_held(town: Town, change: dict[str, Any], code: str | None) -> None:
    done = town.grant(asked(**change))
    assert isinstance(done, Settled) if code is None else code in codes(done)
    assert (code is None) == (town.entries() == ["role-granted"])


def test_somebody_of_another_body_grants_nothing_here(town: Town) -> None:
    town.person("buur", party=TIELT)
    town.hold("buur", "access-manager", TIELT)
    assert "not-your-role-to-grant" in codes(town.grant(asked(), by="buur"))
    done = town.grant(asked(role="dpo"))
    assert isinstance(done, Settled)
    assert "not-yours" in codes(town.confirm(done.id, "buur"))
    assert confirm_role(town.connection, done.id, by="buur", party=TIELT, at=AT, evidence=EVIDENCE) is None


def test_who_proposed_must_still_be_access_manager_when_it_is_confirmed(town: Town) -> None:
    done = town.grant(asked(role="dpo"))
    assert isinstance(done, Settled)
    mine = next(one for one in store.list_grants_of(town.connection, actor="manager"))
    withdrawn = withdraw_role(
        town.connection, mine.id, by="head", party=WINGENE, reason="weg", at=AT, evidence=EVIDENCE
    )
    assert isinstance(withdrawn, Grant)
    assert codes(town.confirm(done.id, "second")) == {"not-your-role-to-grant"}
    assert town.roles("an") == frozenset()


def test_a_role_ends_at_once_and_may_be_given_and_taken_again_on_one_day(town: Town) -> None:
    for _ in range(3):
        done = town.grant(asked())
        assert isinstance(done, Settled)
        assert town.roles("an") == {"social-worker"}
        assert codes(town.grant(asked())) == {"role-there-already"}
        gone = withdraw_role(
            town.connection, done.id, by="second", party=WINGENE, reason="klaar", at=AT, evidence=EVIDENCE
        )
        assert isinstance(gone, Grant)
        assert town.roles("an") == frozenset()
        again = withdraw_role(
            town.connection, done.id, by="second", party=WINGENE, reason="x", at=AT, evidence=EVIDENCE
        )
        assert again is None
    assert town.entries().count("role-withdrawn") == 3


def test_a_role_holds_from_its_first_to_its_last_day(town: Town) -> None:
    assert isinstance(town.grant(asked(since=TODAY + timedelta(days=1), until=TODAY + timedelta(days=2))), Settled)
    found = [town.roles("an", on=TODAY + timedelta(days=days)) for days in range(4)]
    assert [bool(roles) for roles in found] == [False, True, True, False]


def test_who_may_withdraw_what(town: Town) -> None:
    done = town.grant(asked(role="access-manager"), by="head")
    assert isinstance(done, Settled)
    head = store.list_grants_of(town.connection, actor="head")[0]

    def withdraw(grant: UUID, by: str, party: str = WINGENE) -> object:
        return withdraw_role(town.connection, grant, by=by, party=party, reason="r", at=AT, evidence=EVIDENCE)

    assert codes(withdraw(done.id, "manager")) == {"not-yours"}
    assert codes(withdraw(done.id, "bert")) == {"not-yours"}
    assert codes(withdraw(head.id, "head")) == {"not-yours"}
    assert withdraw(done.id, "head", TIELT) is None
    assert isinstance(withdraw(done.id, "head"), Grant)


def test_the_operator_appoints_and_withdraws_a_head_on_evidence(town: Town) -> None:
    for evidence, term in (("", LATER), ("besluit", date(2026, 1, 1)), ("85.07.30-033.28", LATER)):
        with pytest.raises(SluisError):
            appoint_head(
                town.connection, asked("an", "x", until=term), name="An", evidence=evidence, at=AT, secrets=SECRETS
            )
    appoint_head(town.connection, asked("an", "x"), name="An", evidence="besluit 12", at=AT, secrets=SECRETS)
    assert town.roles("an") == {"head"}
    assert withdraw_head(town.connection, actor="an", party=WINGENE, evidence="einde", at=AT, secrets=SECRETS)
    assert not withdraw_head(town.connection, actor="an", party=WINGENE, evidence="einde", at=AT, secrets=SECRETS)
    assert town.entries() == ["head-appointed", "head-withdrawn"]


def test_a_grant_without_its_evidence_does_not_happen(database: Database, town: Town) -> None:
    town.connection.commit()
    with database.owner() as owner:
        owner.execute("REVOKE INSERT ON ledger_entry FROM sluis_app")
    with pytest.raises(psycopg.Error), town.connection.transaction():
        town.grant(asked())
    with pytest.raises(psycopg.Error), town.connection.transaction():
        town.grant(asked(role="dpo"))
    assert town.roles("an") == frozenset()
    assert store.list_proposals(town.connection, party=WINGENE) == []


def test_a_certificate_counts_when_its_owner_or_a_second_manager_confirms_it(town: Town) -> None:
    def register(actor: str, by: str, text: str = PRINT) -> object:
        return register_certificate(
            town.connection, fingerprint=text, actor=actor, party=WINGENE, by=by, at=AT, evidence=EVIDENCE
        )

    def confirm(certificate: UUID, by: str) -> object:
        return confirm_certificate(town.connection, certificate, by=by, at=AT, evidence=EVIDENCE)

    assert codes(register("manager", "manager")) == {"not-yours"}
    assert codes(register("an", "bert")) == {"not-yours"}
    assert codes(register("niemand", "manager")) == {"not-yours"}
    assert codes(register("an", "manager", "geen")) == {"fingerprint-wrong"}
    made = register("an", "manager", ":".join([PRINT[i : i + 2].upper() for i in range(0, 64, 2)]))
    assert isinstance(made, UUID)
    assert codes(register("bert", "manager")) == {"certificate-known"}
    assert store.actor_of_certificate(town.connection, bytes.fromhex(PRINT)) is None
    # An access manager cannot become somebody else with a certificate of their own.
    assert codes(confirm(made, "manager")) == {"second-is-same"}
    assert codes(confirm(made, "bert")) == {"not-yours"}
    assert not isinstance(confirm(made, "an"), Refused)
    assert store.actor_of_certificate(town.connection, bytes.fromhex(PRINT)) == "an"
    withdraw_certificate(town.connection, made, by="an", at=AT, evidence=EVIDENCE)
    assert store.actor_of_certificate(town.connection, bytes.fromhex(PRINT)) is None
    assert codes(register("bert", "manager")) == {"certificate-known"}, "a certificate that ended does not come back"
    assert town.entries() == ["certificate-confirmed", "certificate-registered", "certificate-withdrawn"]
