"""A run before the people who use it: once, whole or not at all, and found by everybody whom it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest

from sluis.benefits import store
from sluis.benefits.grants.book import GrantBook
from sluis.benefits.grants.from_law import deciding
from sluis.benefits.grants.running import GrantRun
from sluis.benefits.publishing import Published, publish
from sluis.benefits.tables import tables_of_rows
from sluis.database import Connection, Database
from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.ledger.persons import PersonSecret
from sluis.ledger.reading import entries_of_person
from tests.integration.gate.house import number

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAY = Month(2024, 5)
SECRET = PersonSecret(b"s" * 32)
MUM, KID, BABY = number(3, born=date(1990, 1, 15)), number(5, born=date(2021, 2, 3)), number(7, born=date(2024, 4, 9))
STRANGER = number(9, born=date(1980, 5, 5))
BENEFITS = ("basisbedrag", "sociale_toeslag")


def facts_of(*kids: tuple[str, date]) -> dict[str, list[dict[str, Any]]]:
    begin = date(2015, 1, 1)
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("persons", "residences", "households", "parentage", "beneficiaries")
    }
    for person, born, since in ((MUM, date(1990, 1, 15), begin), *((kid, born, born) for kid, born in kids)):
        rows["persons"].append({"id": person, "born": born})
        rows["residences"].append({"person": person, "region": "VL", "nis": "37018", "from": since})
        rows["households"].append({"person": person, "household": "h1", "from": since})
    for kid, born in kids:
        rows["parentage"].append({"child": kid, "parent": MUM, "kind": "birth", "from": born})
        rows["beneficiaries"].append({"child": kid, "person": MUM, "role": "begunstigde", "from": born})
    return rows


def write(folder: Path, rows: Mapping[str, list[dict[str, Any]]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables_of_rows(rows).frames.items():
        frame.collect().write_parquet(folder / f"{name}.parquet")
    pl.DataFrame(
        {"person": [MUM, KID], "given_name": ["An", "Jo"], "family_name": ["de %Wit_", "Peeters"]}
    ).write_parquet(folder / "names.parquet")
    pl.DataFrame({"person": [MUM], "payer": ["infino"], "from": [date(2020, 1, 1)]}).write_parquet(
        folder / "payers.parquet"
    )
    return folder


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    return write(tmp_path / "facts", facts_of((KID, date(2021, 2, 3))))


@pytest.fixture
def book(tmp_path: Path, facts: Path) -> GrantBook:
    book = GrantBook(tmp_path / "book")
    run(book, facts, MAY)
    return book


def run(book: GrantBook, facts: Path, month: Month) -> None:
    GrantRun(decide=deciding(BENEFITS), law={"rules": "test"}, once=frozenset()).run(book, facts, month)


def put(connection: Connection, book: GrantBook, at_run: int, beside: Path | None = None) -> Published:
    return publish(connection, book, at_run, beside=beside, party="vutg", by="machine-1", at=AT, secrets=SECRET)


def test_a_run_is_published_once_however_often_it_is_asked(database: Database, book: GrantBook, facts: Path) -> None:
    with database.transaction() as connection:
        first = put(connection, book, 1, facts)
    with database.transaction() as connection:
        again = put(connection, book, 1, facts)
        lines = store.lines_of_children(connection, [KID])
    assert (first.is_repeat, again.is_repeat, again.lines) == (False, True, first.lines)
    assert [(line.benefit, line.amount_cents) for line in lines if line.benefit == "basisbedrag"] == [
        ("basisbedrag", 17666)
    ]
    assert any(line.status == "undecided" and line.amount_cents is None for line in lines)


def test_everybody_of_the_run_finds_its_one_entry_and_a_stranger_does_not(
    database: Database, book: GrantBook, facts: Path
) -> None:
    with database.transaction() as connection:
        put(connection, book, 1, facts)
    with database.transaction() as connection:
        run_ = store.find_run(connection, 1)
        assert run_ is not None
        for person in (MUM, KID):
            found = entries_of_person(connection, person, secrets=SECRET)
            assert [each.recorded.id for each in found] == [run_.entry]
            assert [each.recorded.entry.kind for each in found] == ["grants-published"]
        assert entries_of_person(connection, STRANGER, secrets=SECRET) == []


def test_a_publication_that_is_killed_half_way_has_left_nothing(
    database: Database, book: GrantBook, facts: Path
) -> None:
    def killed() -> None:
        with database.transaction() as connection:
            put(connection, book, 1, facts)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    with database.transaction() as connection:
        assert store.find_run(connection, 1) is None
        assert store.lines_of_children(connection, [KID]) == []
        assert entries_of_person(connection, MUM, secrets=SECRET) == []
        assert put(connection, book, 1, facts).is_repeat is False


def test_what_was_known_at_an_earlier_run_stays_to_be_seen(database: Database, book: GrantBook, tmp_path: Path) -> None:
    later = write(tmp_path / "later", facts_of((KID, date(2021, 2, 3)), (BABY, date(2024, 4, 9))))
    run(book, later, MAY + 1)
    with database.transaction() as connection:
        put(connection, book, 1)
        put(connection, book, 2)
        assert store.lines_of_children(connection, [BABY], at_run=1) == []
        known = [each for each in store.lines_of_children(connection, [BABY]) if each.benefit == "basisbedrag"]
        assert [(each.month, each.change) for each in known] == [(24293, "new"), (24292, "corrected")]
        assert store.children_of_file(connection, KID) == sorted((KID, BABY))
        assert store.children_paid_to(connection, [MUM]) == sorted((KID, BABY))


def test_runs_are_published_in_their_order(database: Database, book: GrantBook, facts: Path) -> None:
    run(book, facts, MAY + 1)
    with database.transaction() as connection, pytest.raises(SluisError) as refused:
        put(connection, book, 2)
    assert refused.value.code == "run-out-of-order"


def test_a_run_that_somebody_changed_is_not_published(database: Database, book: GrantBook) -> None:
    path = book.directory / "runs" / "0001" / "decisions.parquet"
    pl.read_parquet(path).with_columns(amount_cents=pl.lit(1, dtype=pl.Int64)).write_parquet(path)
    with database.transaction() as connection, pytest.raises(SluisError) as refused:
        put(connection, book, 1)
    assert refused.value.code == "run-differs"


def test_a_person_is_found_by_the_beginning_of_the_name_at_the_own_payer_only(
    database: Database, book: GrantBook, facts: Path
) -> None:
    def names(payer: str, family_name: str, given_name: str = "") -> list[str]:
        found = store.search_persons(connection, family_name=family_name, given_name=given_name, payer=payer)
        return [each.name for each in found]

    with database.transaction() as connection:
        put(connection, book, 1, facts)
        assert names("infino", "de %w") == ["An de %Wit_"]
        assert names("infino", "peet", "jo") == ["Jo Peeters"]
        assert names("infino", "%") == []
        assert names("fons", "de") == []


def test_the_queue_tells_by_what_is_missing_and_a_question_is_asked_once(
    database: Database, book: GrantBook, facts: Path
) -> None:
    with database.transaction() as connection:
        put(connection, book, 1, facts)
        counts = store.open_counts(connection, 1, payer="infino")
        assert {(benefit, status) for benefit, status, _, _ in counts} == {("sociale_toeslag", "undecided")}
        assert store.open_counts(connection, 1, payer="fons") == []
        doubt = counts[0][2]
        (case,), more = store.open_cases(connection, 1, doubt=doubt, payer="infino", page=1, per_page=10)
        assert (case.asked_at, more) == (None, False)
        asked: dict[str, Any] = {"child": KID, "benefit": "sociale_toeslag", "month": case.line.month, "lacks": doubt}
        assert store.insert_question(connection, **asked, by="me", at=AT)
        assert not store.insert_question(connection, **asked, by="me", at=AT)
        (case,), _ = store.open_cases(connection, 1, doubt=doubt, payer="infino", page=1, per_page=10)
        assert case.asked_at == AT


def test_the_application_cannot_change_what_was_published(database: Database, book: GrantBook, facts: Path) -> None:
    with database.transaction() as connection:
        put(connection, book, 1, facts)
    for statement in (
        "UPDATE benefit_line SET amount_cents = 0",
        "DELETE FROM benefit_line",
        "DELETE FROM benefit_run",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction() as connection:
            connection.execute(statement)


def test_the_overview_adds_up_to_the_lines(database: Database, book: GrantBook, facts: Path) -> None:
    with database.transaction() as connection:
        put(connection, book, 1, facts)
        run_ = store.find_run(connection, 1)
    assert run_ is not None
    assert sum(each["amount_cents"] for each in run_.overview["benefits"]) == 17666
    assert run_.overview["payers"] == [{"payer": "infino", "due_cents": 17666, "children": 1}]
    assert run_.overview["municipalities"] == [{"nis": "37018", "due_cents": 17666, "children": 1}]
