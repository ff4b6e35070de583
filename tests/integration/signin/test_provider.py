"""Signing in with the provider: who comes in, who does not, and what a forger meets."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from sluis.app import Installation
from sluis.database import Database
from sluis.site import create_app
from sluis.web.store import add_session
from tests.identity import CLIENT
from tests.integration.signin.conftest import Doors, account, known, settings_for
from tests.integration.signin.people import returned, walk
from tests.serving import free_port, live_server
from tests.unit.web.visits import Visit


def test_somebody_new_comes_in_without_a_role_and_is_told_whom_to_ask(doors: Doors, client: httpx.Client) -> None:
    known(doors, "manager", "access-manager")
    answer = walk(client, "newcomer")
    assert (answer.status_code, answer.headers["location"]) == (303, "/mijn-rollen")
    page = client.get("/mijn-rollen").text
    assert "U hebt nu geen rol" in page
    assert "Nico Nieuw" in page
    assert "Vraag het aan: Mia Beheer." in page
    assert client.get("/lijsten").status_code == 403


def test_somebody_with_a_role_comes_in_where_they_wanted_to_be(doors: Doors, client: httpx.Client) -> None:
    known(doors, "officer", "officer")
    assert walk(client, "officer", back="/lijsten").headers["location"] == "/lijsten"
    assert client.get("/lijsten").status_code == 200


def test_a_sign_in_gives_a_fresh_session_and_ends_the_one_before(doors: Doors, client: httpx.Client) -> None:
    known(doors, "officer", "officer")
    client.cookies.set("sluis_sessie", "gezet-door-een-ander", domain="localhost.local")
    walk(client, "officer")
    first = Visit(client).session()
    walk(client, "officer")
    assert Visit(client).session() != first
    with httpx.Client(base_url=doors.address, cookies={"sluis_sessie": first}) as thief:
        assert thief.get("/start").status_code == 303
    assert client.cookies.get("sluis_aanmelding") is None


def test_a_way_back_counts_once_and_in_the_browser_that_began(doors: Doors, client: httpx.Client) -> None:
    known(doors, "officer", "officer")
    address = returned(client, "officer")
    with httpx.Client(base_url=doors.address) as thief:
        assert "niet in deze browser begonnen" in thief.get(address).text
        assert "sluis_sessie" not in thief.cookies
    mine = client.cookies["sluis_aanmelding"]
    assert client.get(address).status_code == 303
    client.cookies.set("sluis_aanmelding", mine)
    again = client.get(address)
    assert (again.status_code, "al gebruikt" in again.text) == (403, True)


@pytest.mark.parametrize("change", ["state", "code", "iss"])
def test_a_way_back_with_another_state_code_or_issuer_opens_nothing(
    doors: Doors, client: httpx.Client, change: str
) -> None:
    known(doors, "officer", "officer")
    address = httpx.URL(returned(client, "officer"))
    answer = client.get(address.copy_set_param(change, "https://vals.example/" + "x" * 40))
    assert answer.status_code == 403
    assert "sluis_sessie" not in client.cookies


def test_a_way_back_that_comes_too_late_opens_nothing(doors: Doors, client: httpx.Client) -> None:
    address = returned(client, "newcomer")
    doors.clock.ahead += timedelta(minutes=11)
    assert client.get(address).status_code == 403


def test_somebody_who_stops_at_the_provider_is_not_signed_in(doors: Doors, client: httpx.Client) -> None:
    state = parse_qs(urlsplit(client.get("/aanmelden/dienst").headers["location"]).query)["state"][0]
    answer = client.get("/aanmelden/terug", params={"error": "access_denied", "state": state})
    assert (answer.status_code, "afgebroken" in answer.text) == (403, True)


@pytest.mark.parametrize(
    ("login", "told"),
    [
        ("stranger", "staat niet in het register van partijen"),
        ("school", "staat niet in het register van partijen"),
        ("nobody", "zegt niet voor welke organisatie"),
        ("citizen", "eigen gegevens hier niet opzoeken"),
    ],
)
def test_somebody_whom_we_cannot_place_is_told_why(client: httpx.Client, login: str, told: str) -> None:
    answer = walk(client, login)
    assert (answer.status_code, told in answer.text) == (403, True)
    assert "sluis_sessie" not in client.cookies


def test_the_national_number_is_not_asked(client: httpx.Client) -> None:
    query = parse_qs(urlsplit(client.get("/aanmelden/dienst").headers["location"]).query)
    assert query["scope"] == ["openid profile vo sluis"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_type"] == ["code"]


def test_a_role_that_the_provider_names_only_narrows(doors: Doors, client: httpx.Client) -> None:
    known(doors, "narrow", "officer", "signatory")
    walk(client, "narrow")
    # Granted officer and signatory, named dpo (not granted) and officer of another body: nothing is left.
    assert client.get("/lijsten").status_code == 403
    assert client.get("/lijsten/sleutels").status_code == 403
    with doors.database.transaction() as connection:
        rows = connection.execute("SELECT narrowed FROM session").fetchall()
    assert rows == [(["dpo"],)]


def test_a_name_is_shown_as_text_and_never_with_a_number(doors: Doors, client: httpx.Client) -> None:
    walk(client, "hostile")
    page = client.get("/mijn-rollen").text
    assert "alert(1)" not in page.replace("&lt;script&gt;alert(1)", "")
    assert "033.28" not in page


def test_a_role_that_is_withdrawn_is_gone_on_the_next_click(doors: Doors, client: httpx.Client) -> None:
    actor = known(doors, "officer", "officer")
    walk(client, "officer")
    assert client.get("/lijsten").status_code == 200
    with doors.database.owner() as connection:
        connection.execute("UPDATE actor_role SET valid = 'empty' WHERE actor = %s", (actor,))
    assert client.get("/lijsten").status_code == 403


def test_who_signs_out_can_also_end_the_session_at_the_provider(doors: Doors, client: httpx.Client) -> None:
    known(doors, "officer", "officer")
    walk(client, "officer")
    visit = Visit(client)
    answer = visit.post("/afmelden", {}, token=visit.token("/start"))
    assert answer.headers["location"] == "/afgemeld"
    page = client.get("/afgemeld").text
    assert f"{doors.provider.issuer}/session/end?client_id={CLIENT}" in page.replace("&amp;", "&")


def logout_token(doors: Doors, session: str, *, key: ECKey | None = None, **others: object) -> str:
    now = int(time.time())
    claims = {
        "iss": doors.provider.issuer,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 120,
        "jti": "een",
        "sid": session,
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        **others,
    }
    header = {"alg": "ES256", "kid": "provider-1", "typ": "logout+jwt"}
    return jwt.encode(header, claims, key or doors.provider.own_key)


def test_the_provider_ends_a_session_and_a_forger_does_not(doors: Doors, client: httpx.Client) -> None:
    actor = known(doors, "officer", "officer")
    with doors.database.transaction() as connection:
        add_session(
            connection, "cookie", person=actor, party=None, at=doors.clock(), door="provider", provider_session="sid-1"
        )
    client.cookies.set("sluis_sessie", "cookie")
    forged = logout_token(doors, "sid-1", key=ECKey.generate_key("P-256", {"kid": "provider-1"}))
    for token in (
        forged,
        logout_token(doors, "sid-1", nonce="x"),
        logout_token(doors, "sid-1", events={}),
        logout_token(doors, "sid-1", aud="een-ander"),
        logout_token(doors, "sid-1", iat=1),
        "geen token",
    ):
        assert client.post("/api/aanmelden/einde", data={"logout_token": token}).status_code == 400
        assert client.get("/start").status_code == 200
    right = logout_token(doors, "sid-1")
    assert client.post("/api/aanmelden/einde", data={"logout_token": right}).status_code == 200
    assert client.get("/start").status_code == 303


def test_a_provider_that_is_down_is_told_on_a_page(doors: Doors, tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path, doors.provider, doors.address, oidc_issuer=f"http://127.0.0.1:{free_port()}", oidc_timeout_seconds=1
    )
    with live_server(create_app(Installation.open(settings, doors.database))) as address:
        answer = httpx.get(f"{address}/aanmelden/dienst", timeout=10)
        assert (answer.status_code, "antwoordt niet" in answer.text) == (503, True)
        assert httpx.get(f"{address}/afgemeld", timeout=10).status_code == 200


def test_production_has_the_provider_and_no_chooser(doors: Doors, database: Database) -> None:
    settings = settings_for(doors.house.settings.home, doors.provider, doors.address)
    production = settings.model_copy(update={"environment": "production", "fictitious_insz": False})
    with live_server(create_app(Installation.open(production, database))) as address:
        page = httpx.get(f"{address}/aanmelden").text
        assert "Naar de aanmelddienst" in page
        assert "Iedereen hier is verzonnen" not in page
        assert httpx.post(f"{address}/aanmelden", data={"person": account(doors, "officer")}).status_code in {403, 404}
