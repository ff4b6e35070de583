"""What the law of the Groeipakket reads besides: incomes over years, school, childcare, care, custody, accounts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from sluis.authentic.population.generate import generate
from sluis.authentic.population.published import published
from sluis.benefits.law import decide, law
from sluis.benefits.money.accounts import PAYERS, is_iban, read_accounts, read_choices
from sluis.benefits.tables import read_directory
from sluis.kernel.month import Month
from tests.unit.authentic.conftest import Facts, read

CHILDREN = 3_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("ruled")
    generate(children=CHILDREN, seed=5, out=made)
    return made


def _born(town: Facts) -> pl.DataFrame:
    children = town["parentage"].select(pl.col("child").unique())
    return children.join(town["persons"], left_on="child", right_on="id").filter(pl.col("died").is_null())


@pytest.mark.parametrize("month", ["2022-11", "2023-09", "2024-05"])
def test_the_law_decides_every_benefit_for_every_child(folder: Path, month: str) -> None:
    decided = decide(read_directory(folder), Month.parse(month))
    open_ones = {
        name: decided.values(name)["value"].null_count() for name in sorted(law().benefits) if decided.has(name)
    }
    assert {name: count for name, count in open_ones.items() if count} == {}


def test_each_benefit_is_due_to_somebody_in_a_year(folder: Path) -> None:
    tables = read_directory(folder)
    due: set[str] = set()
    for month in ("2022-11", "2023-06", "2023-07", "2023-09"):
        decided = decide(tables, Month.parse(month))
        due |= {name for name in law().benefits if decided.has(name) and (decided.values(name)["value"] > 0).any()}
    # An adopted child of one's partner lived in the household before: no startbedrag a second time.
    assert set(law().benefits) - due <= {"startbedrag_adoptie"}


def test_the_children_that_give_right_are_those_that_were_asked_for(folder: Path) -> None:
    decided = decide(read_directory(folder), Month(2023, 9), benefits=["basisbedrag", "rangbedrag"])
    amounts = pl.concat([decided.values(name) for name in ("basisbedrag", "rangbedrag")])
    assert amounts.filter(pl.col("value") > 0)["child"].n_unique() == pytest.approx(CHILDREN, rel=0.01)


def test_every_living_parent_has_an_income_in_every_year_and_the_dead_have_none(town: Facts) -> None:
    parents = town["parentage"].select(id=pl.col("parent").unique()).join(town["persons"], on="id")
    living = parents.filter(pl.col("died").is_null())
    for year in range(2018, 2024):
        of_year = town["incomes"].filter(pl.col("year") == year)["person"].unique()
        assert living.filter(~pl.col("id").is_in(of_year)).is_empty(), year
        gone = parents.filter(pl.col("died") < date(year, 1, 1))
        assert gone.filter(pl.col("id").is_in(of_year)).is_empty(), year
    late = town["incomes"].filter(pl.col("known_on") <= pl.date(pl.col("year"), 12, 31))
    assert late.is_empty()


def test_a_reader_of_one_year_or_month_finds_its_rows_together(town: Facts) -> None:
    for name, key in (
        ("incomes", "year"),
        ("education", "school_year"),
        ("childcare_days", "month"),
        ("work", "month"),
    ):
        assert town[name][key].is_sorted(), name


def test_maintenance_is_paid_by_one_parent_and_received_by_the_other(town: Facts) -> None:
    rows = town["incomes"].filter(pl.col("year") == 2022)
    received = rows.filter(pl.col("kind") == "maintenance_received")
    paid = rows.filter(pl.col("kind") == "maintenance_paid")
    assert received.height > 10
    assert received["amount"].sum() <= paid["amount"].sum()
    assert not set(received["person"]) & set(paid["person"])


def test_every_child_of_school_age_is_enrolled_once(town: Facts) -> None:
    now = town["education"].filter(pl.col("school_year") == "2023-2024")
    assert now["pupil"].is_unique().all()
    obliged = _born(town).filter(pl.col("born").is_between(date(2006, 1, 1), date(2017, 12, 31)))
    lives = town["beneficiaries"].filter(pl.col("to").is_null())["child"]
    assert obliged.filter(pl.col("child").is_in(lives) & ~pl.col("child").is_in(now["pupil"])).is_empty()
    ages = (
        now.join(town["persons"], left_on="pupil", right_on="id").group_by("level").agg(pl.col("born").dt.year().mean())
    )
    mean = dict(ages.iter_rows())
    assert mean["nursery"] > mean["primary"] > mean["secondary"] > mean["higher"]


def test_nobody_is_at_school_before_two_and_a_half_or_in_childcare_after(town: Facts) -> None:
    rows = town["education"].join(town["persons"], left_on="pupil", right_on="id")
    assert rows.filter(pl.col("from") < pl.col("born").dt.offset_by("30mo").dt.offset_by("-3d")).is_empty()
    days = town["childcare_days"].join(town["persons"], left_on="child", right_on="id")
    age = pl.col("month") - (pl.col("born").dt.year() * 12 + pl.col("born").dt.month() - 1)
    assert days.select(age.alias("age"))["age"].is_between(2, 36).all()


def test_grown_students_have_every_school_year_since_eighteen(town: Facts) -> None:
    grown = _born(town).filter(pl.col("born").is_between(date(2000, 1, 1), date(2004, 8, 31)))
    lives = town["beneficiaries"].filter(pl.col("to").is_null())["child"]
    grown = grown.filter(pl.col("child").is_in(lives)).with_columns(
        wanted=2022 - (pl.col("born").dt.year() + 18) + 1  # to 2022-2023: who left school did so after it
    )
    years = (
        town["education"]
        .filter(pl.col("school_year") <= "2022-2023")
        .group_by(child="pupil")
        .agg(had=pl.col("school_year").filter(pl.col("school_year") >= "2018").n_unique())
    )
    joined = grown.join(years, on="child", how="left")
    assert (joined["had"] >= joined["wanted"]).all()


def test_shares_of_custody_add_up_and_are_of_two_households(town: Facts) -> None:
    both = town["custody"].group_by("child").agg(pl.col("share").sum(), pl.col("household").n_unique())
    assert both.height > 20
    assert ((both["share"] - 1).abs() < 1e-9).all()
    assert (both["household"] == 2).all()
    equal = town["custody"].filter(pl.col("share") == 0.5).join(town["persons"], left_on="child", right_on="id")
    assert (equal["born"] >= date(2019, 1, 1)).all()


def test_a_placed_child_is_with_somebody_who_is_not_its_parent(town: Facts) -> None:
    placed = town["placements"]
    assert placed.filter((pl.col("kind") == "foster") != pl.col("carer").is_not_null()).is_empty()
    assert placed.filter((pl.col("kind") == "institution") != pl.col("organisation").is_not_null()).is_empty()
    own = placed.join(town["parentage"], left_on=["child", "carer"], right_on=["child", "parent"], how="semi")
    assert own.is_empty()
    assert set(placed["organisation"].drop_nulls()) <= set(town["organisations"]["id"])


def test_every_payee_has_a_test_account_with_right_check_digits(folder: Path) -> None:
    facts, accounts = read(folder), read_accounts(folder)
    assert accounts["person"].is_unique().all()
    assert accounts["iban"].is_unique().all()
    assert accounts["iban"].str.starts_with("XX").all()
    assert all(is_iban(iban) for iban in accounts["iban"].head(500))
    payees = pl.concat([facts["beneficiaries"]["person"], facts["placements"]["organisation"].drop_nulls()])
    assert set(payees) <= set(accounts["person"])


def test_families_choose_each_of_the_five_payers_and_both_parents_the_same(folder: Path) -> None:
    facts, choices = read(folder), read_choices(folder)
    assert set(choices["payer"]) == set(PAYERS)
    of_child = facts["parentage"].join(choices, left_on="parent", right_on="person").group_by("child")
    assert (of_child.agg(pl.col("payer").n_unique())["payer"] == 1).all()


def test_the_targets_of_care_are_the_published_ones() -> None:
    figures = published().statistics
    assert figures["zorgtoeslag_share", "2022-12"] == 0.027
    assert figures["ondersteuningstoeslag_children", "2023-12"] == 8_693
    assert figures["kinderopvangtoeslag_children", "2023-11"] == 40_000


@pytest.mark.parametrize("reference", [date(2024, 2, 29), date(2025, 8, 31), date(2025, 9, 1)])
def test_another_reference_date_moves_school_years_and_income_years_along(tmp_path: Path, reference: date) -> None:
    generate(children=200, seed=3, out=tmp_path, reference=reference)
    facts = read(tmp_path)
    begun = reference.year if reference.month >= 9 else reference.year - 1
    assert facts["education"]["school_year"].max() == f"{begun}-{begun + 1}"
    assert facts["incomes"]["year"].unique().sort().to_list() == list(range(reference.year - 5, reference.year + 1))
    assert facts["childcare_days"]["month"].max() == (begun + 1) * 12 + 7
    assert facts["fiscal_dependants"]["ref_date"].max() == date(begun, 8, 31)
