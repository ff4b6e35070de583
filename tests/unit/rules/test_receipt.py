"""Receipts: the same hashes, the same outcomes."""

from datetime import date

import polars as pl
import pytest

from sluis.kernel.month import Month
from sluis.rules import InForce, Parameters, parameters_of
from sluis.rules.nodes import Scalar
from sluis.rules.receipt import Receipt, engine_digest, file_digest, receipt_of, rows_digest, table_digest
from tests.unit.rules.families import child
from tests.unit.rules.test_engines import table
from tests.unit.rules.waterland import MARCH_2023, waterland

BOOK = waterland()
LAW = BOOK.at(MARCH_2023)


def receipt(rows: list[dict[str, Scalar]], law: InForce = LAW) -> Receipt:
    return receipt_of(law, rows_digest(law, rows))


def test_the_same_run_has_the_same_receipt_whatever_the_order_of_rows():
    rows = [child("ann"), child("bob")]
    assert receipt(rows) == receipt(rows[::-1])
    assert receipt(rows).as_json()["digest"] == receipt(rows, waterland().at(MARCH_2023)).digest


def test_every_part_of_a_run_is_in_its_receipt():
    before = receipt([child("ann")])
    assert receipt([child("ann", income=1)]).inputs != before.inputs
    assert receipt([child("ann")], BOOK.at(Month(2023, 4))).digest != before.digest
    assert receipt([child("ann")], BOOK.at(MARCH_2023, refuse_weak=True)).digest != before.digest
    other = "tide_amount: {unit: EUR, article: art. 3, values: [{from: 2019-01, value: 1.00, confidence: derived}]}"
    changed = BOOK.parameters.changed_by(Parameters(parameters_of(other, instrument="Getijdenwet")))
    law = BOOK.with_parameters(changed).at(MARCH_2023)
    assert receipt([child("ann")], law).parameters != before.parameters
    assert receipt([child("ann")], law).rules == before.rules


def test_the_engine_knows_its_own_source():
    assert len(engine_digest()) == 64


@pytest.mark.parametrize(
    "change", [{"born": date(2013, 1, 16)}, {"boats": None}, {"polder": "nor"}, {"below_sea": None}]
)
def test_a_table_has_one_hash_however_it_is_stored_and_another_for_other_facts(change, tmp_path):
    rows = [child("ann"), child("bob")]
    plain = table_digest(table(LAW, rows), "child")
    turned = table(LAW, rows[::-1]).select(reversed(table(LAW, rows).columns))
    turned.with_columns(pl.col("polder").cast(pl.Categorical), pl.col("boats").cast(pl.Int8)).write_parquet(
        tmp_path / "facts.parquet"
    )
    assert table_digest(pl.read_parquet(tmp_path / "facts.parquet"), "child") == plain
    assert table_digest(table(LAW, [child("ann", **change), child("bob")]), "child") != plain
    assert len(file_digest(tmp_path / "facts.parquet")) == 64
