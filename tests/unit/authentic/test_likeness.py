"""The synthetic Flanders beside the published figures."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from sluis.authentic.population.calibration import calibrate
from sluis.authentic.population.families import family_count
from sluis.authentic.population.generate import FLANDERS, generate
from sluis.authentic.population.published import published

CHILDREN = 60_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("flanders")


@pytest.fixture(scope="module", autouse=True)
def likeness(folder: Path) -> dict[str, tuple[float, float, bool]]:
    rows = generate(children=CHILDREN, seed=2, out=folder)
    return {str(row.statistic): (row.target, row.got, row.within) for row in rows}


def test_every_share_is_within_its_tolerance(likeness: dict[str, tuple[float, float, bool]]) -> None:
    assert [name for name, (_, _, within) in likeness.items() if not within] == []
    assert len(likeness) > 20


def test_all_of_flanders_has_910178_families() -> None:
    assert family_count(FLANDERS, published()) == 910_178


def test_the_targets_are_the_published_ones(likeness: dict[str, tuple[float, float, bool]]) -> None:
    assert likeness["kinderen per gezin"][0] == pytest.approx(1.7737, abs=1e-4)
    assert likeness["alleenstaande ouders"][0] == pytest.approx(0.1983, abs=1e-4)
    assert likeness["kinderen van 18 jaar en ouder"][0] == pytest.approx(0.186, abs=1e-4)
    assert 0.298 < likeness["kinderen met een sociale toeslag"][0] < 0.308
    assert likeness["sociale toeslag in Antwerpen"][0] > 0.50


def test_the_printed_shares_are_those_of_the_files(
    folder: Path, likeness: dict[str, tuple[float, float, bool]]
) -> None:
    entitled = pl.read_parquet(folder / "entitlements.parquet").filter(pl.col("to").is_null())["person"].n_unique()
    assert entitled / CHILDREN == pytest.approx(likeness["kinderen met een sociale toeslag"][1])


def test_the_list_of_cities_above_forty_percent_is_complete() -> None:
    figures = published()
    shares = calibrate(figures).toeslag
    above = {place for place, share in enumerate(shares.tolist()) if share > 0.40}
    assert above == set(figures.cities)


def test_where_more_children_grow_up_in_poverty_more_have_a_toeslag() -> None:
    figures = published()
    frame = pl.DataFrame({"index": figures.kansarmoede, "share": calibrate(figures).toeslag})
    assert frame.select(pl.corr("index", "share", method="spearman")).item() > 0.8


def test_the_tables_are_those_of_the_reference_material(shared: Path) -> None:
    ages = pl.read_csv(shared / "data" / "population_age_0_25_by_municipality_2015.csv").sort("nis")
    ours = published()
    assert [str(nis) for nis in ages["nis"]] == ours.nis
    assert (ages.select([f"age_{age}" for age in range(25)]).to_numpy() == ours.children).all()
