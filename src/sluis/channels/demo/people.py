"""The fictional people of the demo, one of every role, and the machines that they need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sluis.agreements.store import PartyRow, add_party
from sluis.database import Connection
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.insz import Insz

SENDER = "opgroeien-regie"
ASKER = "gemeente-wingene"
OTHER = "gemeente-tielt"
SUPERVISOR = "vtc"
HOSPITAL = "ziekenhuis-zandberg"
HOSPITAL_NAME = "Algemeen Ziekenhuis Zandberg (fictief)"
NURSE, CONFIDANT = "opgroeien-nurse", "opgroeien-confidant"


@dataclass(frozen=True, slots=True)
class Person:
    """A fictional person with the roles that the access manager of a party granted."""

    id: str
    name: str
    party: str
    roles: tuple[str, ...]
    granted_by: str


PEOPLE: tuple[Person, ...] = (
    Person("wingene-officer", "An Verhulst (fictief)", ASKER, ("officer",), "wingene-access"),
    Person("wingene-dpo", "Bram Claeys (fictief)", ASKER, ("dpo",), "wingene-access"),
    Person("wingene-signatory", "Carine Maes (fictief)", ASKER, ("signatory",), "wingene-access"),
    Person("wingene-access", "Dirk Wouters (fictief)", ASKER, ("access-manager",), "wingene-signatory"),
    Person("tielt-officer", "Els Vermeulen (fictief)", OTHER, ("officer",), "tielt-access"),
    Person("tielt-dpo", "Frank Goossens (fictief)", OTHER, ("dpo",), "tielt-access"),
    Person("tielt-signatory", "Greet Hermans (fictief)", OTHER, ("signatory",), "tielt-access"),
    Person("tielt-access", "Hans De Smet (fictief)", OTHER, ("access-manager",), "tielt-signatory"),
    Person("opgroeien-officer", "Ine Willems (fictief)", SENDER, ("officer",), "opgroeien-access"),
    Person("opgroeien-dpo", "Jan Mertens (fictief)", SENDER, ("dpo",), "opgroeien-access"),
    Person("opgroeien-signatory", "Karen Lemmens (fictief)", SENDER, ("signatory",), "opgroeien-access"),
    Person("opgroeien-outreach", "Nele Jansen (fictief)", SENDER, ("outreach", "officer"), "opgroeien-access"),
    Person("opgroeien-access", "Luc Peeters (fictief)", SENDER, ("access-manager",), "opgroeien-signatory"),
    Person(NURSE, "Wies Baert (fictief)", SENDER, ("team-member",), "opgroeien-access"),
    Person(CONFIDANT, "Yana Pauwels (fictief)", SENDER, ("birth-confidant",), "opgroeien-access"),
    Person("zandberg-officer", "Bo Cools (fictief)", HOSPITAL, ("officer",), "zandberg-access"),
    Person("zandberg-access", "Cleo Smets (fictief)", HOSPITAL, ("access-manager",), "zandberg-head"),
    Person("zandberg-head", "Odette Maes (fictief)", HOSPITAL, ("head",), "operator"),
    Person("fons-officer", "Oona Claes (fictief)", "fons", ("officer",), "fons-head"),
    Person("infino-officer", "Piet Lambrecht (fictief)", "infino", ("officer",), "infino-head"),
    Person("kidslife-officer", "Rita Verlinden (fictief)", "kidslife", ("officer",), "kidslife-head"),
    Person("myfamily-officer", "Stan Hendrickx (fictief)", "myfamily", ("officer",), "myfamily-head"),
    Person("parentia-officer", "Tine De Clercq (fictief)", "parentia", ("officer",), "parentia-head"),
    Person("supervisor", "Mieke Jacobs (fictief)", SUPERVISOR, ("supervisor",), "supervisor-head"),
)


def settle_people(connection: Connection, *, since: date) -> None:
    """Register the people, their roles and the supervising body; a second time changes nothing."""
    add_party(
        connection,
        PartyRow(SUPERVISOR, "other", "Vlaamse Toezichtcommissie (VTC)", None, None, "nl", None),
    )
    add_party(connection, PartyRow(HOSPITAL, "hospital", HOSPITAL_NAME, None, None, "nl", None))
    for person in PEOPLE:
        insert_actor(connection, Actor(person.id, "person", person.name, None))
        for role in person.roles:
            insert_role(
                connection,
                RoleGrant(person.id, person.party, role, since, None, person.granted_by, "demo"),
            )


def settle_citizen(connection: Connection, *, name: str, insz: Insz) -> None:
    """Let a beneficiary of the synthetic population sign in as a citizen."""
    insert_actor(connection, Actor("citizen", "person", name, None), insz=insz)
