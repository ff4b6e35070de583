"""The pages of following and of the worklist, served for real: rights, filters, exports, hostile words."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from urllib.parse import quote
from uuid import uuid4

import httpx
import openpyxl
import pytest

from sluis.channels.demo.agreements import TEMPLATE
from sluis.database import Database
from sluis.deliveries.actions import kill_deliveries, queue_delivery
from sluis.deliveries.mail import mail_payload
from tests.integration.accession.world import signed_in, token_on
from tests.integration.outreach.world import AALTER, GENT, NOW, TIELT, World, a_duty, make_people, make_world
from tests.serving import fresh_database

PAGES = (
    "/opvolging", "/opvolging/besturen.csv", "/opvolging/besturen.xlsx", f"/opvolging/besturen/{GENT}",
    "/opvolging/campagnes", "/opvolging/campagnes/nieuw", "/opvolging/contacten", "/opvolging/adressen",
    "/opvolging/zendingen",
)  # fmt: skip


@pytest.fixture(scope="module")
def shared_world(server_url: str, template: str) -> Iterator[World]:
    with fresh_database(server_url, template) as database:
        world = make_world(database)
        world.duties.known = [a_duty("late", due=-3), a_duty("soon", due=2)]
        yield world


@pytest.fixture(scope="module")
def follower(shared_world: World) -> Iterator[httpx.Client]:
    with signed_in(shared_world.application(), "fien") as client:
        yield client


def post(client: httpx.Client, form: str, action: str, **fields: str) -> httpx.Response:
    return client.post(action, data={"_sleutel": token_on(client, form), **fields})


def test_only_the_agencys_own_followers_see_who_has_joined(shared_world: World) -> None:
    for stranger in ("an", "els"):  # els holds the role at a municipality: there it counts for nothing
        with signed_in(shared_world.application(), stranger) as client:
            assert {path: client.get(path).status_code for path in PAGES} == dict.fromkeys(PAGES, 403)


def test_every_page_of_following_opens_in_every_language(follower: httpx.Client) -> None:
    for language in ("fr", "en", "de", "nl"):
        for path in PAGES:
            page = follower.get(path, params={"taal": language})
            assert page.status_code == 200, (path, page.text[:500])


def test_the_map_holds_every_municipality_with_its_stage_and_a_link(follower: httpx.Client) -> None:
    page = follower.get("/opvolging").text
    links = re.findall(r'<a href="/opvolging/besturen/(gemeente-[a-z0-9-]+)" aria-label="([^"]+)">', page)
    assert len(links) == 285
    assert dict(links)[TIELT] == "Tielt: aangeboden of ondertekend"
    assert dict(links)[AALTER] == "Aalter: in voorbereiding"
    assert sum(label.endswith("nog niets begonnen") for _, label in links) >= 281
    narrowed = follower.get("/opvolging", params={"provincie": "Limburg"}).text
    assert narrowed.count('class="left-out"') == 285 - 38


def test_filters_search_and_pages_work_together(follower: httpx.Client) -> None:
    found = follower.get("/opvolging", params={"zoek": "aalter", "soort": "municipality", "stand": "preparing"}).text
    assert "Aantal besturen: 1" in found
    assert f"st-{AALTER}" in found or "in voorbereiding" in found
    last = follower.get("/opvolging", params={"pagina": "99999"}).text
    assert 'aria-current="page"' in last
    empty = follower.get("/opvolging", params={"zoek": "zzz"}).text
    assert "Geen bestuur past bij deze keuzes" in empty


def test_what_stands_still_names_who_must_act(follower: httpx.Client) -> None:
    page = follower.get("/opvolging").text
    row = page.split(f"st-{TIELT}", 1)[1].split("</tr>", 1)[0]
    assert "Opgroeien regie" in row
    assert "ondertekenen" in row


def test_both_exports_hold_the_same_bodies_and_no_cell_runs(follower: httpx.Client) -> None:
    asked = {"provincie": "West-Vlaanderen"}
    text = follower.get("/opvolging/besturen.csv", params=asked).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    sheet = openpyxl.load_workbook(io.BytesIO(follower.get("/opvolging/besturen.xlsx", params=asked).content)).active
    assert sheet is not None
    cells = [[str(value or "") for value in row] for row in sheet.iter_rows(values_only=True)]
    assert rows == cells
    assert len(rows) == 1 + 2 * 62
    assert {row[4] for row in rows[1:]} == {"West-Vlaanderen"}
    assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "n"}


@pytest.mark.parametrize(
    "words", ["'; DROP TABLE party;--", "<script>alert(1)</script>", "%00", "{{7*7}}", "🂡", "a" * 5_000, "../../etc"]
)
def test_hostile_words_find_nothing_and_break_nothing(follower: httpx.Client, words: str) -> None:
    for name in ("zoek", "provincie", "stand", "aanbod", "soort"):
        page = follower.get(f"/opvolging?{name}={quote(words, safe='%')}")
        assert page.status_code in {200, 400}
        assert "<script>alert" not in page.text
    assert follower.get(f"/opvolging/besturen/{quote(words)}").status_code in {400, 404}


def test_an_address_and_a_language_are_kept_and_a_wrong_one_is_told(follower: httpx.Client) -> None:
    form = f"/opvolging/besturen/{GENT}"
    assert "geen e-mailadres bekend" in follower.get(form).text
    wrong = post(follower, form, f"{form}/adres", adres='"><b>x', taal="fr")
    assert wrong.status_code == 422
    assert "Dit is geen e-mailadres" in wrong.text
    assert "<b>x" not in wrong.text
    kept = post(follower, form, f"{form}/adres", adres="dienst@gent.example", taal="fr")
    assert "dienst@gent.example" in kept.text
    assert post(follower, form, "/opvolging/besturen/gemeente-nergens/adres", adres="a@b.example").status_code == 404


def test_a_file_with_addresses_is_taken_or_its_lines_are_named(follower: httpx.Client) -> None:
    def send(content: bytes) -> httpx.Response:
        token = token_on(follower, "/opvolging/adressen")
        return follower.post(
            "/opvolging/adressen", data={"_sleutel": token}, files={"bestand": ("a.csv", content, "text/csv")}
        )

    assert "1 adressen bewaard" in send(b"bestuur;e-mail\nocmw-gent;ocmw@gent.example\n").text
    wrong = send(b"bestuur;e-mail\n<b>Nergens</b>;a@b.example\n")
    assert wrong.status_code == 422
    assert "Regel 2: Dit bestuur is niet bekend: &lt;b&gt;Nergens" in wrong.text
    assert send(b"").status_code == 422
    assert send(b"\xff\xfe\x00").status_code == 422
    assert send(b"x" * (1_048_576 + 5_000)).status_code == 413


def test_a_contact_with_a_group_stands_in_the_log_and_on_the_line_of_each_body(follower: httpx.Client) -> None:
    form = "/opvolging/contacten"
    fields = {"kenmerk": str(uuid4()), "soort": "webinar", "dag": "2026-02-10", "titel": "Webinar met VVSG"}
    for _ in range(2):  # the same form twice is one contact
        assert "genoteerd" in post(follower, form, form, provincie="Limburg", **fields).text
    page = follower.get(form, params={"soort": "webinar"}).text
    assert page.count("Webinar met VVSG") == 1
    assert ">76<" in page
    assert "Webinar met VVSG" in follower.get("/opvolging/besturen/gemeente-hasselt").text
    assert "Webinar met VVSG" not in follower.get(f"/opvolging/besturen/{GENT}").text
    assert "Webinar met VVSG" not in follower.get(form, params={"bestuur": GENT}).text
    bad = post(follower, form, form, kenmerk=str(uuid4()), soort="x", dag="morgen", titel="", bestuur="niemand")
    assert bad.status_code == 422
    numbered = post(follower, form, form, **(fields | {"titel": "Kind 15.68.01-001.13", "kenmerk": str(uuid4())}))
    assert numbered.status_code == 422


def test_a_campaign_goes_from_form_to_preview_to_sent(follower: httpx.Client, shared_world: World) -> None:
    shared_world.set_address("gemeente-leuven", "dienst@leuven.example")
    new = "/opvolging/campagnes/nieuw"
    campaign = str(uuid4())
    fields = {
        "kenmerk": campaign, "titel": "Uitnodiging", "aanbod": TEMPLATE, "provincie": "Vlaams-Brabant",
        "onderwerp-nl": "Dag {bestuur}", "tekst-nl": "Kijk op {link} <b>nu</b>",
    }  # fmt: skip
    wrong = post(follower, new, new, **(fields | {"tekst-nl": ""}))
    assert wrong.status_code == 422
    assert "Uitnodiging" in wrong.text, "what was written stays"
    preview = post(follower, new, new, **fields).text
    assert "1 besturen krijgen een bericht" in preview
    assert "Dag Gemeente Leuven" in preview
    assert "&lt;b&gt;nu&lt;/b&gt;" in preview
    address = f"/opvolging/campagnes/{campaign}"
    assert post(follower, address, f"{address}/versturen").status_code == 422, "not without looking"
    sent = post(follower, address, f"{address}/versturen", bevestigd="ja")
    assert "De berichten vertrekken" in sent.text
    token = token_on(follower, "/opvolging/campagnes/nieuw")
    again = follower.post(f"{address}/versturen", data={"_sleutel": token, "bevestigd": "ja"})
    assert again.status_code == 422
    assert "al verstuurd" in again.text
    assert "Uitnodiging" in follower.get("/opvolging/besturen/gemeente-leuven").text
    assert follower.get(f"/opvolging/campagnes/{uuid4()}").status_code == 404
    assert follower.get("/opvolging/campagnes/geen-uuid").status_code in {404, 422}


def test_a_delivery_is_seen_and_offered_again_with_one_click(follower: httpx.Client, shared_world: World) -> None:
    with shared_world.database.transaction() as connection:
        payload = mail_payload(to="dienst@gent.example", subject="s", text="t", language="nl")
        found = [
            queue_delivery(
                connection, key=key, channel="mail", receiver=GENT, payload=payload, at=NOW, agreement=agreement
            ).id
            for key, agreement in (("one", None), ("two", "gestopt"))
        ]
        kill_deliveries(connection, agreement="gestopt", reason="ingetrokken door Gent", at=NOW)
    with shared_world.database.owner() as connection:
        connection.execute("UPDATE delivery SET state = 'dead', fault = 'smtp-451' WHERE key = 'one'")
    listed = follower.get("/opvolging/zendingen", params={"toestand": "dead", "ontvanger": GENT}).text
    assert all(str(one) in listed for one in found)
    page = f"/opvolging/zendingen/{found[0]}"
    assert "dienst@gent.example" not in follower.get(page).text
    offered = post(follower, page, f"{page}/opnieuw")
    assert "De zending vertrekt opnieuw" in offered.text
    stopped = follower.get(f"/opvolging/zendingen/{found[1]}").text
    assert "ingetrokken door Gent" in stopped
    assert "Bied opnieuw aan" not in stopped
    token = token_on(follower, "/opvolging/campagnes/nieuw")
    forced = follower.post(f"/opvolging/zendingen/{found[1]}/opnieuw", data={"_sleutel": token})
    assert forced.status_code == 422


def test_without_a_mail_server_the_page_says_that_mail_waits(database: Database) -> None:
    world = make_people(database)
    world.can_mail = False
    with signed_in(world.application(), "fien") as client:
        assert "Er is geen mailserver ingesteld" in client.get("/opvolging/zendingen").text


def test_my_work_shows_what_is_late_and_keeps_the_digest(shared_world: World) -> None:
    with signed_in(shared_world.application(), "an") as client:
        page = client.get("/mijn-werk").text
        assert page.index("protocol-1 (late)") < page.index("protocol-1 (soon)")
        assert "te laat" in page
        wrong = post(client, "/mijn-werk", "/mijn-werk/overzicht", overzicht="ja", adres="an")
        assert wrong.status_code == 422
        kept = post(client, "/mijn-werk", "/mijn-werk/overzicht", overzicht="ja", adres="an@wingene.example", taal="de")
        assert "an@wingene.example" in kept.text
        assert "checked" in kept.text
    with signed_in(shared_world.application(), "fien") as client:
        assert "Niets te doen" in client.get("/mijn-werk").text
    with signed_in(shared_world.application(), None) as client:
        assert "/aanmelden" in str(client.get("/mijn-werk").url)
