"""What strangers and mistaken systems send: each gets a clear problem, nobody gets more than that."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from joserfc import jwt

from sluis.database import Database
from sluis.ledger.numbers import looks_like_insz
from tests.integration.machines.client import System, details, new_key
from tests.integration.machines.world import AGREEMENT, ISSUER, RELEASES, World, open_world

AGREEMENTS = "/api/v1/agreements"


def kind_of(answer: Any) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"]).rpartition("/")[2]


# -- assertions ------------------------------------------------------------------------------------------------------


def _unsigned(system: System, algorithm: str) -> str:
    _, claims, _ = system.assertion().split(".")
    forged = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "kid": system.public.thumbprint}).encode())
    return f"{forged.rstrip(b'=').decode()}.{claims}."


def test_no_assertion_but_a_fresh_one_of_a_registered_key_gets_a_token(world: World) -> None:
    system, now = world.system(), world.clock()
    stranger = System(world.http, ISSUER, system.id, new_key(), world.clock)
    pem = system.key.as_pem(private=False)
    claims = {"iss": system.id, "sub": system.id, "aud": ISSUER, "exp": int(now.timestamp()) + 60, "jti": "x" * 20}
    confused = {"alg": "HS256", "kid": system.public.thumbprint}
    wrong = {
        "alg none": _unsigned(system, "none"),
        "alg NONE": _unsigned(system, "NONE"),
        "another's key": stranger.assertion(),
        "another's key under our name": stranger.assertion(header={"kid": system.public.thumbprint}),
        "the public key as a secret": _hmac(confused, claims, pem),
        "for somebody else": system.assertion(aud="https://other.example"),
        "of somebody else": system.assertion(iss="machine-other"),
        "about somebody else": system.assertion(sub="machine-other"),
        "expired": system.assertion(exp=int((now - timedelta(minutes=1)).timestamp())),
        "valid for an hour": system.assertion(exp=int((now + timedelta(hours=1)).timestamp())),
        "without end": system.assertion(exp=None),
        "endless": system.assertion(exp=1e300),
        "not yet": system.assertion(nbf=int((now + timedelta(minutes=2)).timestamp())),
        "without mark": system.assertion(jti=None),
        "without kid": _without_kid(system),
        "nonsense": "a.b.c",
        "nothing": "...",
        "long": "a" * 20_000 + ".b.c",
    }
    for what, assertion in wrong.items():
        answer = system.ask_token(assertion=assertion, scope="ledger")
        assert answer.status_code == 401, what
        assert answer.json()["error"] == "invalid_client", what
    told = {system.ask_token(assertion=one, scope="ledger").text for one in wrong.values()}
    assert len(told) == 1, "each failure looks the same"


def _hmac(header: dict[str, str], claims: dict[str, Any], secret: bytes) -> str:
    """Return what an attacker makes of a public key as if it were a shared secret; no library would."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    mac = hmac.new(secret, b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()


def _without_kid(system: System) -> str:
    return jwt.encode({"alg": "ES256"}, {"iss": system.id}, system.key, algorithms=["ES256"])


def test_an_assertion_counts_once(world: World) -> None:
    system = world.system()
    assertion = system.assertion()
    assert system.ask_token(assertion=assertion, scope="ledger").status_code == 200
    assert system.ask_token(assertion=assertion, scope="ledger").status_code == 401


def test_a_form_with_anything_amiss_is_told_as_oauth_says(world: World) -> None:
    system = world.system()
    assert system.ask_token(grant_type="password").json()["error"] == "unsupported_grant_type"
    assert system.ask_token(scope="everything").json()["error"] == "invalid_scope"
    assert system.ask_token().json()["error"] == "invalid_scope"
    for wish in (
        "x",
        "[]",
        "[{}]",
        "null",
        "[" * 5000,
        details("../x"),
        details(AGREEMENT, "other"),
        details("a\x00b"),
    ):
        answer = system.ask_token(authorization_details=wish)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_authorization_details"), wish[:20]
    twice = world.http.post("/api/token", data={"grant_type": ["client_credentials", "password"]})
    assert twice.json()["error"] == "invalid_request"
    assert world.http.post("/api/token", json={}).json()["error"] == "invalid_request"
    assert world.http.post("/api/token", content=b"\xff\xfe=%zz").status_code == 400


