"""One family, rule by rule."""

import json
from datetime import date

import pytest

from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.rules import InForce, Outcome, interpret, traced
from sluis.rules.nodes import Scalar
from tests.unit.rules.families import child
from tests.unit.rules.waterland import MARCH_2023, waterland

BOOK = waterland()
LAW = BOOK.at(MARCH_2023)


def decide(rows: list[dict[str, Scalar]], output: str, subject: str = "ann", law: InForce = LAW) -> Outcome:
    return interpret(law, rows).outcome(subject, output)


def test_a_child_below_the_sea_gets_the_full_amount():
    assert decide([child("ann")], "tide_allowance").value == 10250


@pytest.mark.parametrize(
    ("income", "amount"), [(3000000, 10250), (3000001, 10250), (3750000, 5125), (4499999, 0), (4500000, 0)]
)
def test_above_the_limit_the_amount_shrinks_half_up_to_the_cent(income, amount):
    assert decide([child("ann", income=income)], "tide_allowance").value == amount


def test_an_unknown_income_is_undecided_and_names_the_fact_and_whom_to_ask():
    outcome = decide([child("ann", income=None)], "tide_allowance")
    assert outcome.value is None
    assert outcome.missing_names == ("fact:income",)
    reason = outcome.undecided(LAW).missing[0]
    assert str(reason.remedy) == "Vraag dit aan de schatkist van Waterland."
    assert str(reason.clause) == "Getijdenwet, art. 4"


def test_an_unknown_income_of_a_brother_leaves_the_sister_undecided_and_says_whose():
    outcome = decide([child("ann"), child("bob", income=None)], "tide_allowance")
    assert [(doubt.name, doubt.subject) for doubt in outcome.missing] == [("income", "bob")]


def test_a_fact_that_cannot_matter_is_not_missing():
    assert decide([child("ann", below_sea=False, income=None)], "tide_allowance").value == 0
    assert decide([child("ann", born=date(1990, 1, 1), below_sea=None)], "entitled").value is False


def test_a_child_without_a_house_that_is_known_is_undecided():
    outcome = decide([child("ann", house=None)], "house_income")
    assert outcome.value is None
    assert outcome.missing_names == ("fact:house",)


def test_two_children_without_a_house_are_not_one_family():
    rows = [child("ann", house=None), child("bob", house=None, income=5), child("cas")]
    assert decide(rows, "house_income", "cas").value == 0


def test_the_youngest_has_the_first_place_and_twins_do_not_share_one():
    rows = [child("zoe"), child("ann"), child("kim", born=date(2020, 5, 1)), child("old", born=date(1980, 1, 1))]
    places = [decide(rows, "place", name).value for name in ("kim", "ann", "zoe", "old")]
    assert places == [1, 2, 3, 0]


def test_bands_hold_from_their_lower_edge_and_up_to_their_upper_one():
    amounts = [decide([child("ann", born=date(2023 - age, 3, 1))], "storm_bonus").value for age in (5, 6, 11, 12)]
    assert amounts == [2040, 3570, 3570, 6120]


def test_a_key_without_a_row_is_undecided_and_names_the_table():
    outcome = decide([child("ann", polder="east")], "polder_supplement")
    assert outcome.missing_names == ("parameter:polder_supplement_by_polder",)


def test_a_weak_value_makes_the_outcome_provisional_only_where_it_was_used():
    assert decide([child("ann")], "polder_supplement").weak == ("polder_supplement_by_polder",)
    assert not decide([child("ann", below_sea=False)], "polder_supplement").provisional
    reasons = decide([child("ann")], "total").provisional_reasons(LAW)
    assert "waarde vanaf 2023-01" in str(reasons[0])


def test_a_weak_value_can_be_refused():
    outcome = decide([child("ann")], "total", law=BOOK.at(MARCH_2023, refuse_weak=True))
    assert outcome.missing_names == ("parameter:polder_supplement_by_polder",)


def test_a_value_that_was_not_found_leaves_the_outcome_undecided():
    assert decide([child("ann")], "tide_allowance", law=BOOK.at(Month(2025, 1))).missing_names == (
        "parameter:tide_amount",
    )


def test_each_regime_holds_on_its_own_dates():
    rich = [child("ann", income=9900000)]
    assert decide(rich, "tide_allowance", law=BOOK.at(Month(2021, 12))).value == 10000
    assert decide(rich, "tide_allowance", law=BOOK.at(Month(2022, 1))).value == 0


def test_a_month_without_a_rule_fails_with_a_sentence():
    with pytest.raises(SluisError, match=r"Er is geen regel voor total in 2021-12") as fault:
        BOOK.at(Month(2021, 12), ["total"])
    assert "2022-01/.." in str(fault.value.remedy)


def test_without_named_outputs_a_month_decides_what_it_has_rules_for():
    assert "total" not in BOOK.at(Month(2021, 12)).outputs


@pytest.mark.parametrize(
    "wrong", [{"born": None}, {"income": "12.50"}, {"below_sea": 1}, {"boats": 21}, {"child": None}, {"boats": True}]
)
def test_a_fact_of_another_kind_is_refused_without_showing_its_value(wrong):
    with pytest.raises(SluisError) as fault:
        interpret(LAW, [child("ann") | wrong])
    assert next(iter(wrong)) in str(fault.value)
    assert "12.50" not in str(fault.value)


def test_a_child_that_stands_twice_is_refused():
    with pytest.raises(SluisError, match="meer dan een rij"):
        interpret(LAW, [child("ann"), child("ann")])


def test_the_trace_is_json_and_leads_from_the_amount_to_the_facts_and_the_gazette():
    chain = traced(interpret(LAW, [child("ann", income=3750000)]), "ann", "total")
    assert json.loads(json.dumps(chain)) == chain
    by_rule = {each["rule"]: each for each in chain}
    assert by_rule["tide_allowance"]["value"] == "51.25"
    assert by_rule["house_income"]["article"] == "Getijdenwet, art. 2"
    assert by_rule["age"]["facts"] == {"born": "2013-01-15"}
    limit = {each["name"]: each for each in by_rule["tide_allowance"]["parameters"]}["income_limit"]
    assert (limit["since"], limit["value"], limit["confidence"]) == ("2019-01", "30000.00", "sourced")


def test_the_order_of_rows_does_not_change_an_answer():
    rows = [child("ann"), child("bob", born=date(2020, 1, 1)), child("cas", income=None, house="dyke-2")]
    there, back = interpret(LAW, rows), interpret(LAW, rows[::-1])
    for name in ("ann", "bob", "cas"):
        for output in LAW.outputs:
            assert there.outcome(name, output) == back.outcome(name, output)


def test_families_in_turn_decide_as_each_alone_though_they_share_the_law():
    law = BOOK.at(MARCH_2023)
    assert law is LAW, "the law of a month is made once"
    families = [[child("ann")], [child("ann", income=None), child("bob", income=1)], [child("ann", below_sea=None)]]
    alone = [traced(interpret(waterland().at(MARCH_2023), rows), "ann", "tide_allowance") for rows in families]
    together = [interpret(law, rows) for rows in families]
    assert [traced(told, "ann", "tide_allowance") for told in together] == alone
    assert [traced(told, "ann", "tide_allowance") for told in reversed(together)] == alone[::-1]
