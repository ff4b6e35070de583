"""Small populations, drawn once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from sluis.authentic.population.facts import TABLES
from sluis.authentic.population.generate import generate

Facts = Mapping[str, pl.DataFrame]


def read(folder: Path) -> dict[str, pl.DataFrame]:
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES}


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """3,000 children of Flanders, all tables."""
    folder = tmp_path_factory.mktemp("town")
    generate(children=3_000, seed=5, out=folder)
    return read(folder)
