"""Joining in steps: filled from the register, saved at each step, worked on by two, never wider, never lost."""

from __future__ import annotations

import json

import pytest

from sluis.accession.actions import text_in_preparation
from sluis.accession.store import find_draft, read_sheet
from sluis.agreements.documents.store import documents_of
from sluis.agreements.offers import offer_standard
from sluis.agreements.offerstore import list_offers
from sluis.database import Database
from tests.integration.accession.joining import (
    ANSWERS,
    CODE,
    OTHER,
    OWN,
    PATH,
    STANDARD,
    as_each,
    begin,
    codes_of,
    fill,
    hidden,
    make_town,
    post,
    prepare_offer,
    save,
    state_of,
)
from tests.integration.accession.world import NOW, OPGROEIEN, WINGENE, World, signed_in, token_on
from tests.unit.agreements.documents.test_inspection import a_decision


@pytest.fixture
def town(database: Database) -> World:
    return make_town(database)


def test_a_draft_begins_with_what_the_register_knows_of_the_body(town: World) -> None:
    with signed_in(town.application(), "wim") as client:
        assert begin(client) == f"{PATH}/gegevens"
        page = client.get(f"{PATH}/gegevens").text
    assert "Gemeente Wingene" in page
    with town.database.transaction() as connection:
        party = text_in_preparation(connection, CODE).party("lokaal-bestuur")
    assert party is not None
    assert (party.name, party.body, party.nis) == ("Gemeente Wingene", WINGENE, "37021")
    assert party.kbo
    assert state_of(town) == "draft"


def test_the_whole_way_from_an_offer_to_force_in_one_day(town: World) -> None:
    app = town.application()
    prepare_offer(app)
    with as_each(app, "wim", "dirk", "carine", "odette", "karen") as (wim, dirk, carine, odette, karen):
        begin(wim)
        fill(wim, files={f"{OWN}.decision.sha256": ("Besluit van Jan.pdf", a_decision(), "application/pdf")})
        overview = wim.get(f"{PATH}/overzicht").text
        assert "De tekst is volledig" in overview
        post(wim, f"{PATH}/overzicht", {})
        assert state_of(town) == "completed"
        for adviser in (dirk, odette):
            page = adviser.get(f"/overeenkomsten/{CODE}/advies").text
            data = {"_sleutel": hidden(page, "_sleutel"), "versie": hidden(page, "versie"), "oordeel": "favourable"}
            assert "Uw advies is bewaard" in adviser.post(f"/overeenkomsten/{CODE}/advies", data=data).text
        assert state_of(town) == "advised"
        post(wim, f"/overeenkomsten/{CODE}/stap/aanbieden", {"bevestigd": "ja"})
        for signer in (carine, karen):
            page = signer.get(f"/overeenkomsten/{CODE}/ondertekenen").text
            data = {"_sleutel": hidden(page, "_sleutel"), "tekst": hidden(page, "tekst")}
            done = signer.post(f"/overeenkomsten/{CODE}/ondertekenen/demo", data=data)
            assert "Uw handtekening is nagekeken en telt" in done.text, done.text
        assert state_of(town) == "signed"
        done = post(wim, f"/overeenkomsten/{CODE}/stap/bekendmaken", {"bevestigd": "ja"})
        assert "De overeenkomst is bekendgemaakt" in done.text
    assert state_of(town) == "in_force"
    with town.database.transaction() as connection:
        papers = documents_of(connection, CODE)
    assert sorted({one.code for one in papers}) == ["beslissing", "ondertekend"]


def test_an_offer_that_was_made_to_the_body_is_answered_by_the_draft(town: World) -> None:
    with town.database.transaction() as connection:
        offer_standard(connection, standard=STANDARD, party=OPGROEIEN, to=[WINGENE], by="oscar", at=NOW)
    with signed_in(town.application(), "wim") as client:
        assert "aan uw bestuur aangeboden" in client.get("/toetreden").text
        begin(client)
    with town.database.transaction() as connection:
        assert list_offers(connection, party=WINGENE) == ()
        assert [one.agreement for one in list_offers(connection, party=WINGENE, only_open=False)] == [CODE]


