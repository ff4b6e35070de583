"""What is asked back: nothing is taken without a decision, and every decision has its reason, clause and evidence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import psycopg
import pytest

from sluis.agreements.store import find_party
from sluis.benefits import store
from sluis.benefits.grants.book import GrantBook
from sluis.benefits.money.desk import PayDesk, Payees
from sluis.benefits.publishing import publish
from sluis.benefits.recovery import REASONS, Decision, OpenClaim, decide_recovery, open_claims, write_decisions_beside
from sluis.benefits.running import Switches, run_month
from sluis.database import Database
from sluis.kernel.errors import SluisError
from sluis.ledger.reading import entries_of_person
from tests.integration.benefits.test_publishing import AT, BABY, KID, MAY, MUM, SECRET, facts_of, write

KIDS = ((KID, date(2021, 2, 3)), (BABY, date(2024, 4, 9)))
TEST = Switches(with_test_accounts=True)


def a_claim(database: Database, folder: Path) -> tuple[Path, Path]:
    """Return a book with a claim (a move that became known late), published, and the facts of its last run."""
    book = folder / "groeipakket"
    run_month(write(folder / "facts", facts_of(*KIDS)), MAY, book, TEST)
    moved = facts_of(*KIDS)
    stay = next(row for row in moved["residences"] if row["person"] == KID)
    moved["residences"].remove(stay)
    moved["residences"] += [
        {**stay, "to": date(2024, 4, 15)},
        {"person": KID, "region": "BR", "nis": "21004", "from": date(2024, 4, 16)},
    ]
    late = write(folder / "late", moved)
    run_month(late, MAY + 1, book, TEST)
    with database.transaction() as connection:
        for number in (1, 2):
            publish(connection, GrantBook(book), number, beside=late, party="vutg", by="m", at=AT, secrets=SECRET)
    return book, late


def decide(database: Database, book: Path, decision: Decision, *, party: str = "infino") -> OpenClaim:
    with database.transaction() as connection:
        return decide_recovery(connection, book, decision, party=party, by="ine", at=AT, secrets=SECRET)


def paid(book: Path, run: int) -> list[int]:
    payments = PayDesk(GrantBook(book), Payees.unknown()).payments()
    return sorted(row["amount_cents"] for row in payments.iter_rows(named=True) if row["run"] == run)


def test_a_plan_and_a_waiver_count_in_the_next_run_and_everyone_concerned_finds_them(
    database: Database, tmp_path: Path
) -> None:
    book, late = a_claim(database, tmp_path)
    (claim,) = open_claims(book)
    assert (claim.open_cents, claim.plan_cents, claim.payee) == (17_666, 0, MUM)
    assert [(part.child, part.month, part.cents) for part in claim.parts] == [(KID, 2024 * 12 + 4, 17_666)]
    before = sum(paid(book, 2))
    for cents in (9_000, 5_000):
        decide(database, book, Decision(claim.claim, "plan", cents, "agreed"))
    with database.transaction() as connection:
        assert write_decisions_beside(connection, book) == 1
        assert write_decisions_beside(connection, book) == 0
    run_month(late, MAY + 2, book, TEST)
    assert sum(paid(book, 3)) == before + 2_208 - 5_000  # in July there is a school bonus too
    assert [one.open_cents for one in open_claims(book)] == [12_666]
    decide(database, book, Decision(claim.claim, "waiver", 12_666, "good-faith", "een toelichting"))
    with database.transaction() as connection:
        write_decisions_beside(connection, book)
        for person in (MUM, KID):
            entries = [each.recorded.entry for each in entries_of_person(connection, person, secrets=SECRET)]
            decided = [entry for entry in entries if entry.kind.startswith("recovery-")]
            assert sorted(entry.kind for entry in decided) == [*["recovery-planned"] * 2, "recovery-waived"]
            assert {(entry.party, entry.actor) for entry in decided} == {("infino", "ine")}
            assert {ground.code for entry in decided for ground in entry.grounds} == {"agreed", "good-faith"}
        told = store.recoveries_of(connection, [claim.claim])
    assert open_claims(book) == ()
    assert next((one.kind, one.cents, one.note) for one in told) == ("waiver", 12_666, "een toelichting")


def test_a_decision_that_does_not_fit_is_refused_and_leaves_nothing(database: Database, tmp_path: Path) -> None:
    book, _ = a_claim(database, tmp_path)
    (claim,) = open_claims(book)
    wrong = [
        (Decision(claim.claim, "waiver", 17_667, "good-faith"), "infino"),
        (Decision(claim.claim, "waiver", 0, "good-faith"), "infino"),
        (Decision(claim.claim, "plan", -1, "agreed"), "infino"),
        (Decision(claim.claim, "waiver", 100, "agreed"), "infino"),
        (Decision(claim.claim, "plan", 100, "zomaar"), "infino"),
        (Decision(claim.claim, "plan", 100, "agreed", f"voor {KID}"), "infino"),
        (Decision(claim.claim, "plan", 100, "agreed"), "fons"),
        (Decision("TV202406-0002-00000099", "plan", 100, "agreed"), "infino"),
        (Decision("", "plan", 100, "agreed"), "infino"),
    ]
    for decision, party in wrong:
        with pytest.raises(SluisError) as fault:
            decide(database, book, decision, party=party)
        assert fault.value.code == "recovery-refused"
    with database.transaction() as connection:
        assert store.recoveries(connection) == []
        assert find_party(connection, "infino") is not None
    assert all(reason.clause.instrument == "Groeipakketdecreet" for reason in REASONS.values())


def test_the_application_can_change_no_decision(database: Database, tmp_path: Path) -> None:
    book, _ = a_claim(database, tmp_path)
    (claim,) = open_claims(book)
    decide(database, book, Decision(claim.claim, "plan", 100, "payer-decides"))
    for statement in ("UPDATE benefit_recovery SET cents = 0", "DELETE FROM benefit_recovery"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction() as connection:
            connection.execute(statement)
