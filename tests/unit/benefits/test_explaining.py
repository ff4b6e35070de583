"""Why a child gets what it gets: the chain goes through every book, in words of four languages and as JSON."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from sluis.benefits import packages
from sluis.benefits.case_files import read_case
from sluis.benefits.explaining import explain
from sluis.channels.commands.benefits import app
from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month

CASE = Path(packages.__file__).parent / "leeftijdsbijslag" / "cases" / "gp-r460-next-oldest.yaml"


def test_the_chain_of_an_age_supplement_reaches_into_the_books_before_it() -> None:
    found = {each.json["benefit"]: each.json for each in explain(read_case(CASE).tables, Month(2020, 4), "mid")}
    chain = found["leeftijdsbijslag"]["chain"]
    assert found["leeftijdsbijslag"]["amount"] == "24.92"
    assert {"leeftijdsbijslag", "oudste_van_gezin", "rechtgevend", "sociale_toeslag"} <= {
        each["rule"] for each in chain
    }
    assert chain[0]["article"] == "Groeipakketdecreet, art. 212"
    assert found["basisbedrag"]["amount"] == "0.00"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "leeftijdsbijslag in 2020-04: 24.92 euro."),
        ("fr", "leeftijdsbijslag en 2020-04 : 24.92 euros."),
        ("en", "leeftijdsbijslag in 2020-04: 24.92 euro."),
        ("de", "leeftijdsbijslag in 2020-04: 24.92 Euro."),
    ],
)
def test_the_command_explains_in_the_language_that_is_asked(language: str, sentence: str) -> None:
    asked = ["explain", str(CASE), "--child", "mid", "--month", "2020-04"]
    told = CliRunner().invoke(app, [*asked, "--language", language])
    assert told.exit_code == 0
    assert sentence in told.stdout.splitlines()
    as_json = CliRunner().invoke(app, [*asked, "--json"])
    assert {each["month"] for each in json.loads(as_json.stdout)} == {"2020-04"}


def test_a_child_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(SluisError) as refused:
        explain(read_case(CASE).tables, Month(2001, 1), "big")
    assert refused.value.code in ("child-unknown", "rule-without-month")


def test_a_month_of_parquet_facts_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    facts = tmp_path / "facts"
    facts.mkdir()
    born = date(2021, 2, 3)
    rows = {
        "persons": {"id": ["kid", "mother"], "born": [born, date(1990, 1, 15)]},
        "residences": {"person": ["kid"], "region": ["VL"], "from": [born]},
        "households": {"person": ["kid", "mother"], "household": ["h", "h"], "from": [born, born]},
        "parentage": {"child": ["kid"], "parent": ["mother"], "kind": ["birth"], "from": [born]},
        "beneficiaries": {"child": ["kid"], "person": ["mother"], "role": ["begunstigde"], "from": [born]},
    }
    for name, columns in rows.items():
        pl.DataFrame(columns).write_parquet(facts / f"{name}.parquet")
    for out in ("one", "two"):
        asked = ["run", "--facts", str(facts), "--month", "2023-10", "--out", str(tmp_path / out)]
        assert CliRunner().invoke(app, asked).exit_code == 0
    one, two = ((tmp_path / out / "decisions.parquet").read_bytes() for out in ("one", "two"))
    assert one == two
    line = pl.read_parquet(tmp_path / "one" / "decisions.parquet").filter(benefit="basisbedrag").to_dicts()[0]
    assert (line["child"], line["payee"], line["amount_cents"], line["status"]) == ("kid", "mother", 17666, "final")
    summary = json.loads((tmp_path / "one" / "summary.json").read_text(encoding="utf-8"))
    assert summary["benefits"]["basisbedrag"]["amount_cents"] == 17666
    assert "education" in summary["tables_absent"]
