"""The synthetic Flanders: the same every time, whole in itself, in the columns of the fact tables."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluis.authentic.population.generate import MANIFEST, REFERENCE, generate
from sluis.kernel.errors import SluisError
from tests.unit.authentic.conftest import Facts, read

COLUMNS = {
    "persons": ["id", "born", "died"],
    "residences": ["person", "region", "nis", "register", "from", "to"],
    "households": ["person", "household", "role", "from", "to"],
    "unions": ["a", "b", "kind", "from", "to"],
    "parentage": ["child", "parent", "kind", "from", "to"],
    "births": ["child", "stillborn", "deed_on", "registered_on"],
    "beneficiaries": ["child", "person", "role", "from", "to"],
    "old_rights": ["child", "group", "rank", "ref_date", "orphan"],
    "incomes": ["person", "year", "kind", "amount", "known_on"],
    "entitlements": ["person", "benefit", "from", "to"],
    "organisations": ["id", "kind"],
    "placements": ["child", "kind", "form", "organisation", "carer", "third_to", "from", "to"],
    "custody": ["child", "household", "share", "from", "to"],
    "stay_rights": ["person", "kind", "from", "to"],
    "adoptions": ["child", "adopter", "petition_on", "in_household_on"],
    "decisions": ["person", "subject", "outcome", "body", "from", "to"],
    "care_scores": ["child", "p1", "p2", "p3", "from", "to"],
    "disabilities": ["person", "percent", "recognised_by", "severe", "from", "to"],
    "illness": ["person", "kind", "from", "to"],
    "replacement_incomes": ["person", "kind", "from", "to"],
    "alarm_bells": ["beneficiary", "monthly_income", "proven_on", "from", "to"],
    "childcare_days": [
        "child",
        "month",
        "provider",
        "full",
        "half",
        "income_related_price",
        "dutch_language",
        "licensed",
    ],
    "work": ["person", "month", "hours", "contract"],
    "fiscal_dependants": ["dependant", "provider", "ref_date"],
    "requests": ["kind", "by", "date", "child"],
}
DAYS = {
    "born", "died", "from", "to", "since", "deed_on", "registered_on", "ref_date", "known_on", "proven_on", "date",
    "petition_on", "in_household_on",
}  # fmt: skip
TRUTHS = {
    "stillborn", "orphan", "severe", "income_related_price", "dutch_language", "licensed", "recognised_vl", "boarding",
    "diploma_year",
}  # fmt: skip
NUMBERS = {
    "p1", "p2", "p3", "percent", "full", "half", "hours", "hours_per_week", "credits", "half_days_attended",
    "half_days_unjustified",
}  # fmt: skip


def digest(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def on(facts: pl.DataFrame, when: date = REFERENCE) -> pl.DataFrame:
    return facts.filter((pl.col("from") <= when) & (pl.col("to").is_null() | (pl.col("to") >= when)))


def living_children(facts: Facts) -> pl.DataFrame:
    """The children that give right: paid for on the reference date."""
    return on(facts["beneficiaries"]).select("child").unique().join(facts["persons"], left_on="child", right_on="id")


# --- the same every time


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    generate(children=1_200, seed=11, out=tmp_path / "one")
    generate(children=1_200, seed=11, out=tmp_path / "two")
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_another_seed_gives_other_persons(tmp_path: Path) -> None:
    generate(children=50, seed=1, out=tmp_path / "one")
    generate(children=50, seed=2, out=tmp_path / "two")
    one, two = read(tmp_path / "one"), read(tmp_path / "two")
    assert one["persons"]["id"].to_list() != two["persons"]["id"].to_list()


def test_the_bytes_do_not_depend_on_the_number_of_processors_or_on_hashing(tmp_path: Path) -> None:
    generate(children=600, seed=4, out=tmp_path / "here")
    script = (
        "from pathlib import Path; from sluis.authentic.population.generate import generate; "
        f"generate(children=600, seed=4, out=Path({str(tmp_path / 'there')!r}))"
    )
    alone = {**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "99", "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3"}
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], env=alone, check=True, timeout=120)
    assert digest(tmp_path / "here") == digest(tmp_path / "there")


def test_the_rows_of_a_seed_are_these_on_every_machine(tmp_path: Path) -> None:
    """The digest is of the values, so that another Parquet writer may come; change it with a changelog line."""
    generate(children=200, seed=7, out=tmp_path)
    text = "".join(f"{name}\n{frame.write_csv()}" for name, frame in read(tmp_path).items())
    assert hashlib.sha256(text.encode()).hexdigest() == PINNED


def test_a_folder_without_its_manifest_is_not_whole(tmp_path: Path) -> None:
    generate(children=20, seed=1, out=tmp_path)
    manifest = json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["children"] == 20
    assert manifest["reference"] == "2023-09-30"
    assert set(manifest["rows"]) == set(read(tmp_path))


# --- its form


def test_the_tables_have_the_columns_of_the_fact_tables(town: Facts) -> None:
    assert {name: frame.columns for name, frame in town.items() if name in COLUMNS} == COLUMNS


def test_no_column_is_unknown_to_the_schema_of_the_cases(town: Facts, shared: Path) -> None:
    lines = (shared / "cases" / "SCHEMA.md").read_text(encoding="utf-8").splitlines()
    schema = {match[1]: match[2] for line in lines if (match := re.match(r"\| `(\w+)` \| (.+) \|", line))}
    for name in COLUMNS:
        for column in town[name].columns:
            assert re.search(rf"\b{column}\b", schema[name]), (name, column)


def test_dates_are_dates_amounts_are_exact_and_numbers_are_text(town: Facts) -> None:
    for name, frame in town.items():
        for column, kind in frame.schema.items():
            if column in DAYS:
                assert kind == pl.Date, (name, column)
            elif column in {"amount", "monthly_income"}:
                assert kind == pl.Decimal(12, 2)
            elif column == "year":
                assert kind == pl.Int16
            elif column == "month":
                assert kind == pl.Int32
            elif column == "share":
                assert kind == pl.Float64
            elif column in TRUTHS:
                assert kind == pl.Boolean
            elif column in NUMBERS:
                assert kind == pl.Int64
            else:
                assert kind == pl.String, (name, column)


def test_every_number_belongs_to_a_person_and_every_person_to_one_number(town: Facts) -> None:
    persons = set(town["persons"]["id"])
    assert len(persons) == town["persons"].height
    for name, columns in {
        "residences": ["person"],
        "households": ["person"],
        "unions": ["a", "b"],
        "parentage": ["child", "parent"],
        "births": ["child"],
        "beneficiaries": ["child", "person"],
        "old_rights": ["child"],
        "incomes": ["person"],
        "entitlements": ["person"],
        "custody": ["child"],
        "stay_rights": ["person"],
        "adoptions": ["child", "adopter"],
        "decisions": ["person"],
        "care_scores": ["child"],
        "disabilities": ["person"],
        "illness": ["person"],
        "replacement_incomes": ["person"],
        "alarm_bells": ["beneficiary"],
        "placements": ["child", "carer"],
        "education": ["pupil"],
        "childcare_days": ["child"],
        "work": ["person"],
        "fiscal_dependants": ["dependant", "provider"],
        "requests": ["by", "child"],
        "payers": ["person"],
        "names": ["person"],
        "addresses": ["person"],
        "insz_replacements": ["new"],
    }.items():
        for column in columns:
            assert set(town[name][column].drop_nulls()) <= persons, (name, column)
    assert set(town["names"]["person"]) == persons
    assert not set(town["insz_replacements"]["old"]) & persons


# --- whole in itself


def test_no_spell_ends_before_it_begins_or_begins_before_birth(town: Facts) -> None:
    born = town["persons"].select("id", "born")
    for name, person in (("residences", "person"), ("households", "person"), ("beneficiaries", "child")):
        rows = town[name].join(born, left_on=person, right_on="id")
        assert rows.filter(pl.col("to") < pl.col("from")).is_empty(), name
        assert rows.filter(pl.col("from") < pl.col("born")).is_empty(), name
    assert town["entitlements"].filter(pl.col("to") < pl.col("from")).is_empty()


def test_nobody_lives_in_two_places_on_one_day(town: Facts) -> None:
    stays = town["residences"].sort("person", "from").with_columns(next=pl.col("from").shift(-1).over("person"))
    assert stays.filter(
        pl.col("next").is_not_null() & (pl.col("to").is_null() | (pl.col("to") >= pl.col("next")))
    ).is_empty()


def test_nobody_lives_or_is_paid_for_after_death(town: Facts) -> None:
    died = town["persons"].filter(pl.col("died").is_not_null()).select("id", "died")
    assert died.height > 20
    for name, person in (
        ("residences", "person"),
        ("households", "person"),
        ("beneficiaries", "child"),
        ("beneficiaries", "person"),
    ):
        rows = town[name].join(died, left_on=person, right_on="id")
        assert rows.filter(pl.col("to").is_null() | (pl.col("to") > pl.col("died"))).is_empty(), (name, person)


def test_as_many_children_give_right_as_were_asked_for(town: Facts) -> None:
    children = living_children(town)
    assert children.height == 3_000
    assert children["born"].is_between(date(1998, 10, 1), REFERENCE).all()
    assert children["died"].null_count() == 3_000


def test_every_child_lives_somewhere_with_a_parent(town: Facts) -> None:
    home = on(town["households"]).select("person", "household")
    children = living_children(town).select("child")
    together = (
        children.join(home, left_on="child", right_on="person")
        .join(town["parentage"], on="child")
        .join(home.rename({"household": "of_parent"}), left_on="parent", right_on="person", how="left")
    )
    assert together.filter(pl.col("household") == pl.col("of_parent"))["child"].n_unique() == 3_000
    places = on(town["residences"]).filter(pl.col("region") == "VL")
    assert children.join(places, left_on="child", right_on="person").height == 3_000


def test_a_child_has_one_or_two_begunstigden_and_only_the_young_have_two(town: Facts) -> None:
    payees = on(town["beneficiaries"]).group_by("child").agg(pl.len(), pl.col("role").unique())
    assert set(payees["len"]) == {1, 2}
    assert payees["role"].explode().unique().to_list() == ["begunstigde"]
    two = payees.filter(pl.col("len") == 2).join(town["persons"], left_on="child", right_on="id")
    assert (two["born"] >= date(2019, 1, 1)).all()
    before = on(town["beneficiaries"], date(2018, 12, 31))
    assert before["role"].unique().to_list() == ["bijslagtrekkende"]
    assert before["child"].is_unique().all()


def test_parents_are_of_an_age_to_be_parents(town: Facts) -> None:
    born = town["persons"].select("id", "born")
    pairs = (
        town["parentage"]
        .join(born, left_on="child", right_on="id")
        .join(born.rename({"born": "parent_born"}), left_on="parent", right_on="id")
        .with_columns(days=(pl.col("born") - pl.col("parent_born")).dt.total_days())
    )
    assert (pairs["days"] >= 16 * 365).all()
    assert 25 * 365 < pairs["days"].sum() / pairs.height < 36 * 365


def test_siblings_are_twins_or_ten_months_apart(town: Facts) -> None:
    born = living_children(town).select("child", "born")
    home = on(town["households"]).select("person", "household")
    gaps = (
        born.join(home, left_on="child", right_on="person")
        .sort("household", "born")
        .with_columns(gap=(pl.col("born") - pl.col("born").shift(1).over("household")).dt.total_days())["gap"]
        .drop_nulls()
    )
    assert gaps.filter((gaps > 0) & (gaps < 300)).is_empty()
    assert 0.02 < (gaps == 0).sum() / gaps.len() < 0.06


def test_the_rights_follow_from_the_incomes_under_the_limits_of_september_2023(town: Facts) -> None:
    """Computed again from the files alone: BVR Sociale Toeslagen art. 4, Groeipakketdecreet art. 18 and 222."""
    counted = (
        pl.when(pl.col("kind") == "self_employed_net")
        .then(pl.col("amount").cast(pl.Float64) / 0.8)
        .when(pl.col("kind") == "maintenance_received")
        .then(pl.col("amount").cast(pl.Float64) * 0.8)
        .otherwise(pl.col("amount").cast(pl.Float64))
    )
    home = on(town["households"]).select("person", "household")
    income = (
        town["incomes"]
        .filter((pl.col("year") == 2021) & (pl.col("kind") != "maintenance_paid"))
        .with_columns(counted=counted)
        .join(home, on="person")
        .group_by("household")
        .agg(pl.col("counted").sum())
    )
    family = (
        living_children(town)
        .join(home, left_on="child", right_on="person")
        .with_columns(size=pl.len().over("household"), new=(pl.col("born") >= date(2019, 1, 1)).any().over("household"))
        .join(income, on="household")
        .with_columns(
            limit=pl.when(pl.col("size") < 3).then(42_380.06).when(pl.col("new")).then(68_329.61).otherwise(36_325.76)
        )
    )
    clear = family.filter((pl.col("counted") - pl.col("limit")).abs() > 0.05)
    entitled = set(on(town["entitlements"])["person"])
    assert clear.height > 2_900
    assert set(clear.filter(pl.col("counted") <= pl.col("limit"))["child"]) <= entitled
    assert not set(clear.filter(pl.col("counted") > pl.col("limit"))["child"]) & entitled


def test_rights_run_over_whole_months_and_do_not_overlap(town: Facts) -> None:
    rows = town["entitlements"].sort("person", "from")
    assert (rows["from"].dt.day() == 1).all()
    assert (rows["to"].drop_nulls() == rows["to"].drop_nulls().dt.month_end()).all()
    following = rows.with_columns(next=pl.col("from").shift(-1).over("person")).drop_nulls("next")
    assert following.filter(pl.col("to").is_null() | (pl.col("to") >= pl.col("next"))).is_empty()
    gap = (following["next"] - following["to"]).dt.total_days()
    assert (gap == 1).any()
    assert (gap > 1).any()


def test_there_are_the_persons_that_make_lists_hostile(town: Facts) -> None:
    children = town["parentage"].select(pl.col("child").unique()).join(town["persons"], left_on="child", right_on="id")
    assert children.filter(pl.col("born") <= date(1998, 9, 30)).height >= 3
    assert children.filter(pl.col("died").is_not_null()).height >= 1
    assert on(town["residences"]).filter(pl.col("region") != "VL").height >= 1
    assert town["insz_replacements"].join(children, left_on="new", right_on="child").height >= 3
    assert town["residences"].group_by("person").agg(pl.col("nis").n_unique()).filter(pl.col("nis") > 1).height > 300


# --- where


def test_twenty_children_live_in_one_place(tmp_path: Path) -> None:
    generate(children=20, seed=3, out=tmp_path)
    facts = read(tmp_path)
    children = living_children(facts)
    assert children.height == 20
    assert children.join(facts["addresses"], left_on="child", right_on="person")["locality"].n_unique() == 1


@pytest.mark.parametrize("asked", ["44021", "Gent", "gent "])
def test_a_municipality_is_asked_by_code_or_name(tmp_path: Path, asked: str) -> None:
    generate(children=60, seed=3, out=tmp_path, only=[asked])
    facts = read(tmp_path)
    homes = living_children(facts).join(on(facts["residences"]), left_on="child", right_on="person")
    assert homes["nis"].unique().to_list() == ["44021"]


def test_a_merged_municipality_has_its_old_codes_until_2024_and_its_new_one_from_2025(tmp_path: Path) -> None:
    generate(children=300, seed=3, out=tmp_path, only=["Wingene"])
    facts = read(tmp_path)
    children = living_children(facts)
    for day, codes in (
        (REFERENCE, {"37018", "37012"}),
        (date(2024, 12, 31), {"37018", "37012"}),
        (date(2025, 1, 1), {"37021"}),
    ):
        homes = children.join(on(facts["residences"], day), left_on="child", right_on="person")
        assert homes.height == 300
        assert set(homes["nis"]) == codes


def test_a_later_reference_date_moves_the_ages_along(tmp_path: Path) -> None:
    when = date(2026, 2, 28)
    generate(children=400, seed=3, out=tmp_path, reference=when)
    facts = read(tmp_path)
    children = on(facts["beneficiaries"], when).select("child").unique()
    born = children.join(facts["persons"], left_on="child", right_on="id")["born"]
    assert born.len() == 400
    assert born.is_between(date(2001, 3, 1), when).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(0, 2**63 - 1))
def test_any_street_can_be_drawn(tmp_path_factory: pytest.TempPathFactory, children: int, seed: int) -> None:
    folder = tmp_path_factory.mktemp("street")
    generate(children=children, seed=seed, out=folder)
    assert living_children(read(folder)).height == children


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"children": 0}, "children-out-of-range"),
        ({"children": 10**9}, "children-out-of-range"),
        ({"seed": -1}, "seed-out-of-range"),
        ({"only": ["Atlantis"]}, "unknown-municipality"),
        ({"reference": date(2020, 1, 1)}, "reference-out-of-range"),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_anything_is_written(
    tmp_path: Path, asked: dict[str, object], code: str
) -> None:
    out = tmp_path / "out"
    with pytest.raises(SluisError) as refused:
        generate(**{"children": 10, "seed": 1, "out": out, **asked})  # type: ignore[arg-type]  # one bad argument a time
    assert refused.value.code == code
    assert not out.exists()


PINNED = "5f3e3ef33fe85bdfbba07384a2756cf3cb9156af851a9555650923159acb1ad1"
