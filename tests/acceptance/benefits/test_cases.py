"""The acceptance cases of the Groeipakket as the command runs them: the given ones, the packages' and an examiner's.

The cases in `cases/` were written from the sources by somebody who had not read the rules; the given ones are absent
outside the workplace. What is wrong in a file, or planted in it, must be told and must fail.
"""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from sluis.benefits import packages
from sluis.benefits.case_files import case_paths
from sluis.benefits.cases import CaseResult, run_cases
from sluis.benefits.deciding import Engine
from sluis.channels.commands.benefits import app
from tests.conftest import SHARED

HERE = Path(__file__).parent / "cases"
EXAMINED = case_paths([HERE])
OWN = case_paths([Path(packages.__file__).parent])
GIVEN = case_paths([SHARED / "cases" / "groeipakket"]) if SHARED.exists() else []
STARTS = HERE / "gp-r703-start-amount-steps.yaml"

# Tables that a case leaves out when they do not matter to it: dropping them must leave nothing undecided.
BESIDE = {
    "gp-r713-old-or-new-border.yaml": ("unions", "parentage"),
    "gp-r742-social-supplement-full.yaml": ("unions",),
    "gp-r780-middle-limits.yaml": ("parentage",),
    "gp-r820-school-boarding.yaml": ("beneficiaries", "old_rights"),
    "gp-r801-childcare-nursery.yaml": ("organisations", "beneficiaries", "parentage"),
}


@lru_cache
def _all() -> dict[Path, CaseResult]:
    paths = [*GIVEN, *OWN, *EXAMINED]
    return dict(zip(paths, run_cases(paths), strict=True))


def _unmet(result: CaseResult) -> list[str]:
    assert result.error is None, str(result.error.what)
    return [
        f"{each.expected.subject} {each.expected.benefit} {each.expected.period}: {' '.join(map(str, each.failures))}"
        for each in result.checked
        if not each.met
    ]


@pytest.mark.parametrize("path", [*GIVEN, *OWN, *EXAMINED], ids=lambda path: path.stem)
def test_the_case_comes_out(path: Path) -> None:
    assert _unmet(_all()[path]) == []


@pytest.mark.skipif(not GIVEN, reason="the given cases are not on this machine")
def test_all_given_cases_are_there() -> None:
    assert len(GIVEN) == 71


@pytest.mark.parametrize("engine", ["polars", "duckdb", "interpreter"])
def test_a_case_alone_comes_out_as_among_others_on_every_engine(engine: Engine) -> None:
    for path in (EXAMINED[0], STARTS, HERE / "gp-r787-custody-two-families.yaml"):
        (alone,) = run_cases([path], engine=engine)
        assert _unmet(alone) == []


@pytest.mark.parametrize("name", BESIDE)
def test_a_case_holds_without_the_tables_that_do_not_matter_to_it(tmp_path: Path, name: str) -> None:
    for table in BESIDE[name]:
        case = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
        case["facts"].pop(table, None)
        (tmp_path / f"{table}.yaml").write_text(yaml.safe_dump(case), encoding="utf-8")
    for result in run_cases(case_paths([tmp_path])):
        assert _unmet(result) == []


def test_a_planted_wrong_expectation_is_named_and_the_command_exits_with_1(tmp_path: Path) -> None:
    shutil.copy(STARTS, tmp_path)
    wrong = STARTS.read_text(encoding="utf-8").replace('"1190.68"', '"1190.69"', 1).replace("gp-r703", "gp-r999")
    (tmp_path / "gp-r999.yaml").write_text(wrong, encoding="utf-8")
    told = CliRunner().invoke(app, ["case", str(tmp_path)])
    lines = told.stdout.splitlines()
    assert told.exit_code == 1
    assert lines[-1] == "1 passed, 1 failed"
    at = [number for number, line in enumerate(lines) if "✗" in line]
    assert [lines[number].strip() for number in at] == ["✗ k3 startbedrag_geboorte 2022-09: 1190.69"]
    assert lines[at[0] + 1].strip() == "2022-09: verwacht 1190.69, gekregen 1190.68."


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("  persons:", "  castles:\n    - {id: a}\n  persons:", "castles"),
        ("{id: f0_a, born: 1988-01-15}", "{id: f0_a, born: 1988-01-15, colour: red}", "colour"),
        ("{id: f0_a, born: 1988-01-15}", "{id: f0_a, born: soon}", "born"),
        ("{id: f0_a, born: 1988-01-15}", "{id: f0_a}", "born"),
        ("expect:", "expectations:", "expect"),
        ("facts:", "facts: [", "YAML"),
    ],
)
def test_a_malformed_file_is_a_sentence_that_names_what_is_wrong(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    text = STARTS.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "gp-r999.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    told = CliRunner().invoke(app, ["case", str(path), str(STARTS)])
    assert told.exit_code == 1
    assert told.stdout.splitlines()[-1] == "1 passed, 1 failed"
    fault = next(line for line in told.stdout.splitlines() if "gp-r999.yaml is geen geval" in line)
    assert named in fault
    assert "Traceback" not in told.output


@pytest.mark.parametrize("text", ["", "   \n", "just words", "- a\n- list\n", "\x00"])
def test_a_file_that_holds_no_case_fails_with_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "gp-r999.yaml").write_text(text, encoding="utf-8")
    told = CliRunner().invoke(app, ["case", str(tmp_path)])
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (1, "0 passed, 1 failed")
    assert "gp-r999.yaml is geen geval" in told.stdout


def test_a_file_that_is_not_there_and_a_directory_without_cases_fail(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["case", str(tmp_path)])
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (1, "0 passed, 0 failed")
    told = CliRunner().invoke(app, ["case", str(tmp_path / "gp-r998.yaml")])
    assert told.exit_code == 1
    assert "gp-r998.yaml" in told.stdout


def test_the_parameters_of_a_package_are_no_case(tmp_path: Path) -> None:
    (tmp_path / "parameters.yaml").write_text("parameters: []\n", encoding="utf-8")
    assert case_paths([tmp_path]) == []
    assert case_paths([tmp_path / "parameters.yaml"]) == [tmp_path / "parameters.yaml"]
