"""The sociale toeslag: what holds for every family, whatever its income, size and custody."""

from __future__ import annotations

import random
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluis.benefits.deciding import Engine
from sluis.benefits.packages.sociale_toeslag.years import award_year, income_year
from sluis.benefits.payments import paid_to
from sluis.kernel.month import Month
from tests.unit.benefits.sociale_toeslag.families import Families, per_child

MONTHS = ("2020-01", "2022-11", "2023-03", "2023-10", "2024-10", "2025-10")
INCOMES = st.integers(min_value=0, max_value=9_000_000)


def family(families: Families, name: str, income: int, children: int, years: tuple[int, ...]) -> None:
    families.adult(f"{name}_a", name)
    for number in range(children):
        families.child(f"{name}_{number}", name, f"{name}_a", born=date(2019, 1, 10))
    for year in years:
        families.income(f"{name}_a", year, income)


@settings(max_examples=12, deadline=None)
@given(month=st.sampled_from(MONTHS), incomes=st.lists(INCOMES, min_size=2, max_size=12), children=st.integers(1, 4))
def test_more_income_never_gives_more(month: str, incomes: list[int], children: int) -> None:
    families = Families()
    for number, income in enumerate(sorted(incomes)):
        family(families, f"f{number}", income, children, (income_year(Month.parse(month)),))
    amounts = families.amounts(month)
    per_family = [amounts[f"f{number}_0"] for number in range(len(incomes))]
    assert None not in per_family
    assert per_family == sorted(per_family, key=lambda cents: cents or 0, reverse=True)


@settings(max_examples=12, deadline=None)
@given(month=st.sampled_from(MONTHS), incomes=st.tuples(INCOMES, INCOMES), children=st.integers(1, 4))
def test_what_two_equal_families_get_is_half_of_each_rounded_on_the_total(
    month: str, incomes: tuple[int, int], children: int
) -> None:
    year = income_year(Month.parse(month))
    families = Families()
    for side, income in zip(("left", "right"), incomes, strict=True):
        families.adult(side, side)
        families.income(side, year, income)
        family(families, f"whole_{side}", income, children, (year,))
    for number in range(children):
        families.child(f"shared_{number}", "left", "left", "right", born=date(2019, 1, 10))
    decided = families.decided(month)
    amounts = per_child(decided)
    left, right = amounts["whole_left_0"] or 0, amounts["whole_right_0"] or 0
    paid = paid_to(decided, "sociale_toeslag").filter(child="shared_0")
    assert amounts["shared_0"] == (left + right + 1) // 2
    assert sum(paid["amount"]) == amounts["shared_0"]
    assert all(abs(2 * amount - {"left": left, "right": right}[payee]) <= 1 for payee, amount in _each(paid))


def _each(paid: pl.DataFrame) -> list[tuple[str, int]]:
    return list(zip(paid["payee"], paid["amount"], strict=True))


def drawn(seed: int) -> Families:
    """Draw families of every make: couples, single and separated parents, partners who come and go, old children."""
    chance = random.Random(seed)
    families = Families()
    for number in range(14):
        name = f"f{number}"
        families.adult(f"{name}_a", name)
        families.adult(f"{name}_b", chance.choice([name, f"{name}_x"]))
        families.adult(f"{name}_c", chance.choice([name, f"{name}_x", f"{name}_y"]), since=_some_day(chance))
        if chance.random() < 0.6:
            families.couple(f"{name}_{chance.choice('ab')}", f"{name}_c", since=_some_day(chance))
        for child in range(chance.randint(1, 4)):
            rank = chance.choice(["", "", f"rank{min(child + 1, 3)}"])
            born = date(chance.randint(2006, 2018), 3, 4) if rank else date(chance.randint(2019, 2023), 3, 4)
            payees = [f"{name}_a", f"{name}_b"][: chance.randint(1, 2)]
            families.child(f"{name}_{child}", name, *payees, born=born, rank=rank)
            if chance.random() < 0.4:
                half = chance.choice([0.5, 0.5, 0.7])
                for home, share in ((name, half), (f"{name}_x", round(1 - half, 1))):
                    families.row(
                        "custody", child=f"{name}_{child}", household=home, share=share, from_=date(2022, 1, 1)
                    )
        for person in "abc":
            _some_income(families, chance, f"{name}_{person}")
    return families


