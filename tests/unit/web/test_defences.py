"""What every page is defended by: headers, forms of our own only, limits, rights, and errors that tell nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from sluis.database import Database
from sluis.ledger.numbers import looks_like_insz
from sluis.web.access import rights_of
from sluis.web.security import FORM_LIMIT_BYTES
from tests.unit.web.applications import UPLOAD_LIMIT_BYTES, make_application
from tests.unit.web.visits import Visit

EVERYWHERE = ["/", "/ontwerp", "/aanmelden", "/start", "/nergens", "/static/sluis.css", "/proef/fout", "/proef/kapot"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_carries_the_headers(visit: Visit, path: str) -> None:
    headers = visit.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "no-store" in headers["cache-control"]


def test_a_versioned_static_file_may_be_kept_for_ever(visit: Visit) -> None:
    address = re.search(r'href="(/static/sluis\.css\?v=[0-9a-f]+)"', visit.get("/").text)
    assert address is not None
    assert "immutable" in visit.get(address[1]).headers["cache-control"]


@pytest.mark.parametrize("path", ["/", "/ontwerp", "/aanmelden", "/start", "/nergens"])
def test_no_page_has_inline_script_or_style(visit: Visit, path: str) -> None:
    visit.sign_in()
    text = visit.get(path).text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL) == [""]


def test_a_form_without_its_token_changes_nothing(visit: Visit) -> None:
    visit.sign_in()
    response = visit.post("/afmelden", {})
    assert response.status_code == 403
    assert "Dit formulier is niet meer geldig" in response.text
    assert visit.get("/start").status_code == 200


def test_the_token_of_another_session_is_refused(visit: Visit, address: str) -> None:
    visit.sign_in()
    with httpx.Client(base_url=address) as client:
        other = Visit(client)
        other.sign_in("citizen")
        token = other.token("/start")
    assert visit.post("/afmelden", {}, token=token).status_code == 403


def test_the_token_of_before_signing_in_is_refused_after_it(visit: Visit) -> None:
    token = visit.token("/aanmelden")
    visit.sign_in()
    assert visit.post("/afmelden", {}, token=token).status_code == 403


def test_signing_in_needs_a_token_too(visit: Visit) -> None:
    assert visit.post("/aanmelden", {"person": "officer"}).status_code == 403
    assert visit.post("/aanmelden", {"person": "officer"}, token="0" * 64).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:1"},
    ],
)
def test_a_form_sent_from_another_site_is_refused_even_with_the_right_token(
    visit: Visit, headers: dict[str, str]
) -> None:
    visit.sign_in()
    assert visit.post("/afmelden", {}, token=visit.token("/start"), **headers).status_code == 403
    assert visit.get("/start").status_code == 200


def test_a_form_of_our_own_is_accepted_though_the_browser_hides_its_origin(visit: Visit) -> None:
    visit.sign_in()
    token = visit.token("/start")
    headers = {"origin": "null", "sec-fetch-site": "same-origin"}
    assert visit.post("/afmelden", {}, token=token, **headers).status_code == 303


def test_a_machine_door_needs_no_form_token_and_reads_no_cookie(visit: Visit) -> None:
    visit.sign_in()
    response = visit.client.post("/api/proef", json={"a": 1})
    assert (response.status_code, response.json()) == (200, {"a": 1})


def test_a_machine_is_told_its_mistake_as_json(visit: Visit) -> None:
    response = visit.client.post("/api/proef", json={"a": "x" * 10})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert "xxxx" not in response.text


def test_a_form_larger_than_a_form_is_refused(visit: Visit) -> None:
    response = visit.post("/proef/formulier", {"number": "1" * FORM_LIMIT_BYTES})
    assert response.status_code == 413
    assert "Wat u stuurde is te groot" in response.text


def test_an_upload_is_cut_off_at_its_limit_though_its_length_was_not_announced(visit: Visit) -> None:
    visit.sign_in()
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(64):
            sent += 256 * 1024
            yield b"x" * 256 * 1024

    try:
        response = visit.client.post(
            "/proef/lijsten", content=endless(), headers={"content-type": "multipart/form-data; boundary=x"}
        )
    except httpx.HTTPError:
        return  # the server hung up before we had said everything
    assert response.status_code == 413


def test_an_upload_within_its_limit_arrives(visit: Visit) -> None:
    visit.sign_in()
    token = visit.token("/proef/lijsten")
    content = b"x" * (UPLOAD_LIMIT_BYTES - 2048)
    response = visit.client.post("/proef/lijsten", data={"_sleutel": token}, files={"file": ("a.xlsx", content)})
    assert response.status_code == 200
    assert str(len(content)) in response.text


def test_an_upload_without_the_token_is_refused(visit: Visit) -> None:
    visit.sign_in()
    assert visit.client.post("/proef/lijsten", files={"file": ("a.xlsx", b"x")}).status_code == 403


def test_a_role_opens_only_its_own_pages(visit: Visit) -> None:
    visit.sign_in("citizen")
    response = visit.get("/proef/lijsten")
    assert response.status_code == 403
    assert "U hebt geen toegang tot deze pagina" in response.text
    assert "/proef/lijsten" not in visit.get("/start").text.split("<main")[0]


def test_every_route_of_the_shell_names_its_right(database: Database) -> None:
    found = {(right.path, right.methods): right.right for right in rights_of(make_application(database))}
    assert None not in found.values()
    assert found["/start", ("GET",)] == "signed in"
    assert found["/proef/lijsten", ("POST",)] == "role: officer"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_the_framework_shows_no_pages_of_its_own(visit: Visit, path: str) -> None:
    assert visit.get(path).status_code == 404


def test_an_unexpected_error_tells_the_reader_a_number_and_nothing_else(
    visit: Visit, capsys: pytest.CaptureFixture[str]
) -> None:
    response = visit.get("/proef/kapot")
    assert response.status_code == 500
    reference = re.search(r"<code>([0-9a-f]{8})</code>", response.text)
    assert reference is not None
    told = capsys.readouterr()
    for secret in ("Peeters", "85.47.30", "RuntimeError", "Traceback", ".py"):
        assert secret not in response.text
    assert reference[1] in told.out + told.err
    assert "RuntimeError" in told.out + told.err
    assert "Peeters" not in told.out + told.err


@pytest.mark.parametrize(
    ("method", "path", "status", "sentence"),
    [
        ("GET", "/nergens", 404, "Deze pagina bestaat niet"),
        ("DELETE", "/ontwerp", 405, "Dit kan niet op dit adres"),
        ("PUT", "/", 405, "Dit kan niet op dit adres"),
        ("GET", "/proef/fout", 422, "Het bestand is niet versleuteld."),
        ("GET", "/proef/geweigerd", 403, "AVG, art. 6"),
    ],
)
def test_an_error_page_says_what_why_and_what_next(
    visit: Visit, method: str, path: str, status: int, sentence: str
) -> None:
    response = visit.client.request(method, path)
    assert response.status_code == status
    assert sentence in response.text
    assert "Wat nu" in response.text


def test_what_was_typed_is_not_repeated_in_an_error(visit: Visit) -> None:
    token = visit.token("/aanmelden")
    response = visit.post("/proef/formulier", {"number": "85.47.30-033.28"}, token=token)
    assert response.status_code == 422
    assert "85.47.30" not in response.text
    assert "Er ontbreekt iets in het formulier" in response.text


@pytest.mark.parametrize("token", ["é" * 64, "\u0660" * 64, "\ud7ff"])
def test_a_token_of_strange_signs_is_a_wrong_token(visit: Visit, token: str) -> None:
    refused = visit.post("/aanmelden", {"person": "officer"}, token=token)
    assert refused.status_code == 403
    assert visit.client.cookies.get("sluis_sessie") is None


@pytest.mark.parametrize("path", ["/proef/%00", "/start?taal=%00", "/static/%00", "/api/%00"])
def test_an_address_with_a_nul_is_a_mistake_of_who_sends_it(visit: Visit, path: str) -> None:
    visit.sign_in()
    assert visit.get(path).status_code == 400


def test_a_field_with_a_nul_is_a_mistake_of_who_sends_it(visit: Visit) -> None:
    token = visit.token("/aanmelden")
    assert visit.post("/aanmelden", {"person": "officer\x00"}, token=token).status_code == 400
    assert visit.post("/aanmelden", {"person": "officer", "x\x00": ""}, token=token).status_code == 400


@pytest.mark.parametrize("number", ["85073003328", "85.07.30-033.28", "85%2007%2030%20033%2028"])
def test_a_page_never_repeats_a_national_number_of_its_address(visit: Visit, number: str) -> None:
    away = visit.get(f"/start/{number}/lijst").headers.get("location", "")
    before = visit.get(f"/proef/lijsten?terug={number}").headers.get("location", "")
    visit.sign_in()
    pages = [visit.get(path).text for path in (f"/start/{number}", f"/proef/lijsten?zoek={number}&pagina=2")]
    assert not any(looks_like_insz(text) for text in (away, before))
    assert not any(number in page for page in pages)
    assert "pagina=2" in pages[1]
