"""One gated release over HTTP with durable evidence, against the bare endpoint with the same query.

    uv run python -m bench.release [SECONDS]

Two routes of one server process: `/bare` reads register and source for one child and answers; `/gated` asks the gate,
which reads the same, writes its entry and commits before anything is answered. A load generator in a process of its
own asks with 1, 16 and 64 callers in turn, bare and gated alternating, five turns each; medians and the ratio.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection as Pipe
from statistics import median, quantiles
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from pydantic import BaseModel

from bench.world import AGREEMENT, CITY, DAY, World, world
from sluis.channels.serving import settle_down
from sluis.gate.model import Released, Request
from sluis.kernel.insz import Insz

CALLERS = (1, 16, 64)
TURNS = 5
CHILDREN = 2_000
ITEMS = frozenset({"child-insz", "right-since", "beneficiary-insz"})
TARGET = 0.5


class Asked(BaseModel):
    """The body of a question: the number stands in no address."""

    insz: str


def build(here: World) -> FastAPI:
    """Return the two endpoints."""
    house, source = here.house, here.house.gate.sources["sociale-toeslag"]

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        sequencer = house.sequencer()
        sequencer.start()
        yield
        sequencer.stop()

    app = FastAPI(openapi_url=None, lifespan=lifespan)

    @app.post("/bare")
    def bare(asked: Asked) -> Response:
        number = Insz(asked.insz)
        with house.database.transaction() as connection:
            house.gate.register.facts(connection, [number], DAY)
            portions = list(source.read(connection, subjects=[number], items=ITEMS, reference=DAY, since=None))
        return _answer([record.values for portion in portions for record in portion])

    @app.post("/gated")
    def gated(asked: Asked) -> Response:
        request = Request(
            actor="an",
            party=CITY,
            agreement=AGREEMENT,
            leg="answer",
            purpose="automatic-allowance",
            items=ITEMS,
            subjects=(Insz(asked.insz),),
            channel="web",
            at=datetime(2026, 3, 2, 9, tzinfo=UTC),
            reference=DAY,
        )
        with house.database.transaction() as connection:
            outcome = house.gate.release(connection, request)
        if not isinstance(outcome, Released):
            raise TypeError("the bench's agreement permits this")
        return _answer([record.values for record in outcome.records])

    return app


def _answer(records: list[Any]) -> Response:
    return Response(json.dumps(records), media_type="application/json")


def serve(pipe: Pipe) -> None:
    """Run the server in this process until it is ended; say its port and the numbers that may be asked."""
    with world(CHILDREN) as here:
        # Named as TCP, or asyncio leaves Nagle on and every answer waits 40 ms for an acknowledgement.
        listening = socket.socket(proto=socket.IPPROTO_TCP)
        listening.bind(("127.0.0.1", 0))
        listening.listen(256)
        pipe.send((listening.getsockname()[1], here.children))
        config = uvicorn.Config(build(here), log_level="error", access_log=False)
        server = uvicorn.Server(config)
        settle_down()  # as `sluis serve` does, for both endpoints alike
        # anyio gives 40 threads by default; 64 callers should meet the gate, not a queue for threads
        asyncio.run(_with_threads(server, listening, 64))


async def _with_threads(server: uvicorn.Server, listening: socket.socket, threads: int) -> None:
    from anyio.to_thread import current_default_thread_limiter  # noqa: PLC0415 - needs the running loop

    current_default_thread_limiter().total_tokens = threads
    await server.serve(sockets=[listening])


@dataclass(frozen=True)
class Load:
    """What one turn measured."""

    per_second: float
    median_ms: float
    p99_ms: float


async def _ask(port: int, path: str, callers: int, seconds: float, numbers: list[str]) -> Load:
    latencies: list[float] = []
    until = time.perf_counter() + seconds

    async def caller(place: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        turn = place
        while time.perf_counter() < until:
            body = json.dumps({"insz": numbers[turn % len(numbers)]}).encode()
            began = time.perf_counter()
            writer.write(
                b"POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                % (path.encode(), len(body), body)
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            latencies.append(time.perf_counter() - began)
            turn += callers
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(caller(place) for place in range(callers)))
    elapsed = time.perf_counter() - began
    cuts = quantiles(latencies, n=100)
    return Load(len(latencies) / elapsed, cuts[49] * 1000, cuts[98] * 1000)


def run_bench(seconds: float = 3.0) -> list[str]:
    """Return the lines of the report."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    try:
        if not ours.poll(180):
            raise TimeoutError("the bench's server did not start")
        port, numbers = ours.recv()
        measure = partial(_ask, port, numbers=numbers)
        for path in ("/bare", "/gated"):
            asyncio.run(measure(path, 16, 1.0))  # warm: pools filled, statements prepared
        lines = [line for callers in CALLERS for line in _compared(measure, callers, seconds)]
    finally:
        server.terminate()
        server.join(30)
    return lines


def _compared(measure: Any, callers: int, seconds: float) -> list[str]:  # noqa: ANN401 - a partial of _ask
    turns = [
        (asyncio.run(measure("/bare", callers, seconds)), asyncio.run(measure("/gated", callers, seconds)))
        for _ in range(TURNS)
    ]
    ratio = median(gated.per_second / bare.per_second for bare, gated in turns)
    verdict = f" (target {TARGET}: {'met' if ratio >= TARGET else 'missed'})" if callers == CALLERS[-1] else ""
    return [f"{callers:>3} callers: gated/bare throughput {ratio:.2f}{verdict}"] + [
        f"    {name:<6}{median(load.per_second for load in loads):8.0f}/s"
        f"   median {median(load.median_ms for load in loads):6.1f} ms"
        f"   p99 {median(load.p99_ms for load in loads):6.1f} ms"
        for name, loads in (("bare", [bare for bare, _ in turns]), ("gated", [gated for _, gated in turns]))
    ]


if __name__ == "__main__":
    for line in run_bench(*(float(argument) for argument in sys.argv[1:2])):
        print(line)
