"""The dashboard of following over 285 municipalities, their OCMWs and 5,000 agreements: one page under 200 ms.

    uv run python -m bench.dashboard

The page is asked through the whole application (sign-in, session, rights, language, template), in this process, without
a network. The agreements are written straight into the tables with their history; the text is one and the same.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

from fastapi.testclient import TestClient

from sluis.agreements.lifecycle import ADVISED, COMPLETED, DRAFT, ENDED, IN_FORCE, OFFERED, SIGNED, SIGNING, SUSPENDED
from sluis.app import Installation
from sluis.database import Connection, Database, embedded_url, migrate
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.outreach.places import places_on
from sluis.settings import Settings
from sluis.site import create_app

AGREEMENTS = 5_000
TURNS = 15
TARGET_MS = 200.0
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
FOLLOWER = "bench-follower"
SENDER = "opgroeien-regie"
TEMPLATE = "sociale-toeslag-lijst"

# Each agreement went through the states before its own, one every few days.
PATH = (DRAFT, COMPLETED, ADVISED, OFFERED, SIGNING, SIGNED, IN_FORCE)
STATES = (*PATH[:6], *(IN_FORCE,) * 8, SUSPENDED, ENDED)


def load(connection: Connection, *, agreements: int, days_apart: int = 4) -> None:
    """Write agreements over all bodies of the day, in every state, with their parties, signatures and history."""
    canonical = b'{"bench":true}'
    digest = hashlib.sha256(canonical).hexdigest()
    connection.execute("INSERT INTO agreement_text VALUES (%s, %s, %s)", (digest, canonical, AT))
    bodies = [place.id for place in places_on(DAY)]
    connection.execute(
        "INSERT INTO agreement (id, template, title, state, text_hash, opened_at, changed_at)"
        " SELECT 'bench-' || n, %(template)s, 'Bench ' || n, (%(states)s::text[])[1 + n %% %(count)s], %(digest)s,"
        " %(at)s::timestamptz - make_interval(days => 40 + n %% 400),"
        " %(at)s::timestamptz - make_interval(days => n %% 40)"
        " FROM generate_series(1, %(agreements)s) n",
        {"template": TEMPLATE, "states": list(STATES), "count": len(STATES), "digest": digest, "at": AT,
         "agreements": agreements},
    )  # fmt: skip
    connection.execute(
        "INSERT INTO agreement_party SELECT 'bench-' || n, %(digest)s, unnest(ARRAY[%(sender)s,"
        " (%(bodies)s::text[])[1 + (n * 7) %% %(count)s]]) FROM generate_series(1, %(agreements)s) n",
        {"digest": digest, "sender": SENDER, "bodies": bodies, "count": len(bodies), "agreements": agreements},
    )
    connection.execute(
        "INSERT INTO agreement_event (agreement, event, from_state, to_state, text_hash, party, done_by, happened_at)"
        " SELECT a.id, 'change', CASE WHEN p.n = 1 THEN NULL ELSE (%(path)s::text[])[p.n - 1] END, p.state,"
        " a.text_hash, %(sender)s, 'bench', a.opened_at + make_interval(days => (p.n - 1)::int * %(apart)s)"
        " FROM agreement a CROSS JOIN unnest(%(path)s::text[]) WITH ORDINALITY p (state, n)"
        " WHERE p.n <= coalesce(array_position(%(path)s::text[], a.state), 7) ORDER BY a.id, p.n",
        {"path": list(PATH), "sender": SENDER, "apart": days_apart},
    )
    connection.execute(
        "INSERT INTO agreement_signature SELECT a.id, a.text_hash, %s, 'bench', %s FROM agreement a"
        " WHERE a.state = ANY(%s)",
        (SENDER, AT, [SIGNING, SIGNED, IN_FORCE, SUSPENDED]),
    )
    insert_actor(connection, Actor(FOLLOWER, "person", "Volger", None))
    insert_role(connection, RoleGrant(FOLLOWER, SENDER, "outreach", date(2026, 1, 1), None, "bench", "bench"))


@contextmanager
def served(agreements: int) -> Iterator[TestClient]:
    """Return a client of the whole application that is signed in as a follower."""
    with tempfile.TemporaryDirectory(prefix="sluis-bench-") as folder:
        home = Path(folder)
        database = Database(embedded_url(home))
        migrate(database.owner_url)
        with database.owner() as connection:
            load(connection, agreements=agreements)
        with database.owner() as connection:
            connection.execute("ANALYZE")
        house = Installation.open(Settings(environment="demo", home=home), database)
        client = TestClient(create_app(house, clock=lambda: AT), follow_redirects=False)
        token = client.get("/aanmelden").text.split('name="_sleutel" value="', 1)[1].split('"', 1)[0]
        client.post("/aanmelden", data={"person": FOLLOWER, "_sleutel": token})
        try:
            yield client
        finally:
            database.close()


def measure(ask: Callable[[], object], *, turns: int = TURNS) -> Sequence[float]:
    """Return how long each turn took, in milliseconds, after one that warms up."""
    ask()
    taken = []
    for _ in range(turns):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1_000)
    return sorted(taken)


def run_bench() -> Iterator[str]:
    """Yield a line for each page that is measured."""
    with served(AGREEMENTS) as client:
        for name, path in (
            ("all bodies", "/opvolging"),
            ("one province, one kind", "/opvolging?provincie=Limburg&soort=ocmw"),
            ("one stage, last page", "/opvolging?stand=running&pagina=99"),
            ("the list as CSV", "/opvolging/besturen.csv"),
            ("the list as Excel", "/opvolging/besturen.xlsx"),
        ):
            answer = client.get(path)
            assert answer.status_code == 200, answer.text[:300]
            taken = measure(lambda path=path: client.get(path))  # type: ignore[misc] # a default binds the path
            held = "held" if median(taken) < TARGET_MS else "NOT HELD"
            yield (
                f"{name}: median {median(taken):.0f} ms, slowest {taken[-1]:.0f} ms of {len(taken)}"
                f" ({len(answer.content) / 1024:.0f} KiB); target {TARGET_MS:.0f} ms {held}"
            )


def main() -> int:
    """Print the figures."""
    for line in run_bench():
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
