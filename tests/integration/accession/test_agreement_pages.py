"""The pages of agreements: who reads what, the very text, and a revocation that takes effect."""

from __future__ import annotations

import hashlib
import json

import pytest
import yaml

from sluis.agreements.actions import Done, draft_agreement, revoke_agreement
from sluis.agreements.reading import read_agreement
from sluis.agreements.store import read_state
from sluis.agreements.text import hash_of
from sluis.gate.succession import stands_for
from tests.integration.accession.world import AALTER, AMINA, NOW, WINGENE, World, signed_in, token_on
from tests.unit.agreements.samples import an_agreement


def test_a_party_sees_its_agreements_and_another_party_sees_none(world: World, agreement: Done) -> None:
    app = world.application()
    with signed_in(app, "noor") as client:
        assert agreement.agreement in client.get("/overeenkomsten").text
    with signed_in(app, "els") as client:
        page = client.get("/overeenkomsten").text
        assert agreement.agreement not in page
        assert "Nog geen overeenkomsten" in page


@pytest.mark.parametrize("tail", ["", "/tekst.json", "/tekst.yaml"])
def test_to_a_stranger_an_agreement_looks_like_one_that_does_not_exist(
    world: World, agreement: Done, tail: str
) -> None:
    with signed_in(world.application(), "els") as client:
        other = client.get(f"/overeenkomsten/{agreement.agreement}{tail}")
        unknown = client.get(f"/overeenkomsten/bestaat-niet{tail}")
    assert other.status_code == unknown.status_code == 404
    assert other.text.replace(agreement.agreement, "") == unknown.text.replace("bestaat-niet", "")


def test_a_supervisor_reads_every_agreement_and_revokes_none(world: World, agreement: Done) -> None:
    with signed_in(world.application(), "vera") as client:
        assert agreement.agreement in client.get("/overeenkomsten").text
        page = client.get(f"/overeenkomsten/{agreement.agreement}")
        assert page.status_code == 200
        assert "/intrekken" not in page.text
        assert client.get(f"/overeenkomsten/{agreement.agreement}/intrekken").status_code == 403


def test_a_citizen_has_no_business_here(world: World, agreement: Done) -> None:
    with signed_in(world.application(), "amina") as client:
        assert client.get("/overeenkomsten").status_code == 403
        assert client.get(f"/overeenkomsten/{agreement.agreement}").status_code == 403


def test_who_is_not_signed_in_is_sent_to_the_door(world: World, agreement: Done) -> None:
    with signed_in(world.application(), None) as client:
        answer = client.get(f"/overeenkomsten/{agreement.agreement}", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/aanmelden")


def test_the_downloaded_text_is_the_text_that_was_signed(world: World, agreement: Done) -> None:
    with signed_in(world.application(), "noor") as client:
        canonical = client.get(f"/overeenkomsten/{agreement.agreement}/tekst.json").content
        written = client.get(f"/overeenkomsten/{agreement.agreement}/tekst.yaml").content
    assert hashlib.sha256(canonical).hexdigest() == agreement.text_hash
    assert yaml.safe_load(written) == json.loads(canonical)
    reading = read_agreement(written)
    assert reading.agreement is not None
    assert hash_of(reading.agreement) == agreement.text_hash


def test_the_page_tells_everything_that_the_text_holds(world: World, agreement: Done) -> None:
    text = an_agreement()
    with signed_in(world.application(), "noor") as client:
        page = " ".join(client.get(f"/overeenkomsten/{agreement.agreement}").text.split())
    for leg in text.legs.values():
        for item in leg.items:
            assert item.label.nl in page
            assert item.justification in page
    for point in text.open_points:
        assert point.text in page
    for party in text.parties:
        assert party.name
        assert party.name in page
    assert "bekendgemaakt" in page
    assert 'class="notice warning"' in page


def test_who_acted_is_named_to_colleagues_only(world: World, agreement: Done) -> None:
    app = world.application()
    with signed_in(app, "noor") as client:
        own = client.get(f"/overeenkomsten/{agreement.agreement}").text.split('id="geschiedenis"')[1]
    with signed_in(app, "tom") as client:
        other = client.get(f"/overeenkomsten/{agreement.agreement}").text.split('id="geschiedenis"')[1]
    assert "An Peeters" in own
    assert "An Peeters" not in other


def test_a_signatory_revokes_in_two_steps_and_the_agreement_is_revoked_at_once(world: World, agreement: Done) -> None:
    path = f"/overeenkomsten/{agreement.agreement}/intrekken"
    with signed_in(world.application(), "an") as client:
        token = token_on(client, path)
        asked = client.post(path, data={"_sleutel": token, "reden": "De beslissing is vernietigd."})
        with world.database.transaction() as connection:
            state = read_state(connection, agreement.agreement)
        assert state is not None
        assert state.state == "in_force"
        assert "De beslissing is vernietigd." in asked.text
        confirmed = {"_sleutel": token, "reden": "De beslissing is vernietigd.", "bevestigd": "ja"}
        done = client.post(path, data=confirmed)
        assert "De overeenkomst is ingetrokken" in done.text
        again = client.post(path, data=confirmed)
        assert again.status_code == 200
    with world.database.transaction() as connection:
        state = read_state(connection, agreement.agreement)
    assert state is not None
    assert state.state == "revoked"
    assert "De beslissing is vernietigd." in done.text.split('id="geschiedenis"')[1]


def test_only_a_signatory_of_a_party_revokes(world: World, agreement: Done) -> None:
    app = world.application()
    path = f"/overeenkomsten/{agreement.agreement}/intrekken"
    for person, status in (("noor", 403), ("tom", 403), ("vera", 403), ("els", 404)):
        with signed_in(app, person) as client:
            data = {"_sleutel": token_on(client, "/start"), "reden": "Omdat.", "bevestigd": "ja"}
            assert client.post(path, data=data).status_code == status
    with world.database.transaction() as connection:
        state = read_state(connection, agreement.agreement)
    assert state is not None
    assert state.state == "in_force"


def test_a_revocation_without_the_form_of_this_session_does_nothing(world: World, agreement: Done) -> None:
    path = f"/overeenkomsten/{agreement.agreement}/intrekken"
    with signed_in(world.application(), "an") as client:
        assert client.post(path, data={"reden": "Omdat.", "bevestigd": "ja"}).status_code == 403


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("", "Schrijf waarom"),
        ("   \n ", "Schrijf waarom"),
        ("x" * 1_001, "Maak de reden korter"),
        (f"Het gaat over {AMINA}.", "rijksregisternummer"),
        ("Het gaat over 10.72.15-001.01", "rijksregisternummer"),
    ],
)
def test_a_reason_that_cannot_stand_is_asked_again(world: World, agreement: Done, reason: str, says: str) -> None:
    path = f"/overeenkomsten/{agreement.agreement}/intrekken"
    with signed_in(world.application(), "an") as client:
        data = {"_sleutel": token_on(client, path), "reden": reason, "bevestigd": "ja"}
        answer = client.post(path, data=data)
    assert answer.status_code == 422
    assert says in answer.text
    with world.database.transaction() as connection:
        state = read_state(connection, agreement.agreement)
    assert state is not None
    assert state.state == "in_force"