def _some_day(chance: random.Random) -> date:
    return date(2023, chance.randint(1, 12), chance.randint(1, 28))


def _some_income(families: Families, chance: random.Random, person: str) -> None:
    for year in (2021, 2023):
        if chance.random() < 0.85:
            families.income(person, year, chance.randint(0, 4_500_000))
        if chance.random() < 0.2:
            families.income(person, year, chance.randint(0, 300_000), chance.choice(["ki_other_use", "leefloon"]))
    if chance.random() < 0.15:
        families.row("replacement_incomes", person=person, kind="ivt", from_=_some_day(chance))
    if chance.random() < 0.15:
        families.row("illness", person=person, kind="disabled", from_=_some_day(chance))
    if chance.random() < 0.2:
        families.row(
            "alarm_bells",
            beneficiary=person,
            from_=date(2023, 1, 1),
            to=date(2023, chance.randint(5, 9), 30),
            monthly_income="1900.00",
            proven_on=date(2023, 12, 1),
        )


@pytest.mark.parametrize("month", ["2023-06", "2023-10"])
def test_every_engine_gives_the_same_cents_and_the_same_reasons(month: str) -> None:
    families = drawn(seed=len(month) + int(month[-1]))
    told = families.decided(month)
    outputs = ("sociale_toeslag", "sociale_toeslag_voorlopig", "sociale_toeslag_inkomensjaar")
    assert any(per_child(told).values())
    engines: tuple[Engine, ...] = ("duckdb", "interpreter")
    for engine in engines:
        other = families.decided(month, engine)
        for output in outputs:
            assert told.values(output).sort("key").equals(other.values(output).sort("key")), (engine, output)
        keys = ["key", "lack", "name"]
        assert told.doubts("sociale_toeslag").sort(keys).equals(other.doubts("sociale_toeslag").sort(keys)), engine


def test_an_income_that_is_not_known_leaves_the_supplement_undecided() -> None:
    families = Families()
    family(families, "low", 2_000_000, 1, (2021,))
    family(families, "open", 2_000_000, 1, (2020,))
    decided = families.decided("2023-10")
    assert per_child(decided) == {"low_0": 7050, "open_0": None}
    missing = decided.doubts("sociale_toeslag").filter(child="open_0")["name"].to_list()
    assert "toekenning_loon_en_pensioen" in missing


def test_a_partner_without_a_known_income_is_not_one_without_income() -> None:
    families = Families()
    family(families, "f", 2_000_000, 1, (2021,))
    families.adult("partner", "f")
    families.couple("f_a", "partner")
    assert families.amounts("2023-10") == {"f_0": None}


def test_a_known_ground_decides_whatever_is_not_known_of_the_others() -> None:
    families = Families()
    family(families, "year", 2_000_000, 1, (2023,))
    family(families, "wage", 0, 1, ())
    families.row("replacement_incomes", person="wage_a", kind="leefloon", from_=date(2023, 1, 1))
    assert families.amounts("2023-10") == {"year_0": 7050, "wage_0": 7050}


def test_the_award_year_begins_in_october_and_from_2022_in_september() -> None:
    begins = [
        Month.parse(text) for text in ("2019-10", "2020-09", "2021-09", "2021-10", "2022-08", "2022-09", "2023-08")
    ]
    assert [award_year(month) for month in begins] == [2019, 2019, 2020, 2021, 2021, 2022, 2022]
    assert [income_year(month) for month in begins] == [2017, 2017, 2018, 2019, 2019, 2020, 2020]
    assert income_year(Month.parse("2019-05")) == 2017


def test_the_facts_and_the_rules_look_at_the_same_years() -> None:
    families = Families()
    family(families, "f", 2_000_000, 1, tuple(range(2016, 2025)))
    for month in ("2019-05", "2019-10", "2021-09", "2022-08", "2022-09", "2024-12"):
        found = families.decided(month).values("sociale_toeslag_inkomensjaar")["value"].to_list()
        assert found == [income_year(Month.parse(month))], month


def test_a_family_is_not_looked_at_twice_when_nothing_changed() -> None:
    families = drawn(seed=3)
    sides = families.decided("2024-10").values("sociale_toeslag")["key"].to_list()
    assert len(sides) == len(set(sides))
    assert not [side for side in sides if side.endswith("|begin")]
