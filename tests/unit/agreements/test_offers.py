"""What is offered can be completed, and what nobody recorded about it refuses by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from sluis.agreements.catalogue import example_completion, template
from sluis.agreements.completion import ChoiceCompletion, Completion, LegNarrowing, TermCompletion, complete
from sluis.agreements.missing import what_is_missing
from sluis.agreements.model import Agreement
from sluis.agreements.text import policy_of
from sluis.gate.model import Request, Standing
from sluis.gate.policy import Situation, decide
from sluis.kernel.errors import SluisError
from sluis.kernel.insz import Insz
from tests.unit.agreements.samples import a_completion

REFERRAL = "toeleiding-kind-en-gezin"


def test_a_choice_is_answered_once_by_a_completion() -> None:
    base = template("family-proef-geboortevoordeel")
    completion = a_completion().model_copy(
        update={
            "template": base.id,
            "agreement": "geboorte-wingene",
            "parties": {},
            "signatories": {},
            "legal_grounds": {},
            "legs": {},
            "term": TermCompletion(),
            "choices": {"doelgroep": ChoiceCompletion(answer="Elk kind dat in Wingene geboren is.")},
        }
    )
    made = complete(base, completion)
    assert isinstance(made, Agreement), [str(problem.what) for problem in made]
    assert (made.choices or ())[0].answer == "Elk kind dat in Wingene geboren is."
    assert made.offer is None
    again = complete(
        made,
        completion.model_copy(
            update={"template": made.id, "choices": {"doelgroep": ChoiceCompletion(answer="Iedereen.")}}
        ),
    )
    assert isinstance(again, list)
    assert {problem.code for problem in again} >= {"not-a-blank"}


def test_the_nine_items_of_a_birth_and_not_one_more() -> None:
    leg = policy_of(template("geboorten-materniteit")).legs["geboorte"]
    assert set(leg.items) == {
        "mother-name",
        "mother-birth-date",
        "mother-insz",
        "mother-address",
        "mother-contact",
        "child-name",
        "child-birth-date",
        "child-death-date",
        "child-relinquished",
    }
    conditional = {item.name for item in template("geboorten-materniteit").legs["geboorte"].items if item.only_when}
    assert conditional == {"child-death-date", "child-relinquished"}


def test_a_referral_passes_contact_data_only_and_needs_consent_information_and_secrecy() -> None:
    leg = policy_of(template(REFERRAL)).legs["toeleiding"]
    assert set(leg.items) == {"parent-name", "parent-address", "parent-phone", "parent-email"}
    assert {"consent-recorded", "informed-before", "professional-secrecy"} <= set(leg.conditions)
    assert leg.subjects.territory == "receiver"


@pytest.mark.parametrize(
    ("code", "leg"), [("toeleiding-kind-en-gezin", "toeleiding"), ("gemeenschappelijk-klantenbestand", "delen")]
)
def test_the_gate_refuses_by_name_what_nobody_recorded(code: str, leg: str) -> None:
    policy = policy_of(template(code))
    found = policy.legs[leg]
    request = Request(
        actor="a",
        party=min(found.receivers),
        agreement=policy.agreement,
        leg=leg,
        purpose=min(found.purposes),
        items=frozenset(found.items),
        subjects=(Insz("01610100176"),),
        channel=min(found.channels),
        at=datetime(2026, 6, 1, tzinfo=UTC),
        reference=date(2026, 6, 1),
    )
    for lacking in found.conditions:
        recorded = frozenset(found.conditions) - {lacking}
        situation = Situation(
            request=request,
            state="in_force",
            stored_hash=policy.text_hash,
            policy=replace(policy, in_force_from=date(2021, 1, 1)),
            leg=found,
            receivers=found.receivers,
            must_sign_anew=frozenset(),
            standing=Standing("person", found.roles, 0, recorded),
            on=date(2026, 6, 1),
        )
        refused = decide(situation)
        assert refused is not None
        assert [reason.code for reason in refused.reasons] == ["condition-not-met"]
        assert lacking in str(refused.reasons[0].what)
        assert (
            decide(replace(situation, standing=Standing("person", found.roles, 0, frozenset(found.conditions)))) is None
        )


def test_an_ocmw_completes_the_referral_until_only_its_signature_is_missing() -> None:
    who = {
        field: a_completion().parties["lokaal-bestuur"].model_dump()[field]
        for field in ("kbo", "nis", "dpo", "decision")
    }
    party = {
        **who,
        "name": "OCMW Wingene",
        "body": "ocmw-wingene",
        "security_plan": {"text": "Het plan van OCMW Wingene (fictief)."},
        "processing_register": "Verwerking ‘toeleiding’ (fictief).",
        "citizen_information": "Een folder van het lokaal team.",
        "processors": [],
    }
    completion = Completion.model_validate(
        {
            "format": "sluis-completion/1",
            "template": REFERRAL,
            "agreement": "toeleiding-wingene",
            "parties": {"ocmw": party},
            "signatories": {
                name: {"name": "Jan (fictief)"} for name in ("ocmw-voorzitter", "ocmw-directeur", "opgroeien-regie")
            },
            "term": {"in_force_from": "2026-02-01"},
            "legs": {"toeleiding": {"retention_days": 60}},
        }
    )
    made = complete(template(REFERRAL), completion)
    assert isinstance(made, Agreement), [str(problem.what) for problem in made]
    assert what_is_missing(made) == ()
    assert policy_of(made).legs["toeleiding"].receivers == {"ocmw-wingene"}
    wider = complete(
        template(REFERRAL), completion.model_copy(update={"legs": {"toeleiding": LegNarrowing(roles=("anybody",))}})
    )
    assert isinstance(wider, list)
    assert {problem.code for problem in wider} >= {"widens-roles"}


def test_a_text_without_an_example_says_so() -> None:
    with pytest.raises(SluisError) as told:
        example_completion(REFERRAL)
    assert told.value.code == "no-example"
