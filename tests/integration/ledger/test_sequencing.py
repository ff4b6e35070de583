"""Whatever committed gets one place in the tree, whatever did not gets none, and no crash or rival changes that."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest

from sluis.database import Connection, Database
from sluis.kernel.errors import SluisError
from sluis.ledger import Sequencer, entries_of_party, issue_receipt, record, record_many, verify_whole
from sluis.ledger.note import Signer, open_checkpoint
from sluis.ledger.receipt import check_receipt
from sluis.ledger.sequencer import Position, sequence_batch
from sluis.ledger.tiles import TileRoots
from sluis.ledger.tree import consistency_proof, is_consistent
from sluis.ledger.treestore import checkpoints, tile_reader
from tests.integration.ledger.conftest import Sequence
from tests.unit.ledger.samples import AT, SECRETS, insz, release


def write(database: Database, count: int = 1) -> list[UUID]:
    with database.transaction() as connection:
        entries = [(release(at=datetime.now(UTC)), {"asked": [insz(number % 50)]}) for number in range(count)]
        return record_many(connection, entries=entries, secrets=SECRETS)


def in_tree(connection: Connection) -> list[UUID]:
    return [row[0] for row in connection.execute("SELECT entry_id FROM ledger_leaf ORDER BY index")]


def placed(database: Database) -> list[UUID]:
    with database.transaction() as connection:
        return in_tree(connection)


def assert_whole(database: Database, signer: Signer, expected: set[UUID]) -> None:
    """Every entry that committed is in the tree once, and the tree holds."""
    with database.transaction() as connection:
        whole = verify_whole(connection, signer.verifier)
        assert (whole.waiting, whole.verified.entries) == (0, len(expected))
        assert set(in_tree(connection)) == expected


def test_an_entry_is_in_the_signed_tree_within_a_second(database: Database, signer: Signer) -> None:
    sequencer = Sequencer(database, signer)
    sequencer.start()
    try:
        write(database)  # the first one also waits for the machine to warm up
        for _ in range(3):
            (entry_id,) = write(database)
            # Generous: the machine of the test is shared. Bounded, so that a fault is a failure and no hang.
            until = time.monotonic() + 10
            while entry_id not in placed(database):
                assert time.monotonic() < until
                time.sleep(0.02)
    finally:
        sequencer.stop()


def test_entries_of_a_batch_stand_in_the_order_of_time(database: Database, sequence: Sequence) -> None:
    moments = [AT.replace(second=second) for second in (30, 10, 20)]
    with database.transaction() as connection:
        ids = [record(connection, entry=release(at=at), subjects={}, secrets=SECRETS) for at in moments]
    assert sequence() == 3
    with database.transaction() as connection:
        assert in_tree(connection) == [ids[1], ids[2], ids[0]]


def test_a_transaction_that_stays_open_delays_nobody_and_is_not_forgotten(
    database: Database, signer: Signer, sequence: Sequence
) -> None:
    expected: set[UUID] = set()
    with database.transaction() as slow:
        expected.add(record(slow, entry=release(), subjects={"asked": [insz(7)]}, secrets=SECRETS))
        for _ in range(5):
            expected |= set(write(database))
            assert sequence() == 1
        assert sequence() == 0
    assert sequence() == 1
    assert_whole(database, signer, expected)


def test_a_transaction_that_is_rolled_back_has_no_place(database: Database, signer: Signer, sequence: Sequence) -> None:
    expected = set(write(database, 3))
    with database.transaction() as connection:
        record(connection, entry=release(), subjects={"asked": [insz(7)]}, secrets=SECRETS)
        connection.rollback()
    with database.transaction() as connection:
        connection.execute("SAVEPOINT part")
        record(connection, entry=release(), subjects={"asked": [insz(8)]}, secrets=SECRETS)
        connection.execute("ROLLBACK TO SAVEPOINT part")
        expected.add(record(connection, entry=release(), subjects={"asked": [insz(9)]}, secrets=SECRETS))
    sequence()
    assert_whole(database, signer, expected)


def test_a_restored_cluster_that_counts_from_lower_is_looked_at_again(database: Database, signer: Signer) -> None:
    write(database)
    far_ahead = Position(floor=1 << 40)
    with database.transaction() as connection:
        done = sequence_batch(connection, signer=signer, at=AT, position=far_ahead)
    assert done.count == 1
    assert done.position.floor < far_ahead.floor


def test_a_batch_that_is_full_leaves_the_rest_for_the_next(database: Database, signer: Signer) -> None:
    expected, position, rounds = set(write(database, 25)), Position(), 0
    while True:
        with database.transaction() as connection:
            done = sequence_batch(connection, signer=signer, at=AT, position=position, most=10)
        position, rounds = done.position, rounds + 1
        if not done.count and not done.more:
            break
    assert rounds == 4
    assert_whole(database, signer, expected)


def test_a_rolled_back_batch_is_taken_again(database: Database, signer: Signer, sequence: Sequence) -> None:
    expected = set(write(database, 300))
    with database.transaction() as connection:
        assert sequence_batch(connection, signer=signer, at=AT, position=Position()).count == 300
        connection.rollback()
    assert sequence() == 300
    assert_whole(database, signer, expected)


def test_only_one_of_two_sequencers_works_at_a_time(database: Database, signer: Signer, sequence: Sequence) -> None:
    write(database, 5)
    with database.transaction() as first:
        assert sequence_batch(first, signer=signer, at=AT, position=Position()).count == 5
        assert sequence() == 0
    assert sequence() == 0


def test_a_sequencer_whose_memory_is_old_reads_the_edge_again(database: Database, signer: Signer) -> None:
    rivals = [Sequencer(database, signer), Sequencer(database, signer)]
    expected: set[UUID] = set()
    for turn, count in enumerate([3, 300, 1, 256, 255, 2]):
        expected |= set(write(database, count))
        assert rivals[turn % 2].run_once() == count
    assert_whole(database, signer, expected)


def test_nothing_is_signed_on_top_of_a_broken_tree(database: Database, signer: Signer, sequence: Sequence) -> None:
    write(database, 3)
    sequence()
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("ALTER TABLE ledger_leaf DISABLE TRIGGER insert_only")
        connection.execute("UPDATE ledger_leaf SET leaf_hash = sha256('forged') WHERE index = 1")
    write(database)
    with pytest.raises(SluisError, match="laatste ondertekende stand"):
        Sequencer(database, signer).run_once()


def test_each_checkpoint_is_a_continuation_of_each_earlier_one(
    database: Database, signer: Signer, sequence: Sequence
) -> None:
    for count in (1, 2, 254, 300, 7):
        write(database, count)
        sequence()
    with database.transaction() as connection:
        kept = checkpoints(connection, above=0, most=10)
        heads = [open_checkpoint(one.note, signer.verifier, strict=True) for one in kept]
        assert [head.size for head in heads] == [1, 3, 257, 557, 564]
        roots = TileRoots(tile_reader(connection))
        for second in heads:
            for first in heads[: heads.index(second) + 1]:
                proof = consistency_proof(first.size, second.size, roots)
                assert is_consistent(first.size, second.size, proof, first.root, second.root)


def test_every_entry_of_a_large_tree_has_a_receipt(database: Database, signer: Signer, sequence: Sequence) -> None:
    ids = write(database, 700)
    sequence()
    ids += write(database, 5)
    sequence()
    with database.transaction() as connection:
        for entry_id in [*ids[::60], *ids[-5:]]:
            checked = check_receipt(issue_receipt(connection, entry_id).to_bytes(), signer.verifier)
            assert (checked.recorded.id, checked.checkpoint.size) == (entry_id, 705)


def test_writers_rivals_and_broken_connections_end_in_a_whole_tree(database: Database, signer: Signer) -> None:
    """Four seconds of everything at once: commits, rollbacks, three sequencers, and connections cut at random."""
    chance, stop, written = random.Random(2), threading.Event(), set[UUID]()
    lock = threading.Lock()

    def work(seed: int) -> None:
        own = random.Random(seed)
        while not stop.is_set():
            try:
                with database.transaction() as connection:
                    entries = [
                        (release(at=datetime.now(UTC)), {"asked": [insz(own.randrange(30))]})
                        for _ in range(own.randrange(1, 60))
                    ]
                    ids = record_many(connection, entries=entries, secrets=SECRETS)
                    if own.random() < 0.3:
                        connection.rollback()
                        continue
                with lock:
                    written.update(ids)
            except psycopg.Error:
                continue  # the connection was cut: whether the commit came through is asked below

    writers = [threading.Thread(target=work, args=(seed,)) for seed in range(2)]
    rivals = [Sequencer(database, signer, pause_seconds=0.005) for _ in range(3)]
    for writer in writers:
        writer.start()
    for rival in rivals:
        rival.start()
    until = time.monotonic() + 4
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        while time.monotonic() < until:
            time.sleep(chance.uniform(0.02, 0.15))
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND usename = 'sluis_app' AND state <> 'idle' ORDER BY random() LIMIT 1"
            )
    stop.set()
    for writer in writers:
        writer.join()
    for rival in rivals:
        rival.stop()
    # The pool may still hold a connection that was cut: what stands is read through fresh ones.
    fresh = Database(database.owner_url, pool_size=2)
    Sequencer(fresh, signer).run_once()
    with fresh.transaction() as connection:
        committed = {row[0] for row in connection.execute("SELECT id FROM ledger_entry")}
    assert written <= committed
    assert len(committed) > 100
    assert_whole(fresh, signer, committed)
    fresh.close()


def sequence_for_ever(owner_url: str, secret: str) -> None:
    """The body of a process that is to be killed."""
    sequencer = Sequencer(Database(owner_url, pool_size=2), Signer.parse(secret), pause_seconds=0.001)
    sequencer.start()
    time.sleep(60)


def has_rival(database: Database) -> bool:
    """Say whether another process has asked this database something for the ledger."""
    with database.transaction() as connection:
        row = connection.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename = 'sluis_app' AND pid <> pg_backend_pid() AND query LIKE '%advisory%')"
        ).fetchone()
    return bool(row and row[0])


def test_a_sequencer_killed_mid_batch_leaves_a_tree_that_the_next_continues(database: Database, signer: Signer) -> None:
    context, chance, expected = multiprocessing.get_context("spawn"), random.Random(3), set[UUID]()
    for _ in range(4):
        expected |= set(write(database, 1000))
        doomed = context.Process(target=sequence_for_ever, args=(database.owner_url, signer.secret_text()))
        doomed.start()
        until = time.monotonic() + 30
        while not has_rival(database) and time.monotonic() < until:
            time.sleep(0.005)
        kill_at = time.monotonic() + chance.uniform(0, 0.15)
        while time.monotonic() < kill_at:
            expected |= set(write(database, 20))
        assert doomed.pid is not None
        os.kill(doomed.pid, signal.SIGKILL)
        doomed.join()
        with database.transaction() as connection:
            verify_whole(connection, signer.verifier)
    survivor, until = Sequencer(database, signer), time.monotonic() + 30
    # The server may need a moment to notice that the one before is gone.
    while len(placed(database)) < len(expected) and time.monotonic() < until:
        survivor.run_once()
        time.sleep(0.02)
    assert_whole(database, signer, expected)


def test_a_sequencer_goes_on_after_the_database_was_away(database: Database, signer: Signer) -> None:
    sequencer = Sequencer(database, signer, pause_seconds=0.01)
    sequencer.start()
    try:
        with psycopg.connect(database.owner_url, autocommit=True) as owner:
            for _ in range(5):
                owner.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND usename = 'sluis_app'"
                )
                time.sleep(0.05)
        entry_ids = None
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                entry_ids = entry_ids or write(database, 2)
                with database.transaction() as connection:
                    if len(in_tree(connection)) == 2:
                        break
            except psycopg.Error:
                continue
            time.sleep(0.05)
        with database.transaction() as connection:
            assert len(in_tree(connection)) == 2
            assert len(entries_of_party(connection, release().party)) == 2
    finally:
        sequencer.stop()
