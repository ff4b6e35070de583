"""Sessions live on the server: bounded in time, known by a hash only, ended for good at sign-out."""

from __future__ import annotations

import hashlib

import httpx
import pytest

from sluis.database import Database
from sluis.kernel.errors import SluisError
from sluis.web.shell import refuse_to_start_without_a_door
from sluis.web.store import close_sessions_of, remove_old_sessions
from tests.serving import live_server
from tests.unit.web.applications import make_application, make_kit
from tests.unit.web.conftest import Clock
from tests.unit.web.visits import Visit


def test_nobody_reaches_the_start_page_without_signing_in(visit: Visit) -> None:
    response = visit.get("/start")
    assert (response.status_code, response.headers["location"]) == (303, "/aanmelden?terug=/start")


def test_after_signing_in_the_page_knows_the_person_and_the_party(visit: Visit) -> None:
    assert visit.sign_in().headers["location"] == "/start"
    text = visit.get("/start").text
    assert "Noor Verlinden" in text
    assert "Stad Sluisbeke" in text


def test_the_database_holds_only_the_hash_of_the_cookie(visit: Visit, database: Database) -> None:
    visit.sign_in("citizen")
    with database.transaction() as connection:
        rows = connection.execute("SELECT id_hash, person, party FROM session").fetchall()
    assert rows == [(hashlib.sha256(visit.session().encode()).digest(), "citizen", None)]


def test_the_cookie_is_256_random_bits_out_of_reach_of_scripts(visit: Visit) -> None:
    cookie = visit.sign_in().headers["set-cookie"]
    assert len(visit.session()) == 43
    for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=28800"):
        assert part in cookie


def test_signing_out_ends_the_session_on_the_server(visit: Visit) -> None:
    visit.sign_in()
    stolen = visit.session()
    visit.post("/afmelden", {}, token=visit.token("/start"))
    assert "sluis_sessie" not in visit.client.cookies
    assert visit.get("/start", cookie=f"sluis_sessie={stolen}").status_code == 303


def test_a_session_ends_after_half_an_hour_without_use(visit: Visit, clock: Clock) -> None:
    visit.sign_in()
    clock.forward(minutes=29)
    assert visit.get("/start").status_code == 200
    clock.forward(minutes=29)
    assert visit.get("/start").status_code == 200
    clock.forward(minutes=30)
    assert visit.get("/start").status_code == 303


def test_a_session_ends_after_eight_hours_of_steady_use(visit: Visit, clock: Clock) -> None:
    visit.sign_in()
    for _ in range(23):
        clock.forward(minutes=20)
        assert visit.get("/start").status_code == 200
    clock.forward(minutes=20)
    assert visit.get("/start").status_code == 303


def test_signing_in_again_ends_the_session_of_before(visit: Visit) -> None:
    visit.sign_in("officer")
    first = visit.session()
    visit.sign_in("citizen")
    assert visit.session() != first
    assert visit.get("/start", cookie=f"sluis_sessie={first}").status_code == 303


def test_a_cookie_set_by_someone_else_never_becomes_a_session(visit: Visit) -> None:
    visit.client.cookies.set("sluis_sessie", "chosen-by-the-attacker")
    visit.sign_in()
    values = [cookie.value for cookie in visit.client.cookies.jar if cookie.name == "sluis_sessie"]
    alive = [value for value in values if value != "chosen-by-the-attacker"]
    assert len(alive) == 1
    with httpx.Client(base_url=visit.client.base_url, cookies={"sluis_sessie": "chosen-by-the-attacker"}) as attacker:
        assert attacker.get("/start").status_code == 303


def test_ending_all_sessions_of_a_person_reaches_every_browser(visit: Visit, database: Database, clock: Clock) -> None:
    visit.sign_in()
    with database.transaction() as connection:
        assert close_sessions_of(connection, "officer", at=clock()) == 1
    assert visit.get("/start").status_code == 303


def test_old_sessions_are_swept_and_living_ones_stay(visit: Visit, database: Database, clock: Clock) -> None:
    visit.sign_in()
    clock.forward(hours=9)
    visit.client.cookies.clear()
    visit.sign_in("citizen")
    with database.transaction() as connection:
        assert remove_old_sessions(connection, at=clock()) == 1
    assert visit.get("/start").status_code == 200


def test_a_person_who_is_gone_from_the_directory_is_signed_out(visit: Visit, database: Database) -> None:
    visit.sign_in()
    with database.owner() as connection:
        connection.execute("UPDATE session SET person = 'left'")
    assert visit.get("/start").status_code == 303


def test_the_chooser_is_absent_in_production(database: Database) -> None:
    with live_server(make_application(database, environment="production")) as address:
        assert httpx.get(f"{address}/aanmelden").status_code == 404
        assert httpx.post(f"{address}/aanmelden", data={"person": "officer"}).status_code in {403, 404}


def test_production_does_not_start_with_the_chooser_as_its_only_door(database: Database) -> None:
    with pytest.raises(SluisError) as told:
        refuse_to_start_without_a_door(make_kit(database, environment="production"))
    assert told.value.code == "no-sign-in"
    refuse_to_start_without_a_door(make_kit(database, environment="demo"))


def test_cookies_are_bound_to_https_in_production(database: Database) -> None:
    with live_server(make_application(database, environment="production")) as address:
        cookie = httpx.get(f"{address}/?taal=fr").headers["set-cookie"]
    assert "Secure" in cookie


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/\n/x"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(visit: Visit, elsewhere: str) -> None:
    token = visit.token("/aanmelden")
    response = visit.post("/aanmelden", {"person": "officer", "terug": elsewhere}, token=token)
    assert response.headers["location"] == "/start"


def test_an_unknown_person_cannot_sign_in(visit: Visit) -> None:
    response = visit.post("/aanmelden", {"person": "nobody"}, token=visit.token("/aanmelden"))
    assert response.status_code == 422
    assert "sluis_sessie" not in visit.client.cookies
