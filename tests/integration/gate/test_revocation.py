"""A revocation takes effect on the next request and stops a bulk release that is running."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from sluis.agreements.actions import end_agreement, revoke_agreement
from sluis.agreements.model import Agreement
from sluis.database import Database
from sluis.gate.conditions import Condition, record_condition, withdraw_condition
from sluis.gate.model import Released, ReleaseStopped
from sluis.kernel.insz import Insz
from sluis.kernel.outcome import Refused
from tests.integration.gate.house import AT, WINGENE, House, build_house, number

MANY = 400


def _revoke(house: House) -> None:
    with house.database.transaction() as connection:
        revoke_agreement(connection, agreement=house.agreement, party=WINGENE, by="b", at=AT, reason="test")


def _full(house: House) -> list[Insz]:
    return [house.population.add(number(serial), parents=[number(900)]) for serial in range(1, MANY)]


def test_the_next_request_after_a_revocation_is_refused(database: Database) -> None:
    house = build_house(database)
    child = house.population.add(number(1), parents=[number(2)])
    _revoke(house)
    with database.transaction() as connection:
        refused = house.gate.release(connection, house.request(child))
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["agreement-not-in-force"]


def test_the_next_request_after_the_end_is_refused(database: Database) -> None:
    house = build_house(database)
    child = house.population.add(number(1), parents=[number(2)])
    with database.transaction() as connection:
        end_agreement(connection, agreement=house.agreement, party=WINGENE, by="b", at=AT)
    with database.transaction() as connection:
        assert isinstance(house.gate.release(connection, house.request(child)), Refused)


@pytest.mark.parametrize("portion", [0, 1, 3, 7])
def test_a_revocation_stops_a_bulk_release_at_its_next_portion(database: Database, portion: int) -> None:
    house = build_house(database)
    children = _full(house)
    seen = iter(range(100))

    def revoke_at_portion() -> None:
        if next(seen) == portion:
            _revoke(house)

    house.population.between_portions = revoke_at_portion
    with pytest.raises(ReleaseStopped) as stopped, database.transaction() as connection:
        house.gate.release(connection, house.request(*children))
    assert [reason.code for reason in stopped.value.reasons] == ["agreement-not-in-force"]
    assert (house.entries("release"), house.uses()) == (0, 0)


@pytest.mark.parametrize("portion", [0, 3])
def test_a_role_that_is_withdrawn_stops_a_bulk_release_at_its_next_portion(database: Database, portion: int) -> None:
    house = build_house(database)
    children = _full(house)
    seen = iter(range(100))

    def withdraw_at_portion() -> None:
        if next(seen) == portion:
            with database.owner() as owner:
                owner.execute("UPDATE actor_role SET valid = 'empty'")

    house.population.between_portions = withdraw_at_portion
    with pytest.raises(ReleaseStopped) as stopped, database.transaction() as connection:
        house.gate.release(connection, house.request(*children))
    assert [reason.code for reason in stopped.value.reasons] == ["actor-without-role"]
    assert (house.entries("release"), house.uses()) == (0, 0)


INFORMED = "citizens-informed"


def _with_a_condition(agreement: Agreement) -> Agreement:
    """Return the text with a condition of its answer that is met by what is recorded, and by nothing in the text."""
    leg = agreement.legs["answer"]
    added = leg.conditions[0].model_copy(update={"code": INFORMED})
    legs = dict(agreement.legs) | {"answer": leg.model_copy(update={"conditions": (*leg.conditions, added)})}
    return agreement.model_copy(update={"legs": legs})


def test_a_condition_that_is_withdrawn_stops_a_bulk_release_at_its_next_portion(database: Database) -> None:
    house = build_house(database, change=_with_a_condition)
    children = _full(house)
    portions = iter(range(100))
    decision = Condition(house.agreement, WINGENE, INFORMED)
    by: dict[str, Any] = {"by": "b", "at": AT, "correlation": "proef", "secrets": house.gate.secret}
    with database.transaction() as connection:
        record_condition(connection, decision, evidence="collegebesluit", **by)

    def withdraw_at_the_second_portion() -> None:
        if next(portions) == 1:
            with database.transaction() as connection:
                withdraw_condition(connection, decision, **by)

    house.population.between_portions = withdraw_at_the_second_portion
    with pytest.raises(ReleaseStopped) as stopped, database.transaction() as connection:
        house.gate.release(connection, house.request(*children))
    assert [reason.code for reason in stopped.value.reasons] == ["condition-not-met"]
    assert (house.entries("release"), house.uses()) == (0, 0)
    assert house.entries("condition-withdrawn") == 1


def test_a_revocation_after_the_last_portion_still_stops_a_bulk_release(database: Database) -> None:
    house = build_house(database)
    children = _full(house)
    house.population.portion = MANY  # one portion: the look between portions comes too early for this revocation
    house.gate = type(house.gate)(
        register=_RevokingRegister(house), sources=house.gate.sources, secret=house.gate.secret
    )
    with pytest.raises(ReleaseStopped), database.transaction() as connection:
        house.gate.release(connection, house.request(*children))
    assert house.entries("release") == 0


class _RevokingRegister:
    """The register of the house, whose agreement is revoked by somebody else while it answers."""

    def __init__(self, house: House) -> None:
        self._house, self._register = house, house.gate.register

    def facts(self, connection, subjects, reference):
        _revoke(self._house)
        return self._register.facts(connection, subjects, reference)

    def count(self, connection, **scope):
        return self._register.count(connection, **scope)


def test_a_revocation_waits_for_a_small_release_that_has_begun_and_no_longer(database: Database) -> None:
    house = build_house(database)
    child = house.population.add(number(1), parents=[number(2)])
    revoked = threading.Event()

    def revoke() -> None:
        _revoke(house)
        revoked.set()

    with database.transaction() as connection:
        released = house.gate.release(connection, house.request(child))
        thread = threading.Thread(target=revoke)
        thread.start()
        assert not revoked.wait(0.3)
    thread.join(10)
    assert isinstance(released, Released)
    assert revoked.is_set()


def test_what_was_stopped_can_be_recorded_as_refused(database: Database) -> None:
    house = build_house(database)
    children = _full(house)
    house.population.between_portions = lambda: _revoke(house) if house.entries("agreement-revoked") == 0 else None
    request = house.request(*children)
    with pytest.raises(ReleaseStopped) as stopped, database.transaction() as connection:
        house.gate.release(connection, request)
    with database.transaction() as connection:
        house.gate.record_refusal(connection, request, stopped.value.reasons)
    assert (house.entries("release"), house.entries("refusal")) == (0, 1)
