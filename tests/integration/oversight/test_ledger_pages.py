"""The pages of the ledger: own entries only, nobody named, and receipts that hold without us."""

from __future__ import annotations

import hashlib
import html
import json
import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from sluis.agreements.actions import Done
from sluis.channels.commands.ledger import app as ledger_commands
from sluis.ledger.entry import AgreementText, Recorded
from sluis.ledger.note import Verifier, open_checkpoint
from sluis.ledger.receipt import check_receipt
from sluis.oversight.store import read_page
from tests.integration.accession.world import (
    AALTER,
    AMINA,
    BART,
    CHILD,
    OPGROEIEN,
    REFUSED,
    WINGENE,
    World,
    signed_in,
)


def _text(done: Done) -> AgreementText:
    return AgreementText(done.agreement, done.text_hash)


def _ids(page: str) -> list[str]:
    return re.findall(r'href="/grootboek/([0-9a-f-]{36})"', page)


def test_a_party_reads_the_entries_in_which_it_acts_or_is_the_other_body(world: World, agreement: Done) -> None:
    ours = world.write(subjects={"asked": [AMINA]}, agreement=_text(agreement))
    theirs = world.write(subjects={}, party=AALTER, counterparty=None, actor="els")
    app = world.application()
    seen = {}
    for person in ("noor", "tom", "els", "vera"):
        with signed_in(app, person) as client:
            seen[person] = set(_ids(client.get("/grootboek").text))
    assert str(ours) in seen["noor"] & seen["tom"] & seen["vera"]
    assert str(theirs) not in seen["noor"] | seen["tom"]
    assert seen["els"] == {str(theirs)}
    assert str(theirs) in seen["vera"]


@pytest.mark.parametrize("tail", ["", "/ontvangstbewijs.json"])
def test_an_entry_of_others_looks_like_one_that_does_not_exist(world: World, agreement: Done, tail: str) -> None:
    ours = world.write(subjects={"asked": [AMINA]}, agreement=_text(agreement))
    world.sequence()
    strange = (
        uuid4(),
        UUID(int=0),
        UUID(int=(1 << 128) - 1),
        UUID("ffffffff-ffff-7fff-bfff-ffffffffffff"),
        "geen-nummer",
    )
    with signed_in(world.application(), "els") as client:
        answers = {entry: client.get(f"/grootboek/{entry}{tail}") for entry in (ours, *strange)}
    assert {answer.status_code for answer in answers.values()} == {404}
    assert len({answer.text.replace(str(entry), "") for entry, answer in answers.items()}) == 1


def test_a_citizen_does_not_read_the_ledger_of_a_body(world: World) -> None:
    with signed_in(world.application(), "amina") as client:
        assert client.get("/grootboek").status_code == 403


def test_an_entry_is_told_in_the_words_of_its_text_and_names_nobody(world: World, agreement: Done) -> None:
    entry = world.write(subjects={"asked": [AMINA, BART, CHILD], "released": [AMINA, BART]}, agreement=_text(agreement))
    with signed_in(world.application(), "vera") as client:
        pages = [client.get(path).text for path in ("/grootboek", f"/grootboek/{entry}")]
    for page in pages:
        assert "Gegevens meegedeeld" in page
        assert "Gemeente Wingene" in page
        assert "INSZ van het kind dat recht gaf op een sociale toeslag" in page
        assert "kent aan gezinnen met kinderen" in page
        for number in (AMINA, BART, CHILD):
            assert number not in page
        assert "Amina" not in page
        assert "gevraagd: 3, meegedeeld: 2" in page


def test_a_refusal_tells_every_reason_with_its_clause(world: World, agreement: Done) -> None:
    entry = world.write(
        subjects={"asked": [AMINA]},
        outcome="refused",
        kind="refusal",
        counterparty=None,
        grounds=REFUSED,
        agreement=_text(agreement),
    )
    with signed_in(world.application(), "noor") as client:
        page = client.get(f"/grootboek/{entry}").text
    assert "De overeenkomst was niet van kracht." in page
    assert "Het doel stond niet in de overeenkomst." in page
    assert "e-govdecreet 18 juli 2008, art. 8, § 1" in page


