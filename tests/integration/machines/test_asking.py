"""A machine asks about one person: token, signature, gate, evidence, and an answer that is signed."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from http_message_signatures import HTTPMessageVerifier

from sluis.gate.actions import day_of
from sluis.machines import store
from sluis.machines.evidence import signed_base
from sluis.machines.keys import key_of
from sluis.machines.signing import ALGORITHMS, Answered, Sent, _One
from tests.integration.gate.house import WINGENE
from tests.integration.machines.client import System, details, new_key
from tests.integration.machines.world import AGREEMENT, ISSUER, RELEASES, TIELT, World

MANAGER = f"toegang-1-{WINGENE}"


def test_a_machine_gets_the_agreed_items_of_one_person_and_its_evidence(world: World) -> None:
    system = world.asking()
    answer = system.post(RELEASES, world.question())
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["agreement"] == AGREEMENT
    assert told["records"][0]["child-insz"] == world.children["with-right"]
    assert "income" not in told["records"][0]
    entry = world.details("release")[-1]
    assert entry["id"] == told["entry"]
    assert entry["actor"] == system.id
    assert entry["channel"] == "api"


def test_every_kind_of_key_opens_the_door(world: World) -> None:
    for kind in ("EC", "OKP", "RSA"):
        assert world.asking(kind=kind).post(RELEASES, world.question()).status_code == 200, kind


def test_unknown_not_entitled_and_living_elsewhere_look_the_same(world: World) -> None:
    system = world.asking()
    answers = [system.post(RELEASES, world.question(who)) for who in ("without-right", "elsewhere", "unknown")]
    assert {answer.status_code for answer in answers} == {200}
    assert len({json.dumps({**answer.json(), "entry": ""}) for answer in answers}) == 1
    assert answers[0].json()["records"] == []
    assert len({len(answer.content) for answer in answers}) == 1


def test_the_signature_is_kept_beside_the_entry_that_holds_its_hash(world: World) -> None:
    system = world.asking()
    system.post(RELEASES, world.question(), x_correlation_id="mark-of-mine-1")
    entry = world.details("release")[-1]
    with world.database.transaction() as connection:
        kept = store.find_signature(connection, entry["details"]["signature"])
    assert kept is not None
    assert hashlib.sha256(kept.signature).hexdigest() == entry["details"]["signature"]
    base = signed_base(kept, world.app.state.machine_door.key)
    assert base is not None
    assert b"/api/v1/releases" in base
    key = key_of(system.public.jwk)
    ALGORITHMS["ES256"](public_key=key.raw).verify(signature=kept.signature, message=base)
    assert entry["correlation"] == "mark-of-mine-1"
    assert world.children["with-right"].encode() not in kept.sealed_base


def test_the_answer_is_signed_over_the_request_that_it_answers(world: World) -> None:
    system = world.asking()
    body = json.dumps(world.question()).encode()
    headers = system.headers("POST", RELEASES, body, idempotency_key="a-first-order", content_type="application/json")
    answer = system.send("POST", RELEASES, body, headers)
    assert_signed(world, system, answer, "POST", RELEASES, headers)
    refused = dict(answer.headers) | {"x-correlation-id": "another"}
    request = Sent("POST", ISSUER + RELEASES, {name.lower(): value for name, value in headers.items()})
    assert not _holds(world, Answered(answer.status_code, refused, request), answer.content)


def assert_signed(world: World, system: System, answer, method: str, path: str, headers: dict[str, str]) -> None:
    request = Sent(method, ISSUER + path, {name.lower(): value for name, value in headers.items()})
    assert _holds(world, Answered(answer.status_code, dict(answer.headers), request), answer.content)


def _holds(world: World, answer: Answered, body: bytes) -> bool:
    jwk = world.http.get("/api/jwks.json").json()["keys"][0]
    key = key_of({name: jwk[name] for name in ("kty", "crv", "x", "y")})
    resolver = _One(jwk["kid"], public=key.raw)
    verifier = HTTPMessageVerifier(signature_algorithm=ALGORITHMS["ES256"], key_resolver=resolver)
    verifier.validate_created_and_expires = lambda sig_input, max_age=None: None  # type: ignore[method-assign]
    try:
        verifier.verify(
            answer,
            expect_tag="sluis-api",
            require_components=('"@status"', '"@method";req', '"@target-uri";req', '"signature";req;key="mine"'),
            body=body,
        )
    except Exception:
        return False
    return True


def test_a_refusal_names_every_reason_with_its_clause_in_the_language_of_who_asked(world: World) -> None:
    system = world.asking()
    question = world.question(items=["income"])
    sentences = {}
    for language in ("nl", "fr", "en", "de"):
        answer = system.post(RELEASES, question, accept_language=language)
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["type"] == f"{ISSUER}/problemen/refused"
        assert problem["reasons"][0]["code"] == "items-not-agreed"
        assert problem["clause"]
        assert problem["remedy"]
        sentences[language] = problem["title"]
    assert len(set(sentences.values())) == 4, sentences
    assert all("signature" in entry["details"] for entry in world.details("refusal")[-4:])


def test_a_preview_tells_what_would_be_refused_and_writes_nothing(world: World) -> None:
    system = world.asking()
    before = world.house.entries()
    question = {"leg": "answer", "items": ["child-insz"]}
    assert system.post("/api/v1/release-previews", question).json() == {"permitted": True, "reasons": []}
    refused = system.post("/api/v1/release-previews", question | {"leg": "request"}).json()
    assert not refused["permitted"]
    assert world.house.entries() == before


def test_the_mark_of_the_sender_comes_back_and_a_bad_one_is_refused_and_not_repeated(world: World) -> None:
    system = world.asking()
    assert system.get("/api/v1/agreements", x_correlation_id="a-b-c").headers["x-correlation-id"] == "a-b-c"
    assert len(system.get("/api/v1/agreements").headers["x-correlation-id"]) == 36
    for unfit in (world.children["unknown"], "x" * 129, "with blank"):
        answer = system.get("/api/v1/agreements", x_correlation_id=unfit)
        assert answer.status_code == 400
        assert answer.json()["type"].endswith("/correlation-unfit")
        assert unfit not in answer.text + str(answer.headers)


def test_the_party_reads_its_own_agreements_text_evidence_and_receipt(world: World) -> None:
    system = world.asking()
    world.clock.forward(seconds=1)
    entry = system.post(RELEASES, world.question()).json()["entry"]
    page = system.get("/api/v1/agreements?limit=1").json()
    assert [one["id"] for one in page["agreements"]] == [AGREEMENT]
    assert page["next"] is None
    text = system.get(f"/api/v1/agreements/{AGREEMENT}/text")
    assert hashlib.sha256(text.content).hexdigest() == page["agreements"][0]["textHash"]
    entries = system.get("/api/v1/ledger/entries?limit=1").json()
    assert entries["entries"][0]["id"] == entry
    assert entries["next"] == entry
    older = system.get(f"/api/v1/ledger/entries?before={entry}").json()["entries"]
    assert entry not in {one["id"] for one in older}
    waits = system.get(f"/api/v1/ledger/entries/{entry}/receipt")
    assert waits.status_code == 409
    world.installation.sequencer().run_once()
    receipt = system.get(f"/api/v1/ledger/entries/{entry}/receipt")
    assert receipt.json()["type"] == "sluis-ledger-receipt/1"
    assert system.get("/api/v1/ledger/checkpoint").text.startswith("sluis.example/ledger\n")
    assert system.get("/api/v1/notices").json() == {"notices": [], "cursor": 0}


def test_what_is_of_others_looks_like_nothing(world: World) -> None:
    ours = world.asking()
    entry = ours.post(RELEASES, world.question()).json()["entry"]
    other = world.system(party=TIELT)
    other.sign_in(scope="agreements ledger notices")
    nothing = other.get("/api/v1/agreements/there-is-none")
    for path in (
        f"/api/v1/agreements/{AGREEMENT}",
        f"/api/v1/agreements/{AGREEMENT}/text",
        f"/api/v1/ledger/entries/{entry}",
        f"/api/v1/ledger/entries/{entry}/receipt",
        f"/api/v1/ledger/entries?before={entry}",
    ):
        answer = other.get(path)
        assert answer.status_code == 404, path
        assert {**answer.json(), "instance": ""} == {**nothing.json(), "instance": ""}
    assert other.get("/api/v1/agreements").json()["agreements"] == []
    theirs = other.ask_token(authorization_details=details(AGREEMENT))
    none = other.ask_token(authorization_details=details("there-is-none"))
    assert (theirs.status_code, theirs.json()) == (none.status_code, none.json())
    assert theirs.json()["error"] == "invalid_authorization_details"


def test_a_second_key_lets_a_machine_change_over_without_a_pause(world: World) -> None:
    from sluis.machines.actions import add_key, retire_key

    system, secrets = world.asking(), world.house.gate.secret
    old = system.public.thumbprint
    successor = System(world.http, ISSUER, system.id, new_key("OKP"), world.clock)
    at = world.clock()
    where: Any = {"machine": system.id, "party": WINGENE, "by": MANAGER, "at": at, "secrets": secrets}
    with world.database.transaction() as connection:
        add_key(connection, key=successor.public, **where)
        world.confirm(connection, system.id, successor.public.thumbprint)
    successor.sign_in(agreement=AGREEMENT)
    assert system.post(RELEASES, world.question()).status_code == 200
    assert successor.post(RELEASES, world.question()).status_code == 200
    with world.database.transaction() as connection:
        retire_key(connection, thumbprint=old, **where)
    assert system.post(RELEASES, world.question()).json()["type"].endswith("/token-invalid")
    assert successor.post(RELEASES, world.question()).status_code == 200
    for kind in ("machine-key-added", "machine-key-retired"):
        assert world.details(kind)[-1]["details"]["machine"] == system.id


def test_a_revoked_machine_is_out_at_its_next_request(world: World) -> None:
    from sluis.machines.actions import revoke_machine

    system = world.asking()
    assert system.get("/api/v1/agreements").status_code == 200
    with world.database.transaction() as connection:
        revoke_machine(
            connection,
            machine=system.id,
            party=WINGENE,
            by=MANAGER,
            at=world.clock(),
            secrets=world.house.gate.secret,
        )
    assert system.get("/api/v1/agreements").status_code == 401
    assert system.ask_token(scope="ledger").json()["error"] == "invalid_client"
    assert world.details("machine-revoked")[-1]["details"]["machine"] == system.id


def test_the_day_of_the_question_is_judged_as_everywhere(world: World) -> None:
    system = world.asking()
    tomorrow = system.post(RELEASES, world.question(reference=(day_of(world.clock()) + timedelta(days=1)).isoformat()))
    assert [one["code"] for one in tomorrow.json()["reasons"]] == ["reference-outside-term"]
