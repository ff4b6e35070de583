"""The fixtures of the tests of machines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.machines.world import World, open_world
from tests.serving import fresh_database


@pytest.fixture(scope="module")
def world(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A Sluis with its API and an agreement that machines may use; the tests of one file share it."""
    home = tmp_path_factory.mktemp("machines")
    with fresh_database(server_url, template) as database, open_world(database, home, **PLENTY) as made:
        yield made


PLENTY = {"api_requests_per_minute": 100_000}