def test_who_acted_is_named_to_colleagues_and_supervisors_only(world: World, agreement: Done) -> None:
    entry = world.write(subjects={"asked": [AMINA]}, agreement=_text(agreement), actor="an")
    app = world.application()
    named = {}
    for person in ("noor", "tom", "vera"):
        with signed_in(app, person) as client:
            page = client.get(f"/grootboek/{entry}").text
            named[person] = "An Peeters, voor" in page
    assert named == {"noor": True, "tom": False, "vera": True}


def test_a_downloaded_receipt_verifies_with_the_downloaded_key_on_the_command_line(
    world: World, agreement: Done, tmp_path: Path
) -> None:
    entry = world.write(subjects={"asked": [AMINA, BART], "released": [BART]}, agreement=_text(agreement))
    world.sequence()
    with signed_in(world.application(), "tom") as client:
        page = client.get(f"/grootboek/{entry}").text
        receipt = client.get(f"/grootboek/{entry}/ontvangstbewijs.json")
        key = client.get("/grootboek/sleutel.txt").text
    assert f"ontvangstbewijs-{entry}.json" in receipt.headers["content-disposition"]
    file = tmp_path / f"ontvangstbewijs-{entry}.json"
    file.write_bytes(receipt.content)
    (tmp_path / "sleutel.txt").write_text(key)
    assert f"sluis ledger verify-receipt {file.name} --key sleutel.txt" in page
    told = CliRunner().invoke(ledger_commands, ["verify-receipt", str(file), "--key", str(tmp_path / "sleutel.txt")])
    assert told.exit_code == 0, told.output
    assert check_receipt(receipt.content, world.signer.verifier).groups == ()
    changed = receipt.content.replace(b'"permitted"', b'"refused"')
    file.write_bytes(changed)
    told = CliRunner().invoke(ledger_commands, ["verify-receipt", str(file), "--key", str(tmp_path / "sleutel.txt")])
    assert told.exit_code == 1


def test_the_page_shows_the_very_letters_of_the_entry(world: World, agreement: Done) -> None:
    entry = world.write(subjects={"asked": [AMINA]}, agreement=_text(agreement))
    with signed_in(world.application(), "noor") as client:
        page = client.get(f"/grootboek/{entry}").text
    written = html.unescape(re.findall(r"<code>(\{.*?\})</code>", page)[0])
    assert json.loads(written)["id"] == str(entry)
    shown = "".join(re.findall(r"<span>([0-9a-f]{8})</span>", page))
    assert hashlib.sha256(b"\x00" + written.encode()).hexdigest() in shown


def test_an_entry_that_waits_says_so_and_has_no_receipt_yet(world: World, agreement: Done) -> None:
    entry = world.write(subjects={"asked": [AMINA]}, agreement=_text(agreement))
    with signed_in(world.application(), "noor") as client:
        page = client.get(f"/grootboek/{entry}").text
        early = client.get(f"/grootboek/{entry}/ontvangstbewijs.json")
        world.sequence()
        later = client.get(f"/grootboek/{entry}").text
    assert "wacht nog op de boom" in page
    assert "ontvangstbewijs.json" not in page
    assert early.status_code == 422
    assert "binnen enkele seconden" in early.text
    assert "wacht nog op de boom" not in later
    assert "/ontvangstbewijs.json" in later


def test_entries_come_in_pages_newest_first_and_none_is_lost(world: World, agreement: Done) -> None:
    written = [world.write(subjects={}, agreement=_text(agreement)) for _ in range(60)]
    seen: list[str] = []
    with signed_in(world.application(), "noor") as client:
        address: str | None = "/grootboek"
        while address:
            page = client.get(address).text
            seen += _ids(page)
            older = re.search(r'class="button secondary" href="(/grootboek\?[^"]*voor=[^"]*)"', page)
            address = older.group(1).replace("&amp;", "&") if older else None
    assert len(seen) == len(set(seen))
    assert [UUID(one) for one in seen[:60]] == list(reversed(written))
    with world.database.transaction() as connection:
        whole = connection.execute("SELECT count(*) FROM ledger_entry").fetchone()
    assert whole == (len(seen),)


