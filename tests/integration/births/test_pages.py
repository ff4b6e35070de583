"""The pages of hospitals, served for real: rights, forms, files to take along, the conformance test from end to end."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from sluis.births.hospitals.conformance import examples
from tests.integration.accession.world import signed_in, token_on
from tests.integration.births.followed import CODE, FOLLOWER, MEMBER, NOW, OTHER_CODE, STRANGER, make_house
from tests.integration.births.ward import MOTHER, WARD
from tests.serving import fresh_database

FOLLOWING = ("/ziekenhuizen", "/ziekenhuizen.csv", "/ziekenhuizen/volledigheid.csv", f"/ziekenhuizen/{CODE}")
OWN = (
    "/mijn-ziekenhuis", "/mijn-ziekenhuis/geweigerd.csv", "/mijn-ziekenhuis/ontbrekend.csv",
    "/mijn-ziekenhuis/conformiteit", "/mijn-ziekenhuis/conformiteit/voorbeelden.hl7",
)  # fmt: skip


@pytest.fixture(scope="module")
def app(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    with fresh_database(server_url, template) as database:
        yield make_house(database, Path(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def follower(app: FastAPI) -> Iterator[httpx.Client]:
    with signed_in(app, FOLLOWER) as client:
        yield client


@pytest.fixture(scope="module")
def member(app: FastAPI) -> Iterator[httpx.Client]:
    with signed_in(app, MEMBER) as client:
        yield client


def _post(client: httpx.Client, form: str, action: str, **fields: str) -> httpx.Response:
    return client.post(action, data={"_sleutel": token_on(client, form), **fields})


def _csv(page: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page.content.decode("utf-8-sig")), delimiter=";"))


def test_who_follows_sees_every_hospital_and_who_works_there_only_the_own_pages(
    follower: httpx.Client, member: httpx.Client
) -> None:
    assert {path: follower.get(path).status_code for path in (*FOLLOWING, *OWN)} == {
        **dict.fromkeys(FOLLOWING, 200),
        **dict.fromkeys(OWN, 403),
    }
    assert {path: member.get(path).status_code for path in (*FOLLOWING, *OWN)} == {
        **dict.fromkeys(FOLLOWING, 403),
        **dict.fromkeys(OWN, 200),
    }


def test_every_page_opens_in_every_language_without_a_number_of_a_person(
    follower: httpx.Client, member: httpx.Client
) -> None:
    for language in ("fr", "en", "de", "nl"):
        for client, paths in ((follower, FOLLOWING), (member, OWN)):
            for path in paths:
                page = client.get(path, params={"taal": language})
                assert page.status_code == 200, (path, page.text[:500])
                assert str(MOTHER) not in page.text


def test_a_silent_hospital_stands_on_top_with_its_alarm_and_in_the_work_of_who_follows(follower: httpx.Client) -> None:
    page = follower.get("/ziekenhuizen").text
    assert "Er is een ziekenhuis stil" in page
    assert "Er komen veel minder geboorten dan verwacht." in page
    assert "63" in page
    assert "is stil. Bel, en noteer wat u vond." in follower.get("/mijn-werk").text
    assert "Ziekenhuizen" in follower.get("/start").text
    found = _csv(follower.get("/ziekenhuizen.csv", params={"stand": "silent"}))
    assert [(one["code"], one["partij"]) for one in found] == [(CODE, WARD)]


def test_a_hospital_takes_its_steps_on_the_page_and_a_wrong_one_is_told(follower: httpx.Client) -> None:
    place = f"/ziekenhuizen/{OTHER_CODE}"
    assert "Bewaard" in _post(follower, place, f"{place}/stap", naar="agreement", reden="Getekend op papier.").text
    refused = _post(follower, place, f"{place}/stap", naar="live", reden="Nu al.")
    assert (refused.status_code, "Deze stap kan nu niet." in refused.text) == (422, True)
    words = _post(follower, place, f"{place}/stap", naar="testing", reden=f"over {MOTHER}")
    assert words.status_code == 422
    assert str(MOTHER) not in words.text
    kept = _post(follower, place, f"{place}/gegevens", partij="az-ander", leverancier="Leverancier B", per_jaar="800")
    assert "Leverancier B" in kept.text
    assert _post(follower, place, f"{place}/gegevens", per_jaar="veel").status_code == 422
    assert follower.get("/ziekenhuizen/fod-9999").status_code == 404


def test_every_link_and_form_of_a_page_leads_to_a_page_of_ours(follower: httpx.Client, member: httpx.Client) -> None:
    for client, paths in ((follower, FOLLOWING[:1] + FOLLOWING[3:]), (member, (OWN[0], OWN[3]))):
        for path in paths:
            text = client.get(path).text
            for place in set(re.findall(r'(?:href|action)="(/(?:zieken|mijn-zieken)[^"#]*)"', text)):
                if "taal=" in place:  # the switch of language would stay switched
                    continue
                answer = client.get(place.replace("&amp;", "&"))
                assert answer.status_code in (200, 405), (path, place)
            assert "object at" not in text


def test_completeness_is_shown_per_item_with_the_reason(follower: httpx.Client) -> None:
    rows = _csv(follower.get("/ziekenhuizen/volledigheid.csv"))
    counted = {(row["gegeven"], row["toestand"]): row["aantal"] for row in rows if row["code"] == CODE}
    assert counted["child-name", "delivered"] == "4"
    assert counted["child-name", "not-yet"] == "2"
    assert counted["mother-insz", "no-reason"] == "1"


def test_a_hospital_sees_what_was_refused_why_and_what_lacks_and_nobody_elses(
    app: FastAPI, member: httpx.Client
) -> None:
    page = member.get("/mijn-ziekenhuis").text
    assert "<code>OBX</code>" in page
    assert "3120" not in page
    assert "K-4" in page
    assert [row["veld"] for row in _csv(member.get("/mijn-ziekenhuis/geweigerd.csv"))] == ["OBX"]
    assert {row["referentie"] for row in _csv(member.get("/mijn-ziekenhuis/ontbrekend.csv"))} == {"K-0", "K-3", "K-4"}
    with signed_in(app, STRANGER) as stranger:
        assert "K-4" not in stranger.get("/mijn-ziekenhuis").text
        assert _csv(stranger.get("/mijn-ziekenhuis/geweigerd.csv")) == []


def test_a_supplier_runs_the_conformance_test_alone_and_takes_the_report_along(
    app: FastAPI, member: httpx.Client
) -> None:
    form = "/mijn-ziekenhuis/conformiteit"
    raw = member.get(f"{form}/voorbeelden.hl7").content
    assert raw == examples(NOW.date(), sender=WARD)
    wrong = raw.replace(b"|Peeters^An", b"|Peeters^Ann")
    reports = []
    for content in (wrong, raw):
        page = member.post(form, data={"_sleutel": token_on(member, form)}, files={"bestand": ("b.hl7", content)})
        assert page.status_code == 200
        reports.append(page)
    assert "van 50 gevallen geslaagd" in reports[0].text
    assert "naam en voornaam van de moeder is anders dan in het geval." in reports[0].text
    assert "Alle gevallen zijn geslaagd" in reports[1].text
    run = str(reports[1].url).rsplit("/", 1)[1]
    assert {row["uitslag"] for row in _csv(member.get(f"{form}/{run}.csv"))} == {"ok"}
    assert json.loads(member.get(f"{form}/{run}.json").content)["passed"] == 50
    assert (
        member.post(form, data={"_sleutel": token_on(member, form)}, files={"bestand": ("b", b"")}).status_code == 422
    )
    with signed_in(app, STRANGER) as stranger:
        assert stranger.get(f"{form}/{run}").status_code == 404
        assert stranger.get(f"{form}/{run}.json").status_code == 404


def test_an_alarm_is_closed_with_what_was_found(follower: httpx.Client) -> None:
    place = f"/ziekenhuizen/{CODE}"
    assert _post(follower, place, f"{place}/alarm", bevinding="").status_code == 422
    page = _post(follower, place, f"{place}/alarm", bevinding="De verbinding lag stil door een update.")
    assert "Bewaard" in page.text
    assert "De verbinding lag stil door een update." in page.text
    assert "Geen enkel ziekenhuis is stil." in follower.get("/ziekenhuizen").text
