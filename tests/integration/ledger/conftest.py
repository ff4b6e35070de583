"""A ledger in a real PostgreSQL, with a key of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sluis.database import Database
from sluis.ledger import Sequencer
from sluis.ledger.note import Signer

Sequence = Callable[[], int]


@pytest.fixture
def signer() -> Signer:
    """The ledger's key."""
    return Signer.generate("test.example/ledger")


@pytest.fixture
def sequence(database: Database, signer: Signer) -> Sequence:
    """Put what waits into the tree, now."""
    return Sequencer(database, signer).run_once


@pytest.fixture
def background(database: Database, signer: Signer) -> Iterator[Sequencer]:
    """A sequencer at work beside the test."""
    sequencer = Sequencer(database, signer, pause_seconds=0.01)
    sequencer.start()
    yield sequencer
    sequencer.stop()
