"""Three web, three worker and three SFTP processes on one database, killed at random: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import asyncssh
import httpx
import pytest

from sluis.agreements.model import Agreement
from sluis.agreements.store import add_parties
from sluis.agreements.text import plain
from tests.integration.channels.clients import agree_key, register_ssh
from tests.integration.gate.house import force
from tests.integration.lists.houses import AGREEMENT, OPGROEIEN, WINGENE, House, request_file
from tests.integration.lists.test_kill import _rows as rows_of
from tests.serving import free_port
from tests.unit.agreements.samples import an_agreement

LINES = 6


@dataclass
class Nursery:
    """The process that forks the others, and which of them live."""

    process: subprocess.Popen[str]
    orders: IO[str]
    reports: IO[str]
    ports: dict[str, list[int]]
    alive: dict[tuple[str, int], int] = field(default_factory=dict)

    def start(self, kind: str, port: int) -> None:
        self.orders.write(f"{kind} {port}\n")
        self.orders.flush()
        self.alive[kind, port] = int(self.reports.readline())

    def start_all(self) -> None:
        for kind, ports in self.ports.items():
            for port in ports:
                self.start(kind, port)

    def kill(self, which: tuple[str, int]) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.alive[which], signal.SIGKILL)  # our own grandchild, started by this test

    def kill_and_start_again(self, which: tuple[str, int]) -> None:
        self.kill(which)
        self.start(*which)


@pytest.fixture
def nursery(house: House) -> Iterator[Nursery]:
    home = house.installation.settings.home
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.channels.processes", house.database.owner_url, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
    )
    assert process.stdin is not None
    assert process.stdout is not None
    ports = {kind: [free_port() for _ in range(3)] for kind in ("sftp", "worker", "web")}
    made = Nursery(process, process.stdin, process.stdout, ports)
    yield made
    for which in made.alive:
        made.kill(which)
    process.stdin.close()
    process.wait(30)
    process.stdout.close()


@dataclass
class Customer:
    """One party's machine: sends lists and fetches answers, and simply tries again when a line breaks."""

    key: Path
    ports: list[int]
    chance: random.Random
    answers: dict[str, bytes] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)

    async def exchange(self, name: str, content: bytes) -> None:
        """Send one list under the agreement of its name until it is taken, wait for its answer, remove it there."""
        await self._until_done(name, lambda sftp: self._put(sftp, name, content))
        await self._until_done(name, lambda sftp: self._get(sftp, name))

    async def _until_done(self, name: str, step: Callable[[asyncssh.SFTPClient], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + 120
        while True:
            self.tries[name] += 1
            try:
                async with asyncio.timeout(15):
                    async with (
                        asyncssh.connect(
                            "127.0.0.1",
                            self.chance.choice(self.ports),
                            username=WINGENE,
                            client_keys=[str(self.key)],
                            known_hosts=None,
                            config=None,
                            agent_path=None,
                        ) as line,
                        line.start_sftp_client() as sftp,
                    ):
                        if await step(sftp):
                            return
            except (OSError, asyncssh.Error, TimeoutError):
                pass  # somebody was killed: again, with another of the three
            assert time.monotonic() < deadline, name
            await asyncio.sleep(0.1)

    async def _put(self, sftp: asyncssh.SFTPClient, name: str, content: bytes) -> bool:
        async with sftp.open(f"in/{name}/lijst.xlsx", "wb") as file:
            await file.write(content)
        return True

    async def _get(self, sftp: asyncssh.SFTPClient, name: str) -> bool:
        answer = f"out/{name}/lijst.antwoord.xlsx"
        if not await sftp.exists(answer):
            # Removed in a turn whose end we did not hear of: then it was fetched before that.
            return name in self.answers
        async with sftp.open(answer, "rb") as file:
            content = await file.read()
        assert isinstance(content, bytes)
        assert self.answers.setdefault(name, content) == content
        await sftp.remove(answer)
        return True


@pytest.mark.parametrize("kills", [15, pytest.param(200, marks=pytest.mark.soak)])
def test_killed_at_random_nothing_is_lost_and_nothing_doubled(
    house: House, nursery: Nursery, ssh_key: Path, kills: int
) -> None:
    register_ssh(house, WINGENE, ssh_key)
    asked = house.children(with_right=True)[:5]
    expected = {str(number) for number in asked}
    nursery.start_all()
    chance = random.Random(20261122)
    customer = Customer(ssh_key, nursery.ports["sftp"], chance)
    contents = {_agreed(house, turn): request_file(asked) for turn in range(kills // 5)}
    killed = asyncio.run(_under_fire(nursery, customer, contents, chance, kills))
    assert killed == kills
    assert sum(customer.tries.values()) > 2 * len(contents)  # else no kill ever hit anybody

    assert {name: rows_of(content) for name, content in customer.answers.items()} == dict.fromkeys(contents, expected)
    with house.database.transaction() as connection:
        states = connection.execute("SELECT state, count(*) FROM lists_exchange GROUP BY state").fetchall()
        releases = connection.execute(
            "SELECT count(*), count(DISTINCT convert_from(canonical, 'UTF8')::jsonb ->> 'correlation')"
            " FROM ledger_entry WHERE convert_from(canonical, 'UTF8')::jsonb ->> 'kind' = 'release'"
        ).fetchone()
        left = connection.execute("SELECT count(*) FROM channel_file WHERE ciphertext IS NOT NULL").fetchone()
        files = connection.execute("SELECT count(*) FROM lists_file").fetchone()
    assert states == [("collected", len(contents))]
    assert releases == (len(contents), len(contents))
    assert left == (0,)
    assert files == (0,)


def _agreed(house: House, turn: int) -> str:
    """Put one more agreement in force, for one list and with a key of its own; return its code."""
    text = plain(an_agreement())
    text["id"] = f"proef-{turn}"
    made = Agreement.model_validate(text, strict=False)
    with house.database.transaction() as connection:
        digest = force(connection, made)
        add_parties(connection, agreement=made.id, digest=digest, parties=frozenset({WINGENE, OPGROEIEN}))
        connection.execute(
            "INSERT INTO gate_condition SELECT %s, party, code, recorded_at, recorded_by, evidence FROM gate_condition"
            " WHERE agreement = %s AND code = 'decision-attached'",
            (made.id, AGREEMENT),
        )
    agree_key(house, made.id)
    return made.id


async def _under_fire(
    nursery: Nursery, customer: Customer, contents: dict[str, bytes], chance: random.Random, kills: int
) -> int:
    done = asyncio.Event()

    async def fire() -> int:
        killed = 0
        while killed < kills:
            await asyncio.sleep(chance.uniform(0.05, 0.5))
            nursery.kill_and_start_again(chance.choice(sorted(nursery.alive)))
            killed += 1
        return killed

    async def visit() -> None:
        async with httpx.AsyncClient(timeout=5) as client:
            while not done.is_set():
                with suppress(httpx.HTTPError):
                    answer = await client.get(f"http://127.0.0.1:{chance.choice(nursery.ports['web'])}/")
                    assert answer.status_code < 500
                await asyncio.sleep(0.1)

    async def line(mine: list[tuple[str, bytes]]) -> None:
        for name, content in mine:
            await customer.exchange(name, content)

    everything = list(contents.items())
    firing, visiting = asyncio.create_task(fire()), asyncio.create_task(visit())
    try:
        await asyncio.gather(*(line(everything[start::LINES]) for start in range(LINES)))
        return await firing
    finally:
        done.set()
        await visiting
