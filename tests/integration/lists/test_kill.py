"""A process killed at random points of an exchange: never a release without evidence, never a lost answer."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msoffcrypto
import pytest
from openpyxl import load_workbook

from sluis.agreements.model import Agreement
from sluis.agreements.text import plain
from tests.integration.gate.house import force
from tests.integration.lists.houses import KEY, House, request_file
from tests.unit.agreements.samples import an_agreement

UNLIMITED = "unlimited-for-the-test"


@dataclass
class Killable:
    """The process that forks a child per exchange, and the two pipes to it."""

    process: subprocess.Popen[str]
    orders: IO[str]
    reports: IO[str]

    def begin(self, request: Path, out: Path) -> int:
        self.orders.write(f"{request}\t{out}\n")
        self.orders.flush()
        return int(self.reports.readline())

    def end(self) -> int:
        return int(self.reports.readline())


@pytest.fixture
def killable(house: House) -> Iterator[Killable]:
    home = house.installation.settings.home
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.lists.killable", house.database.owner_url, str(home), UNLIMITED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
    )
    assert process.stdin is not None
    assert process.stdout is not None
    yield Killable(process, process.stdin, process.stdout)
    process.stdin.close()
    process.wait(30)
    process.stdout.close()


def _unlimited(house: House) -> None:
    """Put an agreement in force that is not used up, so that one house serves for all kills."""
    text = plain(an_agreement())
    text["id"] = UNLIMITED
    text["legs"]["answer"]["periodicity"] |= {"kind": "unlimited", "times": None}
    with house.database.transaction() as connection:
        force(connection, Agreement.model_validate(text, strict=False))
        connection.execute(
            "INSERT INTO gate_condition SELECT %s, party, code, recorded_at, recorded_by, evidence FROM gate_condition",
            (UNLIMITED,),
        )


def _rows(content: bytes) -> set[str]:
    office = msoffcrypto.OfficeFile(io.BytesIO(content))
    office.load_key(password=KEY)
    opened = io.BytesIO()
    office.decrypt(opened)
    return {
        str(row[0])
        for row in load_workbook(opened, read_only=True).worksheets[0].iter_rows(min_row=2, values_only=True)
    }


def _ledger(house: House) -> dict[str, str]:
    """Return exchange -> entry of its release, from the evidence itself; two releases of one exchange would fail."""
    with house.database.transaction() as connection:
        rows = connection.execute(
            "SELECT e ->> 'correlation', e ->> 'id' FROM ledger_entry,"
            " LATERAL (SELECT convert_from(canonical, 'UTF8')::jsonb AS e) AS read WHERE e ->> 'kind' = 'release'"
        ).fetchall()
    found = dict(rows)
    assert len(found) == len(rows)
    return found


def _check(house: House, out_of: dict[str, Path]) -> None:
    """Every release has its entry and its answer, still kept or whole on the asker's disk; nothing else has one."""
    with house.database.transaction() as connection:
        rows = connection.execute(
            "SELECT e.id::text, e.state, e.entry::text, e.request_name,"
            " ARRAY(SELECT kind FROM lists_file f WHERE f.exchange = e.id ORDER BY kind) FROM lists_exchange e"
        ).fetchall()
    evidence = _ledger(house)
    assert evidence == {exchange: entry for exchange, _, entry, _, _ in rows if entry is not None}
    for _exchange, state, entry, name, files in rows:
        assert (entry is not None) == (state in ("answered", "collected"))
        if state == "answered":
            assert files == ["answer"]
        if state == "collected":
            assert files == []
            assert out_of[name].stat().st_size > 0  # it is opened and read at the end
        if state == "received":
            assert files == ["request"]
        if state == "read":
            assert files == ["numbers"]


@pytest.mark.parametrize("kills", [15, pytest.param(200, marks=pytest.mark.soak)])
def test_kills_leave_no_release_without_evidence_and_no_lost_answer(
    house: House, killable: Killable, tmp_path: Path, kills: int
) -> None:
    _unlimited(house)
    expected = {str(number) for number in house.children(with_right=True)[:10]}
    numbers = [*house.children(with_right=True)[:10], *house.children(with_right=False)[:10]]
    chance = random.Random(20261122)
    request, out = tmp_path / "warm.xlsx", tmp_path / "warm-out.xlsx"
    request.write_bytes(request_file(numbers))
    outs = {request.name: out}
    whole = _timed(killable, request, out)
    assert _rows(out.read_bytes()) == expected
    killed, length = 0, whole
    for turn in range(kills):
        if out.exists() or turn == 0:  # the last one came to its end: take a new list
            request, out = tmp_path / f"r{turn}.xlsx", tmp_path / f"o{turn}.xlsx"
            request.write_bytes(request_file(numbers))
            outs[request.name] = out
        child = killable.begin(request, out)
        time.sleep(chance.uniform(0, length))
        with suppress(ProcessLookupError):  # it may be done already
            os.kill(child, signal.SIGKILL)  # our own grandchild, started by this test
        was_killed = os.WIFSIGNALED(killable.end())
        killed += was_killed
        # The machine is now faster, now slower than at the start: aim where the exchange still runs.
        length = length * 1.05 if was_killed else max(length * 0.8, 0.02)
        _check(house, outs)
    for name, path in outs.items():
        killable.begin(tmp_path / name, path)
        killable.end()
        assert _rows(path.read_bytes()) == expected
    _check(house, outs)
    assert killed > kills // 4  # the others were done before: that tests the rerun of a finished exchange
    assert len(_ledger(house)) == len(outs)


def _timed(killable: Killable, request: Path, out: Path) -> float:
    began = time.monotonic()
    killable.begin(request, out)
    assert killable.end() == 0
    return time.monotonic() - began
