"""One worklist per person, and a digest once a day, only for who asked and has something to do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sluis.database import Database
from sluis.deliveries import store
from sluis.deliveries.model import Delivery
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.outreach.worklist import ask_for_digest, open_tasks, send_digests
from tests.integration.outreach.world import LINK, NOW, TODAY, World, a_duty, make_people


@pytest.fixture
def world(database: Database) -> World:
    return make_people(database)


def ask(world: World, person: str = "an", *, address: str = "an@wingene.example", language: str = "nl") -> None:
    with world.database.transaction() as connection:
        ask_for_digest(connection, person=person, address=address, language=language, wants=True, at=NOW)


def run(world: World, at: datetime = NOW) -> int:
    return send_digests(world.database, (world.duties,), world.directory().find, link=LINK, at=at)


def digests(database: Database) -> list[Delivery]:
    with database.transaction() as connection:
        return list(reversed(store.page(connection, state=None, receiver="an", most=50, skip=0)[1]))


def test_a_person_sees_the_duties_of_the_own_party_and_roles_the_earliest_first(world: World) -> None:
    world.duties.known = [
        a_duty("late", due=-2),
        a_duty("soon", due=2),
        a_duty("far", due=30),
        a_duty("anybody", role=None, due=9),
        a_duty("dpo-only", role="dpo"),
        a_duty("of-another", party="gemeente-tielt"),
    ]
    with world.database.transaction() as connection:
        person = world.directory().find(connection, "an")
        assert person is not None
        more, tasks = open_tasks(connection, (world.duties,), person, day=TODAY, most=25)
        assert open_tasks(connection, (world.duties,), person, day=TODAY, most=2, skip=2)[1] == tasks[2:]
        assert open_tasks(connection, (world.duties,), person, day=TODAY, most=2)[0] is True
    assert [task.duty.code for task in tasks] == ["late", "soon", "anybody", "far"]
    assert [(task.is_overdue, task.is_soon) for task in tasks[:3]] == [(True, False), (False, True), (False, False)]
    assert tasks[0].href == "/overeenkomsten/protocol-1"
    assert not more


def test_the_digest_comes_once_a_day_in_the_language_of_the_person(world: World) -> None:
    world.duties.known = [a_duty("late", due=-1), a_duty("later", due=10)]
    ask(world, language="fr")
    assert run(world) == 1
    assert run(world) == 0
    assert run(world, NOW + timedelta(hours=5)) == 0
    assert run(world, NOW + timedelta(days=1)) == 1
    first, second = digests(world.database)
    assert first.key == "digest:an:2026-03-02"
    assert second.key == "digest:an:2026-03-03"
    assert first.payload["to"] == "an@wingene.example"
    assert first.payload["language"] == "fr"
    text = str(first.payload["text"])
    assert f"{LINK}/mijn-werk" in text
    assert text.count("\n- ") == 2


def test_many_processes_at_once_make_one_digest(world: World) -> None:
    world.duties.known = [a_duty()]
    ask(world)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: run(world), range(4))) == 1
    assert len(digests(world.database)) == 1


def test_who_has_nothing_to_do_or_did_not_ask_gets_nothing(world: World) -> None:
    ask(world)
    assert run(world) == 0
    world.duties.known = [a_duty()]
    assert run(world) == 0, "looked at once a day"
    assert run(world, NOW + timedelta(days=1)) == 1
    with world.database.transaction() as connection:
        ask_for_digest(connection, person="an", address="", language="nl", wants=False, at=NOW)
    assert run(world, NOW + timedelta(days=2)) == 0


def test_nothing_leaves_before_six_in_the_morning_in_brussels(world: World) -> None:
    world.duties.known = [a_duty()]
    ask(world)
    assert run(world, datetime(2026, 7, 1, 3, 59, tzinfo=UTC)) == 0
    assert run(world, datetime(2026, 7, 1, 4, 1, tzinfo=UTC)) == 1


def test_a_person_without_roles_any_more_gets_nothing(world: World) -> None:
    world.duties.known = [a_duty()]
    ask(world)
    with world.database.owner() as connection:
        connection.execute("UPDATE actor_role SET valid = daterange('2026-01-01', '2026-02-01') WHERE actor = 'an'")
    assert run(world) == 0


def test_no_number_of_a_person_ever_stands_in_a_digest(world: World) -> None:
    duty = replace(a_duty(), what=msg("Kijk {what} na.", what="15.68.01-001.13"))
    world.duties.known = [duty]
    ask(world)
    assert run(world) == 1
    (digest,) = digests(world.database)
    assert "15.68" not in str(digest.payload["text"])
    assert "signature" in str(digest.payload["text"])


@pytest.mark.parametrize(
    "address", ["", "an", "an@wingene.example\nBcc: x@y.example", "an@wingene.example,b@c.example"]
)
def test_a_wrong_address_is_refused(world: World, address: str) -> None:
    with pytest.raises(SluisError), world.database.transaction() as connection:
        ask_for_digest(connection, person="an", address=address, language="nl", wants=True, at=NOW)
