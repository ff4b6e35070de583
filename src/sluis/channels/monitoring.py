"""Health, readiness and metrics of one process, on a port of its own that only the operator's network reaches.

Labels are kinds of things (a channel, a state, a process), never a party, a person or a file: a metric is kept for
long and read by many.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from sluis.app import Installation
from sluis.channels.intake.store import counts as intake_counts
from sluis.channels.intake.store import is_migrated
from sluis.deliveries.store import counts as delivery_counts
from sluis.log import log

_MOST_ATTEMPTS_SECONDS = 5.0


@dataclass
class Beats:
    """What this process is and since when it runs."""

    process: str
    begun: float = field(default_factory=monotonic)
    is_stopping: bool = False


def is_ready(house: Installation) -> bool:
    """Return whether the database answers and has the tables of this version."""
    try:
        with house.database.transaction() as connection:
            return is_migrated(connection)
    except Exception as error:
        log().warning("not-ready", kind=type(error).__name__)
        return False


def metrics(house: Installation, beats: Beats) -> bytes:
    """Return the metrics in Prometheus' text form, counted at this moment from the database."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    up = Gauge("sluis_up_seconds", "Seconds since this process began", ["process"], registry=registry)
    up.labels(beats.process).set(monotonic() - beats.begun)
    deliveries = Gauge("sluis_deliveries", "Deliveries per state", ["state"], registry=registry)
    files = Gauge(
        "sluis_intake_files", "Files that came in, per channel and state", ["channel", "state"], registry=registry
    )
    with house.database.transaction() as connection:
        for state, count in delivery_counts(connection).items():
            deliveries.labels(state).set(count)
        for (channel, state), count in intake_counts(connection).items():
            files.labels(channel, state).set(count)
    return generate_latest(registry)


@contextmanager
def monitor(house: Installation, beats: Beats) -> Iterator[int | None]:
    """Serve `/gezond`, `/klaar` and `/metrics` while the block runs, where the settings name a port; yield the port."""
    if house.settings.metrics_port is None:
        yield None
        return
    server = ThreadingHTTPServer((house.settings.metrics_host, house.settings.metrics_port), _page_of(house, beats))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, name="monitor", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _page_of(house: Installation, beats: Beats) -> type[BaseHTTPRequestHandler]:
    class Page(BaseHTTPRequestHandler):
        """Three addresses, nothing else; no log of who asked."""

        timeout = _MOST_ATTEMPTS_SECONDS
        server_version = "Sluis"
        sys_version = ""

        def do_GET(self) -> None:
            if self.path == "/gezond":
                self._answer(200, json.dumps({"status": "ok", "process": beats.process}).encode())
            elif self.path == "/klaar":
                ready = is_ready(house) and not beats.is_stopping
                self._answer(200 if ready else 503, json.dumps({"status": "ok" if ready else "not-ready"}).encode())
            elif self.path == "/metrics":
                try:
                    self._answer(200, metrics(house, beats), CONTENT_TYPE_LATEST)
                except Exception as error:
                    log().warning("metrics.failed", kind=type(error).__name__)
                    self._answer(503, b"{}")
            else:
                self._answer(404, b"{}")

        def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Write nothing: who asks is of no interest, and an address is a datum."""

    return Page
