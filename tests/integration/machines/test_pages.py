"""The pages for who connects a system: how, a sandbox in a minute, and what each problem means."""

from __future__ import annotations

import re

import httpx
from joserfc.jwk import ECKey

from sluis.machines.problems import TYPES
from sluis.machines.sandbox import is_offered, tidy
from sluis.settings import Settings
from tests.integration.machines.client import System, new_key
from tests.integration.machines.world import ISSUER, RELEASES, World

PAGE, SANDBOX = "/koppelen", "/koppelen/proefomgeving"


def _form_token(http: httpx.Client) -> str:
    found = re.search(r'name="([a-z_]+)" value="([^"]+)"', http.get(PAGE).text)
    assert found is not None
    return f"{found[1]}={found[2]}"


def _open(http: httpx.Client, **fields: str) -> httpx.Response:
    name, _, value = _form_token(http).partition("=")
    return http.post(SANDBOX, data={name: value, **fields})


def _codes(page: httpx.Response) -> list[str]:
    return re.findall(r"<code>([^<]+)</code>", page.text)


def test_a_sandbox_is_had_in_a_minute_and_answers(world: World) -> None:
    page = _open(world.http)
    assert page.status_code == 200, page.text
    party, machine, _, agreement = _codes(page)[:4]
    pem = re.search(r"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----", page.text, re.DOTALL)
    assert pem is not None
    system = System(world.http, ISSUER, machine, ECKey.import_key(pem[0]), world.clock)
    system.sign_in(agreement=agreement, scope="agreements ledger")
    answer = system.post(RELEASES, world.question())
    assert answer.status_code == 200, answer.text
    assert answer.json()["records"]
    assert [one["id"] for one in system.get("/api/v1/agreements").json()["agreements"]] == [agreement]
    assert party in {entry["party"] for entry in world.details("sandbox-opened")}


def test_a_sandbox_takes_an_own_public_key_and_shows_no_secret(world: World) -> None:
    key = new_key("OKP")
    page = _open(world.http, key=key.as_pem(private=False).decode())
    assert "PRIVATE KEY" not in page.text
    _, machine, _, agreement = _codes(page)[:4]
    System(world.http, ISSUER, machine, key, world.clock).sign_in(agreement=agreement)
    private = key.as_pem(private=True).decode()
    refused = _open(world.http, key=private)
    assert refused.status_code == 422
    assert private.splitlines()[1] not in refused.text


def test_a_sandbox_is_cleaned_up_after_its_days(world: World) -> None:
    page = _open(world.http)
    _, machine, _, agreement = _codes(page)[:4]
    pem = re.search(r"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----", page.text, re.DOTALL)
    assert pem is not None
    system = System(world.http, ISSUER, machine, ECKey.import_key(pem[0]), world.clock)
    secrets = world.house.gate.secret
    assert tidy(world.database, at=world.clock(), secrets=secrets) == 0
    world.clock.forward(days=4)
    assert tidy(world.database, at=world.clock(), secrets=secrets) >= 1
    assert tidy(world.database, at=world.clock(), secrets=secrets) == 0
    assert system.ask_token(scope="ledger").status_code == 401
    with world.database.transaction() as connection:
        row = connection.execute("SELECT state FROM agreement WHERE id = %s", (agreement,)).fetchone()
    assert row == ("ended",)


def test_every_type_of_problem_has_its_page(world: World) -> None:
    for kind, about in TYPES.items():
        page = world.http.get(f"/problemen/{kind}")
        assert page.status_code == 200, kind
        assert str(about.status) in page.text
    assert world.http.get("/problemen/there-is-none").status_code == 404
    assert world.http.get("/problemen").status_code == 200


def test_production_has_no_sandbox() -> None:
    assert not is_offered(Settings(environment="production", sandbox=True))
    assert is_offered(Settings(environment="demo"))
