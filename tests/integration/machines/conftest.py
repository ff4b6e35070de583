"""The fixtures of the tests of machines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sluis.database import Database
from tests.integration.machines.world import World, open_world


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    """A Sluis with its API and an agreement that machines may use."""
    with open_world(database, tmp_path) as made:
        yield made