def test_the_same_click_opens_one_draft(town: World) -> None:
    with signed_in(town.application(), "wim") as client:
        page = client.get("/toetreden").text
        data = {"_sleutel": hidden(page, "_sleutel"), "standaard": STANDARD, "kenmerk": hidden(page, "kenmerk")}
        for _ in range(2):
            assert client.post("/toetreden", data=data).url.path == f"{PATH}/gegevens"
    assert codes_of(town) == [CODE]


def test_two_people_who_change_different_fields_both_keep_their_words(town: World) -> None:
    with as_each(town.application(), "wim", "wanda") as (wim, wanda):
        begin(wim)
        seen = hidden(wim.get(f"{PATH}/gebruik").text, "versie")
        first = {f"{OWN}.own_use": "Geschreven door Wim.", f"{OWN}.financial_scenario": ""}
        second = {f"{OWN}.own_use": "", f"{OWN}.financial_scenario": "Geschreven door Wanda."}
        assert save(wim, "gebruik", first, seen=seen).status_code == 200
        assert save(wanda, "gebruik", second, seen=seen).status_code == 200
        page = wim.get(f"{PATH}/gebruik").text
    assert "Geschreven door Wim." in page
    assert "Geschreven door Wanda." in page


def test_a_save_on_an_older_version_is_refused_for_the_changed_fields_only(town: World) -> None:
    with as_each(town.application(), "wim", "wanda") as (wim, wanda):
        begin(wim)
        seen = hidden(wim.get(f"{PATH}/gebruik").text, "versie")
        save(wim, "gebruik", {f"{OWN}.own_use": "De woorden van Wim."}, seen=seen)
        mine = {f"{OWN}.own_use": "De woorden van Wanda.", f"{OWN}.financial_scenario": "Honderd euro per kind."}
        answer = save(wanda, "gebruik", mine, seen=seen)
        assert answer.status_code == 409
        assert "De woorden van Wim." in answer.text
        assert "De woorden van Wanda." in answer.text
        assert "Wim Officier" in answer.text
        kept = wim.get(f"{PATH}/gebruik").text
        assert "De woorden van Wim." in kept
        assert "De woorden van Wanda." not in kept
        assert "Honderd euro per kind." in kept
        again = save(wanda, "gebruik", mine, seen=hidden(answer.text, "versie"))
        assert again.status_code == 200
        assert "De woorden van Wanda." in wim.get(f"{PATH}/gebruik").text


@pytest.mark.parametrize(
    ("step", "field", "value", "says"),
    [
        ("beperken", "legs.answer.items", ["child-insz", "income"], "artikel 8, §1"),
        ("beperken", "legs.answer.channels", ["web", "paper"], "nooit meer"),
        ("beperken", "legs.answer.age.to", "40", "standaardovereenkomst"),
        ("beperken", "legs.answer.retention_days", "veel", "heel getal"),
        ("beperken", "term.in_force_from", "morgen", "geen dag"),
        ("beperken", "term.until", "2020-01-01", "("),
        ("bewijsstukken", f"{OWN}.dpo.email", "geen adres", "e-mailadres"),
        ("bewijsstukken", f"{OWN}.processors", "Drukkerij zonder werk", "puntkomma"),
        ("gebruik", f"{OWN}.own_use", "Over 10.72.15-001.01 dus.", "rijksregisternummer"),
        ("gebruik", f"{OWN}.own_use", "x" * 20_001, "Maak dit korter"),
    ],
)
def test_what_cannot_stand_is_refused_beside_its_field_and_nothing_is_lost(
    town: World, step: str, field: str, value: object, says: str
) -> None:
    with signed_in(town.application(), "wim") as client:
        begin(client)
        fill(client, "beperken")
        with town.database.transaction() as connection:
            before = read_sheet(connection, f"draft:{CODE}").answers[field]
        other = f"{OWN}.financial_scenario" if step == "gebruik" else f"{OWN}.citizen_information"
        data = dict(ANSWERS[step]) | {field: value}
        answer = save(client, step, data)
        assert answer.status_code == 422
        error = answer.text.split(f'id="{field}-error"', 1)[1].split("</p>", 1)[0]
        assert says in error
        if isinstance(value, str):
            assert value[:200] in answer.text.replace("&#39;", "'")
        with town.database.transaction() as connection:
            answers = read_sheet(connection, f"draft:{CODE}").answers
        assert answers[field] == before
        if step != "beperken":
            assert answers[other] == ANSWERS[step][other]


