"""A signed paper and a decision come in: kept and counted when in order, else nothing changes."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from sluis.agreements import store
from sluis.agreements.actions import draft_agreement
from sluis.agreements.documents.actions import attach_document
from sluis.agreements.documents.store import dated, document_of, documents_of
from sluis.agreements.signatures import store as trust_store
from sluis.agreements.signatures import trust
from sluis.agreements.signatures.actions import SignedPdfRefused, accept_signed_pdf
from sluis.database import Connection, Database
from sluis.kernel.errors import SluisError
from tests.unit.agreements.documents.test_inspection import a_decision
from tests.unit.agreements.samples import an_agreement
from tests.unit.agreements.signatures.samples import (
    MADE,
    NAMES,
    RECEIVED,
    body_of,
    certificate_of,
    pki,
    signatory_of,
    signed_by,
    signed_by_both,
)

AGREEMENT = an_agreement().id
WINGENE, OPGROEIEN = body_of(NAMES[1]), body_of(NAMES[0])


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def drafted(connection: Connection) -> None:
    draft_agreement(connection, agreement=an_agreement(), party=WINGENE, by="an", at=MADE)


def trusting(connection: Connection) -> None:
    at, keeper = MADE, OPGROEIEN
    trust.trust_certificate(
        connection, kind="root", certificate=pki().root.der, party=keeper, by="jan", reason="proef", at=at
    )
    trust.trust_certificate(
        connection,
        kind="intermediate",
        certificate=pki().intermediate.der,
        party=keeper,
        by="jan",
        reason="proef",
        at=at,
    )
    for listed in pki().revocations(at=RECEIVED):
        trust.add_revocations(connection, revocations=listed, party=keeper, by="jan", at=at)
    for name in NAMES:
        found = signatory_of(name)
        trust.register_signatory(
            connection,
            party=body_of(name),
            name=str(found.name),
            function=str(found.function),
            certificate=certificate_of(name).der,
            by="beheerder",
            reason="bevoegd volgens de beslissing",
            at=at,
        )


def test_a_paper_signed_by_both_lets_both_sign(database: Database) -> None:
    with database.transaction() as connection:
        drafted(connection)
        trusting(connection)
        accepted = accept_signed_pdf(
            connection, agreement=AGREEMENT, pdf=signed_by_both(), party=WINGENE, by="an", at=RECEIVED
        )
        assert [done.state for done in accepted.signed] == ["signing", "signed"]
        signatures = store.signatures(connection, AGREEMENT, accepted.signed[0].text_hash)
        assert {one.party for one in signatures} == {WINGENE, OPGROEIEN}
        assert {one.document for one in signatures} == {accepted.validation.sha256}
        assert {one.signed_by for one in signatures} == {"Jan Janssens (fictief)", "An Peeters (fictief)"}
        (kept,) = documents_of(connection, AGREEMENT)
        assert (kept.kind, kept.party, kept.pages) == ("signed", WINGENE, accepted.validation.pages)
        found = document_of(connection, agreement=AGREEMENT, document=kept.sha256)
        assert found is not None
        assert found[1] == signed_by_both()
        assert "Peeters" not in kept.file_name


def test_what_comes_in_leaves_an_entry_in_the_ledger(database: Database) -> None:
    with database.transaction() as connection:
        drafted(connection)
        trusting(connection)
        accept_signed_pdf(connection, agreement=AGREEMENT, pdf=signed_by_both(), party=WINGENE, by="an", at=RECEIVED)
        rows = connection.execute("SELECT canonical FROM ledger_entry").fetchall()
    kinds = [json.loads(bytes(row[0]))["kind"] for row in rows]
    assert kinds.count("trust-list-changed") == 6
    assert kinds.count("document-signed") == 1
    assert kinds.count("agreement-signed") == 2


def test_papers_signed_one_after_the_other_each_count_once(database: Database) -> None:
    first = signed_by(NAMES[1])
    with database.transaction() as connection:
        drafted(connection)
        trusting(connection)
        one = accept_signed_pdf(connection, agreement=AGREEMENT, pdf=first, party=WINGENE, by="an", at=RECEIVED)
        assert [done.state for done in one.signed] == ["signing"]
        again = accept_signed_pdf(connection, agreement=AGREEMENT, pdf=first, party=WINGENE, by="an", at=RECEIVED)
        assert again.signed == ()
        both = signed_by(NAMES[0], pdf=first)
        two = accept_signed_pdf(connection, agreement=AGREEMENT, pdf=both, party=OPGROEIEN, by="jan", at=RECEIVED)
        assert [done.state for done in two.signed] == ["signed"]


def test_a_paper_with_anything_amiss_changes_nothing(database: Database) -> None:
    with database.transaction() as connection:
        drafted(connection)
        trusting(connection)
    bad = signed_by_both()
    bad = bad[:50_000] + bytes([bad[50_000] ^ 1]) + bad[50_001:]
    with database.transaction() as connection, pytest.raises(SignedPdfRefused) as refusal:
        accept_signed_pdf(connection, agreement=AGREEMENT, pdf=bad, party=WINGENE, by="an", at=RECEIVED)
    assert refusal.value.clause is not None
    assert not refusal.value.validation.is_valid
    with database.transaction() as connection:
        state = store.read_state(connection, AGREEMENT)
        assert state is not None
        assert state.state == "draft"
        assert documents_of(connection, AGREEMENT) == ()
        assert store.signatures(connection, AGREEMENT, state.text_hash) == ()


def test_who_is_no_party_brings_nothing_in(database: Database) -> None:
    with database.transaction() as connection:
        drafted(connection)
        trusting(connection)
        with pytest.raises(SluisError, match="geen partij"):
            accept_signed_pdf(connection, agreement=AGREEMENT, pdf=signed_by_both(), party="vutg", by="x", at=RECEIVED)
        with pytest.raises(SluisError, match="geen partij"):
            attach_document(
                connection, agreement=AGREEMENT, party="vutg", code="beslissing", pdf=a_decision(), by="x", at=RECEIVED
            )


def test_a_signatory_that_was_withdrawn_signs_no_more_but_did(database: Database) -> None:
    with database.transaction() as connection:
        trusting(connection)
        fingerprint = certificate_of(NAMES[1]).fingerprint
        trust.withdraw_signatory(
            connection, party=WINGENE, fingerprint=fingerprint, by="beheerder", reason="uit dienst", at=RECEIVED
        )
        now = trust.trust_list(connection, at=RECEIVED)
        before = trust.trust_list(connection, at=RECEIVED - timedelta(seconds=1))
        assert {one.party for one in now.signatories} == {OPGROEIEN}
        assert {one.party for one in before.signatories} == {OPGROEIEN, WINGENE}
        with pytest.raises(SluisError, match="niet op de vertrouwenslijst"):
            trust.withdraw_signatory(
                connection, party=WINGENE, fingerprint=fingerprint, by="x", reason="nog eens", at=RECEIVED
            )


def test_an_issuer_can_be_removed_and_every_change_is_kept(database: Database) -> None:
    with database.transaction() as connection:
        trusting(connection)
        trust.distrust_certificate(
            connection,
            kind="root",
            fingerprint=pki().root.fingerprint,
            party=OPGROEIEN,
            by="jan",
            reason="gestopt",
            at=RECEIVED,
        )
        assert trust.trust_list(connection, at=RECEIVED).roots == ()
        changes = trust_store.changes(connection)
        assert (changes[0].change, changes[0].kind) == ("remove", "root")
        assert len(changes) == 7


def test_only_lists_of_trusted_issuers_are_taken_in(database: Database) -> None:
    with database.transaction() as connection:
        for listed in (pki().revocations(at=RECEIVED)[0], b"geen lijst"):
            with pytest.raises(SluisError):
                trust.add_revocations(connection, revocations=listed, party=OPGROEIEN, by="jan", at=RECEIVED)


def test_the_certificate_of_a_person_is_no_issuer_and_is_not_kept(database: Database) -> None:
    with database.transaction() as connection:
        with pytest.raises(SluisError, match="van een persoon"):
            trust.trust_certificate(
                connection,
                kind="root",
                certificate=certificate_of(NAMES[0]).der,
                party=OPGROEIEN,
                by="jan",
                reason="vergissing",
                at=MADE,
            )
        trusting(connection)
        kept = [one for one in trust_store.standing(connection, at=RECEIVED) if one.kind == "signatory"]
        assert [one.content for one in kept] == [None, None]


def test_a_decision_is_kept_under_its_hash(database: Database) -> None:
    with database.transaction() as connection:
        drafted(connection)
        for _ in range(2):
            facts = attach_document(
                connection,
                agreement=AGREEMENT,
                party=WINGENE,
                code="beslissing-college",
                pdf=a_decision(),
                by="an",
                at=RECEIVED,
            )
        (kept,) = documents_of(connection, AGREEMENT)
        assert (kept.sha256, kept.pages, kept.kind) == (facts.sha256, 2, "attachment")
        assert kept.file_name == f"{AGREEMENT}-beslissing-college-{facts.sha256[:12]}.pdf"
        state = store.read_state(connection, AGREEMENT)
        assert state is not None
        assert dated(connection, state.text_hash) == MADE


def test_what_is_no_pdf_is_not_kept(database: Database) -> None:
    with database.transaction() as connection:
        drafted(connection)
        for code, pdf in (("beslissing", b"geen pdf"), ("Niet Goed", a_decision())):
            with pytest.raises(SluisError):
                attach_document(
                    connection, agreement=AGREEMENT, party=WINGENE, code=code, pdf=pdf, by="an", at=RECEIVED
                )
        assert documents_of(connection, AGREEMENT) == ()


@pytest.mark.parametrize("table", ["document_content", "agreement_document", "trust_change"])
def test_the_application_cannot_change_what_came_in(database: Database, table: str) -> None:
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET ctid = ctid"):
        with database.transaction() as connection, pytest.raises(psycopg.Error):
            connection.execute(statement.encode())
