"""Answers of every offer: each open place has its field, a text gives its answers back, and none can widen."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluis.accession.answers import Sheetful, WrongAnswer, answer_from, field_at, tidy, value_of
from sluis.accession.fields import fields_of
from sluis.accession.model import Field, Kind, Value
from sluis.agreements.catalogue import offers, template
from sluis.agreements.completion import check_never_widens
from sluis.agreements.model import Agreement
from sluis.agreements.text import plain
from sluis.kernel.text import msg

OFFERS = sorted(offers())
TOESLAG = "sociale-toeslag-lijst"


def a_sheet(code: str) -> Sheetful:
    text = template(code)
    return Sheetful(
        text, f"{code}-proef", {}, tuple(field for party in text.parties for field in fields_of(text, party.id))
    )


def a_field(kind: Kind) -> Field:
    return Field(("parties", "x", "y"), "gegevens", kind, msg("Proef"))


@pytest.mark.parametrize("code", OFFERS)
def test_every_open_place_has_a_field_but_the_body_itself(code: str) -> None:
    made = a_sheet(code)
    without = [one.path for one in made.template.to_complete if field_at(one.path, made.fields, made.template) is None]
    assert all(path.endswith(".body") for path in without), without


@pytest.mark.parametrize("code", OFFERS)
def test_no_two_parties_share_a_field_and_names_are_unique(code: str) -> None:
    names = [field.name for field in a_sheet(code).fields]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("code", OFFERS)
def test_what_a_template_says_makes_that_template_again(code: str) -> None:
    made = a_sheet(code)
    text = made.text({field.name: answer_from(field, plain(made.template)) for field in made.fields})
    assert isinstance(text, Agreement)
    assert text.legs == made.template.legs
    assert text.parties == made.template.parties


_WORDS = st.text(max_size=40) | st.sampled_from(
    ["0", "25", "99", "2026-01-31", "geen", "a; bcd", "2030-01-01; ik; goed"]
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_answered_the_text_never_permits_more_than_the_template(data: st.DataObject) -> None:
    made = a_sheet(TOESLAG)
    answers: dict[str, Value] = {field.name: answer_from(field, plain(made.template)) for field in made.fields}
    for field in data.draw(st.lists(st.sampled_from(made.fields), max_size=8, unique=True)):
        codes = [code for code, _ in field.options]
        sent = (
            data.draw(st.lists(st.sampled_from([*codes, "income"]))) if field.kind == "subset" else [data.draw(_WORDS)]
        )
        answer = tidy(field, sent)
        try:
            value_of(field, answer)
        except WrongAnswer:
            continue
        answers[field.name] = answer
    text = made.text(answers)
    if isinstance(text, Agreement):
        assert check_never_widens(made.template, text) == ()
        assert {field.name: answer_from(field, plain(text)) for field in made.fields if field.kind == "count"}


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2999, 12, 31)))
def test_a_day_is_read_in_both_ways_of_writing(day: date) -> None:
    field = a_field("day")
    assert (
        value_of(field, day.isoformat()) == value_of(field, f"{day.day}/{day.month}/{day.year:04}") == day.isoformat()
    )


KINDS: tuple[Kind, ...] = (
    *("line", "prose", "day", "count", "email", "kbo"),
    *("ovo", "nis", "processors", "evaluations", "pdf"),
)


@given(st.text(), st.sampled_from(KINDS))
def test_no_text_breaks_a_field(text: str, kind: Kind) -> None:
    with suppress(WrongAnswer):
        assert value_of(a_field(kind), tidy(a_field(kind), [text])) != ""


@pytest.mark.parametrize("word", ["geen", "Geen.", "aucun", "none", "keine"])
def test_no_processors_is_an_answer_in_every_language(word: str) -> None:
    assert value_of(a_field("processors"), word) == []