# -- tokens and signatures -------------------------------------------------------------------------------------------


def test_without_token_or_signature_nothing_opens(world: World) -> None:
    system = world.asking()
    assert kind_of(world.http.get(AGREEMENTS)) == "token-missing"
    bare = {"authorization": f"Bearer {system.token}"}
    assert kind_of(system.send("GET", AGREEMENTS, headers=bare)) == "signature-missing"
    for token in ("x", "a.b.c", system.token[:-4] + "AAAA", system.assertion()):
        system.token, kept = token, system.token
        assert kind_of(system.get(AGREEMENTS)) == "token-invalid"
        system.token = kept
    world.clock.forward(minutes=11)
    assert kind_of(system.get(AGREEMENTS)) == "token-invalid"


def test_a_stolen_token_is_of_no_use_without_the_key(world: World) -> None:
    system, thief = world.asking(), world.asking()
    thief.token = system.token
    assert kind_of(thief.get(AGREEMENTS)) == "signature-invalid"
    posing = thief.headers("GET", AGREEMENTS, key_id=system.public.thumbprint)
    assert kind_of(thief.send("GET", AGREEMENTS, headers=posing)) == "signature-invalid"


def test_a_signature_covers_everything_that_counts_and_is_fresh(world: World) -> None:
    system, before = world.asking(), world.house.entries("release")
    body = json.dumps(world.question()).encode()
    other = json.dumps(world.question("elsewhere")).encode()

    def send(sent: bytes = body, path: str = RELEASES, **how: Any) -> str:
        headers = system.headers(
            "POST", RELEASES, body, idempotency_key="k" * 20, content_type="application/json", **how
        )
        return kind_of(system.send("POST", path, sent, headers))

    assert send(other) == "signature-invalid"
    assert send(path=RELEASES + "?a=1") == "signature-invalid"
    assert send(cover=("@method", "@target-uri", "authorization")) == "signature-invalid"
    assert send(cover=("@method", "authorization", "content-digest")) == "signature-invalid"
    assert send(cover=("@target-uri", "authorization", "content-digest")) == "signature-invalid"
    assert send(cover=("@method", "@target-uri", "content-digest")) == "signature-invalid"
    assert send(created=world.clock() - timedelta(minutes=6)) == "signature-invalid"
    assert send(created=world.clock() + timedelta(minutes=6)) == "signature-invalid"
    assert send(tag="another") == "signature-invalid"
    assert send(nonce="short") == "signature-invalid"
    assert send(nonce="n" * 500) == "signature-invalid"
    assert world.house.entries("release") == before


def test_a_signed_request_counts_once_in_every_process(world: World) -> None:
    system = world.asking()
    headers = system.headers("GET", AGREEMENTS)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: system.send("GET", AGREEMENTS, headers=headers).status_code, range(8)))
    assert sorted(answers) == [200] + [401] * 7
    assert kind_of(system.send("GET", AGREEMENTS, headers=headers)) == "replayed"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signature-input", "mine=("),
        ("signature-input", 'mine=("@method");created=x'),
        ("signature-input", "x" * 9000),
        ("signature-input", 'mine=("@status");created=1;keyid="x";nonce="0123456789abcdef";tag="sluis-api"'),
        ("signature", "mine=:!!!:"),
        ("signature", "other=:AAAA:"),
        ("content-digest", "sha-256=:AAAA:"),
        ("content-digest", "md5=:AAAA:"),
    ],
)
def test_a_broken_field_is_a_signature_that_does_not_hold(world: World, name: str, value: str) -> None:
    system = world.asking()
    body = b"{}"
    headers = system.headers("POST", RELEASES, body, idempotency_key="k" * 20) | {name: value}
    assert system.send("POST", RELEASES, body, headers).status_code == 401


# -- bodies, addresses, room -----------------------------------------------------------------------------------------


