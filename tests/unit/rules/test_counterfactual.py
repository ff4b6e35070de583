"""Which single fact would change the outcome."""

from datetime import date
from typing import Any

from sluis.kernel.month import Month
from sluis.rules.counterfactual import counterfactuals, next_change
from sluis.rules.nodes import Scalar
from tests.unit.rules.families import child
from tests.unit.rules.waterland import MARCH_2023, waterland

BOOK = waterland()
Row = dict[str, Scalar]


def search(rows: list[Row], output: str = "tide_allowance", **more: Any) -> dict[tuple[str, str], Any]:
    found = counterfactuals(BOOK, MARCH_2023, rows, "ann", output, **more)
    return {(change.subject, change.fact.name): change for change in found}


def test_an_income_above_the_ceiling_names_the_income_just_below_that_gives_a_right():
    change = search([child("ann", income=5_000_000)])["ann", "income"]
    assert change.outcome.value == 1
    assert 4_499_000 < change.after < 4_500_000
    assert search([child("ann", income=change.after + 1)])["ann", "income"].outcome.value == 1


def test_the_border_is_found_though_the_income_is_a_brothers():
    change = search([child("ann", income=1_000_000), child("bob", income=2_500_000)])["bob", "income"]
    there = search([child("ann", income=1_000_000), child("bob", income=change.after)])["bob", "income"]
    assert change.outcome.value == 6832
    assert abs(change.after - 2_500_000) < 300
    assert there.outcome.value != change.outcome.value


def test_a_truth_is_turned():
    change = search([child("ann", below_sea=False)])["ann", "below_sea"]
    assert (change.after, change.outcome.value) == (True, 10250)
    assert "het huis onder de zeespiegel ligt: ja in plaats van nee" in str(change.sentence)


def test_a_fact_that_was_not_looked_at_is_not_proposed():
    assert ("ann", "income") not in search([child("ann", below_sea=False)])
    assert ("ann", "polder") not in search([child("ann")])


def test_the_birth_date_is_the_border_of_the_age_unless_it_is_fixed():
    rows = [child("ann", born=date(2005, 2, 28))]
    assert search(rows)["ann", "born"].after == date(2005, 4, 1)
    assert ("ann", "born") not in search(rows, fixed=["born"])


def test_a_key_is_replaced_by_one_that_the_table_knows():
    change = search([child("ann", polder="east")], "polder_supplement")["ann", "polder"]
    assert (change.after, change.outcome.value) == ("north", 510)


def test_an_unknown_fact_gets_a_value_that_decides():
    change = search([child("ann", below_sea=None)])["ann", "below_sea"]
    assert change.outcome.decided


def test_the_search_is_bounded():
    assert search([child("ann", income=5_000_000)], budget=0) == {}


def test_time_alone_changes_an_outcome_in_the_month_of_a_birthday_or_of_a_new_law():
    later = next_change(BOOK, MARCH_2023, [child("ann", born=date(2005, 6, 15))], "ann", "tide_allowance")
    assert later is not None
    assert (later[0], later[1].value) == (Month(2023, 6), 0)
    law = next_change(BOOK, MARCH_2023, [child("ann")], "ann", "tide_allowance")
    assert law is not None
    assert (law[0], law[1].value) == (Month(2024, 1), 10507)


def test_a_fact_without_effect_now_is_tried_in_the_months_ahead():
    rows = [child("ann", born=date(2011, 5, 1), below_sea=True)]
    found = counterfactuals(BOOK, MARCH_2023, rows, "ann", "storm_bonus", months_ahead=2, budget=2000)
    assert any(change.since >= MARCH_2023 for change in found)
