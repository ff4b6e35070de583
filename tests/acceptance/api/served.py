"""The API on an address that is also its public one, by the true clock: for clients of strangers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn

from sluis.database import Database
from sluis.site import create_app
from tests.integration.machines.world import World, build_world


def true_clock() -> datetime:
    """Return what time it is."""
    return datetime.now(UTC)


@contextmanager
def served(database: Database, home: Path) -> Iterator[World]:
    """Serve the world while the block runs."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    world = build_world(database, home, public_url=address, api_requests_per_minute=100_000)
    world.http.close()
    world.app = create_app(world.installation, clock=true_clock)
    world.clock = true_clock  # type: ignore[assignment]  # a clock is whatever says the time
    config = uvicorn.Config(world.app, log_config=None, access_log=False, ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not server.started:
            if time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        with httpx.Client(base_url=address, timeout=30) as client:
            world.http = client
            yield world
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listener.close()
