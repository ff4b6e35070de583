"""The demo's Groeipakket: two months of a street, once, for payers that are in the register."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from sluis.agreements.store import list_parties
from sluis.app import Installation
from sluis.authentic.population.generate import generate
from sluis.benefits import store
from sluis.benefits.money.accounts import PAYERS
from sluis.channels.demo.grants import publish_months
from sluis.database import Database
from sluis.kernel.month import Month
from sluis.settings import Settings

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_the_demo_publishes_the_last_two_months_with_known_amounts_and_a_second_time_nothing(
    database: Database, tmp_path: Path
) -> None:
    house = Installation.open(Settings(environment="test", fictitious_insz=True, home=tmp_path), database)
    generate(children=60, seed=1, out=tmp_path / "street", only=("37021",), reference=date(2026, 11, 22))
    first = publish_months(house, tmp_path / "street", at=AT)
    again = publish_months(house, tmp_path / "street", at=AT)
    assert first == again
    assert (first.first, first.last, first.undecided) == (Month(2026, 7), Month(2026, 8), 0)
    assert first.children > 50
    with database.transaction() as connection:
        runs = store.list_runs(connection)
        assert [run.month for run in runs] == [2026 * 12 + 7, 2026 * 12 + 6]
        assert {each["payer"] for each in runs[0].overview["payers"]} <= set(PAYERS)
        assert runs[0].overview["statement"]["holds"]


def test_the_five_payers_are_in_the_register_and_their_numbers_stay_open(database: Database) -> None:
    with database.transaction() as connection:
        found = {party.id: party for party in list_parties(connection) if party.id in PAYERS}
    assert {code: party.name for code, party in found.items()} == PAYERS
    assert all(party.kbo is None and party.ovo is None for party in found.values())
