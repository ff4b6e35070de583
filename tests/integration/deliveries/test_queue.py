"""The queue of deliveries on a real PostgreSQL: written once, taken once, retried, stopped, read again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Barrier, Event, Lock
from uuid import UUID

import pytest

from sluis.database import Database
from sluis.deliveries import store
from sluis.deliveries.actions import kill_deliveries, mark_bounced, queue_delivery, redeliver, redeliver_since
from sluis.deliveries.model import GIVE_UP_AFTER, LEASE, Answer, Bounced, Delivery, Sent, TryLater
from sluis.deliveries.worker import deliver_due, deliveries_since
from sluis.kernel.errors import SluisError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Recorder:
    """A channel that keeps what it was given and answers as it is told."""

    code = "mail"

    def __init__(self, answer: Callable[[Delivery], Answer] | None = None) -> None:
        self.sent: list[Delivery] = []
        self._answer = answer or (lambda _: Sent())
        self._lock = Lock()

    def send(self, delivery: Delivery) -> Answer:
        answer = self._answer(delivery)
        with self._lock:
            self.sent.append(delivery)
        return answer

    @property
    def keys(self) -> list[str]:
        return [delivery.key for delivery in self.sent]


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


def queue(
    database: Database,
    key: str,
    *,
    receiver: str = "gemeente-wingene",
    ordered: bool = False,
    agreement: str | None = None,
    channel: str = "mail",
) -> UUID:
    with database.transaction() as connection:
        return queue_delivery(
            connection,
            key=key,
            channel=channel,
            receiver=receiver,
            payload={"text": key},
            at=NOON,
            ordered=ordered,
            agreement=agreement,
        ).id


def found(database: Database, delivery: UUID) -> Delivery:
    with database.transaction() as connection:
        one = store.find(connection, delivery)
    assert one is not None
    return one


def test_what_was_rolled_back_never_leaves(database: Database) -> None:
    with database.transaction() as connection:
        queue_delivery(connection, key="k", channel="mail", receiver="x", payload={}, at=NOON)
        connection.rollback()
    channel = Recorder()
    assert deliver_due(database, [channel], clock=Clock()) == 0
    assert channel.sent == []


def test_the_same_key_is_one_delivery_also_when_many_write_it_at_one_moment(database: Database) -> None:
    barrier = Barrier(6)

    def write(_: int) -> UUID:
        barrier.wait()
        return queue(database, "campagne-1:gemeente-wingene")

    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(write, range(6)))
    channel = Recorder()
    deliver_due(database, [channel], clock=Clock())
    assert len(ids) == 1
    assert channel.keys == ["campagne-1:gemeente-wingene"]


def test_two_workers_share_the_work_and_send_nothing_twice(database: Database) -> None:
    wanted = {queue(database, f"k{n}", receiver=f"body-{n}") and f"k{n}" for n in range(40)}
    barrier = Barrier(2)

    def slowly(_: Delivery) -> Answer:
        Event().wait(0.003)
        return Sent()

    workers = [Recorder(slowly), Recorder(slowly)]

    def work(channel: Recorder) -> int:
        barrier.wait()
        return deliver_due(database, [channel], clock=Clock())

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(work, workers))
    sent = workers[0].keys + workers[1].keys
    assert sorted(sent) == sorted(wanted)
    assert all(done), "both had work"


def test_a_delivery_that_fails_is_tried_again_with_growing_pauses_for_days_and_then_given_up(
    database: Database,
) -> None:
    delivery = queue(database, "k")
    channel, clock = Recorder(lambda _: TryLater("smtp-451")), Clock()
    moments: list[datetime] = []
    for _ in range(50):
        before = len(channel.sent)
        deliver_due(database, [channel], clock=clock)
        if len(channel.sent) > before:
            moments.append(clock.at)
        state = found(database, delivery)
        if state.state == "dead":
            break
        clock.at = state.due_at
    pauses = [after - before for before, after in pairwise(moments)]
    assert pauses[0] < timedelta(minutes=2)
    assert pauses[:6] == sorted(pauses[:6])
    assert moments[-1] - moments[0] >= timedelta(days=4)
    assert moments[-1] - NOON <= GIVE_UP_AFTER + timedelta(minutes=2)
    assert found(database, delivery).fault == "smtp-451"
    with database.transaction() as connection:
        told = [event.event for event in store.events(connection, delivery)]
    assert told == ["postponed"] * (len(moments) - 1) + ["gave-up"]


def test_a_delivery_waits_out_its_pause(database: Database) -> None:
    queue(database, "k")
    channel, clock = Recorder(lambda _: TryLater("x")), Clock()
    deliver_due(database, [channel], clock=clock)
    clock.at += timedelta(seconds=59)
    assert deliver_due(database, [channel], clock=clock) == 0
    clock.at += timedelta(seconds=10)
    assert deliver_due(database, [channel], clock=clock) == 1


def test_a_refusal_for_good_is_not_tried_again_and_holds_up_nobody(database: Database) -> None:
    first = queue(database, "first", ordered=True)
    queue(database, "second", ordered=True)
    channel, clock = Recorder(lambda one: Bounced("smtp-550") if one.key == "first" else Sent()), Clock()
    deliver_due(database, [channel], clock=clock)
    clock.at += timedelta(days=2)
    deliver_due(database, [channel], clock=clock)
    assert channel.keys == ["first", "second"]
    assert found(database, first).state == "bounced"


def test_where_order_matters_the_next_one_waits_for_the_one_before(database: Database) -> None:
    for key in ("a1", "a2", "a3"):
        queue(database, key, receiver="a", ordered=True)
    queue(database, "b1", receiver="b", ordered=True)
    queue(database, "a-free", receiver="a")
    fails = {"a1"}
    channel, clock = Recorder(lambda one: TryLater("x") if one.key in fails else Sent()), Clock()
    deliver_due(database, [channel], clock=clock)
    assert channel.keys == ["a1", "b1", "a-free"]
    fails.clear()
    clock.at += timedelta(hours=1)
    deliver_due(database, [channel], clock=clock)
    assert channel.keys[3:] == ["a1", "a2", "a3"]


def test_while_one_of_a_line_is_being_sent_another_worker_does_not_take_the_next(database: Database) -> None:
    queue(database, "a1", ordered=True)
    queue(database, "a2", ordered=True)
    busy, go_on = Event(), Event()

    def hold(_: Delivery) -> Answer:
        busy.set()
        assert go_on.wait(20)
        return Sent()

    slow, other = Recorder(hold), Recorder()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(deliver_due, database, [slow], clock=Clock(), most=1)
        assert busy.wait(20)
        assert deliver_due(database, [other], clock=Clock()) == 0
        go_on.set()
        running.result()
    deliver_due(database, [other], clock=Clock())
    assert other.keys == ["a2"]


def test_a_worker_that_dies_leaves_its_row_to_another_after_the_lease(database: Database) -> None:
    delivery = queue(database, "k")
    clock = Clock()
    with database.transaction() as connection:
        store.number(connection)
        dead = store.claim(connection, channels=["mail"], at=NOON, lease_until=NOON + LEASE)
    assert dead is not None
    channel = Recorder()
    assert deliver_due(database, [channel], clock=clock) == 0
    clock.at += LEASE + timedelta(seconds=1)
    assert deliver_due(database, [channel], clock=clock) == 1
    assert channel.sent[0].id == delivery, "the same identity: the receiver can drop a double"
    # The dead one wakes up: what it says does not count any more.
    with database.transaction() as connection:
        assert not store.mark(
            connection, dead, state="bounced", event="refused", fault="late", at=clock.at, due_at=clock.at
        )
    assert found(database, delivery).state == "delivered"


def test_a_channel_that_breaks_is_a_fault_of_ours_and_is_tried_again(database: Database) -> None:
    delivery = queue(database, "k")

    def broken(_: Delivery) -> Answer:
        raise ValueError("85073003328")

    deliver_due(database, [Recorder(broken)], clock=Clock())
    after = found(database, delivery)
    assert (after.state, after.fault) == ("waiting", "error-ValueError")


def test_a_delivery_on_a_channel_that_this_worker_has_not_is_left_to_another(database: Database) -> None:
    delivery = queue(database, "k", channel="sftp")
    assert deliver_due(database, [Recorder()], clock=Clock()) == 0
    assert found(database, delivery).state == "waiting"


def test_after_a_revocation_nothing_that_waited_leaves(database: Database) -> None:
    mine = [queue(database, f"k{n}", agreement="afspraak-1") for n in range(3)]
    other = queue(database, "other", agreement="afspraak-2")
    with database.transaction() as connection:
        killed = kill_deliveries(connection, agreement="afspraak-1", reason="ingetrokken", at=NOON)
    assert (killed.stopped, killed.under_way) == (3, 0)
    channel = Recorder()
    deliver_due(database, [channel], clock=Clock())
    assert channel.keys == ["other"]
    assert {found(database, one).state for one in mine} == {"dead"}
    with pytest.raises(SluisError, match="niet opnieuw vertrekken"), database.transaction() as connection:
        redeliver(connection, delivery=mine[0], by="els", at=NOON)
    assert found(database, other).state == "delivered"


@pytest.mark.parametrize(
    ("answer", "state"), [(Sent(), "delivered"), (TryLater("x"), "dead"), (Bounced("y"), "bounced")]
)
def test_what_is_under_way_when_the_agreement_ends_is_told_and_never_tried_again(
    database: Database, answer: Answer, state: str
) -> None:
    delivery = queue(database, "k", agreement="afspraak-1")

    def revoked_meanwhile(_: Delivery) -> Answer:
        with database.transaction() as connection:
            killed = kill_deliveries(connection, agreement="afspraak-1", reason="ingetrokken", at=NOON)
        assert (killed.stopped, killed.under_way) == (0, 1)
        return answer

    clock = Clock()
    deliver_due(database, [Recorder(revoked_meanwhile)], clock=clock)
    after = found(database, delivery)
    assert after.state == state, "what truly happened is what stands there"
    assert after.kill_reason == "ingetrokken"
    clock.at += timedelta(days=3)
    assert deliver_due(database, [Recorder()], clock=clock) == 0


def test_a_lost_delivery_of_an_ended_agreement_is_not_taken_again(database: Database) -> None:
    delivery = queue(database, "k", agreement="afspraak-1")
    clock = Clock()
    with database.transaction() as connection:
        store.number(connection)
        assert store.claim(connection, channels=["mail"], at=NOON, lease_until=NOON + LEASE) is not None
    with database.transaction() as connection:
        kill_deliveries(connection, agreement="afspraak-1", reason="r", at=NOON)
    clock.at += LEASE * 2
    assert deliver_due(database, [Recorder()], clock=clock) == 0
    assert found(database, delivery).state == "dead"


def test_one_action_offers_a_delivery_again_with_the_same_identity(database: Database) -> None:
    delivery = queue(database, "k")
    channel, clock = Recorder(), Clock()
    deliver_due(database, [channel], clock=clock)
    with database.transaction() as connection:
        assert mark_bounced(connection, delivery=delivery, fault="dsn-5.1.1", at=NOON)
        redeliver(connection, delivery=delivery, by="els", at=NOON)
    with pytest.raises(SluisError, match="nog onderweg"), database.transaction() as connection:
        redeliver(connection, delivery=delivery, by="els", at=NOON)
    deliver_due(database, [channel], clock=clock)
    assert [one.id for one in channel.sent] == [delivery, delivery]
    with database.transaction() as connection:
        told = [(event.event, event.done_by) for event in store.events(connection, delivery)]
    assert told == [("sent", None), ("bounced", None), ("redelivered", "els"), ("sent", None)]


def test_a_receiver_reads_on_from_its_cursor_and_misses_nothing_that_was_committed_late(database: Database) -> None:
    early = database.transaction()
    connection = early.__enter__()
    queue_delivery(connection, key="slow", channel="mail", receiver="a", payload={}, at=NOON)
    queue(database, "quick", receiver="a")
    queue(database, "of another", receiver="b")
    with database.transaction() as reading:
        first = deliveries_since(reading, receiver="a")
    early.__exit__(None, None, None)
    assert [one.key for one in first] == ["quick"]
    cursor = first[-1].position
    assert cursor is not None
    with database.transaction() as reading:
        assert [one.key for one in deliveries_since(reading, receiver="a", after=cursor)] == ["slow"]
        assert [one.key for one in deliveries_since(reading, receiver="a", after=0)] == ["quick", "slow"]


def test_everything_after_a_cursor_is_offered_again_in_order_but_what_was_stopped(database: Database) -> None:
    for key in ("a", "b", "c"):
        queue(database, key, receiver="r", ordered=True, agreement="x" if key == "b" else None)
    with database.transaction() as connection:
        kill_deliveries(connection, agreement="x", reason="r", at=NOON)
    channel, clock = Recorder(), Clock()
    deliver_due(database, [channel], clock=clock)
    with database.transaction() as connection:
        assert redeliver_since(connection, receiver="r", after=0, by="els", at=NOON) == 2
    deliver_due(database, [channel], clock=clock)
    assert channel.keys == ["a", "c", "a", "c"]


@pytest.mark.parametrize(
    "payload", [{"text": "kind 15.68.01-001 13"}, {"a": {"b": ["85073003328"]}}, {"85073003328": 1}, {"n": 85073003328}]
)
def test_no_delivery_can_hold_a_number_of_a_person(database: Database, payload: dict[str, object]) -> None:
    with pytest.raises(SluisError) as caught, database.transaction() as connection:
        queue_delivery(connection, key="k", channel="mail", receiver="a", payload=payload, at=NOON)  # type: ignore[arg-type]  # any JSON
    assert "85" not in str(caught.value)
    with pytest.raises(SluisError), database.transaction() as connection:
        queue_delivery(connection, key="lijst-85073003328", channel="mail", receiver="a", payload={}, at=NOON)


def test_a_revocation_is_never_the_victim_of_those_who_number_and_send(database: Database) -> None:
    """Queues, workers and revocations at once: no deadlock, nothing leaves after its end, nothing twice."""
    channel, barrier = Recorder(), Barrier(4)

    def queue_many(start: int) -> None:
        barrier.wait()
        for number in range(start, start + 40):
            queue(database, f"k{number}", receiver=f"b{number % 5}", agreement=f"a{number % 4}", ordered=True)

    def work(_: int) -> None:
        barrier.wait()
        for _ in range(12):
            deliver_due(database, [channel], clock=Clock(), most=10)

    def revoke(_: int) -> None:
        barrier.wait()
        for turn in range(24):
            with database.transaction() as connection:
                kill_deliveries(connection, agreement=f"a{turn % 4}", reason="ingetrokken", at=NOON)

    with ThreadPoolExecutor(4) as pool:
        running = [
            pool.submit(queue_many, 0),
            pool.submit(queue_many, 40),
            pool.submit(work, 0),
            pool.submit(revoke, 0),
        ]
        for one in running:
            one.result()
    with database.transaction() as connection:
        for number in range(4):
            kill_deliveries(connection, agreement=f"a{number}", reason="ingetrokken", at=NOON)
        states = store.counts(connection)
    assert len(channel.keys) == len(set(channel.keys)) == states.get("delivered", 0)
    assert set(states) <= {"delivered", "dead"}
    assert sum(states.values()) == 80
