"""A house whose SFTP door is open on loopback, a key of Wingene, and OpenSSH's own client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.channels.clients import Client, Door, new_key, open_door, register_ssh
from tests.integration.lists.conftest import furnished, house, population  # noqa: F401 - the same house as the lists'
from tests.integration.lists.houses import WINGENE, House


@pytest.fixture(scope="session")
def ssh_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key pair made by OpenSSH."""
    return new_key(tmp_path_factory.mktemp("ssh") / "wingene")


@pytest.fixture
def door(house: House) -> Iterator[Door]:  # noqa: F811 - a fixture
    """The SFTP server of the house, with the key of the lists agreed by both DPOs."""
    with open_door(house) as opened:
        yield opened


@pytest.fixture
def wingene(door: Door, ssh_key: Path, tmp_path: Path) -> Client:
    """OpenSSH's sftp with the registered key of Wingene."""
    register_ssh(door.house, WINGENE, ssh_key)
    return Client(door.port, WINGENE, ssh_key, tmp_path)
