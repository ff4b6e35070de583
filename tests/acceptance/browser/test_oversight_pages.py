"""The pages of the ledger in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page

from sluis.database import Database
from sluis.ledger.entry import AgreementText
from tests.acceptance.browser.looks import (
    LOOKS,
    WIDTHS,
    assert_accessible,
    assert_fits,
    assert_inside_policy,
    assert_keyboard,
    take_screenshot,
)
from tests.integration.accession.world import AMINA, BART, CHILD, REFUSED, make_world
from tests.serving import live_server

pytestmark = pytest.mark.browser

OpenContext = Callable[..., BrowserContext]


@dataclass(frozen=True)
class Served:
    address: str
    pages: dict[str, str]
    released: UUID


@pytest.fixture
def ledger(database: Database) -> Iterator[Served]:
    """The address of the pages, with a release, a refusal and an entry that waits."""
    world, done = make_world(database)
    text = AgreementText(done.agreement, done.text_hash)
    released = world.write(subjects={"asked": [AMINA, BART, CHILD], "released": [AMINA, BART]}, agreement=text)
    refused = world.write(
        subjects={"asked": [AMINA]}, outcome="refused", kind="refusal", grounds=REFUSED, agreement=text
    )
    world.sequence()
    waiting = world.write(
        subjects={}, kind="file-destroyed", outcome="done", agreement=text, counterparty=None, items=()
    )
    with live_server(world.application()) as address:
        yield Served(
            address,
            {
                "grootboek": "/grootboek",
                "grootboek-niets": "/grootboek?soort=person-erased",
                "grootboek-meegedeeld": f"/grootboek/{released}",
                "grootboek-geweigerd": f"/grootboek/{refused}",
                "grootboek-wacht": f"/grootboek/{waiting}",
                "controlepunt": "/grootboek/controlepunt",
            },
            released,
        )


def sign_in(page: Page, address: str, name: str = "Noor Verlinden") -> None:
    page.goto(f"{address}/aanmelden")
    page.get_by_role("button", name=f"Aanmelden als {name}").click()
    page.wait_for_url(f"{address}/start")


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_pages_of_the_ledger_are_accessible_and_fit(
    open_context: OpenContext, ledger: Served, width: int, scheme: str
) -> None:
    page = open_context(width=width, scheme=scheme, bypass_csp=True).new_page()
    sign_in(page, ledger.address)
    for name, path in ledger.pages.items():
        page.goto(ledger.address + path)
        take_screenshot(page, name, width=width, scheme=scheme)
        assert_fits(page)
        assert_accessible(page)


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_the_pages_of_the_ledger_fit_in_every_language(
    open_context: OpenContext, ledger: Served, language: str
) -> None:
    page = open_context(width=360, bypass_csp=True).new_page()
    sign_in(page, ledger.address)
    for path in ledger.pages.values():
        page.goto(f"{ledger.address}{path}{'&' if '?' in path else '?'}taal={language}")
        assert_fits(page)
        assert_accessible(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_keyboard_reaches_everything_on_the_pages_of_the_ledger(
    open_context: OpenContext, ledger: Served, width: int
) -> None:
    page = open_context(width=width).new_page()
    sign_in(page, ledger.address)
    for path in ledger.pages.values():
        page.goto(ledger.address + path)
        assert_keyboard(page)
        assert_inside_policy(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_entries_are_filtered_and_a_receipt_is_taken_with_and_without_javascript(
    open_context: OpenContext, ledger: Served, javascript: bool
) -> None:
    page = open_context(javascript=javascript).new_page()
    sign_in(page, ledger.address)
    page.goto(f"{ledger.address}/grootboek")
    page.get_by_label("Soort handeling").select_option("release")
    page.get_by_role("button", name="Toon").click()
    page.wait_for_url("**soort=release**")
    assert page.locator("article").count() == 1
    page.get_by_role("link", name="Gegevens meegedeeld").click()
    page.wait_for_url(f"**/grootboek/{ledger.released}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Bewijs ophalen").click()
    assert download.value.suggested_filename == f"ontvangstbewijs-{ledger.released}.json"
