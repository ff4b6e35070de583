"""One served API for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.api.served import served
from tests.integration.machines.world import World
from tests.serving import fresh_database


@pytest.fixture(scope="module")
def world(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The API, served."""
    home = tmp_path_factory.mktemp("api")
    with fresh_database(server_url, template) as database, served(database, home) as made:
        yield made
