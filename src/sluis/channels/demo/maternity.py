"""The demo's births: a fictional hospital tells of a few, a local team sees them, one file is closed to most."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sluis.agreements import store
from sluis.app import Installation
from sluis.authentic.names import adult_of, read_name, unknown_number
from sluis.births.door import Sender
from sluis.births.fhir.examples import examples
from sluis.births.fhir.passage import take_bundle
from sluis.births.files.liststore import Team, list_files, put_team, unplaced
from sluis.births.house import Births, Delivery
from sluis.births.intake.actions import receive
from sluis.births.intake.work import work_now
from sluis.births.model import Absence, Address, Child, Contact, Item, Kind, Mother, Name, Notice, Unfit
from sluis.channels.demo.births import settle_hospital
from sluis.channels.demo.people import CONFIDANT, HOSPITAL, HOSPITAL_NAME, NURSE
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.insz import Insz

SYSTEM: Final = "zandberg-epd"
_MOTHERS: Final = 4
_PLACES: Final = (("8750", "Wingene"), ("8700", "Tielt"))


@dataclass(frozen=True, slots=True)
class DeliveredBirths:
    """What stands in the files: open to the team, of those incomplete, without a municipality, closed to most."""

    hospital: str
    files: int
    incomplete: int
    unplaced: int
    restricted: int


def deliver_births(house: Installation, *, nis: tuple[str, str], at: datetime) -> DeliveredBirths:
    """Bring a hospital's agreement into force and let it tell of births today; a second time changes nothing."""
    births, day = house.births, day_of(at)
    with births.database.transaction() as connection:
        is_new = store.read_state(connection, f"geboorten-{HOSPITAL}") is None
        if is_new:
            settle_hospital(connection, HOSPITAL, HOSPITAL_NAME, day=day, at=at, secrets=births.gate.secret)
            insert_actor(connection, Actor(SYSTEM, "machine", "Patiëntendossier (fictief)", HOSPITAL))
            insert_role(connection, RoleGrant(SYSTEM, HOSPITAL, "system", day, None, "zandberg-access", "demo"))
        put_team(connection, Team("wingene-tielt", "Lokaal team Wingene-Tielt (fictief)", nis, (NURSE, CONFIDANT)))
        mothers = [mother for number, one in enumerate(nis) for mother in _mothers(connection, one, _PLACES[number])]
        abroad = unknown_number(connection)
    if is_new:
        for message in _messages(mothers, abroad, day=day, at=at):
            _tell(births, message, at=at)
        _tell_too_much(births, at=at)
    with births.database.transaction() as connection:
        return _counted(connection, nis)


def _mothers(connection: Connection, nis: str, place: tuple[str, str]) -> list[Mother]:
    """Return the youngest adult women of a municipality, by their numbers, as a hospital knows them."""
    found = adult_of(connection, nis, born_before=date(2006, 1, 1), most=40)
    women = [insz for insz in found if int(insz[6:9]) % 2 == 0 and insz[:2] < "06"][:_MOTHERS]
    return [_mother(insz, read_name(connection, insz) or "", place) for insz in women]


def _mother(insz: Insz, name: str, place: tuple[str, str]) -> Mother:
    given, _, family = name.partition(" ")
    born = date(2000 + int(insz[:2]), int(insz[2:4]) - 60, int(insz[4:6]))
    address = Address(street="Kerkstraat", number="4", postal_code=place[0], city=place[1], country="BE")
    return Mother(Name(family, given), born, insz, address, Contact("+32470000001", "moeder@post.example"))


def _messages(mothers: list[Mother], abroad: Insz, *, day: date, at: datetime) -> list[tuple[Notice, ...]]:
    """Return what the hospital tells: one whole, one partial, twins, one given up for adoption, one from abroad."""
    whole, partial, adoption, twins = mothers[0], mothers[1], mothers[2], mothers[_MOTHERS]
    without = Mother(partial.name, partial.birth_date, partial.insz, partial.address)
    missing = {Item.CHILD_NAME: Absence.NOT_YET, Item.MOTHER_CONTACT: Absence.REFUSED}
    french = Address(street="Rue Fictive", number="12", postal_code="59000", city="Lille", country="FR")
    visitor = Mother(Name("Lemaire", "Chloé"), date(1996, 5, 4), abroad, french, whole.contact)

    def notice(number: int, mother: Mother, child: Child, **more: object) -> Notice:
        sent = at - timedelta(minutes=60 - number)
        name = f"zandberg-{number}"
        return Notice(name, HOSPITAL, Kind.BIRTH, name, sent, mother, child, **more)  # type: ignore[arg-type] # `missing`

    def child(mother: Mother, given: str, *, relinquished: bool | None = None) -> Child:
        return Child(Name(mother.name.family if mother.name else None, given), day, None, relinquished)

    return [
        (notice(1, whole, child(whole, "Nore")),),
        (notice(2, without, Child(birth_date=day), missing=missing),),
        (notice(3, twins, child(twins, "Juul")), notice(4, twins, child(twins, "Lou"))),
        (notice(5, adoption, child(adoption, "Mila", relinquished=True)),),
        (notice(6, visitor, child(visitor, "Inès")),),
    ]


def _tell(births: Births, message: tuple[Notice, ...], *, at: datetime) -> None:
    digest = hashlib.sha256(message[0].message_id.encode()).digest()
    with births.database.transaction() as connection:
        receipt = receive(
            births, connection, delivery=Delivery(HOSPITAL, SYSTEM, "fhir", at), notices=message, raw_digest=digest
        )
    if receipt.outcome != "received":
        raise ValueError("; ".join(reason.code for reason in receipt.reasons))
    work_now(births, receipt.notices, at=at)


def _tell_too_much(births: Births, *, at: datetime) -> None:
    """Send a message that tells the sex of the child, through the door of FHIR: it is refused by that field's name."""
    bundle = examples(day_of(at))["birth-transaction"]
    bundle["entry"][1]["resource"]["gender"] = "female"
    try:
        take_bundle(births, Sender(HOSPITAL, SYSTEM, "demo-birth", at), bundle, json.dumps(bundle).encode())
    except Unfit:
        return
    raise ValueError("a message with more than the nine items was taken in")


def _counted(connection: Connection, nis: tuple[str, str]) -> DeliveredBirths:
    def files(*, restricted: bool = False, incomplete: bool = False) -> int:
        found = list_files(
            connection,
            municipalities=nis,
            restricted=restricted,
            since=None,
            incomplete=incomplete,
            before=None,
            most=100,
        )
        return len(found)

    waiting = len(unplaced(connection, restricted=False, most=100))
    return DeliveredBirths(HOSPITAL_NAME, files(), files(incomplete=True), waiting, files(restricted=True))