def test_a_body_is_bounded_and_a_slow_one_is_cut(database: Database, tmp_path: Path) -> None:
    with open_world(database, tmp_path) as world:
        door = world.app.state.machine_door
        object.__setattr__(door, "patience_seconds", 0.3)
        assert kind_of(world.http.post(RELEASES, content=b"x" * 70_000)) == "too-large"
        assert kind_of(world.http.post(RELEASES, content=iter([b"x" * 40_000] * 2))) == "too-large"
        host = urlsplit(str(world.http.base_url))
        with socket.create_connection((host.hostname or "", host.port or 0), timeout=10) as line:
            line.sendall(b"POST /api/v1/releases HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
            began = time.monotonic()
            answer = line.recv(4000)
            assert b" 408 " in answer.split(b"\r\n")[0]
            assert time.monotonic() - began < 5


def test_a_body_that_is_no_question_is_told_field_by_field_without_what_was_sent(world: World) -> None:
    system = world.asking()
    number = str(world.children["with-right"])
    bodies: list[Any] = [
        {},
        [],
        "x",
        world.question(subject={"insz": number[:-1]}),
        world.question(subject={"insz": number[:-2] + "00"}),
        world.question(subject={"insz": number, number: 1}),
        world.question(leg="\ud800"),
        world.question(items=[]),
        world.question(items=["x"] * 101),
        world.question(reference="2026-13-45"),
        b"{" * 2000,
        b"\xff\xfe",
        b'{"leg": "answer", "leg": "\\u0000"}',
    ]
    for body in bodies:
        answer = system.post(RELEASES, body)
        assert answer.status_code in (400, 422), body
        assert number[:-2] not in answer.text
        assert kind_of(answer) in ("invalid-input", "unreadable")


def test_nowhere_is_an_address_with_a_number_taken_or_repeated(world: World) -> None:
    system = world.asking()
    number = str(world.children["with-right"])
    for path in (
        f"{AGREEMENTS}/{number}",
        f"{AGREEMENTS}?after={number}",
        f"/api/v1/x/{number}",
        f"/api/v1/{quote(number)}",
    ):
        answer = system.get(path)
        assert answer.status_code == 400, path
        assert number not in answer.text + str(answer.headers)
    answer = system.post(RELEASES, world.question(), key=number)
    assert kind_of(answer) == "number-in-address"


def test_nothing_and_the_wrong_method_are_told(world: World) -> None:
    assert kind_of(world.http.get("/api/v1/nothing")) == "not-found"
    answer = world.http.delete(RELEASES)
    assert kind_of(answer) == "method-not-allowed"
    assert answer.headers["allow"] == "POST"
    assert world.http.options("/api/").status_code == 404


def test_a_party_that_asks_too_much_is_told_how_long_to_wait(database: Database, tmp_path: Path) -> None:
    with open_world(database, tmp_path, api_requests_per_minute=5) as world:
        first, second, other = world.asking(), world.asking(), world.system(party="gemeente-tielt")
        answers = [system.get(AGREEMENTS) for system in (first, second, first, second)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        told = answers[-1]
        assert kind_of(told) == "too-many-requests"
        assert 0 < int(told.headers["retry-after"]) <= 60
        assert told.headers["ratelimit-policy"] == '"party";q=5;w=60'
        other.sign_in(scope="agreements")
        assert other.get(AGREEMENTS).status_code == 200, "another party has its own room"
        world.clock.forward(seconds=int(told.headers["retry-after"]))
        assert first.get(AGREEMENTS).status_code == 200


def test_a_token_of_one_thing_opens_no_other(world: World) -> None:
    reader = world.system()
    reader.sign_in(scope="ledger")
    assert kind_of(reader.get(AGREEMENTS)) == "token-too-narrow"
    assert kind_of(reader.post(RELEASES, world.question())) == "token-too-narrow"
    asker = world.system()
    asker.sign_in(agreement=AGREEMENT)
    assert kind_of(asker.get("/api/v1/ledger/entries")) == "token-too-narrow"


# -- writes ----------------------------------------------------------------------------------------------------------


def test_the_same_order_twice_is_one_order_also_at_the_same_moment(world: World) -> None:
    system, key, before = world.asking(), "order-of-this-morning", world.house.entries("release")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: system.post(RELEASES, world.question(), key=key), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert world.house.entries("release") == before + 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 5
    other = system.post(RELEASES, world.question("unknown"), key=key)
    assert kind_of(other) == "idempotency-key-reused"
    assert kind_of(system.post(RELEASES, world.question(), key="x")) == "idempotency-key-missing"
    neighbour = world.system(party="gemeente-tielt")
    neighbour.sign_in(scope="ledger")
    assert kind_of(neighbour.post(RELEASES, world.question(), key=key)) == "token-too-narrow"
    world.clock.forward(days=2)
    system.sign_in(agreement=AGREEMENT)
    assert system.post(RELEASES, world.question("unknown"), key=key).status_code == 200


def test_an_answer_of_before_is_not_given_again_once_the_agreement_is_no_longer_in_force(world: World) -> None:
    system = world.asking()
    assert system.post(RELEASES, world.question(), key="k" * 20).status_code == 200
    try:
        _move(world, "revoked")
        again = system.post(RELEASES, world.question(), key="k" * 20)
    finally:
        _move(world, "in_force")
    assert kind_of(again) == "refused"
    assert "records" not in again.json()


def _move(world: World, state: str) -> None:
    with world.database.transaction() as connection:
        connection.execute("UPDATE agreement SET state = %s WHERE id = %s", (state, AGREEMENT))


def test_what_is_kept_of_an_answer_says_nothing_to_who_reads_the_database(world: World) -> None:
    system = world.asking()
    system.post(RELEASES, world.question(), key="kept-for-a-day")
    with world.database.transaction() as connection:
        row = connection.execute("SELECT mark, body_hash, sealed FROM machine_answer").fetchone()
    assert row is not None
    assert str(world.children["with-right"]).encode() not in b"".join(bytes(part) for part in row)


# -- naughty strings, many parties -----------------------------------------------------------------------------------


@pytest.fixture
def naughty(shared: Path) -> list[str]:
    return [one for one in json.loads((shared / "data" / "blns.json").read_text()) if one.isprintable()]


def test_naughty_strings_in_every_field_are_told_and_break_nothing(world: World, naughty: list[str]) -> None:
    system, before = world.asking(), world.house.entries("release")
    for start in range(0, len(naughty), 100):
        assert system.post(RELEASES, world.question(items=naughty[start : start + 100])).status_code in (403, 422)
    for place, text in enumerate(naughty):
        # Each field is judged whatever the others hold: every string in every field at once.
        everywhere = world.question(leg=text, items=[text], subject={"insz": text}, reference=text) | {text: text}
        assert system.post(RELEASES, everywhere).status_code == 422, text
        if place % 10 == 0:
            assert world.http.get(f"{AGREEMENTS}/{quote(text, safe='')}").status_code in (400, 401, 404), text
            token = world.http.post("/api/token", data={"client_assertion": text, "grant_type": text, "scope": text})
            assert token.status_code == 400, text
    assert world.house.entries("release") == before


def test_fifty_parties_at_once_each_get_their_own(world: World) -> None:
    systems = [
        world.system(party=f"partij-{'abcdefghij'[place // 10]}{'abcdefghij'[place % 10]}") for place in range(50)
    ]

    def work(system: System) -> list[int]:
        system.sign_in(scope="agreements ledger")
        entries = system.get("/api/v1/ledger/entries")
        own = {
            one["actor"].startswith("toegang-") and one["details"]["machine"] == system.id
            for one in entries.json()["entries"]
        }
        return [entries.status_code, own == {True}, system.get(AGREEMENTS).json()["agreements"] == []]

    with ThreadPoolExecutor(50) as pool:
        assert set(map(tuple, pool.map(work, systems))) == {(200, True, True)}


# -- no number anywhere ----------------------------------------------------------------------------------------------


def test_no_number_of_a_person_is_in_any_address_header_or_log_line(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    system = world.asking()
    number = str(world.children["with-right"])
    system.post(RELEASES, world.question())
    system.post(RELEASES, world.question(items=["income"]))
    system.post(RELEASES, world.question(subject={"insz": number, "x": number}))
    system.post(RELEASES, number.encode())
    system.get(f"{AGREEMENTS}/{number}", x_correlation_id=number)
    system.get(AGREEMENTS, x_correlation_id=number)
    system.get("/api/v1/ledger/entries")
    lines = "".join(capfd.readouterr())
    assert number not in lines
    for answer in system.seen:
        kept = "\n".join(f"{name}: {value}" for name, value in answer.headers.items() if "signature" not in name)
        assert number not in kept
        if answer.status_code < 400:
            assert not looks_like_insz(str(answer.url))
