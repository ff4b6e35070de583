"""A machine and each of its keys wait for a second pair of eyes: in the verbs, in the database, and on the page."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from sluis.access.store import link_identity
from sluis.gate.actions import day_of
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.errors import SluisError
from sluis.machines import actions, store
from sluis.machines.keys import described
from sluis.web.store import add_session
from tests.integration.gate.house import WINGENE
from tests.integration.machines.client import System, new_key
from tests.integration.machines.world import AGREEMENT, ISSUER, RELEASES, TIELT, World, manager

PAGE = "/toegang/systemen"


def refusal(world: World, verb: Any, **what: Any) -> str:
    with pytest.raises(SluisError) as told, world.database.transaction() as connection:
        verb(connection, at=world.clock(), secrets=world.house.gate.secret, **what)
    return told.value.code


def test_a_machine_opens_nothing_until_a_second_person_confirmed_it(world: World) -> None:
    system = world.system(confirmed=False)
    assert system.ask_token(scope="ledger").json()["error"] == "invalid_client"
    key = {"machine": system.id, "thumbprint": system.public.thumbprint, "party": WINGENE}
    with world.database.transaction() as connection:
        first, theirs = manager(connection, WINGENE), manager(connection, TIELT)
        insert_actor(connection, Actor("ambtenaar", "person", "Ambtenaar", None))
        insert_role(connection, RoleGrant("ambtenaar", WINGENE, "officer", date(2026, 1, 1), None, "operator", "proef"))
    assert refusal(world, actions.confirm_key, by=first, **key) == "second-is-same"
    assert refusal(world, actions.confirm_key, by=theirs, **key) == "second-is-same"
    assert refusal(world, actions.confirm_key, by="ambtenaar", **key) == "second-is-same"
    assert refusal(world, actions.confirm_key, by=theirs, **(key | {"party": TIELT})) == "machine-unknown"
    assert system.ask_token(scope="ledger").json()["error"] == "invalid_client"
    with world.database.transaction() as connection:
        world.confirm(connection, system.id, system.public.thumbprint)
    assert system.ask_token(scope="ledger").status_code == 200
    entry = world.details("machine-key-confirmed")[-1]
    assert (entry["actor"], entry["details"]["machine"]) == (f"toegang-2-{WINGENE}", system.id)


def test_only_an_access_manager_registers_and_who_proposed_must_still_be_one(world: World) -> None:
    new = {"party": WINGENE, "name": "Systeem", "key": described(new_key())}
    with world.database.transaction() as connection:
        theirs = manager(connection, TIELT)
    assert refusal(world, actions.register_machine, by=theirs, **new) == "not-access-manager"
    system = world.system(confirmed=False)
    with world.database.transaction() as connection:
        connection.execute("SAVEPOINT before")
        connection.execute("UPDATE actor_role SET valid = 'empty' WHERE actor = %s", (f"toegang-1-{WINGENE}",))
        with pytest.raises(SluisError) as told:
            world.confirm(connection, system.id, system.public.thumbprint)
        connection.execute("ROLLBACK TO SAVEPOINT before")
    assert told.value.code == "not-access-manager"


def test_a_second_account_of_the_same_person_is_no_second_pair_of_eyes(world: World) -> None:
    system = world.system(confirmed=False)
    with world.database.transaction() as connection:
        first = manager(connection, WINGENE)
        other = "toegang-andere-aanmelding"
        insert_actor(connection, Actor(other, "person", "Zelfde mens", None))
        insert_role(connection, RoleGrant(other, WINGENE, "access-manager", date(2026, 1, 1), None, "operator", "p"))
        for party, actor in ((WINGENE, first), (TIELT, other)):
            link_identity(connection, issuer="i", subject="vo_id:1", party=party, actor=actor, at=world.clock())
    where = {"machine": system.id, "thumbprint": system.public.thumbprint, "party": WINGENE}
    assert refusal(world, actions.confirm_key, by=other, **where) == "second-is-same"
    with pytest.raises(psycopg.errors.CheckViolation), world.database.transaction() as connection:
        store.confirm(connection, system.public.thumbprint, by=other, at=world.clock())


def test_an_added_key_signs_nothing_until_it_is_confirmed_and_can_be_refused(world: World) -> None:
    system = world.asking()
    secrets = world.house.gate.secret
    intruder = System(world.http, ISSUER, system.id, new_key(), world.clock)
    with world.database.transaction() as connection:
        by = manager(connection, WINGENE)
        what: dict[str, Any] = {"machine": system.id, "party": WINGENE, "by": by, "at": world.clock()}
        actions.add_key(connection, key=intruder.public, secrets=secrets, **what)
    assert intruder.ask_token(scope="ledger").status_code == 401
    intruder.token = system.token
    assert intruder.post(RELEASES, world.question()).status_code == 401
    with world.database.transaction() as connection:
        actions.retire_key(connection, thumbprint=intruder.public.thumbprint, secrets=secrets, **what)
    confirming = {"machine": system.id, "thumbprint": intruder.public.thumbprint, "party": WINGENE}
    assert refusal(world, actions.confirm_key, by=f"toegang-2-{WINGENE}", **confirming) == "machine-revoked"


def test_a_machine_whose_term_is_over_asks_nothing_more(world: World) -> None:
    system = world.asking()
    with world.database.transaction() as connection:
        connection.execute(
            "UPDATE actor_role SET valid = daterange(lower(valid), %s, '[)') WHERE actor = %s",
            (day_of(world.clock()), system.id),
        )
    assert system.get("/api/v1/agreements").status_code == 401
    assert system.ask_token(authorization_details=f'[{{"agreement":"{AGREEMENT}"}}]').status_code == 401


def browser(world: World, person: str) -> httpx.Client:
    with world.database.transaction() as connection:
        add_session(connection, f"cookie-{person}", person=person, party=None, at=datetime.now(UTC))
    return httpx.Client(base_url=world.http.base_url, cookies={"sluis_sessie": f"cookie-{person}"}, timeout=30)


def click(visitor: httpx.Client, path: str, **fields: str) -> httpx.Response:
    found = re.search(r'name="_sleutel" value="([0-9a-f]{64})"', visitor.get(PAGE).text)
    assert found is not None
    return visitor.post(path, data={"_sleutel": found[1], **fields})


def test_two_people_register_a_system_on_the_page(world: World) -> None:
    key, last = new_key(), (day_of(world.clock()) + timedelta(days=300)).isoformat()
    with world.database.transaction() as connection:
        one, two = manager(connection, WINGENE), manager(connection, WINGENE, second=True)
    world.clock.at = datetime.now(UTC)
    with browser(world, one) as first, browser(world, two) as second:
        secret = key.as_pem(private=True).decode()
        asked = {"naam": "Sociaal dossier 2", "tot": "", "reden": "toelagen automatisch toekennen"}
        refused = click(first, PAGE, sleutel=secret, **asked)
        assert refused.status_code == 422
        assert secret.splitlines()[1] not in refused.text
        assert "toelagen automatisch toekennen" in refused.text, "what was filled in is still there"
        assert click(first, PAGE, sleutel="x", **asked).status_code == 422
        assert click(first, PAGE, sleutel=key.as_pem().decode(), **(asked | {"tot": "morgen"})).status_code == 422
        assert click(first, PAGE, sleutel=key.as_pem().decode(), **(asked | {"tot": last[:3]})).status_code == 422
        done = click(first, PAGE, sleutel=key.as_pem(private=False).decode(), **asked)
        assert done.headers["location"] == f"{PAGE}?gedaan=registered", done.text
        system = re.search(r"machine-[0-9a-f-]{36}", first.get(PAGE).text)
        assert system is not None
        place, thumbprint = f"{PAGE}/{system[0]}", described(key).thumbprint
        assert "Sleutel bevestigen" not in first.get(PAGE).text.split(thumbprint)[0].split("<li")[-1]
        assert click(first, f"{place}/sleutels/bevestigen", sleutel=thumbprint).status_code == 422
        machine = System(world.http, ISSUER, system[0], key, world.clock)
        assert machine.ask_token(scope="ledger").status_code == 401
        assert click(second, f"{place}/sleutels/bevestigen", sleutel=thumbprint).status_code == 303
        assert machine.ask_token(scope="ledger").status_code == 200
        assert click(second, f"{place}/sleutels/bevestigen", sleutel="niets").status_code == 422
        assert click(second, f"{place}/intrekken").status_code == 303
        assert machine.ask_token(scope="ledger").status_code == 401
        assert click(second, f"{PAGE}/machine-van-niemand/intrekken").status_code == 422
