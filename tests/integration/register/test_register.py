"""The public register: pages that everyone reads, and linked data that keeps its shapes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import httpx
import pytest
from pyshacl import validate
from rdflib import Graph, URIRef

from sluis.agreements.actions import Done, draft_agreement, revoke_agreement
from sluis.agreements.catalogue import templates
from tests.integration.accession.world import NOW, WINGENE, World, signed_in
from tests.unit.agreements.samples import an_agreement

ODRL = "http://www.w3.org/ns/odrl/2/"


@pytest.fixture
def everyone(world: World) -> Iterator[httpx.Client]:
    with signed_in(world.application(), None) as client:
        yield client


def _graph(answer: httpx.Response) -> Graph:
    assert answer.status_code == 200
    return _read(answer.text, answer.headers["content-type"].partition(";")[0])


def _read(written: str, form: str) -> Graph:
    return Graph().parse(data=written, format=form)


def _broken_rules(client: httpx.Client, graph: Graph) -> str:
    shapes = _graph(client.get("/register/vormen.ttl"))
    conforms, _, words = validate(graph, shacl_graph=shapes)
    return "" if conforms else str(words)


def test_an_agreement_in_force_is_listed_for_everyone(everyone: httpx.Client, agreement: Done) -> None:
    page = everyone.get("/register")
    assert page.status_code == 200
    assert f"/register/{agreement.agreement}" in page.text
    assert "van kracht" in page.text


def test_a_draft_is_not_in_the_register(everyone: httpx.Client, world: World) -> None:
    text = an_agreement().model_copy(update={"id": "nog-een-ontwerp", "advices": ()})
    with world.database.transaction() as connection:
        draft_agreement(connection, agreement=text, party=WINGENE, by="an", at=NOW)
    assert "nog-een-ontwerp" not in everyone.get("/register?toestand=alle").text
    assert everyone.get("/register/nog-een-ontwerp").status_code == 404
    assert everyone.get("/register/nog-een-ontwerp.jsonld").status_code == 404


def test_a_revoked_agreement_leaves_the_list_and_keeps_its_address(
    everyone: httpx.Client, world: World, agreement: Done
) -> None:
    with world.database.transaction() as connection:
        revoke_agreement(
            connection, agreement=agreement.agreement, party=WINGENE, by="an", at=NOW, reason="Niet meer nodig."
        )
    assert f"/register/{agreement.agreement}" not in everyone.get("/register").text
    assert f"/register/{agreement.agreement}" in everyone.get("/register?toestand=alle").text
    page = everyone.get(f"/register/{agreement.agreement}")
    assert page.status_code == 200
    assert "ingetrokken" in page.text
    feed = everyone.get("/register/van-kracht.jsonld").json()
    assert [node for node in feed["@graph"] if "odrl:Agreement" in node["@type"]] == []


def test_the_exact_text_has_the_hash_that_the_page_shows(everyone: httpx.Client, agreement: Done) -> None:
    exact = everyone.get(f"/register/{agreement.agreement}/tekst.json").content
    assert hashlib.sha256(exact).hexdigest() == agreement.text_hash
    assert agreement.text_hash in everyone.get(f"/register/{agreement.agreement}").text
    same = everyone.get(f"/register/{agreement.agreement}/versies/{agreement.text_hash}/tekst.json").content
    assert same == exact
    assert everyone.get(f"/register/{agreement.agreement}/versies/{'0' * 64}").status_code == 404


def test_the_questions_of_a_citizen_are_answered(everyone: httpx.Client, agreement: Done) -> None:
    page = everyone.get(f"/register/{agreement.agreement}").text
    for question in ("Welke gegevens zijn dat?", "Waarvoor dienen ze?", "Hoe lang worden ze bewaard?"):
        assert question in page
    text = an_agreement()
    assert all(item.label.nl in page for leg in text.legs.values() for item in leg.items if leg.kind != "request")


@pytest.mark.parametrize("tail", [".jsonld", ".ttl"])
def test_an_agreement_as_linked_data_keeps_the_published_shapes(
    everyone: httpx.Client, agreement: Done, tail: str
) -> None:
    graph = _graph(everyone.get(f"/register/{agreement.agreement}{tail}"))
    assert _broken_rules(everyone, graph) == ""
    items = {(leg, item.name) for leg, one in an_agreement().legs.items() for item in one.items}
    assert len(set(graph.objects(predicate=URIRef(f"{ODRL}permission")))) == len(items)


def test_the_feed_and_the_offers_keep_the_published_shapes(everyone: httpx.Client, agreement: Done) -> None:
    feed = _graph(everyone.get("/register/van-kracht.jsonld"))
    assert _broken_rules(everyone, feed) == ""
    offers = _graph(everyone.get("/register/aanbod.jsonld"))
    assert _broken_rules(everyone, offers) == ""
    offered = set(offers.subjects(object=URIRef(f"{ODRL}Offer")))
    assert len(offered) == len(templates())


def test_the_shapes_refuse_an_item_without_a_reason(everyone: httpx.Client, agreement: Done) -> None:
    document = everyone.get(f"/register/{agreement.agreement}.jsonld").json()
    del document["odrl:permission"][0]["odrl:target"]["sluis:justification"]
    graph = _read(json.dumps(document), "application/ld+json")
    assert "Each item says why it is needed." in _broken_rules(everyone, graph)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("application/ld+json", "application/ld+json"),
        ("text/turtle;q=0.9, application/ld+json;q=0.1", "text/turtle"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
        ("text/turtle;q=oops, ;;;,", "text/html"),
    ],
)
def test_one_address_gives_people_a_page_and_programs_data(
    everyone: httpx.Client, agreement: Done, asked: str, given: str
) -> None:
    answer = everyone.get(f"/register/{agreement.agreement}", headers={"Accept": asked})
    assert answer.headers["content-type"].startswith(given)


def test_addresses_in_the_data_are_the_public_ones_whatever_host_was_asked(
    everyone: httpx.Client, agreement: Done
) -> None:
    answer = everyone.get(f"/register/{agreement.agreement}.jsonld", headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text


def test_the_feed_goes_on_page_by_page_and_leaves_nothing_out(everyone: httpx.Client, agreement: Done) -> None:
    seen, address = [], "/register/van-kracht.jsonld"
    for _ in range(10):
        page = everyone.get(address).json()
        seen += [node["@id"] for node in page["@graph"] if "odrl:Agreement" in node["@type"]]
        following = page["@graph"][0]["hydra:view"].get("hydra:next")
        if following is None:
            break
        address = following["@id"]
    assert seen == [f"http://127.0.0.1:8000/register/{agreement.agreement}"]


def test_a_number_of_a_person_is_not_searched(everyone: httpx.Client) -> None:
    answer = everyone.get("/register?zoek=10.72.15-001.01&x=10721500101", follow_redirects=False)
    assert answer.status_code in {200, 303}
    answer = everyone.get("/register?zoek=10721500101", follow_redirects=False)
    assert answer.status_code == 303
    assert "10721500101" not in answer.headers["location"]


@pytest.mark.parametrize("odd", ["%00", "A" * 5_000, "x'--", "registre%C3%A9"])
def test_odd_codes_find_nothing(everyone: httpx.Client, odd: str) -> None:
    assert everyone.get(f"/register/{odd}").status_code in {400, 404}
    assert everyone.get(f"/register?na={odd}&partij={odd}").status_code in {200, 400}
