"""Hospitals on a real database: their steps, what they lack, and the alarm that is raised and ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from sluis.births.hospitals import actions, store
from sluis.births.hospitals.model import STEPS, Stage
from sluis.births.house import Delivery
from sluis.births.intake.actions import receive
from sluis.births.model import Absence, Item, Kind, Mother, Name, Notice
from sluis.channels.mllp.serving import door_of
from sluis.database import Database
from sluis.kernel.errors import SluisError
from tests.integration.births.ward import AT, OTHER, WARD, a_notice, furnish

CODE, OTHER_CODE = "fod-1000", "fod-1010"
BY = "opgroeien-outreach"


class _Ward:
    """A hospital that is followed, on a clock of the test."""

    def __init__(self, database: Database, home: Path) -> None:
        self.database = database
        self.births = door_of(furnish(database, home)).births
        self.number = 0

    def take(self, at: datetime, notice: Notice | None = None) -> None:
        self.number += 1
        found = notice or a_notice(self.number)
        found = replace(found, message_id=f"M-{self.number}", sent_at=at)
        with self.database.transaction() as connection:
            delivery = Delivery(WARD, f"{WARD}-officer", "hl7", at)
            receipt = receive(
                self.births, connection, delivery=delivery, notices=(found,), raw_digest=_digest(self.number)
            )
        assert receipt.outcome == "received", receipt

    def tick(self, at: datetime) -> int:
        with self.database.transaction() as connection:
            return actions.bring_up_to_date(self.births, connection, at=at)

    def stage(self, code: str = CODE) -> Stage:
        with self.database.transaction() as connection:
            link = store.find_link(connection, code)
        assert link is not None
        return link.stage

    def move(self, to: Stage, at: datetime = AT) -> None:
        with self.database.transaction() as connection:
            actions.move(connection, hospital=CODE, to=to, why="proef", by=BY, at=at)

    def detail(self, **words: object) -> None:
        given = {
            "party": WARD,
            "supplier": "EPD-leverancier",
            "births_per_year": 1_500,
            "life_sign_hours": None,
            **words,
        }
        with self.database.transaction() as connection:
            actions.set_details(connection, hospital=CODE, by=BY, at=AT, **given)  # type: ignore[arg-type]


def _digest(number: int) -> bytes:
    return sha256(str(number).encode()).digest()


@pytest.fixture
def ward(database: Database, tmp_path: Path) -> _Ward:
    return _Ward(database, tmp_path)


def _make_live(ward: _Ward, **details: object) -> None:
    ward.move(Stage.INVITED)
    ward.detail(**details)
    ward.tick(AT)
    ward.move(Stage.TESTING)
    ward.move(Stage.CONFORMANT)
    ward.move(Stage.LIVE)


def test_a_hospital_goes_from_invited_to_live_by_facts_and_persons(ward: _Ward) -> None:
    ward.move(Stage.INVITED)
    assert ward.tick(AT) == 0  # nobody knows yet which party it is
    ward.detail()
    assert ward.tick(AT) == 1
    assert ward.stage() is Stage.AGREEMENT
    ward.move(Stage.TESTING)
    ward.move(Stage.CONFORMANT)
    assert ward.tick(AT) == 0
    ward.tick(AT + timedelta(hours=1))
    assert ward.stage() is Stage.CONFORMANT
    with ward.database.transaction() as connection:
        told = [(one.from_stage, one.to_stage, one.actor) for one in store.steps(connection, CODE)]
    assert told[-1] == (Stage.NONE, Stage.INVITED, BY)
    assert (Stage.INVITED, Stage.AGREEMENT, actions.CLOCK) in told


def test_the_first_birth_of_a_conformant_hospital_makes_it_live(ward: _Ward) -> None:
    ward.move(Stage.INVITED)
    ward.detail()
    ward.tick(AT)
    ward.move(Stage.TESTING)
    ward.move(Stage.CONFORMANT)
    ward.take(AT + timedelta(hours=2))
    assert ward.tick(AT + timedelta(hours=3)) == 1
    assert ward.stage() is Stage.LIVE


def test_who_passes_the_conformance_test_goes_on_by_itself(ward: _Ward) -> None:
    ward.move(Stage.INVITED)
    ward.detail()
    ward.tick(AT)
    ward.move(Stage.TESTING)
    for passed in (49, 50):
        assert ward.stage() is Stage.TESTING
        with ward.database.transaction() as connection:
            store.insert_conformance(
                connection, id=UUID(int=passed), party=WARD, supplier=None, at=AT + timedelta(hours=1), actor="x",
                passed=passed, cases=50, report={},
            )  # fmt: skip
        ward.tick(AT + timedelta(hours=2))
    assert ward.stage() is Stage.CONFORMANT


@pytest.mark.parametrize("stage", [one for one in Stage if one not in STEPS[Stage.NONE]])
def test_a_step_that_the_table_does_not_have_is_refused(ward: _Ward, stage: Stage) -> None:
    with pytest.raises(SluisError, match="stap"):
        ward.move(stage)


def test_a_party_is_one_hospital_only_and_has_to_exist(ward: _Ward) -> None:
    ward.detail()
    with ward.database.transaction() as connection, pytest.raises(SluisError, match="ander ziekenhuis"):
        actions.set_details(
            connection, hospital=OTHER_CODE, party=WARD, supplier=None, births_per_year=None, life_sign_hours=None,
            by=BY, at=AT,
        )  # fmt: skip
    with pytest.raises(SluisError, match="geen partij"):
        ward.detail(party="az-nergens")
    ward.detail(party=OTHER)


def test_a_hospital_that_falls_silent_raises_one_alarm_that_ends_when_births_come_again(ward: _Ward) -> None:
    _make_live(ward)
    day = AT
    for _ in range(10):  # four a day, as expected of 1,500 a year
        day += timedelta(days=1)
        for hour in range(4):
            ward.take(day + timedelta(hours=hour))
        ward.tick(day + timedelta(hours=5))
    assert ward.stage() is Stage.LIVE
    silent_since, raised = day, None
    for passed in range(1, 8):
        day += timedelta(days=1)
        ward.tick(day)
        ward.tick(day + timedelta(hours=1))
        if raised is None and ward.stage() is Stage.SILENT:
            raised = passed
    assert raised is not None
    assert raised <= 4, f"raised {raised} days after {silent_since}"
    with ward.database.transaction() as connection:
        (alarm,) = store.open_alarms(connection)
        (standing,) = [one for one in actions.standings(connection, at=day) if one.place.code == CODE]
    assert (alarm.kind, alarm.received) == ("births", 0)
    assert alarm.expected_milli > 8_000
    assert standing.quiet is not None
    assert standing.quiet.is_alarm
    for passed in range(12):
        ward.take(day + timedelta(hours=1, minutes=passed))
    ward.tick(day + timedelta(hours=2))
    assert ward.stage() is Stage.LIVE
    with ward.database.transaction() as connection:
        assert store.open_alarms(connection) == []
        assert store.alarms_of(connection, CODE)[0].closed_by == actions.CLOCK


def test_an_alarm_that_a_person_closed_is_not_raised_again_for_the_same_silence(ward: _Ward) -> None:
    _make_live(ward)
    ward.tick(AT + timedelta(days=6))
    assert ward.stage() is Stage.SILENT
    with ward.database.transaction() as connection:
        closed = actions.close(connection, hospital=CODE, why="verbouwing", by=BY, at=AT + timedelta(days=6))
    assert closed == 1
    assert ward.stage() is Stage.LIVE
    assert ward.tick(AT + timedelta(days=7)) == 0
    ward.tick(AT + timedelta(days=12))
    assert ward.stage() is Stage.SILENT


def test_a_life_sign_that_stays_out_is_an_alarm_within_a_day_also_for_a_small_ward(ward: _Ward) -> None:
    _make_live(ward, births_per_year=300, life_sign_hours=20)
    ward.tick(AT + timedelta(hours=19))
    assert ward.stage() is Stage.LIVE
    ward.tick(AT + timedelta(hours=21))
    assert ward.stage() is Stage.SILENT
    ward.take(AT + timedelta(hours=22))
    ward.tick(AT + timedelta(hours=23))
    assert ward.stage() is Stage.LIVE


def test_two_hospitals_that_are_looked_after_at_once_do_not_raise_twice(ward: _Ward) -> None:
    _make_live(ward)
    late = AT + timedelta(days=6)
    with ward.database.transaction() as one:
        assert actions.bring_up_to_date(ward.births, one, at=late) == 1
        assert ward.tick(late) == 0


def test_completeness_counts_each_newborn_once_with_the_reason_of_what_lacks(ward: _Ward) -> None:
    whole = a_notice(1)
    bare = replace(
        a_notice(2), mother=Mother(name=Name("Janssens", "Zoë")), missing={Item.MOTHER_INSZ: Absence.UNKNOWN}
    )
    ward.take(AT, whole)
    ward.take(AT, bare)
    ward.take(
        AT + timedelta(minutes=1),
        replace(
            a_notice(2, kind=Kind.CORRECTION), child=whole.child, mother=Mother(birth_date=whole.mother.birth_date)
        ),
    )
    ward.take(AT, a_notice(3))
    ward.take(AT + timedelta(minutes=2), a_notice(3, kind=Kind.CANCELLATION))
    with ward.database.transaction() as connection:
        counted = {
            one.item: one for one in store.completeness(connection, party=WARD, since=AT.date() - timedelta(days=40))
        }
        lacking = store.waiting_references(connection, WARD, since=AT - timedelta(days=40), most=10)
        assert store.completeness(connection, party=OTHER, since=AT.date()) == []
    assert counted["mother-name"].delivered == 2
    assert (counted["mother-insz"].delivered, counted["mother-insz"].missing) == (1, {"unknown": 1})
    assert (counted["mother-birth-date"].delivered, counted["mother-birth-date"].missing) == (2, {})
    assert (counted["mother-address"].delivered, counted["mother-address"].missing) == (1, {"": 1})
    assert {one.month for one in counted.values()} == {AT.date().replace(day=1)}
    assert [(reference, items) for reference, _, items in lacking] == [
        ("K-2", ("mother-insz", "mother-address", "mother-contact"))
    ]