def test_what_a_stranger_writes_as_a_reason_stays_text(world: World, agreement: Done) -> None:
    with world.database.transaction() as connection:
        revoke_agreement(
            connection,
            agreement=agreement.agreement,
            party=WINGENE,
            by="an",
            at=NOW,
            reason="<script>alert(1)</script>{{ 7 * 7 }} {reason}",
        )
    with signed_in(world.application(), "noor") as client:
        page = client.get(f"/overeenkomsten/{agreement.agreement}").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }} {reason}" in page


@pytest.mark.parametrize(("words", "found"), [("wingene toeslag", True), ("van KRACHT", True), ("aalter", False)])
def test_agreements_are_found_by_words(world: World, agreement: Done, words: str, found: bool) -> None:
    with signed_in(world.application(), "noor") as client:
        page = client.get("/overeenkomsten", params={"zoek": words}).text
    assert (agreement.agreement in page) is found


def test_a_search_for_a_number_is_not_repeated_anywhere(world: World) -> None:
    with signed_in(world.application(), "noor") as client:
        answer = client.get("/overeenkomsten", params={"zoek": str(AMINA)}, follow_redirects=False)
        assert answer.status_code == 303
        assert AMINA not in answer.headers["location"]
        assert "Zoek niet op een rijksregisternummer" in client.get(answer.headers["location"]).text


def test_many_agreements_come_in_pages(world: World) -> None:
    first = an_agreement()
    with world.database.transaction() as connection:
        for number in range(25):
            another = first.model_copy(update={"id": f"tekst-{number:02}", "advices": ()})
            draft_agreement(connection, agreement=another, party=WINGENE, by="an", at=NOW)
    with signed_in(world.application(), "noor") as client:
        pages = [client.get("/overeenkomsten", params={"pagina": number}).text for number in (1, 2, 99, -3)]
    assert [page.count('<section class="card">') for page in pages] == [20, 6, 6, 20]


def test_a_draft_says_what_is_missing_before_it_can_be_signed(world: World) -> None:
    draft = an_agreement().model_copy(update={"id": "ontwerp", "advices": ()})
    with world.database.transaction() as connection:
        draft_agreement(connection, agreement=draft, party=WINGENE, by="an", at=NOW)
    with signed_in(world.application(), "noor") as client:
        page = client.get("/overeenkomsten/ontwerp").text
    assert "Deze tekst kan nog niet ondertekend worden" in page
    assert "advies" in page


def test_an_agreement_outside_its_days_does_not_call_itself_in_force(world: World, agreement: Done) -> None:
    path = f"/overeenkomsten/{agreement.agreement}"
    with signed_in(world.application(), "noor") as client:
        assert "van kracht" in client.get(path).text.split('class="tags"')[1][:200]
    world.at = NOW.replace(year=2027)
    with signed_in(world.application(), "noor") as client:
        assert "looptijd voorbij" in client.get(path).text
    world.at = NOW.replace(month=1, day=11)
    with signed_in(world.application(), "noor") as client:
        assert "nog niet van kracht" in client.get(path).text


def test_the_agreements_of_an_absorbed_body_pass_to_its_successor() -> None:
    assert stands_for(WINGENE, NOW.date()) == (WINGENE, "gemeente-ruiselede")
    assert stands_for(AALTER, NOW.date()) == (AALTER,)


@pytest.mark.parametrize("language", ["nl", "fr", "en", "de"])
def test_the_pages_speak_the_readers_language(world: World, agreement: Done, language: str) -> None:
    titles = {"nl": "Overeenkomsten", "fr": "Accords", "en": "Agreements", "de": "Vereinbarungen"}
    with signed_in(world.application(), "noor") as client:
        assert f"<h1>{titles[language]}</h1>" in client.get("/overeenkomsten", params={"taal": language}).text
        page = client.get(f"/overeenkomsten/{agreement.agreement}", params={"taal": language}).text
    assert an_agreement().title.in_language(language) in page.replace("&#39;", "'")
