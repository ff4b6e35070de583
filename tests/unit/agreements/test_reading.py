"""A file of strangers is read whole, and every mistake is told with its place and its mend."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sluis.agreements.problems import Problem
from sluis.agreements.reading import read_agreement
from sluis.agreements.text import canonical, from_canonical, plain
from tests.unit.agreements.samples import TEMPLATE, a_template, an_agreement

SOURCE = (Path(__file__).resolve().parents[3] / "src/sluis/agreements/templates" / f"{TEMPLATE}.yaml").read_text(
    encoding="utf-8"
)


def problems_of(text: dict[str, Any]) -> dict[str, Problem]:
    found = read_agreement(yaml.safe_dump(text, allow_unicode=True).encode()).problems
    return {problem.where: problem for problem in found}


def codes_of(text: dict[str, Any]) -> set[str]:
    return {problem.code for problem in read_agreement(yaml.safe_dump(text, allow_unicode=True).encode()).problems}


def test_the_standard_agreement_reads_without_a_problem() -> None:
    reading = read_agreement(SOURCE.encode())
    assert reading.problems == ()
    assert reading.agreement == a_template()


def test_reading_what_was_written_gives_the_same_text() -> None:
    agreement = an_agreement()
    again = read_agreement(yaml.safe_dump(plain(agreement), allow_unicode=True, sort_keys=False).encode()).agreement
    assert again == agreement
    assert from_canonical(canonical(agreement)) == agreement


def test_json_is_read_too() -> None:
    assert read_agreement(json.dumps(plain(an_agreement())).encode()).agreement == an_agreement()


def test_every_mistake_is_told_at_once_with_its_line() -> None:
    broken = (
        SOURCE.replace("        justification: >-\n          Zonder dit", "        why: >-\n          Zonder dit")
        .replace("senders: [opgroeien-regie]", "senders: [opgroeien]")
        .replace("age: {from: 0, to: 25}", "age: {from: 25, to: 0}", 1)
        .replace("instrument: protocol\n", "instrument: contract\n")
    )
    found = read_agreement(broken.encode()).problems
    lines = broken.splitlines()
    told = {problem.code: lines[(problem.line or 0) - 1] for problem in found}
    assert {"missing", "unknown-field", "unknown-party", "ages-upside-down", "form-choice"} <= told.keys()
    assert "why:" in told["unknown-field"]
    assert "senders: [opgroeien]" in told["unknown-party"]
    assert "age:" in told["ages-upside-down"]
    assert "instrument:" in told["form-choice"]
    assert [problem.line for problem in found] == sorted(problem.line or 0 for problem in found)


def test_every_problem_says_how_to_mend_it() -> None:
    text = plain(an_agreement())
    for part in ("security", "quality", "rights"):
        del text[part]
    text["sancton"] = text.pop("sanction")
    for problem in problems_of(text).values():
        assert str(problem.what)
        assert str(problem.remedy)
    assert "sanction" in str(problems_of(text)["sancton"].remedy)


def test_an_item_without_justification_or_retention_is_told_with_its_clause() -> None:
    text = plain(an_agreement())
    for field in ("justification", "retention"):
        del text["legs"]["answer"]["items"][2][field]
    found = problems_of(text)
    for field, letter in (("justification", "c)"), ("retention", "e)")):
        problem = found[f"legs.answer.items[2].{field}"]
        assert problem.code == "missing"
        assert problem.clause is not None
        assert problem.clause.article.endswith(letter)


def with_change(path: str, value: object) -> dict[str, Any]:
    """Return the example with one field changed; `path` in dots, numbers for lists; `…` removes."""
    text = plain(an_agreement())
    *way, last = path.split(".")
    place: Any = text
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    key: Any = int(last) if isinstance(place, list) else last
    if value is ...:
        del place[key]
    else:
        place[key] = value
    return text


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("legs.answer.channels", [], "form-empty"),
        ("legs.answer.answers", "nergens", "answer-without-request"),
        ("legs.answer.answers", "answer", "answer-without-request"),
        ("legs.answer.receivers", ["opgroeien-regie"], "answer-to-another"),
        ("legs.request.receivers", ["lokaal-bestuur"], "leg-to-itself"),
        ("legs.answer.purposes", ["reclame"], "unknown-purpose"),
        ("legs.answer.items.2.group", "buur", "unknown-group"),
        ("legs.answer.items.0.special_category", "article-9", "special-without-ground"),
        ("legs.answer.items.0.special_category", "article-10", "special-without-ground"),
        ("legs.answer.items.1.name", "child-insz", "name-twice"),
        ("legs.answer.periodicity.times", "2", "form-number"),
        ("legs.answer.periodicity", {"kind": "per_year", "reason": "elk jaar"}, "periodicity-unclear"),
        ("legs.answer.subjects.age", {"from": 30, "to": 12}, "ages-upside-down"),
        ("legs.answer.subjects.territory", ["99"], "form-pattern"),
        ("legs.answer.subjects.territory", "mars", "form-choice"),
        ("legs.answer.kind", "delivery", "no-asker"),
        ("legs", {}, "no-leg"),
        ("parties.1.kbo", "0207495471", "kbo-check-digits"),
        ("parties.1.kbo", "12", "form-pattern"),
        ("parties.1.nis", "37018", "nis-unknown"),
        ("parties.1.ovo", "OVO12", "form-pattern"),
        ("parties.1.id", "opgroeien-regie", "name-twice"),
        ("signatories.0.signs_for", ["vutg"], "unknown-party"),
        ("signatories", [], "nobody-signs"),
        ("term.in_force_from", "2025-12-01", "in-force-too-early"),
        ("term.in_force_from", "2026-02-30", "form-day"),
        ("term.in_force_from", 20260101, "form-day"),
        ("term.until", "2026-01-01", "term-upside-down"),
        ("term.kind", "indefinite", "term-with-end"),
        ("term.reason", ..., "missing"),
        ("term.notice_period", "drie maanden", "form-pattern"),
        ("legal_grounds.0.status", "repealed", "ground-not-in-force"),
        ("legal_grounds.0.valid_until", "2020-12-31", "ground-not-in-force"),
        ("onward", [{"recipient": "pers", "purpose": "nieuws"}], "onward-without-protocol"),
        ("onward", [{"recipient": "KSZ", "purpose": "wet", "own_protocol": "P 1"}], "onward-without-notice"),
        ("open_points.0.about", "legs.nergens.items", "path-to-nowhere"),
        ("advices.0.draft_hash", "0" * 64, "advice-on-another-version"),
        ("controller", True, "unknown-field"),
        ("is_template", "ja", "form-yes-no"),
        ("title.nl", 5, "form-text"),
        ("format", "sluis-agreement/9", "form-choice"),
    ],
)
def test_each_rule_tells_its_own_mistake(path: str, value: object, code: str) -> None:
    assert code in codes_of(with_change(path, value))


def test_a_retention_without_end_is_told_unless_the_text_says_it_is_open() -> None:
    text = plain(an_agreement())
    del text["legs"]["answer"]["items"][0]["retention"]["at_most_days"]
    assert codes_of(text) == {"advice-on-another-version"}
    text["to_complete"] = []
    assert "retention-without-end" in codes_of(text)


def test_special_data_pass_when_a_ground_covers_them() -> None:
    text = with_change("legs.answer.items.0.special_category", "article-9")
    text["legal_grounds"][0]["covers"] = ["ordinary", "article-9"]
    assert "special-without-ground" not in codes_of(text)


def test_a_merged_municipality_is_told_its_new_code() -> None:
    problem = problems_of(with_change("parties.1.nis", "37018"))["parties[1].nis"]
    assert "37021" in str(problem.remedy)


def test_a_choice_between_a_word_and_a_list_is_one_mistake() -> None:
    found = read_agreement(yaml.safe_dump(with_change("legs.answer.subjects.territory", "mars")).encode()).problems
    assert [problem.where for problem in found if "territory" in problem.where] == ["legs.answer.subjects.territory"]


def test_numbers_without_quotation_marks_are_read_for_what_they_are() -> None:
    source = yaml.safe_dump(plain(an_agreement())).replace("'0207495470'", "0207495470").replace("'37021'", "37021")
    reading = read_agreement(source.encode())
    assert reading.agreement == an_agreement()


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "file-empty"),
        (b"- 1\n- 2\n", "file-empty"),
        (b"titel: [", "file-not-yaml"),
        (b"titel: a: b", "file-not-yaml"),
        ("titel: é".encode("latin-1"), "file-not-utf8"),
        (b"a: 1\n---\nb: 2\n", "two-documents"),
        (b"[" * 5_000, "file-too-complex"),
        (b"a: " + b"[" * 50 + b"]" * 50, "file-too-complex"),
        (b"a: &a [*a]\n", "file-too-complex"),
        (b"x" * 2_000_000, "file-too-large"),
        (b"id: 1\nid: 2\n", "key-twice"),
        (b"? [a]\n: 1\n", "key-not-text"),
        (b"id: !!python/object/apply:os.system ['true']\n", "tag-refused"),
        (b"id: !wat 1\n", "tag-refused"),
    ],
)
def test_a_hostile_or_broken_file_is_told_and_not_run(source: bytes, code: str) -> None:
    reading = read_agreement(source)
    assert reading.agreement is None
    assert code in {problem.code for problem in reading.problems}


def test_a_bomb_of_aliases_is_refused_quickly() -> None:
    letters = "abcdefghi"
    lines = [f"{letters[0]}: &{letters[0]} [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"{b}: &{b} [{','.join(['*' + a] * 10)}]" for a, b in pairwise(letters)]
    reading = read_agreement("\n".join(lines).encode())
    assert [problem.code for problem in reading.problems] == ["file-too-complex"]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_answered_with_problems_never_with_an_error(source: bytes) -> None:
    reading = read_agreement(source)
    assert reading.agreement is None
    assert reading.problems


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_field_may_hold_anything_and_the_rest_is_still_checked(data: st.DataObject) -> None:
    text = plain(an_agreement())
    place: Any = text
    while True:
        keys: list[Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(place[key], (dict, list)) and place[key] and data.draw(st.booleans()):
            place = place[key]
            continue
        place[key] = data.draw(JUNK)
        break
    reading = read_agreement(json.dumps(text).encode())
    assert (reading.agreement is None) == bool(reading.problems)
    for problem in reading.problems:
        assert str(problem.what)
        assert str(problem.remedy)


def test_a_list_is_not_called_empty_because_one_of_its_elements_is_wrong() -> None:
    text = SOURCE.replace("channels: [web, sftp, encrypted-mail, command-line, api]", "channels: [fax]", 1)
    problems = read_agreement(text.encode()).problems
    assert [problem.where for problem in problems] == ["legs.request.channels[0]"]
