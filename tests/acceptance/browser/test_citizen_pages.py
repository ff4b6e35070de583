"""The citizen's pages in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from sluis.database import Database
from sluis.ledger.entry import AgreementText
from sluis.ledger.receipt import check_receipt
from tests.acceptance.browser.looks import (
    LOOKS,
    WIDTHS,
    assert_accessible,
    assert_fits,
    assert_inside_policy,
    assert_keyboard,
    take_screenshot,
)
from tests.integration.accession.world import AMINA, BART, CHILD, REFUSED, World, make_world
from tests.serving import live_server

pytestmark = pytest.mark.browser

OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def world(database: Database) -> World:
    """A world in which Amina was asked about, told about, refused and just now asked about again."""
    world, done = make_world(database)
    text = AgreementText(done.agreement, done.text_hash)
    world.write(subjects={"asked": [AMINA, CHILD], "released": [CHILD]}, agreement=text)
    world.write(subjects={"asked": [AMINA], "released": [AMINA]}, agreement=text)
    world.write(subjects={"asked": [CHILD], "released": [CHILD, AMINA]}, agreement=text)
    world.write(subjects={"asked": [AMINA, BART]}, outcome="refused", kind="refusal", grounds=REFUSED, agreement=text)
    world.sequence()
    world.write(subjects={"asked": [AMINA]}, agreement=text)
    return world


@pytest.fixture
def mine(world: World) -> Iterator[str]:
    with live_server(world.application()) as address:
        yield address


def sign_in(page: Page, address: str, name: str = "Amina El Idrissi") -> None:
    page.goto(f"{address}/aanmelden")
    page.get_by_role("button", name=f"Aanmelden als {name}").click()
    page.wait_for_url(f"{address}/start")


def open_everything(page: Page) -> None:
    page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true; }")


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_citizens_pages_are_accessible_and_fit(
    open_context: OpenContext, mine: str, width: int, scheme: str
) -> None:
    page = open_context(width=width, scheme=scheme, bypass_csp=True).new_page()
    sign_in(page, mine)
    page.goto(f"{mine}/mijn-gegevens")
    take_screenshot(page, "mijn-gegevens", width=width, scheme=scheme)
    assert_fits(page)
    assert_accessible(page)
    open_everything(page)
    take_screenshot(page, "mijn-gegevens-open", width=width, scheme=scheme)
    assert_fits(page)
    assert_accessible(page)
    page.locator("article a[href*='/mijn-gegevens/tekst/']").first.click()
    page.wait_for_url("**/mijn-gegevens/tekst/*")
    take_screenshot(page, "mijn-gegevens-tekst", width=width, scheme=scheme)
    assert_fits(page)
    assert_accessible(page)


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_the_citizens_pages_fit_in_every_language(open_context: OpenContext, mine: str, language: str) -> None:
    page = open_context(width=360, bypass_csp=True).new_page()
    sign_in(page, mine)
    page.goto(f"{mine}/mijn-gegevens?taal={language}")
    open_everything(page)
    assert_fits(page)
    assert_accessible(page)


@pytest.mark.usefixtures("axe")
def test_a_citizen_about_whom_nothing_was_asked_finds_a_calm_page(
    database: Database, open_context: OpenContext
) -> None:
    empty, _ = make_world(database)
    page = open_context(bypass_csp=True).new_page()
    with live_server(empty.application()) as address:
        sign_in(page, address)
        page.goto(f"{address}/mijn-gegevens")
        take_screenshot(page, "mijn-gegevens-leeg", width=1440, scheme="light")
        assert_accessible(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_keyboard_reaches_everything_on_the_citizens_pages(
    open_context: OpenContext, mine: str, width: int
) -> None:
    page = open_context(width=width).new_page()
    sign_in(page, mine)
    page.goto(f"{mine}/mijn-gegevens")
    assert_keyboard(page)
    assert_inside_policy(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_receipt_taken_in_the_browser_verifies(
    open_context: OpenContext, mine: str, world: World, tmp_path: Path, javascript: bool
) -> None:
    page = open_context(javascript=javascript).new_page()
    sign_in(page, mine)
    page.goto(f"{mine}/mijn-gegevens")
    with page.expect_download() as download:
        page.get_by_role("link", name="Bewijs ophalen").first.click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    checked = check_receipt(file.read_bytes(), world.signer.verifier)
    assert checked.groups == ("asked",)
    assert checked.recorded.entry.outcome == "refused"
