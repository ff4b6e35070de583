"""A house in which two hospitals are followed, with births, refusals and an alarm, and people to look at them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI

from sluis.agreements import store as agreements
from sluis.births.hl7.door import answer
from sluis.births.hospitals import actions
from sluis.births.hospitals.model import Stage
from sluis.births.house import Delivery
from sluis.births.intake.actions import receive
from sluis.births.model import Absence, Child, Item, Mother, Name
from sluis.channels.mllp.serving import door_of
from sluis.database import Database
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.site import create_app
from tests.integration.births.ward import AT, OTHER, RECEIVER, WARD, a_notice, bytes_of, furnish

FOLLOWER, MEMBER, STRANGER = "fien", f"{WARD}-officer", f"{OTHER}-officer"
CODE, OTHER_CODE = "fod-1000", "fod-6160"
NOW = AT + timedelta(days=8)


def make_house(database: Database, home: Path) -> FastAPI:
    """Return the application of the house."""
    house = furnish(database, home)
    births = house.births
    with database.transaction() as connection:
        if agreements.find_party(connection, RECEIVER) is None:
            agreements.add_party(
                connection, agreements.PartyRow(RECEIVER, "agency", "Opgroeien regie", None, None, "nl", None)
            )
        insert_actor(connection, Actor(FOLLOWER, "person", "Fien Volger", None))
        insert_role(connection, RoleGrant(FOLLOWER, RECEIVER, "outreach", AT.date(), None, "head", "proef"))
        for stage in (Stage.INVITED, Stage.AGREEMENT, Stage.TESTING, Stage.CONFORMANT, Stage.LIVE):
            actions.move(connection, hospital=CODE, to=stage, why="Alles in orde.", by=FOLLOWER, at=AT)
            if stage is Stage.INVITED:
                _detail(connection, CODE, WARD)
        actions.move(connection, hospital=OTHER_CODE, to=Stage.INVITED, why="Uitnodiging.", by=FOLLOWER, at=AT)
        _detail(connection, OTHER_CODE, OTHER)
    for number in range(6):
        notice = replace(a_notice(number), sent_at=AT)
        if number % 3 == 0:
            notice = replace(notice, child=Child(birth_date=AT.date()), missing={Item.CHILD_NAME: Absence.NOT_YET})
        if number == 4:
            notice = replace(notice, mother=Mother(name=Name("Maes", "Noor")))
        with database.transaction() as connection:
            delivery = Delivery(WARD, MEMBER, "hl7", AT + timedelta(hours=number))
            receive(
                births, connection, delivery=delivery, notices=(notice,), raw_digest=sha256(bytes([number])).digest()
            )
    raw = bytes_of(a_notice(9)) + b"OBX|1|NM|8339-4||3120\r"
    answer(door_of(house), raw, Delivery(WARD, MEMBER, "hl7", AT + timedelta(hours=7)))
    with database.transaction() as connection:
        actions.bring_up_to_date(births, connection, at=NOW)
    return create_app(house, clock=lambda: NOW, threads=())


def _detail(connection: object, hospital: str, party: str) -> None:
    actions.set_details(
        connection,  # type: ignore[arg-type]
        hospital=hospital,
        party=party,
        supplier="Leverancier A",
        births_per_year=1_500,
        life_sign_hours=24,
        by=FOLLOWER,
        at=AT,
    )
