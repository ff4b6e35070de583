"""The conformance test of suppliers: our own examples pass, and whatever is changed is found."""

from __future__ import annotations

from collections import Counter

import pytest

from sluis.births.hl7.mapping import mapping_for
from sluis.births.hospitals.cases import COUNT, Group, cases_of
from sluis.births.hospitals.conformance import Report, as_json, examples, judge_file, rows_of
from sluis.births.model import Item
from sluis.kernel.insz import is_fictitious, read_insz
from tests.unit.births.hl7.strategies import AT

STANDARD = mapping_for("ziekenhuis", on=AT.date())
FILE = examples(AT.date())


def _report(raw: bytes) -> Report:
    return judge_file(raw, STANDARD, at=AT)


def _failed(raw: bytes) -> dict[str, list[str]]:
    return {one.case.code: [str(text) for text in one.findings] for one in _report(raw).results if not one.is_passed}


def test_our_own_fifty_examples_pass() -> None:
    report = _report(FILE)
    assert _failed(FILE) == {}
    assert (report.passed, len(report.results), report.strays, report.is_passed) == (COUNT, COUNT, 0, True)


def test_the_cases_hold_every_item_twins_corrections_death_and_adoption_of_fictional_people_only() -> None:
    cases = cases_of(AT.date())
    assert set().union(*(case.notice.items for case in cases)) == set(Item)
    assert Counter(case.group for case in cases) == {
        Group.COMPLETE: 12, Group.MISSING: 7, Group.UNNAMED: 3, Group.TWINS: 6, Group.CORRECTION: 7,
        Group.CANCELLATION: 3, Group.MERGE: 2, Group.DEATH: 4, Group.ADOPTION: 3, Group.REPEAT: 3,
    }  # fmt: skip
    for case in cases:
        if case.notice.mother.insz is not None:
            assert is_fictitious(case.notice.mother.insz)
            assert read_insz(case.notice.mother.insz, fictitious=True) == case.notice.mother.insz
    assert cases == cases_of(AT.date())


def test_an_empty_file_and_one_of_strangers_fail_every_case() -> None:
    assert _report(b"").passed == 0
    stray = FILE[: FILE.index(b"MSH", 5)].replace(b"C01-", b"X01-")
    assert (_report(stray).passed, _report(stray).strays) == (0, 1)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ((b"|Peeters^An", b"|Peeters^Ann"), {"C02"}),
        ((b"ZAD|J\r", b""), {"C45", "C46", "C47"}),
        (("Käthe".encode(), b"Kathe"), {"C12", "C35"}),
        ((b"|UNK|", b"||"), {"C15", "C18"}),
        ((b"MSH|^~\\&|EPD|ziekenhuis|", b"MSH|^~\\&|EPD|x|"), set()),
    ],
)
def test_what_differs_is_found_in_its_case(change: tuple[bytes, bytes], codes: set[str]) -> None:
    found = set(_failed(FILE.replace(*change)))
    assert codes <= found if codes else found == set()


def test_a_field_too_many_is_told_in_each_case_and_no_value_is_quoted() -> None:
    raw = FILE.replace(b"\rNK1|1|", b"\rOBX|1|NM|8339-4||3120\rNK1|1|")
    failed = _failed(raw)
    assert len(failed) > 40
    assert all("3120" not in text for told in failed.values() for text in told)
    assert failed["C01"] == ["OBX: OBX is geen van de negen gegevens. Laat het weg."]


def test_a_message_that_is_not_repeated_is_missed() -> None:
    first = FILE[: FILE.index(b"MSH", 5)]
    assert set(_failed(FILE[: FILE.rindex(first)] + FILE[FILE.rindex(first) + len(first) :])) == {"C48"}


def test_a_report_is_kept_and_read_back_for_the_page() -> None:
    kept = as_json(_report(FILE.replace(b"|Peeters^An", b"|Peeters^Ann")))
    rows = rows_of(kept)
    assert len(rows) == COUNT
    assert next(code for code, _, passed, _ in rows if not passed) == "C02"
    assert kept["passed"] < COUNT
