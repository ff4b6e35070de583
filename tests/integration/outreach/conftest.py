"""The world of following."""

from __future__ import annotations

import pytest

from sluis.database import Database
from tests.integration.outreach.world import World, make_world


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)