def test_a_changed_hidden_field_gives_nobody_a_field_of_another_party(town: World) -> None:
    with signed_in(town.application(), "wim") as client:
        begin(client)
        hostile = {
            f"{OTHER}.processors": "Boef; leest mee",
            "legal_grounds.decreet-mededeling.article": "artikel 1",
            f"{OWN}.body": "gemeente-aalter",
            f"{OWN}.nis": "11002",
            f"{OWN}.name": "Gemeente Antwerpen",
            "versie": "999999",
            "agreement": "andere",
        }
        save(client, "gebruik", {**ANSWERS["gebruik"], **hostile})
        save(client, "gegevens", {**ANSWERS["gegevens"], **hostile})
    with town.database.transaction() as connection:
        text = text_in_preparation(connection, CODE)
        answers = read_sheet(connection, f"draft:{CODE}").answers
    joiner = text.party("lokaal-bestuur")
    assert joiner is not None
    assert (joiner.body, joiner.name, joiner.nis) == (WINGENE, "Gemeente Wingene", "37021")
    assert not answers.get(f"{OTHER}.processors")
    assert not answers.get("legal_grounds.decreet-mededeling.article")


@pytest.mark.parametrize("person", ["anke", "arne"])
@pytest.mark.parametrize("tail", ["", "/overzicht", "/gegevens", "/bewijsstukken", "/weggooien"])
def test_to_a_stranger_a_draft_looks_like_nothing(town: World, person: str, tail: str) -> None:
    app = town.application()
    with signed_in(app, "wim") as client:
        begin(client)
    with signed_in(app, person) as client:
        there, nowhere = client.get(f"{PATH}{tail}"), client.get(f"/toetreden/bestaat-niet{tail}")
        # Only who may throw a draft away learns that a draft of others is not there either.
        assert there.status_code == nowhere.status_code
        assert there.status_code in (403, 404)
        assert there.text.replace(CODE, "") == nowhere.text.replace("bestaat-niet", "")
        assert CODE not in client.get("/toetreden").text
        token = token_on(client, "/start")
        sent = client.post(f"{PATH}/gebruik", data={"_sleutel": token, "versie": "1", f"{OWN}.own_use": "Van mij."})
        assert sent.status_code == 404


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"GIF89a geen document", "geen PDF"),
        (b"%PDF-1.7 maar kapot", "beschadigd"),
        (b"%PDF-1.7\n" + b"0" * (21 * 1024 * 1024), "groter dan 20 MB"),
    ],
    ids=["no-pdf", "broken", "21-megabytes"],
)
def test_a_wrong_document_is_refused_and_the_answers_beside_it_stay(town: World, content: bytes, says: str) -> None:
    with signed_in(town.application(), "wim") as client:
        begin(client)
        files = {f"{OWN}.decision.sha256": ("besluit.pdf", content, "application/pdf")}
        answer = save(client, "bewijsstukken", ANSWERS["bewijsstukken"], files=files)
        assert answer.status_code == 422
        assert says in answer.text
    with town.database.transaction() as connection:
        assert documents_of(connection, CODE) == ()
        answers = read_sheet(connection, f"draft:{CODE}").answers
    assert answers[f"{OWN}.decision.authority"] == ANSWERS["bewijsstukken"][f"{OWN}.decision.authority"]


