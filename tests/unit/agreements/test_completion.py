"""A completion fills the blanks and may ask for less, never for more."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sluis.agreements.completion import Completion, LegNarrowing, check_never_widens, complete
from sluis.agreements.legs import AgeRange, LegPeriodicity
from sluis.agreements.missing import what_is_missing
from sluis.agreements.model import Agreement
from sluis.agreements.reading import check_agreement
from sluis.agreements.text import draft_hash, hash_of, plain, policy_of
from sluis.agreements.vocabulary import OpenPoint
from tests.unit.agreements.samples import a_completion, a_template, advised, an_agreement


def narrowed_by(**narrowing: Any) -> Completion:
    completion = a_completion()
    answer = completion.legs["answer"].model_copy(update=narrowing)
    return completion.model_copy(update={"legs": {**completion.legs, "answer": answer}})


def codes(result: Agreement | list[Any]) -> set[str]:
    return set() if isinstance(result, Agreement) else {problem.code for problem in result}


def test_the_example_completes_the_standard_agreement() -> None:
    made = complete(a_template(), a_completion())
    assert isinstance(made, Agreement)
    assert not made.is_template
    assert made.template is not None
    assert made.template.text_hash == hash_of(a_template())
    policy = policy_of(made)
    assert policy.legs["answer"].receivers == {"gemeente-wingene"}
    assert policy.legs["answer"].items["beneficiary-insz"].retention_days == 90
    assert policy.in_force_from == date(2026, 1, 15)


def test_what_is_missing_names_who_must_act() -> None:
    missing = what_is_missing(a_template())
    assert {gap.who for gap in missing} == {"lokaal-bestuur", "opgroeien-regie"}
    made = complete(a_template(), a_completion())
    assert isinstance(made, Agreement)
    assert {gap.code for gap in what_is_missing(made)} == {"advice"}
    assert what_is_missing(an_agreement()) == ()


def test_a_point_that_blocks_is_missing() -> None:
    point = OpenPoint(about="title", text="Nog na te gaan {zie dossier}.", who="iedereen", blocks_signature=True)
    blocked = advised(an_agreement().model_copy(update={"open_points": (point,)}))
    gaps = what_is_missing(blocked)
    assert [gap.code for gap in gaps] == ["open-point"]
    assert str(gaps[0].question) == point.text


def test_an_advice_counts_for_one_version_only() -> None:
    agreement = an_agreement()
    assert check_agreement(agreement) == ()
    changed = agreement.model_copy(update={"sanction": "Een partij mag dit protocol opzeggen."})
    assert {problem.code for problem in check_agreement(changed)} == {"advice-on-another-version"}
    assert draft_hash(agreement) == draft_hash(agreement.model_copy(update={"advices": ()}))


@pytest.mark.parametrize(
    "narrowing",
    [
        {"items": ("child-insz",)},
        {"channels": ("sftp",)},
        {"age": AgeRange(lowest=3, highest=12)},
        {"retention_days": 1},
        {"pickup_days": 7},
        {"facts_from": date(2025, 9, 1)},
        {"periodicity": LegPeriodicity(kind="once", times=1, reason="Eén keer volstaat.")},
    ],
)
def test_a_municipality_may_ask_for_less(narrowing: dict[str, Any]) -> None:
    assert codes(complete(a_template(), narrowed_by(**narrowing))) == set()


@pytest.mark.parametrize(
    ("narrowing", "code"),
    [
        ({"items": ("child-insz", "income")}, "not-in-template"),
        ({"purposes": ("automatic-allowance", "statistics")}, "widens-purposes"),
        ({"channels": ("web", "paper")}, "widens-channels"),
        ({"roles": ("officer", "anybody")}, "widens-roles"),
        ({"age": AgeRange(lowest=0, highest=30)}, "widens-age"),
        ({"age": AgeRange()}, "widens-age"),
        ({"territory": ("11001",)}, "widens-territory"),
        ({"pickup_days": 15}, "widens-pickup-days"),
        ({"periodicity": LegPeriodicity(kind="once", times=2, reason="Twee keer.")}, "widens-periodicity"),
        ({"periodicity": LegPeriodicity(kind="unlimited", reason="Altijd.")}, "widens-periodicity"),
    ],
)
def test_a_municipality_may_not_ask_for_more(narrowing: dict[str, Any], code: str) -> None:
    assert code in codes(complete(a_template(), narrowed_by(**narrowing)))


def test_what_the_standard_agreement_fixed_cannot_be_filled_in() -> None:
    completion = a_completion()
    other = completion.parties["opgroeien-regie"].model_copy(update={"name": "Iemand anders"})
    completion = completion.model_copy(update={"parties": {**completion.parties, "opgroeien-regie": other}})
    assert "not-a-blank" in codes(complete(a_template(), completion))


def test_a_completion_of_another_standard_agreement_is_refused() -> None:
    for change in ({"template": "iets-anders"}, {"template_hash": "0" * 64}):
        assert "another-template" in codes(complete(a_template(), a_completion().model_copy(update=change)))


def test_unknown_parties_and_legs_are_refused() -> None:
    completion = a_completion()
    stranger = completion.model_copy(update={"parties": {"vreemde": completion.parties["lokaal-bestuur"]}})
    assert "not-in-template" in codes(complete(a_template(), stranger))
    elsewhere = completion.model_copy(update={"legs": {"nergens": LegNarrowing()}})
    assert "not-in-template" in codes(complete(a_template(), elsewhere))


def test_completing_is_repeatable_and_leaves_the_standard_agreement_alone() -> None:
    before = hash_of(a_template())
    first, second = (complete(a_template(), a_completion()) for _ in range(2))
    assert isinstance(first, Agreement)
    assert isinstance(second, Agreement)
    assert hash_of(first) == hash_of(second)
    assert hash_of(a_template()) == before


def test_completing_twice_is_completing_once() -> None:
    once = complete(a_template(), a_completion())
    assert isinstance(once, Agreement)
    again = complete(once, a_completion().model_copy(update={"template": once.id}))
    assert isinstance(again, Agreement)
    assert plain(again) | {"template": None} == plain(once) | {"template": None}


def leaves(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))
    else:
        yield path, value


def changed(text: dict[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    text = copy.deepcopy(text)
    place: Any = text
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return text


# Fields in which an agreement may differ from its template, beside the blanks.
FREE = {"id", "is_template", "template", "version", "supersedes", "advices"}


def test_no_clause_of_the_standard_agreement_can_be_changed() -> None:
    """Every single text, number and choice of the template, changed one at a time in a completed agreement."""
    template, agreement = a_template(), an_agreement()
    text, known = plain(agreement), dict(leaves(plain(template)))
    tried = 0
    for path, value in leaves(text):
        is_reason = path[-2:] == ("periodicity", "reason")
        if path[0] in FREE or known.get(path) != value or is_reason:
            continue
        other = {str: f"{value}x", int: 9_999, bool: not value}[type(value)]
        try:
            candidate = Agreement.model_validate(changed(text, path, other))
        except ValidationError:
            continue
        tried += 1
        assert check_never_widens(template, candidate), path
    assert tried > 150


def test_nothing_can_be_added_to_what_the_standard_agreement_lists() -> None:
    template, text = a_template(), plain(an_agreement())
    for name in ("onward", "contacts", "recipients", "duties", "purposes", "legal_grounds", "publication", "documents"):
        examples = {
            "onward": {"recipient": "pers", "purpose": "nieuws", "own_protocol": "geen", "notice": "geen"},
            "contacts": {
                "code": "c",
                "by": "opgroeien-regie",
                "on_behalf_of": ["lokaal-bestuur"],
                "to": "iedereen",
                "message": "dag",
                "then": "niets",
            },
            "recipients": "De pers.",
        }
        extra = examples.get(name) or text[name][0]
        candidate = Agreement.model_validate({**text, name: [*text.get(name, []), extra]})
        assert check_never_widens(template, candidate), name


@st.composite
def narrowings(draw: st.DrawFn) -> LegNarrowing:
    def some(of: tuple[str, ...]) -> Any:
        return draw(st.none() | st.lists(st.sampled_from(of), min_size=1, max_size=len(of), unique=True).map(tuple))

    lowest = draw(st.integers(0, 25))
    return LegNarrowing(
        items=some(("child-insz", "right-since", "beneficiary-insz")),
        channels=some(("web", "sftp", "encrypted-mail", "command-line")),
        age=draw(st.none() | st.builds(AgeRange, lowest=st.just(lowest), highest=st.integers(lowest, 25))),
        retention_days=draw(st.none() | st.integers(1, 1000)),
        pickup_days=draw(st.none() | st.integers(1, 14)),
        facts_from=draw(st.none() | st.dates(date(2020, 1, 1), date(2026, 1, 1))),
    )


@settings(max_examples=25, deadline=None)
@given(narrowings(), narrowings())
def test_random_narrowings_are_accepted_and_narrow_further_when_repeated(one: LegNarrowing, two: LegNarrowing) -> None:
    completion = a_completion().model_copy(update={"legs": {"answer": one}})
    made = complete(a_template(), completion)
    assert isinstance(made, Agreement), [str(problem.what) for problem in made]
    assert check_never_widens(a_template(), made) == ()
    further = complete(made, completion.model_copy(update={"template": made.id, "legs": {"answer": two}}))
    if isinstance(further, Agreement):
        # The second one asked for no more than the first left: then it asks for no more than the template either.
        assert check_never_widens(a_template(), further) == ()
