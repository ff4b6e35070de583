"""A wrong acceptance case is told, whatever is wrong; that all come out is for tests/acceptance/benefits."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sluis.benefits import packages
from sluis.benefits.case_files import case_paths
from sluis.benefits.cases import run_case
from sluis.channels.commands.benefits import app
from tests.conftest import SHARED

OWN = sorted(Path(packages.__file__).parent.glob("*/cases/*.yaml"))
GIVEN = sorted((SHARED / "cases" / "groeipakket").glob("*.yaml"))

CASE = """
id: gp-r900
title: One month
topic: index
source: https://example.org/table
authority: rule text
provided: ["173.20 until August 2023."]
assumed: ["Born in 2021."]
facts:
  persons: [{id: mother, born: 1990-01-15}, {id: kid, born: 2021-02-03}]
  residences: [{person: kid, region: VL, from: 2021-02-03}]
  households: [{person: mother, household: h1, from: 2015-01-01}, {person: kid, household: h1, from: 2021-02-03}]
  parentage: [{child: kid, parent: mother, kind: birth, from: 2021-02-03}]
  beneficiaries: [{child: kid, person: mother, role: begunstigde, from: 2021-02-03}]
expect:
"""
RIGHT = (
    '  - {child: kid, benefit: basisbedrag, month: "2023-08", amount: "173.20", paid_to: mother, paid_on: 2023-09-08}\n'
)


def test_own_cases_have_an_id_of_their_own() -> None:
    ids = [path.name.split("-")[1] for path in OWN]
    assert len(ids) == len(set(ids))
    assert {f"gp-{each}" for each in ids} & {"-".join(path.name.split("-")[:2]) for path in GIVEN} == set()


@pytest.mark.parametrize(
    "row",
    [
        '{child: kid, benefit: basisbedrag, month: "2023-08", amount: "173.21"}',
        '{child: kid, benefit: basisbedrag, from: "2023-07", to: "2023-09", amount: "173.20"}',
        '{child: kid, benefit: basisbedrag, month: "2023-08", amount: "0.00"}',
        '{child: kid, benefit: basisbedrag, month: "2023-08", granted: false}',
        '{child: kid, benefit: basisbedrag, month: "2023-08", amount: "173.20", paid_on: 2023-09-07}',
        '{child: kid, benefit: basisbedrag, month: "2023-08", amount: "173.20", paid_to: kid}',
        '{child: kid, benefit: basisbedrag, month: "2023-08", amount: "173.20", provisional: true}',
        '{child: kid, benefit: basisbedrag, month: "2023-08", amount: "173.20", income_year: 2021}',
        '{child: kid, benefit: basisbedrag, month: "2023-08", amount: "173.20", as_of: 2021-01-01}',
        '{child: kid, benefit: basisbedrag, month: "2018-08", amount: "0.00"}',
        '{child: nobody, benefit: basisbedrag, month: "2023-08", amount: "0.00"}',
        '{child: kid, benefit: sociale_toeslag, month: "2023-08", amount: "0.00"}',
        '{child: kid, benefit: "municipal:geboorte", month: "2023-08", amount: "0.00"}',
    ],
)
def test_a_wrong_expectation_is_reported_as_failed_beside_a_right_one(tmp_path: Path, row: str) -> None:
    (tmp_path / "gp-r900-wrong.yaml").write_text(f"{CASE}{RIGHT}  - {row}\n", encoding="utf-8")
    result = run_case(tmp_path / "gp-r900-wrong.yaml")
    assert [each.met for each in result.checked] == [True, False]
    assert not result.passed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list",
        "id: [",
        CASE,
        CASE + '  - {child: kid, benefit: basisbedrag, amount: "1.00"}',
        CASE + '  - {child: kid, benefit: castle, month: "2023-08", amount: "1.00"}',
        CASE + '  - {child: kid, benefit: basisbedrag, month: "2023-08", amount: "1.0"}',
        CASE + '  - {child: kid, benefit: basisbedrag, month: "2023-08", amount: "1.00", colour: red}',
        (CASE + RIGHT).replace("kind: birth", "kind: magic"),
        (CASE + RIGHT).replace("persons: [{id: mother", "persons: &p [{id: mother") + "assumed2: *p\n",
    ],
)
def test_a_malformed_case_is_an_error_with_a_sentence_and_counts_as_failed(tmp_path: Path, text: str) -> None:
    path = tmp_path / "gp-r900.yaml"
    path.write_text(text, encoding="utf-8")
    result = run_case(path)
    assert not result.passed
    assert result.error is not None
    assert "gp-r900.yaml" in str(result.error.what)


def test_the_command_counts_cases_and_exits_with_1_on_a_failure(tmp_path: Path) -> None:
    (tmp_path / "gp-r900.yaml").write_text(CASE + RIGHT, encoding="utf-8")
    told = CliRunner().invoke(app, ["case", str(tmp_path)])
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (0, "1 passed, 0 failed")
    (tmp_path / "gp-r901.yaml").write_text((CASE + RIGHT).replace('173.20"', '173.19"'), encoding="utf-8")
    (tmp_path / "gp-r902.yaml").write_text("nothing", encoding="utf-8")
    told = CliRunner().invoke(app, ["case", str(tmp_path)])
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (1, "1 passed, 2 failed")
    assert len(case_paths([tmp_path])) == 3


def test_the_command_without_a_case_is_no_success(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["case", str(tmp_path)])
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (1, "0 passed, 0 failed")
