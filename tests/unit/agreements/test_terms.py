"""Special terms bind: each is checked with its clause in a file and in a completion, and the policy carries it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sluis.agreements.catalogue import template, templates
from sluis.agreements.completion import (
    check_never_widens,
    complete,
)
from sluis.agreements.model import Agreement
from sluis.agreements.policy import LegPolicy, Policy, compile_policy, load_policy, text_hash
from sluis.agreements.problems import Problem
from sluis.agreements.reading import check_agreement, read_agreement
from sluis.agreements.text import canonical, from_canonical, plain, policy_of
from sluis.kernel.errors import SluisError
from tests.unit.agreements.samples import a_completion, a_template, an_agreement
from tests.unit.agreements.test_model import everything

CONSENT = {
    "given_by": "child",
    "text": "Vrij en uitdrukkelijk, per geval.",
    "informed_about": ["Welke gegevens.", "Aan wie."],
    "recorded_by": "opgroeien-regie",
}
MANDATE = {
    "given_by": "beneficiary",
    "to": "een maatschappelijk werker",
    "text": "Alleen inkijken, niets wijzigen.",
    "at_most": "P6M",
    "shown_by": "Een ondertekende verklaring.",
}
PSEUDONYMS = {"by": "een derde", "method": "Een sleutel per levering.", "key_holder": "de derde"}
LEG = "legs.answer"


def changed(**changes: Any) -> dict[str, Any]:
    """Return a sound agreement with other values; `a__b__0` is the path a.b[0]."""
    text = plain(an_agreement())
    text["advices"] = []
    for path, value in changes.items():
        *way, last = path.split("__")
        place: Any = text
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        place[int(last) if last.isdigit() else last] = value
    return text


def problems(text: dict[str, Any]) -> dict[str, Problem]:
    found = read_agreement(yaml.safe_dump(text, allow_unicode=True).encode()).problems
    return {problem.code: problem for problem in found}


def policy(**changes: Any) -> Policy:
    text = changed(**changes)
    assert problems(text) == {}
    return policy_of(Agreement.model_validate(text))


def answer(**changes: Any) -> LegPolicy:
    return policy(**changes).legs["answer"]


def university(**more: Any) -> dict[str, Any]:
    return {**plain(an_agreement())["parties"][1], "kind": "research", **more}


@pytest.mark.parametrize(
    ("changes", "conditions"),
    [
        ({"legs__answer__consent": CONSENT}, {"consent-recorded", "informed-before"}),
        ({"legs__answer__mandate": MANDATE}, {"citizen-mandate"}),
        (
            {"legs__answer__passes_on": {"agreement": "een-andere", "note": "Wat daar ontvangen werd."}},
            {"onward-notice"},
        ),
        ({"legs__answer__started_by": "citizen"}, {"citizen-started"}),
        ({"legs__answer__stop": {"on": "adulthood", "text": "Het kind wordt 18."}}, {"stop-kept"}),
        (
            {"legs__answer__form": "pseudonymised", "legs__answer__pseudonymisation": PSEUDONYMS},
            {"pseudonymised-delivery"},
        ),
        ({"legs__answer__form": "anonymous"}, {"anonymous-delivery"}),
        (
            {
                "legs__answer__subjects__identified_by": ["naam"],
                "legs__answer__subjects__when_unsure": "Niemand krijgt iets.",
            },
            {"matching-without-number"},
        ),
        (
            {
                "purposes__0__use": "research",
                "purposes__0__safeguards": [{"code": "aggregated-results", "text": "Alleen tabellen."}],
            },
            {"research-safeguards"},
        ),
        (
            {
                "parties__1__jurisdiction": "third-country",
                "parties__1__transfer": {"basis": "adequacy", "article": "artikel 45", "text": "Een besluit."},
            },
            {"transfer-safeguards"},
        ),
    ],
)
def test_a_term_that_the_gate_cannot_see_is_a_condition_that_refuses(
    changes: dict[str, Any], conditions: set[str]
) -> None:
    before, after = set(answer().conditions), set(answer(**changes).conditions)
    assert after - before == conditions


def test_a_condition_that_is_named_and_implied_counts_once() -> None:
    named = [{"code": "consent-recorded", "text": "De toestemming is vastgelegd."}]
    leg = answer(legs__answer__consent=CONSENT, legs__answer__conditions=named)
    assert leg.conditions.count("consent-recorded") == 1


ALL_OCMWS = {"id": "lokaal-bestuur", "kind": "ocmw", "class_of": "ocmw", "name": "OCMW's"}


def test_a_published_list_opens_for_those_on_it_only() -> None:
    listed = {"published_at": "de website", "listed": [{"body": "ocmw-gent"}, {"body": "ocmw-aalst"}]}
    leg = answer(
        instrument="authorisation",
        signatories=[],
        parties__1={**ALL_OCMWS, "beneficiaries": listed},
        to_complete=[],
        open_points=[],
    )
    assert leg.receivers == {"ocmw-gent", "ocmw-aalst"}
    elsewhere = {**ALL_OCMWS, "beneficiaries": {"published_at": "de website"}}
    leg = answer(instrument="authorisation", signatories=[], parties__1=elsewhere, to_complete=[], open_points=[])
    assert leg.receivers == {"kind:ocmw"}
    assert "on-beneficiary-list" in leg.conditions


def test_members_by_name_are_members_and_not_the_class() -> None:
    leg = answer(
        instrument="authorisation",
        signatories=[],
        parties__1={**ALL_OCMWS, "members": ["ocmw-gent"]},
        to_complete=[],
        open_points=[],
    )
    assert leg.receivers == {"ocmw-gent"}


def test_a_framework_opens_for_those_who_stated_their_agreement() -> None:
    joining = {
        "party": "lokaal-bestuur",
        "kinds": ["ocmw"],
        "text": "Met een verklaring.",
        "statement": "Akkoord met alles.",
    }
    base = {"instrument": "framework", "parties__1": ALL_OCMWS, "to_complete": [], "open_points": []}
    leg = answer(**base, joining=joining)
    assert "statement-of-agreement" in leg.conditions
    joined = {**joining, "statements": [{"body": "ocmw-gent", "date": "2026-02-01"}]}
    leg = answer(**base, joining=joined)
    assert leg.receivers == {"ocmw-gent"}
    assert "statement-of-agreement" not in leg.conditions


def test_a_ground_that_cannot_be_missed_bounds_the_days() -> None:
    ground = {"legal_grounds__1__required": True, "legal_grounds__1__valid_until": "2026-06-30"}
    assert str(policy(**ground).until) == "2026-06-30"
    assert str(policy(legal_grounds__1__valid_until="2026-06-30").until) == "2026-12-31"


RETENTION = {"text": "Niet vermeld.", "anchor": "not-stated"}


@pytest.mark.parametrize(
    ("changes", "code", "clause"),
    [
        ({"legs__answer__consent": {**CONSENT, "given_by": "buur"}}, "consent-of-another", "artikel 7"),
        ({"legs__answer__consent": {**CONSENT, "informed_about": []}}, "form-empty", "artikel 4, punt 11)"),
        ({"legs__answer__consent": {**CONSENT, "recorded_by": "pers"}}, "unknown-party", "artikel 8, §1"),
        ({"legs__answer__form": "pseudonymised"}, "pseudonymised-without-method", "artikel 4, punt 5)"),
        (
            {"legs__answer__pseudonymisation": {**PSEUDONYMS, "key_holder": "lokaal-bestuur"}},
            "pseudonyms-undone",
            "artikel 4, punt 5)",
        ),
        ({"purposes__0__use": "statistics"}, "research-without-safeguards", "artikel 89, lid 1"),
        ({"legs__answer__subjects__identified_by": ["naam"]}, "matching-in-doubt", "artikel 5, lid 1, d)"),
        ({"legs__answer__stop": {"on": "death", "text": "Overlijden.", "told_by": "x"}}, "stop-told-by-nothing", "c)"),
        ({"legs__answer__event": "geboorte"}, "unknown-event", "artikel 5, lid 1, c)"),
        ({"instrument": "framework"}, "framework-without-joining", "artikel 8, §1"),
        ({"instrument": "accession"}, "accession-without-framework", "artikel 8, §1"),
        ({"parties__1__jurisdiction": "third-country"}, "transfer-without-ground", "artikel 44"),
        (
            {"joint_control": {"parties": ["opgroeien-regie"], "arrangement": "Alles."}},
            "joint-control-alone",
            "artikel 26",
        ),
        (
            {"parties__0__processors": [{"name": "B", "work": "Opslag.", "engaged_by": "A"}]},
            "processor-of-nobody",
            "artikel 28, lid 2 en 4",
        ),
        (
            {"offer": {"by": "opgroeien-regie", "to": "lokaal-bestuur", "kinds": ["ocmw"], "text": "Een aanbod."}},
            "offer-of-no-template",
            "artikel 8, §1",
        ),
        (
            {
                "full_text": [
                    {
                        "number": "1",
                        "title": "Eerste",
                        "paragraphs": [{"text": "Iets.", "kept_by": [{"kind": "field", "at": "legs.nergens"}]}],
                    }
                ]
            },
            "trace-to-nowhere",
            "artikel 8, §1",
        ),
        ({"legs__answer__items__0__retention": RETENTION}, "not-stated-nor-open", "artikel 8, §1"),
        ({"legs__request__channels": ["not-stated"]}, "not-stated-nor-open", "artikel 8, §1"),
        ({"term__kind": "not-stated", "term__until": None}, "not-stated-nor-open", "artikel 8, §1"),
        ({"quality__correct_within": None}, "not-stated-nor-open", "artikel 8, §1"),
        ({"legal_grounds__3__status": "not-stated"}, "not-stated-nor-open", "artikel 8, §1"),
        (
            {f"legal_grounds__{number}__status": "draft" for number in range(4)},
            "no-ground-in-force",
            "artikel 6, lid 3",
        ),
        ({"legal_grounds__1__valid_from": "2026-06-01"}, "ground-not-yet-in-force", "artikel 6, lid 3"),
        ({"legal_grounds__1__valid_until": "2025-12-31"}, "ground-not-in-force", "artikel 6, lid 3"),
        (
            {"legal_grounds__1__status": "draft", "legal_grounds__1__required": True},
            "ground-is-draft",
            "artikel 6, lid 3",
        ),
        ({"onward": [{"recipient": "De pers", "purpose": "nieuws"}]}, "onward-without-protocol", "artikel 8, §1"),
        (
            {
                "onward": [
                    {"recipient": "A", "purpose": "wet", "own_protocol": "P", "notice": "vooraf", "notice_to": ["x"]}
                ]
            },
            "unknown-party",
            "artikel 8, §1",
        ),
    ],
)
def test_each_term_that_is_wrong_is_told_with_its_clause(changes: dict[str, Any], code: str, clause: str) -> None:
    found = problems(changed(**changes))
    assert code in found
    problem = found[code]
    assert problem.clause is not None
    assert problem.clause.article.endswith(clause)
    assert str(problem.remedy)
    assert problem.line is not None


def test_a_completion_meets_the_same_rules() -> None:
    """A day on which the law does not hold, filled in by a party, is told before anything is made of it."""
    completion = a_completion()
    ground = completion.legal_grounds["decreet-mededeling"].model_copy(
        update={"valid_until": completion.term.in_force_from}
    )
    assert isinstance(
        complete(a_template(), completion.model_copy(update={"legal_grounds": {"decreet-mededeling": ground}})),
        Agreement,
    )
    over = ground.model_copy(update={"valid_until": an_agreement().advices[0].date})
    made = complete(a_template(), completion.model_copy(update={"legal_grounds": {"decreet-mededeling": over}}))
    assert isinstance(made, list)
    assert {problem.code for problem in made} == {"ground-not-in-force"}


REFERRAL = "toeleiding-kind-en-gezin"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("consent",), None),
        (("consent", "informed_about"), ["Welke gegevens worden meegedeeld."]),
        (("consent", "recorded_by"), "ocmw"),
        (("mandate",), {**MANDATE, "given_by": "parent"}),
        (("started_by",), "receiver"),
        (("passes_on",), {"agreement": "iets-anders"}),
        (("form",), "anonymous"),
    ],
)
def test_a_text_cannot_drop_or_change_a_term_of_its_template(path: tuple[str, ...], value: Any) -> None:
    base = template(REFERRAL)
    text = plain(base) | {"is_template": False}
    text.pop("offer")
    assert check_never_widens(base, Agreement.model_validate(text)) == ()
    place = text["legs"]["toeleiding"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    found = check_never_widens(base, Agreement.model_validate(text))
    assert found
    assert all(problem.clause is not None for problem in found)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("joining", {"party": "ocmw", "kinds": ["ocmw"], "text": "Zo maar.", "statement": "Akkoord."}),
        ("joint_control", {"parties": ["ocmw", "opgroeien-regie"], "arrangement": "Samen."}),
        ("cost_terms", [{"code": "kost", "text": "Betalend."}]),
        ("receiver_successions", [{"earlier": "CAW", "by": "ocmw", "text": "Vervangt."}]),
        ("choices", [{"code": "keuze", "by": "ocmw", "question": {"nl": "Wat kiest u?"}}]),
    ],
)
def test_a_text_cannot_add_a_term_to_its_template(part: str, value: Any) -> None:
    base = template(REFERRAL)
    text = plain(base) | {"is_template": False, part: value}
    text.pop("offer")
    assert check_never_widens(base, Agreement.model_validate(text))


def test_shapes_that_nobody_has_drawn_yet_are_expressed() -> None:
    """Joint controllers, a chain of processors, a federal deliberation and a citizen's mandate, in one text."""
    text = changed(
        instrument="deliberation",
        authority="Informatieveiligheidscomité",
        number="24/001",
        joint_control={"parties": ["opgroeien-regie", "lokaal-bestuur"], "arrangement": "Elk voor het eigen deel."},
        parties__0__processors=[
            {"name": "A", "work": "Hosting.", "contract_on": "2025-01-01"},
            {"name": "B", "work": "Opslag.", "engaged_by": "A"},
        ],
        parties__1__jurisdiction="federal",
        legs__answer__mandate=MANDATE,
        cost_terms=[
            {
                "code": "levering",
                "text": "Per levering.",
                "payer": "lokaal-bestuur",
                "amount_cents": 5000,
                "per": "exchange",
            }
        ],
    )
    assert problems(text) == {}
    agreement = Agreement.model_validate(text)
    assert check_agreement(agreement) == ()
    assert "citizen-mandate" in policy_of(agreement).legs["answer"].conditions


