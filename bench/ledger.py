"""The ledger at a million entries: appended in batches with tree and checkpoints, a receipt, and the whole verified.

    uv run python -m bench.ledger            1,000,000 entries
    uv run python -m bench.ledger 20000      a quick look

Entries are releases about one person each, of 50,000 persons, recorded by two processes in batches of 5,000. Each
batch is a durable transaction of its own; a sequencer puts them into the tree and signs. The clock stops when the last
entry stands under a signed checkpoint.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sluis.database import Database, embedded_url, migrate
from sluis.kernel.insz import Insz
from sluis.ledger import (
    AgreementText,
    Entry,
    PersonSecret,
    Sequencer,
    check_receipt,
    entries_of_party,
    entries_of_person,
    export_ledger,
    issue_receipt,
    record,
    record_many,
    verify_export,
    verify_whole,
)
from sluis.ledger.note import Signer

BATCH = 5_000
WRITERS = 2
PERSONS = [Insz(f"85730{number:06}") for number in range(50_000)]  # month 73: of nobody; check digits do not matter
SECRETS = PersonSecret(bytes(32))
SIGNER = Signer.generate("bench.example/ledger")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure with its unit and how it was taken."""

    name: str
    value: float
    unit: str
    note: str = ""


def release(party: int) -> Entry:
    """Return a release as the gate records it, now."""
    return Entry(
        at=datetime.now(UTC),
        kind="release",
        party=f"party-{party}",
        actor=f"machine:{party}",
        correlation=str(uuid.uuid4()),
        outcome="permitted",
        counterparty="0886886638",
        agreement=AgreementText("sociale-toeslag", "ab" * 32),
        leg="answer",
        purpose="automatische toekenning",
        channel="machine",
        items=("kind.insz", "recht.sinds", "begunstigde.insz"),
    )


@contextmanager
def fresh_database() -> Iterator[Database]:
    """Give an empty, migrated database in an embedded PostgreSQL, and remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="sluis-bench-", ignore_cleanup_errors=True) as folder:
        url = embedded_url(Path(folder))
        parts = conninfo_to_dict(url)
        parts["dbname"] = "bench_ledger"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench_ledger")
        owner_url = make_conninfo("", **parts)
        migrate(owner_url)
        database = Database(owner_url, pool_size=8)
        try:
            yield database
        finally:
            database.close()
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("DROP DATABASE bench_ledger WITH (FORCE)")


def write(owner_url: str, party: int, shares: list[range], ready: Barrier) -> None:
    """Be one writer, in a process of its own: record each share in a transaction of its own."""
    database = Database(owner_url, pool_size=1)
    with database.transaction() as connection:
        connection.execute("SELECT 1")
    ready.wait()
    for share in shares:
        persons = [PERSONS[number % len(PERSONS)] for number in share]
        some = [(release(party), {"asked": [person], "released": [person]}) for person in persons]
        with database.transaction() as connection:
            record_many(connection, entries=some, secrets=SECRETS)
    database.close()


def append(database: Database, size: int) -> float:
    """Append `size` entries and wait until the last is signed; return the seconds."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(WRITERS + 1)
    shares = [range(begin, min(begin + BATCH, size)) for begin in range(0, size, BATCH)]
    writers = [
        context.Process(target=write, args=(database.owner_url, number, shares[number::WRITERS], ready))
        for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    sequencer = Sequencer(database, SIGNER)
    sequencer.start()
    ready.wait(120)
    started = time.perf_counter()
    while signed(database) < size:
        time.sleep(0.05)
    seconds = time.perf_counter() - started
    sequencer.stop()
    for writer in writers:
        writer.join()
    return seconds


def signed(database: Database) -> int:
    """Return how many entries the newest checkpoint covers."""
    with database.transaction() as connection:
        row = connection.execute("SELECT coalesce(max(size), 0) FROM ledger_checkpoint").fetchone()
    return int(row[0]) if row else 0


def timed(repeat: int, work: Callable[[], object]) -> float:
    """Return the median of the seconds that the work takes."""
    taken = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return median(taken)


def reading(database: Database, size: int) -> list[Figure]:
    """Measure what is read of a full ledger."""
    figures = []
    with database.transaction() as connection:
        rows = connection.execute(
            "SELECT entry_id FROM ledger_leaf WHERE index = ANY(%s)", ([size * part // 23 for part in range(23)],)
        ).fetchall()
        ids = iter([row[0] for row in rows] * 10)
        receipt = timed(101, lambda: issue_receipt(connection, next(ids)))
        figures.append(Figure("receipt at full size", receipt * 1e3, "ms", "median of 101, from the database"))
        content = issue_receipt(connection, rows[0][0], insz=None).to_bytes()
        figures.append(
            Figure("receipt checked offline", timed(101, lambda: check_receipt(content, SIGNER.verifier)) * 1e3, "ms")
        )
        person = timed(21, lambda: entries_of_person(connection, PERSONS[7], secrets=SECRETS, most=20))
        figures.append(Figure("entries of a person", person * 1e3, "ms", "newest 20"))
        party = timed(21, lambda: entries_of_party(connection, "0886886638", most=50))
        figures.append(Figure("entries of a party", party * 1e3, "ms", "newest 50"))
    return figures


def recording(database: Database) -> list[Figure]:
    """Measure one entry at a time and one about 20,000 persons, in transactions that are rolled back."""
    crowd = PERSONS[:20_000]
    with database.transaction() as connection:
        one = timed(
            1001, lambda: record(connection, entry=release(0), subjects={"asked": PERSONS[:1]}, secrets=SECRETS)
        )
        bulk = timed(5, lambda: record(connection, entry=release(0), subjects={"asked": crowd}, secrets=SECRETS))
        connection.rollback()
    return [
        Figure("record about one person", one * 1e6, "us", "one round trip, without commit"),
        Figure("record about 20,000 persons", bulk * 1e3, "ms", "keys exist, without commit"),
    ]


def verifying(database: Database, size: int) -> list[Figure]:
    """Measure export, offline verification and verification in the database, once each."""
    with tempfile.TemporaryDirectory(prefix="sluis-bench-") as folder, database.transaction() as connection:
        target = Path(folder) / "export"
        exporting = timed(1, lambda: export_ledger(connection, target))
        written = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
        offline = timed(1, lambda: verify_export(target, SIGNER.verifier))
        whole = timed(1, lambda: verify_whole(connection, SIGNER.verifier))
    return [
        Figure("export", exporting, "s", f"{written / 1e6:,.0f} MB"),
        Figure("verify the export offline", offline, "s", f"{size / offline:,.0f} entries a second"),
        Figure("verify in the database", whole, "s", f"{size / whole:,.0f} entries a second"),
    ]


def run(size: int = 1_000_000) -> list[Figure]:
    """Measure everything on a ledger of `size` entries."""
    with fresh_database() as database:
        seconds = append(database, size)
        with database.owner() as connection:
            connection.execute("ANALYZE")
        return [
            Figure(
                "append in batches", size / seconds, "entries/s", f"{size:,} entries, tree and checkpoints included"
            ),
            *reading(database, size),
            *recording(database),
            *verifying(database, size),
        ]


def main(size: int = 1_000_000) -> None:
    """Print the figures."""
    for figure in run(size):
        print(f"{figure.name:32} {figure.value:>14,.2f} {figure.unit:10} {figure.note}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
