"""The pages of agreements in a real browser, looked at by day and by night, narrow and wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from sluis.agreements.actions import draft_agreement
from sluis.database import Database
from tests.acceptance.browser.looks import (
    LOOKS,
    WIDTHS,
    assert_accessible,
    assert_fits,
    assert_inside_policy,
    assert_keyboard,
    take_screenshot,
)
from tests.integration.accession.world import NOW, WINGENE, make_world
from tests.serving import live_server
from tests.unit.agreements.samples import an_agreement

pytestmark = pytest.mark.browser

OpenContext = Callable[..., BrowserContext]
ID = "sociale-toeslag-wingene-2026"
PAGES = {
    "overeenkomsten": "/overeenkomsten",
    "overeenkomsten-niets": "/overeenkomsten?zoek=nergens",
    "overeenkomst": f"/overeenkomsten/{ID}",
    "overeenkomst-ontwerp": "/overeenkomsten/ontwerp",
    "overeenkomst-intrekken": f"/overeenkomsten/{ID}/intrekken",
}


@pytest.fixture
def agreements(database: Database) -> Iterator[str]:
    """The address of the pages: one agreement in force and one draft."""
    world, _ = make_world(database)
    draft = an_agreement().model_copy(update={"id": "ontwerp", "advices": ()})
    with database.transaction() as connection:
        draft_agreement(connection, agreement=draft, party=WINGENE, by="an", at=NOW)
    with live_server(world.application()) as address:
        yield address


def sign_in(page: Page, address: str, name: str = "An Peeters") -> None:
    page.goto(f"{address}/aanmelden")
    page.get_by_role("button", name=f"Aanmelden als {name}").click()
    page.wait_for_url(f"{address}/start")


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_pages_of_agreements_are_accessible_and_fit(
    open_context: OpenContext, agreements: str, width: int, scheme: str
) -> None:
    page = open_context(width=width, scheme=scheme, bypass_csp=True).new_page()
    sign_in(page, agreements)
    for name, path in PAGES.items():
        page.goto(agreements + path)
        take_screenshot(page, name, width=width, scheme=scheme)
        assert_fits(page)
        assert_accessible(page)


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_the_pages_of_agreements_fit_in_every_language(
    open_context: OpenContext, agreements: str, language: str
) -> None:
    page = open_context(width=360, bypass_csp=True).new_page()
    sign_in(page, agreements)
    for path in PAGES.values():
        page.goto(f"{agreements}{path}{'&' if '?' in path else '?'}taal={language}")
        assert_fits(page)
        assert_accessible(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_keyboard_reaches_everything_on_the_pages_of_agreements(
    open_context: OpenContext, agreements: str, width: int
) -> None:
    page = open_context(width=width).new_page()
    sign_in(page, agreements)
    for path in PAGES.values():
        page.goto(agreements + path)
        assert_keyboard(page)
        assert_inside_policy(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_signatory_revokes_with_and_without_javascript(
    open_context: OpenContext, agreements: str, javascript: bool
) -> None:
    page = open_context(javascript=javascript).new_page()
    sign_in(page, agreements)
    page.goto(f"{agreements}/overeenkomsten/{ID}")
    page.get_by_role("link", name="Trek deze overeenkomst in").click()
    page.get_by_role("button", name="Ga verder").click()
    page.locator(".error-summary").wait_for()
    page.get_by_label("Waarom trekt u de overeenkomst in?").fill("De tegemoetkoming gaat niet door.")
    page.get_by_role("button", name="Ga verder").click()
    page.get_by_role("button", name="Ja, trek de overeenkomst nu in").click()
    page.wait_for_url("**?ingetrokken=ja")
    if javascript:
        take_screenshot(page, "overeenkomst-ingetrokken", width=1440, scheme="light")
        assert "ingetrokken" in page.evaluate("() => document.activeElement.textContent")
    assert page.get_by_role("link", name="Trek deze overeenkomst in").count() == 0


def test_the_table_of_contents_leads_to_every_section(open_context: OpenContext, agreements: str) -> None:
    page = open_context().new_page()
    sign_in(page, agreements)
    page.goto(f"{agreements}/overeenkomsten/{ID}")
    targets = page.evaluate("() => [...document.querySelectorAll('.contents a')].map((a) => a.getAttribute('href'))")
    assert len(targets) > 12
    assert all(page.locator(f"section{target}").count() == 1 for target in targets)