def test_every_term_counts_in_the_hash_and_only_the_canonical_text_compiles() -> None:
    with_terms = Agreement.model_validate(changed(legs__answer__consent=CONSENT))
    other = Agreement.model_validate(
        changed(legs__answer__consent={**CONSENT, "informed_about": ["Welke gegevens.", "Aan wie?"]})
    )
    assert policy_of(with_terms).text_hash != policy_of(other).text_hash
    assert compile_policy(canonical(with_terms)) == policy_of(with_terms)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_strange_value_in_any_field_is_told_there_with_a_mend(data: st.DataObject) -> None:
    """Over a text that uses every field of the model; the rest of the file is still checked."""
    text = plain(everything())
    place: Any = text
    while True:
        keys: list[Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(place[key], (dict, list)) and place[key] and data.draw(st.integers(0, 3)):
            place = place[key]
            continue
        place[key] = data.draw(JUNK)
        break
    reading = read_agreement(json.dumps(text).encode())
    assert (reading.agreement is None) == bool(reading.problems)
    assert all(str(problem.what) and str(problem.remedy) for problem in reading.problems)


def letters(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in letters(inner, (*path, key))]
    if isinstance(value, list):
        return [found for number, inner in enumerate(value) for found in letters(inner, (*path, number))]
    return [path] if isinstance(value, str) and path[-1] != "format" else []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_one_letter_of_any_text_changed_is_another_hash_and_never_the_same_policy(data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(sorted(templates())))
    before = canonical(template(code))
    text = json.loads(before)
    path = data.draw(st.sampled_from(letters(text)))
    place = text
    for step in path[:-1]:
        place = place[step]
    word = place[path[-1]]
    at = data.draw(st.integers(0, len(word) - 1))
    place[path[-1]] = word[:at] + ("x" if word[at] != "x" else "y") + word[at + 1 :]
    after = rfc8785.dumps(text)
    assert text_hash(after) != text_hash(before)
    with pytest.raises(SluisError):
        load_policy(after, expected_hash=text_hash(before))


def test_a_text_of_before_the_terms_keeps_its_hash_and_its_policy() -> None:
    """`first_text.json` is a text as the first version of this model wrote it: new fields leave no trace in it."""
    first = Path(__file__).with_name("first_text.json").read_bytes()
    assert text_hash(first) == "e466676d9b309f5dc8efdb6fb46540eec9d65be68f65a59d97f7a97344058111"
    assert canonical(from_canonical(first)) == first
    leg = compile_policy(first).legs["answer"]
    assert leg.conditions == ("decision-attached", "answer-only-what-was-asked")
    assert leg.receivers == {"gemeente-wingene"}
