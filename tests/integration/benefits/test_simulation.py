"""A change of law before it is law: the sums are those of both laws, and nobody who is open is counted a loser."""

from __future__ import annotations

from datetime import date

import pytest

from sluis.benefits.law import INSTRUMENT, law
from sluis.benefits.simulation import first_month_of, simulate
from sluis.benefits.tables import tables_of_rows
from sluis.kernel.month import Month
from sluis.rules import Parameters, parameters_of
from tests.integration.benefits.test_grant_run import family

CHANGE = (
    "bedrag_basis: {{unit: EUR, article: art. 13, values: [{{from: {since}, value: {value}, confidence: derived}}]}}"
)
KIDS = {"one": date(2021, 2, 3), "two": date(2022, 8, 9)}


def change(value: str, since: str = "2024-01") -> Parameters:
    return Parameters(parameters_of(CHANGE.format(since=since, value=value), instrument=INSTRUMENT))


@pytest.mark.parametrize(
    ("value", "each", "winners", "losers"), [("200.00", 20000 - 17666, 1, 0), ("100.00", 10000 - 17666, 0, 1)]
)
def test_winners_losers_and_cost_follow_from_both_laws(value: str, each: int, winners: int, losers: int) -> None:
    told = simulate(
        tables_of_rows(family(kids=KIDS)),
        change(value),
        month=Month(2024, 5),
        law=law(),
        benefits=["basisbedrag"],
    )
    assert told.cost_cents == 2 * each
    assert (told.winners, told.losers) == (winners, losers)
    assert told.by_benefit.select("benefit", "difference_cents").rows() == [("basisbedrag", 2 * each)]
    assert told.bands.get_column("families").sum() == 1
    assert told.bands.get_column("children").sum() == 2


def test_a_change_that_changes_nothing_costs_nothing() -> None:
    told = simulate(
        tables_of_rows(family(kids=KIDS)), change("176.66"), month=Month(2024, 5), law=law(), benefits=["basisbedrag"]
    )
    assert (told.cost_cents, told.winners, told.losers) == (0, 0, 0)
    assert told.bands.rows() == [(0, 0, 1, 2)]


def test_a_change_does_nothing_to_months_before_it() -> None:
    told = simulate(
        tables_of_rows(family(kids=KIDS)), change("300.00"), month=Month(2023, 12), law=law(), benefits=["basisbedrag"]
    )
    assert told.cost_cents == 0
    assert first_month_of(change("300.00", "2024-07")) == Month(2024, 7)


def test_what_is_open_is_counted_apart_and_is_no_loss() -> None:
    rows = family(kids=KIDS)
    rows["residences"] = [each for each in rows["residences"] if each["person"] != "two"]
    told = simulate(tables_of_rows(rows), change("200.00"), month=Month(2024, 5), law=law(), benefits=["basisbedrag"])
    assert told.losers == 0
    open_before = int(told.undecided.get_column("before").sum())
    assert open_before == int(told.undecided.get_column("after").sum())
    assert told.amounts.height + open_before == 2
