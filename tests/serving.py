"""An application served for real: uvicorn on a free port of this machine, and a database that several tests share."""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import uvicorn
from fastapi import FastAPI
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sluis.database import Database


@contextmanager
def live_server(app: FastAPI, *, port: int = 0) -> Iterator[str]:
    """Serve `app` while the block runs, on any free port or the given one; yield its address, without a slash."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", lifespan="off", proxy_headers=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started:
            if time.monotonic() > deadline or not thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listener.close()


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def fresh_database(server_url: str, template: str) -> Iterator[Database]:
    """Yield an empty, migrated database for as long as the block runs, for fixtures that outlive one test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    parts = conninfo_to_dict(server_url)
    parts["dbname"] = name
    database = Database(make_conninfo("", **parts), pool_size=8)
    try:
        yield database
    finally:
        database.close()
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
