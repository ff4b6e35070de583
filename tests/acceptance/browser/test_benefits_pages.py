"""The pages of the Groeipakket in a real browser: a payer's officer, a stranger, and the mother herself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import BrowserContext, Page

from sluis.agreements.actions import revoke_agreement
from sluis.benefits.grants.book import GrantBook
from sluis.benefits.web import build_router, tiles_of
from sluis.database import Database
from sluis.gate.store import Actor, insert_actor
from sluis.kernel.text import msg
from sluis.ledger.reading import entries_of_person
from sluis.settings import Settings
from sluis.site import ROLE_NAMES, Directory
from sluis.web.kit import NavigationItem, PageKit
from sluis.web.shell import create_shell
from tests.acceptance.browser.looks import LOOKS, WIDTHS, assert_accessible, assert_fits, take_screenshot
from tests.integration.benefits.family_world import gate_over, settle
from tests.integration.benefits.test_publishing import AT, KID, MAY, MUM, SECRET, facts_of, put, run, write
from tests.serving import live_server

pytestmark = pytest.mark.browser

OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Iterator[str]:
    book = GrantBook(tmp_path / "groeipakket")
    facts = write(tmp_path / "facts", facts_of((KID, date(2021, 2, 3))))
    run(book, facts, MAY)
    settle(
        database,
        {MUM: date(1990, 1, 15), KID: date(2021, 2, 3)},
        officers={"Ine": "infino", "Faas": "fons"},
    )
    with database.transaction() as connection:
        put(connection, book, 1, facts)
        insert_actor(connection, Actor("an", "person", "An", None), insz=MUM)
    with live_server(application(database, tmp_path / "groeipakket", facts)) as address:
        yield address


def application(database: Database, book: Path, facts: Path) -> FastAPI:
    app = create_shell(
        PageKit(
            settings=Settings(environment="test", fictitious_insz=True),
            database=database,
            people=Directory(lambda: AT, supervisor="vtc"),
            templates={"benefits": "sluis.benefits"},
            navigation=(NavigationItem(msg("Mijn Groeipakket"), "/mijn-groeipakket", frozenset({"citizen"})),),
            role_names=ROLE_NAMES,
            tiles=tiles_of,
            clock=lambda: AT,
        )
    )
    app.include_router(
        build_router(book=book, gate=gate_over(facts), secrets=SECRET, numbers_of=lambda _connection, own: [own])
    )
    return app


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/aanmelden")
    page.get_by_role("button", name=f"Aanmelden als {name}").click()
    page.wait_for_url(f"{address}/start")


def looked_at(page: Page, name: str, width: int) -> None:
    page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true; }")
    scheme = dict(LOOKS)[width]
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    take_screenshot(page, name, width=width, scheme=scheme)
    assert_fits(page)
    assert_accessible(page)


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize("width", WIDTHS)
def test_an_officer_sees_the_run_the_file_the_reasons_and_what_is_open(
    open_context: OpenContext, site: str, database: Database, width: int
) -> None:
    page = open_context(width=width, bypass_csp=True).new_page()
    sign_in(page, site, "Ine")
    page.goto(f"{site}/groeipakket")
    looked_at(page, "groeipakket", width)
    page.get_by_role("link", name="Run 1").click()
    looked_at(page, "groeipakket-run", width)
    page.goto(f"{site}/groeipakket")
    page.get_by_label("Of de familienaam").fill("peet")
    page.get_by_role("button", name="Zoek het dossier").click()
    looked_at(page, "groeipakket-gevonden", width)
    page.get_by_role("button", name="Open het dossier").click()
    assert page.url == f"{site}/groeipakket/dossier"
    page.get_by_role("heading", name="het basisbedrag").wait_for()
    looked_at(page, "groeipakket-dossier", width)
    page.get_by_role("button", name=re.compile(r"Waarom.*basisbedrag")).click()
    page.get_by_text("Dat volgt uit Groeipakketdecreet, art. 13").wait_for()
    looked_at(page, "groeipakket-uitleg", width)
    page.goto(f"{site}/groeipakket/open")
    looked_at(page, "groeipakket-open", width)
    page.locator("tbody a").first.click()
    page.get_by_role("button", name="Markeer als gevraagd").first.click()
    page.locator(".status", has_text="gevraagd").first.wait_for()
    looked_at(page, "groeipakket-open-een", width)
    with database.transaction() as connection:
        kinds = {each.recorded.entry.kind for each in entries_of_person(connection, KID, secrets=SECRET)}
    assert kinds == {"grants-published", "file-consulted", "release", "fact-asked"}


def test_an_officer_of_another_payer_finds_no_file(open_context: OpenContext, site: str, database: Database) -> None:
    page = open_context().new_page()
    sign_in(page, site, "Faas")
    page.goto(f"{site}/groeipakket")
    page.get_by_label("Rijksregisternummer").fill(KID)
    page.get_by_role("button", name="Zoek het dossier").click()
    page.get_by_text("Bij uw uitbetaler is er geen dossier").first.wait_for()
    with database.transaction() as connection:
        assert len(entries_of_person(connection, KID, secrets=SECRET)) == 1


def test_without_an_agreement_in_force_no_reasons_are_shown_and_the_page_says_by_which_clause(
    open_context: OpenContext, site: str, database: Database
) -> None:
    with database.transaction() as connection:
        revoke_agreement(
            connection, agreement="groeipakket-gegevens-infino", party="infino", by="x", at=AT, reason="proef"
        )
    page = open_context().new_page()
    sign_in(page, site, "Ine")
    page.goto(f"{site}/groeipakket")
    page.get_by_label("Rijksregisternummer").fill(KID)
    page.get_by_role("button", name="Zoek het dossier").click()
    page.get_by_role("button", name=re.compile(r"Waarom.*basisbedrag")).click()
    page.get_by_text("De overeenkomst is niet van kracht").wait_for()
    assert "176,66" not in page.content()
    with database.transaction() as connection:
        told = [each.recorded.entry for each in entries_of_person(connection, KID, secrets=SECRET)]
    assert [ground.code for entry in told if entry.kind == "refusal" for ground in entry.grounds] == [
        "agreement-not-in-force"
    ]


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize("width", WIDTHS)
def test_a_mother_sees_her_own_groeipakket_with_reasons_and_letter(
    open_context: OpenContext, site: str, database: Database, width: int
) -> None:
    page = open_context(width=width, bypass_csp=True).new_page()
    sign_in(page, site, "An")
    page.goto(f"{site}/mijn-groeipakket")
    looked_at(page, "mijn-groeipakket", width)
    with page.expect_download() as letter:
        page.get_by_role("button", name=re.compile(r"Brief.*basisbedrag")).click()
    assert Path(letter.value.path()).read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name=re.compile(r"Waarom.*basisbedrag")).click()
    page.get_by_text("176,66").first.wait_for()
    with database.transaction() as connection:
        kinds = {each.recorded.entry.kind for each in entries_of_person(connection, KID, secrets=SECRET)}
    assert kinds == {"grants-published", "own-letter-made", "own-reasons-read"}
