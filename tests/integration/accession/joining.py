"""A municipality that joins: its people, those of Opgroeien regie, and what they write on the pages of joining."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import httpx
from fastapi import FastAPI

from sluis.agreements.store import list_agreements, read_state
from sluis.database import Database
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from tests.integration.accession.world import AALTER, OPGROEIEN, WINGENE, World, signed_in, token_on

PEOPLE = (
    ("wim", "Wim Officier", WINGENE, "officer"),
    ("wanda", "Wanda Collega", WINGENE, "officer"),
    ("dirk", "Dirk Waker", WINGENE, "dpo"),
    ("carine", "Carine Maes", WINGENE, "signatory"),
    ("odette", "Odette Waker", OPGROEIEN, "dpo"),
    ("karen", "Karen Lemmens", OPGROEIEN, "signatory"),
    ("oscar", "Oscar Officier", OPGROEIEN, "officer"),
    ("anke", "Anke Buur", AALTER, "officer"),
    ("arne", "Arne Buur", AALTER, "dpo"),
)
STANDARD = "sociale-toeslag-lijst"
CODE = f"{STANDARD}-{WINGENE}-1"
PATH = f"/toetreden/{CODE}"
OWN, OTHER = "parties.lokaal-bestuur", "parties.opgroeien-regie"

STANDING: Mapping[str, str] = {
    "signatories.opgroeien-regie.name": "Karen Lemmens",
    f"{OTHER}.dpo.name": "Functionaris van Opgroeien regie (fictief)",
    f"{OTHER}.dpo.email": "dpo@opgroeien.example",
    f"{OTHER}.processors": "geen",
    "legal_grounds.decreet-mededeling.article": "artikel 99 (fictief, om mee te oefenen)",
    "legs.request.retention_days": "30",
}

ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "gegevens": {
        f"{OWN}.address": "Oude Bruggestraat 13, 8750 Wingene",
        "signatories.lokaal-bestuur.name": "Carine Maes",
        "signatories.lokaal-bestuur.function": "burgemeester",
    },
    "beperken": {
        "legs.answer.items": ["child-insz", "right-since", "beneficiary-insz"],
        "legs.answer.channels": ["web", "sftp"],
        "legs.request.channels": ["web", "sftp"],
        "legs.request.age.from": "0",
        "legs.request.age.to": "25",
        "legs.answer.age.from": "0",
        "legs.answer.age.to": "25",
        "legs.answer.facts_from": "01/01/2025",
        "legs.answer.retention_days": "90",
        "term.in_force_from": "2026-03-02",
        "term.until": "2026-12-31",
    },
    "gebruik": {
        f"{OWN}.own_use": "De dienst welzijn betaalt de tegemoetkoming aan wie in Wingene woont.",
        f"{OWN}.financial_scenario": "Elke begunstigde krijgt eenmalig 100 euro per kind (fictief bedrag).",
    },
    "bewijsstukken": {
        f"{OWN}.decision.authority": "College van burgemeester en schepenen en vast bureau",
        f"{OWN}.decision.date": "2026-02-23",
        f"{OWN}.decision.subject": "Een eenmalige tegemoetkoming aan kwetsbare gezinnen (fictief).",
        f"{OWN}.security_plan.text": "Informatieveiligheidsplan van gemeente en OCMW Wingene (fictief).",
        f"{OWN}.security_plan.approved_on": "2025-03-03",
        f"{OWN}.dpo.name": "Functionaris van Wingene (fictief)",
        f"{OWN}.dpo.email": "dpo@wingene.example",
        f"{OWN}.processors": "Drukkerij Voorbeeld; drukt de brieven; 2025-05-01",
        f"{OWN}.citizen_information": "Een bericht op de website en in het gemeenteblad.",
        f"{OWN}.processing_register": "Verwerking 2026-014, dienst welzijn (fictief).",
    },
}


def make_town(database: Database) -> World:
    """Return a world with the people of both sides and no agreement."""
    world = World(database)
    with database.transaction() as connection:
        for actor, name, party, role in PEOPLE:
            insert_actor(connection, Actor(actor, "person", name, None))
            insert_role(connection, RoleGrant(actor, party, role, date(2026, 1, 1), None, "beheer", "proef"))
    return world


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field of a page."""
    return page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


def post(
    client: httpx.Client, path: str, data: Mapping[str, Any], *, files: Any = None, on: str | None = None
) -> httpx.Response:
    """Send the form of a page, with its token."""
    return client.post(path, data={"_sleutel": token_on(client, on or path), **data}, files=files)


def prepare_offer(app: FastAPI) -> None:
    """Let Opgroeien's data protection officer say once what Opgroeien answers every time."""
    with signed_in(app, "odette") as client:
        path = f"/toetreden/aanbod/{STANDARD}"
        answer = post(client, path, {**STANDING, "versie": "0"})
        assert "Bewaard" in answer.text, answer.text


def begin(client: httpx.Client, standard: str = STANDARD) -> str:
    """Open a draft and return where it led."""
    page = client.get("/toetreden").text
    answer = client.post(
        "/toetreden",
        data={"_sleutel": hidden(page, "_sleutel"), "standaard": standard, "kenmerk": hidden(page, "kenmerk")},
    )
    assert answer.status_code == 200, answer.text
    return answer.url.path


def save(
    client: httpx.Client, step: str, data: Mapping[str, Any], *, seen: str | None = None, files: Any = None
) -> httpx.Response:
    """Save a step as somebody who read it at version `seen`, else as it is now."""
    page = client.get(f"{PATH}/{step}").text
    token, version = hidden(page, "_sleutel"), seen or hidden(page, "versie")
    return client.post(
        f"{PATH}/{step}", data={"_sleutel": token, "versie": version, "naar": "verder", **data}, files=files
    )


def fill(client: httpx.Client, *steps: str, files: Any = None) -> None:
    """Fill the steps in as `ANSWERS` has them."""
    for step in steps or ANSWERS:
        answer = save(client, step, ANSWERS[step], files=files if step == "bewijsstukken" else None)
        assert answer.status_code == 200, answer.text


def state_of(world: World, agreement: str = CODE) -> str:
    """Return the stored state."""
    with world.database.transaction() as connection:
        found = read_state(connection, agreement)
    return "" if found is None else found.state


def codes_of(world: World) -> Sequence[str]:
    """Return the codes of every agreement."""
    with world.database.transaction() as connection:
        return [row.id for row in list_agreements(connection)]


@contextmanager
def as_each(app: FastAPI, *people: str) -> Iterator[list[httpx.Client]]:
    """Return clients that are signed in beside each other."""
    if not people:
        yield []
        return
    with signed_in(app, people[0]) as client, as_each(app, *people[1:]) as rest:
        yield [client, *rest]
