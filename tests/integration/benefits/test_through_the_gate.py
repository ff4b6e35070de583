"""A family's facts pass the gate under the payer's agreement, leave evidence, and are refused with a clause."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from sluis.agreements.actions import revoke_agreement
from sluis.authentic.family import FamilyFactsSource
from sluis.authentic.population.generate import generate
from sluis.benefits.family_facts import family_tables
from sluis.benefits.schema import TABLES
from sluis.benefits.tables import read_directory, tables_of_rows
from sluis.benefits.through_the_gate import ASKED, FactsToday, ask_family, read_records
from sluis.benefits.whatif.family import Facts, facts_of
from sluis.database import Database
from sluis.kernel.insz import Insz
from sluis.kernel.outcome import Reason
from sluis.ledger.reading import entries_of_person
from sluis.web.people import SignedIn
from tests.integration.benefits.family_world import gate_over, settle
from tests.integration.benefits.test_publishing import AT, KID, MUM, SECRET, write
from tests.integration.benefits.test_publishing import facts_of as some_facts

BORN = {MUM: date(1990, 1, 15), KID: date(2021, 2, 3)}
INE = SignedIn(id="ine", name="Ine", party="infino", party_name="Infino", roles=frozenset({"officer"}))
FAAS = SignedIn(id="faas", name="Faas", party="fons", party_name="Fons", roles=frozenset({"officer"}))


@pytest.fixture
def folder(tmp_path: Path, database: Database) -> Path:
    settle(database, BORN, officers={"Ine": "infino"})
    return write(tmp_path / "facts", some_facts((KID, BORN[KID])))


def frozen() -> Facts:
    return facts_of(tables_of_rows(some_facts((KID, BORN[KID]))))


def ask(database: Database, folder: Path, by: SignedIn = INE, payer: str = "infino") -> FactsToday | tuple[Reason, ...]:
    with database.transaction() as connection:
        return ask_family(connection, gate_over(folder), by=by, payer=payer, frozen=frozen(), at=AT)


def kinds(database: Database, person: Insz) -> list[tuple[str, str, str | None]]:
    with database.transaction() as connection:
        told = [each.recorded.entry for each in entries_of_person(connection, person, secrets=SECRET)]
    return [(entry.kind, entry.party, entry.agreement.id if entry.agreement else None) for entry in told]


def test_facts_pass_under_the_agreement_and_everyone_in_the_family_finds_the_entry(
    database: Database, folder: Path
) -> None:
    answer = ask(database, folder)
    assert isinstance(answer, FactsToday)
    assert answer.changed == ()
    assert answer.facts.rows == frozen().rows
    for person in (MUM, KID):
        assert kinds(database, person) == [("release", "infino", "groeipakket-gegevens-infino")]


def test_what_changed_since_the_run_is_named_by_its_register_and_stands_in_the_facts_of_today(
    database: Database, folder: Path
) -> None:
    moved = pl.read_parquet(folder / "residences.parquet").with_columns(nis=pl.lit("44021"))
    moved.write_parquet(folder / "residences.parquet")
    answer = ask(database, folder)
    assert isinstance(answer, FactsToday)
    assert [str(each) for each in answer.changed] == ["het Rijksregister"]
    assert {row["nis"] for row in answer.facts["residences"]} == {"44021"}


def test_without_role_or_agreement_nothing_passes_and_the_reason_has_its_clause(
    database: Database, folder: Path
) -> None:
    strangers = [ask(database, folder, by=FAAS, payer="fons"), ask(database, folder, by=INE, payer="fons")]
    with database.transaction() as connection:
        revoke_agreement(
            connection, agreement="groeipakket-gegevens-infino", party="infino", by="x", at=AT, reason="proef"
        )
    for answer in (*strangers, ask(database, folder)):
        assert isinstance(answer, tuple)
        assert all(reason.clause and reason.remedy for reason in answer)
    assert isinstance(strangers[0], tuple)
    assert {reason.code for reason in strangers[0]} == {"actor-without-role"}
    assert {kind for kind, _, _ in kinds(database, KID)} == {"refusal"}


def test_the_source_tells_the_very_rows_of_the_register_and_only_the_tables_that_are_asked(
    tmp_path: Path, database: Database
) -> None:
    generate(children=40, seed=3, out=tmp_path, only=("37021",))
    tables = read_directory(tmp_path)
    child = tables["beneficiaries"].select("child").collect()["child"][0]
    family = facts_of(family_tables(tables, child))
    people = [Insz(row["id"]) for row in family["persons"]]
    source = FamilyFactsSource(tmp_path, portion=2)
    with database.transaction() as connection:
        found = [
            record
            for portion in source.read(connection, subjects=people, items=source.items, reference=AT.date(), since=None)
            for record in portion
        ]
        few = [
            record
            for portion in source.read(
                connection,
                subjects=[*people[:1], Insz("0" * 11)],
                items=frozenset({"persons"}),
                reference=AT.date(),
                since=AT.date() - timedelta(days=1),
            )
            for record in portion
        ]
    read = read_records(found)
    for table in ASKED:
        assert sorted(map(repr, read[table])) == sorted(
            map(repr, family[table] if table != "organisations" else read[table])
        ), table
    assert [set(record.values) for record in few] == [{"persons"}]
    assert set(source.items) == {table.replace("_", "-") for table in ASKED}
    assert set(ASKED) <= set(TABLES)
