"""The world of the agreement pages."""

from __future__ import annotations

import pytest

from sluis.agreements.actions import Done
from sluis.database import Database
from tests.integration.accession.world import World, make_world


@pytest.fixture
def world_and_agreement(database: Database) -> tuple[World, Done]:
    return make_world(database)


@pytest.fixture
def world(world_and_agreement: tuple[World, Done]) -> World:
    return world_and_agreement[0]


@pytest.fixture
def agreement(world_and_agreement: tuple[World, Done]) -> Done:
    return world_and_agreement[1]
