"""FHIR R4: what is agreed comes in, anything more is refused by its path, and foreign bundles get a sentence."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluis.app import Installation
from sluis.births.fhir.examples import examples
from sluis.births.fhir.names import ABSENT, CHILD, RELINQUISHED, SSIN
from sluis.births.fhir.outcome import ISSUE_TYPES
from sluis.births.fhir.profiles import REFUSAL_TEXTS, definitions
from sluis.births.fhir.reading import read_bundle
from sluis.births.model import Absence, Fault, Item, Unfit
from sluis.ledger.keys import ledger_keys
from sluis.lists.passage import Lists
from sluis.machines.actions import confirm_key, register_machine
from sluis.machines.keys import described
from sluis.settings import Settings
from sluis.site import create_app
from tests.integration.births.world import MOTHER, NORTH, SOUTH, World, build_world
from tests.integration.gate.house import AT
from tests.integration.machines.client import System, new_key
from tests.integration.machines.world import Clock, manager
from tests.serving import fresh_database, live_server

JSON = "application/fhir+json"


UNKNOWN = {"url": ABSENT, "valueCode": "unknown"}


# The day of which the examples of this file are: born on 1 March, told on 2 March.
DAY = date(2026, 3, 3)


@dataclass
class Ward:
    """A hospital's patient system in front of a Sluis that is served for real."""

    world: World
    http: httpx.Client
    tokens: dict[str, str]
    clock: Clock

    def send(self, body: Any, *, path: str = "/fhir", party: str = NORTH, method: str = "POST", **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {"Authorization": f"Bearer {self.tokens[party]}", "Content-Type": JSON, "Accept-Language": "nl"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, path, content=content, headers=told | named)


@pytest.fixture(scope="module")
def ward(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    home = tmp_path_factory.mktemp("fhir")
    made = Settings.model_validate(
        {
            "environment": "test",
            "fictitious_insz": True,
            "home": home,
            "public_url": "https://sluis.example",
            "api_requests_per_minute": 100_000,
        }
    )
    with fresh_database(server_url, template) as database:
        world = build_world(database)
        keys, clock, gate = ledger_keys(made), Clock(), world.births.gate
        lists = Lists(database=database, gate=gate, vault=world.births.vault, fictitious=True)  # type: ignore[arg-type] # the vault is one
        house = Installation(settings=made, database=database, keys=keys, gate=gate, lists=lists)
        app = create_app(house, clock=clock, threads=())
        with live_server(app) as address, httpx.Client(base_url=address, timeout=30) as client:
            tokens = {party: _token(world, client, clock, party) for party in (NORTH, SOUTH)}
            yield Ward(world, client, tokens, clock)


def _token(world: World, client: httpx.Client, clock: Clock, party: str) -> str:
    key = new_key()
    with world.database.transaction() as connection:
        registered = register_machine(
            connection,
            party=party,
            name="EPD",
            key=described(key),
            by=manager(connection, party),
            at=AT,
            secrets=world.births.gate.secret,
        )
        confirm_key(
            connection,
            machine=registered.machine.id,
            thumbprint=registered.thumbprint,
            party=party,
            by=manager(connection, party, second=True),
            at=AT,
            secrets=world.births.gate.secret,
        )
    system = System(client, "https://sluis.example", registered.machine.id, key, clock)
    system.sign_in(scope="system/Bundle.c system/Patient.u")
    return system.token


def issues(answer: httpx.Response) -> dict[str, str]:
    """Return path -> code of an OperationOutcome."""
    found = answer.json()
    assert found["resourceType"] == "OperationOutcome", found
    assert MOTHER not in answer.text
    return {one.get("expression", [""])[0]: one["details"]["coding"][0]["code"] for one in found["issue"]}


def fresh(name: str = "birth-transaction", *, mark: str) -> dict[str, Any]:
    """Return an example with ids of its own."""
    bundle = json.loads(json.dumps(examples(DAY)[name]).replace("kind-", f"{mark}-").replace("example-", f"{mark}-"))
    assert isinstance(bundle, dict)
    return bundle


def test_every_published_example_comes_in(ward: Ward) -> None:
    for name in examples(DAY):
        answer = ward.send(fresh(name, mark=f"every-{name}"))
        assert answer.status_code == 200, (name, answer.text)
        assert answer.json()["type"] in ("transaction-response", "message")
    message = fresh("birth-message", mark="every-birth-message")
    (header,) = ward.send(message, path="/fhir/$process-message").json()["entry"]
    assert header["resource"]["response"] == {"identifier": "every-birth-message-birth-message", "code": "ok"}


def test_anything_more_is_refused_by_its_path_and_nothing_is_kept(ward: Ward) -> None:
    bundle = fresh(mark="more")
    mother, child = bundle["entry"][0]["resource"], bundle["entry"][1]["resource"]
    child |= {"gender": "female", "multipleBirthInteger": 2, "text": {"status": "generated", "div": "<div/>"}}
    child["birthDate"] = "2026-03-01T04:05:00+01:00"
    child["identifier"].append({"system": SSIN, "value": MOTHER})
    child["extension"] = [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime", "valueDateTime": "x"}]
    mother |= {"contact": [{"name": {"family": "Vader"}}], "communication": [], MOTHER: "x"}
    bundle["entry"].append({"resource": {"resourceType": "Observation", "valueQuantity": {"value": 3250}}})
    answer = ward.send(bundle)
    assert answer.status_code == 422
    found = issues(answer)
    root = "Bundle.entry[{}].resource{}".format
    expected = {
        root(0, ".contact"),
        root(0, ".communication"),
        root(0, ".…"),
        root(1, ".gender"),
        root(1, ".multipleBirthInteger"),
        root(1, ".text"),
        root(1, ".birthDate"),
        root(1, ".extension[0]"),
        root(1, ".extension[0].valueDateTime"),
        root(4, "") if len(bundle["entry"]) == 5 else root(3, ""),
    }
    assert {path for path, code in found.items() if code == "not-agreed"} == expected
    assert ward.world.rows("SELECT count(*) FROM birth_notice WHERE reference LIKE 'more-1@%%'") == [(0,)]
    kept = str(ward.world.rows("SELECT faults FROM birth_refusal ORDER BY written DESC LIMIT 1"))
    assert "gender" in kept
    assert not any(value in kept for value in ("female", "3250", "Vader", MOTHER))


def test_the_number_of_the_child_is_refused(ward: Ward) -> None:
    bundle = fresh(mark="childs")
    bundle["entry"][1]["resource"]["identifier"].append({"system": SSIN, "value": MOTHER})
    found = issues(ward.send(bundle))
    assert found == {"Bundle.entry[1].resource.identifier[1]": "not-agreed"}


def test_a_conditional_create_makes_one_and_an_etag_guards_a_correction(ward: Ward) -> None:
    bundle = fresh(mark="once")
    bundle["entry"][1]["request"]["ifNoneExist"] = "identifier=urn:example:newborns|once-1"
    first = ward.send(bundle).json()["entry"][1]["response"]
    again = copy.deepcopy(bundle)
    again["identifier"]["value"] = "another-message"
    second = ward.send(again).json()["entry"][1]["response"]
    assert (first["status"], second["status"]) == ("201 Created", "200 OK")
    assert first["location"] == second["location"]
    at = "/fhir/" + first["location"].partition("/_history")[0]
    child = bundle["entry"][1]["resource"] | {"name": [{"family": "Vermeersch", "given": ["Nora"]}]}
    assert ward.send(child, path=at, method="PUT").status_code == 428
    done = ward.send(child, path=at, method="PUT", If_Match=first["etag"])
    assert done.status_code == 200
    assert done.headers["etag"] == 'W/"2"'
    again = ward.send(child, path=at, method="PUT", If_Match=first["etag"])  # the answer was lost
    assert (again.status_code, again.headers["etag"]) == (200, 'W/"2"')
    other = child | {"birthDate": "2026-02-28"}
    assert issues(ward.send(other, path=at, method="PUT", If_Match=first["etag"])) == {"": "version-conflict"}
    assert ward.send(child, path=at, method="PUT", party=SOUTH, If_Match=first["etag"]).status_code == 404


def test_the_same_bytes_again_are_answered_alike_also_later_and_without_a_timestamp(ward: Ward) -> None:
    bundle = fresh(mark="late-again")
    del bundle["timestamp"]
    first = ward.send(bundle).json()
    ward.clock.at += timedelta(seconds=30)
    again = ward.send(bundle)
    assert again.status_code == 200
    assert again.json()["entry"][1]["response"]["location"] == first["entry"][1]["response"]["location"]
    bundle["entry"][1]["resource"]["name"][0]["family"] = "Ander"
    assert ward.send(bundle).status_code in (409, 422)


def test_a_day_that_cannot_be_right_is_refused_as_in_hl7(ward: Ward) -> None:
    path = "Bundle.entry[{}].resource.{}".format
    for change, where in (
        ({"birthDate": "2099-01-01"}, path(1, "birthDate")),
        ({"birthDate": "1850-01-01"}, path(1, "birthDate")),
        ({"deceasedDateTime": "1999-01-01"}, path(1, "deceasedDateTime")),
    ):
        bundle = fresh(mark="days")
        bundle["entry"][1]["resource"] |= change
        assert issues(ward.send(bundle)) == {where: "value"}
    bundle = fresh(mark="days")
    bundle["entry"][0]["resource"]["birthDate"] = "2025-01-01"
    del bundle["entry"][1]["resource"]["birthDate"]
    assert issues(ward.send(bundle)) == {path(0, "birthDate"): "value", path(1, "birthDate"): "required"}
    bundle = fresh(mark="days") | {"timestamp": "0001-01-01T00:00:00+14:00"}
    assert issues(ward.send(bundle)) == {"Bundle.timestamp": "value"}


def test_the_answer_to_a_bundle_of_nonsense_stays_small(ward: Ward) -> None:
    bundle = fresh(mark="many")
    bundle["entry"] += [{"resource": {"resourceType": "X"}}] * 2000
    answer = ward.send(bundle)
    assert answer.status_code == 422
    assert len(answer.json()["issue"]) <= 400


def test_a_death_whose_day_is_not_told_restricts_the_file(ward: Ward) -> None:
    restricted: dict[str, bool] = {}
    for why in ("unknown", "temp-unknown", "not-applicable"):
        bundle = fresh(mark=f"death-{why}")
        bundle["entry"][0]["resource"]["birthDate"] = f"199{len(restricted)}-03-04"
        del bundle["entry"][0]["resource"]["identifier"]
        bundle["entry"][1]["resource"]["birthDate"] = f"2026-02-0{len(restricted) * 4 + 1}"
        bundle["entry"][1]["resource"]["_deceasedDateTime"] = {"extension": [{"url": ABSENT, "valueCode": why}]}
        assert ward.send(bundle).status_code == 200
        ((restricted[why],),) = ward.world.rows(
            "SELECT f.restricted FROM birth_file f JOIN birth_newborn n ON n.file = f.id JOIN birth_reference r"
            " ON r.newborn = n.id WHERE r.reference LIKE %s",
            f"death-{why}-1@%",
        )
    assert restricted == {"unknown": True, "temp-unknown": True, "not-applicable": False}


def test_a_request_agrees_with_its_resource_and_with_the_child_that_it_changes(ward: Ward) -> None:
    mine, other = (ward.send(fresh(mark=mark)).json()["entry"][1]["response"] for mark in ("pu", "et"))
    url, request = mine["location"].partition("/_history")[0], "Bundle.entry[{}].request{}".format

    def asked(index: int, number: int, **changed: str) -> dict[str, str]:
        bundle = fresh(mark="et")
        bundle["identifier"]["value"] = f"agree-{number}"
        bundle["entry"][index]["request"] |= changed
        return issues(ward.send(bundle))

    assert asked(1, 1, method="PUT", url=url) == {request(1, ".url"): "value"}
    assert asked(1, 2, method="PUT", url="Patient?identifier=urn:example:newborns|pu-1") == {
        request(1, ".url"): "value"
    }
    assert asked(1, 3, url="Observation") == {request(1, ".url"): "structure"}
    assert asked(0, 4, method="DELETE") == {request(0, ""): "structure"}
    assert asked(1, 5, method="DELETE", url="Patient/xx") == {request(1, ".url"): "value"}
    assert asked(1, 6, ifMatch='W/"1"') == {request(1, ""): "structure"}
    assert asked(1, 7, method="PUT", url=url, ifNoneExist="identifier=a|b") != {}
    bundle = fresh(mark="et")
    bundle["entry"] = [{"request": {"method": "DELETE", "url": url}}]
    assert issues(ward.send(bundle)) == {request(0, ".url"): "not-supported"}
    child = fresh(mark="et")["entry"][1]["resource"] | {"id": url.partition("/")[2]}
    at = "/fhir/" + other["location"].partition("/_history")[0]
    assert issues(ward.send(child, path=at, method="PUT", If_Match=other["etag"])) == {"Patient.id": "value"}
    good = fresh(mark="et") | {"identifier": {"value": "agree-good"}}
    good["entry"][1]["request"] = {"method": "PUT", "url": at[6:], "ifMatch": other["etag"]}
    good["entry"][1]["resource"]["name"][0]["given"] = ["Nora"]
    assert ward.send(good).json()["entry"][1]["response"]["etag"] == 'W/"2"'
    gone = {"method": "DELETE", "url": "Patient?identifier=urn:example:newborns|et-1"}
    assert ward.send(good | {"identifier": {"value": "agree-gone"}, "entry": [{"request": gone}]}).status_code == 200


def test_the_same_number_in_two_systems_of_a_hospital_is_two_children(ward: Ward) -> None:
    made: list[dict[str, str]] = []
    for system in ("urn:example:newborns", "urn:oid:2.16.840.1.113883.3.4711.12.1"):
        bundle = fresh(mark="campus") | {"identifier": {"value": f"campus-{len(made)}"}}
        bundle["entry"][1]["resource"]["identifier"][0]["system"] = system
        bundle["entry"][1]["request"]["ifNoneExist"] = f"identifier={system}|campus-1"
        made.append(ward.send(bundle).json()["entry"][1]["response"])
    assert [one["status"] for one in made] == ["201 Created", "201 Created"]
    assert made[0]["location"] != made[1]["location"]


@pytest.mark.parametrize(
    ("index", "change", "path"),
    [
        (1, {"name": [{"extension": [{"url": RELINQUISHED, "valueBoolean": True}]}]}, "name[0].extension[0]"),
        (0, {"name": [{"family": "V"}, {"use": "maiden", "family": "W"}]}, "name[1]"),
        (0, {"_birthDate": {"extension": [UNKNOWN]}}, "birthDate"),
        (0, {"identifier": [{"system": SSIN, "value": str(MOTHER), "extension": [UNKNOWN]}]}, "identifier[0]"),
        (0, {"telecom": [{"system": "phone", "value": "+3251123456"}]}, "telecom[0]"),
        (0, {"telecom": [{"system": "phone", "use": "mobile", "value": "051 12 34 56"}]}, "telecom[0]"),
        (0, {"telecom": [{"system": "phone", "value": "112233"}]}, "telecom[0]"),
        (1, {"birthDate": "2026-02-30"}, "birthDate"),
        (1, {"identifier": []}, "identifier"),
    ],
)  # fmt: skip
def test_what_would_be_lost_is_refused_in_its_place(ward: Ward, index: int, change: dict[str, Any], path: str) -> None:
    bundle = fresh(mark="lost")
    bundle["entry"][index]["resource"] |= change
    assert list(issues(ward.send(bundle))) == [f"Bundle.entry[{index}].resource.{path}"]


def test_a_line_that_says_more_than_its_parts_is_refused(ward: Ward) -> None:
    bundle = fresh(mark="line")
    bundle["entry"][0]["resource"]["address"][0]["line"] = ["Kerkstraat 4, bij Janssens"]
    assert issues(ward.send(bundle)) == {"Bundle.entry[0].resource.address[0].line": "value"}


@pytest.mark.parametrize(
    "name", [{"family": "V", "given": ["Baby", "Girl"]}, {"use": "temp", "family": "V", "given": ["X"]}]
)
def test_a_placeholder_is_no_name_over_fhir_either(name: dict[str, Any]) -> None:
    bundle = fresh(mark="placeholder")
    bundle["entry"][1]["resource"]["name"] = [name]
    (meant,) = read_bundle(bundle, sender=NORTH, at=AT, fictitious=True, body=b"x").meant
    assert (meant.notice.child.name, meant.notice.missing) == (None, {Item.CHILD_NAME: Absence.NOT_YET})


def test_a_correction_that_leaves_the_death_out_takes_it_back(ward: Ward) -> None:
    bundle = fresh(mark="back")
    child = bundle["entry"][1]["resource"]
    made = ward.send(bundle).json()["entry"][1]["response"]
    at = "/fhir/" + made["location"].partition("/_history")[0]
    dead = ward.send(child | {"deceasedDateTime": "2026-03-02"}, path=at, method="PUT", If_Match=made["etag"])
    alive = ward.send(child, path=at, method="PUT", If_Match=dead.headers["etag"])
    assert alive.status_code == 200
    newborn = at.rpartition("/")[2]
    ((file,),) = ward.world.rows("SELECT file FROM birth_newborn WHERE id = %s", newborn)
    (kept,) = [one for one in ward.world.files() if one.id == file]
    assert (ward.world.told(kept).child.death_date, kept.restricted) == (None, True)


def test_what_is_absent_says_why(ward: Ward) -> None:
    bundle = fresh(mark="absent")
    mother = bundle["entry"][0]["resource"]
    mother["identifier"] = [{"system": SSIN, "_value": {"extension": [{"url": ABSENT, "valueCode": "not-applicable"}]}}]
    mother["telecom"] = [{"extension": [{"url": ABSENT, "valueCode": "asked-declined"}]}]
    assert ward.send(bundle).status_code == 200
    ((missing,),) = ward.world.rows("SELECT missing FROM birth_notice WHERE reference LIKE 'absent-1@%%'")
    assert missing == {"mother-insz": "not-applicable", "mother-contact": "refused"}
    mother["telecom"] = [{"extension": [{"url": ABSENT, "valueCode": "because"}]}]
    bundle["identifier"]["value"] = "absent-2"
    assert issues(ward.send(bundle)) == {"Bundle.entry[0].resource.telecom[0].extension[0].valueCode": "code-invalid"}


def test_who_has_no_token_or_no_agreement_gets_nothing_in(ward: Ward) -> None:
    bundle = fresh(mark="nobody")
    assert issues(ward.send(bundle, Authorization="Bearer x.y.z")) == {"": "token-invalid"}
    bare = ward.http.post("/fhir", json=bundle, headers={"Content-Type": JSON})
    assert (bare.status_code, bare.headers["www-authenticate"][:6]) == (401, "Bearer")
    assert ward.send(b"{", Content_Type="text/plain").status_code == 415
    assert ward.send(bundle, path="/fhir/Patient", method="GET").status_code == 405
    assert ward.send(b"x" * 300_000).status_code == 413


def test_profiles_and_capabilities_are_there_for_everyone(ward: Ward) -> None:
    statement = ward.http.get("/fhir/metadata").json()
    assert (statement["resourceType"], statement["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    for kind, name in definitions(DAY):
        answer = ward.http.get(f"/fhir/{kind}/{name}")
        assert answer.status_code == 200
        assert answer.json()["resourceType"] == kind
    assert ward.http.get("/fhir/.well-known/smart-configuration").json()["token_endpoint"].endswith("/api/token")
    assert ISSUE_TYPES.keys() - REFUSAL_TEXTS.keys() == set()
    assert ward.http.get("/fhir/ValueSet/none").status_code == 404


def _canonicals(node: Any) -> set[str]:
    """Return every name of ours in a resource: as an address of this house, or as the URN that should not leave it."""
    if isinstance(node, str):
        return {node} if node.startswith(("https://sluis.example/fhir/", "urn:sluis:")) else set()
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return {name for one in inner for name in _canonicals(one)}


def test_every_name_that_the_capabilities_lead_to_opens_without_a_token(ward: Ward) -> None:
    statement = ward.http.get("/fhir/metadata").json()
    assert "document" not in statement
    waiting, opened = _canonicals(statement), set[str]()
    kinds = [one["type"] for one in statement["rest"][0]["resource"] if one["type"] != "Patient"]
    waiting |= {f"https://sluis.example/fhir/{kind}" for kind in kinds}
    while waiting - opened:
        name = (waiting - opened).pop()
        opened.add(name)
        if name.endswith("$process-message"):
            continue
        answer = ward.http.get(name.removeprefix("https://sluis.example"))
        assert answer.status_code == 200, name
        waiting |= _canonicals(answer.json())
        assert answer.json().get("url", name) == name
    for name in opened & {one for kind in kinds if kind != "Bundle" for one in opened if f"/{kind}/" in one}:
        kind = name.split("/")[-2]
        found = ward.http.get(f"/fhir/{kind}", params={"url": name}).json()
        assert [one["fullUrl"] for one in found["entry"]] == [name]
    assert len(opened) > len(definitions(DAY))


def test_what_is_published_comes_in_as_it_is_published(ward: Ward) -> None:
    for name in ("birth-transaction", "adoption", "late-death"):
        text = ward.http.get(f"/fhir/Bundle/{name}").text
        assert "urn:sluis:" not in text
        answer = ward.send(text.encode())
        assert answer.status_code == 200, answer.text
        assert ward.send(text.encode()).status_code == 200
    assert ward.world.rows("SELECT count(*) FROM birth_file WHERE restricted")[0][0] >= 2


def test_foreign_bundles_are_refused_with_a_sentence_for_each_field(ward: Ward, shared: Path) -> None:
    folder = shared / "data" / "fhir"
    if not folder.is_dir():
        pytest.skip("the samples of other vendors are not beside this checkout")
    transaction = json.loads((folder / "hl7r4__Bundle-bundle-transaction.json").read_text())
    answer = ward.send(transaction)
    assert answer.status_code == 422
    assert "Bundle.entry[0].resource.gender" in issues(answer)
    persons = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json")) if "Bundle" not in path.name]
    for person in persons:
        entry = {"resource": person, "request": {"method": "POST", "url": person["resourceType"]}}
        refused = ward.send({"resourceType": "Bundle", "type": "transaction", "entry": [entry]})
        assert refused.status_code == 422
        assert all(one["details"]["text"] for one in refused.json()["issue"])


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from(["Patient", CHILD, RELINQUISHED]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Return an example with one place of it replaced, added or taken away."""
    bundle = copy.deepcopy(draw(st.sampled_from(list(examples(DAY).values()))))
    for _ in range(draw(st.integers(1, 3))):
        node: Any = bundle
        for _ in range(draw(st.integers(0, 6))):
            keys = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
            inner = [key for key in keys if isinstance(node[key], dict | list)]
            if not inner:
                break
            node = node[draw(st.sampled_from(inner))]
        value = draw(_JSON)
        if isinstance(node, dict):
            node[draw(st.sampled_from([*node, "gender", "_birthDate", "text"]))] = value
        elif isinstance(node, list):
            node.append(value)
    return bundle


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_whatever_is_sent_is_read_or_named_as_a_fault(bundle: dict[str, Any]) -> None:
    faults: tuple[Fault, ...] = ()
    try:
        meant = read_bundle(bundle, sender=NORTH, at=AT, fictitious=True, body=b"x").meant
    except Unfit as unfit:
        meant, faults = (), unfit.faults
    assert bool(meant) is not bool(faults)
    assert all(fault.path and str(fault.text) for fault in faults)
