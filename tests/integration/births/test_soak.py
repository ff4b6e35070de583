"""Many messages with repetitions, in any order, from processes that are killed: none lost, none doubled."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pyrage.x25519
import pytest

from sluis.births.house import Births
from sluis.births.intake.work import work_due
from sluis.births.model import Kind, Notice
from sluis.database import Database
from sluis.gate.actions import Gate
from sluis.ledger.persons import PersonSecret
from sluis.lists.vault import Vault
from tests.integration.births.world import NORTH, SOUTH, World, build_world, notice
from tests.integration.gate.house import AT, Population, Register, number


def story(births: int, *, seed: int) -> list[Notice]:
    """Return births with corrections, every third message twice, in an order of chance."""
    from tests.integration.births.world import mother

    drawn = random.Random(seed)
    told: list[Notice] = []
    for index in range(births):
        sender = drawn.choice((NORTH, SOUTH))
        own = mother(insz=number(1 + 2 * (index % 490), born=mother_born(index)))
        told.append(notice(f"b-{_word(index)}", reference=f"r-{_word(index)}", sender=sender, by=own, given=None))
        change = {"kind": Kind.CORRECTION, "minutes": 5, "given": f"Kind {_word(index)}"}
        told.append(notice(f"c-{_word(index)}", reference=f"r-{_word(index)}", sender=sender, by=own, **change))  # type: ignore[arg-type] # by name
    told += [one for position, one in enumerate(told) if position % 3 == 0]
    drawn.shuffle(told)
    return told


def mother_born(index: int) -> Any:
    from datetime import date, timedelta

    return date(1985, 1, 1) + timedelta(days=index // 490)


def _word(index: int) -> str:
    return str(index).translate(str.maketrans("0123456789", "abcdefghij"))


def _process(owner_url: str, identity: str, births: int, seed: int, start: int) -> None:
    """Tell the story from a place on; a process that is killed is started again and tells from the beginning."""
    database = Database(owner_url, pool_size=4)
    gate = Gate(register=Register(Population()), sources={}, secret=PersonSecret(b"s" * 32))
    vault = Vault(pyrage.x25519.Identity.from_str(identity))
    world = World(database, Births(database, gate, vault, fictitious=True), Population())
    for one in story(births, seed=seed)[start:]:
        world.tell(one)
    database.close()


def tell_with_kills(world: World, *, births: int, kills: int, seed: int = 7) -> None:
    """Tell the story from processes of which some are killed half way."""
    drawn = random.Random(seed)
    identity = str(world.births.vault.identity)  # type: ignore[attr-defined] # the vault of the tests
    spawn = multiprocessing.get_context("spawn")
    for turn in range(kills + 1):
        process = spawn.Process(target=_process, args=(world.database.owner_url, identity, births, seed, 0))
        process.start()
        if turn < kills:
            _wait_for_some(world, turn)
            time.sleep(drawn.random() * 0.3)
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
        process.join()


def _wait_for_some(world: World, turn: int) -> None:
    before = world.rows("SELECT count(*) FROM birth_notice")[0][0]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if world.rows("SELECT count(*) FROM birth_notice")[0][0] > before:
            return
        time.sleep(0.02)


def check_whole(world: World, *, births: int) -> None:
    """Every message is there once, worked, and every child has one file with its evidence."""
    work_due(world.births, clock=lambda: AT, most=10_000)
    assert world.rows("SELECT count(*), count(DISTINCT (sender, message_id)) FROM birth_notice") == [
        (2 * births, 2 * births)
    ]
    assert world.rows("SELECT count(*) FROM birth_notice WHERE worked_at IS NULL") == [(0,)]
    assert world.rows("SELECT count(*) FROM birth_file WHERE state = 'open'") == [(births,)]
    assert world.rows("SELECT count(*), count(DISTINCT file) FROM birth_newborn WHERE state = 'born'") == [
        (births, births)
    ]
    assert len(world.entries("delivery")) == 2 * births


def test_a_killed_process_loses_and_doubles_nothing(world: World) -> None:
    tell_with_kills(world, births=12, kills=2)
    check_whole(world, births=12)


@pytest.mark.soak
def test_many_messages_from_processes_that_are_killed_lose_and_double_nothing(
    database: Database, tmp_path: Path
) -> None:
    births = int(os.environ.get("SLUIS_TEST_SOAK_BIRTHS", "100000"))
    world = build_world(database)
    tell_with_kills(world, births=births, kills=20)
    check_whole(world, births=births)