def test_a_decision_is_in_the_text_by_its_hash(town: World) -> None:
    with signed_in(town.application(), "wim") as client:
        begin(client)
        pdf = a_decision()
        fill(client, "bewijsstukken", files={f"{OWN}.decision.sha256": ("besluit.pdf", pdf, "application/pdf")})
        with town.database.transaction() as connection:
            party = text_in_preparation(connection, CODE).party("lokaal-bestuur")
        assert party is not None
        assert party.decision is not None
        assert client.get(f"/overeenkomsten/{CODE}/documenten/{party.decision.sha256}.pdf").content == pdf
        assert party.processors is not None
        assert [one.name for one in party.processors] == ["Drukkerij Voorbeeld"]


def test_what_is_missing_names_who_must_act(town: World) -> None:
    with signed_in(town.application(), "wim") as client:
        begin(client)
        page = client.get(f"{PATH}/overzicht").text
        rows = page.split('id="ontbreekt"')[1].split("</table>")[0]
        assert f'href="{PATH}/gebruik#{OWN}.own_use"' in rows
        assert "Opgroeien regie: dossierbehandelaar" in rows
        assert "Gemeente Wingene: functionaris voor gegevensbescherming" in rows
        assert "De tekst is klaar" not in page
        refused = post(client, f"{PATH}/overzicht", {}, on="/toetreden")
        assert refused.status_code == 422
    assert state_of(town) == "draft"


def test_a_draft_is_discarded_and_the_next_one_begins_with_the_standing_answers(town: World) -> None:
    with signed_in(town.application(), "wim") as client:
        begin(client)
        fill(client, "gegevens")
        post(client, f"{PATH}/weggooien", {})
        assert state_of(town) == "revoked"
        assert client.get(f"{PATH}/overzicht").status_code == 404
        assert begin(client) == f"/toetreden/{STANDARD}-{WINGENE}-2/gegevens"
        assert "Oude Bruggestraat 13" in client.get(f"/toetreden/{STANDARD}-{WINGENE}-2/gegevens").text


def test_a_text_that_is_complete_is_opened_again_only_when_asked(town: World) -> None:
    app = town.application()
    prepare_offer(app)
    with signed_in(app, "wim") as client:
        begin(client)
        fill(client)
        post(client, f"{PATH}/overzicht", {})
        assert state_of(town) == "completed"
        changed = dict(ANSWERS["gebruik"]) | {f"{OWN}.own_use": "Toch anders."}
        assert save(client, "gebruik", changed).status_code == 422
        assert state_of(town) == "completed"
        assert save(client, "gebruik", changed | {"heropen": "ja"}).status_code == 200
    assert state_of(town) == "draft"


def test_the_party_that_offers_fills_in_its_own_part_of_a_draft(town: World) -> None:
    app = town.application()
    with as_each(app, "wim", "oscar") as (wim, oscar):
        begin(wim)
        page = oscar.get(f"{PATH}/gebruik").text
        assert "legal_grounds.decreet-mededeling.article" in page
        assert f"{OWN}.own_use" not in page
        ours = {"legal_grounds.decreet-mededeling.article": "artikel 5 (fictief)", f"{OWN}.own_use": "Van ons."}
        sent = save(oscar, "gebruik", ours)
        assert sent.status_code == 200
    with town.database.transaction() as connection:
        text = text_in_preparation(connection, CODE)
    assert json.loads(text.model_dump_json())["legal_grounds"][1]["article"] == "artikel 5 (fictief)"
    joiner = text.party("lokaal-bestuur")
    assert joiner is not None
    assert joiner.own_use is None


def test_every_answer_is_kept_for_good(town: World) -> None:
    with signed_in(town.application(), "wim") as client:
        begin(client)
        for words in ("Eerste woorden.", "Tweede woorden."):
            save(client, "gebruik", {f"{OWN}.own_use": words})
    with town.database.transaction() as connection:
        draft = find_draft(connection, CODE)
        assert draft is not None
        rows = connection.execute(
            "SELECT value FROM accession_answer WHERE sheet = %s AND field = %s ORDER BY version",
            (draft.sheet, f"{OWN}.own_use"),
        ).fetchall()
    assert [row[0] for row in rows] == ["", "Eerste woorden.", "Tweede woorden."]