def test_a_supervisor_pages_through_everything(world: World, agreement: Done) -> None:
    for number in range(40):
        world.write(subjects={}, party=AALTER if number % 2 else WINGENE, counterparty=None)
    seen: list[str] = []
    with signed_in(world.application(), "vera") as client:
        address: str | None = "/grootboek"
        while address:
            page = client.get(address).text
            seen += _ids(page)
            older = re.search(r'class="button secondary" href="(/grootboek\?[^"]*voor=[^"]*)"', page)
            address = older.group(1).replace("&amp;", "&") if older else None
    with world.database.transaction() as connection:
        whole = connection.execute("SELECT count(*) FROM ledger_entry").fetchone()
    assert len(seen) == len(set(seen))
    assert whole == (len(seen),)


def test_entries_are_filtered_by_kind_and_by_agreement(world: World, agreement: Done) -> None:
    other = world.write(subjects={}, agreement=AgreementText("een-andere", "0" * 64))
    with signed_in(world.application(), "noor") as client:
        signed = client.get("/grootboek", params={"soort": "agreement-signed"}).text
        under = _ids(client.get("/grootboek", params={"overeenkomst": agreement.agreement}).text)
        nothing = client.get("/grootboek", params={"soort": "person-erased"}).text
    assert len(_ids(signed)) == 2
    assert str(other) not in under
    assert len(under) == 4
    assert "Niets gevonden" in nothing


def test_a_rare_kind_is_sought_a_window_at_a_time(world: World, agreement: Done) -> None:
    for _ in range(30):
        world.write(subjects={}, agreement=_text(agreement))
    found: list[Recorded] = []
    windows, before = 0, None
    with world.database.transaction() as connection:
        while True:
            page = read_page(
                connection,
                parties=(WINGENE,),
                kind="agreement-drafted",
                agreement=None,
                before=before,
                most=5,
                window=10,
            )
            assert page is not None
            windows += 1
            found += page.entries
            if page.next is None:
                break
            before = page.next
    assert [one.entry.kind for one in found] == ["agreement-drafted"]
    assert windows == 4


def test_an_entry_between_a_body_and_one_that_it_absorbed_stands_once(world: World) -> None:
    written = world.write(subjects={}, party="gemeente-ruiselede", counterparty=WINGENE)
    with signed_in(world.application(), "noor") as client:
        assert _ids(client.get("/grootboek").text).count(str(written)) == 1


def test_a_number_in_the_address_is_not_repeated(world: World) -> None:
    with signed_in(world.application(), "noor") as client:
        answer = client.get("/grootboek", params={"overeenkomst": str(AMINA)}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/grootboek"


@pytest.mark.parametrize(
    "cursor", ["geen-nummer", "01970000-0000-7000-8000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]
)
def test_a_cursor_that_is_none_is_no_page(world: World, cursor: str) -> None:
    with signed_in(world.application(), "noor") as client:
        assert client.get("/grootboek", params={"voor": cursor}).status_code == 404


def test_everyone_reads_the_signed_head_and_the_key(world: World, agreement: Done) -> None:
    app = world.application()
    with signed_in(app, None) as client:
        assert client.get("/grootboek/controlepunt").status_code == 200
        assert client.get("/grootboek/controlepunt.txt").status_code == 404
        world.sequence()
        note = client.get("/grootboek/controlepunt.txt").text
        key = client.get("/grootboek/sleutel.txt").text
        page = client.get("/grootboek/controlepunt").text
    head = open_checkpoint(note, Verifier.parse(key), strict=True)
    assert head.size == 4
    assert key.strip().replace("+", "&#43;") in page or key.strip() in page
    assert "4" in page


def test_a_newer_head_contains_the_older_one_that_was_kept(world: World, agreement: Done) -> None:
    world.sequence()
    app = world.application()
    with signed_in(app, None) as client:
        kept = client.get("/grootboek/controlepunt.txt").text
        world.write(subjects={"asked": [AMINA]}, agreement=_text(agreement), counterparty=OPGROEIEN)
        world.at += timedelta(seconds=5)
        world.sequence()
        newer = client.get("/grootboek/controlepunt.txt").text
    verifier = world.signer.verifier
    assert open_checkpoint(kept, verifier).size < open_checkpoint(newer, verifier).size
