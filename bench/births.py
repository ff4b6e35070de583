"""Birth to file while 20 hospitals send a year's 65,000 births in an hour: latency over HTTP, nothing lost or doubled.

    uv run python -m bench.births [SECONDS] [PER_SECOND]

A process of its own sends FHIR transactions at a fixed pace (18.06 a second is 65,000 an hour) whatever the answers do,
so a birth that has to wait counts from the moment it should have left. An answer comes after the file is there. Births
lie as dense as in a year (178 a day), one in twenty has no number and is weighed by name, one in ten is sent twice.
The token is not looked at: a lookup and a signature more are a few milliseconds.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

import httpx
import uvicorn
from fastapi import FastAPI, Request

from sluis.app import Installation
from sluis.births.door import Sender
from sluis.births.fhir.names import CHILD, MOTHER, SSIN
from sluis.births.fhir.web import build_router
from sluis.channels.demo.births import settle_hospital
from sluis.channels.serving import settle_down
from sluis.database import Database, embedded_url, migrate
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.insz import check_digits
from sluis.ledger.store import make_months
from sluis.settings import Settings
from sluis.web.kit import PageKit
from sluis.web.shell import create_shell

HOSPITALS = [f"ziekenhuis-{number:02}" for number in range(1, 21)]
PER_SECOND = 65_000 / 3600
A_DAY = 178
TARGET_SECONDS = 5.0


class _Nobody:
    """No people: the bench has no pages."""

    def list_people(self, _connection: object) -> list[Any]:
        """Return nobody."""
        return []

    def find(self, _connection: object, _person: str) -> None:
        """Find nobody."""


def build(house: Installation) -> FastAPI:
    """Return the FHIR door; the sender names itself."""
    kit = PageKit(settings=house.settings, database=house.database, people=_Nobody(), machine_prefixes=("/fhir",))
    app = create_shell(kit)

    def sender(request: Request) -> Sender:
        party = request.headers["x-party"]
        return Sender(party, f"{party}-epd", str(uuid4()), datetime.now(UTC))

    app.include_router(build_router(house.births, sender))
    return app


def messages(count: int, *, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """Yield party and body of every message, repetitions included."""
    drawn = random.Random(seed)
    first, days = date(2026, 1, 1), max(1, count // A_DAY)
    for number in range(count):
        party, born = drawn.choice(HOSPITALS), first + timedelta(days=drawn.randrange(days))
        body = json.dumps(_bundle(number, born, drawn)).encode()
        yield party, body
        if number % 10 == 0:
            yield party, body


def _bundle(number: int, born: date, drawn: random.Random) -> dict[str, Any]:
    mother: dict[str, Any] = {
        "resourceType": "Patient",
        "meta": {"profile": [MOTHER]},
        "name": [{"family": f"Moeder{drawn.randrange(4000)}", "given": [f"Naam{drawn.randrange(300)}"]}],
        "birthDate": date(1980 + drawn.randrange(25), 1 + drawn.randrange(12), 1 + drawn.randrange(28)).isoformat(),
        "address": [
            {
                "line": ["Kerkstraat 1"],
                "postalCode": str(9000 + drawn.randrange(60) * 10),
                "city": "Gent",
                "country": "BE",
            }
        ],
        "telecom": [{"system": "email", "value": f"moeder{number}@example.org"}],
    }
    if number % 20:
        nine = 700000000 + number if number < 99_000_000 else number
        digits = f"{nine % 10**9:09}"
        digits = f"{digits[:2]}{61 + number % 12:02}{digits[4:]}"
        mother["identifier"] = [{"system": SSIN, "value": f"{digits}{check_digits(int(digits), from_2000=False):02}"}]
    child = {
        "resourceType": "Patient",
        "meta": {"profile": [CHILD]},
        "identifier": [{"system": "urn:example:newborns", "value": f"kind-{_letters(number)}"}],
        "name": [{"family": "Kind", "given": [f"Voornaam{number}"]}],
        "birthDate": born.isoformat(),
    }
    request = {"method": "POST", "url": "Patient"}
    return {
        "resourceType": "Bundle",
        "identifier": {"value": f"m-{_letters(number)}"},
        "type": "transaction",
        "timestamp": "2026-01-01T00:00:00+01:00",
        "entry": [{"resource": mother, "request": request}, {"resource": child, "request": request}],
    }


def _letters(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "abcdefghij"))


def _send(address: str, count: int, pace: float, answers: Pipe) -> None:
    """Send at a fixed pace, with as many callers as wait; tell the latencies and the statuses."""
    told: list[tuple[float, int]] = []
    lock = threading.Lock()
    with httpx.Client(base_url=address, timeout=60, limits=httpx.Limits(max_connections=200)) as client:
        began = time.monotonic()

        def one(turn: int, party: str, body: bytes) -> None:
            due = began + turn / pace
            answer = client.post(
                "/fhir", content=body, headers={"Content-Type": "application/fhir+json", "X-Party": party}
            )
            with lock:
                told.append((time.monotonic() - due, answer.status_code))

        with ThreadPoolExecutor(64) as callers:
            for turn, (party, body) in enumerate(messages(count)):
                time.sleep(max(0.0, began + turn / pace - time.monotonic()))
                callers.submit(one, turn, party, body)
    answers.send(told)


def run_bench(seconds: float = 60, pace: float = PER_SECOND) -> Iterator[str]:
    """Yield the report line by line."""
    count = int(seconds * pace)
    with tempfile.TemporaryDirectory(prefix="sluis-bench-") as folder:
        home = Path(folder)
        owner = embedded_url(home)
        migrate(owner)
        database = Database(owner)
        house = Installation.open(Settings(environment="test", fictitious_insz=True, home=home), database)
        _settle(house)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(build(house), log_config=None, access_log=False, ws="none", lifespan="off")
        server = uvicorn.Server(config)
        threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
        while not server.started:
            time.sleep(0.01)
        settle_down()
        here, there = multiprocessing.Pipe()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        sending = multiprocessing.get_context("spawn").Process(target=_send, args=(address, count, pace, there))
        sending.start()
        told: list[tuple[float, int]] = here.recv()
        sending.join()
        server.should_exit = True
        yield from _report(house, count, told, pace)
        database.close()


def _report(house: Installation, count: int, told: list[tuple[float, int]], pace: float) -> Iterator[str]:
    latencies = sorted(latency for latency, _ in told)
    percent = quantiles(latencies, n=100)
    yield f"{len(told)} messages at {pace:.1f} a second, {len(HOSPITALS)} hospitals, {count} births"
    yield f"birth to file: median {median(latencies) * 1000:.0f} ms, p99 {percent[98] * 1000:.0f} ms (asked: at most"
    yield f"  {TARGET_SECONDS * 1000:.0f} ms), slowest {latencies[-1] * 1000:.0f} ms"
    with house.database.transaction() as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM birth_notice), (SELECT count(*) FROM birth_notice WHERE worked_at IS NULL),"
            " (SELECT count(*) FROM birth_newborn WHERE state = 'born'), (SELECT count(*) FROM birth_file),"
            " (SELECT count(*) FROM birth_pair WHERE verdict = 'doubt')"
        ).fetchone()
    assert row is not None
    refused = sum(status != 200 for _, status in told)
    yield f"refused {refused}, notices {row[0]}, waiting {row[1]}, newborns {row[2]}, files {row[3]}, doubts {row[4]}"
    yield "nothing lost, nothing doubled" if row[0] == count == row[2] and not refused else "LOST OR DOUBLED"


def _settle(house: Installation) -> None:
    at = datetime.now(UTC)
    day = at.date()
    with house.database.owner() as connection:
        make_months(connection, day, 3)
    with house.database.transaction() as connection:
        for hospital in HOSPITALS:
            settle_hospital(connection, hospital, f"{hospital} (fictief)", day=day, at=at, secrets=house.gate.secret)
            insert_actor(connection, Actor(f"{hospital}-epd", "machine", "EPD", hospital))
            since = day - timedelta(days=30)
            insert_role(connection, RoleGrant(f"{hospital}-epd", hospital, "system", since, None, "bench", "bench"))


def main() -> None:
    """Run it and print the report."""
    given = [float(word) for word in sys.argv[1:] if word.replace(".", "").isdigit()]
    for line in run_bench(*given[:2]):
        print(line)


if __name__ == "__main__":
    main()
