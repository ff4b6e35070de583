"""The citizen's pages: everything about oneself, nothing about others, and a receipt that anyone can check."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from sluis.agreements.actions import Done, draft_agreement, revoke_agreement
from sluis.channels.commands.ledger import app as ledger_commands
from sluis.kernel.insz import Insz
from sluis.ledger.actions import erase_person
from sluis.ledger.entry import AgreementText, Entry
from sluis.ledger.receipt import check_receipt
from tests.integration.accession.world import (
    AMINA,
    BART,
    CHILD,
    NOW,
    OLD_AMINA,
    REFUSED,
    WINGENE,
    World,
    signed_in,
)
from tests.unit.agreements.samples import an_agreement


def _text(done: Done) -> AgreementText:
    return AgreementText(done.agreement, done.text_hash)


def _cards(page: str) -> list[str]:
    return [" ".join(card.split()) for card in page.split("<article")[1:]]


def test_a_citizen_who_was_told_about_sees_who_what_why_and_under_which_text(world: World, agreement: Done) -> None:
    world.write(subjects={"asked": [AMINA, BART], "released": [AMINA, CHILD]}, agreement=_text(agreement))
    with signed_in(world.application(), "amina") as client:
        cards = _cards(client.get("/mijn-gegevens").text)
    assert len(cards) == 1
    text = an_agreement()
    for said in (
        "Gemeente Wingene kreeg gegevens over u",
        "INSZ van het kind dat recht gaf op een sociale toeslag",
        "Datum vanaf wanneer het kind recht gaf",
        text.purposes[0].text.nl.strip(),
        f"/mijn-gegevens/tekst/{agreement.text_hash}",
        text.title.nl,
        "artikel 6, lid 1, e)",
        "dpo@wingene.example",
        "dpo@opgroeien.example",
        text.rights.supervisor,
    ):
        assert said in cards[0], said


def test_being_asked_about_only_is_told_apart_from_being_told_about(world: World, agreement: Done) -> None:
    world.write(subjects={"asked": [AMINA, BART], "released": [AMINA]}, agreement=_text(agreement))
    app = world.application()
    with signed_in(app, "amina") as client:
        told = client.get("/mijn-gegevens").text
    with signed_in(app, "bart") as client:
        asked = client.get("/mijn-gegevens").text
    assert "Er werd naar u gevraagd en er werd iets meegedeeld." in told
    assert "Er werd niets over u meegedeeld." in asked
    assert "Wat werd gevraagd" in asked
    assert "kreeg gegevens over u" not in asked


def test_a_beneficiary_who_was_not_asked_about_sees_only_the_beneficiarys_items(world: World, agreement: Done) -> None:
    world.write(subjects={"asked": [CHILD], "released": [CHILD, BART]}, agreement=_text(agreement))
    with signed_in(world.application(), "bart") as client:
        card = _cards(client.get("/mijn-gegevens").text)[0]
    assert "wel naar iemand die bij u hoort" in card
    assert "INSZ van de begunstigde" in card
    assert "INSZ van het kind" not in card


def test_a_refused_request_is_shown_as_asked_and_refused(world: World, agreement: Done) -> None:
    world.write(
        subjects={"asked": [AMINA]}, outcome="refused", kind="refusal", grounds=REFUSED, agreement=_text(agreement)
    )
    with signed_in(world.application(), "amina") as client:
        card = _cards(client.get("/mijn-gegevens").text)[0]
    assert "gevraagd en geweigerd" in card
    assert "De overeenkomst was niet van kracht." in card
    assert "Wat werd gevraagd" in card


def test_a_citizen_sees_nothing_about_others(world: World, agreement: Done) -> None:
    world.write(subjects={"asked": [CHILD, BART], "released": [CHILD]}, agreement=_text(agreement))
    with signed_in(world.application(), "amina") as client:
        page = client.get("/mijn-gegevens").text
    assert _cards(page) == []
    assert "Niemand vroeg iets over u" in page


def test_entries_under_an_old_number_are_found_and_stand_once(world: World, agreement: Done) -> None:
    world.write(subjects={"asked": [OLD_AMINA]}, agreement=_text(agreement))
    world.write(subjects={"asked": [AMINA, OLD_AMINA], "released": [AMINA]}, agreement=_text(agreement))
    with signed_in(world.application(), "amina") as client:
        page = client.get("/mijn-gegevens").text
    assert len(_cards(page)) == 2
    assert "meegedeeld" in _cards(page)[0]


@pytest.mark.parametrize("number", [AMINA, OLD_AMINA])
def test_a_downloaded_receipt_proves_on_the_command_line_that_the_entry_is_about_its_owner(
    world: World, agreement: Done, tmp_path: Path, number: Insz
) -> None:
    entry = world.write(subjects={"asked": [number, BART, CHILD], "released": [number]}, agreement=_text(agreement))
    world.sequence()
    with signed_in(world.application(), "amina") as client:
        assert f"/mijn-gegevens/{entry}/ontvangstbewijs.json" in client.get("/mijn-gegevens").text
        answer = client.get(f"/mijn-gegevens/{entry}/ontvangstbewijs.json")
        key = client.get("/grootboek/sleutel.txt").text
    file, key_file = tmp_path / "ontvangstbewijs.json", tmp_path / "sleutel.txt"
    file.write_bytes(answer.content)
    key_file.write_text(key)
    told = CliRunner().invoke(ledger_commands, ["verify-receipt", str(file), "--key", str(key_file)])
    assert told.exit_code == 0, told.output
    assert set(check_receipt(answer.content, world.signer.verifier).groups) == {"asked", "released"}
    assert number.encode() not in answer.content


def test_no_receipt_is_given_of_an_entry_about_others_or_of_none(world: World, agreement: Done) -> None:
    others = world.write(subjects={"asked": [BART, CHILD]}, agreement=_text(agreement))
    world.sequence()
    waiting = world.write(subjects={"asked": [BART]}, agreement=_text(agreement))
    unknown, beyond_time = uuid4(), UUID(int=(1 << 128) - 1)
    with signed_in(world.application(), "amina") as client:
        answers = {
            entry: client.get(f"/mijn-gegevens/{entry}/ontvangstbewijs.json")
            for entry in (others, waiting, unknown, beyond_time)
        }
        odd = client.get("/mijn-gegevens/geen-nummer/ontvangstbewijs.json")
    assert {answer.status_code for answer in answers.values()} == {404}
    assert odd.status_code == 404
    assert len({answer.text.replace(str(entry), "") for entry, answer in answers.items()}) == 1


def test_an_own_entry_that_waits_says_when_its_receipt_comes(world: World, agreement: Done) -> None:
    entry = world.write(subjects={"asked": [AMINA]}, agreement=_text(agreement))
    with signed_in(world.application(), "amina") as client:
        assert "Dit is net gebeurd." in client.get("/mijn-gegevens").text
        early = client.get(f"/mijn-gegevens/{entry}/ontvangstbewijs.json")
    assert early.status_code == 422
    assert "binnen enkele seconden" in early.text


def test_a_look_at_ones_own_data_leaves_no_entry(world: World, agreement: Done) -> None:
    entry = world.write(subjects={"asked": [AMINA]}, agreement=_text(agreement))
    world.sequence()
    with world.database.transaction() as connection:
        before = connection.execute("SELECT count(*) FROM ledger_entry").fetchone()
    with signed_in(world.application(), "amina") as client:
        client.get("/mijn-gegevens")
        client.get(f"/mijn-gegevens/{entry}/ontvangstbewijs.json")
    with world.database.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM ledger_entry").fetchone() == before


def test_no_number_stands_on_a_page_in_an_address_or_in_a_header(world: World, agreement: Done) -> None:
    world.write(subjects={"asked": [AMINA, OLD_AMINA]}, agreement=_text(agreement))
    world.sequence()
    with signed_in(world.application(), "amina") as client:
        answer = client.get("/mijn-gegevens")
        assert "eindigt op 01" in answer.text
        assert "eindigt op 97" in answer.text
        links = [link for link in re.findall(r'href="(/[^"#]*)"', answer.text) if "afmelden" not in link]
        for content in (answer.text, str(answer.headers), *(client.get(link).text for link in set(links))):
            digits = re.sub(r"[.\s-]", "", content)
            assert AMINA not in digits
            assert OLD_AMINA not in digits


def test_who_is_no_citizen_has_no_such_page(world: World) -> None:
    app = world.application()
    for person in ("noor", "vera"):
        with signed_in(app, person) as client:
            assert client.get("/mijn-gegevens").status_code == 403
            assert client.get(f"/mijn-gegevens/{uuid4()}/ontvangstbewijs.json").status_code == 403


def test_entries_come_in_pages_newest_first_and_none_is_lost(world: World, agreement: Done) -> None:
    written = [
        world.write(subjects={"asked": [OLD_AMINA if number % 3 else AMINA]}, agreement=_text(agreement))
        for number in range(45)
    ]
    world.sequence()
    seen: list[str] = []
    with signed_in(world.application(), "amina") as client:
        address: str | None = "/mijn-gegevens"
        while address:
            page = client.get(address).text
            seen += re.findall(r'<article class="card" aria-labelledby="t-([0-9a-f-]+)"', page)
            older = re.search(r'class="button secondary" href="(/mijn-gegevens\?voor=[^"]*)"', page)
            address = older.group(1) if older else None
    assert [UUID(one) for one in seen] == list(reversed(written))


@pytest.mark.parametrize(
    "cursor", ["geen-nummer", "01970000-0000-7000-8000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]
)
def test_a_cursor_that_is_none_is_no_page(world: World, cursor: str) -> None:
    world.write(subjects={"asked": [AMINA]})
    with signed_in(world.application(), "amina") as client:
        assert client.get("/mijn-gegevens", params={"voor": cursor}).status_code == 404


def test_the_words_are_those_of_the_text_that_was_in_force_then(world: World, agreement: Done) -> None:
    world.write(subjects={"asked": [AMINA]}, agreement=_text(agreement))
    text = an_agreement()
    purpose = text.purposes[0]
    renamed = purpose.model_copy(update={"text": purpose.text.model_copy(update={"nl": "Een heel ander doel."})})
    with world.database.transaction() as connection:
        later = text.model_copy(update={"id": "latere-tekst", "purposes": (renamed,), "advices": ()})
        draft_agreement(connection, agreement=later, party=WINGENE, by="an", at=NOW)
    with signed_in(world.application(), "amina") as client:
        card = _cards(client.get("/mijn-gegevens").text)[0]
    assert purpose.text.nl.strip() in card
    assert "Een heel ander doel." not in card


def test_a_text_that_was_never_made_known_stays_closed(world: World, agreement: Done) -> None:
    draft = an_agreement().model_copy(update={"id": "ontwerp", "advices": ()})
    with world.database.transaction() as connection:
        done = draft_agreement(connection, agreement=draft, party=WINGENE, by="an", at=NOW)
    world.write(subjects={"asked": [AMINA]}, outcome="refused", kind="refusal", grounds=REFUSED, agreement=_text(done))
    app = world.application()
    with signed_in(app, "amina") as client:
        card = _cards(client.get("/mijn-gegevens").text)[0]
    assert "Geen tekst die bekendgemaakt is." in card
    assert done.text_hash not in card
    with signed_in(app, None) as client:
        closed = [
            client.get(f"/mijn-gegevens/tekst/{digest}{tail}")
            for digest in (done.text_hash, "0" * 64, "onzin")
            for tail in ("", "/tekst.json")
        ]
        known = client.get(f"/mijn-gegevens/tekst/{agreement.text_hash}")
    assert {answer.status_code for answer in closed} == {404}
    assert known.status_code == 200


def test_a_published_text_is_readable_by_everyone_also_after_it_was_revoked(world: World, agreement: Done) -> None:
    with world.database.transaction() as connection:
        revoke_agreement(connection, agreement=agreement.agreement, party=WINGENE, by="an", at=NOW, reason="Gedaan.")
    with signed_in(world.application(), None) as client:
        page = client.get(f"/mijn-gegevens/tekst/{agreement.text_hash}").text
        canonical = client.get(f"/mijn-gegevens/tekst/{agreement.text_hash}/tekst.json").content
    assert "Deze tekst geldt niet meer" in page
    assert an_agreement().legs["answer"].items[0].justification in " ".join(page.split())
    assert hashlib.sha256(canonical).hexdigest() == agreement.text_hash


def test_a_person_who_was_erased_finds_an_empty_page(world: World, agreement: Done) -> None:
    entry = world.write(subjects={"asked": [AMINA, BART]}, agreement=_text(agreement))
    world.sequence()
    told = Entry(at=world.at, kind="person-erased", party=WINGENE, actor="an", correlation="wissen", outcome="done")
    with world.database.keeper() as keeper:
        erase_person(keeper, insz=AMINA, entry=told, secrets=world.secret)
    app = world.application()
    with signed_in(app, "amina") as client:
        assert _cards(client.get("/mijn-gegevens").text) == []
        assert client.get(f"/mijn-gegevens/{entry}/ontvangstbewijs.json").status_code == 404
    with signed_in(app, "bart") as client:
        assert len(_cards(client.get("/mijn-gegevens").text)) == 1


def test_an_entry_under_a_text_that_is_not_kept_here_is_still_told(world: World) -> None:
    world.write(subjects={"asked": [AMINA]}, agreement=AgreementText("elders", "a" * 64), party="onbekend-bestuur")
    with signed_in(world.application(), "amina") as client:
        card = _cards(client.get("/mijn-gegevens").text)[0]
    assert "onbekend-bestuur vroeg gegevens over u" in card


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_items_and_purposes_come_in_the_readers_language(world: World, agreement: Done, language: str) -> None:
    world.write(subjects={"asked": [AMINA], "released": [AMINA]}, agreement=_text(agreement))
    text = an_agreement()
    with signed_in(world.application(), "amina") as client:
        page = " ".join(client.get("/mijn-gegevens", params={"taal": language}).text.split()).replace("&#39;", "'")
    assert text.purposes[0].text.in_language(language).strip() in page
    assert text.legs["answer"].items[1].label.in_language(language) in page
    assert "kreeg gegevens over u" not in page
