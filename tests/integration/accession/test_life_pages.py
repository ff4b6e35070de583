"""The life of an agreement on its pages: each step with its right, asked and confirmed, and never by a stranger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO

import httpx
import pytest
from fastapi import FastAPI
from pyhanko.pdf_utils.reader import PdfFileReader

from sluis.agreements import lifestore
from sluis.agreements.actions import Done, draft_agreement
from sluis.agreements.store import events
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.ledger.receipt import check_receipt
from tests.integration.accession.joining import hidden, post, state_of
from tests.integration.accession.world import NOW, OPGROEIEN, WINGENE, World, signed_in, token_on
from tests.unit.agreements.documents.test_inspection import a_decision
from tests.unit.agreements.samples import an_agreement

WHY = "Een fout in de lijst van vandaag."


def step(client: httpx.Client, agreement: str, name: str, data: Mapping[str, str]) -> httpx.Response:
    """Take a step as a person does: ask, give the reason, confirm."""
    path = f"/overeenkomsten/{agreement}/stap/{name}"
    asked = post(client, path, data)
    assert asked.status_code == 200, asked.text
    return client.post(path, data={"_sleutel": hidden(asked.text, "_sleutel"), **data, "bevestigd": "ja"})


def more_people(world: World) -> FastAPI:
    with world.database.transaction() as connection:
        for actor, party, role in (
            ("dirk", WINGENE, "dpo"),
            ("karen", OPGROEIEN, "signatory"),
            ("ine", OPGROEIEN, "officer"),
        ):
            insert_actor(connection, Actor(actor, "person", actor.title(), None))
            insert_role(connection, RoleGrant(actor, party, role, NOW.date(), None, "beheer", "proef"))
    return world.application()


def test_a_suspension_shuts_the_gate_and_only_its_own_party_lifts_it(world: World, agreement: Done) -> None:
    app = more_people(world)
    with signed_in(app, "an") as an, signed_in(app, "karen") as karen:
        page = an.get(f"/overeenkomsten/{agreement.agreement}/stap/schorsen").text
        assert "meteen geweigerd" in page
        done = step(an, agreement.agreement, "schorsen", {"reden": WHY})
        assert "De overeenkomst is geschorst" in done.text
        assert WHY in done.text
        assert state_of(world, agreement.agreement) == "suspended"
        assert "/stap/hervatten" in done.text
        assert "/stap/hervatten" not in karen.get(f"/overeenkomsten/{agreement.agreement}").text
        refused = karen.post(
            f"/overeenkomsten/{agreement.agreement}/stap/hervatten",
            data={"_sleutel": token_on(karen, "/start"), "reden": WHY, "bevestigd": "ja"},
        )
        assert refused.status_code == 422
        assert state_of(world, agreement.agreement) == "suspended"
        step(an, agreement.agreement, "hervatten", {"reden": "De fout is hersteld."})
    assert state_of(world, agreement.agreement) == "in_force"


def test_notice_says_the_last_day_before_it_is_given(world: World, agreement: Done) -> None:
    with signed_in(world.application(), "an") as client:
        page = client.get(f"/overeenkomsten/{agreement.agreement}/stap/opzeggen").text
        assert "2 juni 2026" in page
        done = step(client, agreement.agreement, "opzeggen", {"reden": WHY}).text
        assert "2 juni 2026" in done
    assert state_of(world, agreement.agreement) == "notice"


@pytest.mark.parametrize(("cause", "code"), [("purpose-reached", "end"), ("breach", "end_breach")])
def test_an_end_names_its_reason_and_clause(world: World, agreement: Done, cause: str, code: str) -> None:
    with signed_in(world.application(), "an") as client:
        nothing = post(
            client, f"/overeenkomsten/{agreement.agreement}/stap/beeindigen", {"reden": WHY, "bevestigd": "ja"}
        )
        assert nothing.status_code == 422
        assert "Kies waarom" in nothing.text
        done = step(client, agreement.agreement, "beeindigen", {"reden": WHY, "oorzaak": cause})
        assert "De overeenkomst is beëindigd" in done.text
    with world.database.transaction() as connection:
        last = events(connection, agreement.agreement)[-1]
    assert (last.event, last.reason) == (code, WHY)
    assert last.clause is not None


@pytest.mark.parametrize("name", ["schorsen", "opzeggen", "beeindigen", "aanbieden", "bekendmaken", "bestaat-niet"])
def test_a_step_is_for_who_has_its_role_and_for_nobody_else(world: World, agreement: Done, name: str) -> None:
    app, path = more_people(world), f"/overeenkomsten/{agreement.agreement}/stap/{name}"
    for person in ("noor", "dirk", "els", "vera", "amina"):
        with signed_in(app, person) as client:
            data = {"_sleutel": token_on(client, "/start"), "reden": WHY, "oorzaak": "breach", "bevestigd": "ja"}
            assert client.post(path, data=data).status_code in (403, 404, 422), person
    assert state_of(world, agreement.agreement) == "in_force"


def test_a_step_without_the_form_of_this_session_does_nothing(world: World, agreement: Done) -> None:
    with signed_in(world.application(), "an") as client:
        path = f"/overeenkomsten/{agreement.agreement}/stap/schorsen"
        assert client.post(path, data={"reden": WHY, "bevestigd": "ja"}).status_code == 403
    assert state_of(world, agreement.agreement) == "in_force"


def a_completed_draft(world: World) -> str:
    text = an_agreement().model_copy(update={"id": "ontwerp", "advices": ()})
    with world.database.transaction() as connection:
        draft_agreement(connection, agreement=text, party=WINGENE, by="noor", at=NOW)
    with signed_in(world.application(), "noor") as client:
        post(client, "/overeenkomsten/ontwerp/stap/volledig", {"bevestigd": "ja"})
    return "ontwerp"


def test_an_advice_is_on_the_exact_version_that_was_read(world: World) -> None:
    app, code = more_people(world), a_completed_draft(world)
    path = f"/overeenkomsten/{code}/advies"
    with signed_in(app, "dirk") as client:
        page = client.get(path).text
        token = hidden(page, "_sleutel")
        stale = client.post(path, data={"_sleutel": token, "versie": "0" * 64, "oordeel": "favourable"})
        assert stale.status_code == 422
        assert "andere versie" in stale.text
        silent = client.post(
            path, data={"_sleutel": token, "versie": hidden(page, "versie"), "oordeel": "unfavourable"}
        )
        assert silent.status_code == 422
        assert "zegt waarom" in silent.text
        given = {"versie": hidden(page, "versie"), "oordeel": "with-remarks", "opmerkingen": "Bewaar korter."}
        done = client.post(path, data={"_sleutel": token, **given})
        assert "Uw advies is bewaard" in done.text
        assert "Bewaar korter." in done.text
    with world.database.transaction() as connection:
        assert [(one.party, one.verdict) for one in lifestore.advices(connection, code)] == [(WINGENE, "with-remarks")]
    for person in ("noor", "an"):
        with signed_in(app, person) as client:
            assert client.get(path).status_code == 403


@pytest.mark.parametrize("content", [b"", b"geen pdf", a_decision()], ids=["empty", "no-pdf", "another-document"])
def test_a_wrong_signed_pdf_is_told_in_words_and_changes_nothing(world: World, content: bytes) -> None:
    app, code = more_people(world), a_completed_draft(world)
    path = f"/overeenkomsten/{code}/ondertekenen"
    with world.database.transaction() as connection:
        before = len(events(connection, code))
    with signed_in(app, "an") as client:
        answer = post(client, path, {}, files={"pdf": ("getekend.pdf", content, "application/pdf")})
    assert answer.status_code == 422
    assert "Kies de ondertekende PDF" in answer.text or "telt niet als ondertekend" in answer.text
    with world.database.transaction() as connection:
        assert len(events(connection, code)) == before


def test_the_test_certificate_signs_for_the_named_signatory_only(world: World) -> None:
    app, code = more_people(world), a_completed_draft(world)
    path = f"/overeenkomsten/{code}/ondertekenen"
    with signed_in(app, "karen") as client:
        page = client.get(path).text
        data = {"_sleutel": hidden(page, "_sleutel"), "tekst": hidden(page, "tekst")}
        refused = client.post(f"{path}/demo", data=data)
        assert refused.status_code == 422
        assert "niet de ondertekenaar" in refused.text
        stale = client.post(f"{path}/demo", data=data | {"tekst": "0" * 64})
        assert "intussen gewijzigd" in stale.text
    with world.database.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM trust_change").fetchone() == (0,)


def test_outside_the_demo_there_is_no_test_certificate(world: World) -> None:
    app, code = more_people(world), a_completed_draft(world)
    with signed_in(app, "an") as client:
        page = client.get(f"/overeenkomsten/{code}/ondertekenen").text
        data = {"_sleutel": hidden(page, "_sleutel"), "tekst": hidden(page, "tekst")}
        kit = app.state.page_kit
        app.state.page_kit = replace(kit, settings=kit.settings.model_copy(update={"environment": "production"}))
        session = {"cookie": f"__Host-sluis_sessie={client.cookies['sluis_sessie']}"}
        client.cookies.clear()
        there = client.get(f"/overeenkomsten/{code}/ondertekenen", headers=session)
        assert there.status_code == 200
        assert "testcertificaat" not in there.text
        assert client.post(f"/overeenkomsten/{code}/ondertekenen/demo", data=data, headers=session).status_code == 404
    with world.database.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM trust_change").fetchone() == (0,)


@pytest.mark.parametrize("language", ["nl", "fr", "en", "de"])
def test_the_text_is_there_as_pdf_in_four_languages(world: World, agreement: Done, language: str) -> None:
    with signed_in(world.application(), "noor") as client:
        answer = client.get(f"/overeenkomsten/{agreement.agreement}/tekst-{language}.pdf")
        assert client.get(f"/overeenkomsten/{agreement.agreement}/tekst-es.pdf").status_code == 404
        unknown = f"/overeenkomsten/{agreement.agreement}/tekst-nl.pdf?versie={'0' * 64}"
        assert client.get(unknown).status_code == 404
    assert answer.headers["content-type"] == "application/pdf"
    reader = PdfFileReader(BytesIO(answer.content))
    assert str(reader.root["/Lang"]).startswith(language)


def test_a_party_takes_its_own_signed_receipt_home(world: World, agreement: Done) -> None:
    with signed_in(world.application(), "an") as client:
        step(client, agreement.agreement, "schorsen", {"reden": WHY})
        world.sequence()
        page = client.get(f"/overeenkomsten/{agreement.agreement}").text
        links = [part.split('"', 1)[0] for part in page.split('href="')[1:] if "/bewijs/" in part.split('"', 1)[0]]
        receipt = client.get(links[0]).content
    checked = check_receipt(receipt, world.signer.verifier)
    assert checked.recorded.entry.kind == "agreement-suspended"
    assert json.loads(receipt)
    with signed_in(world.application(), "els") as client:
        assert client.get(links[0]).status_code == 404
    with signed_in(world.application(), "vera") as client:
        assert client.get(links[0]).status_code == 404


def test_papers_of_an_agreement_look_like_nothing_to_a_stranger(world: World, agreement: Done) -> None:
    with signed_in(world.application(), "els") as client:
        for tail in (
            "/tekst-nl.pdf",
            f"/documenten/{'0' * 64}.pdf",
            f"/versies/{agreement.text_hash}",
            "/verschillen",
            "/wijzigen",
            "/ondertekenen",
            "/stap/schorsen",
        ):
            there = client.get(f"/overeenkomsten/{agreement.agreement}{tail}")
            nowhere = client.get(f"/overeenkomsten/bestaat-niet{tail}")
            assert there.status_code == nowhere.status_code == 404, tail
            assert there.text.replace(agreement.agreement, "") == nowhere.text.replace("bestaat-niet", "")


def test_an_amendment_leaves_the_text_of_now_in_force_and_readable(world: World, agreement: Done) -> None:
    app, code = more_people(world), agreement.agreement
    with signed_in(app, "noor") as client:
        page = post(client, f"/overeenkomsten/{code}/wijzigen", {"reden": "Een jaar langer."})
        assert page.url.path == f"/toetreden/{code}/beperken", page.text
        form = client.get(f"/toetreden/{code}/beperken").text
        data = {"_sleutel": hidden(form, "_sleutel"), "versie": hidden(form, "versie"), "term.until": "2027-06-30"}
        boxes = {
            "legs.answer.items": ["child-insz", "right-since", "beneficiary-insz"],
            "legs.answer.channels": ["web", "sftp", "encrypted-mail", "command-line", "api"],
            "legs.request.channels": ["web", "sftp", "encrypted-mail", "command-line", "api"],
        }
        sent = client.post(f"/toetreden/{code}/beperken", data={**data, **boxes})
        assert sent.status_code == 200, sent.text
        assert state_of(world, code) == "in_force"
        shown = client.get(f"/overeenkomsten/{code}").text
        assert "nieuwe versie in voorbereiding" in shown
        link = shown.split(f"/overeenkomsten/{code}/versies/", 1)[1].split('"', 1)[0]
        assert link != agreement.text_hash
        version = client.get(f"/overeenkomsten/{code}/versies/{link}").text
        assert "2027-06-30" in version.split("<ins>", 1)[1]
    with signed_in(app, "an") as client:
        step(client, code, "wijziging-terugtrekken", {"reden": "Toch niet."})
    with world.database.transaction() as connection:
        assert lifestore.read_amendment(connection, code) is None
    assert state_of(world, code) == "in_force"
