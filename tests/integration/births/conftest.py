"""A world of births per test."""

from __future__ import annotations

import pytest

from sluis.database import Database
from tests.integration.births.world import World, build_world


@pytest.fixture
def world(database: Database) -> World:
    """Two hospitals whose agreements are in force."""
    return build_world(database)
